"""Validation proper: every targeted shape over its focus nodes, into results."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.columns import FactStore
from aiopkg.limits import UNLIMITED, Budget
from aiopkg.syntax.paths import Predicate, path_text
from aiopkg.validate.focus import Focus
from aiopkg.validate.logic_constraints import HasProperty
from aiopkg.validate.openness import Openness
from aiopkg.validate.results import Outcome, Result, sort_results
from aiopkg.validate.run import Constraint, Mode, Row, Run, Shape
from aiopkg.validate.shapes import Shapes, Target
from aiopkg.validate.terms import Node, Term, order_key, order_terms

__all__ = ["constraint_of", "results_of", "start", "validate"]


def start(
    store: FactStore,
    shapes: Shapes,
    graphs: Sequence[NamedNode] | None,
    originals: Mapping[Triple, Sequence[Literal]] | None,
    materialised: bool = False,
    declared: Openness | None = None,
) -> Run:
    """A run of the shapes over the union of the graphs (None: the default graph) of a store."""
    return Run(store, graphs, shapes.definitions, shapes.triples, originals, materialised, declared)


def validate(
    store: FactStore,
    shapes: Shapes,
    *,
    graphs: Sequence[NamedNode] | None = None,
    originals: Mapping[Triple, Sequence[Literal]] | None = None,
    budget: Budget = UNLIMITED,
    materialised: bool = False,
) -> Outcome:
    """Validate the union of the graphs (None: the default graph) of a store against compiled shapes.

    The graphs should not share triples, since SPARQL engines do not agree on counting those. ``originals`` maps a
    triple as it is stored to its object as it was written, for literals that the store has rewritten; results then
    show what was written, and datatypes derived from xsd:integer are checked by the letter. The store is only read.
    ``materialised`` says that every instance is typed with all its classes, so that no subclass is looked up.
    Raises LimitReached between two shapes when the budget is used up.
    """
    run = start(store, shapes, graphs, originals, materialised)
    results: list[Result] = []
    targets: dict[Node, tuple[Term, ...]] = {}
    for target in shapes.targets:
        budget.heed()
        focus = target.focus(run)
        targets[target.name] = tuple(order_terms(run.nodes(focus)))
        results.extend(results_of(run, target, focus))
    return Outcome(sort_results(results), targets)


def constraint_of(shape: Shape, constraint: Constraint) -> Term:
    """What a judgement names: a property shape, a SPARQL constraint, or the shape for what it says itself."""
    if isinstance(constraint, HasProperty):
        return constraint.shape.node
    if shape.path is None and constraint.source is not None:
        return constraint.source
    return shape.node


def results_of(run: Run, target: Target, focus: Focus) -> Iterator[Result]:
    """The results of a targeted shape, each marked with the constraint of the shape that it belongs to."""
    for constraint in target.shape.constraints:
        origin = (target.name, constraint_of(target.shape, constraint))
        yield from _constraint_results(run, target.shape, constraint, focus, origin)


def _shape_results(run: Run, shape: Shape, focus: Focus, origin: tuple[Node, Term]) -> list[Result]:
    if shape.deactivated or not focus.patterns:
        return []
    return [r for c in shape.constraints for r in _constraint_results(run, shape, c, focus, origin)]


def _constraint_results(
    run: Run, shape: Shape, constraint: Constraint, focus: Focus, origin: tuple[Node, Term]
) -> Iterable[Result]:
    if isinstance(constraint, HasProperty):
        inner = _shape_results(run, constraint.shape, run.reached(focus, shape.path), origin)
        return inner if shape.path is None or not inner else _at_roots(run, shape, focus, inner)
    return _results(run, shape, constraint, constraint.rows(run, shape.path, focus, Mode.CLOSED), origin)


def _at_roots(run: Run, shape: Shape, focus: Focus, inner: Iterable[Result]) -> Iterator[Result]:
    """Results at value nodes, once for each focus node that has the value."""
    roots: dict[Term, list[Term]] = defaultdict(list)
    for this, value in run.pairs(focus, shape.path):
        roots[value].append(this)
    for result in inner:
        if result.root_focus is not None:
            for root in sorted(roots[result.root_focus], key=order_key):
                yield replace(result, root_focus=root)


def _results(
    run: Run, shape: Shape, constraint: Constraint, rows: Iterable[Row], origin: tuple[Node, Term]
) -> Iterator[Result]:
    root_shape, named = origin
    source_shape = _node(shape.node)
    shape_text = None if shape.path is None else path_text(shape.path)
    for row in rows:
        structure, path, text = shape.path, shape.path_node, shape_text
        if row.path is not None:
            structure, path, text = Predicate(row.path), row.path, str(row.path)
        shown: Sequence[Term | None] = (row.value,)
        if row.value is not None:
            shown = run.as_written(row.this, structure, row.value)
        for value in shown:
            yield Result(
                focus=run.as_written(row.this, None, row.this)[0],
                path=path,
                value=value,
                component=constraint.component,
                source_shape=source_shape,
                source_constraint=constraint.source,
                root_shape=root_shape,
                severity=shape.severity,
                messages=row.messages or shape.messages,
                bindings=dict(row.bindings),
                root_focus=row.this,
                constraint=named,
                path_text=text,
                path_structure=structure,
            )


def _node(term: Term) -> Node:
    if isinstance(term, Literal | Triple):
        raise TypeError("a shape is an IRI or a blank node")
    return term
