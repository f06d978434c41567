"""The catalogue of rules as JSON and as tables."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

from pyoxigraph import Literal, NamedNode
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from aiopkg import assets
from aiopkg.crosswalk import Lookup
from aiopkg.rules import Rule
from aiopkg.vocab import RDFS

__all__ = ["RELATIONS", "catalogue_json", "catalogue_table", "label_of", "marks", "row"]

RELATIONS = {"exactMatch": "same", "broadMatch": "broader", "narrowMatch": "narrower", "relatedMatch": "related"}
"""How the mapping properties of SKOS are called before people."""


@cache
def _labels() -> dict[object, str]:
    return {t.subject: t.object.value for t in assets.stated(RDFS.label) if isinstance(t.object, Literal)}


def label_of(term: NamedNode) -> str:
    """Return the label of a term of the ontology."""
    return _labels()[term]


def catalogue_json(found: Lookup) -> str:
    """Return rules as a JSON list, in the order given; ``matched_by`` only where a rule came by the crosswalk."""
    rows = []
    for each in found.rules:
        shown = row(each.rule)
        if each.matched_by:
            shown["matched_by"] = [asdict(match) for match in each.matched_by]
        rows.append(shown)
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def row(rule: Rule) -> dict[str, Any]:
    """Return what the catalogue says of a rule, as plain values."""
    return {
        "code": rule.code,
        "label": rule.label,
        "severity": rule.severity.lower(),
        "pillar": label_of(rule.pillar),
        "pack": rule.pack or None,
        "cites": [asdict(citation) for citation in rule.cites],
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "contested": rule.contested,
        "why": rule.why,
        "recommendation": rule.remedy,
    }


def catalogue_table(found: Lookup) -> RenderableType:
    """Return rules for a terminal: a table, and another of those that came by the crosswalk."""
    return Group(*_tables(found))


def _tables(found: Lookup) -> Iterator[RenderableType]:
    direct = [each.rule for each in found.rules if not each.matched_by]
    through = [each for each in found.rules if each.matched_by]
    if not found.rules:
        yield from _silence(found)
    if direct:
        table = _headed("Asked for by")
        for rule in direct:
            _add(table, rule, "; ".join(f"{c.standard} {c.id}" for c in rule.cites))
        yield table
    if direct and through:
        yield Text("")
    if through:
        yield Text("Not asked for by it but by a clause that the crosswalk matches to it:")
        table = _headed("By way of")
        for each in through:
            ways = (f"{match.standard} {match.id} ({RELATIONS[match.relation]})" for match in each.matched_by)
            _add(table, each.rule, "; ".join(ways))
        yield table


def _silence(found: Lookup) -> Iterator[RenderableType]:
    """Say that clauses exist and that no rule is asked for by them, and which clauses near them lead on."""
    those = " and ".join(f"{clause.standard} {clause.id}" for clause in found.clauses)
    one = len(found.clauses) == 1
    yield Text(
        f"{those} {'exists' if one else 'exist'}. No rule is asked for by {'it' if one else 'them'}, "
        f"or by a clause that the crosswalk matches to {'it' if one else 'them'}."
    )
    if found.nearest:
        yield Text(f"The nearest clauses that rules cite: {', '.join(f'{c.standard} {c.id}' for c in found.nearest)}.")


def _headed(last: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("Code", "Severity", "Pillar", "Holds when", last):
        table.add_column(heading, header_style="bold", overflow="fold")
    return table


def _add(table: Table, rule: Rule, sources: str) -> None:
    holds = f"{rule.label} ({', '.join(marks(rule))})" if marks(rule) else rule.label
    table.add_row(rule.code, rule.severity.lower(), label_of(rule.pillar), holds, sources)


def marks(rule: Rule) -> list[str]:
    """Return from when and until when a rule holds, and whether it is contested."""
    said = [f"from {rule.valid_from}"] if rule.valid_from else []
    said += [f"until {rule.valid_to}"] if rule.valid_to else []
    return said + (["contested"] if rule.contested else [])
