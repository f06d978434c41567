"""What an import did: how many rows, what became of each cell, and what was not recognised."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from aiopkg.dataclass import dataclass
from aiopkg.imports.readings import Account, Outcome

__all__ = ["ColumnReport", "ImportReport", "Occurrence", "Tally"]

_ROWS_SHOWN = 8
_WIDTH = 100


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """A value and the rows that hold it in one column."""

    column: str
    value: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """How many cells of a column went to each account, and why some were not used; the counts add up to the rows."""

    column: str
    counts: Mapping[Account, int]
    because: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The account of one import.

    ``unrecognised`` are the values that the mapping does not know, ``repeated`` the identifiers that
    several rows share, ``ragged_rows`` the rows whose cells do not match the header (each is kept with
    nothing but its number), ``other_columns`` the columns that the mapping does not know, ``elements``
    the number of elements by the IRI of their class, ``incomplete`` the properties that the source has
    no column for.
    """

    mapping: str
    source: Path
    destination: Path
    rows: int
    columns: tuple[ColumnReport, ...]
    unrecognised: tuple[Occurrence, ...]
    repeated: tuple[Occurrence, ...]
    ragged_rows: tuple[int, ...]
    other_columns: tuple[str, ...]
    elements: Mapping[str, int]
    incomplete: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield the report as lines of text for a person."""
        yield f"{self.rows} rows of {self.source} read by {self.mapping}; model written to {self.destination}."
        for name, count in self.elements.items():
            yield f"  {count} of class {name}"
        yield f"{len(self.incomplete)} properties have no column in the source and are declared incomplete."
        if self.other_columns:
            yield f"Columns that the mapping does not know: {', '.join(self.other_columns)}."
        if self.ragged_rows:
            yield f"Rows with too many or too few cells, kept empty: {_rows(self.ragged_rows)}."
        yield "Cells by column:"
        for column in self.columns:
            counts = ", ".join(f"{count} {account.value}" for account, count in column.counts.items())
            yield f"  {column.column}: {counts}"
            if column.because and column.counts.get(Account.UNUSED):
                yield f"    not used: {column.because}"
        if self.repeated:
            yield "Identifiers that several rows share (rows are told apart by number):"
            yield from (f"  {o.column} {_shown(o.value)}: {_rows(o.rows)}" for o in self.repeated)
        if self.unrecognised:
            yield "Values that were not recognised (kept unknown):"
            yield from (f"  {o.column} {_shown(o.value)}: {_rows(o.rows)}" for o in self.unrecognised)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _rows(rows: tuple[int, ...]) -> str:
    shown = ", ".join(str(row) for row in rows[:_ROWS_SHOWN])
    more = f" and {len(rows) - _ROWS_SHOWN} more" if len(rows) > _ROWS_SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


def _shown(value: str) -> str:
    text = " ".join(value.split())
    return repr(text if len(text) <= _WIDTH else text[: _WIDTH - 3] + "...")


class Tally:
    """Counts the cells of an import while it runs."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Account]] = {}
        self._because: dict[str, str] = {}
        self._unrecognised: dict[tuple[str, str], list[int]] = {}
        self._identifiers: dict[tuple[str, str], list[int]] = {}
        self._elements: Counter[str] = Counter()

    def count_cell(self, column: str, outcome: Outcome, row: int, because: str) -> None:
        """Put a cell into its account, and each part that was not recognised on the list."""
        self._counts.setdefault(column, Counter())[outcome.account] += 1
        if because:
            self._because[column] = because
        for value in outcome.unrecognised:
            self._unrecognised.setdefault((column, value), []).append(row)

    def count_identifier(self, column: str, value: str, row: int) -> None:
        """Note an identifier, so that repetitions can be reported."""
        self._identifiers.setdefault((column, value), []).append(row)

    def count_element(self, kind: str) -> None:
        """Count an element of a class."""
        self._elements[kind] += 1

    def columns(self) -> tuple[ColumnReport, ...]:
        """Return the counts of each column, accounts in their order."""
        return tuple(
            ColumnReport(name, {a: counts[a] for a in Account if counts[a]}, self._because.get(name, ""))
            for name, counts in self._counts.items()
        )

    def unrecognised(self) -> tuple[Occurrence, ...]:
        """Return what was not recognised, by column and then by first row."""
        return _occurrences(self._unrecognised)

    def repeated(self) -> tuple[Occurrence, ...]:
        """Return the identifiers that several rows share."""
        return _occurrences({key: rows for key, rows in self._identifiers.items() if len(rows) > 1})

    def elements(self) -> dict[str, int]:
        """Return the number of elements by class, most frequent first."""
        return dict(sorted(self._elements.items(), key=lambda item: (-item[1], item[0])))


def _occurrences(found: Mapping[tuple[str, str], list[int]]) -> tuple[Occurrence, ...]:
    return tuple(Occurrence(column, value, tuple(rows)) for (column, value), rows in found.items())
