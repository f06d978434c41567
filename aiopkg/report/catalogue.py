"""The catalogue of rules as JSON and as a table."""

import json
from collections.abc import Sequence
from functools import cache

from pyoxigraph import Literal, NamedNode
from rich.table import Table

from aiopkg import assets
from aiopkg.rules import Rule
from aiopkg.vocab import RDFS

__all__ = ["catalogue_json", "catalogue_table"]


@cache
def _labels() -> dict[object, str]:
    return {
        t.subject: t.object.value
        for t in assets.ontology()
        if t.predicate == RDFS.label and isinstance(t.object, Literal)
    }


def _label(term: NamedNode) -> str:
    return _labels()[term]


def catalogue_json(rules: Sequence[Rule]) -> str:
    """Return the rules as a JSON list, in the order given."""
    rows = [
        {
            "code": rule.code,
            "label": rule.label,
            "severity": rule.severity.lower(),
            "pillar": _label(rule.pillar),
            "pack": rule.pack or None,
            "cites": [{"standard": c.standard, "id": c.id, "relation": c.relation} for c in rule.cites],
            "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
            "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
            "contested": rule.contested,
            "why": rule.why,
            "recommendation": rule.remedy,
        }
        for rule in rules
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def catalogue_table(rules: Sequence[Rule]) -> Table:
    """Return the rules as a table for a terminal."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Code", "Severity", "Pillar", "Holds when", "Asked for by"):
        table.add_column(heading, header_style="bold", overflow="fold")
    for rule in rules:
        sources = "; ".join(f"{c.standard} {c.id}" for c in rule.cites)
        holds = f"{rule.label} (contested)" if rule.contested else rule.label
        table.add_row(rule.code, rule.severity.lower(), _label(rule.pillar), holds, sources)
    return table
