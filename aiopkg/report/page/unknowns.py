"""What is not known: how much of each rule cannot be decided, and which answers would settle most."""

from collections import defaultdict
from dataclasses import dataclass

from aiopkg.assessment import Assessment
from aiopkg.report.page.wording import count, percent, sentence
from aiopkg.vocab import GRAPH, RDFS, SKOS

__all__ = ["Question", "UnknownRule", "Unknowns", "unknowns_of"]

_MOST_QUESTIONS = 15


@dataclass(frozen=True, slots=True)
class UnknownRule:
    """A rule with something unknown: checks that cannot be decided, of all, and elements it may apply to."""

    code: str
    label: str
    area: str
    unknown: int
    judged: int
    share: str
    width: str
    open: int


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for: its name, of how many elements it is missing, and how many rules it bears upon."""

    name: str
    definition: str
    elements: int
    rules: int
    checks: int


@dataclass(frozen=True, slots=True)
class Unknowns:
    """Everything not known, in numbers."""

    summary: str
    rules: tuple[UnknownRule, ...]
    questions: tuple[Question, ...]
    more_questions: int


def unknowns_of(a: Assessment) -> Unknowns:
    """Return what is not known, by rule and by the fact that is missing."""
    may_apply: dict[str, set[str]] = defaultdict(set)
    elements: dict[str, set[str]] = defaultdict(set)
    rules: dict[str, set[str]] = defaultdict(set)
    checks: dict[str, int] = defaultdict(int)
    for item in a.not_known:
        may_apply[item.rule].add(item.focus)
        for name in {name for _, name in item.missing}:
            rules[name].add(item.rule)
            checks[name] += 1
        for asked, name in item.missing:
            elements[name].add(asked)
    rows = []
    for rule in a.rules:
        row = a.verdicts[rule.code]
        judged = sum(row.values())
        if row["unknown"] or may_apply[rule.code]:
            share = row["unknown"] / judged if judged else None
            width = f"{100 * (share or 0):.2f}"
            rows.append(
                UnknownRule(
                    rule.code,
                    rule.label,
                    a.labels(rule.pillar),
                    row["unknown"],
                    judged,
                    percent(share),
                    width,
                    len(may_apply[rule.code]),
                )
            )
    rows.sort(key=lambda row: (-row.unknown - row.open, row.code))
    defined = _definitions(a)
    questions = sorted(
        (
            Question(sentence(name), defined.get(name, ""), len(elements[name]), len(rules[name]), checks[name])
            for name in elements
        ),
        key=lambda question: (-question.checks, -question.rules, question.name),
    )
    return Unknowns(
        _summary(a),
        tuple(rows),
        tuple(questions[:_MOST_QUESTIONS]),
        max(0, len(questions) - _MOST_QUESTIONS),
    )


def _definitions(a: Assessment) -> dict[str, str]:
    """Map the label of each property that the ontology defines to its definition."""
    properties = {quad.subject for quad in a.store.quads_for_pattern(None, RDFS.range, None, GRAPH.ontology)}
    return {
        a.labels(quad.subject): quad.object.value  # type: ignore[union-attr]
        for quad in a.store.quads_for_pattern(None, SKOS.definition, None, GRAPH.ontology)
        if quad.subject in properties
    }


def _summary(a: Assessment) -> str:
    unknown = sum(row["unknown"] for row in a.verdicts.values())
    judged = sum(sum(row.values()) for row in a.verdicts.values())
    open_rules = len({item.rule for item in a.not_known})
    open_elements = len({item.focus for item in a.not_known})
    if not judged and not open_elements:
        return "There was nothing to judge: no rule applies to anything that is described."
    if not unknown and not open_elements:
        return "Nothing: every check could be decided from what was reported."
    said = []
    if unknown:
        said.append(f"{unknown:,} of {count(judged, 'check')} cannot be decided from what was reported.")
    if open_elements:
        said.append(
            f"Of {count(open_elements, 'element')} it cannot be told whether {count(open_rules, 'rule')} apply to them."
        )
    return " ".join(said)
