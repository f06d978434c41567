"""Tables as data frames (the only module that names pandas and polars); both are optional parts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aiopkg.errors import MissingExtra

if TYPE_CHECKING:
    from pandas import DataFrame as PandasFrame
    from polars import DataFrame as PolarsFrame

__all__ = ["PandasFrame", "PolarsFrame", "pandas_frame", "polars_frame"]


def pandas_frame(columns: Sequence[str], rows: Sequence[Sequence[object]], whole: Sequence[str] = ()) -> "PandasFrame":
    """Return rows as a pandas data frame; the columns in ``whole`` hold whole numbers, some of them missing.

    Raises :class:`MissingExtra` when pandas is not installed.
    """
    try:
        import pandas  # noqa: PLC0415 - an optional part
    except ModuleNotFoundError as error:
        raise MissingExtra("pandas", "A pandas data frame") from error
    frame = pandas.DataFrame([tuple(row) for row in rows], columns=list(columns))
    return frame.astype(dict.fromkeys(whole, "Int64"))


def polars_frame(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> "PolarsFrame":
    """Return rows as a polars data frame, tuples as lists; values of several kinds in a column become texts.

    Raises :class:`MissingExtra` when polars is not installed.
    """
    try:
        import polars  # noqa: PLC0415 - an optional part
    except ModuleNotFoundError as error:
        raise MissingExtra("polars", "A polars data frame") from error
    held = {column: [_listed(row[place]) for row in rows] for place, column in enumerate(columns)}
    return polars.DataFrame([polars.Series(column, _of_one_kind(values)) for column, values in held.items()])


def _listed(value: object) -> object:
    return [_listed(part) for part in value] if isinstance(value, tuple) else value


def _of_one_kind(values: Sequence[object]) -> list[object]:
    kinds = {type(value) for value in values if value is not None}
    return [value if value is None or len(kinds) < 2 else str(value) for value in values]
