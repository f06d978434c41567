"""Parts, units and use cases: how each stands in each pillar."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.page.risks import instances
from aiopkg.report.wording import SEVERITIES, element, heat, percent, sentence, share_of
from aiopkg.validate.findings import Finding
from aiopkg.vocab import AIOP

__all__ = ["Cell", "Part", "Row", "Units", "UseCase", "units_of"]

_MOST_USE_CASES = 30
_MOST_MESSAGES = 25
_NOWHERE = "Belongs to no single unit"


@dataclass(frozen=True, slots=True)
class Cell:
    """How something stands in one pillar: the share that holds of what was decided, and the numbers."""

    score: str
    heat: int
    holds: int
    broken: int
    unknown: int
    order: str


@dataclass(frozen=True, slots=True)
class Row:
    """A part or unit by pillars, with its gaps in all and the first of them in words."""

    focus: str
    label: str
    cells: tuple[Cell, ...]
    broken: int
    messages: tuple[tuple[str, str, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Part:
    """What lies right below the organization, with the units inside it."""

    row: Row
    units: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class UseCase:
    """A use case: its own gaps, and the root causes elsewhere that reach it."""

    focus: str
    label: str
    serious: int
    gaps: int
    upstream: tuple[tuple[str, str], ...]
    messages: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Units:
    """All parts by pillars, and the use cases with the most gaps."""

    pillars: tuple[str, ...]
    parts: tuple[Part, ...]
    nested: int
    use_cases: tuple[UseCase, ...]
    more_use_cases: int
    quiet_use_cases: int


def units_of(a: Assessment, *, whole: bool = False) -> Units:
    """Return the parts of the organization by their gaps, and its use cases by theirs.

    Long lists are cut and use cases without a gap left out, unless the ``whole`` is asked for.
    """
    most = None if whole else _MOST_MESSAGES
    pillars = tuple(pillar.label for pillar in a.overview.pillars)
    findings = {finding.id: finding for finding in a.findings}
    by_unit: dict[str, dict[str, Cell]] = defaultdict(dict)
    costs: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for score in a.overview.units:
        by_unit[score.unit][score.pillar] = _cell(score.satisfied, score.violated, score.unknown)
        costs[score.unit].update(score.findings)
        names[score.unit] = score.label
    by_part: dict[str, dict[str, Cell]] = defaultdict(dict)
    for part in a.overview.parts:
        row = part.verdicts
        by_part[part.part][part.pillar] = _cell(row["satisfied"], row["violated"], row["unknown"])
        names[part.part] = part.label or _NOWHERE
    inside: dict[str, list[str]] = defaultdict(list)
    for unit in by_unit:
        inside[a.overview.part_of.get(unit, unit)].append(unit)
    parts = []
    for name in sorted({*by_part, *inside}):
        below = [unit for unit in inside.get(name, ()) if unit != name]
        owed = sorted({gap for unit in inside.get(name, ()) for gap in costs[unit]})
        units = [
            _row(unit, names[unit], by_unit[unit], pillars, [findings[gap] for gap in sorted(costs[unit])], most)
            for unit in below
        ]
        cells = by_part.get(name) or by_unit[name]
        label = names.get(name) or a.labels(element(name))
        part_row = _row(
            name, label, cells, pillars, [findings[gap] for gap in owed] if whole or not below else [], most
        )
        parts.append(Part(part_row, tuple(sorted(units, key=lambda row: (-row.broken, row.label)))))
    parts.sort(key=lambda part: (part.row.label == _NOWHERE, -part.row.broken, part.row.label))
    use_cases, more, quiet = _use_cases(a, whole)
    nested = sum(len(part.units) for part in parts)
    return Units(tuple(sentence(p) for p in pillars), tuple(parts), nested, use_cases, more, quiet)


def _cell(holds: int, broken: int, unknown: int) -> Cell:
    verdicts = {"satisfied": holds, "violated": broken, "unknown": unknown}
    share = share_of(verdicts)
    order = "-1" if share is None else f"{share:.4f}"
    return Cell(percent(share), heat(verdicts), holds, broken, unknown, order)


def _row(
    focus: str,
    label: str,
    cells: Mapping[str, Cell],
    pillars: Sequence[str],
    gaps: Sequence[Finding],
    most: int | None,
) -> Row:
    empty = _cell(0, 0, 0)
    shown = tuple(cells.get(pillar, empty) for pillar in pillars)
    messages = _messages(gaps)
    return Row(
        focus,
        label,
        shown,
        sum(cell.broken for cell in shown),
        messages[:most],
        len(messages[most:]) if most else 0,
    )


def _messages(gaps: Sequence[Finding]) -> tuple[tuple[str, str, str, str], ...]:
    grave = list(SEVERITIES)
    ordered = sorted(gaps, key=lambda f: (grave.index(f.severity), f.rule, f.label, f.id))
    return tuple((gap.id, gap.rule, SEVERITIES[gap.severity], gap.message) for gap in ordered)


def _use_cases(a: Assessment, whole: bool) -> tuple[tuple[UseCase, ...], int, int]:
    own: dict[str, list[Finding]] = defaultdict(list)
    for finding in a.findings:
        if finding.verdict == "violated":
            own[finding.focus].append(finding)
    upstream: dict[str, dict[str, str]] = defaultdict(dict)
    for found in a.cascades.cascades:
        for reach in found.reaches:
            if reach.kind == "use_case" and reach.element != found.focus:
                upstream[reach.element][found.focus] = found.label
    every = instances(a, AIOP.UseCase)
    touched = [name for name in every if whole or name in own or name in upstream]
    views = [
        UseCase(
            name,
            a.labels(element(name)),
            sum(gap.severity == "violation" for gap in own.get(name, ())),
            len(own.get(name, ())),
            tuple(sorted(upstream.get(name, {}).items(), key=lambda item: (item[1], item[0]))),
            _messages(own.get(name, ())),
        )
        for name in sorted(touched)
    ]
    views.sort(key=lambda view: (-view.serious, -view.gaps, -len(view.upstream), view.label))
    shown = tuple(views if whole else views[:_MOST_USE_CASES])
    return shown, len(views) - len(shown), len(every) - len(views)
