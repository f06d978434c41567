"""The queues at the centre, drawn: how long requests wait, and how many stand open at each month's end."""

from collections.abc import Sequence

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.queues import Queue
from aiopkg.report.waiting import queue_in_words
from aiopkg.report.wording import MONTHS, count, sentence
from aiopkg.vocab import GRAPH, SKOS

__all__ = ["Chart", "Column", "Line", "Waiting", "overrun_in_words", "waiting_of"]

_HEIGHT, _BASE, _TOP = 150, 122, 22
_COLUMN, _GAP, _LEFT = 34, 6, 8
_MOST_MONTHS = 18


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart: its left edge, middle, top and height, what it counts, and what stands beneath it."""

    x: int
    middle: int
    y: str
    height: str
    number: int
    label: str
    late: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns over a base line, in units of the chart's own ``width`` and ``height``; ``said`` is the same in words."""

    width: int
    height: int
    base: int
    column: int
    columns: tuple[Column, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Line:
    """One asking unit: how many of its requests are open and counted, its median and longest wait and lateness."""

    unit: str
    open: str
    counted: str
    median: str
    longest: str
    late: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The queue at one team: in words, as two charts, and by unit; and what came in and went out over a year."""

    team: str
    said: str
    pace: str
    waits: Chart
    open: Chart
    units: tuple[Line, ...]


def waiting_of(a: Assessment) -> tuple[Waiting, ...]:
    """Return each queue at the centre."""
    queues = a.overview.queues
    return tuple(
        Waiting(
            sentence(queue.label),
            sentence(queue_in_words(a, queue)) + ".",
            _pace(queue),
            _waits(queue),
            _open(queue),
            tuple(
                Line(
                    unit.label,
                    f"{unit.open:,}",
                    f"{unit.waits.count:,}",
                    _days(unit.waits.median_days),
                    _days(unit.waits.longest_days),
                    f"{unit.waits.too_long:,}",
                )
                for unit in queue.units
            ),
        )
        for queue in queues.teams
    )


def overrun_in_words(a: Assessment) -> str:
    """Say what is the matter where the centre keeps too many units waiting, in the ontology's words; else nothing."""
    queues = a.overview.queues
    if not queues.overrun:
        return ""
    found = a.facts.quads_for_pattern(NamedNode(queues.condition), SKOS.definition, None, GRAPH.ontology)
    return f"{sentence(queues.condition_label)}: {next(iter(found)).object.value}"  # type: ignore[union-attr]


def _days(days: float | None) -> str:
    return "\u2013" if days is None else f"{days:,.0f}"


def _pace(queue: Queue) -> str:
    """Say how many came in and how many were answered in the last twelve months."""
    year = queue.months[-12:]
    arrived, answered = sum(month.arrived for month in year), sum(month.answered for month in year)
    return (
        f"In the last {count(len(year), 'month')} {arrived:,} came in and {answered:,} were answered." if year else ""
    )


def _waits(queue: Queue) -> Chart:
    columns = [(band.count, _band(band.over_days, band.to_days), band.late) for band in queue.bands]
    said = "; ".join(f"{label} days: {number:,}" for number, label, _ in columns if number)
    return _chart(columns, f"Requests by days waited. {said}.")


def _band(start: int, end: int | None) -> str:
    return f"{start}+" if end is None else f"\u2264{end}"


def _open(queue: Queue) -> Chart:
    months = queue.months[-_MOST_MONTHS:]
    columns = [(month.open, f"{MONTHS[int(month.month[5:]) - 1][:3]} {month.month[2:4]}", False) for month in months]
    said = "; ".join(f"{label}: {number:,}" for number, label, _ in columns)
    return _chart(columns, f"Requests open at the end of each month. {said}.")


def _chart(columns: Sequence[tuple[int, str, bool]], said: str) -> Chart:
    most = max((number for number, _, _ in columns), default=0) or 1
    drawn = []
    for place, (number, label, late) in enumerate(columns):
        height = (_BASE - _TOP) * number / most
        x = _LEFT + place * (_COLUMN + _GAP)
        drawn.append(Column(x, x + _COLUMN // 2, f"{_BASE - height:.1f}", f"{height:.1f}", number, label, late))
    return Chart(2 * _LEFT + len(columns) * (_COLUMN + _GAP), _HEIGHT, _BASE, _COLUMN, tuple(drawn), said)
