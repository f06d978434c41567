"""The graph of measures kept up to date: what each query of the stage constructs, row by row.

Each query sees what those before it wrote. Only what is unreported is read by queries that come before others which
write of it; those queries are taken as one block, worked out anew and in order whenever one of them is touched.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from pyoxigraph import Quad, Store, Triple

from aiopkg import assets
from aiopkg.errors import Place
from aiopkg.live.changes import Changes, Reach
from aiopkg.live.summed import Summed
from aiopkg.live.views import Rows, View, aside, only
from aiopkg.measure import RECKONED, occasion, openness
from aiopkg.validate.terms import Term
from aiopkg.vocab import AIOP, GRAPH, RDF

__all__ = ["Measures"]

_DECLARING = (AIOP.ofProperty, AIOP.ofClass, AIOP.ofElement)
_OTHERS = tuple(graph for graph in GRAPH.facts if graph != GRAPH.measures)
_MANY = 5000
"""A query is asked about everything rather than about more nodes than this."""


class Measures:
    """What is measured of a materialised store, and how many rows hold each triple.

    Writes the store's graph of measures, which must be empty. Raises as :func:`aiopkg.measure.measure` does.
    """

    def __init__(
        self,
        store: Store,
        as_of: date,
        given: Iterable[Triple],
        place_of: Callable[[object], Place | None],
        told: Sequence[Triple],
    ) -> None:
        self._store = store
        self._told: Sequence[Triple] = ()
        self._held: Counter[Triple] = Counter()
        self._views = [View.read(path) for path in assets.queries("measure")]
        self._rows: list[dict[Term, frozenset[Triple]]] = [{} for _ in self._views]
        self._sums: dict[int, Summed] = {}
        self._block = [place for place, view in enumerate(self._views) if AIOP.unreported in view.writes]
        self._reckoned: dict[Term, frozenset[Triple]] = {}
        self._reckonable = {
            quad.subject
            for predicate in (AIOP.countedAs, AIOP.heldAs)
            for quad in store.quads_for_pattern(None, predicate, None, GRAPH.ontology)
        }
        self._declared: frozenset[Triple] = frozenset()
        self._hold({*given, *occasion(store, as_of, place_of)})
        self._set(self._reckoned, _by_subject(triple for reckon in RECKONED for triple in reckon(store, None)))
        for place in range(len(self._views)):
            if place not in self._block:
                summed = Summed.of(self._views[place], store, GRAPH.facts, _MANY)
                if summed is not None:
                    self._sums[place] = summed
                self._renew(place, Reach(everything=True))
            elif place == self._block[-1]:
                self._renew_block()
        self._told = told

    def update(self, changes: Changes) -> Changes:
        """Take in changes of the asserted and inferred graphs; returns them with those of the measures."""
        self._hide(changes)
        total = changes.and_then(self._reckon(changes))
        for place, view in enumerate(self._views):
            if place in self._block:
                if place == self._block[-1] and self._touches_block(total):
                    total = total.and_then(self._renew_block())
                continue
            if place in self._sums:
                reach = self._sums[place].take_in(self._store, total, GRAPH.facts)
            else:
                reach = view.reached(self._store, total, GRAPH.facts)
            if reach:
                total = total.and_then(self._renew(place, reach))
        return total

    def _hide(self, changes: Changes) -> None:
        """Keep the graph disjoint from the other graphs of facts."""
        for triple in changes.added:
            if self._held[triple] and self._stated(triple):
                self._store.remove(_quad(triple))
        for triple in changes.removed:
            if self._held[triple] and not self._stated(triple):
                self._store.add(_quad(triple))

    def _stated(self, triple: Triple) -> bool:
        return any(Quad(triple.subject, triple.predicate, triple.object, graph) in self._store for graph in _OTHERS)

    def _reckon(self, changes: Changes) -> Changes:
        subjects = {t.subject for p, ts in changes.by_predicate.items() if p in self._reckonable for t in ts}
        found: Rows = {
            subject: frozenset(triple for reckon in RECKONED for triple in reckon(self._store, subject))  # type: ignore[arg-type]
            for subject in subjects
        }
        return self._set(self._reckoned, found) if subjects else Changes()

    def _touches_block(self, changes: Changes) -> bool:
        kinds = {t.object for t in changes.by_predicate.get(RDF.type, ())}
        declared = (
            quad.object
            for graph in (GRAPH.asserted, GRAPH.inferred)
            for quad in self._store.quads_for_pattern(None, AIOP.ofClass, None, graph)
        )
        if changes.touches(_DECLARING) or AIOP.Incompleteness in kinds or not kinds.isdisjoint(declared):
            return True
        return any(self._views[place].reached(self._store, changes, GRAPH.facts) for place in self._block)

    def _renew_block(self) -> Changes:
        """Work out anew all that is unreported, which is nothing where nobody says so."""
        declared = frozenset(openness(self._store))
        if not (declared or self._declared or any(self._rows[place] for place in self._block)) and not any(
            next(self._store.quads_for_pattern(None, AIOP.unreported, None, graph), None) for graph in _OTHERS
        ):
            return Changes()
        before = {triple for place in self._block for row in self._rows[place].values() for triple in row}
        before |= self._declared
        seen = {triple for triple in before if _quad(triple) in self._store}
        for place in self._block:
            for row in self._rows[place].values():
                self._release(row)
            self._rows[place] = {}
        self._release(self._declared)
        self._declared = declared
        self._hold(self._declared)
        with aside(self._store, self._told):
            for place in self._block:
                self._set(self._rows[place], self._views[place].rows(self._store, GRAPH.facts))
        after = {triple for place in self._block for row in self._rows[place].values() for triple in row}
        now = {triple for triple in after | self._declared if _quad(triple) in self._store}
        return Changes(frozenset(now - seen), frozenset(seen - now))

    def _renew(self, place: int, reach: Reach) -> Changes:
        """Work out some rows of a query anew."""
        rows, view = self._rows[place], self._views[place]
        everything = reach.everything or len(reach.nodes) > _MANY
        keys = list(rows) if everything else [node for node in reach.nodes if node in rows]
        old = {key: rows.pop(key) for key in keys}
        # A query may read what it writes; it must not find what it wrote the last time.
        gone = {triple for row in old.values() for triple in self._release(row)}
        if place in self._sums:
            found = self._sums[place].rows(self._store, GRAPH.facts, None if everything else reach.nodes)
        elif everything:
            with aside(self._store, self._told):
                found = view.rows(self._store, GRAPH.facts)
        else:
            with only(self._store, reach.nodes) as focus:
                found = view.rows(self._store, GRAPH.facts, focus)
        come = self._set(rows, found).added
        return Changes(frozenset(come - gone), frozenset(gone - come))

    def _set(self, rows: dict[Term, frozenset[Triple]], found: Rows) -> Changes:
        """Replace some rows by others; returns what changed in the graph."""
        added: set[Triple] = set()
        removed: set[Triple] = set()
        for key, row in found.items():
            old = rows.get(key, frozenset())
            if old != row:
                added |= self._hold(row - old)
                removed |= self._release(old - row)
            if row:
                rows[key] = row
            else:
                rows.pop(key, None)
        return Changes(frozenset(added - removed), frozenset(removed - added))

    def _hold(self, triples: Iterable[Triple]) -> set[Triple]:
        """Count triples in; returns those that the graph did not have."""
        added: set[Triple] = set()
        for triple in triples:
            self._held[triple] += 1
            if self._held[triple] == 1 and not self._stated(triple):
                added.add(triple)
        self._store.extend(map(_quad, added))
        return added

    def _release(self, triples: Iterable[Triple]) -> set[Triple]:
        """Count triples out; returns those that the graph has no more."""
        removed: set[Triple] = set()
        for triple in triples:
            self._held[triple] -= 1
            if not self._held[triple]:
                del self._held[triple]
                if _quad(triple) in self._store:
                    self._store.remove(_quad(triple))
                    removed.add(triple)
        return removed


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, GRAPH.measures)


def _by_subject(triples: Iterable[Triple]) -> Rows:
    found: dict[Term, set[Triple]] = defaultdict(set)
    for triple in triples:
        found[triple.subject].add(triple)
    return {subject: frozenset(row) for subject, row in found.items()}
