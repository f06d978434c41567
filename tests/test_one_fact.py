"""One missing fact is reported once, by the most specific rule; rules that stand beside one another say so."""

from collections.abc import Iterator
from datetime import date

import pytest
from conftest import day_for, materialised, model_from
from examples import NAMES, ORGS, day_of
from pyoxigraph import NamedNode

from aiopkg.engine import validate_model
from aiopkg.errors import AiopkgError
from aiopkg.live import Live
from aiopkg.model import Model, load
from aiopkg.rules import Rule, catalogue
from aiopkg.vocab import PREFIXES

RULES = catalogue()
WHOLE = "<https://example.org/the-whole> a org:FormalOrganization .\n"
BESIDE = {frozenset((rule.iri, other)) for rule in RULES for other in rule.beside}
FRAME = {
    NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (
        ("rdf", "type"),
        ("rdfs", "label"),
        ("aiop", "stage"),
        ("org", "unitOf"),
        ("org", "hasUnit"),
        ("org", "subOrganizationOf"),
    )
}
"""What makes rules apply, or tells whole from part; its absence is no gap that a rule reports."""

MOST = 150
"""About as many facts of a model are taken out in turn, evenly spread."""


def reports(live: Live, model: Model) -> Iterator[tuple[str, set[str]]]:
    """Yield each fact whose absence opens gaps, with the codes of the rules that report them."""
    facts = [triple for triple in model.triples if triple.predicate not in FRAME]
    for triple in facts[:: max(1, len(facts) // MOST)]:
        try:
            outcome = live.edit(remove=[triple])
        except AiopkgError:
            continue
        known = {finding.id for finding in outcome.removed if finding.verdict == "violated"}
        codes = {f.rule for f in outcome.added if f.verdict == "violated" and f.id not in known}
        live.edit(add={triple: model.places[triple]})
        if codes:
            yield str(triple), codes


def said_twice(live: Live) -> list[str]:
    iri = {rule.code: rule.iri for rule in RULES}
    return [
        f"{one} and {other}, for want of {fact}"
        for fact, codes in reports(live, live.assessment.model)
        for one in sorted(codes)
        for other in sorted(codes)
        if one < other and frozenset((iri[one], iri[other])) not in BESIDE
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_fact_taken_out_of_an_organization_is_missed_by_two_rules(name: str) -> None:
    assert said_twice(Live(load([ORGS / f"{name}.ttl"]), as_of=day_of(name))) == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_no_fact_taken_out_of_a_passing_example_is_missed_by_two_rules(rule: Rule) -> None:
    packs = (rule.pack,) if rule.pack else ()
    for text in rule.passes:
        assert said_twice(Live(model_from(text + WHOLE), as_of=day_for(rule), packs=packs)) == []


def test_rules_stand_beside_rules_that_exist_and_no_rule_beside_itself() -> None:
    names = {rule.iri for rule in RULES}
    for pair in BESIDE:
        assert len(pair) == 2 and all(isinstance(name, NamedNode) and name in names for name in pair)


def violated(turtle: str, *letters: str) -> set[str]:
    """The codes, with kinds, of the violated rules that begin with some letters."""
    rules = [rule for rule in RULES if not rule.pack and rule.code.startswith(letters)]
    found = validate_model(materialised(turtle), rules, date(2026, 1, 1)).findings
    return {f"{f.rule} {f.kind}".strip() for f in found if f.verdict == "violated"}


@pytest.mark.parametrize(
    ("turtle", "letters", "codes"),
    [
        ("", ("G108", "G109"), {"G108"}),
        ("ex:x aiop:hasFallback ex:hand .", ("G108", "G109"), {"G109 drift", "G109 lineage"}),
        (
            "ex:x aiop:hasGuardrail ex:g . ex:g aiop:guardrailKind aiop:LineageGuard .",
            ("G108", "G109"),
            {"G109 drift"},
        ),
        ("", ("V70",), {"V701", "V706"}),
        ("ex:x aiop:hasKPI ex:k . ex:k a aiop:TechnicalKPI .", ("V702", "V703", "V704"), {"V703", "V704"}),
        ("", ("G106", "G107", "G110", "G111"), set()),
        ("", ("P4",), {"P409"}),
        ("ex:x aiop:usesDataset ex:d .", ("D301", "D302", "D303"), {"D302", "D303"}),
        ("ex:d a aiop:DataDomain .", ("D301", "D302"), {"D301", "D302"}),
    ],
)
def test_what_is_missing_altogether_is_reported_by_the_rule_that_asks_for_it(
    turtle: str, letters: tuple[str, ...], codes: set[str]
) -> None:
    assert violated("ex:x a aiop:UseCase ; aiop:stage aiop:Production . " + turtle, *letters) == codes
