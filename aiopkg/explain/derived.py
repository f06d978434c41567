"""How recommendations and cascades came about: the query or the chain of links, and the findings at their start."""

from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from aiopkg.derive import Recommendation
from aiopkg.derive.cascade import KINDS, Cascade, Reach
from aiopkg.derive.dependencies import Link
from aiopkg.explain.evidence import Evidence, Solution, Witness
from aiopkg.explain.judged import finding_node
from aiopkg.explain.known import Known
from aiopkg.explain.measured import Construct, construct_of
from aiopkg.explain.proof import Step
from aiopkg.explain.sentences import Sentences, inferences
from aiopkg.syntax.paths import Predicate
from aiopkg.validate.findings import element_named
from aiopkg.vocab import AIOP, GRAPH, RDF, RDFS

__all__ = ["Derivations", "cascade_node", "reach_node", "recommendation_node"]


def recommendation_node(identifier: str) -> Triple:
    """Return the conclusion of the step that a recommendation is."""
    node = NamedNode(f"https://w3id.org/aiop/recommendation/{identifier}")
    return Triple(node, RDF.type, AIOP.Recommendation)


def cascade_node(identifier: str) -> Triple:
    """Return the conclusion of the step that a cascade is."""
    return Triple(NamedNode(f"https://w3id.org/aiop/cascade/{identifier}"), RDF.type, AIOP.Cascade)


def reach_node(cascade: Cascade, reach: Reach) -> Triple:
    """Return the conclusion that a cascade reaches an element."""
    return Triple(cascade_node(cascade.id).subject, AIOP.reaches, element_named(reach.element))


class Derivations:
    """Explains what follows from findings."""

    def __init__(self, known: Known, sentences: Sentences) -> None:
        self._known = known
        self._sentences = sentences
        self._solved: dict[str, list[Solution]] = {}

    def recommendation(self, recommendation: Recommendation) -> Step:
        """Return the step of a recommendation: every solution of its query that speaks of it."""
        node = recommendation_node(recommendation.id)
        construct = next(c for c in construct_of("derive") if _kind_of(c) == recommendation.kind)
        graphs = [*GRAPH.facts, GRAPH.findings]
        witness = Witness(self._known.everything, graphs, construct.query.prologue, self._sentences)
        if construct.path not in self._solved:
            self._solved[construct.path] = witness.solve(construct.query.where, {})
        evidence = Evidence()
        for solution in self._solved[construct.path]:
            if solution.get(construct.template[0].subject) == node.subject:
                witness.gather(construct.query.where, solution, evidence)
        return Step(
            kind="recommendation",
            conclusion=node,
            sentence=recommendation.message,
            rule=construct.path,
            because=construct.sentence,
            premises=tuple(evidence.facts),
            absences=tuple(evidence.absences),
            conditions=tuple(evidence.conditions),
        )

    def cascade(self, cascade: Cascade) -> Step:
        """Return the step of a cascade: its finding, and each element that it reaches."""
        reached = [reach_node(cascade, reach) for reach in cascade.reaches]
        return Step(
            kind="cascade",
            conclusion=cascade_node(cascade.id),
            sentence=f"The gap at {cascade.label} reaches {len(reached)} other element{'s' * (len(reached) != 1)}.",
            rule="cascade",
            because=inferences()["cascade"].sentence,
            premises=(finding_node(cascade.finding), *reached),
        )

    def reach(self, cascade: Cascade, reach: Reach) -> Step:
        """Return the step of one element that a cascade reaches: the links of the chain, and what kind it is of."""
        ends = [Triple(element_named(reach.element), RDF.type, KINDS[reach.kind])]
        facts = [fact for link in reach.chain for fact in self._link(link)]
        return Step(
            kind="reach",
            conclusion=reach_node(cascade, reach),
            sentence=f"The gap at {cascade.label} reaches {reach.label}.",
            rule="reach",
            because=inferences()["reach"].sentence,
            premises=tuple(dict.fromkeys((finding_node(cascade.finding), *facts, *ends))),
        )

    def _link(self, link: Link) -> Iterable[Triple]:
        """Yield a link's fact, and the property above it that says which way a failure spreads along it."""
        yield Triple(link.subject, link.predicate, link.object)
        top = AIOP.burdens if link.last else AIOP.impacts if link.cause == link.subject else AIOP.dependsOn
        if link.predicate != top:
            yield Triple(link.predicate, RDFS.subPropertyOf, top)


def _kind_of(construct: Construct) -> str:
    kinds = (p.object for p in construct.template if p.path == Predicate(AIOP.recommendationKind))
    return next(kinds).partition(":")[2]
