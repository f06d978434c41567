"""How a finding came about: why the rule applies to the element, what fails, and what its verdict rests on."""

from collections.abc import Iterator, Sequence
from functools import cache

from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg import assets
from aiopkg.explain.evidence import Evidence, Witness
from aiopkg.explain.failures import Failures
from aiopkg.explain.known import Known
from aiopkg.explain.proof import Step
from aiopkg.explain.sentences import Sentences
from aiopkg.explain.walks import Facts
from aiopkg.model.load import Term
from aiopkg.rules import Rule
from aiopkg.syntax.parser import parse_own_query
from aiopkg.syntax.tree import Query
from aiopkg.validate.excuses import Excuses
from aiopkg.validate.findings import FINDING, Finding, element_named, openness_of, shapes_of
from aiopkg.validate.focus import Focus
from aiopkg.validate.judgement import Judgement, judge_target
from aiopkg.validate.scope import missing_at, properties_of
from aiopkg.validate.shapes import Shapes, Target
from aiopkg.validate.validation import constraint_of, start
from aiopkg.vocab import AIOP, GRAPH, RDF

__all__ = ["Judgements", "finding_node"]

Element = NamedNode | BlankNode


def finding_node(identifier: str) -> Triple:
    """Return the conclusion of the step that a finding is."""
    return Triple(NamedNode(FINDING + identifier), RDF.type, AIOP.Finding)


@cache
def _excuse_query() -> Query:
    return parse_own_query(assets.query("validate", "excuses"))


class Judgements:
    """Explains findings by judging their rule at their element again."""

    def __init__(self, known: Known, sentences: Sentences) -> None:
        self._known = known
        self._facts = Facts(known.everything, GRAPH.facts)
        self._failures = Failures(known.everything, sentences)
        self._sentences = sentences
        self._rules = {rule.code: rule for rule in known.rules}
        self._openness = openness_of(known.everything)
        self._excuses = Excuses(known.everything, known.as_of)
        self._shapes: dict[str, Shapes] = {}

    def step(self, finding: Finding) -> Step:
        """Return the step of a finding."""
        rule = self._rules[finding.rule]
        if rule.code not in self._shapes:
            self._shapes[rule.code] = shapes_of([rule])
        shapes = self._shapes[rule.code]
        node = element_named(finding.focus)
        evidence = Evidence()
        for target in shapes.targets:
            self._targeted(target, node, evidence)
            run = start(self._known.everything, shapes, GRAPH.facts, None, True, self._openness)
            focus = Focus.of_nodes([node]) if isinstance(node, NamedNode) else target.focus(run)
            for judgement in judge_target(run, target, focus):
                kind = rule.kinds.get(judgement.constraint, "")
                if judgement.focus == node and kind == finding.kind:
                    self._judged(rule, target, judgement, finding, evidence)
        return Step(
            kind="finding",
            conclusion=finding_node(finding.id),
            sentence=finding.message,
            rule=rule.code,
            because=f"{rule.label}.",
            premises=tuple(evidence.facts),
            absences=tuple(evidence.absences),
            conditions=tuple(evidence.conditions),
            place=self._known.model.place_of(node),
            sources=rule.cites,
        )

    def _targeted(self, target: Target, node: Element, into: Evidence) -> None:
        """Add why a shape is asked about a node."""
        into.facts.update(
            dict.fromkeys(
                fact
                for fact in (
                    *(Triple(node, RDF.type, kind) for kind in target.classes),
                    *(fact for name in target.subjects_of for fact in self._facts.match(node, name, None)[:1]),
                    *(fact for name in target.objects_of for fact in self._facts.match(None, name, node)[:1]),
                )
                if fact in self._facts
            )
        )

    def _judged(self, rule: Rule, target: Target, judgement: Judgement, finding: Finding, into: Evidence) -> None:
        node = judgement.focus
        assert isinstance(node, Element)
        scope = properties_of(rule)
        scopes = [rule.iri, *scope[judgement.constraint]]
        excuse = self._excuses.find(node, scopes)
        verdict = excuse.verdict if excuse else "unknown" if judgement.possible else "violated"
        if verdict != finding.verdict:
            return
        for constraint in target.shape.constraints:
            if constraint_of(target.shape, constraint) == judgement.constraint:
                self._failures.gather(target.shape, constraint, node, into)
        if excuse:
            self._excused(excuse.stated, node, scopes, into)
        elif judgement.possible:
            names = missing_at(rule, scope, judgement.constraint, node, self._openness) or tuple(scopes)
            into.facts.update(dict.fromkeys(self._unreported(node, names, into)))

    def _excused(self, stated: Element, node: Element, scopes: Sequence[NamedNode], into: Evidence) -> None:
        query = _excuse_query()
        witness = Witness(self._known.everything, GRAPH.facts, query.prologue, self._sentences)
        for scope in scopes:
            for solution in witness.solve(query.where, {"?stated": stated, "?element": node, "?scope": scope})[:1]:
                witness.gather(query.where, solution, into)
                return

    def _unreported(self, node: Element, names: Sequence[NamedNode], evidence: Evidence) -> Iterator[Triple]:
        """Yield the declarations by which facts that would settle a failure may be missing.

        Those about the element itself; where there are none, those about anything that the failure looked at.
        """
        own = [fact for element in (node, AIOP.AnyElement) for fact in self._declared(element, names)]
        if own:
            yield from own
            return
        seen: dict[Term, None] = {}
        for fact in evidence.facts:
            seen.update(dict.fromkeys(term for term in (fact.subject, fact.object) if isinstance(term, Element)))
        for element in (*seen, AIOP.AnyElement):
            if isinstance(element, Element):
                yield from self._facts.match(element, AIOP.unreported, None)

    def _declared(self, element: Element, names: Sequence[NamedNode]) -> Iterator[Triple]:
        for fact in self._facts.match(element, AIOP.unreported, None):
            if fact.object in (*names, AIOP.AnyProperty):
                yield fact
