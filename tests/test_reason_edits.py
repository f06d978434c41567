"""A closure that is edited beside the closure of the edited premises: the same facts, rounds that are well founded."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple
from test_reason_oracle import Facts, axioms, data, example, graphs, owl

from aiopkg.reason import Closure, materialise
from aiopkg.reason.relations import Layout, Overlay, Relation, unique, without

TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
SUB_CLASS = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
A, B, C = (example(f"Class{name}") for name in "ABC")
LINK, OTHER = example("link0"), example("link1")
ANNA, BEN, CARL = (example(name) for name in ("anna", "ben", "carl"))

few = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def edits(draw: st.DrawFn) -> tuple[Facts, list[tuple[Facts, Facts]]]:
    """A graph, and edits of it: what is added and what is removed, axioms and owl:sameAs now and then."""
    start = now = draw(graphs()) | {t for part in draw(st.lists(data, min_size=4, max_size=14)) for t in part}
    steps = []
    for _ in range(draw(st.integers(1, 4))):
        parts = draw(st.lists(data, max_size=3))
        if draw(st.integers(0, 5)) == 0:
            parts += [draw(axioms)]
        pool = sorted(now, key=str)
        if draw(st.integers(0, 3)):
            pool = [t for t in pool if t.subject.value.startswith("http://example.org/thing")] or pool
        gone = frozenset(draw(st.lists(st.sampled_from(pool), max_size=3)))
        added = frozenset(t for part in parts for t in part)
        steps.append((added, gone))
        now = (now - gone) | added
    return start, steps


def check(start: Facts, steps: list[tuple[Facts, Facts]]) -> int:
    """Return how many of the edits took no full run."""
    closure, now, revised = materialise(start), start, 0
    for added, gone in steps:
        before = set(closure.inferred)
        edit = closure.edited(added, gone)
        now = (now - gone) | added
        afresh = materialise(now)
        assert sorted(map(str, edit.closure.inferred)) == sorted(map(str, afresh.inferred))
        assert set(edit.closure.asserted) == now
        assert set(closure.inferred) == before
        assert edit.closure.inconsistencies == afresh.inconsistencies
        if edit.changes is not None:
            revised += 1
            assert set(edit.changes.appeared) == set(afresh.inferred) - before
            assert set(edit.changes.vanished) == before - set(afresh.inferred)
        closure = edit.closure
        replay(closure, now)
    return revised


@lru_cache(maxsize=20_000)
def drawn_from(premises: Facts) -> Closure:
    """What follows from the premises of one step, of which most are the same before and after an edit."""
    return materialise(premises)


def replay(closure: Closure, asserted: Facts) -> None:
    for triple in closure.inferred:
        step = closure.step_of(triple)
        assert step is not None and step.premises
        assert all(closure.round_of(premise) < closure.round_of(triple) for premise in step.premises)
        assert triple in drawn_from(frozenset(step.premises))
    assert all(closure.round_of(triple) == 0 for triple in asserted)


@few
@given(edits())
def test_an_edited_closure_is_the_closure_of_the_edited_premises(case: tuple[Facts, list[tuple[Facts, Facts]]]) -> None:
    check(*case)


@pytest.mark.slow
@many
@given(edits())
def test_an_edited_closure_is_the_closure_of_the_edited_premises_at_length(
    case: tuple[Facts, list[tuple[Facts, Facts]]],
) -> None:
    check(*case)


def sequence(*triples: Triple) -> Facts:
    return frozenset(triples)


@pytest.mark.parametrize(
    ("axiom", "facts", "gone", "stays"),
    [
        pytest.param(
            [Triple(LINK, TYPE, owl("TransitiveProperty"))],
            [Triple(ANNA, LINK, BEN), Triple(BEN, LINK, CARL), Triple(CARL, LINK, ANNA)],
            Triple(CARL, LINK, ANNA),
            Triple(ANNA, LINK, CARL),
            id="a circle of a transitive property is cut",
        ),
        pytest.param(
            [Triple(LINK, owl("inverseOf"), OTHER), Triple(OTHER, owl("inverseOf"), LINK)],
            [Triple(ANNA, LINK, BEN), Triple(BEN, LINK, CARL)],
            Triple(ANNA, LINK, BEN),
            Triple(CARL, OTHER, BEN),
            id="two facts that derive each other do not keep each other alive",
        ),
        pytest.param(
            [Triple(A, SUB_CLASS, B), Triple(C, SUB_CLASS, B)],
            [Triple(ANNA, TYPE, A), Triple(ANNA, TYPE, C)],
            Triple(ANNA, TYPE, A),
            Triple(ANNA, TYPE, B),
            id="what another derivation supports stays",
        ),
        pytest.param(
            [Triple(A, SUB_CLASS, B)],
            [Triple(ANNA, TYPE, A), Triple(ANNA, TYPE, B)],
            Triple(ANNA, TYPE, B),
            Triple(ANNA, TYPE, B),
            id="what was asserted and follows is inferred once it is not asserted",
        ),
    ],
)
def test_a_loss_takes_what_rested_on_it_and_no_more(
    axiom: list[Triple], facts: list[Triple], gone: Triple, stays: Triple
) -> None:
    start = sequence(*axiom, *facts)
    assert check(start, [(frozenset(), sequence(gone)), (sequence(gone), frozenset())]) == 2
    assert stays in materialise(start).edited(removed=[gone]).closure


def test_axioms_and_equals_take_a_full_run() -> None:
    start = sequence(Triple(ANNA, LINK, BEN), Triple(BEN, LINK, CARL), Triple(LINK, TYPE, owl("FunctionalProperty")))
    same, axiom = Triple(ANNA, owl("sameAs"), CARL), Triple(A, SUB_CLASS, B)
    two_values = Triple(ANNA, LINK, CARL)
    for triple in (same, axiom, two_values):
        assert check(start, [(sequence(triple), frozenset()), (frozenset(), sequence(triple))]) == 0
    assert check(start, [(sequence(Triple(CARL, LINK, ANNA)), frozenset())]) == 1


def test_what_is_removed_and_added_stays() -> None:
    start = sequence(Triple(ANNA, LINK, BEN))
    edit = materialise(start).edited(start, start)
    assert set(edit.closure.asserted) == start
    assert edit.changes is not None and not edit.changes.appeared and not edit.changes.vanished


def test_more_terms_than_the_numbers_have_room_for_take_a_full_run() -> None:
    closure = materialise(sequence(Triple(ANNA, LINK, BEN)))
    more = [Triple(example(f"more{number}"), LINK, BEN) for number in range(300)]
    edit = closure.edited(more)
    assert edit.changes is None
    assert set(edit.closure.asserted) == {Triple(ANNA, LINK, BEN), *more}


@few
@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3)), st.lists(st.tuples(*[st.integers(0, 4)] * 3)))
def test_a_relation_laid_over_another_answers_as_their_union(
    large: list[tuple[int, ...]], small: list[tuple[int, ...]]
) -> None:
    layout = Layout(8)

    def packed(rows: list[tuple[int, ...]]) -> Relation:
        return Relation.of(layout, unique(layout.pack(*columns(rows))))

    base = packed(large)
    added = packed([row for row in small if row not in set(large)])
    over, union = Overlay.over(base).merged(added), base.merged(added)
    every = columns([(number, number, number) for number in range(5)])[0]
    assert len(over) == len(union)
    assert over.settled().by_subject.tolist() == union.by_subject.tolist()
    assert over.settled().by_object.tolist() == union.by_object.tolist()
    assert sorted(zip(*map(list, over.pairs(every)), strict=True)) == sorted(
        zip(*map(list, union.pairs(every)), strict=True)
    )
    for predicate in range(5):
        assert sorted(zip(*map(list, over.objects(predicate, every)), strict=True)) == sorted(
            zip(*map(list, union.objects(predicate, every)), strict=True)
        )
        assert sorted(zip(*map(list, over.subjects(predicate, every)), strict=True)) == sorted(
            zip(*map(list, union.subjects(predicate, every)), strict=True)
        )
        assert over.holds(predicate, every, every).tolist() == union.holds(predicate, every, every).tolist()
    assert over.touched(every).tolist() == union.touched(every).tolist()
    assert union.predicates().tolist() == sorted({row[0] for row in [*large, *small]})
    gone = union.by_subject[::2]
    assert union.without(gone).by_subject.tolist() == union.by_subject[1::2].tolist()
    assert without(union.by_subject, added.by_subject).tolist() == base.by_subject.tolist()


def columns(rows: list[tuple[int, ...]]) -> list["np.typing.NDArray[np.int64]"]:
    return [np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)]
