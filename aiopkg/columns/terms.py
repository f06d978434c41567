"""Terms by number: those of a closure, and those that queries bring with them or work out."""

from functools import cached_property

import numpy as np
import numpy.typing as npt
from pyoxigraph import Literal

from aiopkg.model.load import rewritten
from aiopkg.reason.dictionary import Dictionary, Term
from aiopkg.reason.relations import Flags, Ids
from aiopkg.vocab import XSD

__all__ = ["UNBOUND", "Terms", "in_store"]

UNBOUND = -1
"""Stands in a column where a variable has no value."""


def in_store(term: Term) -> Term:
    """A term as a store has it, which writes some literals in a form of its own."""
    if not isinstance(term, Literal) or term.datatype == XSD.string or term.language:
        return term
    return next((stored for stored, _ in rewritten([term])), term)


class Terms:
    """A dictionary that grows: what it was made from keeps its numbers, new terms get the next ones."""

    def __init__(self, known: Dictionary) -> None:
        self._known = known
        self._more: dict[Term, int] = {}
        self._fresh: list[Term] = []

    def __len__(self) -> int:
        return len(self._known) + len(self._fresh)

    def number(self, term: Term) -> int | None:
        """The number of a term, or None where nobody has named it yet."""
        found = self._known.number(term)
        return self._more.get(term) if found is None else found

    def numbered(self, term: Term) -> int:
        """The number of a term, which has one from now on."""
        found = self.number(term)
        if found is None:
            found = self._more[term] = len(self)
            self._fresh.append(term)
        return found

    def __getitem__(self, number: int) -> Term:
        known = len(self._known)
        return self._known.terms[number] if number < known else self._fresh[number - known]

    def dictionary(self) -> Dictionary:
        """All these terms as a dictionary, with the same numbers."""
        return self._known.extended(self._fresh)

    def told(self, numbers: Ids) -> list[Term | None]:
        """The terms of a column; None where it is unbound."""
        known = len(self._known)
        if not len(numbers):
            return []
        if int(numbers.max()) < known and int(numbers.min()) >= 0:
            found: list[Term | None] = self._objects[numbers].tolist()
            return found
        terms, fresh = self._known.terms, self._fresh
        return [
            None if number < 0 else terms[number] if number < known else fresh[number - known]
            for number in numbers.tolist()
        ]

    @cached_property
    def _objects(self) -> npt.NDArray[np.object_]:
        return np.fromiter(self._known.terms, dtype=object, count=len(self._known))

    def literal(self, numbers: Ids) -> Flags:
        """Which numbers of a column are those of literals."""
        known = len(self._known)
        inside = (numbers < known) & (numbers >= 0)
        found = np.zeros(len(numbers), dtype=np.bool_)
        found[inside] = self._known.literal[numbers[inside]]
        for place in np.flatnonzero(numbers >= known).tolist():
            found[place] = isinstance(self._fresh[int(numbers[place]) - known], Literal)
        return found
