"""The moves that bring traits about, each on an element of the organization, with what it changes in the model."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.columns import Answer, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.placement import Element, Placed, look_up
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of
from aiopkg.validate.results import fill
from aiopkg.vocab import AIOP

__all__ = ["Move", "move_toward"]


@dataclass(frozen=True, slots=True)
class Move:
    """One change on one element: why (toward which archetypes, in which aspect), what to do, and the effort.

    ``sources`` give it up and ``target`` takes it over; both are empty where that is not said. ``removes`` and
    ``adds`` state the move as an edit of the model, as far as the facts tell who would take part in it.
    """

    toward: tuple[str, ...]
    kind: str
    label: str
    aspect: str
    element: str
    element_label: str
    sources: tuple[str, ...]
    target: str
    message: str
    effort: str
    removes: tuple[Triple, ...]
    adds: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of move as the ontology declares it."""

    term: NamedNode
    trait: NamedNode
    aspect: NamedNode
    side: NamedNode | None
    remedy: Literal
    effort: NamedNode


def move_toward(
    store: FactStore,
    organization: Element,
    wanted: Mapping[NamedNode, Sequence[str]],
    placed: Mapping[NamedNode, Mapping[Element, Placed]],
    labels: Labels,
) -> tuple[Move, ...]:
    """Return the moves that bring about some traits, each trait with what it is wanted for, in the order of aspects."""
    homes = _first(look_up(store, "homes", organization), "aspect")
    hosts = _first(look_up(store, "hosts", organization), "thing")
    shortfalls: dict[NamedNode, list[Answer]] = defaultdict(list)
    for row in look_up(store, "shortfalls", organization):
        shortfalls[row["move"]].append(row)
    edits: dict[tuple[NamedNode, Element], list[Triple]] = defaultdict(list)
    for row in look_up(store, "move-edits", organization):
        if row["subject"] is not None:  # what is to be made for an element without an IRI has no name to be told by
            edits[row["move"], row["element"]].append(Triple(row["subject"], row["property"], row["object"]))
    moves: list[Move] = []
    for kind in _kinds(store):
        toward = tuple(wanted.get(kind.trait, ()))
        if not toward:
            continue
        if kind.side is None:
            for row in shortfalls[kind.term]:
                target = row["to"] or homes.get(AIOP.PolicyOwnership)
                adds = tuple(_addressed(edits[kind.term, row["element"]], target))
                moves.append(_move(kind, toward, row["element"], (), target, (), adds, labels))
            continue
        to_centre = kind.side == AIOP.CentralTrait
        for thing, found in placed.get(kind.aspect, {}).items():
            if found.central == (1 if to_centre else 0):
                continue
            given_up = tuple(holder for holder, central in found.holders.items() if central != to_centre)
            leaving = given_up or tuple(place for place, central in found.sides.items() if central != to_centre)
            target = homes.get(kind.aspect) if to_centre else hosts.get(thing)
            removes = tuple(Triple(thing, found.link, holder) for holder in given_up) if target else ()
            adds = (Triple(thing, found.link, target),) if target else ()
            moves.append(_move(kind, toward, thing, leaving, target, removes, adds, labels))
    return tuple(moves)


def _move(
    kind: _Kind,
    toward: tuple[str, ...],
    element: Element,
    leaving: Sequence[Element],
    target: Element | None,
    removes: tuple[Triple, ...],
    adds: tuple[Triple, ...],
    labels: Labels,
) -> Move:
    words = {
        "element": Literal(labels(element)),
        "from": Literal(", ".join(map(labels, leaving))),
        "to": Literal(labels(target or AIOP.ConcernedUnit)),
    }
    return Move(
        toward,
        kind.term.value,
        labels(kind.term),
        kind.aspect.value,
        name_of(element),
        labels(element),
        tuple(map(name_of, leaving)),
        "" if target is None else name_of(target),
        fill(kind.remedy, words).value,
        labels(kind.effort),
        removes,
        adds,
    )


def _addressed(edits: Iterable[Triple], target: Element | None) -> Iterator[Triple]:
    """Yield edits with whoever takes something over put in; where nobody is known, those that need one are left out."""

    def put(term: object) -> object:
        return target if term == AIOP.ConcernedUnit else term

    for edit in edits:
        subject, value = put(edit.subject), put(edit.object)
        if subject is not None and value is not None:
            yield Triple(subject, edit.predicate, value)  # type: ignore[arg-type]


def _kinds(store: FactStore) -> Iterator[_Kind]:
    for row in look_up(store, "moves"):
        yield _Kind(row["move"], row["trait"], row["aspect"], row["side"], row["remedy"], row["effort"])


def _first(rows: Iterator[Answer], key: str) -> Mapping[NamedNode | BlankNode, Element]:
    """Return the first taker of each key, rows being in the order of preference."""
    found: dict[NamedNode | BlankNode, Element] = {}
    for row in rows:
        found.setdefault(row[key], row["to"])
    return found
