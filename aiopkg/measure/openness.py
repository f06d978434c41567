"""Brings what a model says about its own gaps into the one form that validation reads."""

from collections.abc import Iterator

from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.columns import FactStore
from aiopkg.vocab import AIOP, GRAPH, RDF

__all__ = ["openness"]

_GRAPHS = (GRAPH.asserted, GRAPH.inferred)


def openness(store: FactStore) -> Iterator[Triple]:
    """Yield ``element aiop:unreported property`` for each declaration of incompleteness.

    A declaration may name an element, a class, a property, or a property together with one of the
    former. A class stands for each of its instances, a property alone for every element.
    """
    declared = {q.subject for g in _GRAPHS for q in store.quads_for_pattern(None, RDF.type, AIOP.Incompleteness, g)}
    for declaration in declared:
        properties = _values(store, declaration, AIOP.ofProperty)
        kinds = _values(store, declaration, AIOP.ofClass)
        elements = _values(store, declaration, AIOP.ofElement)
        if properties and not kinds and not elements:
            elements = {AIOP.AnyElement}
        for kind in kinds:
            for graph in _GRAPHS:
                elements |= {q.subject for q in store.quads_for_pattern(None, RDF.type, kind, graph)}  # type: ignore[misc]
        for element in elements:
            for name in properties or {AIOP.AnyProperty}:
                yield Triple(element, AIOP.unreported, name)


def _values(store: FactStore, subject: object, predicate: NamedNode) -> set[NamedNode | BlankNode]:
    return {q.object for g in _GRAPHS for q in store.quads_for_pattern(subject, predicate, None, g)}  # type: ignore[arg-type, misc]
