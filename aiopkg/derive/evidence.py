"""What is behind the traits of an organization: the elements counted, and the conditions that traits make up."""

from collections import defaultdict
from collections.abc import Mapping

from pyoxigraph import NamedNode

from aiopkg.columns import Answer, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.placement import Element, look_up
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["Condition", "Fact", "Item", "conditions_of", "facts_of", "objects_of"]


@dataclass(frozen=True, slots=True)
class Item:
    """An element behind a fact, a value of it where there is one, and how far it speaks for what the fact is about.

    ``share`` is between 0, it speaks against, and 1.
    """

    element: str
    label: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Fact:
    """What was looked at: a trait or an aspect, by IRI and label, the elements counted, and whether it is so.

    ``amount`` of ``total`` elements speak for it, one that lies in several places in part; ``limit`` is where it
    turns, as text, or empty.
    """

    about: str
    label: str
    met: bool
    amount: float
    total: int
    limit: str
    elements: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, whether the organization is in it, whether it says so itself, and the archetype that suits it.

    ``decides`` tells that the recommended archetype rests on it; ``facts`` are what it is told by.
    """

    condition: str
    label: str
    met: bool
    stated: bool
    decides: bool
    archetype: str
    archetype_label: str
    facts: tuple[Fact, ...]


def objects_of(store: FactStore, subject: Element, predicate: NamedNode) -> set[object]:
    """Return the values of a property of an element in every graph of facts."""
    return {q.object for graph in GRAPH.facts for q in store.quads_for_pattern(subject, predicate, None, graph)}


def facts_of(store: FactStore, organization: Element, shown: set[object], labels: Labels) -> Mapping[NamedNode, Fact]:
    """Return what is behind each trait that a condition looks at, and that anything is recorded of."""
    found: dict[NamedNode, list[Answer]] = defaultdict(list)
    for row in look_up(store, "evidence", organization):
        found[row["trait"]].append(row)
    return {
        trait: Fact(
            trait.value,
            labels(trait),
            trait in shown,
            sum(row["speaks"].value == "true" for row in rows),
            len(rows),
            "" if rows[0]["limit"] is None else labels(rows[0]["limit"]),
            tuple(
                Item(
                    name_of(row["element"]),
                    labels(row["element"]),
                    "" if row["value"] is None else labels(row["value"]),
                    float(row["speaks"].value == "true"),
                )
                for row in rows
            ),
        )
        for trait, rows in found.items()
    }


def conditions_of(
    store: FactStore,
    organization: Element,
    recommended: NamedNode | None,
    facts: Mapping[NamedNode, Fact],
    labels: Labels,
) -> tuple[Condition, ...]:
    """Return each condition in the order in which they decide."""
    met = objects_of(store, organization, AIOP.hasCondition)
    said = {
        q.object
        for graph in (GRAPH.asserted, GRAPH.inferred)
        for q in store.quads_for_pattern(organization, AIOP.hasCondition, None, graph)
    }
    found: dict[tuple[NamedNode, NamedNode], list[NamedNode]] = {}
    for row in look_up(store, "conditions"):
        found.setdefault((row["condition"], row["archetype"]), []).append(row["trait"])
    conditions = []
    decided = False
    for (condition, archetype), traits in found.items():
        decides = condition in met and archetype == recommended and not decided
        decided = decided or decides
        conditions.append(
            Condition(
                condition.value,
                labels(condition),
                condition in met,
                condition in said,
                decides,
                archetype.value,
                labels(archetype),
                tuple(
                    facts.get(trait, Fact(trait.value, labels(trait), False, 0, 0, "", ()))
                    for trait in dict.fromkeys(traits)
                ),
            )
        )
    return tuple(conditions)
