"""The part of the JSON report about the archetypes: each with its facts, what differs, and the moves."""

from collections.abc import Iterable
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.assessment import Assessment
from aiopkg.derive.archetype import ArchetypeView, declared_at
from aiopkg.derive.moves import Move
from aiopkg.report.plain import plain
from aiopkg.validate.findings import name_of

__all__ = ["structure_of"]

Json = dict[str, Any]


def structure_of(a: Assessment) -> Json:
    """Return the archetypes as plain values."""
    found = a.overview.archetypes
    place = declared_at(a.model, a.organization, found.views["declared"].archetype)
    stated = {"file": place.file if place else None, "line": place.line if place else None}
    return {
        "declared": {**_archetype(found.views["declared"]), **stated},
        "operated": {**_archetype(found.views["operated"]), **_facts(found.views["operated"])},
        "recommended": {**_archetype(found.views["recommended"]), **_facts(found.views["recommended"])},
        "conditions": [plain(condition) for condition in found.conditions],
        "differences": [plain(difference) for difference in found.differences],
        "moves": [_move(move) for move in found.moves],
    }


def _archetype(view: ArchetypeView) -> Json:
    return {
        "archetype": view.archetype or None,
        "label": view.label or None,
        "reasons": [plain(reason) for reason in view.reasons],
    }


def _facts(view: ArchetypeView) -> Json:
    return {"facts": [plain(fact) for fact in view.facts]}


def _move(move: Move) -> Json:
    return {
        "toward": list(move.toward),
        "kind": move.kind,
        "label": move.label,
        "aspect": move.aspect,
        "element": move.element,
        "element_label": move.element_label,
        "sources": list(move.sources),
        "target": move.target or None,
        "message": move.message,
        "effort": move.effort,
        "removes": _triples(move.removes),
        "adds": _triples(move.adds),
    }


def _triples(triples: Iterable[Triple]) -> list[Json]:
    return [
        {"subject": _term(triple.subject), "property": triple.predicate.value, "object": _term(triple.object)}
        for triple in triples
    ]


def _term(term: NamedNode | BlankNode | Literal | Triple) -> str:
    return term.value if isinstance(term, Literal) else name_of(term)
