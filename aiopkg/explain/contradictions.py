"""Contradictions in a model, told as findings are: with an id, a sentence, and the facts with their places."""

import hashlib

from pyoxigraph import NamedNode, Triple

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.errors import Place
from aiopkg.explain.folding import is_spelling
from aiopkg.explain.proof import Step
from aiopkg.explain.sentences import Sentences
from aiopkg.model import Model
from aiopkg.reason import Closure, Inconsistency
from aiopkg.vocab import AIOP, RDF

__all__ = ["Contradiction", "Premise", "contradiction_node", "contradiction_step", "contradictions_of"]

_PREFIX = "contradiction-"
_SPACE = "https://w3id.org/aiop/contradiction/"


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


def contradiction_node(identifier: str) -> Triple:
    """Return the conclusion of the step that a contradiction is."""
    return Triple(NamedNode(_SPACE + identifier.removeprefix(_PREFIX)), RDF.type, AIOP.Contradiction)


def contradictions_of(closure: Closure, model: Model, sentences: Sentences) -> tuple[Contradiction, ...]:
    """Return what contradicts what, in the order of the reasoner."""
    return tuple(_told(clash, model, sentences) for clash in closure.inconsistencies)


def contradiction_step(found: Contradiction, closure: Closure, sentences: Sentences) -> Step:
    """Return the step of a contradiction: all of its premises, and why they cannot all be true."""
    clash = next(each for each in closure.inconsistencies if _identified(each) == found.id)
    return Step(
        kind="contradiction",
        conclusion=contradiction_node(found.id),
        sentence=found.message,
        rule=found.rule,
        because=sentences.clash(clash.rule, clash.premises),
        premises=clash.premises,
        place=Place(found.file, found.line) if found.file else None,
    )


def _identified(clash: Inconsistency) -> str:
    text = "\n".join([clash.rule, *sorted(map(str, clash.premises))])
    return f"{_PREFIX}{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _told(clash: Inconsistency, model: Model, sentences: Sentences) -> Contradiction:
    premises = tuple(_premise(model, triple, sentences.fact(triple)) for triple in clash.premises)
    stated = (model.places.get(triple) for triple in clash.premises)
    declared = set(assets.ontology())
    telling = [
        premise.sentence
        for premise, triple in zip(premises, clash.premises, strict=True)
        if triple not in declared and not is_spelling(triple)
    ]
    described = (model.place_of(triple.subject) for triple in clash.premises)
    place = next((place for place in (*stated, *described) if place), None)
    return Contradiction(
        _identified(clash),
        clash.rule,
        "violation",
        f"These cannot all be true: {' '.join(telling)}"
        if len(telling) > 1
        else f"This cannot be true: {' '.join(telling)} {sentences.clash(clash.rule, clash.premises)}",
        place.file if place else None,
        place.line if place else None,
        premises,
    )


def _premise(model: Model, triple: Triple, sentence: str) -> Premise:
    place = model.places.get(triple)
    return Premise(
        str(triple),
        sentence,
        place is not None,
        place.file if place else None,
        place.line if place else None,
    )
