"""The one explainer: the step of any conclusion, and from it the whole proof."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.explain.contradictions import contradiction_node, contradiction_step
from aiopkg.explain.derived import Derivations, cascade_node, reach_node, recommendation_node
from aiopkg.explain.folding import in_brief
from aiopkg.explain.judged import Judgements, finding_node
from aiopkg.explain.known import Known, declared_in, spelt_alike
from aiopkg.explain.measured import Measures
from aiopkg.explain.proof import Proof, Step
from aiopkg.explain.sentences import Sentences, inferences
from aiopkg.limits import Budget
from aiopkg.model.load import Model
from aiopkg.vocab import AIOP, OWL

__all__ = ["Explainer"]


class Explainer:
    """Explains whatever an assessment asserts, declares or derives; each step is found once."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._model: Model = known.model
        self._steps: dict[Triple, Step | None] = {}
        self.sentences = Sentences(known.labels, known.everything)

    def proof(self, root: Triple) -> Proof | None:
        """Return the proof of a conclusion, None where nothing asserts or derives it; heeds the limits in force."""
        budget = Budget.of(None)
        budget.enter("explaining")
        root = self.canonical(root)
        steps: dict[Triple, Step] = {}
        waiting = [root]
        while waiting:
            conclusion = waiting.pop()
            if conclusion in steps:
                continue
            budget.heed()
            step = self.step(conclusion)
            if step is None:
                return None
            steps[conclusion] = step
            waiting += reversed(step.premises)
        return Proof(root, in_brief(steps, self.sentences))

    def canonical(self, triple: Triple) -> Triple:
        """Return the conclusion by which a fact is known: what is said of a finding is the finding's own step,
        and a literal that the store has rewritten is as it was written.
        """
        if triple.predicate != AIOP.reaches and triple.subject in self._subjects:
            return self._subjects[triple.subject]
        if not isinstance(triple.object, Literal) or self._told(triple):
            return triple
        alike = self._known.closure.match(triple.subject, triple.predicate, None)
        return next((other for other in alike if spelt_alike(other, triple)), triple)

    def step(self, triple: Triple) -> Step | None:
        """Return the step of a conclusion, None where nothing asserts or derives it."""
        if triple not in self._steps:
            found = self._find(triple)
            if found is not None:
                premises = tuple(dict.fromkeys(self.canonical(premise) for premise in found.premises))
                found = replace(found, premises=premises)
            self._steps[triple] = found
        return self._steps[triple]

    def _told(self, triple: Triple) -> bool:
        return triple in self._model.places or triple in self._known.closure or triple in self._measures

    def _find(self, triple: Triple) -> Step | None:
        derived = self._derived(triple)
        if derived is not None:
            return derived
        place = self._model.places.get(triple)
        if place is not None:
            return Step("asserted", triple, self.sentences.fact(triple), place=place)
        place = declared_in(triple, self._known.rules)
        if place is not None:
            return Step("declared", triple, self.sentences.fact(triple), place=place)
        if triple in self._known.closure:
            return self._inferred(triple)
        return self._measures.step(triple) if triple in self._measures else self._renamed(triple)

    def _inferred(self, triple: Triple) -> Step:
        found = self._known.closure.step_of(triple)
        sentence = self.sentences.fact(triple)
        if found is None:
            return Step("given", triple, sentence, "evaluation", inferences()["evaluation"].sentence)
        because = self.sentences.rule(found.rule, triple, found.premises)
        return Step("inferred", triple, sentence, found.rule, because, found.premises)

    def _renamed(self, triple: Triple) -> Step | None:
        """Return the step of a measured fact that is told of an element which is the same as this one."""
        closure = self._known.closure
        for place, end in (("eq-rep-s", triple.subject), ("eq-rep-o", triple.object)):
            if not isinstance(end, NamedNode | BlankNode):
                continue
            for same in closure.match(end, OWL.sameAs, None):
                other = same.object
                assert isinstance(other, NamedNode | BlankNode)
                alike = (
                    Triple(other, triple.predicate, triple.object)
                    if place == "eq-rep-s"
                    else Triple(triple.subject, triple.predicate, other)
                )
                if alike in self._measures or (place == "eq-rep-s" and self._renamed_value(alike)):
                    premises = (Triple(other, OWL.sameAs, end), alike)
                    because = self.sentences.rule(place, triple, premises)
                    return Step("inferred", triple, self.sentences.fact(triple), place, because, premises)
        return None

    def _renamed_value(self, triple: Triple) -> bool:
        value = triple.object
        same = self._known.closure.match(value, OWL.sameAs, None) if not isinstance(value, Literal | Triple) else ()
        return any(Triple(triple.subject, triple.predicate, fact.object) in self._measures for fact in same)

    def _derived(self, triple: Triple) -> Step | None:
        """Return the step of a finding, a recommendation, a cascade, or an element that a cascade reaches."""
        if triple in self._conclusions:
            return self._conclusions[triple]()
        if triple.predicate != AIOP.reaches:
            return None
        for cascade in self._known.cascades.cascades:
            if cascade_node(cascade.id).subject == triple.subject:
                for reach in cascade.reaches:
                    if reach_node(cascade, reach) == triple:
                        return self._derivations.reach(cascade, reach)
        return None

    @cached_property
    def _conclusions(self) -> dict[Triple, Callable[[], Step]]:
        known = self._known
        found: dict[Triple, Callable[[], Step]] = {}
        found |= {finding_node(f.id): partial(self._judgements.step, f) for f in known.findings}
        found |= {
            recommendation_node(r.id): partial(self._derivations.recommendation, r) for r in known.recommendations
        }
        found |= {cascade_node(c.id): partial(self._derivations.cascade, c) for c in known.cascades.cascades}
        found |= {
            contradiction_node(c.id): partial(contradiction_step, c, known.closure, self.sentences)
            for c in known.contradictions
        }
        return found

    @cached_property
    def _subjects(self) -> dict[object, Triple]:
        return {conclusion.subject: conclusion for conclusion in self._conclusions}

    @cached_property
    def _measures(self) -> Measures:
        return Measures(self._known, self.sentences)

    @cached_property
    def _judgements(self) -> Judgements:
        return Judgements(self._known, self.sentences)

    @cached_property
    def _derivations(self) -> Derivations:
        return Derivations(self._known, self.sentences)
