"""A set of facts as triples: decoded as they are read, and written as N-Triples without ever being triples."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from pyoxigraph import BlankNode, Triple

from .dictionary import Dictionary, Term
from .relations import Ids, Layout, present, unique
from .vocabulary import SAME, TYPE

__all__ = ["Facts", "ntriples", "packed"]

_AT_ONCE = 250_000
"""How many lines of N-Triples are made at a time."""
_FEW = 0.05
"""The share of facts among terms up to which they are put into order by themselves."""


class Facts(Collection[Triple]):
    """Different triples, in an order that depends on nothing but the set."""

    def __init__(self, terms: Dictionary, layout: Layout, keys: Ids) -> None:
        self._terms = terms
        self._layout = layout
        self._keys = keys

    @property
    def terms(self) -> Dictionary:
        """The terms by number."""
        return self._terms

    @property
    def columns(self) -> tuple[Ids, Ids, Ids]:
        """Predicates, subjects and objects by number, in no order to rely on."""
        return self._layout.unpack(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, triple: object) -> bool:
        key = packed(self._terms, self._layout, triple)
        return key is not None and bool(present(self._keys, key)[0])

    def __iter__(self) -> Iterator[Triple]:
        predicates, subjects, objects = self._layout.unpack(self._keys)
        rank = self._rank(subjects, predicates, objects)
        order = np.lexsort((rank[objects], rank[predicates], rank[subjects]))
        terms = self._terms.terms
        for subject, predicate, value in zip(
            subjects[order].tolist(), predicates[order].tolist(), objects[order].tolist(), strict=True
        ):
            yield Triple(terms[subject], terms[predicate], terms[value])

    def _rank(self, *columns: Ids) -> Ids:
        if len(self._keys) > _FEW * len(self._terms):
            return self._terms.rank()
        used = unique(np.concatenate(columns))
        rank = np.zeros(len(self._terms), dtype=np.int64)
        rank[sorted(used.tolist(), key=self._terms.sort_key)] = np.arange(len(used), dtype=np.int64)
        return rank

    def without(self, other: "Facts") -> "Facts":
        """These facts but for some; the terms of the others keep their numbers among those of these."""
        keys = other._layout.repacked(other._keys, self._layout)
        return Facts(self._terms, self._layout, self._keys[~present(keys, self._keys)])

    def meets(self, other: "Facts") -> bool:
        """Whether some of these facts are among others, whose terms keep their numbers among those of these."""
        return bool(present(other._layout.repacked(other._keys, self._layout), self._keys).any())

    def equalities(self) -> "Facts":
        """Those that say that two terms are the same."""
        shift = 2 * self._layout.bits
        low, high = np.searchsorted(self._keys, [SAME << shift, (SAME + 1) << shift]).tolist()
        return Facts(self._terms, self._layout, self._keys[low:high])

    def of_named_kinds(self) -> "Facts":
        """These facts but for memberships in classes without a name, which spell definitions."""
        predicates, _, objects = self._layout.unpack(self._keys)
        typed = np.flatnonzero(predicates == TYPE)
        kinds = unique(objects[typed])
        unnamed = [kind for kind in kinds.tolist() if type(self._terms.terms[kind]) is BlankNode]
        kept = np.ones(len(self._keys), dtype=np.bool_)
        kept[typed[np.isin(objects[typed], unnamed)]] = False
        return Facts(self._terms, self._layout, self._keys[kept])

    def represented(self, same: Mapping[object, Term]) -> "Facts":
        """These facts with one term in place of each that is the same, but for what says so."""
        if not same:
            return self
        predicates, subjects, objects = self._layout.unpack(self._keys)
        stand_in = np.arange(len(self._terms), dtype=np.int64)
        for term, other in same.items():
            number, place = self._terms.number(term), self._terms.number(other)
            if number is not None and place is not None:
                stand_in[number] = place
        changed = predicates != SAME
        keys = self._layout.pack(
            predicates,
            np.where(changed, stand_in[subjects], subjects),
            np.where(changed, stand_in[objects], objects),
        )
        return Facts(self._terms, self._layout, unique(keys))


def ntriples(terms: Sequence[Term], predicates: Ids, subjects: Ids, objects: Ids) -> Iterator[bytes]:
    """Write facts, given as columns of the numbers of terms, as N-Triples, some at a time, in no order to rely on."""
    used = np.zeros(len(terms), dtype=np.bool_)
    for column in (predicates, subjects, objects):
        used[column] = True
    texts = np.empty(len(terms), dtype=object)
    texts[used] = [f"{terms[number]} " for number in np.flatnonzero(used).tolist()]
    for start in range(0, len(subjects), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        rows = np.empty((len(subjects[part]), 4), dtype=object)
        for place, column in enumerate((subjects, predicates, objects)):
            rows[:, place] = texts[column[part]]
        rows[:, 3] = ".\n"
        yield "".join(rows.ravel().tolist()).encode()


def packed(terms: Dictionary, layout: Layout, triple: object) -> Ids | None:
    """The packed fact of a triple, or None where a term of it is unknown."""
    if not isinstance(triple, Triple):
        return None
    subject, predicate, value = (terms.number(term) for term in (triple.subject, triple.predicate, triple.object))
    if subject is None or predicate is None or value is None:
        return None
    return layout.pack(predicate, subject, value)
