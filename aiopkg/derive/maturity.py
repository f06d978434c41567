"""How mature each unit is in each pillar: its score and level, what gave each point, and what would raise it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from pyoxigraph import BlankNode, NamedNode

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.placement import look_up
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding, Ruling, element_named, name_of
from aiopkg.vocab import GRAPH

__all__ = ["Level", "Point", "Scale", "Step", "Tally", "UnitScore", "read_scale", "score_units"]


@dataclass(frozen=True, slots=True)
class Level:
    """A level of our own scale: its place from 1, and the band of ISO/IEC 33020 in which the share of it lies.

    ``up_to`` is where the band ends; ``leaves_open`` tells whether something may be broken or not known at this level.
    """

    order: int
    iri: str
    label: str
    band: str
    letter: str
    up_to: Fraction
    leaves_open: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many checks hold, are broken and are not known."""

    satisfied: int
    violated: int
    unknown: int

    @property
    def share(self) -> Fraction | None:
        """The share that holds of what was decided."""
        decided = self.satisfied + self.violated
        return Fraction(self.satisfied, decided) if decided else None


@dataclass(frozen=True, slots=True)
class Scale:
    """Our own scale, lowest level first; ``known`` is the share of checks that has to be decided for one to be told."""

    levels: tuple[Level, ...]
    known: Fraction

    def level(self, tally: Tally) -> Level | None:
        """Return the level that a tally tells, or nothing where too little is known."""
        share = tally.share
        total = tally.satisfied + tally.violated + tally.unknown
        if share is None or Fraction(tally.satisfied + tally.violated, total) < self.known:
            return None
        whole = not tally.violated and not tally.unknown
        fitting = [level for level in self.levels if share <= level.up_to and (whole or level.leaves_open)]
        lowest = min(level.up_to for level in fitting)
        return max((level for level in fitting if level.up_to == lowest), key=lambda level: level.order)


@dataclass(frozen=True, slots=True)
class Point:
    """What one rule gives and costs a unit in a pillar: the elements for which it holds, is broken, is not known."""

    rule: str
    holds: tuple[str, ...]
    broken: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """The least to put right for a higher level: that level, and rules with elements and the findings to close."""

    level: str
    label: str
    close: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class UnitScore:
    """How one unit stands in one pillar; ``findings`` are the violated ones that cost it points.

    ``level`` and ``rating`` are nothing where too little is known; ``trace`` says by rule where each point comes from;
    ``next`` is nothing at the highest level, and where no closing of gaps alone leads higher.
    """

    unit: str
    label: str
    pillar: str
    satisfied: int
    violated: int
    unknown: int
    score: float | None
    findings: tuple[str, ...]
    level: Level | None
    trace: tuple[Point, ...]
    next: Step | None

    @property
    def tally(self) -> Tally:
        """The counts alone."""
        return Tally(self.satisfied, self.violated, self.unknown)


def score_units(
    store: FactStore, rules: Sequence[Rule], ruling: Ruling, scale: Scale, labels: Labels
) -> tuple[UnitScore, ...]:
    """Score each unit in each pillar by the verdicts on the elements that belong to it."""
    home: dict[str, list[NamedNode | BlankNode]] = defaultdict(list)
    for row in store.query(assets.query("overview", "units"), default_graph=list(GRAPH.facts)):  # type: ignore[union-attr]
        home[name_of(row["element"])].append(row["unit"])
    failed: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in ruling.findings:
        failed[finding.rule, finding.focus].append(finding)
    points: dict[tuple[str, str], dict[str, dict[str, list[Finding]]]] = defaultdict(lambda: defaultdict(dict))
    for rule in rules:
        pillar = labels(rule.pillar)
        for focus in ruling.targets[rule.code]:
            for unit in home.get(focus, ()):
                points[name_of(unit), pillar][rule.code][focus] = failed.get((rule.code, focus), [])
    return tuple(
        _score(unit, labels(element_named(unit)), pillar, found, scale)
        for (unit, pillar), found in sorted(points.items())
    )


def read_scale(store: FactStore, labels: Labels) -> Scale:
    """Return our own scale as the ontology declares it."""
    rows = list(look_up(store, "levels"))
    return Scale(
        tuple(
            Level(
                int(row["order"].value),
                name_of(row["level"]),
                labels(row["level"]),
                labels(row["band"]),
                row["letter"].value,
                Fraction(row["upTo"].value),
                row["leavesOpen"].value == "true",
            )
            for row in rows
        ),
        Fraction(rows[0]["known"].value),
    )


def _score(
    unit: str, label: str, pillar: str, found: Mapping[str, Mapping[str, list[Finding]]], scale: Scale
) -> UnitScore:
    told = [finding for foci in found.values() for findings in foci.values() for finding in findings]
    costs = [finding for finding in told if finding.verdict == "violated"]
    counts = Counter(finding.verdict for finding in told)
    passed = sum(not findings for foci in found.values() for findings in foci.values())
    tally = Tally(passed, counts["violated"], counts["unknown"])
    level = scale.level(tally)
    return UnitScore(
        unit,
        label,
        pillar,
        tally.satisfied,
        tally.violated,
        tally.unknown,
        None if tally.share is None else round(float(tally.share), 3),
        tuple(sorted(finding.id for finding in costs)),
        level,
        tuple(_point(code, found[code]) for code in sorted(found)),
        None if level is None else _next(tally, level, found, scale),
    )


def _point(code: str, foci: Mapping[str, Sequence[Finding]]) -> Point:
    named: dict[str, list[str]] = {"satisfied": [], "violated": [], "unknown": []}
    for focus, findings in sorted(foci.items()):
        for verdict in {finding.verdict for finding in findings} if findings else {"satisfied"}:
            if verdict in named:
                named[verdict].append(focus)
    return Point(code, *map(tuple, named.values()))


def _next(
    tally: Tally, level: Level, found: Mapping[str, Mapping[str, Sequence[Finding]]], scale: Scale
) -> Step | None:
    """Return the fewest elements of rules to put right for a higher level, none fewer being enough.

    An element that several findings are about is one check when it holds, and none as long as something about it is
    not known; of either sort those with most findings come first, of those with as many the gravest.
    """
    graves = ("violation", "warning", "info")
    sorts: dict[bool, list[_Gap]] = {True: [], False: []}
    for code, foci in found.items():
        for focus, findings in foci.items():
            gaps = [finding for finding in findings if finding.verdict == "violated"]
            if gaps:
                rank = (-len(gaps), graves.index(gaps[0].severity), code, focus)
                sorts[len(gaps) == len(findings)].append(_Gap(rank, tuple(sorted(gap.id for gap in gaps))))
    full, partial = sorted(sorts[True]), sorted(sorts[False])
    for count in range(1, len(full) + len(partial) + 1):
        for few in range(max(0, count - len(full)), min(count, len(partial)) + 1):
            chosen = [*full[: count - few], *partial[:few]]
            closed = sum(len(gap.findings) for gap in chosen)
            higher = scale.level(Tally(tally.satisfied + count - few, tally.violated - closed, tally.unknown))
            if higher is not None and higher.order > level.order:
                return Step(higher.iri, higher.label, tuple((*gap.rank[2:], gap.findings) for gap in chosen))
    return None


@dataclass(frozen=True, slots=True, order=True)
class _Gap:
    """What is to be put right about one element for one rule, by what comes first, its rule and the element."""

    rank: tuple[int, int, str, str]
    findings: tuple[str, ...]
