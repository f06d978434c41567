"""Sets of facts as sorted columns of packed numbers, and the joins that rules are made of.

A fact (subject, predicate, object) is one 64-bit number that holds the predicate in its highest bits. A
relation keeps two sorted columns of such numbers: predicate-subject-object and predicate-object-subject.
Every join below is a binary search of the wanted prefixes followed by one expansion of the ranges found, so
the cost follows the number of prefixes and of answers, never the size of the relation.
"""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from aiopkg.dataclass import dataclass
from aiopkg.errors import LimitReached

__all__ = [
    "EMPTY",
    "Flags",
    "Ids",
    "Layout",
    "Overlay",
    "Relation",
    "expand",
    "join",
    "merged_runs",
    "one",
    "present",
    "unique",
    "without",
]

Ids: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

EMPTY: Ids = np.empty(0, dtype=np.int64)
_WORD = 63
_FEW = 32
"""So many numbers are put into a column or taken out of it by copying what lies between them."""
_MOST_ANSWERS = 1 << 28
"""How many rows one join may have: some ten gigabytes are needed to go on from there."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How three term numbers share a word: ``bits`` each for the last two, the rest for the predicate."""

    bits: int

    @classmethod
    def of(cls, terms: int) -> "Layout":
        """The layout for this many terms; raises LimitReached where no useful one exists."""
        bits = max(int(terms).bit_length(), 8)
        if 2 * bits + 12 > _WORD:
            raise LimitReached("too-many-terms", f"{terms} different terms do not fit the reasoner's 64-bit facts.")
        return cls(bits)

    @property
    def predicates(self) -> int:
        """How many of the lowest term numbers may stand as a predicate."""
        return 1 << min(_WORD - 2 * self.bits, self.bits)

    def check_predicates(self, *columns: Ids) -> None:
        """Raise LimitReached where one of these terms cannot stand as a predicate for want of bits."""
        if any(len(column) and int(column.max()) >= self.predicates for column in columns):
            raise LimitReached(
                "too-many-terms",
                f"More than {self.predicates} terms would have to stand as properties in so large a graph.",
            )

    def pack(self, predicate: Ids | int, second: Ids | int, third: Ids | int) -> Ids:
        """The packed facts of three columns of equal length (or single numbers)."""
        high = np.asarray(predicate, dtype=np.int64)
        packed = ((high << self.bits) | second) << self.bits | third
        return np.atleast_1d(np.asarray(packed, dtype=np.int64))

    def unpack(self, keys: Ids) -> tuple[Ids, Ids, Ids]:
        """The three columns of packed facts."""
        mask = (1 << self.bits) - 1
        return keys >> (2 * self.bits), (keys >> self.bits) & mask, keys & mask

    def repacked(self, keys: Ids, wider: "Layout") -> Ids:
        """Packed facts as a layout with as many bits or more packs them; their order stays."""
        return keys if wider == self else wider.pack(*self.unpack(keys))

    def turned(self, keys: Ids) -> Ids:
        """The same facts with their last two columns exchanged, not sorted."""
        first, second, third = self.unpack(keys)
        return self.pack(first, third, second)


def one(number: int) -> Ids:
    """A column of one number."""
    return np.array([number], dtype=np.int64)


def unique(keys: Ids) -> Ids:
    """The different numbers of a column, ascending."""
    if len(keys) < 2:
        return keys
    ordered = np.sort(keys)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def present(ordered: Ids, wanted: Ids) -> Flags:
    """Which of the wanted numbers occur in an ascending column."""
    if not len(ordered):
        return np.zeros(len(wanted), dtype=np.bool_)
    place = np.searchsorted(ordered, wanted)
    place[place == len(ordered)] = 0
    return np.asarray(ordered[place] == wanted)


def expand(low: Ids, high: Ids) -> tuple[Ids, Ids]:
    """The rows and positions of the half-open ranges: row ``i`` once for each position of range ``i``."""
    counts = high - low
    total = int(counts.sum())
    if not total:
        return EMPTY, EMPTY
    if total > _MOST_ANSWERS:
        raise LimitReached(
            "too-many-facts",
            f"One step of reasoning would draw {total:,} conclusions.",
            fix="Look for an axiom that makes nearly everything the same or related, such as one about rdf:type.",
        )
    rows = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    starts = low - (np.cumsum(counts) - counts)
    return rows, np.arange(total, dtype=np.int64) + starts[rows]


def join(left: Ids, right: Ids) -> tuple[Ids, Ids]:
    """The pairs of positions at which two columns hold the same number."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    rows, places = expand(np.searchsorted(ordered, left, side="left"), np.searchsorted(ordered, left, side="right"))
    return rows, order[places]


@dataclass(frozen=True, slots=True)
class Relation:
    """A set of facts, sorted both ways."""

    layout: Layout
    by_subject: Ids
    by_object: Ids

    @classmethod
    def of(cls, layout: Layout, keys: Ids) -> "Relation":
        """The relation of packed facts that are ascending and different."""
        return cls(layout, keys, np.sort(layout.turned(keys)))

    def within(self, wider: Layout) -> "Relation":
        """The same facts in a layout with as many bits or more."""
        columns = (self.layout.repacked(column, wider) for column in (self.by_subject, self.by_object))
        return self if wider == self.layout else Relation(wider, *columns)

    def __len__(self) -> int:
        return len(self.by_subject)

    def _within(self, column: Ids, first: Ids, second: Ids | None) -> tuple[Ids, Ids]:
        bits = self.layout.bits
        if second is None:
            low = first << (2 * bits)
            step = 1 << (2 * bits)
        else:
            low = ((first << bits) | second) << bits
            step = 1 << bits
        return expand(np.searchsorted(column, low), np.searchsorted(column, low + step))

    def pairs(self, predicates: Ids | Iterable[int]) -> tuple[Ids, Ids, Ids]:
        """Row of the asked predicate, subject and object of every fact of these predicates."""
        asked = predicates if isinstance(predicates, np.ndarray) else np.fromiter(predicates, dtype=np.int64)
        if not len(asked) or not len(self):
            return EMPTY, EMPTY, EMPTY
        rows, places = self._within(self.by_subject, asked, None)
        _, subjects, objects = self.layout.unpack(self.by_subject[places])
        return rows, subjects, objects

    def objects(self, predicates: Ids | int, subjects: Ids) -> tuple[Ids, Ids]:
        """Row of the asked (predicate, subject) and every object of it."""
        return self._third(self.by_subject, predicates, subjects)

    def subjects(self, predicates: Ids | int, objects: Ids) -> tuple[Ids, Ids]:
        """Row of the asked (predicate, object) and every subject of it."""
        return self._third(self.by_object, predicates, objects)

    def _third(self, column: Ids, predicates: Ids | int, seconds: Ids) -> tuple[Ids, Ids]:
        if not len(seconds) or not len(self):
            return EMPTY, EMPTY
        rows, places = self._within(column, np.asarray(predicates, dtype=np.int64), seconds)
        return rows, column[places] & ((1 << self.layout.bits) - 1)

    def holds(self, predicates: Ids | int, subjects: Ids, objects: Ids | int) -> Flags:
        """Which of the asked facts are in the relation."""
        if not len(subjects):
            return np.zeros(0, dtype=np.bool_)
        return present(self.by_subject, self.layout.pack(predicates, subjects, objects))

    def has(self, keys: Ids) -> Flags:
        """Which of these packed facts are in the relation."""
        return present(self.by_subject, keys)

    def touched(self, predicates: Ids) -> Flags:
        """Which of these predicates have a fact."""
        step = 1 << (2 * self.layout.bits)
        low = predicates * step
        found = np.searchsorted(self.by_subject, low) < np.searchsorted(self.by_subject, low + step)
        return np.asarray(found)

    def merged(self, other: "Relation") -> "Relation":
        """The union with a relation that shares no fact with this one: a merge of sorted runs."""
        if not len(other):
            return self
        if not len(self):
            return other
        return Relation(
            self.layout,
            merged_runs(self.by_subject, other.by_subject),
            merged_runs(self.by_object, other.by_object),
        )

    def without(self, keys: Ids) -> "Relation":
        """The facts that are not among these ascending packed ones."""
        if not len(keys):
            return self
        turned = np.sort(self.layout.turned(keys))
        return Relation(self.layout, without(self.by_subject, keys), without(self.by_object, turned))

    def predicates(self) -> Ids:
        """The predicates of all facts, ascending; the cost follows their number, not that of the facts."""
        shift = 2 * self.layout.bits
        found: list[int] = []
        place = 0
        while place < len(self.by_subject):
            found.append(int(self.by_subject[place] >> shift))
            place = int(np.searchsorted(self.by_subject, (found[-1] + 1) << shift))
        return np.array(found, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Overlay(Relation):
    """A large relation and, beside it, a small one with facts of its own: grows without a merge of the large one.

    The columns are those of the large relation. Rows of an answer are not ascending.
    """

    recent: Relation

    @classmethod
    def over(cls, relation: Relation) -> "Overlay":
        """A relation with nothing laid over it yet."""
        nothing = Relation(relation.layout, EMPTY, EMPTY)
        return cls(relation.layout, relation.by_subject, relation.by_object, nothing)

    def settled(self) -> Relation:
        """Both parts merged into one relation."""
        return Relation(self.layout, self.by_subject, self.by_object).merged(self.recent)

    def __len__(self) -> int:
        return len(self.by_subject) + len(self.recent)

    def pairs(self, predicates: Ids | Iterable[int]) -> tuple[Ids, Ids, Ids]:
        """Row of the asked predicate, subject and object of every fact of these predicates."""
        asked = predicates if isinstance(predicates, np.ndarray) else np.fromiter(predicates, dtype=np.int64)
        row, subjects, objects = Relation.pairs(self, asked)
        more_row, more_subjects, more_objects = self.recent.pairs(asked)
        return (
            np.concatenate((row, more_row)),
            np.concatenate((subjects, more_subjects)),
            np.concatenate((objects, more_objects)),
        )

    def _third(self, column: Ids, predicates: Ids | int, seconds: Ids) -> tuple[Ids, Ids]:
        row, found = Relation._third(self, column, predicates, seconds)
        lies_over = self.recent.by_subject if column is self.by_subject else self.recent.by_object
        more_row, more = self.recent._third(lies_over, predicates, seconds)
        return np.concatenate((row, more_row)), np.concatenate((found, more))

    def holds(self, predicates: Ids | int, subjects: Ids, objects: Ids | int) -> Flags:
        """Which of the asked facts are in the relation."""
        if not len(subjects):
            return np.zeros(0, dtype=np.bool_)
        return self.has(self.layout.pack(predicates, subjects, objects))

    def has(self, keys: Ids) -> Flags:
        """Which of these packed facts are in the relation."""
        return np.asarray(present(self.by_subject, keys) | present(self.recent.by_subject, keys))

    def touched(self, predicates: Ids) -> Flags:
        """Which of these predicates have a fact."""
        return np.asarray(Relation.touched(self, predicates) | self.recent.touched(predicates))

    def merged(self, other: Relation) -> "Overlay":
        """The union with a relation that shares no fact with this one."""
        return Overlay(self.layout, self.by_subject, self.by_object, self.recent.merged(other))


def merged_runs(left: Ids, right: Ids) -> Ids:
    """Two ascending columns as one."""
    if len(right) < _FEW < len(left):
        cuts = np.searchsorted(left, right).tolist()
        pieces = (left[start:end] for start, end in zip([0, *cuts], [*cuts, len(left)], strict=True))
        between = (right[place : place + 1] for place in range(len(right) + 1))
        return np.concatenate([piece for pair in zip(pieces, between, strict=True) for piece in pair])
    # A stable sort recognises the two runs and merges them in one pass.
    both = np.concatenate((left, right))
    both.sort(kind="stable")
    return both


def without(ordered: Ids, unwanted: Ids) -> Ids:
    """An ascending column without some numbers, given ascending; those that it does not hold are ignored."""
    places = np.searchsorted(ordered, unwanted)
    places = places[places < len(ordered)]
    found = places[present(unwanted, ordered[places])] if len(places) else places
    if len(found) >= _FEW:
        return np.delete(ordered, found)
    if not len(found):
        return ordered
    starts, ends = [0, *(found + 1).tolist()], [*found.tolist(), len(ordered)]
    return np.concatenate([ordered[start:end] for start, end in zip(starts, ends, strict=True)])
