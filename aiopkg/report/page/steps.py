"""What to do first: recommendations by kind, where gaps start, and the gaps that are met most often."""

from collections import Counter, defaultdict

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.wording import SEVERITIES, count, listing, sentence
from aiopkg.vocab import GRAPH, PREFIXES, SKOS

__all__ = ["FrequentGap", "Origin", "StepGroup", "frequent_gaps", "origins_of", "step_groups"]

_MOST_STEPS = 4
_MOST_ORIGINS = 6
_TOO_ALIKE = 0.5
_GENERIC = "CloseGap"


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do, what it rests on, and how many gaps it closes."""

    message: str
    area: str
    effort: str
    closes: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepGroup:
    """Recommendations of one kind, the first few of them."""

    label: str
    definition: str
    closes: int
    steps: tuple[Step, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Origin:
    """An element where gaps start, in words."""

    focus: str
    label: str
    gaps: int
    reaches: int
    frees: str


@dataclass(frozen=True, slots=True)
class FrequentGap:
    """A rule that many elements break."""

    code: str
    label: str
    weakness: str
    remedy: str
    severity: str
    gaps: int
    effort: str


def step_groups(a: Assessment) -> tuple[StepGroup, ...]:
    """Return the recommendations that are of a kind of their own, the kinds that close most first."""
    by_kind: dict[str, list[Step]] = defaultdict(list)
    closes: dict[str, set[str]] = defaultdict(set)
    for r in a.recommendations:
        if r.kind != _GENERIC:
            by_kind[r.kind].append(Step(r.message, r.pillar, r.effort, len(r.closes), r.evidence))
            closes[r.kind].update(r.closes)
    groups = []
    for kind, steps in by_kind.items():
        term = NamedNode(PREFIXES["aiop"] + kind)
        defined = a.facts.quads_for_pattern(term, SKOS.definition, None, GRAPH.ontology)
        definition = next((quad.object.value for quad in defined), "")  # type: ignore[union-attr]
        groups.append(
            StepGroup(
                sentence(a.labels(term)),
                definition,
                len(closes[kind]),
                tuple(steps[:_MOST_STEPS]),
                max(0, len(steps) - _MOST_STEPS),
            )
        )
    return tuple(sorted(groups, key=lambda group: (-group.closes, group.label)))


def _frees(use_cases: int, decisions: int, indicators: int) -> str:
    freed = [
        count(number, noun)
        for number, noun in (
            (use_cases, "use case"),
            (decisions, "high-stakes decision"),
            (indicators, "indicator"),
        )
        if number
    ]
    return listing(freed, 3)


def frequent_gaps(a: Assessment) -> tuple[FrequentGap, ...]:
    """Return the rules that are broken, the gravest first, then those that most elements break."""
    rules = {rule.code: rule for rule in a.rules}
    told: dict[str, set[str]] = defaultdict(set)
    for finding in a.findings:
        if finding.verdict == "violated":
            told[finding.rule].add(finding.recommendation)
    alone = {code: next(iter(remedies)) for code, remedies in told.items() if len(remedies) == 1}
    elements = {code: row["violated"] for code, row in a.verdicts.items() if row["violated"]}
    grave = list(SEVERITIES)
    ordered = sorted(elements, key=lambda code: (grave.index(rules[code].severity.lower()), -elements[code], code))
    return tuple(
        FrequentGap(
            code,
            rules[code].label,
            sentence(a.labels(rules[code].failure_mode)),
            alone.get(code) or rules[code].remedy.replace("{$this}", "each of them"),
            SEVERITIES[rules[code].severity.lower()],
            elements[code],
            a.labels(rules[code].effort),
        )
        for code in ordered
    )


def origins_of(a: Assessment) -> tuple[tuple[Origin, ...], int]:
    """Return the first elements at which gaps start, and how many more there are; none if most are alike."""
    telling = [cause for cause in a.cascades.root_causes if cause.reaches]
    ranks = Counter((c.frees_use_cases, c.frees_high_stakes, c.frees_kpis, len(c.findings), c.reaches) for c in telling)
    if ranks and max(ranks.values()) > _TOO_ALIKE * len(telling) and len(telling) > _MOST_ORIGINS:
        return (), len(telling)
    first = tuple(
        Origin(
            cause.focus,
            cause.label,
            len(cause.findings),
            cause.reaches,
            _frees(cause.frees_use_cases, cause.frees_high_stakes, cause.frees_kpis),
        )
        for cause in telling[:_MOST_ORIGINS]
    )
    return first, max(0, len(telling) - _MOST_ORIGINS)
