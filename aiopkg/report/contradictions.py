"""Contradictions in a model, told as findings are: with an id, a sentence, and the facts with their places."""

import hashlib
from dataclasses import dataclass

from pyoxigraph import Triple

from aiopkg import assets
from aiopkg.assessment import Assessment
from aiopkg.reason import Inconsistency

__all__ = ["Contradiction", "Premise", "contradictions_of"]


@dataclass(frozen=True, slots=True)
class Premise:
    """One of the facts that contradict each other; it has a place if the model states it as it is."""

    triple: str
    sentence: str
    asserted: bool
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Facts that cannot all be true: the W3C rule that concludes false from them, and their proof, the premises.

    The message leaves out what the ontology says. The place is that of the first premise that is stated, or
    where an element of one is described. The id is the same in every run.
    """

    id: str
    rule: str
    severity: str
    message: str
    file: str | None
    line: int | None
    premises: tuple[Premise, ...]


def contradictions_of(a: Assessment) -> tuple[Contradiction, ...]:
    """Return the contradictions of an assessment, in the order of the reasoner."""
    return tuple(_told(a, clash) for clash in a.inconsistencies)


def _told(a: Assessment, clash: Inconsistency) -> Contradiction:
    premises = tuple(_premise(a, triple) for triple in clash.premises)
    digest = hashlib.sha256("\n".join([clash.rule, *sorted(p.triple for p in premises)]).encode()).hexdigest()
    stated = (a.model.places.get(triple) for triple in clash.premises)
    known = set(assets.ontology())
    telling = [p.sentence for p, triple in zip(premises, clash.premises, strict=True) if triple not in known]
    described = (a.model.place_of(triple.subject) for triple in clash.premises)
    place = next((place for place in (*stated, *described) if place), None)
    return Contradiction(
        f"contradiction-{digest[:12]}",
        clash.rule,
        "violation",
        f"These cannot all be true: {' '.join(telling or [premise.sentence for premise in premises])}",
        place.file if place else None,
        place.line if place else None,
        premises,
    )


def _premise(a: Assessment, triple: Triple) -> Premise:
    place = a.model.places.get(triple)
    return Premise(
        str(triple),
        a.sentence(triple),
        place is not None,
        place.file if place else None,
        place.line if place else None,
    )
