"""Folds what a proof says about nameless classes into the steps above: "it is a decision and its decision kind is
credit approval, which is a high stakes kind".

A definition of the ontology is made of nameless parts, and each gives a step of its own. A machine needs them to
replay a proof; a person reads what the definition asked for and by which facts it is met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.errors import Place
from aiopkg.explain.proof import Step
from aiopkg.explain.sentences import Sentences
from aiopkg.explain.wording import listing
from aiopkg.vocab import OWL, RDF, RDFS

__all__ = ["definitions_below", "in_brief", "is_spelling", "premises_of"]

Steps = Mapping[Triple, Step]

_SPELLING = ("/owl#", "22-rdf-syntax-ns#")
_DEEPEST = 4


def is_spelling(triple: Triple) -> bool:
    """Tell whether a triple only states a piece of a nameless class, axiom or list."""
    telling = triple.object if triple.predicate == RDF.type else triple.predicate
    return isinstance(triple.subject, BlankNode) and any(space in str(telling) for space in _SPELLING)


def spells(step: Step) -> bool:
    """Tell whether a step only states a piece of a nameless class or list."""
    return step.kind in ("declared", "asserted") and is_spelling(step.conclusion)


def defines(step: Step) -> bool:
    """Tell whether a step says that a nameless class is below another, or the same."""
    conclusion = step.conclusion
    ends = (conclusion.subject, conclusion.object)
    return conclusion.predicate in (RDFS.subClassOf, OWL.equivalentClass) and any(
        isinstance(end, BlankNode) for end in ends
    )


def definitions_below(step: Step, steps: Steps) -> tuple[Place, ...]:
    """Return where the definitions stand by which a step above a folded one holds."""
    found: dict[Place, None] = {}
    for premise in step.premises:
        below = steps[premise]
        if defines(below) or below.conclusion.predicate in (RDFS.subClassOf, OWL.equivalentClass):
            found |= dict.fromkeys([below.place] if below.place else definitions_below(below, steps))
    return tuple(found)


def is_folded(step: Step, steps: Steps) -> bool:
    """Tell whether a step says that something is in a nameless class, by facts that can be told in its place."""
    conclusion = step.conclusion
    if conclusion.predicate != RDF.type or not isinstance(conclusion.object, BlankNode) or step.kind != "inferred":
        return False
    return any(not spells(steps[each]) and not defines(steps[each]) for each in step.premises)


def premises_of(step: Step, steps: Steps) -> tuple[Triple, ...]:
    """Return what a person is shown below a step: its premises, those of folded ones in their place."""
    found: dict[Triple, None] = {}
    folds = any(is_folded(steps[each], steps) for each in step.premises)
    for premise in step.premises:
        below = steps[premise]
        if is_folded(below, steps):
            found |= dict.fromkeys(premises_of(below, steps))
        elif not spells(below) and not (folds and defines(below)):
            found[premise] = None
    return tuple(found)


def in_brief(steps: Steps, sentences: Sentences) -> dict[Triple, Step]:
    """Return the steps, each of those above a folded one with its reason in brief."""
    found = dict(steps)
    for conclusion, step in steps.items():
        folded = [steps[each] for each in step.premises if is_folded(steps[each], steps)]
        if folded and step.kind == "inferred" and not is_folded(step, steps):
            clauses = [_clause(each, steps, sentences, "it", 0) for each in folded]
            found[conclusion] = replace(step, briefly=f"{_listed(clauses)}.")
    return found


def _clause(step: Step, steps: Steps, sentences: Sentences, beginning: str, depth: int) -> str:
    """Say of the subject of a folded step what puts it into its nameless class."""
    subject = step.conclusion.subject
    premises = [steps[each] for each in step.premises]
    shown = [each for each in premises if not spells(each) and not defines(each)]
    told = []
    for premise in shown:
        conclusion = premise.conclusion
        if conclusion.subject != subject:
            continue
        if is_folded(premise, steps):
            told.append(_clause(premise, steps, sentences, beginning, depth))
        else:
            told.append(
                sentences.clause(conclusion, beginning) + _value(conclusion.object, shown, steps, sentences, depth)
            )
    return _listed(list(dict.fromkeys(told))) if told else sentences.clause(step.conclusion, beginning)


def _listed(clauses: Sequence[str]) -> str:
    """Join clauses so that commas within them do not mislead."""
    *before, last = clauses
    if any("," in clause for clause in before) or (len(before) > 1 and "," in last):
        return "; ".join([*before, f"and {last}"])
    return listing(clauses, "and")


def _value(value: object, shown: list[Step], steps: Steps, sentences: Sentences, depth: int) -> str:
    """Say of the value of a property what is asked of it."""
    for premise in shown:
        conclusion = premise.conclusion
        if conclusion.subject != value or conclusion.predicate != RDF.type:
            continue
        if isinstance(conclusion.object, NamedNode):
            return "" if conclusion.object == OWL.Thing else f", {sentences.clause(conclusion, 'which')}"
        if is_folded(premise, steps) and depth < _DEEPEST:
            return f", {_clause(premise, steps, sentences, 'which', depth + 1)}"
    return ""
