"""The graphs that a query sees (SPARQL 1.1 Query, 13)."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store

from aiopkg.errors import InputError
from aiopkg.server.messages import Question
from aiopkg.server.prescan import Outline
from aiopkg.vocab import GRAPH

__all__ = ["Dataset"]

GraphName = NamedNode | BlankNode | DefaultGraph
KEPT_MERGES = 4


class Dataset:
    """A store of named graphs whose default graph is the merge of what is asserted and what is inferred.

    The store does not merge: a triple that stands in two graphs of a default graph would be found twice.
    So the usual default graph is written once, and other merges when a query first asks for them.
    """

    def __init__(self, path: Path) -> None:
        self.store = Store()
        try:
            self.store.bulk_load(path=path, format=RdfFormat.N_QUADS)
        except SyntaxError as error:
            raise InputError("dataset-syntax", f"The dataset is not N-Quads: {error.msg}.") from error
        if next(iter(self.store.quads_for_pattern(None, None, None, DefaultGraph())), None) is not None:
            raise InputError("dataset-unnamed", "The dataset has a quad that is in no named graph.")
        self.names = sorted(self.store.named_graphs(), key=str)
        self._merge((GRAPH.asserted, GRAPH.inferred), DefaultGraph())
        self._merges: dict[frozenset[str], BlankNode] = {}

    def choose(self, question: Question, outline: Outline) -> tuple[list[GraphName], list[NamedNode | BlankNode]]:
        """Choose the default graphs and the named graphs of a query.

        The dataset of the protocol goes before the one of the query text, and that before the usual one.
        A graph that the dataset does not hold is empty; nothing is fetched.
        """
        if question.default_graphs is not None or question.named_graphs is not None:
            return self._given(question.default_graphs or (), question.named_graphs or ())
        if outline.default_graphs is not None or outline.named_graphs is not None:
            return self._given(outline.default_graphs or (), outline.named_graphs or ())
        default: GraphName = DefaultGraph() if question.inferred else GRAPH.asserted
        return [default], list(self.names)

    def _given(
        self, defaults: Sequence[str], named: Sequence[str]
    ) -> tuple[list[GraphName], list[NamedNode | BlankNode]]:
        known = {name.value: name for name in self.names}
        merged = sorted({iri for iri in defaults if iri in known})
        default: list[GraphName] = [known[iri] for iri in merged]
        if len(merged) > 1:
            default = [self._merged(frozenset(merged))]
        return default, [known[iri] for iri in sorted(set(named)) if iri in known]

    def _merged(self, iris: frozenset[str]) -> BlankNode:
        """The graph that holds the merge of several; the few used last are kept."""
        graph = self._merges.pop(iris, None)
        if graph is None:
            graph = BlankNode()
            if len(self._merges) >= KEPT_MERGES:
                self.store.remove_graph(self._merges.pop(next(iter(self._merges))))
            self._merge([NamedNode(iri) for iri in sorted(iris)], graph)
        self._merges[iris] = graph
        return graph

    def _merge(self, sources: Iterable[NamedNode], target: GraphName) -> None:
        for source in sources:
            quads = self.store.quads_for_pattern(None, None, None, source)
            self.store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, target) for quad in quads)
