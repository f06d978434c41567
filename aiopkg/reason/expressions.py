"""Class expressions read from a graph, compared as values, and written back as triples.

Reads the RDF form of OWL 2 (Mapping to RDF Graphs, tables 13 and 16 to 18): restrictions, boolean combinations,
enumerations and cardinalities. A node that is not exactly one well-formed, finite expression is none.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from pyoxigraph import BlankNode, NamedNode, Triple
from pyoxigraph import Literal as RdfLiteral

from aiopkg.dataclass import dataclass

from .dictionary import Term
from .literals import value_of
from .vocabulary import OWL, RDF, RDFS

__all__ = [
    "AllValues",
    "Boolean",
    "Cardinality",
    "Enumeration",
    "Expression",
    "Graph",
    "HasValue",
    "Named",
    "SomeValues",
    "written",
]


@dataclass(frozen=True, slots=True)
class Named:
    """A class or datatype by its name."""

    name: Term


@dataclass(frozen=True, slots=True)
class Boolean:
    """A complement, an intersection or a union of expressions."""

    kind: Literal["complementOf", "intersectionOf", "unionOf"]
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    """One of these terms."""

    members: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class SomeValues:
    """Things with a value of the property in the filler."""

    on: NamedNode
    filler: "Expression"


@dataclass(frozen=True, slots=True)
class AllValues:
    """Things whose values of the property are all in the filler."""

    on: NamedNode
    filler: "Expression"


@dataclass(frozen=True, slots=True)
class HasValue:
    """Things with this value of the property."""

    on: NamedNode
    value: Term


@dataclass(frozen=True, slots=True)
class Cardinality:
    """Things with at least, at most or exactly this many values of the property in the filler."""

    kind: Literal["min", "max", "exact"]
    number: int
    on: NamedNode
    filler: "Expression"


Expression: TypeAlias = Named | Boolean | Enumeration | SomeValues | AllValues | HasValue | Cardinality

THING: Final = Named(NamedNode(OWL + "Thing"))
_TYPE: Final = NamedNode(RDF + "type")
_FIRST, _REST, _NIL = (NamedNode(RDF + name) for name in ("first", "rest", "nil"))
_ON: Final = NamedNode(OWL + "onProperty")
_CARDINALITIES: Final[dict[str, tuple[Literal["min", "max", "exact"], bool]]] = {
    OWL + "minCardinality": ("min", False),
    OWL + "maxCardinality": ("max", False),
    OWL + "cardinality": ("exact", False),
    OWL + "minQualifiedCardinality": ("min", True),
    OWL + "maxQualifiedCardinality": ("max", True),
    OWL + "qualifiedCardinality": ("exact", True),
}
_BOOLEANS: Final[dict[str, Literal["complementOf", "intersectionOf", "unionOf"]]] = {
    OWL + "complementOf": "complementOf",
    OWL + "datatypeComplementOf": "complementOf",
    OWL + "intersectionOf": "intersectionOf",
    OWL + "unionOf": "unionOf",
}
_SINGLE: Final = frozenset(OWL + name for name in ("someValuesFrom", "allValuesFrom", "hasValue", "oneOf"))
_CONSTRUCTORS: Final = _SINGLE | _BOOLEANS.keys() | _CARDINALITIES.keys()
_COMPANIONS: Final = frozenset(OWL + name for name in ("onProperty", "onClass", "onDataRange"))
_NODE_TYPES: Final = frozenset(
    (OWL + "Class", OWL + "Restriction", OWL + "DataRange", RDFS + "Class", RDFS + "Datatype")
)


class Graph:
    """Triples looked up by subject, and the expressions and lists that they spell."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._about: defaultdict[Term, list[Triple]] = defaultdict(list)
        for triple in triples:
            self._about[triple.subject].append(triple)

    def nodes(self) -> list[Term]:
        """The subjects of which a constructor of class expressions is said."""
        return [
            node
            for node, triples in self._about.items()
            if any(triple.predicate.value in _CONSTRUCTORS for triple in triples)
        ]

    def value(self, node: Term, predicate: NamedNode) -> Term | None:
        """The one value of a property, or None where there is none or several."""
        values = {triple.object for triple in self._about.get(node, ()) if triple.predicate == predicate}
        return values.pop() if len(values) == 1 else None

    def members(self, head: Term) -> tuple[tuple[Term, ...], frozenset[Triple]] | None:
        """The members of a list and the triples that spell it; None where it is no finite list."""
        members: list[Term] = []
        used: set[Triple] = set()
        visited: set[Term] = set()
        while head != _NIL:
            first, rest = self.value(head, _FIRST), self.value(head, _REST)
            if first is None or rest is None or head in visited:
                return None
            visited.add(head)
            members.append(first)
            used.update(
                triple
                for triple in self._about[head]
                if triple.predicate in (_FIRST, _REST) or triple.object == NamedNode(RDF + "List")
            )
            head = rest
        return tuple(members), frozenset(used)

    def expression(self, node: Term, within: tuple[Term, ...] = ()) -> tuple[Expression, frozenset[Triple]] | None:
        """The expression at a node and the triples that spell it; None where there is none.

        A node without a constructor is a name if it is an IRI. ``within`` are the nodes being read, which an
        expression may not contain.
        """
        constructors = {triple for triple in self._about.get(node, ()) if triple.predicate.value in _CONSTRUCTORS}
        if not constructors or (isinstance(node, NamedNode) and within):
            return (Named(node), frozenset()) if isinstance(node, NamedNode) else None
        if len(constructors) != 1 or node in within:
            return None
        constructor = constructors.pop()
        used = {
            triple
            for triple in self._about[node]
            if triple.predicate.value in _COMPANIONS
            or (
                triple.predicate == _TYPE
                and isinstance(triple.object, NamedNode)
                and triple.object.value in _NODE_TYPES
            )
        }
        read = self._read(node, constructor, (*within, node))
        return (read[0], read[1] | used | {constructor}) if read else None

    def _read(  # noqa: PLR0911 - one return for each kind of expression
        self, node: Term, constructor: Triple, within: tuple[Term, ...]
    ) -> tuple[Expression, frozenset[Triple]] | None:
        name, value = constructor.predicate.value, constructor.object
        if name == OWL + "oneOf":
            listed = self.members(value)
            return (Enumeration(listed[0]), listed[1]) if listed else None
        if name in _BOOLEANS:
            listed = ((value,), frozenset()) if _BOOLEANS[name] == "complementOf" else self.members(value)
            parts = [self.expression(part, within) for part in listed[0]] if listed else [None]
            if listed is None or not all(parts):
                return None
            found = [part for part in parts if part]
            expression = Boolean(_BOOLEANS[name], tuple(part for part, _ in found))
            return expression, listed[1].union(*(used for _, used in found))
        on = self.value(node, _ON)
        if not isinstance(on, NamedNode):
            return None
        if name == OWL + "hasValue":
            return HasValue(on, value), frozenset()
        if name in _CARDINALITIES:
            return self._cardinality(node, constructor, on, within)
        filler = self.expression(value, within)
        if filler is None:
            return None
        made = SomeValues(on, filler[0]) if name == OWL + "someValuesFrom" else AllValues(on, filler[0])
        return made, filler[1]

    def _cardinality(
        self, node: Term, constructor: Triple, on: NamedNode, within: tuple[Term, ...]
    ) -> tuple[Expression, frozenset[Triple]] | None:
        kind, qualified = _CARDINALITIES[constructor.predicate.value]
        value = value_of(constructor.object) if isinstance(constructor.object, RdfLiteral) else None
        if value is None or not isinstance(value.name, int) or value.space != "real":
            return None
        number = value.name
        if not qualified:
            return Cardinality(kind, number, on, THING), frozenset()
        fillers = [self.value(node, NamedNode(OWL + name)) for name in ("onClass", "onDataRange")]
        named = [filler for filler in fillers if filler is not None]
        filler = self.expression(named[0], within) if len(named) == 1 else None
        return (Cardinality(kind, number, on, filler[0]), filler[1]) if filler else None


def written(expression: Expression) -> tuple[NamedNode | BlankNode, list[Triple]]:
    """A node for an expression and the triples that spell it, with new blank nodes."""
    if isinstance(expression, Named):
        assert isinstance(expression.name, NamedNode | BlankNode)
        return expression.name, []
    node = BlankNode()
    triples: list[Triple] = []

    def say(name: str, value: Term) -> None:
        triples.append(Triple(node, NamedNode(OWL + name), value))

    def nested(part: Expression) -> NamedNode | BlankNode:
        name, more = written(part)
        triples.extend(more)
        return name

    def listed(members: Iterable[Term]) -> NamedNode | BlankNode:
        head: NamedNode | BlankNode = _NIL
        for member in reversed(list(members)):
            cell = BlankNode()
            triples.extend((Triple(cell, _FIRST, member), Triple(cell, _REST, head)))
            head = cell
        return head

    match expression:
        case Boolean("complementOf", (part,)):
            say("complementOf", nested(part))
        case Boolean(kind, parts):
            say(kind, listed([nested(part) for part in parts]))
        case Enumeration(members):
            say("oneOf", listed(members))
        case SomeValues(on, filler) | AllValues(on, filler):
            say("onProperty", on)
            say("someValuesFrom" if isinstance(expression, SomeValues) else "allValuesFrom", nested(filler))
        case HasValue(on, value):
            say("onProperty", on)
            say("hasValue", value)
        case Cardinality(kind, number, on, filler):
            say("onProperty", on)
            say("onClass", nested(filler))
            name = {"min": "minQualified", "max": "maxQualified", "exact": "qualified"}[kind] + "Cardinality"
            say(name, RdfLiteral(str(number), datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")))
    return node, triples
