"""The links along which gaps spread, as columns: read at once, and made into objects only where a failure passes."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.columns import ColumnStore, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["Carrier", "Element", "Link", "LinkTable", "rank_of_property"]

Element = NamedNode | BlankNode
Ids: TypeAlias = npt.NDArray[np.int64]
Carrier: TypeAlias = tuple[NamedNode, bool, bool]
"""A property that carries failures: whether from its subject to its object, and whether they end there."""

_MOST_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Link:
    """One fact that carries a failure from ``cause`` to ``effect``.

    The fact is the triple ``subject predicate object``; its subject is the cause or the effect, as the
    property goes. ``asserted`` tells whether the organization stated it or it was inferred; ``last`` that the
    effect suffers and does not pass the failure on.
    """

    cause: Element
    effect: Element
    subject: Element
    predicate: NamedNode
    object: Element
    asserted: bool
    last: bool

    @property
    def triple(self) -> Triple:
        """The fact."""
        return Triple(self.subject, self.predicate, self.object)


def rank_of_property(name: NamedNode) -> tuple[bool, str]:
    """Return what properties are ordered by of which one is to stand for a link: those that say more come first."""
    return name in (AIOP.dependsOn, AIOP.impacts, AIOP.burdens), name.value


class LinkTable(Mapping[Element, Sequence[Link]]):
    """For each element that is a cause the links that lead away from it, in a fixed order, one for each effect and
    manner; an asserted fact stands for a link before an inferred one, and one that says more before one that says less.
    """

    def __init__(self, store: FactStore, carriers: Sequence[Carrier]) -> None:
        self._carriers = carriers
        self._made: dict[Element, tuple[Link, ...]] = {}
        nodes, rows = _read(store, carriers)
        order = sorted(range(len(nodes)), key=lambda place: str(nodes[place]))
        self._nodes: list[Element] = [nodes[place] for place in order]
        places = np.empty(len(order), dtype=np.int64)
        places[order] = np.arange(len(order), dtype=np.int64)
        self._cause, self._effect, self._carrier, self._asserted = _best(rows, places, carriers)
        self._last: npt.NDArray[np.bool_] = np.array([last for _, _, last in carriers], dtype=np.bool_)[self._carrier]
        causes = np.unique(self._cause)
        starts, ends = (np.searchsorted(self._cause, causes, side) for side in ("left", "right"))
        self._span = {
            self._nodes[cause]: (start, end)
            for cause, start, end in zip(causes.tolist(), starts.tolist(), ends.tolist(), strict=True)
        }

    def __getitem__(self, cause: Element) -> tuple[Link, ...]:
        found = self._made.get(cause)
        if found is None:
            found = self._made[cause] = tuple(self._link(row) for row in range(*self._span[cause]))
        return found

    def __iter__(self) -> Iterator[Element]:
        return iter(self._span)

    def __len__(self) -> int:
        return len(self._span)

    def _link(self, row: int) -> Link:
        name, forward, last = self._carriers[int(self._carrier[row])]
        cause, effect = self._nodes[int(self._cause[row])], self._nodes[int(self._effect[row])]
        subject, value = (cause, effect) if forward else (effect, cause)
        return Link(cause, effect, subject, name, value, bool(self._asserted[row]), last)

    def circling(self) -> dict[Element, list[Element]]:
        """Return to what each element passes a failure on, without most of those that lie on no circle.

        Elements that nothing passes a failure to, and those that pass none on, are taken away round by round.
        """
        cause, effect = self._cause[~self._last], self._effect[~self._last]
        for _ in range(_MOST_ROUNDS):
            kept = np.isin(cause, effect) & np.isin(effect, cause)
            if kept.all():
                break
            cause, effect = cause[kept], effect[kept]
        passed_on: dict[Element, list[Element]] = defaultdict(list)
        for start, end in zip(cause.tolist(), effect.tolist(), strict=True):
            passed_on[self._nodes[start]].append(self._nodes[end])
        return passed_on


def _read(store: FactStore, carriers: Sequence[Carrier]) -> tuple[Sequence[Element], tuple[Ids, Ids, Ids, Ids]]:
    """Read the ends of what the properties state: cause, effect, place of the property, and whether it is asserted."""
    ends, nodes_of = _ends_in(store)
    columns: list[list[Ids]] = [[], [], [], []]
    for place, (name, forward, _) in enumerate(carriers):
        for graph in (GRAPH.asserted, GRAPH.inferred):
            subjects, values = ends(name, graph)
            columns[0].append(subjects if forward else values)
            columns[1].append(values if forward else subjects)
            columns[2].append(np.full(len(subjects), place, dtype=np.int64))
            columns[3].append(np.full(len(subjects), graph == GRAPH.asserted, dtype=np.int64))
    cause, effect, carrier, asserted = (
        np.concatenate(column) if column else np.empty(0, dtype=np.int64) for column in columns
    )
    used, at = np.unique(np.concatenate((cause, effect)), return_inverse=True)
    cause, effect = at[: len(cause)].astype(np.int64), at[len(cause) :].astype(np.int64)
    nodes = nodes_of(used)
    named = np.fromiter((isinstance(n, NamedNode | BlankNode) for n in nodes), dtype=np.bool_, count=len(nodes))
    kept = np.flatnonzero(named[cause] & named[effect] & (cause != effect))
    return nodes, (cause[kept], effect[kept], carrier[kept], asserted[kept])  # type: ignore[return-value]


_Ends: TypeAlias = Callable[[NamedNode, NamedNode], tuple[Ids, Ids]]


def _ends_in(store: FactStore) -> tuple[_Ends, Callable[[Ids], Sequence[object]]]:
    """What gives the numbers of the ends of a property in a graph, and what gives the terms of some numbers."""
    if isinstance(store, ColumnStore):
        return store.pairs, store.terms
    numbers: defaultdict[object, int] = defaultdict(count().__next__)

    def ends(name: NamedNode, graph: NamedNode) -> tuple[Ids, Ids]:
        quads = store.quads_for_pattern(None, name, None, graph)
        terms = chain.from_iterable((quad.subject, quad.object) for quad in quads)
        flat = np.fromiter(map(numbers.__getitem__, terms), dtype=np.int64)
        return flat[0::2], flat[1::2]

    def terms(wanted: Ids) -> Sequence[object]:
        known = [*numbers]
        return [known[number] for number in wanted.tolist()]

    return ends, terms


def _best(rows: tuple[Ids, Ids, Ids, Ids], places: Ids, carriers: Sequence[Carrier]) -> tuple[Ids, Ids, Ids, Ids]:
    """Keep the best row for each cause, effect and manner, ordered by these."""
    cause, effect, carrier, asserted = places[rows[0]], places[rows[1]], rows[2], rows[3]
    ranked = sorted({name for name, _, _ in carriers}, key=rank_of_property)
    ranks = np.array([ranked.index(name) for name, _, _ in carriers], dtype=np.int64)[carrier]
    last = np.array([last for _, _, last in carriers], dtype=np.int64)[carrier]
    order = np.lexsort((ranks, 1 - asserted, last, effect, cause))
    cause, effect, last = cause[order], effect[order], last[order]
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (cause[1:] != cause[:-1]) | (effect[1:] != effect[:-1]) | (last[1:] != last[:-1])
    return cause[first], effect[first], carrier[order][first], asserted[order][first]
