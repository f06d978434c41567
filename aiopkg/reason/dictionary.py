"""Terms to numbers and back, and what must be known about a term by its number.

A dictionary is filled once, by :func:`encode`, and only read afterwards; :meth:`Dictionary.extended` makes a
larger one, in which the terms that were known keep their numbers. Numbers follow the order of arrival, so nothing
that leaves this package may depend on them: whatever has to be chosen or ordered is chosen by
:meth:`Dictionary.rank`.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, count, islice
from typing import Final

import numpy as np
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.model.table import Table

from .literals import DATATYPES, Value, is_in, value_of
from .relations import Flags, Ids, Layout, unique
from .vocabulary import FIXED, NAMESPACES, SCHEMA_CLASS_END, SCHEMA_PROPERTY_END, TYPE

__all__ = ["NOTHING_KNOWN", "Dictionary", "Term", "encode"]

Term = NamedNode | BlankNode | Literal | Triple
_UNREAD = -1


class Dictionary:
    """The terms of one input, numbered; ``literal`` tells for each number whether it is a literal."""

    def __init__(self, numbers: dict[Term, int]) -> None:
        self.numbers = numbers
        self.terms: list[Term] = list(numbers)
        self.literal: Flags = np.fromiter(
            (type(term) is Literal for term in self.terms), dtype=np.bool_, count=len(self.terms)
        )
        self._values: Ids = np.full(len(self.terms), _UNREAD, dtype=np.int64)
        self._first_of: dict[Value, int] = {}
        self._ranks: Ids | None = None

    def __len__(self) -> int:
        return len(self.terms)

    def extended(self, terms: Iterable[Term]) -> "Dictionary":
        """This dictionary, or a larger one in which some terms have numbers too."""
        fresh = [term for term in terms if term not in self.numbers]
        return self.numbered(fresh)[0] if fresh else self

    def numbered(self, terms: Iterable[Term]) -> tuple["Dictionary", Ids]:
        """This dictionary, or a larger one in which some terms have numbers too, and these numbers."""
        numbers = defaultdict(count(len(self)).__next__, self.numbers)
        places = np.fromiter(map(numbers.__getitem__, terms), dtype=np.int64)
        numbers.default_factory = None  # from now on it answers like any other
        fresh = [*islice(numbers, len(self), None)]
        if not fresh:
            return self, places
        larger = Dictionary.__new__(Dictionary)
        larger.numbers = numbers
        larger.terms = [*self.terms, *fresh]
        literal = np.fromiter((type(term) is Literal for term in fresh), dtype=np.bool_, count=len(fresh))
        larger.literal = np.concatenate((self.literal, literal))
        unread = np.full(len(fresh), _UNREAD, dtype=np.int64)
        larger._values = np.concatenate((self._values, unread))
        larger._first_of = dict(self._first_of)
        larger._ranks = None
        return larger, places

    def number(self, term: object) -> int | None:
        """The number of a term, or None where the input does not have it."""
        return self.numbers.get(term)  # type: ignore[call-overload, no-any-return]

    def values(self, numbers: Ids) -> Ids:
        """For each term one number per data value; a term without a known value stands for itself."""
        found = self._values[numbers]
        unread = numbers[found == _UNREAD]
        if len(unread):
            plain = ~self.literal[unread]
            self._values[unread[plain]] = unread[plain]
            # Ascending numbers, and every reading is complete before it is used: the representative of
            # a value may depend on the order of the input, the partition into values never does.
            for number in unique(unread[~plain]).tolist():
                value = value_of(self._literal(number))
                self._values[number] = number if value is None else self._first_of.setdefault(value, number)
            found = self._values[numbers]
        return found

    def valued(self, number: int) -> bool:
        """Whether this term is a literal whose data value is known."""
        return bool(self.literal[number]) and value_of(self._literal(number)) is not None

    def variants(self, number: int) -> list[int]:
        """The literals of the input with the same data value as this one, itself among them."""
        if not self.literal[number]:
            return [number]
        literals = np.flatnonzero(self.literal)
        values = self.values(literals)
        same: list[int] = literals[values == self._values[number]].tolist()
        return same

    def is_in(self, literal: int, datatype: int) -> bool | None:
        """Whether a literal's value lies in a datatype; None where this is not known."""
        name = self.terms[datatype]
        return is_in(self._literal(literal), name.value) if isinstance(name, NamedNode) else None

    def datatypes(self, numbers: Ids) -> Ids:
        """Those of the numbers which are datatypes with a known value space, ascending."""
        return np.array([number for number in unique(numbers).tolist() if self.is_datatype(number)], dtype=np.int64)

    def is_datatype(self, number: int) -> bool:
        """Whether this term is a datatype with a known value space."""
        term = self.terms[number]
        return isinstance(term, NamedNode) and term.value in DATATYPES

    def rank(self) -> Ids:
        """The place of each term in the one order that does not depend on the input's order."""
        if self._ranks is None:
            order = sorted(range(len(self.terms)), key=self.sort_key)
            ranks = np.empty(len(order), dtype=np.int64)
            ranks[order] = np.arange(len(order), dtype=np.int64)
            self._ranks = ranks
        return self._ranks

    def sort_key(self, number: int) -> tuple[int, str]:
        """What terms are ordered by: fixed terms, then IRIs, blank nodes, literals, each by their text."""
        term = self.terms[number]
        if number < len(FIXED):
            return 0, str(term)
        kinds = {NamedNode: 1, BlankNode: 2, Literal: 3}
        return kinds.get(type(term), 4), str(term)

    def named(self, numbers: Ids) -> Flags:
        """Which of the numbers are those of IRIs."""
        terms = self.terms
        found = (type(terms[number]) is NamedNode for number in numbers.tolist())
        return np.fromiter(found, dtype=np.bool_, count=len(numbers))

    def of_vocabulary(self, numbers: Ids) -> Flags:
        """Which of the numbers are those of terms in the RDF, RDFS, OWL or XSD namespace."""
        chosen = (self.terms[number] for number in numbers.tolist())
        found = (type(term) is NamedNode and term.value.startswith(NAMESPACES) for term in chosen)
        return np.fromiter(found, dtype=np.bool_, count=len(numbers))

    def literal_at(self, number: int) -> Literal | None:
        """The literal with this number, or None where the number is not a literal's."""
        term = self.terms[number]
        return term if isinstance(term, Literal) else None

    def whole(self, number: int) -> int | None:
        """The whole number that a literal denotes, or None where it denotes none."""
        literal = self.literal_at(number)
        value = value_of(literal) if literal else None
        return value.name if value is not None and type(value.name) is int else None

    def _literal(self, number: int) -> Literal:
        term = self.terms[number]
        assert isinstance(term, Literal)
        return term


NOTHING_KNOWN: Final = Dictionary({NamedNode(iri): number for number, iri in enumerate(FIXED)})
"""The terms that every dictionary begins with."""


def encode(given: Iterable[Triple] | Table, known: Dictionary = NOTHING_KNOWN) -> tuple[Dictionary, Layout, Ids]:
    """Number the terms of an input; its different facts come back packed and ascending.

    What ``known`` numbers keeps its number. Of other terms, properties get low numbers where the facts would not
    fit a word otherwise. Raises LimitReached for an input with more terms than the reasoner can number (some
    sixteen million).
    """
    if isinstance(given, Table):
        terms, place = known.numbered(given.terms)
        subjects, predicates, objects = (place[column] for column in (given.subjects, given.predicates, given.objects))
    else:
        terms, flat = known.numbered(chain.from_iterable(given))
        subjects, predicates, objects = flat[0::3], flat[1::3], flat[2::3]
    layout = Layout.of(len(terms))
    if layout.predicates < len(terms):
        axiomatic = (predicates < SCHEMA_PROPERTY_END) | (predicates == TYPE) & (objects < SCHEMA_CLASS_END)
        named = np.concatenate((predicates, subjects[axiomatic], objects[axiomatic]))
        layout.check_predicates(np.arange(len(known) + len(unique(named)), dtype=np.int64))
        move = _properties_first(len(terms), len(known), named)
        subjects, predicates, objects = move[subjects], move[predicates], move[objects]
        order = np.argsort(move).tolist()
        terms = known.extended(terms.terms[number] for number in order)
    return terms, layout, unique(layout.pack(predicates, subjects, objects))


def _properties_first(terms: int, known: int, predicates: Ids) -> Ids:
    """New numbers for old ones: what was known, then what may be a property, then the rest in their old order."""
    group = np.full(terms, 2, dtype=np.int64)
    group[predicates] = 1
    group[:known] = 0
    move = np.empty(terms, dtype=np.int64)
    move[np.argsort(group, kind="stable")] = np.arange(terms, dtype=np.int64)
    return move
