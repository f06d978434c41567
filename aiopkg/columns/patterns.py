"""Extending solutions by a triple pattern, whichever of its ends are known already."""

import numpy as np
from pyoxigraph import NamedNode

from aiopkg.columns.facts import View
from aiopkg.columns.plan import Naming, NotForColumns
from aiopkg.columns.rows import Rows, stacked
from aiopkg.columns.walks import ends, reach, size, walk
from aiopkg.dataclass import dataclass
from aiopkg.reason.relations import EMPTY, Flags, Ids, expand
from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence
from aiopkg.syntax.tree import Pattern

__all__ = ["Choices", "choices_of", "extended", "in_steps", "worth"]

_FEW = 10
_MANY = 1000
"""How many solutions a pattern along an unknown property is reckoned to have."""


def extended(view: View, naming: Naming, pattern: Pattern, rows: Rows) -> Rows:
    """Every solution with every way in which the pattern holds of it (SPARQL 1.1, section 18.3)."""
    if pattern.path is None:
        return _along_any(view, naming, pattern, rows)
    names = [end for end in dict.fromkeys((pattern.subject, pattern.object)) if end in rows.columns]
    if rows.bound(names):
        return _extended(view, naming, pattern, rows)
    pieces = []
    for known, places in rows.patterns(names):
        part = rows.take(places)
        open_here = {name for name in names if name not in known}
        told = Rows(part.count, {name: column for name, column in part.columns.items() if name not in open_here})
        pieces.append(_extended(view, naming, pattern, told))
    return stacked(pieces) if pieces else Rows(0, {**rows.columns})


def _along_any(view: View, naming: Naming, pattern: Pattern, rows: Rows) -> Rows:
    """The solutions of a pattern whose property is a variable: for each property by itself."""
    verb = pattern.verb
    if not verb.startswith("?"):
        raise NotForColumns("a negated property set")
    known = rows.columns.get(verb)
    if known is not None and not rows.bound([verb]):
        raise NotForColumns("a property that may be unbound")
    names = [name for name in (*rows.columns, verb, pattern.subject, pattern.object) if name.startswith("?")]
    pieces = [Rows(0, dict.fromkeys(names, EMPTY))]
    if known is None:
        each = [(iri, rows.having(verb, np.full(rows.count, view.terms.numbered(iri)))) for iri in _properties(view)]
    else:
        chosen = ((view.terms[number], known == number) for number in np.unique(known).tolist())
        each = [(term, rows.take(here)) for term, here in chosen if isinstance(term, NamedNode)]
    for iri, part in each:
        pieces.append(extended(view, naming, Pattern(pattern.subject, "", Predicate(iri), pattern.object), part))
    return stacked(pieces)


def _properties(view: View) -> list[NamedNode]:
    return [view.iri(place) for place in view.predicates().tolist()]


def _extended(view: View, naming: Naming, pattern: Pattern, rows: Rows) -> Rows:
    path = pattern.path
    assert path is not None
    near, far = (_column(view, naming, end, rows) for end in (pattern.subject, pattern.object))
    if near is not None and far is not None:
        return rows.take(_kept(view, path, near, far))
    if near is not None:
        places, found = walk(view, path, near)
        return rows.take(places).having(pattern.object, found)
    if far is not None:
        places, found = walk(view, path, far, backwards=True)
        return rows.take(places).having(pattern.subject, found)
    subjects, objects = ends(view, path)
    if pattern.subject == pattern.object:
        subjects = objects = subjects[subjects == objects]
    places = np.repeat(np.arange(rows.count, dtype=np.int64), len(subjects))
    known = rows.take(places)
    if pattern.subject != pattern.object:
        known = known.having(pattern.object, np.tile(objects, rows.count))
    return known.having(pattern.subject, np.tile(subjects, rows.count))


def _column(view: View, naming: Naming, end: str, rows: Rows) -> Ids | None:
    """The values of one end of a pattern, a number that no term has for unknown ones; None where it is open."""
    if end.startswith("?"):
        return rows.columns.get(end)
    return np.full(rows.count, _number(view, naming, end), dtype=np.int64)


def _number(view: View, naming: Naming, token: str) -> int:
    return view.terms.numbered(naming.term(token))


def _kept(view: View, path: Path, near: Ids, far: Ids) -> Ids:
    """The rows at which both ends are joined by the path, as often as they are."""
    match path:
        case Predicate(iri):
            number = view.place(iri)
            return (
                EMPTY
                if number is None
                else np.flatnonzero(view.along(number).holds(number, near, far)).astype(np.int64)
            )
        case Inverse(Predicate() as inner):
            return _kept(view, inner, far, near)
    backwards = reach(view, path, backwards=True) < reach(view, path)
    starts, wanted = (far, near) if backwards else (near, far)
    places, found = walk(view, path, starts, backwards=backwards)
    kept: Ids = places[found == wanted[places]]
    return kept


def worth(view: View, naming: Naming, pattern: Pattern, rows: Rows) -> float:
    """How many solutions there will roughly be after a pattern."""
    path = pattern.path
    if path is None:
        return rows.count * (_FEW if pattern.verb in rows.columns else _MANY)
    near, far = (not end.startswith("?") or end in rows.columns for end in (pattern.subject, pattern.object))
    if near and far:
        return rows.count * min(1.0, reach(view, path))
    fixed = [not end.startswith("?") for end in (pattern.subject, pattern.object)]
    if isinstance(path, Predicate) and any(fixed):
        number = view.place(path.iri)
        ends = [_number(view, naming, end) for end in (pattern.subject, pattern.object) if not end.startswith("?")]
        if number is None:
            return 0
        return rows.count * len(view.range(number, ends[0], backwards=not fixed[0]))
    if near or far:
        return rows.count * reach(view, path, backwards=far)
    return rows.count * size(view, path)


@dataclass(frozen=True)
class Choices:
    """The solutions of a pattern with one open end, ``name``: those of a row lie side by side in a column."""

    name: str
    column: Ids
    mask: int
    low: Ids
    high: Ids

    @property
    def count(self) -> int:
        """How many there are for all rows together."""
        return int((self.high - self.low).sum())

    def some(self, rows: Ids, start: int, number: int) -> tuple[Ids, Ids]:
        """So many solutions of some rows, from one on: the row and the value of each."""
        high = self.high[rows]
        low = np.minimum(self.low[rows] + start, high)
        places, found = expand(low, np.minimum(low + number, high))
        return rows[places], self.column[found] & self.mask

    def has_more(self, rows: Ids, tried: int) -> Flags:
        """Which rows have more solutions than were tried."""
        return np.asarray(self.low[rows] + tried < self.high[rows])


def choices_of(view: View, naming: Naming, pattern: Pattern, rows: Rows) -> Choices | None:
    """The solutions of a pattern along one property with one end known; None for any other pattern."""
    match pattern.path:
        case Predicate(iri):
            ends = (pattern.subject, pattern.object)
        case Inverse(Predicate(iri)):
            ends = (pattern.object, pattern.subject)
        case _:
            return None
    number = view.place(iri)
    known = [_column(view, naming, end, rows) for end in ends]
    if number is None or (known[0] is None) == (known[1] is None):
        return None
    forwards = known[0] is not None
    seconds = known[0] if known[0] is not None else known[1]
    assert seconds is not None
    facts = view.along(number)
    column = facts.by_subject if forwards else facts.by_object
    bits = view.bits
    start = ((number << bits) | seconds) << bits
    low, high = np.searchsorted(column, start), np.searchsorted(column, start + (1 << bits))
    return Choices(ends[1] if forwards else ends[0], column, (1 << bits) - 1, low, high)


def in_steps(pattern: Pattern, fresh: str) -> list[Pattern]:
    """A pattern along a sequence of paths as one pattern for each, joined by variables of their own."""
    match pattern.path:
        case Sequence(first, second):
            middle = f"{fresh}/"
            return [
                Pattern(pattern.subject, "", first, middle),
                *in_steps(Pattern(middle, "", second, pattern.object), middle),
            ]
        case Inverse(Sequence(first, second)):
            return in_steps(Pattern(pattern.object, "", Sequence(first, second), pattern.subject), fresh)
        case Alternative() | Inverse() | Predicate() | Repeat() | None:
            return [pattern]
