"""Every proof can be done again by other means, and a proof that was tampered with is refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from conftest import ORGS, day_for, model_from
from examples import day_of
from pyoxigraph import NamedNode, Triple
from replaying import RefusedProofError, World, again, replay

from aiopkg.assessment import Assessment
from aiopkg.engine import assess, assess_model
from aiopkg.errors import Place
from aiopkg.explain import Absence, Proof, Step
from aiopkg.rules import Rule, catalogue
from aiopkg.vocab import GRAPH

DAY = date(2026, 3, 31)
DAYS = {"authority": day_of("authority"), "bank": DAY, "media": DAY, "manufacturer": DAY}
KINDS = {"asserted", "declared", "given", "inferred", "measured", "finding", "recommendation", "cascade", "reach"}
ELSEWHERE = NamedNode("https://example.org/elsewhere")

Known = tuple[Assessment, World]


@pytest.fixture(scope="module", params=DAYS)
def known(request: pytest.FixtureRequest) -> Known:
    day = DAYS[request.param]
    found = assess(ORGS / f"{request.param}.ttl", as_of=day)
    return found, World(found.dataset(), day)


@pytest.fixture(scope="module")
def bank() -> Known:
    found = assess(ORGS / "bank.ttl", as_of=DAY)
    return found, World(found.dataset(), DAY)


def test_every_finding_recommendation_cascade_and_archetype_can_be_replayed(known: Known) -> None:
    found, world = known
    done: set[tuple[object, ...]] = set()
    matters = [*found.findings, *found.recommendations, *found.cascades.cascades]
    archetypes = ("operatedArchetype", "recommendedArchetype")
    told = {q.triple for q in found.store.quads_for_pattern(None, None, None, GRAPH.measures)}
    for matter in (*matters, *(t for t in told if t.predicate.value.endswith(archetypes))):
        replay(found.explain(matter), world, done)
    assert len(done) > 200


def test_every_measured_fact_can_be_replayed(known: Known) -> None:
    found, world = known
    done: set[tuple[object, ...]] = set()
    measured = [quad.triple for quad in found.store.quads_for_pattern(None, None, None, GRAPH.measures)]
    assert len(measured) > 200
    for triple in measured:
        proof = found.explain(triple)
        assert proof.step.kind in ("measured", "given")
        replay(proof, world, done)


def test_every_inferred_triple_can_be_replayed(known: Known) -> None:
    found, world = known
    done: set[tuple[object, ...]] = set()
    assert len(found.closure.inferred) > 4000
    for triple in found.closure.inferred:
        proof = found.explain(triple)
        assert proof.step.kind == "inferred"
        replay(proof, world, done)


CLASHES = """
ex:one owl:sameAs ex:other ; owl:differentFrom ex:other . ex:x a aiop:Guardrail, aiop:Platform .
[] a owl:AllDisjointClasses ; owl:members (ex:A ex:B ex:C) . ex:y a ex:C , ex:A .
ex:p a owl:AsymmetricProperty . ex:x ex:p ex:y . ex:y ex:p ex:x .
ex:D owl:onProperty ex:q ; owl:maxCardinality 0 . ex:z a ex:D ; ex:q ex:y .
"""


def test_what_contradicts_itself_can_be_replayed() -> None:
    found = assess_model(model_from(f"ex:firm a org:FormalOrganization . {CLASHES}"), as_of=DAY)
    world = World(found.dataset(), DAY)
    rules = ["cax-adc", "cax-dw", "cls-maxc1", "eq-diff1", "prp-asyp"]
    assert [clash.rule for clash in found.contradictions] == rules
    for clash in found.contradictions:
        step = found.explain(clash).step
        assert step.kind == "contradiction" and len(step.premises) == len(clash.premises)
        again(step, world)
        with pytest.raises(RefusedProofError):
            again(replace(step, premises=step.premises[:-1]), world)


def test_what_is_the_same_can_be_replayed() -> None:
    found = assess_model(
        model_from(
            "ex:firm a org:FormalOrganization . ex:one a aiop:UseCase ; aiop:stage aiop:Production . "
            "ex:one owl:sameAs ex:two . ex:two owl:sameAs ex:three . "
            "ex:answer a aiop:Decision ; aiop:concerns ex:three ."
        ),
        as_of=DAY,
    )
    world = World(found.dataset(), DAY)
    for triple in found.closure.inferred:
        step = found.explain(triple).step
        if step.rule.startswith("eq-"):
            again(step, world)


def examples() -> list[Rule]:
    rules = catalogue()
    assert len(rules) > 80
    return list(rules)


@pytest.mark.slow
@pytest.mark.parametrize("rule", examples(), ids=lambda rule: rule.code)
def test_the_findings_of_every_rules_examples_can_be_replayed(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replaying.states", lambda place, triple: place is not None)  # the example is in no file
    assert rule.fails
    for example in rule.fails:
        model = model_from(f"{example} ex:theFirm a org:FormalOrganization .")
        found = assess_model(model, as_of=day_for(rule), packs=[rule.pack] if rule.pack else [])
        world = World(found.dataset(), found.as_of)
        mine = [finding for finding in found.findings if finding.rule == rule.code]
        assert mine
        for finding in mine:
            replay(found.explain(finding), world)


def steps_of(found: Assessment) -> Iterator[tuple[Proof, Step]]:
    for matter in (*found.findings, *found.recommendations, *found.cascades.cascades, "archetype"):
        proof = found.explain(matter)
        yield from ((proof, step) for step in proof.steps.values())


def elsewhere(step: Step) -> Step:
    """The same step, about something else."""
    told = step.conclusion
    return replace(step, conclusion=Triple(ELSEWHERE, told.predicate, told.object))


def unfounded(step: Step) -> Step | None:
    """The same step without what it rests on."""
    return replace(step, premises=()) if step.premises else None


def misnamed(step: Step) -> Step | None:
    """An inference by another rule."""
    other = "prp-symp" if step.rule != "prp-symp" else "prp-trp"
    return replace(step, rule=other) if step.kind == "inferred" else None


def mistaken(step: Step) -> Step | None:
    """The same step, with something looked for in vain that is there."""
    there = Absence("SELECT ?s WHERE { ?s a <http://www.w3.org/ns/org#Organization> }", (), (), "no organization")
    return replace(step, absences=(*step.absences, there)) if step.premises else None


def misplaced(step: Step) -> Step | None:
    """A statement in a file that says no such thing."""
    return replace(step, place=Place("tests/orgs/media.ttl", 1)) if step.kind in ("asserted", "declared") else None


def lacking(step: Step) -> Step | None:
    """An inference from all of its premises but one."""
    return replace(step, premises=step.premises[:-1]) if step.kind == "inferred" else None


@pytest.mark.parametrize("tamper", [elsewhere, unfounded, misnamed, mistaken, misplaced, lacking])
def test_a_step_that_was_tampered_with_is_refused(bank: Known, tamper: Callable[[Step], Step | None]) -> None:
    found, world = bank
    seen, kinds = set(), set()
    for _, step in steps_of(found):
        false = tamper(step)
        if false is None or step.conclusion in seen or (tamper is elsewhere and step.kind in ("given", "cascade")):
            continue
        seen.add(step.conclusion)
        kinds.add(step.kind)
        with pytest.raises((RefusedProofError, StopIteration, ValueError)):
            again(false, world)
    assert len(seen) > 50 and kinds
    if tamper is elsewhere:
        assert kinds == KINDS - {"given", "cascade"}


def test_a_cascade_that_leaves_out_an_element_is_refused(bank: Known) -> None:
    found, world = bank
    step = next(s for _, s in steps_of(found) if s.kind == "cascade" and len(s.premises) > 2)
    with pytest.raises(RefusedProofError, match="other elements"):
        again(replace(step, premises=step.premises[:-1]), world)


def test_a_proof_that_rests_on_itself_or_on_nothing_is_refused(bank: Known) -> None:
    found, world = bank
    proof = found.explain(found.findings[0])
    root = proof.step
    with pytest.raises(RefusedProofError, match="rests on itself"):
        replay(
            Proof(proof.root, {**proof.steps, proof.root: replace(root, premises=(*root.premises, proof.root))}), world
        )
    without = {c: s for c, s in proof.steps.items() if c != root.premises[0]}
    with pytest.raises(RefusedProofError, match="nothing concludes"):
        replay(Proof(proof.root, without), world)


def test_an_aggregate_that_leaves_out_one_that_it_counts_is_refused(bank: Known) -> None:
    found, world = bank
    step = next(s for _, s in steps_of(found) if s.rule.endswith("delivery-centralization.rq"))
    whole = next(a for a in step.absences if len(a.besides) > 1)
    fewer = replace(whole, besides=whole.besides[1:])
    with pytest.raises(RefusedProofError, match="there is more"):
        again(replace(step, absences=(fewer,)), world)
