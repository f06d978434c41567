"""The page of the rules, and the thresholds that they turn on."""

from collections.abc import Iterator
from textwrap import dedent

from pyoxigraph import NamedNode

from aiopkg.rules import Rule, catalogue
from aiopkg.vocab import AIOP, RDFS, SKOS
from writing import markdown
from writing.facts import ROOT, anchor, linked, ontology

__all__ = ["rules", "threshold_rows"]

CLOSENESS = {
    "exactMatch": "asks for just this",
    "broadMatch": "asks for more",
    "narrowMatch": "asks for less",
    "relatedMatch": "is related",
}


def rules() -> str:
    """Return the page of the rules: an overview, and a section for each."""
    return markdown.page(
        "Rules",
        f"{len(catalogue())} rules, each one file of `shapes/`. A severity is a violation, a warning or an info. "
        "In a message, `{$this}` and what else stands in braces become the labels of the elements found. Examples use "
        "the prefixes of the project and are judged as of 1 January 2026, or as of the day on which the rule comes "
        "into force.",
        markdown.table(
            ("Code", "Severity", "Pillar", "Pack", "Holds when"),
            (
                (f"[{r.code}](#{r.code.lower()})", r.severity.lower(), _label(r.pillar), r.pack, markdown.cell(r.label))
                for r in catalogue()
            ),
        ),
        *("\n\n".join(_section(rule)) for rule in catalogue()),
    )


def _label(term: NamedNode) -> str:
    return ontology().text(term, RDFS.label)


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {markdown.anchored(rule.code.lower(), rule.code)}: {rule.label}"
    yield rule.why
    yield "\n".join(f"- {name}: {value}" for name, value in _traits(rule) if value)
    yield "It fails on:"
    yield markdown.fenced("turtle", dedent(rule.fails[0]).strip())
    yield "It passes:"
    yield markdown.fenced("turtle", dedent(rule.passes[0]).strip())


def _traits(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "Severity", rule.severity.lower()
    yield "Weakens", linked(rule.pillar)
    yield "Opens", f"[{_label(rule.failure_mode)}](failure-modes.md#{anchor(rule.failure_mode)})"
    for message in dict.fromkeys(rule.messages.values()):
        yield "Says", f"“{markdown.cell(message)}”"
    yield "Remedy", f"{markdown.cell(rule.remedy)} ({_label(rule.effort)})"
    yield "Pack", f"`{rule.pack}`" if rule.pack else ""
    yield "In force from", str(rule.valid_from or "")
    yield "In force until", str(rule.valid_to or "")
    yield "Contested", "its sources do not agree on it" if rule.contested else ""
    yield "Turns at", ", ".join(_threshold(term) for term in rule.thresholds)
    yield "Part of", ", ".join(linked(term) for term in rule.part_of)
    yield "Asked for by", "; ".join(_sources(rule))
    yield "File", f"[{rule.path.name}](../../{_place(rule)})"


def _place(rule: Rule) -> str:
    return rule.path.resolve().relative_to(ROOT).as_posix()


def _threshold(term: NamedNode) -> str:
    return f"[{_label(term)}](settings.md#{anchor(term)}) {ontology().text(term, AIOP.thresholdValue)}".rstrip()


def _sources(rule: Rule) -> Iterator[str]:
    for cite in rule.cites:
        where = f"[{cite.id}](requirements.md#{cite.id.lower()})" if cite.standard == "article" else cite.id
        yield f"{cite.standard} {where}, which {CLOSENESS[cite.relation]}"


def threshold_rows() -> Iterator[tuple[str, ...]]:
    """Yield a row of a table for each threshold: its name, value, meaning and the rules that turn on it."""
    for term in sorted(ontology().of_type(AIOP.Threshold), key=str):
        used = (rule.code for rule in catalogue() if term in rule.thresholds)
        yield (
            markdown.anchored(anchor(term), f"`aiop:{term.value.rpartition('#')[2]}`"),
            f"`{ontology().text(term, AIOP.thresholdValue)}`",
            markdown.cell(ontology().text(term, SKOS.definition)),
            ", ".join(f"[{code}](rules.md#{code.lower()})" for code in used),
        )
