"""Writes the axioms of an ontology as a Datalog program, as one would by hand for an engine that knows no OWL.

Each class is a relation of one column and each property one of two. Equality of individuals and what rests on it
(functional properties, keys) are left out, as are contradictions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.vocab import PREFIXES, RDF, RDFS

__all__ = ["program"]

Term = NamedNode | BlankNode | Literal | Triple


def program(axioms: Iterable[Triple]) -> str:
    """Return rules that derive what the axioms entail of data in ``t``."""
    return "".join(f"{line}\n" for line in dict.fromkeys(_Compiler(tuple(axioms)).rules()))


def _owl(name: str) -> NamedNode:
    return NamedNode(PREFIXES["owl"] + name)


class _Compiler:
    def __init__(self, axioms: tuple[Triple, ...]) -> None:
        self._axioms = axioms
        self._of: dict[tuple[Term, NamedNode], list[Term]] = defaultdict(list)
        for triple in axioms:
            self._of[triple.subject, triple.predicate].append(triple.object)
        self._numbers: dict[Term, int] = {}

    def rules(self) -> Iterator[str]:
        drawn = [rule for triple in self._axioms for rule in self._drawn(triple)]
        for term, number in self._numbers.items():
            if isinstance(term, NamedNode):
                yield f"c{number}(?x) :- t(?x, {RDF.type}, {term}) ."
                yield f"p{number}(?x, ?y) :- t(?x, {term}, ?y) ."
        yield from drawn

    def _is(self, subject: str, kind: Term) -> str:
        return f"c{self._numbers.setdefault(kind, len(self._numbers))}({subject})"

    def _has(self, subject: str, predicate: Term, value: str) -> str:
        return f"p{self._numbers.setdefault(predicate, len(self._numbers))}({subject}, {value})"

    def _listed(self, head: Term) -> list[Term]:
        found = []
        while head != RDF.nil:
            found.append(self._of[head, RDF.first][0])
            head = self._of[head, RDF.rest][0]
        return found

    def _drawn(self, triple: Triple) -> Iterator[str]:
        own, predicate, value = triple.subject, triple.predicate, triple.object
        x, y = "?x", "?y"
        if predicate in (RDFS.subClassOf, _owl("equivalentClass")):
            yield f"{self._is(x, value)} :- {self._is(x, own)} ."
        if predicate == _owl("equivalentClass"):
            yield f"{self._is(x, own)} :- {self._is(x, value)} ."
        if predicate in (RDFS.subPropertyOf, _owl("equivalentProperty")):
            yield f"{self._has(x, value, y)} :- {self._has(x, own, y)} ."
        if predicate == _owl("equivalentProperty"):
            yield f"{self._has(x, own, y)} :- {self._has(x, value, y)} ."
        if predicate == _owl("inverseOf"):
            yield f"{self._has(y, value, x)} :- {self._has(x, own, y)} ."
            yield f"{self._has(y, own, x)} :- {self._has(x, value, y)} ."
        if predicate == NamedNode(PREFIXES["rdfs"] + "domain"):
            yield f"{self._is(x, value)} :- {self._has(x, own, y)} ."
        if predicate == RDFS.range and not str(value).startswith(f"<{PREFIXES['xsd']}"):
            yield f"{self._is(y, value)} :- {self._has(x, own, y)} ."
        if value == _owl("SymmetricProperty"):
            yield f"{self._has(y, own, x)} :- {self._has(x, own, y)} ."
        if value == _owl("TransitiveProperty"):
            yield f"{self._has(x, own, '?z')} :- {self._has(x, own, y)}, {self._has(y, own, '?z')} ."
        if predicate == RDF.type and isinstance(own, NamedNode) and isinstance(value, NamedNode):
            yield f"{self._is(str(own), value)} ."
        yield from self._of_lists(own, predicate, value)
        yield from self._of_restrictions(own, predicate, value)

    def _of_lists(self, own: Term, predicate: NamedNode, value: Term) -> Iterator[str]:
        if predicate == _owl("propertyChainAxiom"):
            steps = [self._has(f"?x{n}", step, f"?x{n + 1}") for n, step in enumerate(self._listed(value))]
            yield f"{self._has('?x0', own, f'?x{len(steps)}')} :- {', '.join(steps)} ."
        elif predicate == _owl("intersectionOf"):
            parts = [self._is("?x", part) for part in self._listed(value)]
            yield f"{self._is('?x', own)} :- {', '.join(parts)} ."
            yield from (f"{part} :- {self._is('?x', own)} ." for part in parts)
        elif predicate == _owl("unionOf"):
            yield from (f"{self._is('?x', own)} :- {self._is('?x', part)} ." for part in self._listed(value))
        elif predicate == _owl("oneOf"):
            yield from (f"{self._is(str(member), own)} ." for member in self._listed(value))

    def _of_restrictions(self, own: Term, predicate: NamedNode, value: Term) -> Iterator[str]:
        if predicate != _owl("onProperty"):
            return
        for filler in self._of[own, _owl("someValuesFrom")]:
            member = "" if filler == _owl("Thing") else f", {self._is('?y', filler)}"
            yield f"{self._is('?x', own)} :- {self._has('?x', value, '?y')}{member} ."
        for filler in self._of[own, _owl("hasValue")]:
            yield f"{self._is('?x', own)} :- {self._has('?x', value, str(filler))} ."
            yield f"{self._has('?x', value, str(filler))} :- {self._is('?x', own)} ."
