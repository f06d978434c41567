"""What a class asks of its members, read from the definitions of the ontology.

A class may be reached in several ways (its equivalents, the expressions written below it, and those of its
subclasses that are defined by something else than the class itself); each way is a list of parts that all
have to hold. A class without any is primitive: its members are stated, measured or follow from a property.
"""

from collections.abc import Sequence
from dataclasses import field

from pyoxigraph import BlankNode, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.validate.membership import Definitions
from aiopkg.validate.terms import OWL, RDFS, Term

__all__ = ["THING", "Either", "Kind", "Part", "Some", "Value", "Way", "Ways"]

THING = OWL("Thing")


@dataclass(frozen=True, slots=True)
class Kind:
    """Being a member of a named class."""

    cls: NamedNode


@dataclass(frozen=True, slots=True)
class Value:
    """Having one value of a property (owl:hasValue); ``expression`` is where the ontology says so."""

    expression: Term
    predicate: Term
    value: Term


@dataclass(frozen=True, slots=True)
class Some:
    """Having a value of a property that is itself so and so (owl:someValuesFrom)."""

    expression: Term
    predicate: Term
    filler: "Part"


@dataclass(frozen=True, slots=True)
class Either:
    """Meeting all parts of one of several ways (owl:unionOf, or owl:intersectionOf inside another expression)."""

    expression: Term
    ways: "tuple[Way, ...]"


Part = Kind | Value | Some | Either
Way = tuple[Part, ...]


@dataclass(eq=False)
class Ways:
    """The ways into each class, as the ontology defines them; each class is read once."""

    definitions: Definitions
    _ways: dict[Term, tuple[Way, ...]] = field(default_factory=dict)
    _broader: dict[Term, frozenset[Term]] = field(default_factory=dict)

    def into(self, cls: Term) -> tuple[Way, ...]:
        """Return the ways into a class, none if it is primitive, as the ontology orders them."""
        if cls not in self._ways:
            own = [way for node in self._expressions(cls) for way in self._read(node)]
            own = [way for way in own if not self._asks_for(way, cls)]
            below = [(Kind(narrower),) for narrower in self._narrower(cls) if self._adds(narrower, cls, own)]
            self._ways[cls] = (*own, *below)
        return self._ways[cls]

    def _expressions(self, cls: Term) -> list[Term]:
        found: list[Term] = [node for node in self.definitions.of(cls) if isinstance(node, BlankNode)]
        return [*found, cls] if self.definitions.is_expression(cls) else found

    def _narrower(self, cls: Term) -> list[NamedNode]:
        return [node for node in self.definitions.of(cls) if isinstance(node, NamedNode)]

    def _adds(self, narrower: NamedNode, cls: Term, own: Sequence[Way]) -> bool:
        """Tell whether a subclass is a way of its own into a class that is defined: it does not ask for the class
        itself, nor for what one of its ways asks for.
        """
        ways = [way for node in self._expressions(narrower) for way in self._read(node)]
        idle = [self._asks_for(way, cls) or any(self._implies(way, other) for other in own) for way in ways]
        return bool(own) and not (idle and all(idle))

    def _asks_for(self, way: Way, cls: Term) -> bool:
        return any(isinstance(part, Kind) and cls in self._above(part.cls) for part in way)

    def _implies(self, way: Way, other: Way) -> bool:
        return all(any(self._is_narrower(part, wanted) for part in way) for wanted in other)

    def _is_narrower(self, part: Part, wanted: Part) -> bool:
        if isinstance(part, Kind) and isinstance(wanted, Kind):
            return wanted.cls in self._above(part.cls)
        if isinstance(part, Some) and isinstance(wanted, Some):
            return part.predicate == wanted.predicate and self._is_narrower(part.filler, wanted.filler)
        return part == wanted

    def _above(self, cls: Term) -> frozenset[Term]:
        """The class and all classes that its members are in by subclass axioms."""
        if cls not in self._broader:
            found, pending = {cls}, [cls]
            while pending:
                for above in self.definitions.graph.values(pending.pop(), RDFS("subClassOf")):
                    if above not in found:
                        found.add(above)
                        pending.append(above)
            self._broader[cls] = frozenset(found)
        return self._broader[cls]

    def _read(self, node: Term) -> list[Way]:
        """The ways that one expression gives."""
        graph = self.definitions.graph
        ways: list[Way] = []
        for head in graph.values(node, OWL("intersectionOf")):
            parts = [self._part(member) for member in graph.members(node, head)]
            ways.append(tuple(sorted(parts, key=lambda part: not isinstance(part, Kind))))
        for head in graph.values(node, OWL("unionOf")):
            ways += [(self._part(member),) for member in graph.members(node, head)]
        for predicate in graph.values(node, OWL("onProperty")):
            ways += [(Some(node, predicate, self._part(f)),) for f in graph.values(node, OWL("someValuesFrom"))]
            ways += [(Value(node, predicate, value),) for value in graph.values(node, OWL("hasValue"))]
        return ways

    def _part(self, node: Term) -> Part:
        if isinstance(node, NamedNode):
            return Kind(node)
        ways = self._read(node)
        if len(ways) == 1 and len(ways[0]) == 1:
            return ways[0][0]
        return Either(node, tuple(ways))
