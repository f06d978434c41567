"""Cascades kept up to date: those are followed again whose way, ends or company changed."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from aiopkg.derive.arrows import Arrow, arrow_of, ends_of, mechanisms_across
from aiopkg.derive.cascade import (
    KINDS,
    STAKES,
    Cascade,
    Cascades,
    Reach,
    cascade_of,
    cascade_triples,
    kind_of,
    kinds_in,
    modes_met,
    rank,
    reaches_of,
    stakes_in,
)
from aiopkg.derive.dependencies import Dependencies, Link
from aiopkg.live.changes import Changes
from aiopkg.model.labels import Labels
from aiopkg.model.layered import Layered
from aiopkg.validate.findings import Finding, element_named
from aiopkg.validate.terms import Term
from aiopkg.vocab import GRAPH, RDF

__all__ = ["Trails"]

Element = NamedNode | BlankNode
_TELLING = {*KINDS.values(), *STAKES}


class Trails:
    """The cascades of violated findings along the facts of a store, and what they rest on.

    Writes their graph into another store.
    """

    def __init__(self, store: Store, derived: Store, findings: Iterable[Finding], labels: Labels) -> None:
        self._store, self._derived = store, derived
        self._labels = labels
        self._dependencies = Dependencies.of(store)
        self._before: dict[Element, set[tuple[Element, bool]]] = defaultdict(set)
        for link in self._dependencies.links():
            self._before[link.effect].add((link.cause, link.last))
        self._kinds, self._stakes = kinds_in(store), stakes_in(store)
        self._mechanisms = mechanisms_across(store, labels)
        self._ends = {areas: ends_of(found) for areas, found in self._mechanisms.items()}
        self._opened: Counter[str] = Counter()
        self._evidence: dict[tuple[str, str], list[str]] = {areas: [] for areas in self._mechanisms}
        self._confirmed: dict[tuple[str, str], list[str]] = {areas: [] for areas in self._mechanisms}
        self._arrows: dict[tuple[str, str], Arrow | None] = {}
        self._at_focus: Layered[Element, Sequence[Finding]] = Layered({})
        self._reached: Layered[Element, tuple[Reach, ...]] = Layered({})
        self._chains: dict[Element, Mapping[Element, Sequence[Link]]] = {}
        self._keys: list[tuple[str, str, str]] = []
        self._ordered: list[Cascade] = []
        self._found: dict[str, Cascade] = {}
        self._settle(*self._place(findings, ()), set(), set())

    @property
    def cascades(self) -> Cascades:
        """All of them, as one value."""
        store, labels, dependencies = self._store, self._labels, self._dependencies
        at_focus, reached, cascades = self._at_focus, self._reached, tuple(self._ordered)
        arrows = sorted((arrow for arrow in self._arrows.values() if arrow), key=lambda a: (a.source, a.target))
        return Cascades(
            cascades,
            tuple(arrows),
            lambda: rank(store, dependencies, at_focus, reached, cascades, labels),
        )

    def update(
        self,
        changes: Changes,
        restated: Iterable[Triple],
        added: Iterable[Finding],
        removed: Iterable[Finding],
        renamed: Collection[Term],
        labels: Labels,
    ) -> None:
        """Take in changes of facts, of findings and of what terms are called.

        ``restated`` are all triples that came into or left the asserted or the inferred graph.
        """
        self._labels = labels
        former = self._dependencies
        self._dependencies, causes = former.revised(self._store, restated)
        for cause in causes:
            self._relink(cause, former)
        told: set[Element] = {e for e in renamed if isinstance(e, NamedNode | BlankNode)}
        told |= self._retype(changes)
        self._settle(*self._place(added, removed), self._upstream(causes), self._upstream(told))

    def _relink(self, cause: Element, former: Dependencies) -> None:
        """Bring the index from effects to causes up to date."""
        for link in former.after(cause):
            self._before[link.effect].discard((cause, link.last))
        for link in self._dependencies.after(cause):
            self._before[link.effect].add((cause, link.last))

    def _retype(self, changes: Changes) -> set[Element]:
        """Look up the kinds and stakes of elements with other types anew; returns those of which they changed."""
        changed: set[Element] = set()
        for triple in changes.by_predicate.get(RDF.type, ()):
            element = triple.subject
            if triple.object not in _TELLING or not isinstance(element, NamedNode | BlankNode):
                continue
            graphs = (GRAPH.asserted, GRAPH.inferred)
            types = {q.object for g in graphs for q in self._store.quads_for_pattern(element, RDF.type, None, g)}
            kind, high = kind_of(types), not types.isdisjoint(STAKES)
            if kind == self._kinds.get(element) and high == (element in self._stakes):
                continue
            changed.add(element)
            self._kinds.pop(element, None)
            if kind is not None:
                self._kinds[element] = kind
            (self._stakes.add if high else self._stakes.discard)(element)
        return changed

    def _upstream(self, elements: Iterable[Element]) -> set[Element]:
        """The elements from which one of these can be reached, themselves among them."""
        found = set(elements)
        pending = list(found)
        ends = set(found)
        while pending:
            here = pending.pop()
            for cause, last in self._before.get(here, ()):
                if cause not in found and (not last or here in ends):
                    found.add(cause)
                    pending.append(cause)
        return found

    def _place(self, added: Iterable[Finding], removed: Iterable[Finding]) -> tuple[set[Element], list[Finding]]:
        """Put violated findings where they stand; returns these elements, and the findings that are gone."""
        changed: dict[Element, list[Finding]] = {}
        gone: list[Finding] = []
        for findings, coming in ((removed, False), (added, True)):
            for finding in findings:
                if finding.verdict != "violated":
                    continue
                focus = element_named(finding.focus)
                row = changed.setdefault(focus, list(self._at_focus.get(focus, ())))
                if coming:
                    insort(row, finding, key=_key)
                else:
                    row.remove(finding)
                    gone.append(finding)
        empty = [focus for focus, row in changed.items() if not row]
        self._at_focus = self._at_focus.revised({f: tuple(row) for f, row in changed.items() if row}, empty)
        for focus in empty:
            self._chains.pop(focus, None)
        self._reached = self._reached.revised({}, empty)
        return set(changed), gone

    def _settle(
        self, placed: set[Element], gone: Iterable[Finding], rerouted: set[Element], retold: set[Element]
    ) -> None:
        """Follow again the cascades from some elements: those whose findings, whose ways or whose ends changed."""
        touched: set[tuple[str, str]] = set()
        for finding in gone:
            touched |= self._drop(finding)
        fresh = {focus for focus in placed if focus not in self._chains and focus in self._at_focus}
        again = fresh | {focus for focus in rerouted if focus in self._at_focus}
        for focus in again:
            self._chains[focus] = self._dependencies.chains(focus)
        again |= {focus for focus in retold if focus in self._at_focus}
        reached = {f: reaches_of(self._chains[f], self._kinds, self._stakes, self._labels) for f in again}
        self._reached = self._reached.revised({f: r for f, r in reached.items() if r != self._reached.get(f)})
        again |= {focus for focus in self._upstream(placed) if focus in self._at_focus}
        for focus in again:
            reaches, met = self._reached[focus], modes_met(self._chains[focus], self._at_focus)
            for finding in self._at_focus[focus]:
                touched |= self._keep(finding, cascade_of(finding, reaches, met))
        for areas in touched:
            self._arrows[areas] = arrow_of(
                areas, self._mechanisms[areas], +self._opened, self._evidence[areas], self._confirmed[areas]
            )

    def _keep(self, finding: Finding, found: Cascade) -> set[tuple[str, str]]:
        """Take in a cascade; returns the areas between which an arrow may be another for it."""
        known = self._found.get(finding.id)
        if known == found:
            return set()
        place = bisect_left(self._keys, _key(finding))
        if known is None:
            self._keys.insert(place, _key(finding))
            self._ordered.insert(place, found)
        else:
            self._ordered[place] = found
        self._found[finding.id] = found
        self._write(known, found)
        concerned = self._bear(finding, known, -1) if known else set()
        return concerned | self._bear(finding, found, 1)

    def _drop(self, finding: Finding) -> set[tuple[str, str]]:
        """Let go of a cascade; returns the areas between which an arrow may be another for it."""
        found = self._found.pop(finding.id)
        place = bisect_left(self._keys, _key(finding))
        del self._keys[place], self._ordered[place]
        self._write(found, None)
        return self._bear(finding, found, -1)

    def _write(self, before: Cascade | None, after: Cascade | None) -> None:
        """Bring the store from one cascade of a finding to another."""
        if before and after and before.reaches is after.reaches:
            return
        old, new = ({*cascade_triples([found])} if found else set() for found in (before, after))
        for triple in old - new:
            self._derived.remove(_quad(triple))
        self._derived.extend(map(_quad, new - old))

    def _bear(self, finding: Finding, found: Cascade, change: int) -> set[tuple[str, str]]:
        """Count a cascade into what the arrows rest on, or out of it; returns the areas that it concerns."""
        mode = finding.failure_mode
        self._opened[mode] += change
        concerned = {areas for areas, ends in self._ends.items() if mode in ends}
        for areas in concerned:
            confirms = not self._ends[areas][mode].isdisjoint(found.failure_modes)
            for ids in (self._evidence[areas], *([self._confirmed[areas]] if confirms else ())):
                if change > 0:
                    insort(ids, finding.id)
                else:
                    del ids[bisect_left(ids, finding.id)]
        return concerned


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.focus, finding.kind


def _quad(triple: Triple) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, GRAPH.cascades)
