"""The rows of a SELECT: terms as they are, plain values, and data frames."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from aiopkg.dataclass import dataclass
from aiopkg.frames import pandas_frame, polars_frame
from aiopkg.limits import Budget
from aiopkg.notebook import table
from aiopkg.vocab import PREFIXES, shorten

if TYPE_CHECKING:
    from aiopkg.frames import PandasFrame, PolarsFrame

__all__ = ["Solutions", "plain"]

Term = NamedNode | BlankNode | Literal | Triple

_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_READERS: dict[str, Callable[[str], object]] = {
    **dict.fromkeys(
        (
            *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger", "negativeInteger"),
            *("nonPositiveInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        ),
        int,
    ),
    **dict.fromkeys(("double", "float"), float),
    **{"decimal": Decimal, "boolean": _TRUTH.__getitem__},
    **{"date": date.fromisoformat, "dateTime": datetime.fromisoformat},
}
"""How literals of the datatypes of XML Schema are read, by the name of the datatype."""


@dataclass(frozen=True)
class Solutions:
    """The rows of a SELECT in the order of the query: a term for each column, None where it is unbound."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    prefixes: Mapping[str, str] = field(default_factory=lambda: PREFIXES, repr=False, compare=False)
    """Those by which IRIs are shown to a person."""

    @classmethod
    def read(
        cls,
        found: QuerySolutions,
        written: Callable[[Term], Term] = lambda term: term,
        prefixes: Mapping[str, str] = PREFIXES,
    ) -> "Solutions":
        """Take all rows of a result, each term as ``written`` has it; heeds the limits in force."""
        columns = tuple(variable.value for variable in found.variables)
        rows = ([row[column] for column in columns] for row in Budget.of(None).heeding(found))
        terms = tuple(tuple(None if cell is None else written(cell) for cell in row) for row in rows)
        return cls(columns, terms, prefixes)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Mapping[str, object]]:
        """Yield each row as a mapping from the columns that are bound in it to plain values; see :func:`plain`."""
        for row in self.rows:
            yield {name: plain(cell) for name, cell in zip(self.columns, row, strict=True) if cell is not None}

    def to_pandas(self) -> "PandasFrame":
        """Return the plain values as a pandas data frame; raises MissingExtra where pandas is not installed."""
        return pandas_frame(self.columns, self._plain())

    def to_polars(self) -> "PolarsFrame":
        """Return the plain values as a polars data frame; raises MissingExtra where polars is not installed."""
        return polars_frame(self.columns, self._plain())

    def _repr_html_(self) -> str:
        return table(f"{len(self):,} rows", self.columns, self.shown())

    def shown(self) -> list[list[str]]:
        """Return the cells as a person reads them: IRIs by prefixed name where we know the prefix."""
        return [[_shown(cell, self.prefixes) for cell in row] for row in self.rows]

    def _plain(self) -> list[list[object]]:
        return [[None if cell is None else plain(cell) for cell in row] for row in self.rows]


def plain(term: Term) -> object:
    """Return a term as a Python value: an IRI as a text, a blank node as ``_:name``, a literal by its datatype.

    Whole numbers are int, decimals Decimal, xsd:double and xsd:float float; a literal that is not what its
    datatype says, or of any other datatype, is its text.
    """
    if not isinstance(term, Literal):
        return term.value if isinstance(term, NamedNode) else str(term)
    read = _READERS.get(term.datatype.value.removeprefix(PREFIXES["xsd"]), str)
    try:
        return read(term.value)
    except (KeyError, ValueError, InvalidOperation):
        return term.value


def _shown(term: Term | None, prefixes: Mapping[str, str]) -> str:
    if term is None:
        return ""
    return shorten(term.value, prefixes) if isinstance(term, NamedNode) else str(plain(term))
