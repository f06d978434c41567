"""The crosswalk between standards and the article: its clauses exist, its links agree, and it finds rules both ways."""

import json

import pytest
from conftest import shared
from pyoxigraph import RdfFormat, parse
from test_cli import run
from test_rules import article_rows

from aiopkg import assets
from aiopkg.crosswalk import Clause, Lookup, cited, clauses, crosswalk
from aiopkg.crosswalk import links as module_links
from aiopkg.errors import InputError
from aiopkg.rules import Citation, catalogue
from aiopkg.vocab import OWL, PREFIXES

ANNOTATED = (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
FEWEST_LINKS = 180
STANDARDS = {
    *("nist-ai-rmf-1.0", "iso-42001-2023", "eu-ai-act-2024-1689", "omb-m-25-21", "article", "nl-algoritmekader")
}
INVERSES = {
    "exactMatch": "exactMatch",
    "relatedMatch": "relatedMatch",
    "broadMatch": "narrowMatch",
    "narrowMatch": "broadMatch",
}


def links() -> list[tuple[Clause, str, Clause]]:
    return [(one, link.relation, link.other) for one, seen in crosswalk().items() for link in seen]


def direct(found: Lookup) -> list[str]:
    return [each.rule.code for each in found.rules if not each.matched_by]


def ways(asked: str) -> dict[str, tuple[Citation, ...]]:
    return {each.rule.code: each.matched_by for each in cited(asked).rules}


def test_every_clause_exists_in_its_list() -> None:
    lists = shared("data", "AIOPKG_DATA") / "standards"
    for clause in crosswalk():
        if clause.standard == "article":
            assert clause.id in article_rows()
        else:
            assert clause.id in (lists / f"{clause.standard}.ids").read_text(encoding="utf-8").splitlines(), clause


def test_the_clauses_that_are_told_apart_are_those_of_the_lists() -> None:
    """The lists carry four bare letters, left over from points whose article was lost; they are no clauses."""
    lists = shared("data", "AIOPKG_DATA") / "standards"
    listed = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in sorted(lists.glob("*.ids"))}
    assert sum(map(len, listed.values())) > 1400
    real = {name: tuple(i for i in ids if not (len(i) == 1 and i.isalpha())) for name, ids in listed.items()}
    assert {name: ids for name, ids in clauses().items() if name != "article"} == real
    assert set(clauses()["article"]) == set(article_rows())


def test_every_clause_that_is_cited_or_linked_is_known() -> None:
    named = {Clause(c.standard, c.id) for rule in catalogue() for c in rule.cites} | set(crosswalk())
    assert [clause for clause in sorted(named) if clause.id not in clauses()[clause.standard]] == []


def test_there_are_many_links_between_all_standards_and_the_article() -> None:
    """No two clauses ask for just the same, so that no link claims it; rules do stand so to what they cite."""
    assert len(links()) >= 2 * FEWEST_LINKS
    assert {relation for _, relation, _ in links()} == set(INVERSES) - {"exactMatch"}
    assert {clause.standard for clause in crosswalk()} == STANDARDS
    assert {c.relation for rule in catalogue() for c in rule.cites} == set(INVERSES)


def test_clauses_that_rules_cite_have_counterparts_but_for_those_that_are_named_here() -> None:
    """Nothing else in the five asks to forbid a practice, and some rows of the article stand alone."""
    named = {Clause(c.standard, c.id) for rule in catalogue() for c in rule.cites} - set(crosswalk())
    assert {clause.id for clause in named if clause.standard != "article"} == {"5.1"}
    assert {clause.id for clause in named if clause.standard == "article"} <= {
        *("A1", "A3", "B1", "B3", "B4", "C1", "C2", "F1", "H1")
    }


def test_each_link_says_why_and_a_published_pair_says_where() -> None:
    stated = module_links()
    assert len({(link.one, link.other) for link in stated}) == len(stated) == len(links()) // 2
    assert all(link.why.endswith(".") and len(link.why) > 20 for link in stated)
    published = [link for link in stated if link.source]
    assert len(published) >= 15
    assert all({link.one.standard, link.other.standard} == {"nist-ai-rmf-1.0", "iso-42001-2023"} for link in published)


def test_a_link_joins_two_standards_in_one_way_only() -> None:
    pairs = [(one, other) for one, _, other in links()]
    assert len(set(pairs)) == len(pairs)
    assert [pair for pair in pairs if pair[0].standard == pair[1].standard] == []


def test_a_link_holds_both_ways() -> None:
    assert {(other, INVERSES[relation], one) for one, relation, other in links()} == set(links())


def test_what_is_merely_related_is_not_broader_by_a_detour() -> None:
    """SKOS keeps related apart from broader taken over any number of steps (integrity condition S27)."""
    above: dict[Clause, set[Clause]] = {clause: set() for clause in crosswalk()}
    grew = True
    while grew:
        before = sum(map(len, above.values()))
        for one, relation, other in links():
            if relation in ("broadMatch", "exactMatch"):
                above[one] |= above[other] | ({other} if relation == "broadMatch" else set())
        grew = sum(map(len, above.values())) > before
    assert [clause for clause in above if clause in above[clause]] == []
    assert [
        (one, other) for one, relation, other in links() if relation == "relatedMatch" and other in above[one]
    ] == []


def test_the_file_says_of_each_clause_what_it_is_and_links_nothing_else() -> None:
    path = assets.folder("ontology") / "alignments" / "crosswalk.ttl"
    triples = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
    told: dict[str, set[object]] = {
        name: {t.subject for t in triples if t.predicate.value == PREFIXES["skos"] + name}
        for name in ("notation", "scopeNote")
    }
    linked = [t for t in triples if t.predicate.value.removeprefix(PREFIXES["skos"]) in INVERSES]
    ends = {t.subject for t in linked} | {t.object for t in linked}
    assert told["notation"] == told["scopeNote"] == ends
    assert len(ends) == len(crosswalk())
    assert 2 * len(linked) == len(links())


def test_each_link_is_annotated_as_it_is_stated() -> None:
    """An annotation names the triple that it annotates, and the triple stands beside it (OWL 2 Mapping, 2.2)."""
    path = assets.folder("ontology") / "alignments" / "crosswalk.ttl"
    triples = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]
    parts = {part: {t.subject: t.object for t in triples if t.predicate == part} for part in ANNOTATED}
    annotated = {tuple(parts[part][node] for part in ANNOTATED) for node in parts[OWL.annotatedSource]}
    stated = [t for t in triples if t.predicate.value.removeprefix(PREFIXES["skos"]) in INVERSES]
    assert annotated == {(t.subject, t.predicate, t.object) for t in stated}


def test_a_clause_leads_to_the_rules_that_cite_it_and_then_to_those_of_its_matches() -> None:
    found = cited("GOVERN 2.1")
    assert direct(found) == [r.code for r in catalogue() if any(c.id == "GOVERN 2.1" for c in r.cites)]
    assert found.rules[: len(direct(found))] == tuple(each for each in found.rules if not each.matched_by)
    assert ways("GOVERN 2.1")["G113"] == (Citation("article", "F2", "relatedMatch"),)
    assert found.nearest == ()


def test_the_crosswalk_answers_from_either_end() -> None:
    """MANAGE 2.4 includes 14.4.e: who asks for the one is led to rules of the other, and told which is broader."""
    assert ways("omb-m-25-21 4(b)(v)")["G105"]
    assert ways("eu-ai-act-2024-1689 14.4.e")["E114"] == ()
    assert ways("eu-ai-act-2024-1689 14.4.e")["G122"] == (Citation("nist-ai-rmf-1.0", "MANAGE 2.4", "broadMatch"),)
    assert Citation("omb-m-25-21", "4(b)(iii)", "narrowMatch") in ways("iso-42001-2023 A.6.2.6")["O103"]


def test_a_clause_leads_to_the_rules_of_its_parts_and_of_what_it_is_a_part_of() -> None:
    assert ways("eu-ai-act-2024-1689 26")["E128"] == (Citation("eu-ai-act-2024-1689", "26.6", "narrowMatch"),)
    assert ways("4(b)")["O103"] == (Citation("omb-m-25-21", "4(b)(iii)", "narrowMatch"),)
    assert ways("10.2.f")["E110"] == (Citation("eu-ai-act-2024-1689", "10.2", "broadMatch"),)
    assert "E110" not in ways("eu-ai-act-2024-1689 1")


def test_an_id_may_be_told_apart_by_its_standard_and_spelt_in_any_case() -> None:
    assert "R602" in direct(cited("9.3"))
    assert direct(cited("eu-ai-act-2024-1689 4")) == ["E104"]
    assert cited(" govern  2.1 ") == cited("GOVERN 2.1")


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("MEASURE 2.9", ["MEASURE 2.7", "MEASURE 2.10", "MEASURE 2.11"]),
        ("eu-ai-act-2024-1689 14.2", ["14.1", "14.4.d", "14.4.e"]),
        ("eu-ai-act-2024-1689 13.1", ["11.1", "12.1", "14.1"]),
        ("Recital 5", []),
    ],
)
def test_a_clause_that_exists_and_that_no_rule_cites_leads_to_those_nearby(asked: str, nearest: list[str]) -> None:
    assert [clause.id for clause in cited(asked).nearest] == nearest
    assert cited(asked).rules == ()


@pytest.mark.parametrize(("asked", "meant"), [("GOVRN 2.1", "GOVERN 2.1"), ("A.32", "A.3.2"), ("4(b)iv", "4(b)(iv)")])
def test_a_clause_that_no_standard_has_is_refused_with_the_nearest(asked: str, meant: str) -> None:
    with pytest.raises(InputError) as refused:
        cited(asked)
    assert refused.value.code == "unknown-clause"
    assert f"'{meant}'" in refused.value.fix


def test_the_command_marks_what_came_through_the_crosswalk() -> None:
    rows = json.loads(run("rules", "--cites", "GOVERN 2.1", "-f", "json").stdout)
    marked = {row["code"]: row["matched_by"] for row in rows if "matched_by" in row}
    assert "G101" not in marked
    assert marked["G113"] == [{"standard": "article", "id": "F2", "relation": "relatedMatch"}]
    assert all("matched_by" not in row for row in json.loads(run("rules", "-f", "json").stdout))
    shown = run("rules", "--cites", "GOVERN 2.1").stdout
    before, after = shown.split("the crosswalk matches to it")
    assert "G101" in before
    assert "article F2 (related)" in after


def test_the_command_says_that_no_rule_asks_for_a_clause_and_refuses_one_that_no_standard_has() -> None:
    silent = run("rules", "--cites", "MEASURE 2.9")
    assert silent.returncode == 0
    assert "MEASURE 2.9 exists. No rule" in " ".join(silent.stdout.split())
    assert "MEASURE 2.7" in silent.stdout
    as_json = run("rules", "--cites", "MEASURE 2.9", "-f", "json")
    assert (as_json.returncode, json.loads(as_json.stdout)) == (0, [])
    refused = run("rules", "--cites", "GOVRN 2.1")
    assert refused.returncode == 2
    assert "Did you mean 'GOVERN 2.1'" in refused.stderr


def test_a_rule_leads_to_its_clauses_and_to_what_matches_them() -> None:
    (whole,) = json.loads(run("rules", "g101", "-f", "json").stdout)
    cites = {(cite["standard"], cite["id"]): cite for cite in whole["cites"]}
    assert cites["nist-ai-rmf-1.0", "GOVERN 2.1"]["relation"] == "broadMatch"
    matches = {match["id"]: match for match in cites["nist-ai-rmf-1.0", "GOVERN 2.1"]["matches"]}
    assert matches["17.1.m"]["relation"] == "relatedMatch"
    assert matches["A.3.2"]["source"].startswith("https://airc.nist.gov/")
    assert all(match["why"] for match in matches.values())
    assert whole["fails"][0].startswith("ex:scoring")


def test_a_rule_is_shown_whole_with_its_dates_thresholds_and_clauses() -> None:
    shown = " ".join(run("rules", "E104", "G116", "T202").stdout.split())
    for part in (
        *("warning (contested)", "in force from 2025-02-02", "eu-ai-act-2024-1689 4 (same)", "P14D", "turns at"),
        *("iso-42001-2023 7.2 (related)", "It fails on", "It passes", "days)"),
    ):
        assert part in shown, part


def test_a_rule_that_does_not_exist_is_refused_and_so_is_a_rule_in_place_of_a_clause() -> None:
    assert "Did you mean " in run("rules", "G1O1").stderr
    assert "aiopkg rules" in run("rules", "nonsense").stderr
    mistaken = run("rules", "--cites", "G101")
    assert (mistaken.returncode, "aiopkg rules G101" in mistaken.stderr) == (2, True)
    both = run("rules", "G101", "--cites", "GOVERN 2.1")
    assert (both.returncode, "argument-clash" in both.stderr) == (2, True)
