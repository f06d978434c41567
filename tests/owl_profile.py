"""Checks axioms against the OWL 2 RL profile (W3C OWL 2 Profiles, section 4.2): what may stand where."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.vocab import PREFIXES, RDF

OWL = PREFIXES["owl"]
RDFS = PREFIXES["rdfs"]
XSD = PREFIXES["xsd"]

DATATYPES = {
    XSD + name
    for name in (
        *("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN", "anyURI", "boolean"),
        *("decimal", "integer", "long", "int", "short", "byte", "nonNegativeInteger", "nonPositiveInteger"),
        *("positiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        *("float", "double", "hexBinary", "base64Binary", "dateTime", "dateTimeStamp"),
    )
} | {RDFS + "Literal", PREFIXES["rdf"] + "PlainLiteral", PREFIXES["rdf"] + "XMLLiteral"}
"""The datatypes of the profile (section 4.2.2)."""

ALLOWED = {
    "sub": {"intersectionOf", "unionOf", "oneOf", "someValuesFrom", "hasValue"},
    "super": {
        "intersectionOf",
        "complementOf",
        "allValuesFrom",
        "hasValue",
        "maxCardinality",
        "maxQualifiedCardinality",
    },
    "equivalent": {"intersectionOf", "hasValue"},
}
"""The constructors of class expressions by the side on which they stand (section 4.2.3)."""

POSITIONS = {
    "subClassOf": ("sub", "super"),
    "equivalentClass": ("equivalent", "equivalent"),
    "disjointWith": ("sub", "sub"),
}


def outside_rl(triples: Iterable[Triple]) -> Iterator[str]:
    """Yield a sentence for each axiom that the profile does not admit."""
    facts: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    everything = list(triples)
    for triple in everything:
        facts[triple.subject][triple.predicate.value].append(triple.object)
    for triple in everything:
        name = triple.predicate.value
        for position, sides in POSITIONS.items():
            if name in (OWL + position, RDFS + position):
                yield from expression(facts, triple.subject, sides[0])
                yield from expression(facts, triple.object, sides[1])
        if name == RDFS + "domain":
            yield from expression(facts, triple.object, "super")
        if name == RDFS + "range":
            literal = OWL + "DatatypeProperty" in {
                str(kind)[1:-1] for kind in facts[triple.subject].get(RDF.type.value, [])
            }
            if not literal:
                yield from expression(facts, triple.object, "super")
            elif triple.object not in map(NamedNode, DATATYPES):
                yield f"{triple.subject} has the range {triple.object}, a datatype outside the profile"
        if name == RDF.type.value and triple.object in (NamedNode(OWL + "ReflexiveProperty"),):
            yield f"{triple.subject} is reflexive"
        if name in (OWL + "disjointUnionOf",):
            yield f"{triple.subject} is a disjoint union"


def expression(facts: dict[object, dict[str, list[object]]], node: object, side: str) -> Iterator[str]:
    """Yield what is wrong with a class expression on a side."""
    if isinstance(node, NamedNode):
        if node.value == OWL + "Thing":
            yield f"owl:Thing stands on the {side} side"
        return
    assert isinstance(node, BlankNode)
    constructors = {p.removeprefix(OWL) for p in facts[node] if p.startswith(OWL)} - {"onProperty", "onClass"}
    for constructor in constructors - ALLOWED[side]:
        yield f"{constructor} stands on the {side} side"
    for constructor in ("intersectionOf", "unionOf"):
        for head in facts[node].get(OWL + constructor, []):
            for member in members(facts, head):
                yield from expression(facts, member, side)
    inner = {"someValuesFrom": "sub", "allValuesFrom": "super", "complementOf": "sub"}
    for constructor, inner_side in inner.items():
        for filler in facts[node].get(OWL + constructor, []):
            if filler != NamedNode(OWL + "Thing") and filler not in map(NamedNode, DATATYPES):
                yield from expression(facts, filler, inner_side)
    for constructor in ("maxCardinality", "maxQualifiedCardinality"):
        for number in facts[node].get(OWL + constructor, []):
            if not isinstance(number, Literal) or number.value not in ("0", "1"):
                yield f"{constructor} {number}"


def members(facts: dict[object, dict[str, list[object]]], cell: object) -> Iterator[object]:
    while cell != RDF.nil:
        yield facts[cell][RDF.first.value][0]
        cell = facts[cell][RDF.rest.value][0]
