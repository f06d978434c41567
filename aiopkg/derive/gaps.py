"""Recommendations to close gaps one by one: what ``close-gap.rq`` constructs, said at once for many findings."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.rules import Rule
from aiopkg.validate.findings import FINDING, Finding, element_named
from aiopkg.vocab import AIOP, RDF

__all__ = ["GENERIC", "OpenGap", "gap_triples", "open_gaps"]

GENERIC = "close-gap"
"""The query of which this is the quick reading."""

_RECOMMENDATION = "https://w3id.org/aiop/recommendation/"


@dataclass(frozen=True, slots=True)
class OpenGap:
    """An element that violates a rule: the id of the recommendation, the rule, and what to do with which findings."""

    id: str
    rule: Rule
    focus: str
    remedies: tuple[str, ...]
    findings: tuple[str, ...]


def open_gaps(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> Iterator[OpenGap]:
    """Yield each element that violates a rule, whatever number of findings says so; ids are ascending.

    What has no IRI is told of once for each of its findings, whose ids rest on its canonical form.
    """
    together: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.verdict == "violated":
            digest = sha256(f"{finding.rule} {finding.focus}".encode()).hexdigest()[:12]
            gap = finding.id if finding.focus.startswith("_:") else f"{finding.rule}-{digest}"
            together.setdefault(gap, []).append(finding)
    for gap, found in together.items():
        yield OpenGap(
            f"close-{gap}",
            rules[found[0].rule],
            found[0].focus,
            tuple(sorted({finding.recommendation for finding in found})),
            tuple(sorted(finding.id for finding in found)),
        )


def gap_triples(gaps: Iterable[OpenGap]) -> Iterator[Triple]:
    """Yield recommendations to close gaps as triples of the recommendations graph."""
    for gap in gaps:
        node = NamedNode(_RECOMMENDATION + gap.id)
        yield Triple(node, RDF.type, AIOP.Recommendation)
        yield Triple(node, AIOP.identifier, Literal(gap.id))
        yield Triple(node, AIOP.recommendationKind, AIOP.CloseGap)
        yield Triple(node, AIOP.about, element_named(gap.focus))
        yield Triple(node, AIOP.weakens, gap.rule.pillar)
        yield Triple(node, AIOP.effort, gap.rule.effort)
        yield from (Triple(node, AIOP.message, Literal(remedy)) for remedy in gap.remedies)
        yield from (Triple(node, AIOP.closes, NamedNode(FINDING + name)) for name in gap.findings)
