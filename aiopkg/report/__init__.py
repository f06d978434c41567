"""An assessment as a document in one of the forms of :mod:`aiopkg.formats`; written beside and renamed."""

from aiopkg.report.absent import not_following_document, not_following_text
from aiopkg.report.applicability import applicability_document, applicability_text
from aiopkg.report.catalogue import catalogue_json, catalogue_table
from aiopkg.report.document import SCHEMA, document, schema, to_json
from aiopkg.report.html import proof_to_html, to_html
from aiopkg.report.proof import PROOF_SCHEMA, proof_document, proof_schema, proof_to_json, proof_to_prov, proof_to_text
from aiopkg.report.render import render, render_site, writer_of
from aiopkg.report.rule_sheet import rule_sheets, rules_json
from aiopkg.report.site import write_site
from aiopkg.report.text import to_text
from aiopkg.report.write import write

__all__ = [
    "PROOF_SCHEMA",
    "SCHEMA",
    "applicability_document",
    "applicability_text",
    "catalogue_json",
    "catalogue_table",
    "document",
    "not_following_document",
    "not_following_text",
    "proof_document",
    "proof_schema",
    "proof_to_html",
    "proof_to_json",
    "proof_to_prov",
    "proof_to_text",
    "render",
    "render_site",
    "rule_sheets",
    "rules_json",
    "schema",
    "to_html",
    "to_json",
    "to_text",
    "write",
    "write_site",
    "writer_of",
]
