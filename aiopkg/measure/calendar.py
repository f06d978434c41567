"""Durations and moments: the calendar arithmetic of XML Schema 1.1 part 2."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from pyoxigraph import Literal

from aiopkg.errors import InputError
from aiopkg.vocab import XSD

__all__ = ["as_moment", "before", "day_given", "days", "decimal", "is_duration", "moment"]

_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_DAYS_A_MONTH = Decimal("30.4375")
_MONTHS_A_YEAR = 12
_SECONDS_A_DAY = 86_400


_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?")


def is_duration(text: str) -> bool:
    """Tell whether a text is an ``xsd:duration``."""
    return _DURATION.fullmatch(text) is not None and not text.endswith(("P", "T"))


def days(duration: str) -> Decimal:
    """Return the length of an ``xsd:duration`` in days, a month taken as 30.4375 days.

    Raises :class:`ValueError` for a text that is not a duration.
    """
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(duration)
    part = {name: Decimal(value or 0) for name, value in match.groupdict().items() if name != "sign"}
    seconds = part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]
    length = (part["years"] * _MONTHS_A_YEAR + part["months"]) * _DAYS_A_MONTH + part["days"] + seconds / _SECONDS_A_DAY
    return -length if match["sign"] else length


def before(instant: datetime, duration: str) -> datetime:
    """Return the moment that lies a duration before another, by the calendar (E.3.3)."""
    match = _DURATION.fullmatch(duration)
    assert match is not None
    whole = {name: int(match[name] or 0) for name in ("years", "months", "days", "hours", "minutes")}
    sign = -1 if match["sign"] else 1
    month = instant.year * _MONTHS_A_YEAR + instant.month - 1
    month -= sign * (whole["years"] * _MONTHS_A_YEAR + whole["months"])
    year, month = divmod(month, _MONTHS_A_YEAR)
    _, last_day = monthrange(year, month + 1)
    shifted = instant.replace(year=year, month=month + 1, day=min(instant.day, last_day))
    rest = timedelta(
        days=whole["days"],
        hours=whole["hours"],
        minutes=whole["minutes"],
        seconds=float(match["seconds"] or 0),
    )
    return shifted - sign * rest


def moment(instant: datetime) -> Literal:
    """Return a time in UTC as an ``xsd:dateTime``."""
    return Literal(f"{instant.replace(tzinfo=None, microsecond=0).isoformat()}Z", datatype=XSD.dateTime)


def decimal(number: Decimal) -> Literal:
    """Return a number as an ``xsd:decimal`` with at most six places."""
    text = format(number.quantize(Decimal("0.000001")).normalize(), "f")
    return Literal(text, datatype=XSD.decimal)


@lru_cache(maxsize=10_000)
def as_moment(text: str) -> Literal | None:
    """Return a date, or a time with or without a zone, as a time in UTC; nothing for any other text."""
    day = _DAY.fullmatch(text)
    if day:
        text = f"{day[1]}T00:00:00{day[2] or 'Z'}"
    try:
        instant = datetime.fromisoformat(text)
        return moment(instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC))
    except (ValueError, OverflowError):  # no such day, or one beyond the years 1 to 9999 in UTC
        return None


def day_given(as_of: object) -> date:
    """Return the evaluation date that a caller gives: a date, a time of which the day counts, a text such as
    ``2026-06-30``, or None for today in UTC. Raises :class:`InputError` for anything else.
    """
    if as_of is None:
        return datetime.now(UTC).date()
    if isinstance(as_of, date):
        return as_of.date() if isinstance(as_of, datetime) else as_of
    try:
        return date.fromisoformat(as_of)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InputError(
            "evaluation-date", f"{as_of!r} is no day.", fix="Give a datetime.date, or a text such as '2026-06-30'."
        ) from error
