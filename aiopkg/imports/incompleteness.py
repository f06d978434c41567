"""Says which properties a source has no column for, so that their absence is not taken for a no."""

from functools import cache

from pyoxigraph import NamedNode, RdfFormat, parse

from aiopkg import assets
from aiopkg.imports.mapping import TableMapping
from aiopkg.imports.terms import IMPORT
from aiopkg.vocab import PREFIXES, RDF

__all__ = ["properties_without_column"]

_OBJECT_PROPERTY = NamedNode(PREFIXES["owl"] + "ObjectProperty")
_DATATYPE_PROPERTY = NamedNode(PREFIXES["owl"] + "DatatypeProperty")
_INVERSE_OF = NamedNode(PREFIXES["owl"] + "inverseOf")


@cache
def _bookkeeping() -> frozenset[NamedNode]:
    path = assets.folder("ontology") / "imports" / "vocabulary.ttl"
    triples = parse(path=path, format=RdfFormat.TURTLE)
    return frozenset(t.object for t in triples if t.predicate == IMPORT.bookkeeping and isinstance(t.object, NamedNode))


def properties_without_column(mapping: TableMapping) -> tuple[NamedNode, ...]:
    """Return the properties of which every element may have values that the source cannot tell, sorted.

    These are all properties that the ontology declares, and those that the mapping adds, except the ones
    that a column states, those that follow from these alone, the inverses of both, and bookkeeping about the
    model itself.
    """
    declared: set[NamedNode] = set(mapping.no_column_for)
    inverse: dict[object, set[object]] = {}
    for triple in assets.ontology():
        subject = triple.subject
        if triple.predicate == RDF.type and triple.object in {_OBJECT_PROPERTY, _DATATYPE_PROPERTY}:
            declared.add(subject)  # type: ignore[arg-type]
        elif triple.predicate == _INVERSE_OF:
            inverse.setdefault(subject, set()).add(triple.object)
            inverse.setdefault(triple.object, set()).add(subject)
    stated: set[object] = {*mapping.settled, *(column.predicate for column in mapping.columns if column.predicate)}
    named = {column.element for column in mapping.columns if column.element}
    for name in named:
        stated |= {statement.predicate for statement in mapping.elements[name].statements}
    for known in tuple(stated):
        stated |= inverse.get(known, set())
    return tuple(sorted(declared - stated - _bookkeeping(), key=lambda name: name.value))
