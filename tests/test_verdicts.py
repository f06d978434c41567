"""Verdicts from end to end, file to JSON: each way in which a gap is something else than a violation; terms of DPV."""

import json
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store
from test_cli import run

import aiopkg
from aiopkg import assets
from aiopkg.report import to_json
from aiopkg.rules import prologue
from aiopkg.validate.findings import VERDICTS
from aiopkg.vocab import GRAPH, PREFIXES, RDF, SKOS

DAY = date(2026, 6, 30)
RULE = "T205"
PRACTICE = "aiop:leadsToPathway"
FIRM = "ex:firm a org:FormalOrganization ; rdfs:label 'Firm' . ex:head a org:Post ; rdfs:label 'Head' .\n"
Told = tuple[aiopkg.Assessment, dict[str, Any]]
SCHOOL = "ex:{name} a aiop:ReskillingProgramme ; rdfs:label '{name}' .\n"

WAIVER = f"ex:w-{{name}} a aiop:Waiver ; aiop:waivedFor ex:{{name}} ; aiop:ofProperty {PRACTICE}"
STATED = (
    f"ex:s-{{name}} a aiop:StatedStatus ; aiop:statusOf ex:{{name}} ; aiop:ofProperty {PRACTICE} ; aiop:status aiop:"
)
NOT_REPORTED = f"ex:{{name}} aiop:unreported {PRACTICE} ."


def until(moment: str) -> str:
    return f'{WAIVER} ; aiop:validUntil "{moment}"^^xsd:{"dateTime" if "T" in moment else "date"} .'


def since(day: str) -> str:
    return f'{WAIVER} ; aiop:validFrom "{day}"^^xsd:date .'


CASES = {
    "nothing-said": ("", "violated"),
    "done": (f"ex:{{name}} {PRACTICE} ex:path .", "satisfied"),
    "waived-without-end": (f"{WAIVER} .", "waived"),
    "waived-by-rule": (f"{WAIVER} .".replace(f"ofProperty {PRACTICE}", f"ofRule rule:{RULE}"), "waived"),
    "waiver-of-another-rule": (f"{WAIVER} .".replace(f"ofProperty {PRACTICE}", "ofRule rule:T204"), "violated"),
    "waiver-of-another-property": (f"{WAIVER} .".replace(PRACTICE, "aiop:programmeFor"), "violated"),
    "waiver-of-another-element": (f"{WAIVER} .".replace("waivedFor ex:{name}", "waivedFor ex:done"), "violated"),
    "waiver-ends-the-day-before": (until("2026-06-29"), "violated"),
    "waiver-ends-on-the-day": (until("2026-06-30"), "violated"),
    "waiver-ends-the-day-after": (until("2026-07-01"), "waived"),
    "waiver-ends-within-the-day": (until("2026-06-30T12:00:00Z"), "waived"),
    "waiver-ends-before-it-elsewhere": (until("2026-06-30T01:00:00+02:00"), "violated"),
    "waiver-begins-the-day-before": (since("2026-06-29"), "waived"),
    "waiver-begins-on-the-day": (since("2026-06-30"), "waived"),
    "waiver-begins-the-day-after": (since("2026-07-01"), "violated"),
    "not-applicable": (f"{STATED}NotApplicable .", "not_applicable"),
    "not-applicable-by-rule": (
        f"{STATED}NotApplicable .".replace(f"ofProperty {PRACTICE}", f"ofRule rule:{RULE}"),
        "not_applicable",
    ),
    "precluded-by-law": (f"{STATED}PrecludedByLaw .", "not_applicable"),
    "in-progress": (f"{STATED}InProgress .", "in_progress"),
    "done-and-waived": (f"ex:{{name}} {PRACTICE} ex:path . {WAIVER} .", "satisfied"),
    "unreported": (NOT_REPORTED, "unknown"),
    "another-property-unreported": ("ex:{name} aiop:unreported aiop:programmeFor .", "violated"),
    "element-incomplete-there": (
        f"[] a aiop:Incompleteness ; aiop:ofElement ex:{{name}} ; aiop:ofProperty {PRACTICE} .",
        "unknown",
    ),
    "element-incomplete": ("[] a aiop:Incompleteness ; aiop:ofElement ex:{name} .", "unknown"),
    "class-incomplete-there": (
        f"ex:{{name}} a ex:Evening . [] a aiop:Incompleteness ; aiop:ofClass ex:Evening ; aiop:ofProperty {PRACTICE} .",
        "unknown",
    ),
    "class-incomplete": ("ex:{name} a ex:Morning . [] a aiop:Incompleteness ; aiop:ofClass ex:Morning .", "unknown"),
    "incomplete-in-an-expired-waiver": (f"{until('2026-01-01')} {NOT_REPORTED}", "unknown"),
}
"""What is said of one programme, and the verdict that it leads to."""

IN_ORDER = {
    "waived": f"{WAIVER} .",
    "not_applicable": f"{STATED}NotApplicable .".replace("s-", "n-"),
    "in_progress": f"{STATED}InProgress .",
    "unknown": NOT_REPORTED,
}
"""What excuses, in the order in which it counts."""


def excuses() -> Iterator[tuple[str, ...]]:
    for size in range(1, len(IN_ORDER) + 1):
        yield from combinations(IN_ORDER, size)


MIXED = {"-".join(names).replace("_", "") + "-mixed": names for names in excuses()}


def reported(folder: Path, turtle: str) -> Told:
    (folder / "firm.ttl").write_text(prologue() + FIRM + turtle, encoding="utf-8")
    found = aiopkg.assess(folder / "firm.ttl", as_of=DAY)
    return found, json.loads(to_json(found))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    said = {name: text for name, (text, _) in CASES.items()}
    said |= {name: "\n".join(IN_ORDER[excuse] for excuse in names) for name, names in MIXED.items()}
    turtle = "\n".join((SCHOOL + text).replace("{name}", name) for name, text in said.items())
    return reported(tmp_path_factory.mktemp("firm"), turtle)


def found_of(report: dict[str, Any], name: str) -> dict[str, Any]:
    rows = [f for f in report["findings"] if f["rule"] == RULE and f["focus"].endswith(f"/{name}")]
    assert len(rows) <= 1
    return dict(rows[0]) if rows else {"verdict": "satisfied"}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_gap_decides_its_verdict(told: Told, name: str) -> None:
    assert found_of(told[1], name)["verdict"] == CASES[name][1]


@pytest.mark.parametrize("name", MIXED)
def test_of_several_excuses_the_first_in_order_counts(told: Told, name: str) -> None:
    assert found_of(told[1], name)["verdict"] == MIXED[name][0]


def test_the_counts_say_the_same(told: Told) -> None:
    verdicts = [verdict for _, verdict in CASES.values()] + [names[0] for names in MIXED.values()]
    assert told[1]["verdicts"][RULE] == {verdict: verdicts.count(verdict) for verdict in VERDICTS}
    assert set(verdicts) == set(VERDICTS)


def test_a_finding_says_who_waived_until_when_and_why_or_what_is_missing(tmp_path: Path) -> None:
    said = """
        ex:waived a aiop:ReskillingProgramme . ex:begun a aiop:ReskillingProgramme .
        ex:unknown a aiop:ReskillingProgramme ; aiop:unreported aiop:leadsToPathway .
        ex:w a aiop:Waiver ; aiop:waivedFor ex:waived ; aiop:ofRule rule:T205 ; aiop:grantedBy ex:head ;
            aiop:reason "Pathways come in autumn." ; aiop:validUntil "2026-12-31"^^xsd:date .
        ex:s a aiop:StatedStatus ; aiop:statusOf ex:begun ; aiop:ofRule rule:T205 ; aiop:status aiop:InProgress ;
            aiop:reason "Half done." .
        """
    _, report = reported(tmp_path, said)
    assert found_of(report, "waived")["note"] == "Pathways come in autumn. (granted by Head until 2026-12-31)"
    assert found_of(report, "begun")["note"] == "Half done."
    missing = found_of(report, "unknown")["missing"]
    assert [(m["element"], m["property"]) for m in missing] == [("https://example.org/unknown", "leads to pathway")]


@pytest.mark.parametrize(
    "declared",
    [
        f"aiop:Incompleteness ; aiop:ofProperty {PRACTICE}",
        "aiop:Incompleteness ; aiop:ofClass org:Post, aiop:ReskillingProgramme",
    ],
)
def test_what_is_declared_incomplete_for_all_is_unknown_of_all_but_those_that_have_it(
    tmp_path: Path, declared: str
) -> None:
    schools = SCHOOL.replace("{name}", "day") + SCHOOL.replace("{name}", "night")
    _, report = reported(tmp_path, f"{schools} ex:night {PRACTICE} ex:path . [] a {declared} .")
    assert (found_of(report, "day")["verdict"], found_of(report, "night")["verdict"]) == ("unknown", "satisfied")


def test_only_what_is_violated_makes_a_run_fail(tmp_path: Path) -> None:
    for name, (text, verdict) in CASES.items():
        if name in ("nothing-said", "waived-without-end", "in-progress", "precluded-by-law", "unreported"):
            reported(tmp_path, (SCHOOL + text).replace("{name}", name))
            done = run("assess", str(tmp_path / "firm.ttl"), "--as-of", DAY.isoformat(), "--fail-on", "warning", "-q")
            assert done.returncode == (1 if verdict == "violated" else 0), name


DPV = "https://w3id.org/dpv/legal/eu/aiact#"
MATCHED = {
    "satisfied": ("closeMatch", "AIActCompliant"),
    "violated": ("closeMatch", "AIActNonCompliant"),
    "unknown": ("closeMatch", "AIActComplianceUnknown"),
    "not_applicable": ("relatedMatch", "AIActComplianceUnknown"),
    "in_progress": ("relatedMatch", "AIActNonCompliant"),
    "waived": ("relatedMatch", "AIActComplianceUnknown"),
}


def test_each_verdict_leads_to_one_term_of_dpv() -> None:
    verdict = NamedNode(PREFIXES["aiop"] + "Verdict")
    terms = {t.subject for t in assets.ontology() if t.predicate == RDF.type and t.object == verdict}
    names = {
        t.subject: t.object.value for t in assets.ontology() if t.subject in terms and t.predicate == SKOS.notation
    }  # type: ignore[union-attr]
    found = [
        (names[t.subject], t.predicate.value.removeprefix(PREFIXES["skos"]), t.object.value.removeprefix(DPV))
        for t in assets.ontology()
        if t.subject in terms and isinstance(t.object, NamedNode) and t.object.value.startswith(DPV)
    ]
    assert sorted(found) == sorted((name, *match) for name, match in MATCHED.items())
    assert set(MATCHED) == set(VERDICTS)


def test_the_graph_of_findings_leads_from_each_finding_to_the_term_of_dpv(told: Told) -> None:
    found, report = told
    store = Store()
    store.load(found.dataset(), RdfFormat.N_QUADS)
    rows = store.query(
        """
        PREFIX aiop: <https://w3id.org/aiop#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?id ?dpv WHERE {
            GRAPH ?findings { ?finding aiop:identifier ?id ; aiop:verdict ?verdict }
            GRAPH ?ontology { ?verdict skos:closeMatch|skos:relatedMatch ?dpv }
        }"""
    )
    by_id = {row["id"].value: row["dpv"].value.removeprefix(DPV) for row in rows}  # type: ignore[union-attr]
    assert by_id == {f["id"]: MATCHED[f["verdict"]][1] for f in report["findings"]}
    assert len(set(by_id.values())) == 2
    assert GRAPH.findings in {quad.graph_name for quad in store}
