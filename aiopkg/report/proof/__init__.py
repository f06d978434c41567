"""A proof as a document: text, JSON, PROV-O and one HTML page."""

from aiopkg.report.proof.lines import Line, lines_of
from aiopkg.report.proof.provenance import proof_to_prov
from aiopkg.report.proof.record import PROOF_SCHEMA, proof_document, proof_schema, proof_to_json
from aiopkg.report.proof.tree import proof_to_text

__all__ = [
    "PROOF_SCHEMA",
    "Line",
    "lines_of",
    "proof_document",
    "proof_schema",
    "proof_to_json",
    "proof_to_prov",
    "proof_to_text",
]
