"""Long lists, a hundred at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from aiopkg.dataclass import dataclass
from aiopkg.web.addresses import address

__all__ = ["Choice", "Parameters", "Slice", "slice_of"]

_AT_A_TIME = 100

Parameters = Mapping[str, str]
"""The parameters of an address, each at most once."""

Row = TypeVar("Row")
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a filter may take."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """Some rows of many: the first counted from 1, and the addresses of those before and after, empty at the ends."""

    rows: tuple[Row, ...]
    total: int
    first: int
    last: int
    before: str
    after: str

    def shown_as(self, show: Callable[[Row], Shown]) -> "Slice[Shown]":
        """Return the same slice with each row as it is shown."""
        return Slice(tuple(map(show, self.rows)), self.total, self.first, self.last, self.before, self.after)


def slice_of(rows: Sequence[Row], page: str, parameters: Parameters) -> Slice[Row]:
    """Return the rows that the parameter ``page`` (counted from 1) asks for; the last ones where it asks for more."""
    asked = parameters.get("page", "")
    pages = max(1, -(-len(rows) // _AT_A_TIME))
    number = min(max(1, int(asked)), pages) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    start = (number - 1) * _AT_A_TIME
    shown = tuple(rows[start : start + _AT_A_TIME])

    def leading(to: int) -> str:
        return address(page, {**parameters, "page": to if to > 1 else ""}) if 1 <= to <= pages else ""

    return Slice(
        shown, len(rows), start + 1 if shown else 0, start + len(shown), leading(number - 1), leading(number + 1)
    )
