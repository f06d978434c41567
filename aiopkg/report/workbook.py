"""The report as a workbook (Office Open XML): four sheets, every text a text and never a formula."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from aiopkg.assessment import Assessment
from aiopkg.errors import MissingExtra
from aiopkg.report.compared import gaps_compared
from aiopkg.report.escapes import for_xml
from aiopkg.report.table import columns, rows
from aiopkg.validate.findings import VERDICTS

if TYPE_CHECKING:
    from xlsxwriter import Workbook

__all__ = ["to_xlsx"]

Cell = str | int

_MOST_ROWS = 1_048_575
"""How many rows a sheet may have below its header."""
_LONGEST = 32_767
"""How many characters a cell may have."""
_WIDTHS = {"message": 60, "recommendation": 60, "label": 32, "focus": 32, "Should hold": 60, "Recommendation": 80}
_USUAL_WIDTH = 16


def to_xlsx(assessment: Assessment) -> bytes:
    """Return the workbook; the same assessment gives the same bytes, dated by the day of the assessment.

    Raises :class:`MissingExtra` when the part of aiopkg that writes workbooks is not installed.
    """
    stream = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = _writer()(stream, options)
    day = assessment.as_of
    book.set_properties(
        {"title": for_xml(assessment.organization_label), "created": datetime(day.year, day.month, day.day, tzinfo=UTC)}
    )
    _sheet(book, "Summary", ("What", "How many"), _summary(assessment))
    _sheet(book, "Findings", columns(assessment), rows(assessment))
    heads = ("Code", "Severity", "Should hold", *VERDICTS)
    _sheet(book, "Rules", heads, _rules(assessment))
    _sheet(book, "Recommendations", ("Id", "Recommendation", "Effort", "Gaps closed"), _recommendations(assessment))
    book.close()
    return stream.getvalue()


def _writer() -> "type[Workbook]":
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - an optional part
    except ImportError as error:
        raise MissingExtra("report", "A workbook") from error
    writer: type[Workbook] = Workbook
    return writer


def _sheet(book: "Workbook", name: str, heads: Sequence[str], content: Iterable[Sequence[Cell]]) -> None:
    """Write a sheet: a header that stays in view and can be filtered by, and rows."""
    sheet = book.add_worksheet(name)
    bold, text = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    text.set_quote_prefix()  # so that a text stays one when somebody edits its cell
    last = 0
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
        sheet.set_column(column, column, _WIDTHS.get(head, _USUAL_WIDTH))
    for number, row in enumerate(content, start=1):
        if number > _MOST_ROWS:
            break
        last = number
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(heads) - 1)


def _write(sheet: Any, row: int, column: int, cell: Cell, text: object) -> None:  # noqa: ANN401 - untyped in the library
    if isinstance(cell, int):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, for_xml(cell)[:_LONGEST], text)


def _summary(a: Assessment) -> Iterator[tuple[Cell, Cell]]:
    verdicts = Counter(finding.verdict for finding in a.findings)
    severities = Counter(finding.severity for finding in a.findings if finding.verdict == "violated")
    yield a.organization_label, a.as_of.isoformat()
    if a.cut:
        yield a.cut.in_words(len(a.rules)), ""
    yield from ((f"gaps: {name}", severities[name]) for name in ("violation", "warning", "info"))
    yield from ((f"findings: {verdict.replace('_', ' ')}", verdicts[verdict]) for verdict in VERDICTS[1:])
    yield "rules applied", len(a.rules)
    yield from (("pack applied", pack) for pack in a.packs)
    yield from (("rule left out by the settings", code) for code in a.left_out)
    yield "facts", a.model.size
    if a.baseline:
        gaps = gaps_compared(a)
        yield from (("gaps carried over", gaps.carried), ("gaps closed since the baseline", gaps.closed))
    if a.contradictions:
        yield "contradictions in the model", len(a.contradictions)
    if len(a.findings) > _MOST_ROWS:
        yield "findings left out, since a sheet holds no more", len(a.findings) - _MOST_ROWS


def _rules(a: Assessment) -> Iterator[list[Cell]]:
    for rule in a.rules:
        counts = a.verdicts[rule.code]
        yield [rule.code, rule.severity.lower(), rule.label, *(counts[verdict] for verdict in VERDICTS)]


def _recommendations(a: Assessment) -> Iterator[tuple[Cell, ...]]:
    for each in a.recommendations:
        yield each.id, each.message, each.effort, len(each.closes)
