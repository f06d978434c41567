"""An assessment as a document in one of the forms of :mod:`aiopkg.formats`; written beside and renamed."""

from typing import TYPE_CHECKING

from aiopkg.late import imported_late
from aiopkg.report.document import SCHEMA, document, json_parts, schema, to_json
from aiopkg.report.render import render, render_site, writer_of
from aiopkg.report.write import write

if TYPE_CHECKING:
    from aiopkg.report.absent import not_following_document as not_following_document
    from aiopkg.report.absent import not_following_text as not_following_text
    from aiopkg.report.applicability import applicability_document as applicability_document
    from aiopkg.report.applicability import applicability_text as applicability_text
    from aiopkg.report.catalogue import catalogue_json as catalogue_json
    from aiopkg.report.catalogue import catalogue_table as catalogue_table
    from aiopkg.report.html import proof_to_html as proof_to_html
    from aiopkg.report.html import to_html as to_html
    from aiopkg.report.proof import PROOF_SCHEMA as PROOF_SCHEMA
    from aiopkg.report.proof import proof_document as proof_document
    from aiopkg.report.proof import proof_schema as proof_schema
    from aiopkg.report.proof import proof_to_json as proof_to_json
    from aiopkg.report.proof import proof_to_prov as proof_to_prov
    from aiopkg.report.proof import proof_to_text as proof_to_text
    from aiopkg.report.rule_sheet import rule_sheets as rule_sheets
    from aiopkg.report.rule_sheet import rules_json as rules_json
    from aiopkg.report.site import write_site as write_site
    from aiopkg.report.text import to_text as to_text

__all__ = [
    "PROOF_SCHEMA",
    "SCHEMA",
    "applicability_document",
    "applicability_text",
    "catalogue_json",
    "catalogue_table",
    "document",
    "json_parts",
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

__getattr__ = imported_late(
    __name__,
    {
        "PROOF_SCHEMA": "proof",
        "applicability_document": "applicability",
        "applicability_text": "applicability",
        "catalogue_json": "catalogue",
        "catalogue_table": "catalogue",
        "not_following_document": "absent",
        "not_following_text": "absent",
        "proof_document": "proof",
        "proof_schema": "proof",
        "proof_to_html": "html",
        "proof_to_json": "proof",
        "proof_to_prov": "proof",
        "proof_to_text": "proof",
        "rule_sheets": "rule_sheet",
        "rules_json": "rule_sheet",
        "to_html": "html",
        "to_text": "text",
        "write_site": "site",
    },
)
