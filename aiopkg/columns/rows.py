"""Solutions as columns: a row gives each variable the number of a term, or nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce

import numpy as np

from aiopkg.columns.terms import UNBOUND
from aiopkg.dataclass import dataclass
from aiopkg.reason.relations import Flags, Ids, join, present

__all__ = ["NOTHING_ASKED", "Rows", "aligned", "joined", "meeting", "stacked"]

_BITS = 27
"""More bits than a term's number has in any layout of the reasoner."""
_WORD = 62


@dataclass(frozen=True)
class Rows:
    """``count`` solutions; ``columns`` maps each variable (``?name``) to its values, -1 where it has none."""

    count: int
    columns: Mapping[str, Ids]

    def take(self, places: Ids | Flags) -> "Rows":
        """Some of the rows, by place (a row may come several times) or by flags."""
        count = int(places.sum()) if places.dtype == np.bool_ else len(places)
        return Rows(count, {name: column[places] for name, column in self.columns.items()})

    def only(self, names: Collection[str]) -> "Rows":
        """The rows with some of their variables."""
        return Rows(self.count, {name: column for name, column in self.columns.items() if name in names})

    def having(self, name: str, column: Ids) -> "Rows":
        """The rows with one more variable."""
        return Rows(self.count, {**self.columns, name: column})

    def distinct(self) -> "Rows":
        """Each different row once."""
        if not self.columns:
            return Rows(min(self.count, 1), {})
        return self.take(self.grouped(list(self.columns))[0])

    def grouped(self, names: Sequence[str]) -> tuple[Ids, Ids]:
        """The place of the first row of each group of rows that agree on some variables, and each row's group."""
        if not names:
            return np.zeros(min(self.count, 1), dtype=np.int64), np.zeros(self.count, dtype=np.int64)
        key = _packed([self.columns[name] for name in names])
        _, first, group = np.unique(key, return_index=True, return_inverse=True)
        return first.astype(np.int64), group.astype(np.int64).reshape(-1)

    def bound(self, names: Iterable[str]) -> bool:
        """Whether every row gives each of some variables a value."""
        return all(name in self.columns and bool((self.columns[name] >= 0).all()) for name in names)

    def patterns(self, names: Sequence[str]) -> list[tuple[frozenset[str], Ids]]:
        """The rows by which of some variables they give values, with the places of each kind."""
        kind = np.zeros(self.count, dtype=np.int64)
        for place, name in enumerate(names):
            kind |= (self.columns[name] >= 0).astype(np.int64) << place
        return [
            (frozenset(name for place, name in enumerate(names) if value >> place & 1), np.flatnonzero(kind == value))
            for value in np.unique(kind).tolist()
        ]


NOTHING_ASKED = Rows(1, {})
"""The one solution of an empty group."""


def _packed(columns: Sequence[Ids]) -> Ids:
    """One number for each row, equal where the rows are."""
    key, width = columns[0] + 1, _BITS
    for column in columns[1:]:
        if width + _BITS > _WORD:
            _, key = np.unique(key, return_inverse=True)
            key, width = key.astype(np.int64).reshape(-1), _BITS
        key, width = key << _BITS | (column + 1), width + _BITS
    return key


def _keys(left: Rows, right: Rows, names: Sequence[str]) -> tuple[Ids, Ids]:
    """One number for each row of two tables, equal where they agree on some variables."""
    both = _packed([np.concatenate((left.columns[name], right.columns[name])) for name in names])
    return both[: left.count], both[left.count :]


def joined(left: Rows, right: Rows) -> Rows:
    """Every pair of compatible solutions, as one (SPARQL 1.1, section 18.5, Join)."""
    return aligned(left, right)[1]


def aligned(left: Rows, right: Rows) -> tuple[Ids, Rows]:
    """The join of two tables, and the place in the left one that each row comes from."""
    shared = [name for name in left.columns if name in right.columns]
    if not shared and right.count == 1 and not right.columns:
        return np.arange(left.count, dtype=np.int64), left
    if not shared:
        mine, theirs = _crossed(left.count, right.count)
        return mine, _merged(left, right, mine, theirs)
    if left.bound(shared) and right.bound(shared):
        mine, theirs = join(*_keys(left, right, shared))
        return mine, _merged(left, right, mine, theirs)
    pieces = []
    for ours, here in left.patterns(shared):
        for others, there in right.patterns(shared):
            agreeing = [name for name in shared if name in ours and name in others]
            one, other = left.take(here), right.take(there)
            mine, theirs = join(*_keys(one, other, agreeing)) if agreeing else _crossed(one.count, other.count)
            pieces.append((here[mine], there[theirs]))
    mine, theirs = (np.concatenate(column) for column in zip(*pieces, strict=True)) if pieces else _crossed(0, 0)
    return mine, _merged(left, right, mine, theirs)


def _crossed(left: int, right: int) -> tuple[Ids, Ids]:
    return (
        np.repeat(np.arange(left, dtype=np.int64), right),
        np.tile(np.arange(right, dtype=np.int64), left),
    )


def _merged(left: Rows, right: Rows, mine: Ids, theirs: Ids) -> Rows:
    columns = {name: column[mine] for name, column in left.columns.items()}
    for name, column in right.columns.items():
        found = column[theirs]
        columns[name] = np.where(columns[name] < 0, found, columns[name]) if name in columns else found
    return Rows(len(mine), columns)


def meeting(left: Rows, right: Rows) -> Flags:
    """Which rows of the left table have a compatible one in the right that shares a value (SPARQL 1.1, 18.5, Minus)."""
    found = np.zeros(left.count, dtype=np.bool_)
    shared = [name for name in left.columns if name in right.columns]
    if not shared or not right.count:
        return found
    for ours, here in left.patterns(shared):
        for others, there in right.patterns(shared):
            agreeing = [name for name in shared if name in ours and name in others]
            if agreeing:
                mine, theirs = _keys(left.take(here), right.take(there), agreeing)
                found[here] |= present(np.sort(theirs), mine)
    return found


def stacked(tables: Sequence[Rows]) -> Rows:
    """All rows of some tables, unbound where a table does not know a variable (SPARQL 1.1, 18.5, Union)."""
    if len(tables) == 1:
        return tables[0]
    names = reduce(lambda seen, table: {**seen, **dict.fromkeys(table.columns)}, tables, dict[str, None]())
    nothing = {table.count: np.full(table.count, UNBOUND, dtype=np.int64) for table in tables}
    columns = {
        name: np.concatenate([table.columns.get(name, nothing[table.count]) for table in tables]) for name in names
    }
    return Rows(sum(table.count for table in tables), columns)
