"""Reads a table of comma-separated values, whole or not at all."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, Place

__all__ = ["Row", "Table", "read_table"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number (the first below the header is 1) and its cells by header.

    ``ragged`` says that the row has not as many cells as the header; its cells are then left out,
    since nobody knows which column each belongs to.
    """

    number: int
    cells: Mapping[str, str]
    ragged: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table and the headers that were not asked for."""

    rows: tuple[Row, ...]
    other_headers: tuple[str, ...]


def read_table(path: Path, headers: Iterable[str], encoding: str, delimiter: str, label: str) -> Table:
    """Read a table that has to have the given headers, in any order.

    Raises :class:`InputError` when the file is missing or unreadable, is not text in the encoding, is not
    well-formed CSV (RFC 4180), lacks a header or repeats one.
    """
    wanted = tuple(headers)
    reader = csv.reader(io.StringIO(_text(path, encoding), newline=""), delimiter=delimiter, strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        raise InputError(
            "table",
            f"This is not a well-formed table of comma-separated values: {error}.",
            place=Place(str(path), reader.line_num),
            fix="Save it again as CSV, with quotation marks around cells that hold commas or line breaks.",
        ) from error
    header = [" ".join(cell.split()) for cell in lines[0]] if lines else []
    _check_header(header, wanted, path, label)
    rows: list[Row] = []
    for cells in lines[1:]:
        if cells:
            ragged = len(cells) != len(header)
            content = {} if ragged else dict(zip(header, cells, strict=True))
            rows.append(Row(len(rows) + 1, content, ragged))
    return Table(tuple(rows), tuple(name for name in header if name not in wanted))


def _text(path: Path, encoding: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            "missing-file", "There is no such file.", place=Place(str(path)), fix="Check the path."
        ) from error
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InputError(
            "unreadable-file",
            f"The file cannot be read: {reason}.",
            place=Place(str(path)),
            fix="Check that it is a file and that you may read it.",
        ) from error
    try:
        return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        raise InputError(
            "encoding",
            f"The file is not text in {encoding}: byte 0x{raw[error.start]:02X} is out of place.",
            place=Place(str(path), before.count(b"\n") + 1),
            fix=f"Save it again in {encoding}.",
        ) from error


def _check_header(header: list[str], wanted: tuple[str, ...], path: Path, label: str) -> None:
    missing = [name for name in wanted if name not in header]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if not missing and not repeated:
        return
    named = ", ".join((missing or repeated)[:5]) + (", ..." if len(missing or repeated) > 5 else "")
    raise InputError(
        "header",
        f"The header {'lacks' if missing else 'repeats'} {named}.",
        place=Place(str(path), 1),
        fix=f"This mapping reads: {label}. Give it that file, with its header in the first row.",
    )
