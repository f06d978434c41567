"""Why a shape's constraint fails at an element: the values that it looked at, and what it looked for in vain.

What is gathered about a constraint is all that it can see from its element: the facts that lead to its values, that
there are no other values, and the same of the shapes that the values have to meet. So the same verdict follows from
the evidence alone.
"""

from typing import TypeAlias

from pyoxigraph import Triple

from aiopkg.columns import FactStore
from aiopkg.explain.evidence import Evidence, Witness
from aiopkg.explain.proof import Absence, Term
from aiopkg.explain.sentences import Sentences
from aiopkg.explain.walks import Facts
from aiopkg.syntax.paths import Path, Predicate, path_text
from aiopkg.syntax.tree import Group, Pattern
from aiopkg.validate.logic_constraints import AllOf, AnyOf, ExactlyOne, HasProperty, Negation, Qualified
from aiopkg.validate.pair_constraints import (
    Closed,
    Disjoint,
    Equal,
    HasValue,
    LessThan,
    MaxCount,
    MinCount,
)
from aiopkg.validate.run import Constraint, Shape
from aiopkg.validate.sparql_constraints import SparqlConstraint
from aiopkg.validate.terms import order_terms
from aiopkg.validate.value_tests import InstanceTest
from aiopkg.vocab import GRAPH, RDF

__all__ = ["Failures"]

_Nesting: TypeAlias = HasProperty | Negation | Qualified | AllOf | AnyOf | ExactlyOne


class Failures:
    """Gathers the evidence of constraints over the facts of a store."""

    def __init__(self, store: FactStore, sentences: Sentences) -> None:
        self._store = store
        self._sentences = sentences
        self._facts = Facts(store, GRAPH.facts)
        self._witnesses: dict[str, Witness] = {}

    def gather(self, shape: Shape, constraint: Constraint, node: Term, into: Evidence) -> None:
        """Add what a constraint of a shape sees from a node."""
        path = shape.path
        match constraint:
            case HasProperty() | Negation() | Qualified() | AllOf() | AnyOf() | ExactlyOne():
                self._nested(constraint, path, node, into)
            case MinCount(least=least):
                self._whole(path, node, into)
                into.conditions[self._counted(path, node, f"{least} or more are asked for")] = None
            case MaxCount(most=most):
                self._values(path, node, into)
                into.conditions[self._counted(path, node, f"{most} or fewer are allowed")] = None
            case HasValue(value=value) if path is not None and not isinstance(value, Triple):
                self._there_or_not(path, node, value, into)
            case InstanceTest(cls=kind):
                self._values(path, node, into)
                for value in self._reached(path, node):
                    self._there_or_not(Predicate(RDF.type), value, kind, into)
            case SparqlConstraint():
                self._query(constraint, node, into)
            case Equal() | Disjoint() | LessThan():
                self._values(path, node, into)
                self._whole(Predicate(constraint.predicate), node, into)
            case Closed(allowed=allowed):
                said = self._facts.match(node, None, None)
                into.facts.update(dict.fromkeys(fact for fact in said if fact.predicate not in allowed))
            case _:
                self._values(path, node, into)

    def _shape(self, shape: Shape, node: Term, into: Evidence) -> None:
        for constraint in shape.constraints:
            self.gather(shape, constraint, node, into)

    def _nested(self, constraint: _Nesting, path: Path | None, node: Term, into: Evidence) -> None:
        """Add the values of a path and what the shapes that they have to meet see from each."""
        match constraint:
            case Qualified():
                shapes: tuple[Shape, ...] = (constraint.shape, *constraint.siblings)
                self._whole(path, node, into)
            case HasProperty() | Negation():
                shapes = (constraint.shape,)
                self._values(path, node, into)
            case _:
                shapes = constraint.shapes
                self._values(path, node, into)
        for value in self._reached(path, node):
            for shape in shapes:
                self._shape(shape, value, into)

    def _reached(self, path: Path | None, node: Term) -> list[Term]:
        if path is None:
            return [node]
        return order_terms(value for value, _ in self._facts.reach(node, path))  # type: ignore[return-value]

    def _values(self, path: Path | None, node: Term, into: Evidence) -> None:
        if path is not None:
            for value in self._reached(path, node):
                into.facts.update(dict.fromkeys(self._facts.walk(node, path, value) or ()))

    def _whole(self, path: Path | None, node: Term, into: Evidence) -> None:
        """Add the values of a path, and that there are no others."""
        if path is None:
            return
        self._values(path, node, into)
        values = self._reached(path, node)
        group = Group([Pattern("?this", path_text(path), path, "?value")])
        into.absences[
            Absence(
                query=f"SELECT DISTINCT ?this ?value WHERE {{ ?this {path_text(path)} ?value }}",
                bindings=(("this", node),),
                besides=tuple((("this", node), ("value", value)) for value in values),
                sentence=self._sentences.absence(group, {"?this": node}, len(values)),
            )
        ] = None

    def _missing(self, path: Path, node: Term, value: Term, into: Evidence) -> None:
        group = Group([Pattern("?this", path_text(path), path, "?value")])
        into.absences[
            Absence(
                query=f"SELECT DISTINCT ?this ?value WHERE {{ ?this {path_text(path)} ?value }}",
                bindings=(("this", node), ("value", value)),
                besides=(),
                sentence=self._sentences.absence(group, {"?this": node, "?value": value}, 0),
            )
        ] = None

    def _there_or_not(self, path: Path, node: Term, value: Term, into: Evidence) -> None:
        walk = self._facts.walk(node, path, value)
        if walk is None:
            self._missing(path, node, value, into)
        else:
            into.facts.update(dict.fromkeys(walk))

    def _query(self, constraint: SparqlConstraint, node: Term, into: Evidence) -> None:
        query = constraint.select.query
        if query.prologue not in self._witnesses:
            self._witnesses[query.prologue] = Witness(self._store, GRAPH.facts, query.prologue, self._sentences)
        witness = self._witnesses[query.prologue]
        bound: dict[str, Term] = {"?this": node}
        bound |= {f"?{name}": term for name, term in constraint.select.prebound.items()}  # type: ignore[misc]
        witness.results(query, bound, into)

    def _counted(self, path: Path | None, node: Term, asked: str) -> str:
        words = self._sentences.path(path) if path is not None else "itself"
        return f"“{words}” of {self._sentences.name(node)}: {len(self._reached(path, node))}, where {asked}"
