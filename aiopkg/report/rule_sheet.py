"""One rule whole: what it asks, why, by which clauses, what matches these, and examples; as JSON and for a terminal."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from textwrap import dedent
from typing import Any

from pyoxigraph import NamedNode
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from aiopkg import assets
from aiopkg.crosswalk import Clause, Link, crosswalk
from aiopkg.report.catalogue import RELATIONS, label_of, marks, row
from aiopkg.rules import Citation, Rule
from aiopkg.vocab import AIOP, RULE

__all__ = ["rule_sheets", "rules_json"]

_STYLES = {"violation": "bold red", "warning": "yellow", "info": "cyan"}


def rules_json(rules: Sequence[Rule]) -> str:
    """Return rules whole as a JSON list: the catalogue's keys, and what it leaves out."""
    return json.dumps([_whole(rule) for rule in rules], ensure_ascii=False, indent=2) + "\n"


def _whole(rule: Rule) -> dict[str, Any]:
    return {
        **row(rule),
        "cites": [{**asdict(cite), "matches": [_match(link) for link in _links(cite)]} for cite in rule.cites],
        "messages": _messages(rule),
        "effort": label_of(rule.effort),
        "failure_mode": label_of(rule.failure_mode),
        "thresholds": [{"iri": each.value, "label": label_of(each), "value": _value(each)} for each in rule.thresholds],
        "part_of": [label_of(term) for term in rule.part_of],
        "stands_beside": [_code(other) for other in rule.beside],
        "fails": [_tidy(example) for example in rule.fails],
        "passes": [_tidy(example) for example in rule.passes],
    }


def _code(rule: NamedNode) -> str:
    return rule.value.removeprefix(RULE)


def _links(cite: Citation) -> tuple[Link, ...]:
    return crosswalk().get(Clause(cite.standard, cite.id), ())


def _match(link: Link) -> dict[str, Any]:
    return {**asdict(link.other), "relation": link.relation, "why": link.why, "source": link.source or None}


def _messages(rule: Rule) -> list[str]:
    return list(dict.fromkeys(" ".join(message.split()) for message in rule.messages.values()))


def _value(threshold: NamedNode) -> str:
    return next(
        t.object.value  # type: ignore[union-attr]
        for t in assets.stated(AIOP.thresholdValue)
        if t.subject == threshold
    )


def _tidy(example: str) -> str:
    return dedent(example).strip("\n").rstrip()


def rule_sheets(rules: Sequence[Rule]) -> RenderableType:
    """Return rules whole for a terminal, one below the other."""
    return Group(*(part for number, rule in enumerate(rules) for part in _sheet(rule, first=number == 0)))


def _sheet(rule: Rule, *, first: bool) -> Iterator[RenderableType]:
    if not first:
        yield Text("")
    severity = rule.severity.lower()
    yield Text.assemble((rule.code, _STYLES[severity]), " ", (rule.label, "bold"))
    yield Text(rule.why)
    yield Text("")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in _traits(rule):
        grid.add_row(name, value)
    yield grid
    yield Text("")
    yield Text("Asked for by", style="bold")
    for cite in rule.cites:
        yield Padding(_clause(cite), (0, 0, 0, 2))
    for heading, example in (("It fails on", rule.fails[0]), ("It passes", rule.passes[0])):
        yield Text("")
        yield Text(heading, style="bold")
        yield Padding(Text(_tidy(example)), (0, 0, 0, 2))


def _traits(rule: Rule) -> Iterator[tuple[str, str]]:
    doubt = " (contested)" if rule.contested else ""
    yield "severity", f"{rule.severity.lower()}{doubt}"
    yield "weakens", label_of(rule.pillar)
    yield "opens", label_of(rule.failure_mode)
    if rule.pack:
        yield "pack", rule.pack
    dates = [mark for mark in marks(rule) if mark != "contested"]
    if dates:
        yield "in force", ", ".join(dates)
    for threshold in rule.thresholds:
        yield "turns at", f"{label_of(threshold)}: {_value(threshold)}"
    if rule.part_of:
        yield "part of", ", ".join(label_of(term) for term in rule.part_of)
    if rule.beside:
        yield "stands beside", ", ".join(_code(other) for other in rule.beside)
    for message in _messages(rule):
        yield "says", message
    yield "remedy", f"{rule.remedy} ({label_of(rule.effort)})"


def _clause(cite: Citation) -> Text:
    """Return a clause that a rule cites, how close the two are, and what the crosswalk matches to it."""
    shown = Text.assemble((f"{cite.standard} {cite.id}", "bold"), f" ({RELATIONS[cite.relation]})")
    ends = ((link.other, RELATIONS[link.relation]) for link in _links(cite))
    matched = ", ".join(f"{clause.standard} {clause.id} ({relation})" for clause, relation in ends)
    return shown.append(f"; matched to {matched}" if matched else "")
