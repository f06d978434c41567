"""Where AI proves itself soonest, and which datasets of one unit can inform the work of others."""

from collections import defaultdict
from dataclasses import dataclass

from pyoxigraph import Literal, Store

from aiopkg.derive.named import Named, name, names
from aiopkg.derive.placement import Element, look_up
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of

__all__ = ["Ground", "Loop", "OpenTo", "Reader", "Signal", "see_grounds", "see_signals"]


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

    ``reuse`` counts the use cases of units other than the keepers that read it.
    """

    dataset: str
    label: str
    keepers: tuple[Named, ...]
    refresh_days: float | None
    reuse: int
    read_by: tuple[Reader, ...]
    needed_by: tuple[Reader, ...]
    open_to: tuple[OpenTo, ...]


def see_grounds(store: Store, organization: Element, labels: Labels) -> tuple[Ground, ...]:
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


def see_signals(store: Store, organization: Element, labels: Labels) -> tuple[Signal, ...]:
    """Return the datasets that units keep, those read by most use cases of other units first.

    Of equal ones those come first that more use cases need, that are open to more units, and that are refreshed faster.
    """
    keepers: dict[Element, set[Element]] = defaultdict(set)
    readers: dict[tuple[Element, str], set[tuple[Element, Element]]] = defaultdict(set)
    ways: dict[Element, dict[Element, set[Element]]] = defaultdict(lambda: defaultdict(set))
    refresh: dict[Element, float] = {}
    for row in look_up(store, "signals", organization):
        dataset, kind = row["dataset"], row["kind"].value
        keepers[dataset].add(row["keeper"])
        if isinstance(row["element"], Literal):
            refresh[dataset] = float(row["element"].value)
        elif kind == "open to":
            ways[dataset][row["element"]].add(row["other"])
        else:
            readers[dataset, kind].add((row["element"], row["other"]))

    def read(dataset: Element, kind: str) -> tuple[Reader, ...]:
        found = [
            Reader(name_of(use_case), labels(use_case), name_of(unit), labels(unit))
            for use_case, unit in readers[dataset, kind]
        ]
        return tuple(sorted(found, key=lambda r: (r.label, r.use_case, r.unit_label, r.unit)))

    signals = []
    for dataset, kept in keepers.items():
        elsewhere = {use_case for use_case, unit in readers[dataset, "read by"] if unit not in kept}
        open_to = [
            OpenTo(name_of(unit), labels(unit), names(by, labels))
            for unit, by in ways[dataset].items()
            if unit not in kept
        ]
        signals.append(
            Signal(
                name_of(dataset),
                labels(dataset),
                names(kept, labels),
                refresh.get(dataset),
                len(elsewhere),
                read(dataset, "read by"),
                read(dataset, "needed by"),
                tuple(sorted(open_to, key=lambda o: (o.label, o.unit))),
            )
        )
    return tuple(sorted(signals, key=_worth))


def _worth(signal: Signal) -> tuple[float, float, float, float, str, str]:
    refresh = float("inf") if signal.refresh_days is None else signal.refresh_days
    return (-signal.reuse, -len(signal.needed_by), -len(signal.open_to), refresh, signal.label, signal.dataset)
