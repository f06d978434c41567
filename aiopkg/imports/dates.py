"""Reads dates by patterns of Unicode Technical Standard 35, as CSV on the Web uses them."""

import re
from datetime import date
from functools import cache

from aiopkg.errors import InputError

__all__ = ["read_date"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIELDS = {
    "yyyy": r"(?P<year>\d{4})",
    "yy": r"(?P<short_year>\d{2})",
    "MMM": rf"(?P<month_name>{'|'.join(_MONTHS)})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "dd": r"(?P<day>\d{2})",
    "d": r"(?P<day>\d{1,2})",
    "HH": r"([01]\d|2[0-3])",
    "H": r"(1?\d|2[0-3])",
    "hh": r"(0\d|1[0-2])",
    "mm": r"[0-5]\d",
    "ss": r"[0-5]\d",
    "a": r"[ap]m",
}
_TOKEN = re.compile(r"([a-zA-Z])\1*|[^a-zA-Z]+")
_CENTURY = 2000


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    parts: list[str] = []
    for match in _TOKEN.finditer(pattern):
        token = match.group()
        if not token[0].isalpha():
            parts.append(re.escape(token))
        elif token in _FIELDS:
            parts.append(_FIELDS[token])
        else:
            raise InputError(
                "mapping-file",
                f"The date pattern {pattern} has a part that is not known: {token}.",
                fix=f"Use {', '.join(_FIELDS)}.",
            )
    return re.compile("".join(parts), re.IGNORECASE | re.ASCII)


def read_date(text: str, patterns: tuple[str, ...]) -> date | None:
    """Return the date that the text holds by the first pattern that fits, or None.

    The time of day is left out. A pattern without a day gives the first of the month; a year of two
    digits lies between 2000 and 2099; month names are English and have three letters.
    """
    for pattern in patterns:
        match = _compile(pattern).fullmatch(text)
        if match is None:
            continue
        found = match.groupdict()
        year = int(found["year"]) if found.get("year") else _CENTURY + int(found["short_year"])
        name = found.get("month_name")
        month = _MONTHS.index(name.casefold()) + 1 if name else int(found["month"])
        try:
            return date(year, month, int(found.get("day") or 1))
        except ValueError:
            continue
    return None
