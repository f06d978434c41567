"""How mature units are: a picture of units by pillars, and the least that would raise each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.maturity import UnitScore
from aiopkg.report.wording import Bar, bar, count, element, percent, sentence
from aiopkg.vocab import AIOP, GRAPH, SKOS

__all__ = ["HeatPicture", "Maturity", "PillarMaturity", "Raise", "maturity_of"]

_LEFT, _TOP = 190, 28
_COLUMN, _ROW, _GAP = 128, 30, 3
_LONGEST = 27
_MOST_UNITS = 30
_MOST_RAISES = 12
_MOST_CLOSED = 6


@dataclass(frozen=True, slots=True)
class PillarMaturity:
    """A pillar's score as a bar, for the whole organization."""

    label: str
    score: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell of the picture: its corner, the step of its colour (0 for none), and its text, short and in full."""

    x: int
    y: int
    heat: int
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One unit of the picture: its name, short and in full, its baseline, and its cells."""

    name: str
    label: str
    y: int
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class HeatPicture:
    """Units by pillars, in units of the picture's own ``width`` and ``height``; ``more`` units are left out."""

    width: int
    height: int
    cell_width: int
    cell_height: int
    heads: tuple[tuple[int, str], ...]
    rows: tuple[HeatRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Raise:
    """What would raise a unit in a pillar: from which level to which, by putting what right."""

    unit: str
    focus: str
    pillar: str
    now: str
    then: str
    score: str
    number: int
    close: tuple[tuple[str, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Maturity:
    """The pillars, the picture, the levels of the scale in words, and what would raise most for least."""

    pillars: tuple[PillarMaturity, ...]
    picture: HeatPicture
    levels: tuple[tuple[int, str, str, str], ...]
    source: str
    raises: tuple[Raise, ...]
    more_raises: int


def maturity_of(a: Assessment) -> Maturity:
    """Return how mature the organization and its units are."""
    raises = [raised for score in a.overview.units if (raised := _raise(a, score)) is not None]
    raises.sort(key=lambda r: (r.number, r.unit, r.pillar))
    return Maturity(
        tuple(
            PillarMaturity(sentence(pillar.label), percent(pillar.score), bar(pillar.verdicts))
            for pillar in a.overview.pillars
        ),
        _picture(a),
        tuple(
            (level.order, sentence(level.label), _defined(a, level.iri), f"{level.letter}, {level.band}")
            for level in a.overview.scale.levels
        ),
        _defined(a, AIOP.AchievementRating.value),
        tuple(raises[:_MOST_RAISES]),
        max(0, len(raises) - _MOST_RAISES),
    )


def _defined(a: Assessment, iri: str) -> str:
    found = a.facts.quads_for_pattern(element(iri), SKOS.definition, None, GRAPH.ontology)
    return next((quad.object.value for quad in found), "")  # type: ignore[union-attr]


def _raise(a: Assessment, score: UnitScore) -> Raise | None:
    if score.next is None or score.level is None:
        return None
    rules = {rule.code: rule.label for rule in a.rules}
    close = [(rules[rule], a.labels(element(focus)), rule) for rule, focus, _ in score.next.close]
    return Raise(
        score.label,
        score.unit,
        score.pillar,
        score.level.label,
        score.next.label,
        percent(score.score),
        len(close),
        tuple(close[:_MOST_CLOSED]),
        max(0, len(close) - _MOST_CLOSED),
    )


def _picture(a: Assessment) -> HeatPicture:
    pillars = tuple(pillar.label for pillar in a.overview.pillars)
    units: dict[str, dict[str, UnitScore]] = defaultdict(dict)
    for score in a.overview.units:
        units[score.unit][score.pillar] = score

    def judged(unit: str) -> int:
        return sum(score.satisfied + score.violated for score in units[unit].values())

    shown = sorted(units, key=lambda unit: (-judged(unit), unit))[:_MOST_UNITS]
    shown.sort(key=lambda unit: (_mean(units[unit].values()), next(iter(units[unit].values())).label, unit))
    rows = tuple(_row(place, units[unit], pillars) for place, unit in enumerate(shown))
    return HeatPicture(
        _LEFT + len(pillars) * (_COLUMN + _GAP),
        _TOP + len(rows) * (_ROW + _GAP),
        _COLUMN,
        _ROW,
        tuple((_middle(place), sentence(pillar)) for place, pillar in enumerate(pillars)),
        rows,
        len(units) - len(shown),
    )


def _mean(scores: Iterable[UnitScore]) -> float:
    known = [score.score for score in scores if score.score is not None]
    return sum(known) / len(known) if known else 2.0


def _middle(column: int) -> int:
    return _LEFT + column * (_COLUMN + _GAP) + _COLUMN // 2


def _row(place: int, scores: dict[str, UnitScore], pillars: Sequence[str]) -> HeatRow:
    label = next(iter(scores.values())).label
    top = _TOP + place * (_ROW + _GAP)
    cells = tuple(
        HeatCell(_LEFT + column * (_COLUMN + _GAP), top, *_cell(label, pillar, scores[pillar]))
        for column, pillar in enumerate(pillars)
        if pillar in scores
    )
    short = label if len(label) <= _LONGEST else label[: _LONGEST - 1].rstrip() + "\u2026"
    return HeatRow(short, label, top + _ROW // 2, cells)


def _cell(unit: str, pillar: str, score: UnitScore) -> tuple[int, str, str]:
    """Return the colour, the text and the full sentence of a cell."""
    broken = f"{score.violated:,} of {count(score.satisfied + score.violated, 'check')} broken"
    unknown = f", {score.unknown:,} not known" if score.unknown else ""
    said = f"{unit}, {pillar}: {broken}{unknown}"
    if score.level is None:
        return 0, "not told", said
    return score.level.order, f"{percent(score.score)} {score.level.label}", f"{said}; {score.level.label}"
