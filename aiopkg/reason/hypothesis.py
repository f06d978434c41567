"""Reasoning from assumptions: whether something is a member of a class expression.

A general statement follows when it follows for new individuals of which nothing else is known, and a negative
one when its opposite leads to a contradiction. Both are sound for the semantics of OWL 2 and neither is
complete: there is no reasoning by cases beyond the parts of an assumed union.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.limits import UNLIMITED, Budget

from .closure import Closure, materialise
from .dictionary import Term
from .expressions import (
    THING,
    AllValues,
    Boolean,
    Cardinality,
    Enumeration,
    Expression,
    Graph,
    HasValue,
    Named,
    SomeValues,
    written,
)
from .literals import DATATYPES, contained, is_in, value_of
from .vocabulary import OWL, RDF, RDFS

__all__ = ["Assumption", "Theory"]

Assumption = tuple[Triple, ...]
Subject = NamedNode | BlankNode

_TYPE: Final = NamedNode(RDF + "type")
_SAME: Final = NamedNode(OWL + "sameAs")
_DIFFERENT: Final = NamedNode(OWL + "differentFrom")
_RANGE: Final = NamedNode(RDFS + "range")
_EVERYTHING: Final = (THING.name, NamedNode(RDFS + "Resource"))


class Theory:
    """Premises, and their closure under each assumption that was asked about."""

    def __init__(self, given: Iterable[Triple], budget: Budget = UNLIMITED) -> None:
        self._given = tuple(given)
        self._budget = budget
        self._closures: dict[Assumption, Closure] = {}
        self._spelt: dict[Expression, list[Term]] | None = None

    def under(self, assumed: Assumption = ()) -> Closure:
        """The closure of the premises and an assumption."""
        if assumed not in self._closures:
            self._closures[assumed] = materialise((*self._given, *assumed), self._budget)
        return self._closures[assumed]

    def refutes(self, assumed: Assumption) -> bool:
        """Whether an assumption contradicts the premises."""
        return bool(self.under(assumed).inconsistencies)

    def knows(self, assumed: Assumption, subject: Term, predicate: NamedNode, value: Term) -> bool:
        """Whether a fact follows; literals are compared by their values."""
        if isinstance(subject, Literal):
            return False
        closure = self.under(assumed)
        if Triple(subject, predicate, value) in closure:
            return True
        wanted = value_of(value) if isinstance(value, Literal) else None
        return wanted is not None and any(
            isinstance(triple.object, Literal) and value_of(triple.object) == wanted
            for triple in closure.match(subject, predicate, None)
        )

    def same(self, assumed: Assumption, left: Term, right: Term) -> bool:
        """Whether two terms are known to be equal."""
        if isinstance(left, Literal) and isinstance(right, Literal):
            value = value_of(left)
            return left == right or (value is not None and value == value_of(right))
        return left == right or self.knows(assumed, left, _SAME, right) or self.knows(assumed, right, _SAME, left)

    def belongs(  # noqa: PLR0911 - one return for each kind of expression
        self, assumed: Assumption, member: Term, to: Expression
    ) -> bool:
        """Whether a term is known to be a member of an expression, under an assumption."""
        if to in (THING, Named(_EVERYTHING[1])) or self.refutes(assumed):
            return True
        if any(self.knows(assumed, member, _TYPE, node) for node in self._spellings(to)):
            return True
        match to:
            case Named(name):
                return self._named(assumed, member, name)
            case Boolean("complementOf", (part,)):
                return all(self.refutes(assumed + more) for more in self.assuming(member, part))
            case Boolean("intersectionOf", parts):
                return all(self.belongs(assumed, member, part) for part in parts)
            case Boolean(_, parts):
                return any(self.belongs(assumed, member, part) for part in parts)
            case Enumeration(members):
                return any(self.same(assumed, member, other) for other in members)
            case HasValue(on, value):
                return self.knows(assumed, member, on, value)
            case SomeValues(on, filler):
                return self._has_some(assumed, member, on, filler)
            case AllValues(on, filler):
                return self._has_only(assumed, member, on, filler)
            case Cardinality(kind, number, on, filler):
                most = kind == "min" or self._has_at_most(assumed, member, number, on, filler)
                return most and (kind == "max" or self._has_at_least(assumed, member, number, on, filler))

    def contains(self, part: Expression, whole: Expression) -> bool:
        """Whether every member of one expression is a member of the other."""
        any_member = BlankNode()
        return all(self.belongs(assumed, any_member, whole) for assumed in self.assuming(any_member, part))

    def excludes(self, left: Expression, right: Expression) -> bool:
        """Whether two expressions have no common member."""
        any_member = BlankNode()
        return all(
            self.refutes(first + second)
            for first in self.assuming(any_member, left)
            for second in self.assuming(any_member, right)
        )

    def ranges(self, on: NamedNode) -> frozenset[str]:
        """The names of the known ranges of a property."""
        found = self.under().match(on, _RANGE, None)
        return frozenset(triple.object.value for triple in found if isinstance(triple.object, NamedNode))

    def assuming(  # noqa: PLR0911 - one return for each kind of expression
        self, member: Term, of: Expression
    ) -> list[Assumption]:
        """What may be assumed of a member of an expression: one assumption for each case.

        Each says no more than the membership, so what follows from all cases follows from it.
        """
        if isinstance(member, Literal):
            return [()]
        match of:
            case Named(name):
                return [(Triple(member, _TYPE, name),)]
            case Boolean("intersectionOf", parts):
                cases = product(*(self.assuming(member, part) for part in parts))
                return [tuple(triple for part in case for triple in part) for case in cases]
            case Boolean("unionOf", parts):
                return [case for part in parts for case in self.assuming(member, part)]
            case Enumeration(members):
                return [(Triple(member, _SAME, other),) for other in members]
            case HasValue(on, value):
                return [(Triple(member, on, value),)]
            case SomeValues(on, filler):
                return self._values(member, 1, on, filler)
            case Cardinality("min", number, on, filler):
                return self._values(member, number, on, filler)
            case _:
                node, spelling = written(of)
                return [(Triple(member, _TYPE, node), *spelling)]

    def _values(self, member: Term, number: int, on: NamedNode, filler: Expression) -> list[Assumption]:
        """A member with so many different new values of a property; at most four of them are stated."""
        values = [BlankNode() for _ in range(min(number, 4))]
        stated = [Triple(member, on, value) for value in values]  # type: ignore[arg-type]
        stated += [Triple(left, _DIFFERENT, right) for left, right in combinations(values, 2)]
        cases = product(*(self.assuming(value, filler) for value in values))
        return [(*stated, *(triple for part in case for triple in part)) for case in cases]

    def _named(self, assumed: Assumption, member: Term, name: Term) -> bool:
        if isinstance(member, Literal):
            return isinstance(name, NamedNode) and is_in(member, name.value) is True
        return self.knows(assumed, member, _TYPE, name)

    def _objects(self, assumed: Assumption, member: Term, on: NamedNode) -> Iterator[Term]:
        if not isinstance(member, Literal):
            for triple in self.under(assumed).match(member, on, None):
                yield triple.object

    def _has_some(self, assumed: Assumption, member: Term, on: NamedNode, filler: Expression) -> bool:
        return any(self.belongs(assumed, value, filler) for value in self._objects(assumed, member, on))

    def _has_only(self, assumed: Assumption, member: Term, on: NamedNode, filler: Expression) -> bool:
        if isinstance(member, Literal):
            return False
        if isinstance(filler, Named) and isinstance(filler.name, NamedNode) and filler.name.value in DATATYPES:
            return contained(self.ranges(on), filler.name.value)
        value = BlankNode()
        return self.belongs((*assumed, Triple(member, on, value)), value, filler)

    def _has_at_most(self, assumed: Assumption, member: Term, number: int, on: NamedNode, filler: Expression) -> bool:
        # More than a few values are stated in no assumption, so nothing is known of larger bounds.
        return number < 4 and all(self.refutes(assumed + case) for case in self._values(member, number + 1, on, filler))

    def _has_at_least(self, assumed: Assumption, member: Term, number: int, on: NamedNode, filler: Expression) -> bool:
        if number <= 1:
            return number <= 0 or self._has_some(assumed, member, on, filler)
        values = [value for value in self._objects(assumed, member, on) if self.belongs(assumed, value, filler)]
        return any(
            all(self.differ(assumed, left, right) for left, right in combinations(chosen, 2))
            for chosen in combinations(values, number)
        )

    def differ(self, assumed: Assumption, left: Term, right: Term) -> bool:
        """Whether two terms are known to be different."""
        if isinstance(left, Literal) and isinstance(right, Literal):
            first, second = value_of(left), value_of(right)
            return first is not None and second is not None and first != second
        if isinstance(left, Literal):
            left, right = right, left
        if self.knows(assumed, left, _DIFFERENT, right):
            return True
        return self.refutes((*assumed, Triple(left, _SAME, right)))  # type: ignore[arg-type]

    def _spellings(self, expression: Expression) -> list[Term]:
        """The nodes of the premises that spell this expression."""
        if isinstance(expression, Named):
            return []
        if self._spelt is None:
            self._spelt = {}
            graph = Graph(self._given)
            for node in graph.nodes():
                read = graph.expression(node)
                if read:
                    self._spelt.setdefault(read[0], []).append(node)
        return self._spelt.get(expression, [])
