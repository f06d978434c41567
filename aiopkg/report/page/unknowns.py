"""What is not known: how much of each rule cannot be decided, and which answers would settle most."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.parts import parts_of_elements
from aiopkg.report.wording import count, element, percent, sentence
from aiopkg.vocab import GRAPH, OWL, RDF, SKOS

__all__ = ["Asked", "Question", "UnknownRule", "Unknowns", "unknowns_of"]

_MOST_QUESTIONS = 15
_MOST_PARTS = 50
_MOST_FACTS = 4
_FEWEST_PARTS = 2


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
    """A fact to ask for: its name, of how many elements it is missing, and how many rules it bears upon.

    ``checks`` are those that it would help to decide, ``settles`` those of which nothing else is missing.
    """

    name: str
    definition: str
    elements: int
    rules: int
    checks: int
    settles: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A part of the organization: how many checks about it are open, and the facts that bear on most of them."""

    part: str
    label: str
    checks: int
    questions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unknowns:
    """Everything not known, in numbers; ``parts`` is empty where the organization has fewer than two."""

    summary: str
    rules: tuple[UnknownRule, ...]
    questions: tuple[Question, ...]
    more_questions: int
    parts: tuple[Asked, ...]
    more_parts: int


@dataclass(frozen=True, slots=True)
class _Open:
    """A check that is open, and the facts that would decide it: whom to ask and what."""

    rule: str
    focus: str
    missing: tuple[tuple[str, str], ...]


def unknowns_of(a: Assessment) -> Unknowns:
    """Return what is not known, by rule, by the fact that is missing, and by the part that could tell it."""
    open_checks = [_Open(item.rule, item.focus, item.missing) for item in a.not_known]
    open_checks += [_Open(f.rule, f.focus, f.missing) for f in a.findings if f.verdict == "unknown"]
    questions = _questions(a, open_checks)
    parts = _parts(a, open_checks)
    return Unknowns(
        _summary(a),
        _rules(a),
        questions[:_MOST_QUESTIONS],
        max(0, len(questions) - _MOST_QUESTIONS),
        parts[:_MOST_PARTS],
        max(0, len(parts) - _MOST_PARTS),
    )


def _rules(a: Assessment) -> tuple[UnknownRule, ...]:
    may_apply: dict[str, set[str]] = defaultdict(set)
    for item in a.not_known:
        may_apply[item.rule].add(item.focus)
    rows = []
    for rule in a.rules:
        row = a.verdicts[rule.code]
        judged = sum(row.values())
        if row["unknown"] or may_apply[rule.code]:
            share = row["unknown"] / judged if judged else None
            rows.append(
                UnknownRule(
                    rule.code,
                    rule.label,
                    a.labels(rule.pillar),
                    row["unknown"],
                    judged,
                    percent(share),
                    f"{100 * (share or 0):.2f}",
                    len(may_apply[rule.code]),
                )
            )
    return tuple(sorted(rows, key=lambda row: (-row.unknown - row.open, row.code)))


def _questions(a: Assessment, open_checks: Sequence[_Open]) -> tuple[Question, ...]:
    """Return the facts to ask for, those that alone settle most checks first."""
    elements: dict[str, set[str]] = defaultdict(set)
    rules: dict[str, set[str]] = defaultdict(set)
    checks, settled = Counter[str](), Counter[str]()
    for check in open_checks:
        names = {name for _, name in check.missing}
        checks.update(names)
        if len(names) == 1:
            settled.update(names)
        for asked, name in check.missing:
            elements[name].add(asked)
            rules[name].add(check.rule)
    defined = _definitions(a)
    found = [
        Question(
            sentence(name), defined.get(name, ""), len(elements[name]), len(rules[name]), checks[name], settled[name]
        )
        for name in elements
    ]
    return tuple(sorted(found, key=lambda q: (-q.settles, -q.checks, -q.rules, q.name)))


def _parts(a: Assessment, open_checks: Sequence[_Open]) -> tuple[Asked, ...]:
    """Return the parts right below the organization by how much is open about what belongs to them."""
    part_of = a.overview.part_of
    if len(set(part_of.values())) < _FEWEST_PARTS:
        return ()
    homes = parts_of_elements(a.facts, part_of)
    counted: Counter[str] = Counter()
    facts: dict[str, Counter[str]] = defaultdict(Counter)
    for check in open_checks:
        for part in homes.get(check.focus, ()):
            counted[part] += 1
            facts[part].update({name for _, name in check.missing})
    found = [
        Asked(part, a.labels(element(part)), checks, tuple(sorted(facts[part].items(), key=_most_first)[:_MOST_FACTS]))
        for part, checks in counted.items()
    ]
    return tuple(sorted(found, key=lambda asked: (-asked.checks, asked.label, asked.part)))


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _definitions(a: Assessment) -> dict[str, str]:
    """Map the label of each property that the ontology defines to its definition."""
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    properties = {q.subject for kind in kinds for q in a.facts.quads_for_pattern(None, RDF.type, kind, GRAPH.ontology)}
    return {
        a.labels(quad.subject): quad.object.value  # type: ignore[union-attr]
        for quad in a.facts.quads_for_pattern(None, SKOS.definition, None, GRAPH.ontology)
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
