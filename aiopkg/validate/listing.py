"""Findings as a list that shows itself in a notebook and turns into a data frame."""

from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from aiopkg.frames import pandas_frame, polars_frame
from aiopkg.notebook import table
from aiopkg.validate.findings import Finding

if TYPE_CHECKING:
    from aiopkg.frames import PandasFrame, PolarsFrame

__all__ = ["Findings"]

_SHOWN = ("rule", "severity", "verdict", "label", "message")


class Findings(tuple[Finding, ...]):
    """Findings in the order of the report, as a tuple that nothing changes."""

    __slots__ = ()

    def to_pandas(self) -> "PandasFrame":
        """Return a pandas data frame with a row for each finding and a column for each of its fields.

        Raises :class:`MissingExtra` when pandas is not installed.
        """
        return pandas_frame(*self._columns(), whole=("line",))

    def to_polars(self) -> "PolarsFrame":
        """Return a polars data frame with a row for each finding and a column for each of its fields.

        Raises :class:`MissingExtra` when polars is not installed.
        """
        return polars_frame(*self._columns())

    def _columns(self) -> tuple[list[str], list[list[object]]]:
        names = [field.name for field in fields(Finding)]
        return names, [[getattr(finding, name) for name in names] for finding in self]

    def _repr_html_(self) -> str:
        counts = Counter(finding.verdict for finding in self)
        caption = f"{len(self):,} findings" + "".join(f", {count:,} {verdict}" for verdict, count in counts.items())
        return table(caption, _SHOWN, [[getattr(finding, name) for name in _SHOWN] for finding in self])
