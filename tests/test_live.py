"""An assessment that follows edits beside a full assessment of the edited model: equal in all that it says."""

from collections.abc import Iterable, Sequence
from datetime import date

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.assessment import Assessment
from aiopkg.engine import assess_model
from aiopkg.errors import InputError, Place
from aiopkg.live import Live, Outcome
from aiopkg.model import Model, load

ORGS = [
    ROOT / "tests" / name for name in ("orgs/bank.ttl", "orgs/media.ttl", "orgs/manufacturer.ttl", "asked/agency.ttl")
]
AS_OF = date(2026, 6, 30)

AIOP, RDFS = "https://w3id.org/aiop#", "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL = NamedNode(RDFS + "label")


def aiop(name: str) -> NamedNode:
    return NamedNode(AIOP + name)


def example(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/edit/{name}")


def assert_equal(live: Assessment, full: Assessment) -> None:
    """Every part of two assessments, one by one so that a difference can be read."""
    assert set(live.closure.inferred) == set(full.closure.inferred)
    assert live.dataset().decode().splitlines() == full.dataset().decode().splitlines()
    assert set(live.store) == set(full.store)
    assert live.findings == full.findings
    assert live.verdicts == full.verdicts
    assert live.not_known == full.not_known
    assert live.recommendations == full.recommendations
    assert live.cascades == full.cascades
    assert live.overview == full.overview
    assert live.inconsistencies == full.inconsistencies
    assert (live.organization, live.organization_label) == (full.organization, full.organization_label)
    assert (live.packs, live.rules) == (full.packs, full.rules)


def check(live: Live, add: Iterable[Triple], remove: Iterable[Triple]) -> Outcome:
    """Edit, and compare with a full assessment; where that refuses the model, the edit is to leave all as it was."""
    add, remove = list(add), list(remove)
    before, model = live.assessment, live.assessment.model
    places = {triple: place for triple, place in model.places.items() if triple not in remove}
    places |= {triple: model.places.get(triple, Place("~edit")) for triple in add}
    try:
        outcome = live.edit(add, remove)
    except InputError as refused:
        if refused.code not in ("unknown-term", "literal"):
            with pytest.raises(InputError, match=refused.code):
                assess_model(Model(places), as_of=AS_OF)
        assert live.assessment == before
        assert_equal(live.edit().assessment, assess_model(Model(dict(model.places)), as_of=AS_OF))
        return Outcome(before, (), (), True)
    assert dict(outcome.assessment.model.places) == places
    full = assess_model(Model(places), as_of=AS_OF)
    assert_equal(outcome.assessment, full)
    assert set(outcome.added) == set(full.findings) - set(before.findings)
    assert set(outcome.removed) == set(before.findings) - set(full.findings)
    return outcome


def waiver(rule: NamedNode, element: NamedNode | BlankNode) -> list[Triple]:
    node = example("waiver")
    return [
        Triple(node, TYPE, aiop("Waiver")),
        Triple(node, aiop("ofRule"), rule),
        Triple(node, aiop("waivedFor"), element),
        Triple(node, aiop("reason"), Literal("Not now.")),
    ]


def incompleteness(of: NamedNode | BlankNode | None, prop: NamedNode, kind: NamedNode | None = None) -> list[Triple]:
    node = example("blank")
    found = [Triple(node, TYPE, aiop("Incompleteness")), Triple(node, aiop("ofProperty"), prop)]
    if of is not None:
        found.append(Triple(node, aiop("ofElement"), of))
    if kind is not None:
        found.append(Triple(node, aiop("ofClass"), kind))
    return found


@st.composite
def edits(draw: st.DrawFn, model: Model, gone: Sequence[Triple]) -> tuple[list[Triple], list[Triple]]:
    """What to add and what to remove: facts of the model, recombined ones, and now and then what bears on much."""
    facts = [t for t in model.triples if isinstance(t.subject, NamedNode | BlankNode)]
    a_fact = st.sampled_from(facts)
    an_element = a_fact.map(lambda triple: triple.subject)
    add: list[Triple] = []
    remove = draw(st.lists(a_fact, max_size=3, unique=True))
    if gone:
        add += draw(st.lists(st.sampled_from(gone), max_size=2))
    mixed = st.builds(lambda s, p: Triple(s, p.predicate, p.object), an_element, a_fact)
    add += draw(st.lists(mixed, max_size=2))
    kind = draw(st.integers(0, 15))
    element, other = draw(an_element), draw(an_element)
    assert isinstance(element, NamedNode | BlankNode)
    used = draw(a_fact).predicate
    special: dict[int, list[Triple]] = {
        0: [Triple(element, NamedNode("http://www.w3.org/2002/07/owl#sameAs"), other)],
        1: [
            Triple(example("Kind"), NamedNode(RDFS + "subClassOf"), aiop("UseCase")),
            Triple(element, TYPE, example("Kind")),
        ],
        2: [Triple(aiop("PilotAge"), aiop("thresholdValue"), Literal("P1D", datatype=NamedNode(XSD + "duration")))],
        3: waiver(NamedNode(f"https://w3id.org/aiop/rule/{draw(st.sampled_from(['G101', 'D302', 'V701']))}"), element),
        4: incompleteness(element, used),
        5: incompleteness(None, used),
        6: incompleteness(None, used, aiop("UseCase")),
        7: [Triple(element, LABEL, Literal("Called otherwise", language="en"))],
        8: [Triple(element, TYPE, aiop(draw(st.sampled_from(["UseCase", "Decision", "KPI", "Dataset", "Platform"]))))],
    }
    return add + special.get(kind, []), remove


slowly = [HealthCheck.too_slow, HealthCheck.data_too_large]


def run(data: st.DataObject, steps: int) -> None:
    live = Live(load([data.draw(st.sampled_from(ORGS))]), as_of=AS_OF)
    gone: list[Triple] = []
    for _ in range(steps):
        add, remove = data.draw(edits(live.assessment.model, gone))
        check(live, add, remove)
        gone += remove


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=slowly)
@given(st.data())
def test_after_any_edits_all_is_as_after_a_full_assessment(data: st.DataObject) -> None:
    run(data, 3)


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=slowly, phases=[Phase.generate])
@given(st.data())
def test_after_many_edits_all_is_as_after_a_full_assessment(data: st.DataObject) -> None:
    run(data, 5)
