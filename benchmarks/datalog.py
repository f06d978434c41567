"""Writes the axioms of an ontology as a Datalog program, as one would by hand for an engine that knows no OWL.

Equality of individuals and what rests on it (functional properties, keys) are left out, as are contradictions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.vocab import PREFIXES, RDF, RDFS

__all__ = ["program"]

Term = NamedNode | BlankNode | Literal | Triple


def _owl(name: str) -> NamedNode:
    return NamedNode(PREFIXES["owl"] + name)


TYPE = str(RDF.type)
PLAIN = (
    (RDFS.subClassOf, f"out(?x, {TYPE}, {{o}}) :- out(?x, {TYPE}, {{s}}) ."),
    (_owl("equivalentClass"), f"out(?x, {TYPE}, {{o}}) :- out(?x, {TYPE}, {{s}}) ."),
    (_owl("equivalentClass"), f"out(?x, {TYPE}, {{s}}) :- out(?x, {TYPE}, {{o}}) ."),
    (RDFS.subPropertyOf, "out(?x, {o}, ?y) :- out(?x, {s}, ?y) ."),
    (_owl("equivalentProperty"), "out(?x, {o}, ?y) :- out(?x, {s}, ?y) ."),
    (_owl("equivalentProperty"), "out(?x, {s}, ?y) :- out(?x, {o}, ?y) ."),
    (_owl("inverseOf"), "out(?y, {o}, ?x) :- out(?x, {s}, ?y) ."),
    (_owl("inverseOf"), "out(?y, {s}, ?x) :- out(?x, {o}, ?y) ."),
    (NamedNode(PREFIXES["rdfs"] + "domain"), f"out(?x, {TYPE}, {{o}}) :- out(?x, {{s}}, ?y) ."),
    (RDFS.range, f"out(?y, {TYPE}, {{o}}) :- out(?x, {{s}}, ?y) ."),
)
KINDS = (
    (_owl("SymmetricProperty"), "out(?y, {s}, ?x) :- out(?x, {s}, ?y) ."),
    (_owl("TransitiveProperty"), "out(?x, {s}, ?z) :- out(?x, {s}, ?y), out(?y, {s}, ?z) ."),
)


def program(axioms: Iterable[Triple]) -> str:
    """Return rules that derive what the axioms entail of data in ``t``, into ``out``."""
    return "".join(f"{line}\n" for line in dict.fromkeys(_rules(tuple(axioms))))


def _rules(axioms: tuple[Triple, ...]) -> Iterator[str]:
    of: dict[tuple[object, object], list[Term]] = defaultdict(list)
    for triple in axioms:
        of[triple.subject, triple.predicate].append(triple.object)
    name: dict[Term, str] = {
        node: f"<urn:x:{node.value}>" if isinstance(node, BlankNode) else str(node)
        for triple in axioms
        for node in (triple.subject, triple.object)
    }

    def listed(head: Term) -> list[str]:
        found = []
        while head != RDF.nil:
            found.append(name[of[head, RDF.first][0]])
            head = of[head, RDF.rest][0]
        return found

    yield "out(?s, ?p, ?o) :- t(?s, ?p, ?o) ."
    for triple in axioms:
        own, value = name[triple.subject], triple.object
        if isinstance(triple.subject, NamedNode) and triple.predicate != RDF.type and isinstance(value, NamedNode):
            yield f"out({own}, {triple.predicate}, {name[value]}) ."
        yield from (rule.format(s=own, o=name[value]) for predicate, rule in PLAIN if triple.predicate == predicate)
        yield from (rule.format(s=own) for kind, rule in KINDS if (triple.predicate, value) == (RDF.type, kind))
        if triple.predicate == _owl("propertyChainAxiom"):
            steps = listed(value)
            body = ", ".join(f"out(?x{place}, {step}, ?x{place + 1})" for place, step in enumerate(steps))
            yield f"out(?x0, {own}, ?x{len(steps)}) :- {body} ."
        elif triple.predicate == _owl("intersectionOf"):
            members = listed(value)
            body = ", ".join(f"out(?x, {TYPE}, {member})" for member in members)
            yield f"out(?x, {TYPE}, {own}) :- {body} ."
            yield from (f"out(?x, {TYPE}, {member}) :- out(?x, {TYPE}, {own}) ." for member in members)
        elif triple.predicate == _owl("unionOf"):
            yield from (f"out(?x, {TYPE}, {own}) :- out(?x, {TYPE}, {member}) ." for member in listed(value))
        elif triple.predicate == _owl("oneOf"):
            yield from (f"out({member}, {TYPE}, {own}) ." for member in listed(value))
        elif triple.predicate == _owl("onProperty"):
            for filler in of[triple.subject, _owl("someValuesFrom")]:
                member = "" if filler == _owl("Thing") else f", out(?y, {TYPE}, {name[filler]})"
                yield f"out(?x, {TYPE}, {own}) :- out(?x, {value}, ?y){member} ."
            for filler in of[triple.subject, _owl("hasValue")]:
                yield f"out(?x, {TYPE}, {own}) :- out(?x, {value}, {name[filler]}) ."
                yield f"out(?x, {value}, {name[filler]}) :- out(?x, {TYPE}, {own}) ."
