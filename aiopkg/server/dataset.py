"""The graphs that a query sees (SPARQL 1.1 Query, 13)."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from aiopkg.errors import InputError
from aiopkg.server.layout import ORGANIZATION, Layout
from aiopkg.server.messages import Amendment, Patch, Question
from aiopkg.server.prescan import Outline
from aiopkg.sparql.spelling import Spelling

__all__ = ["Dataset", "GraphName", "quad_lines", "triple_lines"]

GraphName = NamedNode | BlankNode | DefaultGraph
OVERLAP = "ASK { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }"
KEPT_MERGES = 4


class Dataset:
    """A store of graphs; the usual default graph is what is asserted together with what is inferred.

    The store finds a triple twice that stands in two graphs of a default graph. Graphs that share no
    triple are therefore given to it as they are, and others are first merged into one.
    """

    def __init__(self, path: Path, layout: Layout = ORGANIZATION) -> None:
        self.store = Store()
        self.layout = layout
        self.spelling = Spelling()
        content = path.read_bytes()
        try:
            _load(self.store, path, content)
        except SyntaxError as error:
            raise InputError("dataset-syntax", f"The dataset is not N-Quads: {error.msg}.") from error
        unnamed = next(iter(self.store.quads_for_pattern(None, None, None, DefaultGraph())), None)
        if unnamed is not None and layout.home is not None:
            raise InputError("dataset-unnamed", "The dataset has a quad that is in no named graph.")
        self.spelling.add(content)
        self._merges: dict[frozenset[GraphName], list[GraphName]] = {}
        self._made: set[NamedNode | BlankNode] = set()
        self._survey()

    def _survey(self) -> None:
        """Look which graphs there are."""
        self.names = sorted(set(self.store.named_graphs()) - self._made, key=str)
        self._usual = self._merge([self.layout.home_graph, *self.layout.inferred_graphs])

    def take_in(self, patch: Patch) -> None:
        """Take quads out and put others in."""
        was_merged = bool(self._made.intersection(self._usual))
        for name in self._made:
            self.store.remove_graph(name)
        self._made.clear()
        self._merges.clear()
        for quad in parse(patch.gone, format=RdfFormat.N_QUADS):
            self.store.remove(quad)
        come = list(parse(patch.come, format=RdfFormat.N_QUADS))
        self.store.extend(come)
        for name in self.names:
            if next(iter(self.store.quads_for_pattern(None, None, None, name)), None) is None:
                self.store.remove_graph(name)
        self.spelling.remove(patch.gone)
        self.spelling.add(patch.come)
        if was_merged or self._doubles(come):
            self._survey()
        else:
            self.names = sorted(self.store.named_graphs(), key=str)

    def _doubles(self, come: Sequence[Quad]) -> bool:
        """Whether a quad that has come stands in two of the usual graphs."""
        usual = [graph for graph in self._usual if not isinstance(graph, BlankNode)]
        return any(
            Quad(quad.subject, quad.predicate, quad.object, other) in self.store
            for quad in come
            if quad.graph_name in usual
            for other in usual
            if other != quad.graph_name
        )

    def lines(self) -> set[bytes]:
        """Every quad as the store has it, as a line of N-Quads."""
        made = tuple(b" %b .\n" % str(name).encode() for name in self._made)
        lines = quad_lines(self.store)
        return {line for line in lines if not line.endswith(made)} if made else lines

    def choose(
        self, question: Question | Amendment, outline: Outline
    ) -> tuple[list[GraphName], list[NamedNode | BlankNode]]:
        """Choose the default graphs and the named graphs of a query.

        The dataset of the protocol goes before the one of the query text, and that before the usual one.
        A graph that the dataset does not hold is empty; nothing is fetched.
        """
        if question.default_graphs is not None or question.named_graphs is not None:
            return self._given(question.default_graphs or (), question.named_graphs or ())
        if outline.default_graphs is not None or outline.named_graphs is not None:
            return self._given(outline.default_graphs or (), outline.named_graphs or ())
        return self._usual if question.inferred else [self.layout.home_graph], list(self.names)

    def _given(
        self, defaults: Sequence[str], named: Sequence[str]
    ) -> tuple[list[GraphName], list[NamedNode | BlankNode]]:
        known = {name.value: name for name in self.names if isinstance(name, NamedNode)}
        default: list[GraphName] = [known[iri] for iri in sorted(set(defaults)) if iri in known]
        return self._merged(default), [known[iri] for iri in sorted(set(named)) if iri in known]

    def _merged(self, graphs: list[GraphName]) -> list[GraphName]:
        """The merge of several graphs; the few that were used last are kept."""
        key = frozenset(graphs)
        merge = self._merges.pop(key, None) or self._merge(graphs)
        if len(self._merges) >= KEPT_MERGES:
            for graph in self._made.intersection(self._merges.pop(next(iter(self._merges)))):
                self.store.remove_graph(graph)
                self._made.discard(graph)
        self._merges[key] = merge
        return merge

    def _merge(self, graphs: list[GraphName]) -> list[GraphName]:
        """Graphs that together hold each triple of the given ones once."""
        if not any(self._overlap(first, second) for first, second in combinations(graphs, 2)):
            return graphs
        target = BlankNode()
        self._made.add(target)
        for graph in graphs:
            quads = self.store.quads_for_pattern(None, None, None, graph)
            self.store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, target) for quad in quads)
        return [target]

    def _overlap(self, first: GraphName, second: GraphName) -> bool:
        assert isinstance(second, NamedNode)
        return bool(self.store.query(OVERLAP, default_graph=[first], named_graphs=[second]))


def quad_lines(store: Store) -> set[bytes]:
    """Every quad of a store as a line of N-Quads."""
    content = store.dump(format=RdfFormat.N_QUADS)
    assert content is not None
    return set(content.splitlines(keepends=True))


def triple_lines(store: Store, graph: GraphName) -> set[bytes]:
    """Every triple of a graph as a line of N-Triples."""
    content = store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph)
    assert content is not None
    return set(content.splitlines(keepends=True))


def _load(store: Store, path: Path, content: bytes) -> None:
    """Load N-Quads and keep their blank node labels, so that every worker answers with the same ones."""
    if b"_:" in content:
        store.bulk_extend(parse(path=path, format=RdfFormat.N_QUADS))
    else:
        store.bulk_load(path=path, format=RdfFormat.N_QUADS)
