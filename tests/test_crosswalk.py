"""The crosswalk between standards and the article: its clauses exist, its links agree, and it finds rules both ways."""

import json

import pytest
from conftest import shared
from pyoxigraph import RdfFormat, parse
from test_cli import run
from test_rules import article_rows

from aiopkg import assets
from aiopkg.crosswalk import Clause, cited, crosswalk
from aiopkg.errors import InputError
from aiopkg.rules import Citation, catalogue
from aiopkg.vocab import PREFIXES

FEWEST_LINKS = 100
STANDARDS = {"nist-ai-rmf-1.0", "iso-42001-2023", "eu-ai-act-2024-1689", "omb-m-25-21", "article"}
INVERSES = {
    "exactMatch": "exactMatch",
    "relatedMatch": "relatedMatch",
    "broadMatch": "narrowMatch",
    "narrowMatch": "broadMatch",
}


def links() -> list[tuple[Clause, str, Clause]]:
    return [(one, m.relation, Clause(m.standard, m.id)) for one, matches in crosswalk().items() for m in matches]


def test_every_clause_exists_in_its_list() -> None:
    lists = shared("data", "AIOPKG_DATA") / "standards"
    for clause in crosswalk():
        if clause.standard == "article":
            assert clause.id in article_rows()
        else:
            assert clause.id in (lists / f"{clause.standard}.ids").read_text(encoding="utf-8").splitlines(), clause


def test_there_are_many_links_of_each_kind_between_all_five() -> None:
    assert len(links()) >= 2 * FEWEST_LINKS
    assert {relation for _, relation, _ in links()} == set(INVERSES)
    assert {clause.standard for clause in crosswalk()} == STANDARDS


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


def test_a_clause_leads_to_the_rules_that_cite_it_and_then_to_those_of_its_matches() -> None:
    found = cited("GOVERN 2.1")
    direct = [each.rule.code for each in found if not each.matched_by]
    assert direct == [r.code for r in catalogue() if any(c.id == "GOVERN 2.1" for c in r.cites)]
    assert found[: len(direct)] == tuple(each for each in found if not each.matched_by)
    through = {each.rule.code: each.matched_by for each in found if each.matched_by}
    assert through["G113"] == (Citation("article", "F2", "relatedMatch"),)


def test_the_crosswalk_answers_from_either_end() -> None:
    """MANAGE 2.4 includes 14.4.e: who asks for the one is led to rules of the other, and told which is broader."""
    assert {"G105"} <= {each.rule.code for each in cited("omb-m-25-21 4(b)(v)") if each.matched_by}
    by_code = {each.rule.code: each.matched_by for each in cited("eu-ai-act-2024-1689 14.4.e")}
    assert by_code["E114"] == ()
    assert by_code["G122"] == (Citation("nist-ai-rmf-1.0", "MANAGE 2.4", "broadMatch"),)
    by_code = {each.rule.code: each.matched_by for each in cited("iso-42001-2023 A.6.2.6")}
    assert Citation("omb-m-25-21", "4(b)(iii)", "narrowMatch") in by_code["O103"]


def test_an_id_may_be_told_apart_by_its_standard() -> None:
    everywhere = {each.rule.code for each in cited("9.3") if not each.matched_by}
    assert "R602" in everywhere
    assert {each.rule.code for each in cited("eu-ai-act-2024-1689 4") if not each.matched_by} == {"E104"}


@pytest.mark.parametrize(("asked", "meant"), [("GOVRN 2.1", "GOVERN 2.1"), ("A.32", "A.3.2"), ("4(b)iv", "4(b)(iv)")])
def test_a_clause_that_nothing_names_is_refused_with_the_nearest(asked: str, meant: str) -> None:
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


def test_the_command_says_that_no_rule_asks_for_a_clause_and_refuses_one_that_nothing_names() -> None:
    silent = run("rules", "--cites", "MEASURE 2.9")
    assert (silent.returncode, silent.stdout.startswith("No rule")) == (0, True)
    refused = run("rules", "--cites", "GOVRN 2.1")
    assert refused.returncode == 2
    assert "Did you mean 'GOVERN 2.1'" in refused.stderr
