"""The pillars and the structure: how each stands, its gaps by rule, and how they undermine one another."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.cascade import Arrow
from aiopkg.report.page.gaps import RuleGaps
from aiopkg.report.page.picture import Picture, draw
from aiopkg.report.wording import Bar, bar, element, heat, percent, sentence
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["Area", "Areas", "Influence", "areas_of"]


@dataclass(frozen=True, slots=True)
class Area:
    """One pillar: its score, its bar, how much could be decided, and the rules broken in it."""

    key: str
    number: int
    label: str
    definition: str
    score: str
    heat: int
    bar: Bar
    decided: str
    broken: int
    rules: tuple[RuleGaps, ...]


@dataclass(frozen=True, slots=True)
class Influence:
    """One area undermining another, with the mechanisms in words: from which weakness to which, and why."""

    source: str
    target: str
    strength: str
    gaps: int
    confirmed: int
    mechanisms: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Areas:
    """All pillars, the picture of how they undermine one another, and the same in words."""

    pillars: tuple[Area, ...]
    structure: str
    structure_definition: str
    picture: Picture
    influences: tuple[Influence, ...]


def areas_of(a: Assessment, rules: Sequence[RuleGaps]) -> Areas:
    """Return how the areas of an assessment stand."""
    overview = a.overview
    arrows = [*(arrow for pillar in overview.pillars for arrow in pillar.undermines), *overview.structure.undermines]
    pillars = tuple(
        Area(
            key=pillar.key,
            number=number,
            label=sentence(pillar.label),
            definition=pillar.definition,
            score=percent(pillar.score),
            heat=heat(pillar.verdicts),
            bar=bar(pillar.verdicts),
            decided=_decided(pillar.verdicts),
            broken=pillar.verdicts["violated"],
            rules=tuple(rule for rule in rules if rule.area == pillar.label and rule.broken),
        )
        for number, pillar in enumerate(overview.pillars, 1)
    )
    gaps = _gaps_by_area(a)
    nodes = [(label, gaps[label]) for label in (*(p.label for p in overview.pillars), overview.structure.label)]
    ordered = sorted(arrows, key=lambda arrow: (-arrow.strength, -len(arrow.findings), arrow.source, arrow.target))
    return Areas(
        pillars,
        sentence(overview.structure.label),
        overview.structure.definition,
        draw(nodes, arrows),
        tuple(_influence(a, arrow) for arrow in ordered),
    )


def _decided(verdicts: Mapping[str, int]) -> str:
    """Say which share of the checks could be decided, or nothing where all were."""
    total = sum(verdicts.values())
    return f"{percent(1 - verdicts['unknown'] / total)} of the checks could be decided" if verdicts["unknown"] else ""


def _gaps_by_area(a: Assessment) -> Counter[str]:
    """Count the gaps in each area, a pillar or the structure, to which the weakness that they open belongs."""
    areas = {
        quad.subject.value: a.labels(quad.object)
        for quad in a.facts.quads_for_pattern(None, AIOP.failsIn, None, GRAPH.ontology)
        if isinstance(quad.subject, NamedNode)
    }
    return Counter(areas[finding.failure_mode] for finding in a.findings if finding.verdict == "violated")


def _influence(a: Assessment, arrow: Arrow) -> Influence:
    return Influence(
        sentence(arrow.source),
        sentence(arrow.target),
        f"{arrow.strength:.1f}",
        len(arrow.findings),
        len(arrow.confirmed),
        tuple(
            (
                a.labels(element(mechanism.from_mode)),
                a.labels(element(mechanism.to_mode)),
                mechanism.sentence,
                f"{mechanism.strength:.1f}",
            )
            for mechanism in arrow.mechanisms
        ),
    )
