"""An assessment that follows edits beside a full assessment of the edited model: equal in all that it says."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pytest
import rdflib
from conftest import ROOT
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.assessment import Assessment
from aiopkg.assets import queries
from aiopkg.engine import assess_model
from aiopkg.errors import AiopkgError, InputError, Place
from aiopkg.live import Live, Outcome, Watch
from aiopkg.model import Model, load
from aiopkg.vocab import GRAPH

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
    assert live.cascades.ranking == full.cascades.ranking
    assert live.overview == full.overview
    assert live.inconsistencies == full.inconsistencies
    assert (live.organization, live.organization_label) == (full.organization, full.organization_label)
    assert (live.packs, live.rules) == (full.packs, full.rules)


def check(live: Live, add: Iterable[Triple], remove: Iterable[Triple], *, fully: bool = True) -> Outcome:
    """Edit, and compare with a full assessment; where that refuses the model, the edit is to leave all as it was.

    Not ``fully``, what the edit did is only compared with the assessments before and after it.
    """
    add, remove = list(add), list(remove)
    before, model = live.assessment, live.assessment.model
    places = {triple: place for triple, place in model.places.items() if triple not in remove}
    places |= {triple: model.places.get(triple, Place("~edit")) for triple in add}
    try:
        outcome = live.edit(add, remove)
    except InputError as refused:
        if refused.code not in ("unknown-term", "literal", "value"):
            with pytest.raises(InputError, match=refused.code):
                assess_model(Model(places), as_of=AS_OF)
        assert live.assessment == before
        assert_equal(live.edit().assessment, assess_model(Model(dict(model.places)), as_of=AS_OF))
        return Outcome(before, (), (), True)
    assert dict(outcome.assessment.model.places) == places
    full = assess_model(Model(places), as_of=AS_OF) if fully else outcome.assessment
    if fully:
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


def run(data: st.DataObject, steps: int, *, each: bool) -> None:
    """Edit step by step, and compare with a full assessment after each or after the last."""
    live = Live(load([data.draw(st.sampled_from(ORGS))]), as_of=AS_OF)
    gone: list[Triple] = []
    for step in range(steps):
        add, remove = data.draw(edits(live.assessment.model, gone))
        check(live, add, remove, fully=each or step == steps - 1)
        gone += remove


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=slowly)
@given(st.data())
def test_after_any_edits_all_is_as_after_a_full_assessment(data: st.DataObject) -> None:
    run(data, 3, each=False)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=slowly, phases=[Phase.generate])
@given(st.data())
def test_after_many_edits_all_is_as_after_a_full_assessment(data: st.DataObject) -> None:
    run(data, 5, each=True)


def named_in(text: str) -> set[str]:
    return set(re.findall(r"\b[a-z]+:[A-Za-z][\w-]*", text))


def test_no_measure_reads_what_a_later_one_writes_but_for_what_is_unreported() -> None:
    texts = [re.sub(r"#[^\n]*\n", "\n", p.read_text(encoding="utf-8").replace("aiop#", "")) for p in queries("measure")]
    heads, bodies = zip(*(text[text.index("CONSTRUCT") :].split("WHERE", 1) for text in texts), strict=True)
    kinds = [set(re.findall(r"BIND \((\w+:\w+) AS \?kind", body)) for body in bodies]
    written = [named_in(head) | found for head, found in zip(heads, kinds, strict=True)]
    wrong = {
        (place, later, name)
        for place, body in enumerate(bodies)
        for later in range(place + 1, len(bodies))
        for name in named_in(body) & written[later]
    }
    assert {name for _, _, name in wrong} == {"aiop:unreported"}


def live_bank() -> Live:
    return Live(load([ORGS[0]]), as_of=AS_OF)


def test_an_edit_tells_what_opened_and_what_closed() -> None:
    live = live_bank()
    plan = next(t for t in live.assessment.model.triples if t.predicate == aiop("hasRetirementPlan"))
    outcome = check(live, [], [plan])
    assert not outcome.whole
    assert {f.rule for f in outcome.added} >= {"G123"}
    back = check(live, [plan], [])
    assert {f.id for f in back.removed} == {f.id for f in outcome.added}
    assert back.assessment.findings == live_bank().assessment.findings


def test_facts_are_alone_in_their_store_until_somebody_asks_for_all_graphs() -> None:
    live = Live(ORGS[0], as_of=AS_OF)
    whole = set(live.assessment.store.named_graphs())
    assert GRAPH.findings in whole
    outcome = live.edit(remove=[min(live.assessment.model.triples, key=str)])
    assert not outcome.whole
    assert set(live.assessment.facts.named_graphs()) <= set(GRAPH.facts)
    assert set(live.assessment.store.named_graphs()) == whole


def test_a_graph_of_rdflib_is_taken_in() -> None:
    live = live_bank()
    graph = rdflib.Graph()
    graph.add((rdflib.URIRef(example("x").value), rdflib.RDF.type, rdflib.URIRef(AIOP + "UseCase")))
    outcome = live.edit(graph)
    assert Triple(example("x"), TYPE, aiop("UseCase")) in outcome.assessment.model.places
    assert live.edit(remove=graph).assessment.findings == live_bank().assessment.findings


@pytest.mark.parametrize(
    "add",
    [
        pytest.param([Triple(example("x"), aiop("nonsense"), example("y"))], id="a term that does not exist"),
        pytest.param(
            [Triple(aiop("PilotAge"), aiop("thresholdValue"), Literal("x"))], id="a threshold that is none of its kind"
        ),
        pytest.param(
            [Triple(example("x"), aiop("reviewedOn"), Literal("x", datatype=NamedNode(XSD + "date")))], id="no date"
        ),
    ],
)
def test_an_edit_that_is_refused_leaves_all_as_it_was(add: list[Triple]) -> None:
    live = live_bank()
    before = live.assessment
    with pytest.raises(InputError):
        live.edit(add)
    assert live.assessment is before
    assert live.edit().assessment.findings == before.findings


def test_a_model_that_loses_its_organization_is_refused() -> None:
    live = live_bank()
    gone = [triple for triple in live.assessment.model.triples if triple.predicate != LABEL]
    with pytest.raises(InputError, match="no organization"):
        live.edit(remove=gone)
    assert_equal(live.edit().assessment, live_bank().assessment)


def test_an_overview_that_was_never_asked_for_is_gone_after_the_next_edit() -> None:
    live = live_bank()
    asked, unasked = live.assessment, live.edit([Triple(example("x"), LABEL, Literal("X"))]).assessment
    live.edit([Triple(example("x"), LABEL, Literal("Y"))])
    assert live.assessment.overview
    for stale in (asked, unasked):
        with pytest.raises(AiopkgError, match="edited since"):
            _ = stale.overview


def test_a_watched_file_that_changes_is_an_edit(tmp_path: Path) -> None:
    path = tmp_path / "org.ttl"
    text = ORGS[0].read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    live = Live(str(path), as_of=AS_OF)
    watch = Watch(live, [str(path)])
    assert watch.look() is None
    path.write_text("# A line more.\n" + text.replace("Quillhaven Bank", "Quillhaven"), encoding="utf-8")
    outcome = watch.look()
    assert outcome is not None and not outcome.whole
    assert_equal(outcome.assessment, assess_model(load([path]), as_of=AS_OF))
    path.write_text(text + ":x aiop:nonsense :y .", encoding="utf-8")
    with pytest.raises(InputError, match="nonsense"):
        watch.look()
    assert watch.look() is None
    path.write_text(text, encoding="utf-8")
    again = watch.look()
    assert again is not None
    assert again.assessment.findings == assess_model(load([path]), as_of=AS_OF).findings
    path.touch()
    assert watch.look() is None


def test_standard_input_cannot_be_watched() -> None:
    with pytest.raises(InputError, match="cannot be watched"):
        Watch(live_bank(), ["-"])


def test_the_command_follows_a_file_until_it_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "org.ttl"
    text = ORGS[0].read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "aiopkg", "assess", str(path), "--watch", "--as-of", "2026-06-30"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Watching"):
                break
        later = tmp_path / "later"
        later.write_text("\n".join(t for t in text.splitlines() if "hasRetirementPlan" not in t), encoding="utf-8")
        later.replace(path)
        told = [process.stdout.readline()]
        while sum(line.startswith("  + G123  ") for line in told) < 6 and told[-1]:
            told.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert "6 opened, 0 closed" in told[0]
    assert "There is no plan for retiring" in "".join(told)
    assert len(told) == 7, told
    assert rest.strip() == "Ended."
    assert process.returncode == 1
