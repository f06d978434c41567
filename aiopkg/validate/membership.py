"""Who may belong to a class in some completion, by the definitions of the ontology.

A class may be defined by owl:equivalentClass, by a subclass (a class or expression below it), or by an expression
written on the class itself, built of owl:intersectionOf, owl:unionOf, owl:someValuesFrom, owl:hasValue, owl:oneOf and
named classes. A node x possibly belongs to C if it has the type, if rdf:type is open at x, or if x possibly belongs
to a definition of C:

- all parts of an intersection, any part of a union, a member of owl:oneOf;
- (some p F): x has a p-value that possibly belongs to F, or p is open at x;
- (p value v): x has the fact, or p is open at x.

A property step also follows a declared owl:inverseOf. What is missing is collected on the way.
"""

from collections.abc import Iterable
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.validate.openness import ANY_PROPERTY
from aiopkg.validate.shapes_graph import ShapesGraph
from aiopkg.validate.terms import OWL, RDF, RDFS, Term, text_of

if TYPE_CHECKING:
    from aiopkg.validate.run import Run

__all__ = ["Definitions", "Membership"]

Missing: TypeAlias = frozenset[tuple[Term, NamedNode]]
_NOTHING: Missing = frozenset()
_THING = OWL("Thing")


@dataclass(frozen=True)
class _Verdict:
    """Possible membership: what is missing for it, and whether some part of it holds definitely already."""

    missing: Missing
    anchored: bool


@dataclass(frozen=True, eq=False)
class Definitions:
    """What an ontology says its classes consist of."""

    ontology: Iterable[Triple]

    @cached_property
    def graph(self) -> ShapesGraph:
        """Those triples of the ontology that define classes."""
        kept = {OWL(name) for name in _TERMS} | {RDFS("subClassOf"), RDF("first"), RDF("rest")}
        return ShapesGraph(triple for triple in self.ontology if triple.predicate in kept)

    def over(self, run: "Run") -> "Membership":
        """The definitions applied to the data of a run."""
        return Membership(self, run)

    def of(self, cls: Term) -> list[Term]:
        """The expressions that suffice for the class: itself, equivalents, and what stands below it."""
        graph = self.graph
        found = [*graph.values(cls, OWL("equivalentClass")), *graph.subjects(OWL("equivalentClass"), cls)]
        found += graph.subjects(RDFS("subClassOf"), cls)
        return [e for e in dict.fromkeys(found) if e != cls]

    def is_expression(self, node: Term) -> bool:
        """Whether the node carries an expression."""
        return any(self.graph.values(node, OWL(name)) for name in _EXPRESSIONS)

    def inverses(self, predicate: Term) -> list[Term]:
        """The declared inverses of a property."""
        return [
            *self.graph.values(predicate, OWL("inverseOf")),
            *self.graph.subjects(OWL("inverseOf"), predicate),
        ]


_EXPRESSIONS = ("intersectionOf", "unionOf", "oneOf", "onProperty")
_TERMS = (*_EXPRESSIONS, "someValuesFrom", "hasValue", "equivalentClass", "inverseOf")


@dataclass(frozen=True)
class _Nodes:
    """A set of nodes, or every node."""

    some: frozenset[Term] = frozenset()
    everything: bool = False

    def __contains__(self, node: Term) -> bool:
        return self.everything or node in self.some

    def __or__(self, other: "_Nodes") -> "_Nodes":
        return _Nodes(self.some | other.some, self.everything or other.everything)

    def __and__(self, other: "_Nodes") -> "_Nodes":
        if self.everything or other.everything:
            return other if self.everything else self
        return _Nodes(self.some & other.some)


@dataclass(eq=False)
class Membership:
    """Possible membership in the data of one run; relations are read once, whole."""

    definitions: Definitions
    run: "Run"
    _instances: dict[Term, set[Term]] = field(default_factory=dict)
    _values: dict[Term, dict[Term, set[Term]]] = field(default_factory=dict)
    _possible: dict[Term, _Nodes] = field(default_factory=dict)
    _opened: dict[Term, _Nodes] = field(default_factory=dict)
    _known: dict[tuple[Term, Term], _Verdict] = field(default_factory=dict)
    _below: set[tuple[Term, Term]] = field(default_factory=set)

    def is_possible(self, node: Term | None, cls: NamedNode) -> bool:
        """Whether the node is an instance of the class in some completion."""
        if node is None or not self.run.openness:
            return False
        return self.run.openness.is_open(node, RDF("type")) or node in self.possible_in(cls)

    def possible_in(self, expression: Term) -> _Nodes:
        """The nodes that possibly belong to the expression: the least solution of all definitions it rests on."""
        if expression not in self._possible:
            reached = [part for part in self._reached(expression) if part not in self._possible]
            found = {**self._possible, **{part: _Nodes() for part in reached}}
            changed = True
            while changed:
                changed = False
                for part in reversed(reached):
                    better = self._solve(part, found)
                    if better != found[part]:
                        found[part] = better
                        changed = True
            self._possible = found
        return self._possible[expression]

    def _reached(self, expression: Term) -> list[Term]:
        """The expression and all that it rests on."""
        graph = self.definitions.graph
        found: dict[Term, None] = {}
        pending = [expression]
        while pending:
            part = pending.pop()
            if part in found:
                continue
            found[part] = None
            pending += self.definitions.of(part) if isinstance(part, NamedNode) else []
            pending += graph.values(part, OWL("someValuesFrom"))
            for name in ("intersectionOf", "unionOf"):
                for head in graph.values(part, OWL(name)):
                    pending += graph.members(part, head)
        return list(found)

    def _solve(self, part: Term, found: dict[Term, _Nodes]) -> _Nodes:
        """What the present solution gives for one expression."""
        graph, nodes = self.definitions.graph, _Nodes()
        if part == _THING:
            return _Nodes(everything=True)
        if isinstance(part, NamedNode):
            nodes = _Nodes(frozenset(self.members(part) | self.typed_openly))
            for definition in self.definitions.of(part):
                nodes |= found[definition]
        for head in graph.values(part, OWL("intersectionOf")):
            shared = _Nodes(everything=True)
            for member in graph.members(part, head):
                shared &= found[member]
            nodes |= shared
        for head in graph.values(part, OWL("unionOf")):
            for member in graph.members(part, head):
                nodes |= found[member]
        for head in graph.values(part, OWL("oneOf")):
            nodes |= _Nodes(frozenset(graph.members(part, head)))
        for predicate in graph.values(part, OWL("onProperty")):
            if graph.values(part, OWL("someValuesFrom")) or graph.values(part, OWL("hasValue")):
                nodes |= self._open_at(predicate)
            relation = self.relation(predicate)
            for filler in graph.values(part, OWL("someValuesFrom")):
                nodes |= _Nodes(frozenset(n for n, vs in relation.items() if any(v in found[filler] for v in vs)))
            for value in graph.values(part, OWL("hasValue")):
                nodes |= _Nodes(frozenset(n for n, values in relation.items() if value in values))
        return nodes

    def _open_at(self, predicate: Term) -> _Nodes:
        """The nodes at which the property, or an inverse of it, is open."""
        if predicate not in self._opened:
            openness = self.run.openness
            names = [n for n in (predicate, *self.definitions.inverses(predicate)) if isinstance(n, NamedNode)]
            everything = any(openness.is_open_everywhere(name) for name in names)
            wanted = {ANY_PROPERTY, *names}
            some = frozenset(n for n, declared in openness.at_node.items() if not wanted.isdisjoint(declared))
            self._opened[predicate] = _Nodes(some, everything)
        return self._opened[predicate]

    @cached_property
    def typed_openly(self) -> frozenset[Term]:
        """The nodes that declare their own types unreported (a declaration for all elements says too little)."""
        openness, wanted = self.run.openness, {RDF("type"), ANY_PROPERTY}
        return frozenset(n for n, declared in openness.at_node.items() if not wanted.isdisjoint(declared))

    def candidates(self, cls: NamedNode) -> dict[Term, Missing]:
        """The nodes that are no instances of the class and possibly are, with some part of it definite."""
        found: dict[Term, Missing] = {}
        possible = self.possible_in(cls)
        for node in self._anchors(cls, set()) - self.members(cls):
            if node not in possible:
                continue
            self._below.clear()
            verdict = self._belongs(node, cls)
            missing = set(verdict.missing) if verdict is not None and verdict.anchored else set()
            if node in self.typed_openly:
                missing.add((node, RDF("type")))
            if missing:
                found[node] = frozenset(missing)
        return found

    def _anchors(self, expression: Term, seen: set[Term]) -> set[Term]:
        """The nodes of which some part of the expression is definite."""
        if expression in seen:
            return set()
        seen.add(expression)
        graph, found = self.definitions.graph, set[Term]()
        for name in ("intersectionOf", "unionOf"):
            for head in graph.values(expression, OWL(name)):
                for part in graph.members(expression, head):
                    found |= self._anchors(part, seen)
        for predicate in graph.values(expression, OWL("onProperty")):
            found |= set(self.relation(predicate))
        if isinstance(expression, NamedNode):
            if len(seen) > 1 and expression != _THING:
                found |= self.members(expression)
            for broader in graph.values(expression, RDFS("subClassOf")) if len(seen) == 1 else ():
                if isinstance(broader, NamedNode) and broader != _THING:
                    found |= self.members(broader) & self.typed_openly
            for definition in self.definitions.of(expression):
                found |= self._anchors(definition, seen)
        return found

    def members(self, cls: NamedNode) -> set[Term]:
        """The instances of a class, as the data stands."""
        if cls not in self._instances:
            self._instances[cls] = self.run.instances(cls)
        return self._instances[cls]

    def relation(self, predicate: Term) -> dict[Term, set[Term]]:
        """Each node with its values of the property, or of its inverses backwards."""
        if predicate not in self._values:
            found: dict[Term, set[Term]] = {}
            patterns = [self._step(predicate, "?this", "?value")]
            patterns += [self._step(inverse, "?value", "?this") for inverse in self.definitions.inverses(predicate)]
            text = " UNION ".join(f"{{ {pattern} }}" for pattern in patterns if pattern)
            for this, value in self.run.select(f"SELECT DISTINCT ?this ?value WHERE {{ {text} }}") if text else ():
                if this is not None and value is not None:
                    found.setdefault(this, set()).add(value)
            self._values[predicate] = found
        return self._values[predicate]

    def _step(self, predicate: Term, start: str, end: str) -> str:
        if isinstance(predicate, NamedNode):
            return f"{start} {text_of(predicate)} {end} ."
        inverted = [p for p in self.definitions.graph.values(predicate, OWL("inverseOf")) if isinstance(p, NamedNode)]
        return f"{end} {inverted[0]} {start} ." if inverted else ""

    def missing_at(self, node: Term, predicate: Term) -> Missing | None:
        """What is missing if the property is open at the node, itself or as one of its inverses."""
        for name in (predicate, *self.definitions.inverses(predicate)):
            if isinstance(name, NamedNode) and self.run.openness.is_open(node, name):
                return frozenset({(node, name)})
        return None

    def _belongs(self, node: Term, expression: Term) -> _Verdict | None:
        """What is missing for the node to belong; where definitions run in a circle, by the ways out of it."""
        key = (node, expression)
        if key in self._known:
            return self._known[key]
        if key in self._below or node not in self.possible_in(expression):
            return None
        self._below.add(key)
        found = self._expression(node, expression)
        if found is not None:
            self._below.discard(key)
            self._known[key] = found
        return found

    def _expression(self, node: Term, expression: Term) -> _Verdict | None:
        options: list[_Verdict | None] = []
        graph = self.definitions.graph
        if isinstance(expression, NamedNode):
            if node in self.members(expression):
                return _Verdict(_NOTHING, expression != _THING)
            if expression == _THING:
                return _Verdict(_NOTHING, False)
            if node in self.typed_openly:
                options.append(_Verdict(frozenset({(node, RDF("type"))}), False))
            options += [self._belongs(node, definition) for definition in self.definitions.of(expression)]
        for head in graph.values(expression, OWL("intersectionOf")):
            options.append(_all_of([self._belongs(node, part) for part in graph.members(expression, head)]))
        for head in graph.values(expression, OWL("unionOf")):
            options += [self._belongs(node, part) for part in graph.members(expression, head)]
        for head in graph.values(expression, OWL("oneOf")):
            if node in graph.members(expression, head):
                options.append(_Verdict(_NOTHING, True))
        for predicate in graph.values(expression, OWL("onProperty")):
            options += self._restriction(node, expression, predicate)
        return _any_of(options)

    def _restriction(self, node: Term, expression: Term, predicate: Term) -> list[_Verdict | None]:
        graph, options = self.definitions.graph, list[_Verdict | None]()
        values = self.relation(predicate).get(node, set())
        missing = self.missing_at(node, predicate)
        for filler in graph.values(expression, OWL("someValuesFrom")):
            found = [self._belongs(value, filler) for value in values]
            options += [None if verdict is None else _Verdict(verdict.missing, True) for verdict in found]
            options.append(None if missing is None else _Verdict(missing, False))
        for value in graph.values(expression, OWL("hasValue")):
            if value in values:
                options.append(_Verdict(_NOTHING, True))
            elif missing is not None:
                options.append(_Verdict(missing, False))
        return options


def _all_of(parts: list[_Verdict | None]) -> _Verdict | None:
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return _Verdict(frozenset().union(*(part.missing for part in found)), any(part.anchored for part in found))


def _any_of(options: list[_Verdict | None]) -> _Verdict | None:
    found = [option for option in options if option is not None]
    if not found:
        return None
    definite = next((option for option in found if not option.missing), None)
    if definite is not None:
        return definite
    anchored = [option for option in found if option.anchored]
    chosen = anchored or found
    return _Verdict(frozenset().union(*(option.missing for option in chosen)), bool(anchored))
