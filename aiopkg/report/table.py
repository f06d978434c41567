"""Findings as rows, and the rows as CSV (RFC 4180)."""

import csv
from collections.abc import Iterator
from dataclasses import fields
from io import StringIO

from aiopkg.assessment import Assessment
from aiopkg.report.escapes import for_cell
from aiopkg.validate.findings import Finding

__all__ = ["columns", "rows", "to_csv"]

_CUT = "not complete"


def to_csv(assessment: Assessment) -> str:
    """Return every finding as a row below a header, in UTF-8 and with the line ends that RFC 4180 asks for.

    Several values of one cell stand on lines of their own. An apostrophe stands before a text that a spreadsheet
    would take for a formula.
    """
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns(assessment))
    writer.writerows([for_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows(assessment))
    return stream.getvalue()


def columns(a: Assessment) -> list[str]:
    """Return the names of the columns: the keys of a finding in the JSON report."""
    return [field.name for field in fields(Finding)] + (["baseline"] if a.baseline else [])


def rows(a: Assessment) -> Iterator[list[str | int]]:
    """Yield each finding as a row; a cell is a text, or a number for the line.

    Where a limit cut the assessment short, the first row says so, under a verdict that no finding has.
    """
    names = [field.name for field in fields(Finding)]
    if a.cut:
        said = {"verdict": _CUT, "message": a.cut.in_words(len(a.rules))}
        yield [said.get(name, "") for name in columns(a)]
    for finding in a.findings:
        cells = [_cell(getattr(finding, name)) for name in names]
        yield [*cells, a.state_of(finding)] if a.baseline else cells


def _cell(value: str | int | tuple[str | tuple[str, str], ...] | None) -> str | int:
    if isinstance(value, tuple):
        return "\n".join(each if isinstance(each, str) else ": ".join(each) for each in value)
    return "" if value is None else value
