"""The executive view: the most important facts in a sentence or two, what is at risk, and what to do first."""

from collections import Counter
from collections.abc import Sequence

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.compared import contradictions_compared, gaps_compared
from aiopkg.report.page.packs import packs_of
from aiopkg.report.page.risks import Risk, risks_of
from aiopkg.report.page.steps import FrequentGap, Origin, StepGroup, frequent_gaps, origins_of, step_groups
from aiopkg.report.wording import SEVERITIES, Bar, bar, count, heat, percent, place, sentence
from aiopkg.validate.findings import Finding

__all__ = ["Brief", "Figure", "Principle", "brief", "violated"]

_MOST_FREQUENT = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A number to be seen first, with its words and the style that it is shown in."""

    number: str
    words: str
    style: str


@dataclass(frozen=True, slots=True)
class Principle:
    """A principle with its score; ``measured`` tells whether any rule in force is part of it."""

    label: str
    definition: str
    score: str
    heat: int
    bar: Bar
    measured: bool
    weakest: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """Facts that cannot all be true, in a sentence, with the name by which they are explained."""

    id: str
    message: str
    place: str
    carried: bool


@dataclass(frozen=True)
class Brief:
    """Everything that the executive view shows."""

    headline: str
    sentences: tuple[str, ...]
    figures: tuple[Figure, ...]
    risks: tuple[Risk, ...]
    groups: tuple[StepGroup, ...]
    origins: tuple[Origin, ...]
    more_origins: int
    frequent: tuple[FrequentGap, ...]
    more_frequent: int
    principles: tuple[Principle, ...]
    contradictions: tuple[Clash, ...]
    settled: tuple[str, ...]
    cut: str


def violated(a: Assessment) -> tuple[Finding, ...]:
    """Return the findings that are gaps."""
    return tuple(finding for finding in a.findings if finding.verdict == "violated")


def brief(a: Assessment) -> Brief:
    """Sum up an assessment."""
    gaps = violated(a)
    risks = risks_of(a, gaps)
    origins, more_origins = origins_of(a)
    frequent = frequent_gaps(a)
    return Brief(
        headline=_headline(a, gaps),
        sentences=tuple(_sentences(a, gaps, risks)),
        figures=_figures(a, gaps),
        risks=risks,
        groups=step_groups(a),
        origins=origins,
        more_origins=more_origins,
        frequent=frequent[:_MOST_FREQUENT],
        more_frequent=max(0, len(frequent) - _MOST_FREQUENT),
        principles=_principles(a),
        contradictions=tuple(
            Clash(clash.id, clash.message, place(clash), a.state_of(clash) == "carried") for clash in a.contradictions
        ),
        settled=tuple(known.message for known in a.settled if known.message),
        cut=a.cut.in_words(len(a.rules)) if a.cut else "",
    )


def _headline(a: Assessment, gaps: Sequence[Finding]) -> str:
    serious = sum(finding.severity == "violation" for finding in gaps)
    if not gaps:
        judged = any(sum(row.values()) for row in a.verdicts.values())
        if a.cut:
            return "No gap was found until a limit was reached."
        return "No gap was found in what was reported." if judged else "Nothing that is described could be judged."
    grave = "none of them serious" if not serious else f"{serious:,} of them serious"
    if serious == len(gaps):
        grave = "each of them serious" if serious > 1 else "a serious one"
    return f"{count(len(gaps), 'gap')}, {grave}."


def _sentences(a: Assessment, gaps: Sequence[Finding], risks: Sequence[Risk]) -> list[str]:
    said = []
    at_risk = {risk.kind: risk for risk in risks if risk.reached}
    touched = [
        _part(risk.reached, risk.total, noun)
        for kind, noun in (("use_case", "use case"), ("decision", "high-stakes decision"))
        if (risk := at_risk.get(kind))
    ]
    if gaps and touched:
        said.append(f"They touch {' and '.join(touched)}.")
    scored = [pillar for pillar in a.overview.pillars if pillar.score is not None and pillar.verdicts["violated"]]
    if scored:
        weakest = min(scored, key=lambda pillar: pillar.score or 0)
        said.append(
            f"The weakest pillar is {weakest.label}, where {percent(weakest.score)} of what could be judged holds."
        )
    said += [f"{pack.label}: {pack.summary}" for pack in packs_of(a) if pack.summary]
    unknown = sum(row["unknown"] for row in a.verdicts.values())
    judged = sum(sum(row.values()) for row in a.verdicts.values())
    if unknown:
        said.append(
            f"{percent(unknown / judged)} of {count(judged, 'check')} cannot be decided from what was reported; "
            "they count neither for nor against anybody."
        )
    if a.baseline:
        since = gaps_compared(a)
        said.append(
            f"Since the baseline, gaps: {since.new:,} new, {since.carried:,} known before, {since.closed:,} closed."
        )
        clashes = contradictions_compared(a)
        if clashes:
            counts = f"{clashes.new:,} new, {clashes.carried:,} known before, {clashes.closed:,} settled"
            said.append(f"Contradictions: {counts}.")
    if a.left_out:
        said.append(
            f"{count(len(a.left_out), 'rule')} {'is' if len(a.left_out) == 1 else 'are'} left out by the settings."
        )
    return said


def _part(number: int, total: int, noun: str) -> str:
    if number < total:
        return f"{number:,} of {count(total, noun)}"
    if total == 2:
        return f"both {noun}s"
    return f"all {count(total, noun)}" if total > 1 else f"the only {noun}"


def _figures(a: Assessment, gaps: Sequence[Finding]) -> tuple[Figure, ...]:
    severities = Counter(finding.severity for finding in gaps)
    totals: Counter[str] = Counter()
    for row in a.verdicts.values():
        totals.update(row)
    nouns = {"serious": ("serious gap", "serious gaps"), "warning": ("warning", "warnings"), "hint": ("hint", "hints")}
    figures = [
        Figure(f"{severities[name]:,}", nouns[word][severities[name] != 1], word) for name, word in SEVERITIES.items()
    ]
    figures.append(Figure(f"{totals['satisfied']:,}", "checks that hold", "holds"))
    underway = totals["in_progress"] + totals["waived"] + totals["not_applicable"]
    if underway:
        figures.append(Figure(f"{underway:,}", "in progress, waived or stated not to apply", "excused"))
    figures.append(Figure(f"{totals['unknown']:,}", "checks that cannot be decided", "unknown"))
    return tuple(figures)


def _principles(a: Assessment) -> tuple[Principle, ...]:
    labels = {rule.code: rule.label for rule in a.rules}
    views = []
    for principle in a.overview.principles:
        broken = sorted(
            (code for code in principle.rules if a.verdicts[code]["violated"]),
            key=lambda code: (-a.verdicts[code]["violated"], code),
        )
        views.append(
            Principle(
                sentence(principle.label),
                principle.definition,
                percent(principle.score),
                heat(principle.verdicts),
                bar(principle.verdicts),
                bool(principle.rules),
                tuple((code, labels[code], a.verdicts[code]["violated"]) for code in broken[:2]),
            )
        )
    return tuple(views)
