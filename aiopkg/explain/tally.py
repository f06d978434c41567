"""How many elements meet each condition of a class, and where the last of them drops out."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.explain.conditions import THING, Either, Kind, Part, Some, Value, Way
from aiopkg.explain.record import Record
from aiopkg.explain.wording import Wording, number
from aiopkg.validate.terms import Term, order_terms

__all__ = ["Tallier", "Tally"]

_DEEPEST = 6
_MOST_RECORDED = 4
_MOST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Tally:
    """How many elements meet a condition.

    ``asked`` follows "it" in a sentence; ``elements`` is how many meet it, ``among`` of how many (those that meet
    the conditions before it), None where every element of the organization was considered; ``recorded`` what
    stands at those that do not, with how many have it, most frequent first. Below a condition that nobody
    meets stand its parts, of which ``all`` are needed or ``any`` (``join``).
    """

    asked: str
    elements: int
    among: int | None = None
    recorded: tuple[tuple[str, int], ...] = ()
    join: str = "all"
    parts: tuple["Tally", ...] = ()


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where the last elements drop out: what they are, and which condition none of them meets."""

    base: str
    asked: str
    recorded: str
    passed: int


class Tallier:
    """Counts who meets which condition."""

    def __init__(self, record: Record, wording: Wording) -> None:
        self.record = record
        self.wording = wording

    def tally(self, part: Part, among: frozenset[Term] | None = None, path: tuple[Term, ...] = ()) -> Tally:
        """Count those that meet a condition, among some elements or all that it can be asked of."""
        base = self._all(part) if among is None else among
        met = self.record.holding(base, part)
        asked, count = self.wording.asked(part), None if among is None else len(among)
        if met or len(path) >= _DEEPEST:
            return Tally(asked, len(met), count)
        if isinstance(part, Value | Some):
            recorded, values = self._recorded(part, base)
            filler = part.filler if isinstance(part, Some) else None
            deeper = filler is not None and filler != Kind(THING) and values and not self._are_terms(values)
            inner = (self.tally(filler, values, path),) if deeper and filler is not None else ()
            return Tally(asked, 0, count, recorded, "all", inner)
        ways = part.ways if isinstance(part, Either) else self._ways(part.cls, path)
        below = (*path, part.cls) if isinstance(part, Kind) else path
        grouped = [tuple(self._way(way, among, below)) for way in ways]
        parts = grouped[0] if len(grouped) == 1 else tuple(_group(each) for each in grouped)
        return Tally(asked, 0, count, (), "all" if len(grouped) <= 1 else "any", parts)

    def _ways(self, cls: NamedNode, path: tuple[Term, ...]) -> Sequence[Way]:
        return () if cls in path else self.record.ways.into(cls)

    def _all(self, part: Part) -> frozenset[Term]:
        """The elements that a condition can be asked of: members of a class, or whatever has the property."""
        if isinstance(part, Kind):
            return frozenset(self.record.members(part.cls))
        if isinstance(part, Either):
            return frozenset().union(*(self._all(each) for way in part.ways for each in way[:1]))
        return frozenset(self.record.membership.relation(part.predicate))

    def _way(self, way: Way, among: frozenset[Term] | None, path: tuple[Term, ...]) -> Iterator[Tally]:
        """Count condition by condition, each among those that meet the ones before, until none is left."""
        for part in way:
            found = self.tally(part, among, path)
            yield found
            if not found.elements:
                return
            base = self._all(part) if among is None else among
            among = self.record.holding(base, part)

    def _recorded(
        self, part: Value | Some, base: frozenset[Term]
    ) -> tuple[tuple[tuple[str, int], ...], frozenset[Term]]:
        """What elements have of a property, counted if it is terms of the ontology, and all the values."""
        relation = self.record.membership.relation(part.predicate)
        values = [value for node in base for value in relation.get(node, ())]
        if not self._are_terms(values):
            return (), frozenset(values)
        counts = Counter(self.wording.value(value) for value in values)
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))), frozenset(values)

    def _are_terms(self, values: Sequence[Term] | frozenset[Term]) -> bool:
        return all(self.record.is_individual(value) for value in values)

    def why_none(self, cls: NamedNode) -> str:
        """Return in a sentence why a class has no members; empty if its definition has no parts."""
        stops = [stop for way in self._ways(cls, ()) for stop in self._stops(way, None, (cls,))]
        groups: dict[str, list[_Stop]] = {}
        for stop in stops:
            groups.setdefault(stop.base, []).append(stop)
        told = sorted(groups.values(), key=lambda group: -max(stop.passed for stop in group))[:_MOST_GROUPS]
        return "; ".join(dict.fromkeys(_sentence(group) for group in told))

    def _stops(self, way: Way, among: frozenset[Term] | None, path: tuple[Term, ...]) -> Iterator[_Stop]:
        """Where the elements of a way drop out; a defined class is entered to find the very condition."""
        passed: list[Part] = []
        for number_passed, part in enumerate(way):
            base = self._all(part) if among is None else among
            met = self.record.holding(base, part)
            if met:
                among = met
                passed.append(part)
                continue
            ways = self._ways(part.cls, path) if isinstance(part, Kind) else ()
            if ways and isinstance(part, Kind) and len(path) < _DEEPEST:
                for inner in ways:
                    for stop in self._stops(inner, among, (*path, part.cls)):
                        base_text = self._base(passed, among) if among is not None else stop.base
                        yield _Stop(base_text, stop.asked, stop.recorded, number_passed + stop.passed)
                return
            recorded = ""
            if isinstance(part, Value | Some):
                recorded = self._said(part, base)
            yield _Stop(self._base(passed, among), self._nobody(part, among), recorded, number_passed)
            return

    def _nobody(self, part: Part, among: frozenset[Term] | None) -> str:
        if among is None and isinstance(part, Kind):
            return f"there is no {self.wording.labels(part.cls)}"
        return self.wording.asked(part)

    def _base(self, passed: Sequence[Part], among: frozenset[Term] | None) -> str:
        """Say what the last elements are: "3 use cases", with the conditions that they meet besides."""
        if among is None:
            return ""
        kinds = [part for part in passed if isinstance(part, Kind)]
        noun = self.wording.labels(kinds[-1].cls) if kinds else ""
        others = [self.wording.asked(part) for part in passed if part not in kinds]
        said = number(len(among), noun) if noun else f"{len(among):,} {'element' if len(among) == 1 else 'elements'}"
        return said + (f" with “{'” and “'.join(others)}”" if others else "")

    def _said(self, part: Value | Some, base: frozenset[Term]) -> str:
        """Say what is recorded in place of what is asked for."""
        recorded, values = self._recorded(part, base)
        if not values:
            return "nothing recorded"
        if recorded:
            more = len(recorded) - _MOST_RECORDED
            named = ", ".join(f"{count:,} {label}" for label, count in recorded[:_MOST_RECORDED])
            return f"recorded: {named}" + (f" and {more} more" if more > 0 else "")
        if len(values) <= _MOST_RECORDED:
            return f"recorded: {', '.join(self.wording.value(value) for value in order_terms(values))}"
        return f"recorded: {len(values):,} others"


def _group(parts: tuple[Tally, ...]) -> Tally:
    """One way of several, as a tally of its own."""
    if len(parts) == 1:
        return parts[0]
    return Tally(" and ".join(part.asked for part in parts), parts[-1].elements, None, (), "all", parts)


def _sentence(stops: Sequence[_Stop]) -> str:
    base = stops[0].base
    asked = {stop.asked: stop.recorded for stop in stops}
    if not base:
        firm = [text for text in asked if text.startswith("there is no ")]
        loose = [_quoted(text, recorded) for text, recorded in asked.items() if text not in firm]
        return "; ".join([*firm, *([f"no element meets {' nor '.join(loose)}"] if loose else [])])
    told = [_quoted(text, recorded) for text, recorded in asked.items()]
    if base.startswith("1 "):
        return f"the only {base[2:]} does not meet {' nor '.join(told)}"
    return f"of {base}, none meets {' nor '.join(told)}"


def _quoted(asked: str, recorded: str) -> str:
    return f"“{asked}”" + (f" ({recorded})" if recorded else "")
