"""The queues at central teams: how many requests stand open, how long they wait, and whether the centre keeps up."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from statistics import median

from pyoxigraph import BlankNode, Literal, NamedNode

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.evidence import objects_of
from aiopkg.derive.placement import Element, look_up
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["Month", "Queue", "Queues", "UnitQueue", "WaitBand", "Waits", "queues_at"]

_BAND_DAYS = 30
_MOST_BANDS = 12
_MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Waits:
    """Waiting times in days: of how many requests, the median, the 90th percentile by nearest rank, the longest.

    ``too_long`` of them exceed the limit. The figures are None where ``count`` is 0.
    """

    count: int
    median_days: float | None
    p90_days: float | None
    longest_days: float | None
    too_long: int


@dataclass(frozen=True, slots=True)
class WaitBand:
    """How many requests waited more than ``over_days`` and up to ``to_days``, both in days; the last band is open."""

    over_days: int
    to_days: int | None
    count: int
    late: bool


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a queue: what came in, what was answered, and what stood open at its end or on the last day."""

    month: str
    arrived: int
    answered: int
    open: int


@dataclass(frozen=True, slots=True)
class UnitQueue:
    """One asking unit's part in a queue."""

    unit: str
    label: str
    open: int
    waits: Waits


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue at one central team.

    ``waits`` and ``bands`` are of the requests that are open or were answered lately enough to count; ``months`` are of
    all whose dates are known, the last three years at most. ``unknown`` requests have no dates to tell a wait by.
    """

    team: str
    label: str
    open: int
    unknown: int
    waits: Waits
    bands: tuple[WaitBand, ...]
    months: tuple[Month, ...]
    units: tuple[UnitQueue, ...]


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues at the centre: the wait that may be borne, in days, and the condition that too long ones make.

    ``overrun`` tells whether the organization is in that condition.
    """

    limit_days: float
    counted_since: str
    condition: str
    condition_label: str
    overrun: bool
    teams: tuple[Queue, ...]


@dataclass(frozen=True, slots=True)
class _Request:
    asked: datetime
    answered: datetime | None
    days: Decimal
    units: tuple[Element, ...]


def queues_at(store: FactStore, organization: Element, labels: Labels) -> Queues:
    """Return the queue at each team in the centre of an organization to which requests are recorded."""
    now = _moment(_value(store, AIOP.Evaluation, AIOP.evaluationDate))
    since = _moment(_value(store, AIOP.RequestMemory, AIOP.cutoff))
    limit = Decimal(_value(store, AIOP.RequestWait, AIOP.limit).value)
    known, unknown = _requests(store, organization, now)
    teams = sorted({*known, *unknown}, key=lambda team: (labels(team), str(team)))
    return Queues(
        float(limit),
        since.date().isoformat(),
        AIOP.CentreOverrun.value,
        labels(AIOP.CentreOverrun),
        AIOP.CentreOverrun in objects_of(store, organization, AIOP.hasCondition),
        tuple(_queue(team, known.get(team, ()), unknown[team], (now, since, limit), labels) for team in teams),
    )


def _value(store: FactStore, subject: NamedNode, predicate: NamedNode) -> Literal:
    (quad,) = store.quads_for_pattern(subject, predicate, None, GRAPH.measures)
    assert isinstance(quad.object, Literal)
    return quad.object


def _moment(literal: Literal) -> datetime:
    return datetime.fromisoformat(literal.value).astimezone(UTC)


def _requests(
    store: FactStore, organization: Element, now: datetime
) -> tuple[Mapping[Element, Sequence[_Request]], Counter[Element]]:
    """Return the requests at each team whose wait is known, and how many there are whose wait is not."""
    told: dict[tuple[Element, Element], list[tuple[object, ...]]] = defaultdict(list)
    for row in look_up(store, "requests", organization):
        told[row["team"], row["request"]].append((row["unit"], row["asked"], row["answered"], row["days"]))
    known: dict[Element, list[_Request]] = defaultdict(list)
    unknown: Counter[Element] = Counter()
    for (team, _), found in told.items():
        units = tuple(dict.fromkeys(unit for unit, *_ in found if isinstance(unit, NamedNode | BlankNode)))
        _, asked, answered, days = found[0]
        if not isinstance(asked, Literal) or not isinstance(days, Literal) or Decimal(days.value) < 0:
            unknown[team] += 1
            continue
        end = _moment(answered) if isinstance(answered, Literal) else None
        known[team].append(
            _Request(_moment(asked), end if end is None or end <= now else None, Decimal(days.value), units)
        )
    return known, unknown


def _queue(
    team: Element,
    requests: Sequence[_Request],
    unknown: int,
    terms: tuple[datetime, datetime, Decimal],
    labels: Labels,
) -> Queue:
    now, since, limit = terms
    counted = [request for request in requests if request.answered is None or request.answered >= since]
    units = dict.fromkeys(unit for request in counted for unit in request.units)
    of_units = (
        UnitQueue(name_of(unit), labels(unit), _open(mine), _waits(mine, limit))
        for unit in units
        for mine in [[request for request in counted if unit in request.units]]
    )
    return Queue(
        name_of(team),
        labels(team),
        _open(requests),
        unknown,
        _waits(counted, limit),
        tuple(_bands([request.days for request in counted], limit)),
        tuple(_months(requests, now)),
        tuple(sorted(of_units, key=lambda u: (-u.open, -(u.waits.longest_days or 0), u.label, u.unit))),
    )


def _open(requests: Iterable[_Request]) -> int:
    return sum(request.answered is None for request in requests)


def _waits(requests: Collection[_Request], limit: Decimal) -> Waits:
    days = sorted(request.days for request in requests)
    if not days:
        return Waits(0, None, None, None, 0)
    ninth = days[ceil(Decimal(9 * len(days)) / 10) - 1]
    too_long = sum(each > limit for each in days)
    return Waits(len(days), _rounded(median(days)), _rounded(ninth), _rounded(days[-1]), too_long)


def _rounded(days: Decimal) -> float:
    return round(float(days), 1)


def _bands(days: Sequence[Decimal], limit: Decimal) -> Iterator[WaitBand]:
    """Yield bands from nought to the longest wait; a wait at the end of a band belongs to it."""
    if not days:
        return
    places = [min(max(ceil(each / _BAND_DAYS) - 1, 0), _MOST_BANDS) for each in days]
    counts = Counter(places)
    for place in range(max(places) + 1):
        start = place * _BAND_DAYS
        end = None if place == _MOST_BANDS else start + _BAND_DAYS
        yield WaitBand(start, end, counts[place], start >= limit)


def _months(requests: Sequence[_Request], now: datetime) -> Iterator[Month]:
    if not requests:
        return
    first, last = _number(min(request.asked for request in requests)), _number(now)
    for number in range(max(first, last - _MOST_MONTHS + 1), last + 1):
        end = _start(number + 1)
        yield Month(
            f"{number // 12:04d}-{number % 12 + 1:02d}",
            sum(_number(request.asked) == number for request in requests),
            sum(request.answered is not None and _number(request.answered) == number for request in requests),
            sum(request.asked < end and (request.answered is None or request.answered >= end) for request in requests),
        )


def _number(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _start(number: int) -> datetime:
    """Return the beginning of a month; the last moment there is, after the last month there is."""
    if number // 12 > datetime.max.year:
        return datetime.max.replace(tzinfo=UTC)
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
