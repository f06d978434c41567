"""Where AI proves itself soonest, and which datasets of one unit can inform the work of others."""

from collections import defaultdict
from itertools import islice

from pyoxigraph import Literal

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.named import Named, name, names
from aiopkg.derive.placement import Element, look_up
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of

__all__ = ["Ground", "Loop", "OpenTo", "Reader", "Signal", "see_grounds", "see_signals"]

_MOST = 20
"""How many of the units to which a dataset is open are named."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop of one use case: how many days a round takes, by which data and which decision, and what is measured.

    ``data_days`` and ``decision_days`` are those of the fastest of each, and ``days`` is the slower of the two.
    """

    use_case: str
    label: str
    days: float
    data: Named
    data_days: float
    decision: Named
    decision_days: float
    outcomes: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """A unit as a proving ground: the density of its loops, its functional areas, and each loop, the fastest first."""

    unit: str
    label: str
    density: float
    areas: tuple[str, ...]
    loops: tuple[Loop, ...]
    outcomes: int


@dataclass(frozen=True, slots=True)
class Reader:
    """A use case that reads or needs a dataset, and the unit that runs it."""

    use_case: str
    label: str
    unit: str
    unit_label: str


@dataclass(frozen=True, slots=True)
class OpenTo:
    """A unit that may read a dataset and does not yet, and the fabrics, policies and products by which it may."""

    unit: str
    label: str
    by: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """A dataset that a unit keeps, by how far it is used: who reads it, who needs it, and to whom it is open.

    ``reuse`` counts the use cases of units other than the keepers that read it; ``open_to`` names the first of the
    ``open_to_units`` units that may read it and do not yet.
    """

    dataset: str
    label: str
    keepers: tuple[Named, ...]
    refresh_days: float | None
    reuse: int
    read_by: tuple[Reader, ...]
    needed_by: tuple[Reader, ...]
    open_to_units: int
    open_to: tuple[OpenTo, ...]


def see_grounds(store: FactStore, organization: Element, labels: Labels) -> tuple[Ground, ...]:
    """Return the units by the density of their loops, the densest first; of equal ones those that measure most."""
    density: dict[Element, float] = {}
    days: dict[Element, dict[Element, float]] = defaultdict(dict)
    facts: dict[tuple[Element, Element, str], dict[Element, float]] = defaultdict(dict)
    for row in look_up(store, "grounds", organization):
        unit, use_case = row["unit"], row["useCase"]
        density[unit] = float(row["density"].value)
        days[unit][use_case] = float(row["days"].value)
        if row["kind"] is not None:
            every = float(row["every"].value) if row["every"] is not None else 0.0
            facts[unit, use_case, row["kind"].value][row["element"]] = every

    def fastest(unit: Element, use_case: Element, kind: str) -> tuple[Named, float]:
        found = facts[unit, use_case, kind]
        element = min(found, key=lambda e: (found[e], labels(e), name_of(e)))
        return name(element, labels), found[element]

    grounds = []
    for unit, loops in days.items():
        seen = tuple(
            Loop(
                name_of(use_case),
                labels(use_case),
                length,
                *fastest(unit, use_case, "data"),
                *fastest(unit, use_case, "decision"),
                names(facts[unit, use_case, "outcome"], labels),
            )
            for use_case, length in sorted(loops.items(), key=lambda item: (item[1], labels(item[0]), name_of(item[0])))
        )
        areas = {labels(area) for use_case in loops for area in facts[unit, use_case, "area"]}
        measured = {outcome for loop in seen for outcome in loop.outcomes}
        grounds.append(Ground(name_of(unit), labels(unit), density[unit], tuple(sorted(areas)), seen, len(measured)))
    return tuple(sorted(grounds, key=lambda g: (-g.density, -g.outcomes, -len(g.loops), g.label, g.unit)))


def see_signals(store: FactStore, organization: Element, labels: Labels) -> tuple[Signal, ...]:
    """Return the datasets that units keep, those read by most use cases of other units first.

    Of equal ones those come first that more use cases need, that are open to more units, and that are refreshed faster.
    """
    keepers: dict[Element, set[Element]] = defaultdict(set)
    readers: dict[tuple[Element, str], set[tuple[Element, Element]]] = defaultdict(set)
    ways: dict[Element, set[Element]] = defaultdict(set)
    refresh: dict[Element, float] = {}
    for row in look_up(store, "signals", organization):
        dataset, kind = row["dataset"], row["kind"].value
        keepers[dataset].add(row["keeper"])
        if isinstance(row["element"], Literal):
            refresh[dataset] = float(row["element"].value)
        elif kind == "opened by":
            ways[dataset].add(row["element"])
        else:
            readers[dataset, kind].add((row["element"], row["other"]))

    def read(dataset: Element, kind: str) -> tuple[Reader, ...]:
        found = [
            Reader(name_of(use_case), labels(use_case), name_of(unit), labels(unit))
            for use_case, unit in readers[dataset, kind]
        ]
        return tuple(sorted(found, key=lambda r: (r.label, r.use_case, r.unit_label, r.unit)))

    openings = _Openings(store, labels)
    signals = []
    for dataset, kept in keepers.items():
        elsewhere = {use_case for use_case, unit in readers[dataset, "read by"] if unit not in kept}
        reading = {unit for _, unit in readers[dataset, "read by"]}
        signals.append(
            Signal(
                name_of(dataset),
                labels(dataset),
                names(kept, labels),
                refresh.get(dataset),
                len(elsewhere),
                read(dataset, "read by"),
                read(dataset, "needed by"),
                *openings.of(frozenset(ways[dataset]), kept | reading),
            )
        )
    return tuple(sorted(signals, key=_worth))


class _Openings:
    """The units to which ways of reading are open; many datasets share the same ways, so each set is seen once."""

    def __init__(self, store: FactStore, labels: Labels) -> None:
        self._labels = labels
        self._units: dict[Element, set[Element]] = defaultdict(set)
        for row in look_up(store, "ways"):
            self._units[row["way"]].add(row["unit"])
        self._together: dict[frozenset[Element], dict[Element, None]] = {}

    def of(self, ways: frozenset[Element], but: set[Element]) -> tuple[int, tuple[OpenTo, ...]]:
        """Return to how many units some ways are open but for some units, and the first of them by label."""
        if ways not in self._together:
            units = set().union(*(self._units[way] for way in ways))
            ordered = sorted(units, key=lambda unit: (self._labels(unit), name_of(unit)))
            self._together[ways] = dict.fromkeys(ordered)
        units_in_order = self._together[ways]
        first = islice((unit for unit in units_in_order if unit not in but), _MOST)
        shown = tuple(OpenTo(name_of(unit), self._labels(unit), self._by(ways, unit)) for unit in first)
        return len(units_in_order) - sum(unit in units_in_order for unit in but), shown

    def _by(self, ways: frozenset[Element], unit: Element) -> tuple[Named, ...]:
        return names((way for way in ways if unit in self._units[way]), self._labels)


def _worth(signal: Signal) -> tuple[float, float, float, float, str, str]:
    refresh = float("inf") if signal.refresh_days is None else signal.refresh_days
    return (-signal.reuse, -len(signal.needed_by), -signal.open_to_units, refresh, signal.label, signal.dataset)
