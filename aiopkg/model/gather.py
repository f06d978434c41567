"""Gathers what documents state into one table: terms numbered as they come, each triple once."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

import numpy as np
from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.errors import Place
from aiopkg.limits import Budget
from aiopkg.model.blank import name_blank_nodes
from aiopkg.model.parse import lines_at, read_statements
from aiopkg.model.renames import in_present_terms, renames
from aiopkg.model.sources import Source
from aiopkg.model.table import Numbers, Table, Term

__all__ = ["Gathering"]


class _Numbered(dict[Term, int]):
    """Numbers of terms, given in the order in which they are asked for; blank nodes are those of one document."""

    def __init__(self) -> None:
        super().__init__()
        self.terms: list[Term] = []
        self.blank: list[int] = []
        self._document = 0
        self._labels = 0

    def __missing__(self, term: Term) -> int:
        number = self[term] = len(self.terms)
        if type(term) is BlankNode:
            self.blank.append(number)
            self.terms.append(BlankNode(f"d{self._document}-{self._labels}"))
            self._labels += 1
        else:
            self.terms.append(term)
        return number

    def begin(self) -> None:
        """Begin another document, whose blank nodes are others whatever they are called."""
        for term in [term for term in self if type(term) is BlankNode] if self._labels else ():
            del self[term]
        self._document += 1
        self._labels = 0


class Gathering:
    """Statements of documents as they come, and at last their table."""

    def __init__(self) -> None:
        self._numbers = _Numbered()
        self._flat = array("q")
        self._files: dict[str, int] = {}
        self._places: list[Numbers] = []
        self._prefixes: dict[str, set[str]] = {}

    @property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that documents declare, those left out that two of them declare differently."""
        return {prefix: next(iter(iris)) for prefix, iris in sorted(self._prefixes.items()) if len(iris) == 1}

    def take_in(self, source: Source, budget: Budget) -> range:
        """Read a document; returns the rows of its statements. Raises as :func:`read_statements` does."""
        self._numbers.begin()
        begun = len(self._flat) // 3
        numbers, extend = self._numbers, self._flat.extend
        reached: list[int] = []
        seen = reached.append
        declared: dict[str, str] = {}
        for quad, offset in budget.heeding(read_statements(source, prefixes=declared)):
            subject, predicate, value, _ = quad
            extend((numbers[subject], numbers[predicate], numbers[value]))
            seen(offset)
        self.declare(declared)
        lines = lines_at(source.content, np.array(reached, dtype=np.int64))
        self._note(source.name, lines if source.has_lines else np.zeros_like(lines))
        return range(begun, len(self._flat) // 3)

    def declare(self, prefixes: Mapping[str, str]) -> None:
        """Take note of the prefixes of one document."""
        for prefix, iri in prefixes.items():
            self._prefixes.setdefault(prefix, set()).add(iri)

    def take_in_triples(self, found: Iterable[tuple[Triple, Place]]) -> None:
        """Take in triples that were read already, whose blank nodes are those of one document."""
        numbers, extend = self._numbers, self._flat.extend
        files = self._files
        rows: list[tuple[int, int, int]] = []
        for triple, place in found:
            extend(map(numbers.__getitem__, cast("Iterable[Term]", triple)))
            rows.append((files.setdefault(place.file, len(files)), place.line or 0, place.column or 0))
        self._places.append(np.array(rows, dtype=np.int64).reshape(-1, 3).T)

    def _note(self, name: str, lines: Numbers) -> None:
        file = self._files.setdefault(name, len(self._files))
        self._places.append(np.stack((np.full_like(lines, file), lines, np.zeros_like(lines))))

    def naming(self, predicate: NamedNode, rows: range) -> list[tuple[Term, Place]]:
        """The objects of a predicate in some rows, each with its place."""
        table = self._table()
        about = self._numbers.get(predicate)
        chosen = [row for row in rows if int(table.predicates[row]) == about]
        return [(table.terms[int(table.objects[row])], table.place(row)) for row in chosen]

    def _table(self) -> Table:
        flat = np.array(self._flat, dtype=np.int64)
        file, line, column = np.concatenate([np.empty((3, 0), dtype=np.int64), *self._places], axis=1)
        return Table(self._numbers.terms, flat[0::3], flat[1::3], flat[2::3], tuple(self._files), file, line, column)

    def finished(self, *, present: bool) -> tuple[Table, Mapping[Triple, tuple[NamedNode, ...]]]:
        """Return the table, each triple once and at its first place, blank nodes named by what is said of them.

        With ``present``, terms that have another name now are read by that; also returned are the triples that were
        written with such terms, and these.
        """
        table = self._table()
        columns = [table.subjects.copy(), table.predicates.copy(), table.objects.copy()]
        written: dict[int, tuple[NamedNode, ...]] = {}
        old = [number for term in (renames() if present else ()) if (number := self._numbers.get(term)) is not None]
        if old:
            for row in np.flatnonzero(np.logical_or.reduce([np.isin(column, old) for column in columns])).tolist():
                read, former = in_present_terms((triple, table.place(row)) for triple in table.chosen(np.array([row])))
                for column, term in zip(columns, read[0][0], strict=True):
                    column[row] = self._number_of(term)
                written[row] = next(iter(former.values()))
        self._name_blank_nodes(columns)
        whole = replace(table, subjects=columns[0], predicates=columns[1], objects=columns[2])
        found = _compact(_each_once(whole))
        so = {next(whole.chosen(np.array([row]))): terms for row, terms in written.items()}
        return found, so

    def _number_of(self, term: Term) -> int:
        """The number of a term, blank nodes by the name that this gathering gave them."""
        if type(term) is BlankNode:
            return next(number for number in self._numbers.blank if self._numbers.terms[number] == term)
        return self._numbers[term]

    def _name_blank_nodes(self, columns: list[Numbers]) -> None:
        if not self._numbers.blank:
            return
        terms = self._numbers.terms
        blank = np.zeros(len(terms), dtype=np.bool_)
        blank[self._numbers.blank] = True
        rows = np.flatnonzero(blank[columns[0]] | blank[columns[2]])
        around = zip(*(column[rows].tolist() for column in columns), strict=True)
        names = name_blank_nodes(Triple(terms[s], terms[p], terms[o]) for s, p, o in around)
        for number in self._numbers.blank:
            terms[number] = names[terms[number]]  # type: ignore[index]


def _each_once(table: Table) -> Table:
    """The first row of each triple, in order."""
    columns = (table.subjects, table.predicates, table.objects)
    bits = len(table.terms).bit_length()
    if 3 * bits < 64:
        keys = (columns[0] << 2 * bits) | (columns[1] << bits) | columns[2]
        order = np.argsort(keys, kind="stable")
        repeated = keys[order[1:]] == keys[order[:-1]]
    else:
        order = np.lexsort(columns[::-1])
        repeated = np.logical_and.reduce([column[order[1:]] == column[order[:-1]] for column in columns])
    if not repeated.any():
        return table
    kept = np.ones(len(table), dtype=np.bool_)
    kept[order[1:][repeated]] = False
    return replace(
        table,
        subjects=table.subjects[kept],
        predicates=table.predicates[kept],
        objects=table.objects[kept],
        file=table.file[kept],
        line=table.line[kept],
        column=table.column[kept],
    )


def _compact(table: Table) -> Table:
    """The same triples, without terms that no triple has."""
    used = np.zeros(len(table.terms), dtype=np.bool_)
    for column in (table.subjects, table.predicates, table.objects):
        used[column] = True
    if used.all():
        return table
    move = np.cumsum(used) - 1
    terms = [table.terms[number] for number in np.flatnonzero(used).tolist()]
    subjects, predicates, objects = (move[column] for column in (table.subjects, table.predicates, table.objects))
    return replace(table, terms=terms, subjects=subjects, predicates=predicates, objects=objects)
