"""Findings as triples of their named graph."""

import re
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.rules import Rule
from aiopkg.validate.findings import FINDING, Finding, element_named
from aiopkg.vocab import AIOP, PREFIXES, RDF

__all__ = ["finding_triples"]

_VERDICT_TERMS = {
    "violated": "Violated",
    "unknown": "Unknown",
    "in_progress": "InProgressVerdict",
    "not_applicable": "NotApplicableVerdict",
    "waived": "Waived",
}
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|^`\\]+")


def finding_triples(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> Iterator[Triple]:
    """Yield findings as triples of the findings graph, each named by its id."""
    for finding in findings:
        node = NamedNode(FINDING + finding.id)
        rule = rules[finding.rule]
        focus = element_named(finding.focus)
        facts: list[tuple[NamedNode, NamedNode | BlankNode | Literal]] = [
            (RDF.type, AIOP.Finding),
            (AIOP.identifier, Literal(finding.id)),
            (AIOP.rule, rule.iri),
            (AIOP.focus, focus),
            (AIOP.verdict, NamedNode(PREFIXES["aiop"] + _VERDICT_TERMS[finding.verdict])),
            (AIOP.findingSeverity, NamedNode(PREFIXES["sh"] + rule.severity)),
            (AIOP.weakens, rule.pillar),
            (AIOP.opens, rule.failure_mode),
            (AIOP.message, Literal(finding.message)),
            (AIOP.remedy, Literal(finding.recommendation)),
        ]
        facts += [(AIOP.value, _term(value)) for value in finding.values]
        if finding.kind:
            facts.append((AIOP.kind, Literal(finding.kind)))
        if finding.note:
            facts.append((AIOP.reason, Literal(finding.note)))
        yield from (Triple(node, predicate, value) for predicate, value in facts)


def _term(text: str) -> NamedNode | BlankNode | Literal:
    if text.startswith("_:"):
        return BlankNode(text[2:])
    return NamedNode(text) if _ABSOLUTE.fullmatch(text) else Literal(text)
