"""Where gaps start: what one element's gaps explain, what closing them frees, and the fewest that explain all.

A gap elsewhere is *explained* by an element if facts lead from the element to it and known failures do too: a failure
that is open at the element leads, by links of the ontology, to the failure of the gap, and each failure between is a
gap that is open on the way. Its strength is the product of the strengths of these links along the strongest way,
which may meet a kind of failure at one element and again at another. Closing the element's gaps is then expected to
release the explained ones with them; that is a claim about likely causes and not about facts, which is why the strict
count stands beside it.
"""

from collections import deque
from collections.abc import Mapping, Sequence, Set

from pyoxigraph import BlankNode, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.derive.dependencies import Dependencies
from aiopkg.solver import smallest_choice

__all__ = ["Explained", "SmallestExplanation", "explained_by", "smallest_explanation"]

Element = NamedNode | BlankNode
Ways = Mapping[str, Mapping[str, float]]
"""From a failure mode to those that it leads to, with the strength of the link."""

State = dict[str, tuple[float, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Explained:
    """A gap elsewhere that an element's gaps explain, how strongly, and through which failures."""

    finding: str
    strength: float
    modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SmallestExplanation:
    """The fewest elements whose gaps explain every gap and reach whatever any gap reaches.

    ``bound`` is a number below which no such set can go; ``optimal`` tells that ``size`` is that small for sure.
    """

    causes: tuple[str, ...]
    size: int
    bound: int
    optimal: bool


def explained_by(
    start: Element, dependencies: Dependencies, opened: Mapping[Element, Set[str]], ways: Ways
) -> Mapping[Element, State]:
    """Return the failures elsewhere that gaps at ``start`` explain: for each element, modes with strength and way.

    ``opened`` maps an element to the failure modes that its own gaps open.
    """
    carried: dict[Element, State] = {start: {mode: (1.0, (mode,)) for mode in opened[start]}}
    arisen: dict[Element, State] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for link in dependencies.after(here):
            there = link.effect
            if there == start:
                continue
            news = arisen.setdefault(there, {})
            state = carried.setdefault(there, {}) if not link.last else {}
            changed = _improve(state, carried[here])
            grown = _grow({**carried[here], **state}, opened.get(there, frozenset()), ways)
            _improve(news, grown)
            if not link.last and (_improve(state, grown) or changed):
                queue.append(there)
    return {element: state for element, state in arisen.items() if state}


def _improve(state: State, found: State) -> bool:
    """Take what is stronger, or as strong by a shorter or earlier way; tell whether anything was."""
    better = {mode: way for mode, way in found.items() if mode not in state or _rank(way) < _rank(state[mode])}
    state.update(better)
    return bool(better)


def _rank(way: tuple[float, tuple[str, ...]]) -> tuple[float, int, tuple[str, ...]]:
    return -way[0], len(way[1]), way[1]


def _grow(felt: State, opened: Set[str], ways: Ways) -> State:
    """Return the failures open at an element that those felt there bring about, directly or one by another."""
    grown: State = {}
    fresh = felt
    while fresh:
        next_ones: State = {}
        for mode, (strength, trail) in fresh.items():
            for other, link in ways.get(mode, {}).items():
                if other in opened:
                    _improve(next_ones, {other: (strength * link, (*trail, other))})
        fresh = {mode: way for mode, way in next_ones.items() if _improve(grown, {mode: way})}
    return grown


def smallest_explanation(sets: Mapping[str, Set[tuple[str, str]]], ranked: Sequence[str]) -> SmallestExplanation:
    """Choose the fewest causes whose sets together hold everything that any holds.

    ``ranked`` lists the causes, best first. What one cause alone explains makes that cause certain; only what
    is left after these goes to the solver.
    """
    covered_by: dict[tuple[str, str], set[str]] = {}
    for cause in ranked:
        for item in sets[cause]:
            covered_by.setdefault(item, set()).add(cause)
    certain = {next(iter(causes)) for causes in covered_by.values() if len(causes) == 1}
    open_demands = {frozenset(causes) for causes in covered_by.values() if not causes & certain}
    least = [demand for demand in open_demands if not any(other < demand for other in open_demands)]
    number = {cause: place for place, cause in enumerate(ranked)}
    demands = sorted(sorted(number[cause] for cause in demand) for demand in least)
    if not demands:
        return SmallestExplanation(tuple(c for c in ranked if c in certain), len(certain), len(certain), True)
    fallback: list[int] = []
    for demand in demands:
        if not set(demand) & set(fallback):
            fallback.append(demand[0])
    choice = smallest_choice(demands, fallback)
    chosen = certain | {ranked[place] for place in choice.chosen}
    bound = len(certain) + choice.bound
    return SmallestExplanation(tuple(c for c in ranked if c in chosen), len(chosen), bound, choice.optimal)
