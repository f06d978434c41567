"""Archetypes: the one declared, the one operated and the one that the conditions call for, each with its facts;
where they differ from how the organization is; and the moves that would bring it there.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from pyoxigraph import Literal, NamedNode

from aiopkg.columns import Answer, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.evidence import Condition, Fact, Item, conditions_of, facts_of, objects_of
from aiopkg.derive.moves import Move, move_toward
from aiopkg.derive.placement import Element, Placed, look_up, placements
from aiopkg.errors import Place
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import element_named, name_of
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["ArchetypeView", "Archetypes", "Condition", "Difference", "Fact", "Item", "Reason", "declared_at", "weigh"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact that speaks for an archetype: what was looked at and what it says."""

    what: str
    value: str


@dataclass(frozen=True, slots=True)
class ArchetypeView:
    """An archetype, by IRI and label, the reasons for it and the facts behind them; all empty where nothing tells."""

    archetype: str
    label: str
    reasons: tuple[Reason, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """An aspect in which the organization is not as the declared or the recommended archetype expects.

    ``seen`` and ``expected`` are labels of traits; ``seen`` is empty where the facts do not tell. ``at_least`` is how
    many of ``elements`` have to move before the trait turns, or nothing where that is not a matter of number.
    """

    toward: str
    archetype: str
    archetype_label: str
    aspect: str
    label: str
    seen: str
    expected: str
    at_least: int | None
    elements: tuple[Item, ...]


@dataclass(frozen=True)
class Archetypes:
    """The three archetypes by how they are known, every condition, what differs, and what would put it right."""

    views: Mapping[str, ArchetypeView]
    conditions: tuple[Condition, ...]
    differences: tuple[Difference, ...]
    moves: tuple[Move, ...]


def declared_at(model: Model, organization: str, archetype: str) -> Place | None:
    """Return where the organization declares its archetype."""
    said = (
        model.places[triple]
        for triple in model.statements_about(element_named(organization))
        if triple.predicate == AIOP.declaredArchetype and triple.object == NamedNode(archetype)
    )
    return min(said, default=None)


def weigh(store: FactStore, organization: Element, labels: Labels) -> Archetypes:
    """Tell which archetypes an organization declares, operates and ought to have, why, and how to get there."""
    chosen = _chosen(store, organization)
    shown = objects_of(store, organization, AIOP.hasTrait)
    placed = placements(store, organization)
    limit = _limit(store)
    facts = facts_of(store, organization, shown, labels)
    conditions = conditions_of(store, organization, chosen.get("recommended"), facts, labels)
    aspects = _aspects(store)
    operated = tuple(
        _degree(aspect, placed[aspect.term], limit, shown, labels) for aspect in aspects if placed.get(aspect.term)
    )
    differences: list[Difference] = []
    wanted: dict[NamedNode, list[str]] = defaultdict(list)
    for toward in ("declared", "recommended"):
        archetype = chosen.get(toward)
        for aspect in aspects:
            for trait in aspect.expected.get(archetype, ()) if archetype else ():
                seen = [other for other in aspect.traits if other in shown]
                if trait in seen or not (seen or aspect.measured):
                    continue
                if seen:
                    wanted[trait].append(toward)
                assert archetype is not None
                differences.append(
                    Difference(
                        toward,
                        archetype.value,
                        labels(archetype),
                        aspect.term.value,
                        labels(aspect.term),
                        labels(seen[0]) if seen else "",
                        labels(trait),
                        _fewest(placed[aspect.term], trait in aspect.central, limit)
                        if aspect.measured and seen
                        else None,
                        _elsewhere(placed.get(aspect.term, {}), trait in aspect.central, labels)
                        or _speaking(facts.get(seen[0]) if seen else None),
                    )
                )
    moves = move_toward(store, organization, wanted, placed, labels)
    return Archetypes(
        {
            "declared": _view(chosen.get("declared"), (), (), labels),
            "operated": _view(chosen.get("operated"), _reasons(store, organization, labels), operated, labels),
            "recommended": _view(
                chosen.get("recommended"),
                tuple(Reason(labels(AIOP.hasCondition), c.label) for c in conditions if c.met and c.decides),
                tuple(fact for c in conditions if c.decides for fact in c.facts if not c.stated),
                labels,
            ),
        },
        conditions,
        tuple(_with_moved(difference, moves) for difference in differences),
        moves,
    )


@dataclass(frozen=True)
class _Aspect:
    """An aspect with its traits, those of the centre among them, and which archetype expects which."""

    term: NamedNode
    measured: bool
    traits: tuple[NamedNode, ...]
    central: frozenset[NamedNode]
    expected: Mapping[NamedNode, Sequence[NamedNode]]


def _chosen(store: FactStore, organization: Element) -> dict[str, NamedNode]:
    """Return the archetype of each kind; the first by name where there are several."""
    chosen: dict[str, NamedNode] = {}
    for row in look_up(store, "archetypes", organization):
        chosen.setdefault(row["how"].value, row["archetype"])
    return chosen


def _limit(store: FactStore) -> Fraction:
    """Return the share from which an activity counts as central."""
    (quad,) = store.quads_for_pattern(AIOP.CentralShare, AIOP.limit, None, GRAPH.measures)
    assert isinstance(quad.object, Literal)
    return Fraction(Decimal(quad.object.value))


def _aspects(store: FactStore) -> tuple[_Aspect, ...]:
    found: dict[NamedNode, list[Answer]] = {}
    for row in look_up(store, "aspects"):
        found.setdefault(row["aspect"], []).append(row)
    aspects = []
    for term, rows in found.items():
        expected: dict[NamedNode, list[NamedNode]] = defaultdict(list)
        for row in rows:
            if row["archetype"] is not None:
                expected[row["archetype"]].append(row["trait"])
        aspects.append(
            _Aspect(
                term,
                any(row["degree"] is not None for row in rows),
                tuple(dict.fromkeys(row["trait"] for row in rows)),
                frozenset(row["trait"] for row in rows if row["side"] == AIOP.CentralTrait),
                expected,
            )
        )
    return tuple(aspects)


def _view(
    archetype: NamedNode | None, reasons: tuple[Reason, ...], facts: tuple[Fact, ...], labels: Labels
) -> ArchetypeView:
    if archetype is None:
        return ArchetypeView("", "", (), facts)
    return ArchetypeView(archetype.value, labels(archetype), reasons, facts)


def _reasons(store: FactStore, organization: Element, labels: Labels) -> tuple[Reason, ...]:
    degrees = sorted({row["degree"] for row in look_up(store, "aspects") if row["degree"] is not None}, key=str)
    found = ((degree, q.object) for degree in degrees for q in store.quads_for_pattern(organization, degree, None))
    return tuple(Reason(labels(degree), labels(value)) for degree, value in found)


def _degree(
    aspect: _Aspect, placed: Mapping[Element, Placed], limit: Fraction, shown: set[object], labels: Labels
) -> Fact:
    """Count what lies with the centre in one aspect."""
    shares = {thing: found.central for thing, found in placed.items()}
    return Fact(
        aspect.term.value,
        labels(aspect.term),
        not shown.isdisjoint(aspect.central),
        round(float(sum(shares.values(), Fraction())), 6),
        len(shares),
        f"{float(limit):g}",
        tuple(
            Item(name_of(thing), labels(thing), ", ".join(map(labels, placed[thing].places)), round(float(share), 6))
            for thing, share in shares.items()
        ),
    )


def _elsewhere(placed: Mapping[Element, Placed], to_centre: bool, labels: Labels) -> tuple[Item, ...]:
    """Return what does not lie wholly where it ought to."""
    return tuple(
        Item(name_of(thing), labels(thing), ", ".join(map(labels, found.places)), round(float(found.central), 6))
        for thing, found in placed.items()
        if found.central != (1 if to_centre else 0)
    )


def _speaking(fact: Fact | None) -> tuple[Item, ...]:
    """Return the elements that speak for a trait."""
    return tuple(item for item in fact.elements if item.share > 0) if fact else ()


def _fewest(placed: Mapping[Element, Placed], to_centre: bool, limit: Fraction) -> int:
    """Return how many elements have to move at the least before an aspect turns."""
    shares = sorted((found.central for found in placed.values()), reverse=not to_centre)
    total = sum(shares, Fraction())
    for moved, share in enumerate(shares):
        if (total >= limit * len(shares)) == to_centre:
            return moved
        total += (1 if to_centre else 0) - share
    return len(shares)


def _with_moved(difference: Difference, moves: Sequence[Move]) -> Difference:
    """Name the elements of a difference that is not counted: those that its moves are about."""
    if difference.elements:
        return difference
    about = {
        move.element: Item(move.element, move.element_label, "", 0.0)
        for move in moves
        if move.aspect == difference.aspect and difference.toward in move.toward
    }
    return replace(difference, elements=tuple(about.values()))
