"""What was derived as RDF: findings as a SHACL validation report, recommendations and cascades."""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from aiopkg.assessment import Assessment
from aiopkg.validate.findings import FINDING
from aiopkg.vocab import AIOP, GRAPH, PREFIXES, RDF, RULE, SH, XSD

__all__ = ["to_turtle"]

_REPORT = NamedNode("https://w3id.org/aiop/report")


def to_turtle(assessment: Assessment) -> str:
    """Return Turtle: the graphs of findings, recommendations and cascades, and a report in the terms of SHACL.

    The report (SHACL 3.6) has a result for each gap. A gap says that an element does not conform to the node shape
    that the rule is, whence the constraint component; its verdict and words are those of the finding, whose IRI the
    result has. A report that a limit cut short says so, and that nothing conforms.
    """
    graphs = (GRAPH.findings, GRAPH.recommendations, GRAPH.cascades)
    triples = {quad.triple for graph in graphs for quad in assessment.store.quads_for_pattern(None, None, None, graph)}
    triples.update(_report(assessment))
    used = {name: PREFIXES[name] for name in ("aiop", "rdf", "rule", "sh", "xsd")}
    content = serialize(sorted(triples, key=str), format=RdfFormat.TURTLE, prefixes=used)
    assert content is not None
    lines = content.decode().splitlines(keepends=True)
    return "".join([*sorted(lines[: len(used)]), *lines[len(used) :]])  # prefixes come in no fixed order


def _report(a: Assessment) -> Iterator[Triple]:
    broken = {FINDING + finding.id: finding for finding in a.findings if finding.verdict == "violated"}
    yield Triple(_REPORT, RDF.type, SH.ValidationReport)
    yield Triple(_REPORT, SH.conforms, Literal("false" if broken or a.cut else "true", datatype=XSD.boolean))
    if a.cut:
        yield Triple(_REPORT, AIOP.endedBecause, Literal(a.cut.in_words(len(a.rules))))
        yield Triple(_REPORT, AIOP.endedAfter, Literal(a.cut.stages[-1]))
        yield from (Triple(_REPORT, AIOP.leftUnjudged, NamedNode(RULE + code)) for code in a.cut.rules)
    for iri, finding in broken.items():
        node = NamedNode(iri)
        focus = next(a.store.quads_for_pattern(node, AIOP.focus, None, GRAPH.findings)).object
        severity = next(a.store.quads_for_pattern(node, AIOP.findingSeverity, None, GRAPH.findings)).object
        rule = next(a.store.quads_for_pattern(node, AIOP.rule, None, GRAPH.findings)).object
        yield Triple(_REPORT, SH.result, node)
        yield Triple(node, RDF.type, SH.ValidationResult)
        yield Triple(node, SH.focusNode, focus)
        yield Triple(node, SH.value, focus)
        yield Triple(node, SH.resultSeverity, severity)
        yield Triple(node, SH.resultMessage, Literal(finding.message))
        yield Triple(node, SH.sourceShape, rule)
        yield Triple(node, SH.sourceConstraintComponent, SH.NodeConstraintComponent)
