"""Walking along property paths, from many terms at once (SPARQL 1.1, section 18.4)."""

import numpy as np

from aiopkg.columns.facts import View
from aiopkg.columns.plan import NotForColumns
from aiopkg.reason.relations import EMPTY, Ids, one, present, unique
from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence

__all__ = ["ends", "reach", "size", "walk"]

_BITS = 30
_MANY_STEPS = 4


def walk(view: View, path: Path, starts: Ids, *, backwards: bool = False) -> tuple[Ids, Ids]:
    """From each start each term at the other end of the path, once for each way there: row of the start, and term."""
    match path:
        case Predicate(iri):
            number = view.place(iri)
            if number is None:
                return EMPTY, EMPTY
            relation = view.along(number)
            return relation.subjects(number, starts) if backwards else relation.objects(number, starts)
        case Inverse(inner):
            return walk(view, inner, starts, backwards=not backwards)
        case Sequence(first, second):
            near, far = (second, first) if backwards else (first, second)
            rows, middle = walk(view, near, starts, backwards=backwards)
            places, found = walk(view, far, middle, backwards=backwards)
            return rows[places], found
        case Alternative(options):
            pairs = [walk(view, option, starts, backwards=backwards) for option in options]
            return np.concatenate([rows for rows, _ in pairs]), np.concatenate([found for _, found in pairs])
        case Repeat(inner, sign):
            return _repeated(view, inner, sign, starts, backwards)


def _repeated(view: View, path: Path, sign: str, starts: Ids, backwards: bool) -> tuple[Ids, Ids]:
    """Each term that is reached, once."""
    firsts, row_of = np.unique(starts, return_inverse=True)
    rows = np.arange(len(firsts), dtype=np.int64)
    seen = EMPTY if sign == "+" else unique(rows << _BITS | firsts)
    frontier = rows << _BITS | firsts
    while len(frontier):
        at = frontier >> _BITS
        places, found = walk(view, path, frontier & ((1 << _BITS) - 1), backwards=backwards)
        reached = unique(at[places] << _BITS | found)
        frontier = reached[~present(seen, reached)]
        seen = unique(np.concatenate((seen, frontier)))
        if sign == "?":
            break
    low = np.searchsorted(seen, row_of.astype(np.int64) << _BITS)
    high = np.searchsorted(seen, (row_of.astype(np.int64) + 1) << _BITS)
    counts = high - low
    answers = np.repeat(np.arange(len(starts), dtype=np.int64), counts)
    offsets = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    return answers, seen[np.repeat(low, counts) + offsets] & ((1 << _BITS) - 1)


def ends(view: View, path: Path) -> tuple[Ids, Ids]:
    """Both ends of every walk along the path."""
    match path:
        case Predicate(iri):
            number = view.place(iri)
            return (EMPTY, EMPTY) if number is None else view.along(number).pairs(one(number))[1:]
        case Inverse(inner):
            subjects, objects = ends(view, inner)
            return objects, subjects
        case Sequence(first, second):
            subjects, middle = ends(view, first)
            places, found = walk(view, second, middle)
            return subjects[places], found
        case Alternative(options):
            pairs = [ends(view, option) for option in options]
            return np.concatenate([near for near, _ in pairs]), np.concatenate([far for _, far in pairs])
        case Repeat(inner, "+"):
            starts = unique(ends(view, inner)[0])
            rows, found = walk(view, path, starts)
            return starts[rows], found
        case _:
            raise NotForColumns("a path that may be empty, between two unknown ends")


def reach(view: View, path: Path, *, backwards: bool = False) -> float:
    """How many terms one walk along the path reaches, roughly."""
    match path:
        case Predicate(iri):
            number = view.place(iri)
            facts, subjects, objects = (0, 0, 0) if number is None else view.spread(number)
            return facts / max(1, objects if backwards else subjects)
        case Inverse(inner):
            return reach(view, inner, backwards=not backwards)
        case Sequence(first, second):
            return reach(view, first, backwards=backwards) * reach(view, second, backwards=backwards)
        case Alternative(options):
            return sum(reach(view, option, backwards=backwards) for option in options)
        case Repeat(inner, sign):
            once = reach(view, inner, backwards=backwards)
            return 1 + once if sign == "?" else 1 + _MANY_STEPS * once


def size(view: View, path: Path) -> float:
    """How many walks along the path there are, roughly; endless where it may be empty."""
    match path:
        case Predicate(iri):
            number = view.place(iri)
            return 0 if number is None else view.spread(number)[0]
        case Inverse(inner):
            return size(view, inner)
        case Sequence(first, second):
            return size(view, first) * reach(view, second)
        case Alternative(options):
            return sum(size(view, option) for option in options)
        case Repeat(inner, sign):
            return _MANY_STEPS * size(view, inner) if sign == "+" else float("inf")
