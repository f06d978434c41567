"""Reads one cell by the reading of its column; nothing here knows what any table is about."""

import re
from collections.abc import Callable
from enum import Enum

from pyoxigraph import Literal, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.imports.dates import read_date
from aiopkg.imports.mapping import Code, Column, Meaning, Reading, fold
from aiopkg.vocab import XSD

__all__ = ["Account", "Item", "Outcome", "read_cell"]

Value = NamedNode | Literal

_QUOTED = re.compile(r"""'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)\"""", re.DOTALL)
_COMMA = re.compile(r"\s*,\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_LINK = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20;]+[^\s<>\"{}|\\^`\x00-\x20;,]")
_BETWEEN_LINKS = re.compile(r"[\s;,/]*")


class Account(Enum):
    """What became of a cell; each cell of a table is in exactly one account."""

    STATED = "stated"
    ABSENT = "stated as absent"
    STATUS = "stated as a status"
    WAIVED = "waived"
    KEPT = "kept as text"
    BLANK = "blank"
    LEFT_OPEN = "left open"
    UNRECOGNISED = "not recognised"
    UNUSED = "not used"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a cell says, in the cell's ``words``: values, an element that is present, a status or a waiver."""

    words: str
    values: tuple[Value, ...] = ()
    present: bool = False
    links: tuple[str, ...] = ()
    status: NamedNode | None = None
    waived_by: NamedNode | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cell says, its account, the parts that were not recognised, and whether there may be more to say."""

    account: Account
    items: tuple[Item, ...] = ()
    unrecognised: tuple[str, ...] = ()
    open: bool = False


_BLANK = Outcome(Account.BLANK, open=True)
_LEFT_OPEN = Outcome(Account.LEFT_OPEN, open=True)
_UNUSED = Outcome(Account.UNUSED)


def read_cell(column: Column, cell: str) -> Outcome:
    """Read a cell. What the mapping does not list is not recognised; nothing is guessed."""
    if not cell.strip():
        return _BLANK
    folded = fold(cell)
    if folded in column.no_answers:
        return _unrecognised(cell)
    if folded in column.nulls:
        return _LEFT_OPEN
    return _READERS[column.reading](column, cell)


def _unrecognised(*parts: str) -> Outcome:
    return Outcome(Account.UNRECOGNISED, unrecognised=parts, open=True)


def _read_answers(column: Column, answers: tuple[str, ...]) -> Outcome:
    """Put together what the answers of one cell say."""
    known = [(answer, column.codes[fold(answer)]) for answer in answers if fold(answer) in column.codes]
    strange = tuple(answer for answer in answers if fold(answer) not in column.codes)
    items = tuple(item for answer, code in known for item in _items(answer, code))
    left_open = any(code.meaning is Meaning.LEFT_OPEN for _, code in known)
    if strange:
        account = Account.UNRECOGNISED
    elif any(item.values or item.present for item in items):
        account = Account.STATED
    elif any(item.waived_by for item in items):
        account = Account.WAIVED
    elif items:
        account = Account.STATUS
    else:
        account = Account.LEFT_OPEN if left_open else Account.ABSENT
    return Outcome(account, items, strange, open=bool(strange) or left_open)


def _items(answer: str, code: Code) -> tuple[Item, ...]:
    present = code.meaning is Meaning.PRESENT
    if not (code.values or present or code.status or code.waived_by):
        return ()
    words = " ".join(answer.split())
    return (Item(words, code.values, present, status=code.status, waived_by=code.waived_by),)


def _coded(column: Column, cell: str) -> Outcome:
    return _read_answers(column, (cell,))


def _coded_list(column: Column, cell: str) -> Outcome:
    answers = _quoted_items(cell)
    if answers is None:
        return _unrecognised(cell)
    return _read_answers(column, answers) if answers else _BLANK


def _quoted_items(cell: str) -> tuple[str, ...] | None:
    """Return the items of a list such as ``['a', "b"]``, or None when the cell is not one."""
    stripped = cell.strip()
    if len(stripped) < 2 or stripped[0] != "[" or stripped[-1] != "]":
        return None
    text, place = stripped[1:-1].strip(), 0
    items: list[str] = []
    while place < len(text):
        if items:
            comma = _COMMA.match(text, place)
            if comma is None:
                return None
            place = comma.end()
        quoted = _QUOTED.match(text, place)
        if quoted is None:
            return None
        inner = quoted.group("single") if quoted.group("single") is not None else quoted.group("double")
        items.append(_ESCAPED.sub(lambda escape: _CONTROLS.get(escape.group(1), escape.group(1)), inner))
        place = quoted.end()
    return tuple(items)


def _date(column: Column, cell: str) -> Outcome:
    day = read_date(" ".join(cell.split()), column.formats)
    if day is None:
        return _unrecognised(cell)
    value = Literal(f"{day.isoformat()}T00:00:00Z", datatype=XSD.dateTime)
    return Outcome(Account.STATED, (Item(cell, (value,)),))


def _text(_column: Column, cell: str) -> Outcome:
    return Outcome(Account.STATED, (Item(cell, (Literal(cell.strip()),)),))


def _remark(_column: Column, cell: str) -> Outcome:
    return Outcome(Account.KEPT, (Item(cell, (Literal(cell),)),))


def _link(column: Column, cell: str) -> Outcome:
    if fold(cell) in column.codes:
        return _read_answers(column, (cell,))
    links = tuple(dict.fromkeys(_LINK.findall(cell)))
    if not links or not _BETWEEN_LINKS.fullmatch(_LINK.sub("", cell)):
        return _unrecognised(cell)
    return Outcome(Account.STATED, (Item(" ".join(cell.split()), present=True, links=links),))


def _reference(column: Column, cell: str) -> Outcome:
    if fold(cell) in column.codes:
        return _read_answers(column, (cell,))
    parts = cell.split(column.separator) if column.separator else [cell]
    words = dict.fromkeys(" ".join(part.split()) for part in parts if part.strip())
    if not words:
        return _unrecognised(cell)
    return Outcome(Account.STATED, tuple(Item(part) for part in words))


def _unused(_column: Column, _cell: str) -> Outcome:
    return _UNUSED


_READERS: dict[Reading, Callable[[Column, str], Outcome]] = {
    Reading.CODED: _coded,
    Reading.CODED_LIST: _coded_list,
    Reading.DATE: _date,
    Reading.IDENTIFIER: _text,
    Reading.LINK: _link,
    Reading.REFERENCE: _reference,
    Reading.REMARK: _remark,
    Reading.TEXT: _text,
    Reading.UNUSED: _unused,
}
