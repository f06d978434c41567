"""Walks along property paths over the facts of a store, with the triples that each walk uses."""

from collections.abc import Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from aiopkg.columns import FactStore
from aiopkg.explain.proof import Term
from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat
from aiopkg.syntax.paths import Sequence as Chain

__all__ = ["Facts"]

Walk = tuple[Triple, ...]


class Facts:
    """The triples of some graphs of a store."""

    def __init__(self, store: FactStore, graphs: Sequence[NamedNode]) -> None:
        self._store = store
        self._graphs = frozenset(graphs)

    def __contains__(self, triple: Triple) -> bool:
        return any(
            Quad(triple.subject, triple.predicate, triple.object, graph) in self._store for graph in self._graphs
        )

    def match(self, subject: Term | None, predicate: NamedNode | None, value: Term | None) -> list[Triple]:
        """Return the triples with these terms (None for any), sorted."""
        if isinstance(subject, Literal):
            return []
        quads = self._store.quads_for_pattern(subject, predicate, value, None)
        return sorted({quad.triple for quad in quads if quad.graph_name in self._graphs}, key=str)

    def walk(self, start: Term, path: Path, end: Term) -> Walk | None:
        """Return the triples of one walk along a path from one term to another, None where there is none."""
        if isinstance(path, Inverse):
            return self.walk(end, path.path, start)
        if isinstance(path, Predicate):
            fact = None if isinstance(start, Literal) else Triple(start, path.iri, end)
            return (fact,) if fact is not None and fact in self else None
        found: Iterator[Walk] = (walk for reached, walk in self.reach(start, path) if reached == end)
        if isinstance(path, Chain):
            parts = ((before, self.walk(middle, path.second, end)) for middle, before in self.reach(start, path.first))
            found = ((*before, *after) for before, after in parts if after is not None)
        return next(found, None)

    def reach(self, start: Term, path: Path, backwards: bool = False) -> Iterator[tuple[Term, Walk]]:
        """Yield each term that a path leads to, with one walk; the shortest where steps repeat."""
        match path:
            case Predicate(iri):
                facts = self.match(None, iri, start) if backwards else self.match(start, iri, None)
                for fact in facts:
                    reached = fact.subject if backwards else fact.object
                    assert isinstance(reached, NamedNode | BlankNode | Literal)
                    yield reached, (fact,)
            case Inverse(inner):
                yield from self.reach(start, inner, not backwards)
            case Chain(first, second):
                one, two = (second, first) if backwards else (first, second)
                for middle, before in self.reach(start, one, backwards):
                    for reached, after in self.reach(middle, two, backwards):
                        yield reached, (*before, *after)
            case Alternative(options):
                for option in options:
                    yield from self.reach(start, option, backwards)
            case Repeat(inner, sign):
                yield from self._repeated(start, inner, sign, backwards)

    def _repeated(self, start: Term, inner: Path, sign: str, backwards: bool) -> Iterator[tuple[Term, Walk]]:
        if sign != "+":
            yield start, ()
        walks: dict[Term, Walk] = {} if sign == "+" else {start: ()}
        edge: list[tuple[Term, Walk]] = [(start, ())]
        while edge:
            ahead: list[tuple[Term, Walk]] = []
            for here, walk in edge:
                for reached, step in self.reach(here, inner, backwards):
                    if reached not in walks:
                        walks[reached] = (*walk, *step)
                        ahead.append((reached, walks[reached]))
                        yield reached, walks[reached]
            edge = ahead if sign != "?" else []
