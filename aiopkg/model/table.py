"""Triples as columns of numbers, each with the place it comes from, and mappings that show them as triples.

A model of millions of triples is a few arrays and one list of its different terms; triples and places are made
where somebody asks for them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import cast

import numpy as np
import numpy.typing as npt
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.errors import Place

__all__ = ["Grouped", "Numbers", "Places", "Table", "Term"]

Term = NamedNode | BlankNode | Literal
Node = NamedNode | BlankNode
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """Different triples in a fixed order: row ``i`` of all columns is one of them and where it stands.

    ``terms`` holds every term in use once; ``subjects``, ``predicates`` and ``objects`` are numbers of terms, ``file``
    numbers of ``files``; a ``line`` or ``column`` of nought is none.
    """

    terms: Sequence[Term]
    subjects: Numbers
    predicates: Numbers
    objects: Numbers
    files: Sequence[str]
    file: Numbers
    line: Numbers
    column: Numbers

    @classmethod
    def of(cls, places: Mapping[Triple, Place]) -> "Table":
        """The table of some triples and their places, in their order."""
        numbers: defaultdict[Term, int] = defaultdict(count().__next__)
        files: defaultdict[str, int] = defaultdict(count().__next__)
        rows = [
            (*map(numbers.__getitem__, triple), files[place.file], place.line or 0, place.column or 0)
            for triple, place in places.items()
        ]
        columns = np.array(rows, dtype=np.int64).reshape(-1, 6).T
        return cls(tuple(numbers), columns[0], columns[1], columns[2], tuple(files), *columns[3:])

    def __len__(self) -> int:
        return len(self.subjects)

    def chosen(self, rows: Numbers) -> Iterator[Triple]:
        """Yield the triples of some rows."""
        terms = self.terms
        columns = (column[rows].tolist() for column in (self.subjects, self.predicates, self.objects))
        for subject, predicate, value in zip(*columns, strict=True):
            yield Triple(terms[subject], terms[predicate], terms[value])

    def place(self, row: int) -> Place:
        """Return where the triple of a row stands."""
        return Place(self.files[int(self.file[row])], int(self.line[row]) or None, int(self.column[row]) or None)

    @cached_property
    def numbers(self) -> Mapping[Term, int]:
        """The number of each term."""
        return {term: number for number, term in enumerate(self.terms)}

    @cached_property
    def order(self) -> Numbers:
        """The rows in the order of the N-Triples form of their triples."""
        texts = [str(term) for term in self.terms]
        rank = np.empty(len(texts), dtype=np.int64)
        # No character of a term sorts before the space that ends it, so that the order is that of its terms.
        rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts), dtype=np.int64)
        return np.lexsort((rank[self.objects], rank[self.predicates], rank[self.subjects])).astype(np.int64)

    @cached_property
    def by_place(self) -> Numbers:
        """The rows in the order of their places."""
        names = sorted(range(len(self.files)), key=self.files.__getitem__)
        rank = np.empty(len(names), dtype=np.int64)
        rank[names] = np.arange(len(names), dtype=np.int64)
        return np.lexsort((self.column, self.line, rank[self.file])).astype(np.int64)

    def row(self, triple: object) -> int | None:
        """Return the row of a triple, or None where it is not one of these."""
        if not isinstance(triple, Triple):
            return None
        wanted = [self.numbers.get(term) for term in triple]
        low, high = 0, len(self)
        for number, column in zip(wanted, self._sorted[1:], strict=True):
            if number is None:
                return None
            part = column[low:high]
            low, high = (low + int(np.searchsorted(part, number, side=side)) for side in ("left", "right"))
        return int(self._sorted[0][low]) if low < high else None

    @cached_property
    def _sorted(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """The rows in the order of their numbers, and the columns in that order."""
        rows = np.lexsort((self.objects, self.predicates, self.subjects)).astype(np.int64)
        return rows, self.subjects[rows], self.predicates[rows], self.objects[rows]


class Places(Mapping[Triple, Place]):
    """The place of each triple of a table, in its order."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Triple]:
        return self.table.chosen(np.arange(len(self.table), dtype=np.int64))

    def __contains__(self, triple: object) -> bool:
        return self.table.row(triple) is not None

    def __getitem__(self, triple: Triple) -> Place:
        row = self.table.row(triple)
        if row is None:
            raise KeyError(triple)
        return self.table.place(row)


class Grouped(Mapping[Node, Sequence[Triple]]):
    """The triples of a table by their subjects, or by those of their objects that are no literals."""

    def __init__(self, table: Table, *, by_object: bool = False) -> None:
        self._table = table
        self._column = table.objects if by_object else table.subjects

    @cached_property
    def _rows(self) -> tuple[Numbers, Numbers]:
        """The rows in the order of the numbers of the elements, and these numbers."""
        rows = np.argsort(self._column, kind="stable").astype(np.int64)
        return rows, self._column[rows]

    @cached_property
    def _first(self) -> Numbers:
        """For each term its row whose place comes first; -1 where it has none."""
        first = np.full(len(self._table.terms), -1, dtype=np.int64)
        backward = self._table.by_place[::-1]
        first[self._column[backward]] = backward  # of several rows of one element, the last is kept
        return first

    def place_of(self, element: object) -> Place | None:
        """Return the first place at which there is a triple of an element."""
        number = self._number(element)
        row = -1 if number is None else int(self._first[number])
        return None if row < 0 else self._table.place(row)

    def _number(self, element: object) -> int | None:
        return self._table.numbers.get(element) if isinstance(element, NamedNode | BlankNode) else None

    def __getitem__(self, element: Node) -> Sequence[Triple]:
        number = self._number(element)
        if number is not None:
            rows, ordered = self._rows
            low, high = (int(np.searchsorted(ordered, number, side=side)) for side in ("left", "right"))
            if low < high:
                return list(self._table.chosen(rows[low:high]))
        raise KeyError(element)

    def __iter__(self) -> Iterator[Node]:
        terms = self._table.terms
        for number in dict.fromkeys(self._column.tolist()):
            if isinstance(terms[number], NamedNode | BlankNode):
                yield cast(Node, terms[number])

    def __len__(self) -> int:
        return sum(1 for _ in self)
