"""What a mapping says: which column is read how, and what its answers mean."""

from collections.abc import Mapping
from enum import Enum

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.imports.terms import IMPORT

__all__ = [
    "Code",
    "Column",
    "Condition",
    "Element",
    "Meaning",
    "Reading",
    "Statement",
    "TableMapping",
    "Value",
    "fold",
]

Value = NamedNode | BlankNode | Literal


class Reading(Enum):
    """The ways of reading a cell, each named by its class in the import vocabulary."""

    CODED = IMPORT.Coded.value
    CODED_LIST = IMPORT.CodedList.value
    DATE = IMPORT.Date.value
    IDENTIFIER = IMPORT.Identifier.value
    LINK = IMPORT.Link.value
    REFERENCE = IMPORT.Reference.value
    REMARK = IMPORT.Remark.value
    TEXT = IMPORT.Text.value
    UNUSED = IMPORT.Unused.value


class Meaning(Enum):
    """What an answer says where it states neither a value, nor a status, nor a waiver."""

    PRESENT = IMPORT.Present.value
    ABSENT = IMPORT.Absent.value
    LEFT_OPEN = IMPORT.LeftOpen.value


@dataclass(frozen=True, slots=True)
class Statement:
    """A property of an element, and the one source of its value: a cell, a template, a constant or an element."""

    predicate: NamedNode
    column: str | None
    template: str | None
    constant: Value | None
    element: NamedNode | None


@dataclass(frozen=True, slots=True)
class Element:
    """Something that rows name: the template of its IRI below the mapping's, its classes and statements."""

    name: NamedNode
    template: str
    classes: tuple[NamedNode, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """One answer of a coded column and what it states."""

    values: tuple[NamedNode | Literal, ...]
    meaning: Meaning | None
    status: NamedNode | None
    waived_by: NamedNode | None


@dataclass(frozen=True, slots=True)
class Condition:
    """That an earlier column of the row has the given value."""

    column: str
    value: Value


@dataclass(frozen=True, slots=True)
class Column:
    """One reading of a column; ``codes`` and the two word lists are keyed by :func:`fold`-ed text."""

    name: str
    reading: Reading
    predicate: NamedNode | None
    node_class: NamedNode | None
    label: str | None
    codes: Mapping[str, Code]
    nulls: frozenset[str]
    no_answers: frozenset[str]
    formats: tuple[str, ...]
    separator: str | None
    link_property: NamedNode | None
    element: NamedNode | None
    element_if_blank: NamedNode | None
    condition: Condition | None
    because: str


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one kind of table becomes a model; ``base`` is the namespace of the elements that it makes."""

    id: str
    base: str
    label: str
    encoding: str
    delimiter: str
    row: Element
    columns: tuple[Column, ...]
    elements: Mapping[NamedNode, Element]
    individuals: tuple[tuple[NamedNode, tuple[Triple, ...]], ...]
    no_column_for: frozenset[NamedNode]
    settled: frozenset[NamedNode]

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that the table has to have, in the order of the mapping, each once."""
        return tuple(dict.fromkeys(column.name for column in self.columns))


def fold(text: str) -> str:
    """Return the text as it is compared with an answer: white space joined, letter case ignored."""
    return " ".join(text.split()).casefold()
