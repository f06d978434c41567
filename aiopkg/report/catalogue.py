"""The catalogue of rules as JSON and as tables."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache

from pyoxigraph import Literal, NamedNode
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from aiopkg import assets
from aiopkg.crosswalk import Cited
from aiopkg.rules import Rule
from aiopkg.vocab import RDFS

__all__ = ["catalogue_json", "catalogue_table"]

_RELATIONS = {"exactMatch": "same", "broadMatch": "broader", "narrowMatch": "narrower", "relatedMatch": "related"}


@cache
def _labels() -> dict[object, str]:
    return {
        t.subject: t.object.value
        for t in assets.ontology()
        if t.predicate == RDFS.label and isinstance(t.object, Literal)
    }


def _label(term: NamedNode) -> str:
    return _labels()[term]


def catalogue_json(found: Sequence[Cited]) -> str:
    """Return rules as a JSON list, in the order given; ``matched_by`` only where a rule came by the crosswalk."""
    rows = []
    for each in found:
        rule = each.rule
        row = {
            "code": rule.code,
            "label": rule.label,
            "severity": rule.severity.lower(),
            "pillar": _label(rule.pillar),
            "pack": rule.pack or None,
            "cites": [asdict(citation) for citation in rule.cites],
            "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
            "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
            "contested": rule.contested,
            "why": rule.why,
            "recommendation": rule.remedy,
        }
        if each.matched_by:
            row["matched_by"] = [asdict(match) for match in each.matched_by]
        rows.append(row)
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def catalogue_table(found: Sequence[Cited]) -> RenderableType:
    """Return rules for a terminal: a table, and another of those that came by the crosswalk."""
    return Group(*_tables(found))


def _tables(found: Sequence[Cited]) -> Iterator[RenderableType]:
    direct = [each.rule for each in found if not each.matched_by]
    through = [each for each in found if each.matched_by]
    if not found:
        yield Text("No rule is asked for by it, or by a clause that the crosswalk matches to it.")
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
            ways = (f"{match.standard} {match.id} ({_RELATIONS[match.relation]})" for match in each.matched_by)
            _add(table, each.rule, "; ".join(ways))
        yield table


def _headed(last: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("Code", "Severity", "Pillar", "Holds when", last):
        table.add_column(heading, header_style="bold", overflow="fold")
    return table


def _add(table: Table, rule: Rule, sources: str) -> None:
    marks = [f"from {rule.valid_from}"] if rule.valid_from else []
    marks += [f"until {rule.valid_to}"] if rule.valid_to else []
    marks += ["contested"] if rule.contested else []
    holds = f"{rule.label} ({', '.join(marks)})" if marks else rule.label
    table.add_row(rule.code, rule.severity.lower(), _label(rule.pillar), holds, sources)
