"""Verdicts on a graph that declares itself incomplete: what fails, and whether it would hold in some completion."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.limits import UNLIMITED, Budget
from aiopkg.validate.focus import Focus
from aiopkg.validate.looks import properties_looked_at
from aiopkg.validate.results import Result, sort_results
from aiopkg.validate.run import Mode, Run
from aiopkg.validate.shapes import Shapes, Target
from aiopkg.validate.terms import Node, Term, order_key, order_terms
from aiopkg.validate.validation import constraint_of, results_of, start

__all__ = [
    "Candidates",
    "Judged",
    "Judgement",
    "Verdict",
    "judge",
    "judge_each",
    "judge_target",
    "possible_targets",
    "undecided_targets",
]

Candidates: TypeAlias = Mapping[Node, tuple[tuple[Term, tuple[tuple[Term, NamedNode], ...]], ...]]
"""For each shape the nodes that it would target in some completion, each with the facts that are missing."""


@dataclass(frozen=True)
class Judgement:
    """One constraint of a targeted shape that fails at a focus node.

    ``constraint`` is the property shape or the SPARQL constraint that failed, or the shape itself for what it says
    about the node directly. ``possible`` says that it would hold in some completion of the graph; False means that
    it fails in every one. ``results`` are the failures on the graph as it stands.
    """

    shape: Node
    focus: Term
    constraint: Term
    possible: bool
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Judged:
    """All judgements, and the focus nodes of each targeted shape, in our fixed order; iterates over judgements."""

    judgements: tuple[Judgement, ...]
    targets: Mapping[Node, tuple[Term, ...]]

    def __iter__(self) -> Iterator[Judgement]:
        return iter(self.judgements)

    def __len__(self) -> int:
        return len(self.judgements)

    def __getitem__(self, place: int) -> Judgement:
        return self.judgements[place]


def judge(
    store: FactStore,
    shapes: Shapes,
    *,
    graphs: Sequence[NamedNode] | None = None,
    originals: Mapping[Triple, Sequence[Literal]] | None = None,
    materialised: bool = False,
) -> Judged:
    """Judge each targeted shape at each of its focus nodes, constraint by constraint.

    There is one judgement for each (shape, focus node, constraint) that fails. See :func:`validate` for the
    parameters; ``materialised`` says that every instance is typed with all its classes. See
    :mod:`aiopkg.validate.openness` for what a completion is, and the constraint modules for how each component is
    read over completions.
    """
    run = start(store, shapes, graphs, originals, materialised)
    judgements: list[Judgement] = []
    targets: dict[Node, tuple[Term, ...]] = {}
    for target in shapes.targets:
        focus = target.focus(run)
        targets[target.name] = tuple(order_terms(run.nodes(focus)))
        judgements.extend(judge_target(run, target, focus))
    return Judged(tuple(judgements), targets)


@dataclass(frozen=True)
class Verdict:
    """What one targeted shape came to: its focus nodes, what fails at them, and where that cannot be told."""

    shape: Node
    targets: tuple[Term, ...]
    judgements: tuple[Judgement, ...]
    undecided: tuple[tuple[Term, tuple[tuple[Term, NamedNode], ...]], ...]


def judge_each(
    store: FactStore, shapes: Shapes, *, graphs: Sequence[NamedNode] | None = None, budget: Budget = UNLIMITED
) -> Iterator[Verdict]:
    """Judge one shape after the other on a materialised store, each to its end: :func:`judge` and
    :func:`undecided_targets` at once.

    Raises LimitReached between two shapes when the budget is used up; the verdicts until then stand.
    """
    run = start(store, shapes, graphs, None, True)
    for target in shapes.targets:
        budget.heed()
        focus = target.focus(run)
        nodes = tuple(order_terms(run.nodes(focus)))
        if not nodes:  # nothing can fail
            yield Verdict(target.name, (), (), ())
            continue
        judgements = tuple(judge_target(run, target, focus))
        failing = {(judgement.shape, judgement.focus) for judgement in judgements}
        undecided = _undecided(run, target, focus, failing) if run.openness else ()
        yield Verdict(target.name, nodes, judgements, undecided)


def judge_target(run: Run, target: Target, focus: Focus) -> Iterator[Judgement]:
    """Judge a shape at some of its focus nodes, those first that come first in our fixed order."""
    failing: dict[tuple[Term, Term], list[Result]] = defaultdict(list)
    for result in results_of(run, target, focus):
        if result.root_focus is not None and result.constraint is not None:
            failing[result.root_focus, result.constraint].append(result)
    certain: dict[Term, set[Term]] = defaultdict(set)
    failed = {named for _, named in failing}
    for constraint in target.shape.constraints:
        named = constraint_of(target.shape, constraint)
        if named in failed:
            rows = constraint.rows(run, target.shape.path, focus, Mode.POSSIBLE)
            certain[named].update(row.this for row in rows)
    for node, named in sorted(failing, key=lambda key: (order_key(key[0]), order_key(key[1]))):
        yield Judgement(
            shape=target.name,
            focus=node,
            constraint=named,
            possible=node not in certain[named],
            results=sort_results(failing[node, named]),
        )


def undecided_targets(
    store: FactStore,
    shapes: Shapes,
    failing: Collection[tuple[Node, Term]],
    *,
    graphs: Sequence[NamedNode] | None = None,
) -> Candidates:
    """The nodes that a shape targets, at which nothing fails, and something would fail in some completion.

    What a shape looks for there may be among the facts that are unreported, so that nothing speaks for the node
    either. ``failing`` are the pairs of shape and node at which something fails. ``missing`` are the properties of
    the node by which the shape sets out to look, as far as they are open there, or else all that it looks at.
    """
    run = start(store, shapes, graphs, None, True)
    if not run.openness:
        return {}
    found = {target.name: _undecided(run, target, target.focus(run), failing) for target in shapes.targets}
    return {name: open_ones for name, open_ones in found.items() if open_ones}


def _undecided(
    run: Run, target: Target, focus: Focus, failing: Collection[tuple[Node, Term]]
) -> tuple[tuple[Term, tuple[tuple[Term, NamedNode], ...]], ...]:
    missing: dict[Term, set[tuple[Term, NamedNode]]] = defaultdict(set)
    for constraint in target.shape.constraints:
        nodes = {row.this for row in constraint.rows(run, target.shape.path, focus, Mode.NECESSARY)}
        nodes = {node for node in nodes if (target.name, node) not in failing}
        asked = properties_looked_at(constraint) if nodes else ()
        for node in nodes:
            open_here = [name for name in asked if run.openness.is_open(node, name)]
            missing[node] |= {(node, name) for name in open_here or asked}
    return _ordered(missing)


def _ordered(
    missing: Mapping[Term, Iterable[tuple[Term, NamedNode]]],
) -> tuple[tuple[Term, tuple[tuple[Term, NamedNode], ...]], ...]:
    return tuple(
        (node, tuple(sorted(missing[node], key=lambda pair: (order_key(pair[0]), order_key(pair[1])))))
        for node in sorted(missing, key=order_key)
    )


def possible_targets(
    store: FactStore,
    shapes: Shapes,
    *,
    graphs: Sequence[NamedNode] | None = None,
    budget: Budget = UNLIMITED,
) -> Candidates:
    """The nodes that a shape does not target now and would target in some completion, with the facts missing.

    Only membership in a sh:targetClass is considered, by the definitions that the shapes were compiled with. A node
    counts only if it definitely has some part of the definition: a named class of it, or a fact that it asks for.
    ``missing`` are (node, property) pairs that are open and whose absence stands between the node and the class.
    """
    run = start(store, shapes, graphs, None)
    found: dict[Node, tuple[tuple[Term, tuple[tuple[Term, NamedNode], ...]], ...]] = {}
    if not run.openness:
        return found
    for target in shapes.targets:
        budget.heed()
        missing: dict[Term, set[tuple[Term, NamedNode]]] = defaultdict(set)
        for cls in target.classes:
            for node, pairs in run.membership.candidates(cls).items():
                missing[node] |= pairs
        for node in run.nodes(target.focus(run)) if missing else ():
            missing.pop(node, None)
        if missing:
            found[target.name] = _ordered(missing)
    return found
