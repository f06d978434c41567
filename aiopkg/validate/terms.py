"""RDF terms as the validator needs them: vocabulary, order, and their text in SPARQL."""

from collections.abc import Iterable
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

__all__ = ["AIOP", "OWL", "RDF", "RDFS", "SH", "XSD", "Node", "Term", "order_key", "order_terms", "text_of"]

Node: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple


class Namespace:
    """A namespace: ``SH("path")`` is the IRI of its term."""

    def __init__(self, base: str) -> None:
        self.base = base

    def __call__(self, name: str) -> NamedNode:
        return NamedNode(self.base + name)


RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
SH = Namespace("http://www.w3.org/ns/shacl#")
AIOP = Namespace("https://w3id.org/aiop#")


def order_key(term: Term | None) -> tuple[int, str, str, str]:
    """The place of a term in our fixed order: nothing, IRIs, blank nodes, literals, quoted triples."""
    if term is None:
        return (0, "", "", "")
    if isinstance(term, NamedNode):
        return (1, term.value, "", "")
    if isinstance(term, BlankNode):
        return (2, term.value, "", "")
    if isinstance(term, Literal):
        return (3, term.value, term.datatype.value, term.language or "")
    return (4, str(term), "", "")


def order_terms(terms: Iterable[Term]) -> list[Term]:
    """The terms in our fixed order, each once."""
    return sorted(set(terms), key=order_key)


def text_of(term: Term) -> str:
    """The term as SPARQL text; a blank node has no name in a query and must be handled by its caller."""
    return str(term)
