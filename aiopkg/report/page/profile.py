"""One unit: its level in each pillar with what gives and costs it each point, and how it stands before a launch."""

from collections.abc import Sequence

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.maturity import Point, UnitScore
from aiopkg.report.page.begin import UnitShown, gates_of, heading_of
from aiopkg.report.wording import count, element, listing, percent, sentence

__all__ = ["PillarLevel", "PointShown", "Profile", "profile_of"]

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class PointShown:
    """What one rule says of the unit's elements: those for which it holds, is broken, and is not known, in words."""

    code: str
    label: str
    holds: str
    broken: str
    unknown: str


@dataclass(frozen=True, slots=True)
class PillarLevel:
    """The unit in one pillar: the share that holds, its level, what that rests on, and what would raise it.

    ``heat`` is the step of colour, 0 for none; ``next`` the level above with what to put right for it.
    """

    pillar: str
    heat: int
    score: str
    level: str
    rating: str
    counts: str
    points: tuple[PointShown, ...]
    next: str
    close: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """The unit in each pillar that judges anything of it; before the gates of a launch, under the kind that it is."""

    levels: tuple[PillarLevel, ...]
    kind: str
    launch: UnitShown | None


def profile_of(a: Assessment, unit: str) -> Profile | None:
    """Return how a unit stands; nothing for what is no unit, or of which nothing is judged."""
    rules = {rule.code: rule.label for rule in a.rules}
    scores = {score.pillar: score for score in a.overview.units if score.unit == unit}
    levels = tuple(_level(a, rules, scores[p.label]) for p in a.overview.pillars if p.label in scores)
    launch = a.overview.outlook.launch
    at_gates = next((each for each in (*launch.zones, *launch.avoid, *launch.between) if each.unit == unit), None)
    if not levels and at_gates is None:
        return None
    kind = heading_of(a, at_gates.kind) if at_gates else ""
    return Profile(levels, kind, gates_of(at_gates) if at_gates else None)


def _level(a: Assessment, rules: dict[str, str], score: UnitScore) -> PillarLevel:
    close = score.next.close if score.next else ()
    return PillarLevel(
        sentence(score.pillar),
        score.level.order if score.level else 0,
        percent(score.score),
        sentence(score.level.label) if score.level else "Not told",
        f"{score.level.letter}, {score.level.band}" if score.level else "too little is known",
        f"{score.satisfied:,} of {count(score.satisfied + score.violated, 'check')} hold"
        + (f", {score.unknown:,} not known" if score.unknown else ""),
        tuple(_point(a, rules, point) for point in score.trace),
        score.next.label if score.next else "",
        tuple((rule, rules[rule], focus, a.labels(element(focus))) for rule, focus, _ in close),
    )


def _point(a: Assessment, rules: dict[str, str], point: Point) -> PointShown:
    def named(elements: Sequence[str]) -> str:
        return listing(sorted(a.labels(element(each)) for each in elements), _MOST_NAMED)

    return PointShown(point.rule, rules[point.rule], named(point.holds), named(point.broken), named(point.unknown))
