"""Recommendations kept up to date, each query row by row."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.derive import Recommendation
from aiopkg.derive.recommend import rank_of, recommendations_in
from aiopkg.live.changes import Changes, Reach
from aiopkg.live.views import View, only
from aiopkg.model.labels import Labels
from aiopkg.validate.terms import Term
from aiopkg.vocab import GRAPH

__all__ = ["Remedies"]

_READ = NamedNode("urn:aiopkg:read")
"""The graph of what the queries look at."""
_MANY = 5000


class Remedies:
    """The recommendations that follow from a store of facts and one of findings, and the rows that they come from.

    Writes their graph into the store of findings. What the queries look at is kept in a store of its own: the facts
    stay alone in theirs, and few of them bear on a recommendation.
    """

    def __init__(self, facts: Store, derived: Store, labels: Labels) -> None:
        self._facts, self._derived = facts, derived
        self._views = [View.read(path) for path in assets.queries("derive")]
        self._read_by_queries = {predicate for view in self._views for predicate in view.reads.by_predicate}
        self._store = Store()
        self._store.bulk_extend(
            Quad(quad.subject, quad.predicate, quad.object, _READ)
            for predicate in sorted(self._read_by_queries, key=str)
            for store, graphs in self._homes
            for graph in graphs
            for quad in store.quads_for_pattern(None, predicate, None, graph)
        )
        self._rows: list[dict[Term, frozenset[Triple]]] = [{} for _ in self._views]
        self._held: dict[Term, Counter[Triple]] = {}
        self._found: dict[Term, Recommendation] = {}
        self._ordered: list[Recommendation] = []
        changed: set[Term] = set()
        for place in range(len(self._views)):
            changed |= self._renew(place, Reach(everything=True))
        self._read(changed, labels)

    @property
    def _homes(self) -> Sequence[tuple[Store, Sequence[NamedNode]]]:
        return (self._facts, GRAPH.facts), (self._derived, (GRAPH.findings,))

    @property
    def recommendations(self) -> tuple[Recommendation, ...]:
        """All of them, in the order of reports."""
        return tuple(self._ordered)

    def update(self, changes: Changes, labels: Labels) -> None:
        """Take in changes of facts and findings, which their stores have taken in."""
        for predicate in changes.by_predicate.keys() & self._read_by_queries:
            for triple in changes.by_predicate[predicate]:
                (self._store.add if self._holds(triple) else self._store.remove)(_quad(triple, _READ))
        changed: set[Term] = set()
        for place, view in enumerate(self._views):
            reach = view.reached(self._store, changes, (_READ,))
            if reach:
                changed |= self._renew(place, reach)
        self._read(changed, labels)

    def _holds(self, triple: Triple) -> bool:
        return any(_quad(triple, graph) in store for store, graphs in self._homes for graph in graphs)

    def _renew(self, place: int, reach: Reach) -> set[Term]:
        rows, view = self._rows[place], self._views[place]
        everything = reach.everything or len(reach.nodes) > _MANY
        if everything:
            found = view.rows(self._store, (_READ,))
        else:
            with only(self._store, reach.nodes) as focus:
                found = view.rows(self._store, (_READ,), focus)
        changed: set[Term] = set()
        for key in set(rows) if everything else reach.nodes & rows.keys():
            old = rows.pop(key)
            changed |= self._count(old - found.get(key, frozenset()), -1)
            rows[key] = old & found.get(key, frozenset())
        for key, row in found.items():
            changed |= self._count(row - rows.get(key, frozenset()), 1)
            rows[key] = row
        return changed

    def _count(self, triples: Iterable[Triple], change: int) -> set[Term]:
        touched: set[Term] = set()
        for triple in triples:
            held = self._held.setdefault(triple.subject, Counter())
            held[triple] += change
            if held[triple] == 0:
                del held[triple]
            touched.add(triple.subject)
        return touched

    def _read(self, subjects: Iterable[Term], labels: Labels) -> None:
        """Read some recommendations anew, and write their triples."""
        for subject in subjects:
            old = self._found.pop(subject, None)
            if old is not None:
                del self._ordered[bisect_left(self._ordered, rank_of(old), key=rank_of)]
            known = set(self._derived.quads_for_pattern(subject, None, None, GRAPH.recommendations))  # type: ignore[arg-type]
            triples = sorted(self._held.get(subject, ()), key=str)
            now = {_quad(triple, GRAPH.recommendations) for triple in triples}
            for quad in known - now:
                self._derived.remove(quad)
            self._derived.extend(now - known)
            for recommendation in recommendations_in(triples, labels):
                self._found[subject] = recommendation
                insort(self._ordered, recommendation, key=rank_of)
            if not triples:
                self._held.pop(subject, None)


def _quad(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)
