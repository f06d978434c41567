"""What is at risk: the use cases, decisions, units and indicators that gaps reach."""

from collections import defaultdict
from collections.abc import Sequence

from pyoxigraph import BlankNode, NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.validate.findings import Finding
from aiopkg.vocab import AIOP, GRAPH, ORG, RDF

__all__ = ["Risk", "instances", "risks_of"]

_MOST_NAMED = 5
_AT_RISK = (
    ("use_case", "Use cases", AIOP.UseCase),
    ("decision", "High-stakes decisions", AIOP.HighStakesDecision),
    ("unit", "Units", ORG.Organization),
    ("kpi", "Indicators", AIOP.KPI),
)


@dataclass(frozen=True, slots=True)
class Risk:
    """How many elements of a kind some gap reaches, of how many, and how many a serious gap reaches.

    ``named`` are those that most root causes reach, each by its name and label with the number of these.
    """

    kind: str
    label: str
    reached: int
    total: int
    seriously: int
    width: str
    named: tuple[tuple[str, str, int], ...]
    more: int


def risks_of(a: Assessment, gaps: Sequence[Finding]) -> tuple[Risk, ...]:
    """Count what the cascades of some gaps reach, by kind."""
    serious = {finding.id for finding in gaps if finding.severity == "violation"}
    causes: dict[str, set[str]] = defaultdict(set)
    grave: set[str] = set()
    names: dict[str, str] = {}
    for found in a.cascades.cascades:
        for reach in found.reaches:
            names[reach.element] = reach.label
            causes[reach.element].add(found.focus)
            if found.finding in serious:
                grave.add(reach.element)
    aside = {a.organization} | instances(a, AIOP.Vendor) | instances(a, AIOP.StandingBody)
    risks = []
    for kind, label, term in _AT_RISK:
        every = instances(a, term) - aside
        reached = sorted(every & causes.keys(), key=lambda e: (-len(causes[e]), names[e], e))
        named = tuple((e, names[e], len(causes[e])) for e in reached[:_MOST_NAMED])
        if every:
            width = f"{100 * len(reached) / len(every):.2f}"
            more = max(0, len(reached) - _MOST_NAMED)
            risks.append(Risk(kind, label, len(reached), len(every), len(grave & every), width, named, more))
    return tuple(risks)


def instances(a: Assessment, kind: NamedNode) -> set[str]:
    """Return the names of the instances of a class, asserted or inferred."""
    return {
        quad.subject.value if isinstance(quad.subject, NamedNode) else str(quad.subject)
        for graph in (GRAPH.asserted, GRAPH.inferred)
        for quad in a.facts.quads_for_pattern(None, RDF.type, kind, graph)
        if isinstance(quad.subject, NamedNode | BlankNode)
    }
