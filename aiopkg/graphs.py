"""Terms and graphs of rdflib at the edge of the API (the only module that names rdflib)."""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.errors import InputError

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = [
    "Graph",
    "from_rdflib",
    "is_rdflib_term",
    "prefixes_of",
    "rdflib_graph",
    "refuse_what_is_no_iri",
    "triples_of",
]

_PREFIX = re.compile(r"|[a-z](?:[\w.-]*[\w-])?", re.ASCII | re.IGNORECASE)
_FORBIDDEN = frozenset('<>" {}|\\^`')
"""The characters that no IRI holds and that rdflib lets pass until it writes them."""

Term = NamedNode | BlankNode | Literal


def rdflib_graph(triples: Iterable[Triple], prefixes: Iterable[tuple[str, str]] = ()) -> "Graph":
    """Return a new rdflib graph of some triples; literals keep their spelling.

    Raises :class:`InputError` for a triple within a triple, which rdflib does not hold.
    """
    from rdflib import Graph  # noqa: PLC0415 - it takes long to import

    graph = Graph()
    for prefix, namespace in prefixes:
        graph.bind(prefix, namespace)
    for subject, predicate, value in triples:
        graph.add((_to_rdflib(subject), _to_rdflib(predicate), _to_rdflib(value)))
    return graph


def triples_of(graph: "Graph") -> Iterator[Triple]:
    """Yield the triples of an rdflib graph, which is only read."""
    for subject, predicate, value in graph:
        node, verb = from_rdflib(subject), from_rdflib(predicate)
        assert not isinstance(node, Literal) and isinstance(verb, NamedNode)
        yield Triple(node, verb, from_rdflib(value))


def prefixes_of(graph: object) -> dict[str, str]:
    """Return the prefixes that a graph of rdflib binds; those are left out that a query cannot declare."""
    pairs: Iterable[tuple[object, object]] = getattr(graph, "namespaces", tuple)()
    bound = {str(prefix): str(space) for prefix, space in pairs}
    return {prefix: space for prefix, space in bound.items() if _PREFIX.fullmatch(prefix) and _is_iri(space)}


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def refuse_what_is_no_iri(rows: Iterable[object]) -> None:
    """Raise :class:`InputError` for the first IRI of a graph or dataset of rdflib that is none."""
    for row in rows:
        for term in row if isinstance(row, tuple) else ():
            if is_rdflib_term(term) and term.__class__.__name__ == "URIRef" and not _FORBIDDEN.isdisjoint(term):
                from_rdflib(term)


def is_rdflib_term(value: object) -> bool:
    """Tell whether a value is a term of rdflib; where rdflib was never imported, nothing is."""
    rdflib = sys.modules.get("rdflib.term")
    return rdflib is not None and isinstance(value, rdflib.Identifier)


def from_rdflib(term: object) -> Term:
    """Return a term of rdflib as one of pyoxigraph; raises :class:`InputError` for an IRI that is none."""
    from rdflib import BNode, URIRef  # noqa: PLC0415 - it takes long to import
    from rdflib import Literal as RdflibLiteral  # noqa: PLC0415

    if isinstance(term, RdflibLiteral):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term))
    if isinstance(term, BNode):
        return BlankNode(str(term))
    if not isinstance(term, URIRef):
        raise InputError("parameter-value", f"A {type(term).__name__} of rdflib is no term of a graph.")
    try:
        return NamedNode(str(term))
    except ValueError as error:
        raise InputError(
            "parameter-value", f"'{term}' is no IRI: {error}.", fix="Give an absolute IRI, spaces and brackets escaped."
        ) from error


def _to_rdflib(term: Term | Triple) -> "Node":
    from rdflib import BNode, URIRef  # noqa: PLC0415 - it takes long to import
    from rdflib import Literal as RdflibLiteral  # noqa: PLC0415

    match term:
        case NamedNode(value=iri):
            return URIRef(iri)
        case BlankNode(value=name):
            return BNode(name)
        case Literal():
            if term.language:
                return RdflibLiteral(term.value, lang=term.language)
            if term.datatype.value == "http://www.w3.org/2001/XMLSchema#string":
                return RdflibLiteral(term.value)
            return RdflibLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)
        case _:
            raise InputError("triple-term", "A triple within a triple cannot be held by rdflib.")
