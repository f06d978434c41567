"""What an edit changed in the facts of a store, and the nodes that a query answers differently for it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from pyoxigraph import BlankNode, NamedNode, Store, Triple

from aiopkg.dataclass import dataclass
from aiopkg.live.routes import Read
from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat
from aiopkg.syntax.paths import Sequence as Steps
from aiopkg.validate.terms import Term
from aiopkg.vocab import GRAPH

__all__ = ["EVERYTHING", "Changes", "Reach", "Reads", "reached"]


@dataclass(frozen=True)
class Changes:
    """Triples that came into the facts of a store, and triples that left them; no triple did both."""

    added: frozenset[Triple] = frozenset()
    removed: frozenset[Triple] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def and_then(self, later: "Changes") -> "Changes":
        """Both changes as one."""
        return Changes(
            (self.added - later.removed) | (later.added - self.removed),
            (self.removed - later.added) | (later.removed - self.added),
        )

    @cached_property
    def by_predicate(self) -> Mapping[NamedNode, Sequence[Triple]]:
        """The triples of each property."""
        found: dict[NamedNode, list[Triple]] = defaultdict(list)
        for triple in (*self.added, *self.removed):
            found[triple.predicate].append(triple)
        return found

    def touches(self, predicates: Iterable[NamedNode]) -> bool:
        """Whether facts of one of these properties came or went."""
        return not self.by_predicate.keys().isdisjoint(predicates)


@dataclass(frozen=True)
class Reach:
    """Nodes, or every node."""

    nodes: frozenset[Term] = frozenset()
    everything: bool = False

    def __bool__(self) -> bool:
        return self.everything or bool(self.nodes)

    def __or__(self, other: "Reach") -> "Reach":
        return EVERYTHING if self.everything or other.everything else Reach(self.nodes | other.nodes)


EVERYTHING = Reach(everything=True)


@dataclass(frozen=True)
class Reads:
    """The reads of one query, by property."""

    by_predicate: Mapping[NamedNode | None, Sequence[Read]] = field(default_factory=dict)

    @classmethod
    def of(cls, reads: Iterable[Read]) -> "Reads":
        """Sort reads by property."""
        found: dict[NamedNode | None, list[Read]] = defaultdict(list)
        for read in reads:
            found[read.predicate].append(read)
        return cls(found)

    def reached(self, store: Store, changes: Changes, graphs: Collection[NamedNode] = GRAPH.facts) -> Reach:
        """The nodes that the query may answer differently since the changes, which the store has taken in."""
        starts: dict[Path | None, set[Term]] = defaultdict(set)
        for predicate, triples in changes.by_predicate.items():
            for read in (*self.by_predicate.get(predicate, ()), *self.by_predicate.get(None, ())):
                for triple in triples:
                    if read.subject not in (None, triple.subject) or read.object not in (None, triple.object):
                        continue
                    if read.everywhere:
                        return EVERYTHING
                    starts[read.way].add(triple.object if read.from_object else triple.subject)
        found: set[Term] = set()
        for way, nodes in starts.items():
            found |= nodes if way is None else reached(store, nodes, way, graphs)
        return Reach(frozenset(found))


def reached(
    store: Store,
    nodes: Iterable[Term],
    path: Path,
    graphs: Collection[NamedNode] = GRAPH.facts,
    *,
    turned: bool = False,
) -> set[Term]:
    """The nodes that a path leads to in some graphs of a store; ``turned`` walks it backwards."""
    match path:
        case Predicate(iri):
            return _neighbours(store, nodes, iri, graphs, turned=turned)
        case Inverse(inner):
            return reached(store, nodes, inner, graphs, turned=not turned)
        case Steps(first, second):
            one, other = (second, first) if turned else (first, second)
            return reached(store, reached(store, nodes, one, graphs, turned=turned), other, graphs, turned=turned)
        case Alternative(options):
            start = list(nodes)
            return {node for option in options for node in reached(store, start, option, graphs, turned=turned)}
        case Repeat(inner, sign):
            start = list(nodes)
            found: set[Term] = set() if sign == "+" else set(start)
            fresh: set[Term] = set(start)
            while fresh:
                fresh = reached(store, fresh, inner, graphs, turned=turned) - found
                found |= fresh
                if sign == "?":
                    break
            return found


def _neighbours(
    store: Store, nodes: Iterable[Term], predicate: NamedNode, graphs: Collection[NamedNode], *, turned: bool
) -> set[Term]:
    found: set[Term] = set()
    for node in nodes:
        if turned:
            quads = store.quads_for_pattern(None, predicate, node, None)
            found.update(quad.subject for quad in quads if quad.graph_name in graphs)
        elif isinstance(node, NamedNode | BlankNode):
            quads = store.quads_for_pattern(node, predicate, None, None)
            found.update(quad.object for quad in quads if quad.graph_name in graphs)
    return found
