"""Verdicts and the terms that DPV 2.3 has for compliance with the EU AI Act."""

from pyoxigraph import NamedNode

from aiopkg import assets
from aiopkg.validate.findings import VERDICTS
from aiopkg.vocab import PREFIXES, RDF, SKOS

DPV = "https://w3id.org/dpv/legal/eu/aiact#"
MATCHED = {
    "satisfied": ("closeMatch", "AIActCompliant"),
    "violated": ("closeMatch", "AIActNonCompliant"),
    "unknown": ("closeMatch", "AIActComplianceUnknown"),
    "not_applicable": ("relatedMatch", "AIActComplianceUnknown"),
    "in_progress": ("relatedMatch", "AIActNonCompliant"),
    "waived": ("relatedMatch", "AIActComplianceUnknown"),
}


def test_each_verdict_leads_to_one_term_of_dpv() -> None:
    verdict = NamedNode(PREFIXES["aiop"] + "Verdict")
    terms = {t.subject for t in assets.ontology() if t.predicate == RDF.type and t.object == verdict}
    names = {
        t.subject: t.object.value for t in assets.ontology() if t.subject in terms and t.predicate == SKOS.notation
    }  # type: ignore[union-attr]
    found = [
        (names[t.subject], t.predicate.value.removeprefix(PREFIXES["skos"]), t.object.value.removeprefix(DPV))
        for t in assets.ontology()
        if t.subject in terms and isinstance(t.object, NamedNode) and t.object.value.startswith(DPV)
    ]
    assert sorted(found) == sorted((name, *match) for name, match in MATCHED.items())
    assert set(MATCHED) == set(VERDICTS)
