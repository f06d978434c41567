"""The view from above: each pillar, unit and principle by the verdicts of its rules, and the archetypes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import BlankNode, NamedNode

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.archetype import Archetypes, weigh
from aiopkg.derive.cascade import Arrow
from aiopkg.derive.maturity import Scale, UnitScore, read_scale, score_units
from aiopkg.derive.outlook import Outlook, look_out
from aiopkg.derive.parts import PartScore, PracticeScore, part_of_each, score_parts
from aiopkg.derive.queues import Queues, queues_at
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule
from aiopkg.validate.findings import VERDICTS, Ruling
from aiopkg.vocab import AIOP, GRAPH, RDF, SKOS

__all__ = [
    "Overview",
    "PillarView",
    "PrincipleView",
    "StructureView",
    "overlook",
]


@dataclass(frozen=True, slots=True)
class PillarView:
    """One pillar or the structure: counts of verdicts over its rules, and the arrows that leave it.

    ``score`` is the share of the decided verdicts (satisfied and violated) that are satisfied, between 0
    and 1, or nothing where none was decided.
    """

    key: str
    label: str
    definition: str
    verdicts: Mapping[str, int]
    score: float | None
    undermines: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class StructureView:
    """The structure that holds the pillars together, and the arrows that leave it."""

    label: str
    definition: str
    undermines: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class PrincipleView:
    """One principle, by the verdicts of the rules that are part of it."""

    key: str
    label: str
    definition: str
    rules: tuple[str, ...]
    verdicts: Mapping[str, int]
    score: float | None


@dataclass(frozen=True)
class Overview:
    """Everything seen from above.

    ``parts`` and ``practices`` are scores of what lies right below the organization; ``part_of`` maps each
    unit to the part that it lies in.
    """

    pillars: tuple[PillarView, ...]
    structure: StructureView
    units: tuple[UnitScore, ...]
    principles: tuple[PrincipleView, ...]
    archetypes: Archetypes
    queues: Queues
    parts: tuple[PartScore, ...]
    practices: tuple[PracticeScore, ...]
    part_of: Mapping[str, str]
    scale: Scale
    outlook: Outlook


def overlook(
    store: FactStore,
    organization: NamedNode | BlankNode,
    rules: Sequence[Rule],
    ruling: Ruling,
    arrows: Sequence[Arrow],
    labels: Labels,
) -> Overview:
    """Sum up what validation came to, by pillar, by unit and pillar, and by principle."""
    by_pillar: dict[NamedNode, list[str]] = defaultdict(list)
    for rule in rules:
        by_pillar[rule.pillar].append(rule.code)
    pillars = []
    for pillar in _in_order(store, AIOP.Pillar):
        verdicts = _sum(ruling.verdicts[code] for code in by_pillar[pillar])
        leaving = tuple(arrow for arrow in arrows if arrow.source == labels(pillar))
        pillars.append(
            PillarView(labels(pillar), labels(pillar), _defined(store, pillar), verdicts, _score(verdicts), leaving)
        )
    principles = []
    for principle in _in_order(store, AIOP.Principle):
        codes = tuple(rule.code for rule in rules if principle in rule.part_of)
        verdicts = _sum(ruling.verdicts[code] for code in codes)
        principles.append(
            PrincipleView(
                principle.value.rsplit("#", 1)[-1],
                labels(principle),
                _defined(store, principle),
                codes,
                verdicts,
                _score(verdicts),
            )
        )
    scale = read_scale(store, labels)
    units = score_units(store, rules, ruling, scale, labels)
    parts, practices = score_parts(store, organization, rules, ruling, labels)
    return Overview(
        tuple(pillars),
        StructureView(
            labels(AIOP.Structure),
            _defined(store, AIOP.Structure),
            tuple(arrow for arrow in arrows if arrow.source == labels(AIOP.Structure)),
        ),
        units,
        tuple(principles),
        weigh(store, organization, labels),
        queues_at(store, organization, labels),
        parts,
        practices,
        part_of_each(store, organization),
        scale,
        look_out(store, organization, units, labels),
    )


def _in_order(store: FactStore, kind: NamedNode) -> list[NamedNode]:
    """Return the individuals of a class of the ontology in the order that it gives them, else by name."""
    found = [q.subject for q in store.quads_for_pattern(None, RDF.type, kind, GRAPH.ontology)]

    def place(element: object) -> tuple[int, str]:
        orders = list(store.quads_for_pattern(element, AIOP.pillarOrder, None, GRAPH.ontology))  # type: ignore[arg-type]
        return (int(orders[0].object.value) if orders else 0, str(element))  # type: ignore[union-attr]

    return sorted((e for e in found if isinstance(e, NamedNode)), key=place)


def _defined(store: FactStore, element: NamedNode) -> str:
    return next(iter(store.quads_for_pattern(element, SKOS.definition, None, GRAPH.ontology))).object.value  # type: ignore[union-attr]


def _sum(rows: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        for verdict, count in row.items():
            total[verdict] += count
    return total


def _score(verdicts: Mapping[str, int]) -> float | None:
    decided = verdicts["satisfied"] + verdicts["violated"]
    return round(verdicts["satisfied"] / decided, 3) if decided else None
