"""The report as Markdown (GFM): what stands in the way in short, then each rule with its gaps, then all findings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from aiopkg.assessment import Assessment
from aiopkg.explain import Contradiction
from aiopkg.report.compared import gaps_compared
from aiopkg.report.escapes import for_markdown
from aiopkg.report.order import SEVERITIES, gravest_first
from aiopkg.validate.findings import VERDICTS, Finding

__all__ = ["to_markdown"]

_MOST_FIRST_STEPS = 5


def to_markdown(assessment: Assessment) -> str:
    """Return the document; every text of the organization is escaped."""
    return "\n".join(_lines(assessment)) + "\n"


def _lines(a: Assessment) -> Iterator[str]:
    ordered = gravest_first(a)
    broken = [finding for finding in ordered if finding.verdict == "violated"]
    yield f"# {for_markdown(a.organization_label)}, as of {a.as_of}"
    yield ""
    if a.cut:
        yield f"**{for_markdown(a.cut.in_words(len(a.rules)))}**"
        yield ""
    yield from _in_short(a, broken)
    if a.contradictions:
        yield "## What contradicts itself"
        yield ""
        yield from _table(
            ("Id", "State", "Contradiction", "Place"), ([*_clash(a, clash)] for clash in a.contradictions)
        )
    if broken:
        yield "## Gaps by rule"
        yield ""
        yield from _table(("Rule", "Severity", "Should hold", "Gaps", "What to do"), _by_rule(a, broken))
    first = [each for each in a.recommendations if each.kind != "CloseGap"][:_MOST_FIRST_STEPS]
    if first:
        yield "## What to do first"
        yield ""
        yield from (f"1. {for_markdown(each.message)} ({for_markdown(each.effort)})" for each in first)
        yield ""
    if ordered:
        yield "## Findings"
        yield ""
        headings = ("Id", "Rule", "Severity", "Verdict", "Element", "Finding", "Place")
        yield from _table(headings, ([*_row(a, finding)] for finding in ordered))
    if a.closed:
        yield "## Closed since the baseline"
        yield ""
        yield from _table(("Id", "Rule", "Element", "Was"), ((k.id, k.rule, k.label, k.message) for k in a.closed))
    if a.settled:
        yield "## Contradictions that are none any more"
        yield ""
        yield from _table(("Id", "Was"), ((known.id, known.message) for known in a.settled))


def _in_short(a: Assessment, broken: Sequence[Finding]) -> Iterator[str]:
    severities = Counter(finding.severity for finding in broken)
    verdicts = Counter(finding.verdict for finding in a.findings)
    counts = ", ".join(f"{severities[name]:,} {name}" for name in SEVERITIES if severities[name]) or "no gap"
    besides = "".join(f", {verdicts[v]:,} {v.replace('_', ' ')}" for v in VERDICTS[2:] if verdicts[v])
    packs = f" with {' and '.join(map(for_markdown, a.packs))}" if a.packs else ""
    yield f"{len(a.rules)} rules{packs}, {a.model.size:,} facts: {counts}{besides}."
    yield ""
    if a.baseline:
        gaps = gaps_compared(a)
        yield f"Of the gaps, {gaps.new:,} are new and {gaps.carried:,} carried over; {gaps.closed:,} closed."
        yield ""
    if a.left_out:
        yield f"Left out by the settings: {', '.join(a.left_out)}."
        yield ""


def _by_rule(a: Assessment, broken: Sequence[Finding]) -> Iterator[tuple[str, ...]]:
    rules = {rule.code: rule for rule in a.rules}
    for code, count in sorted(
        Counter(finding.rule for finding in broken).items(),
        key=lambda item: (SEVERITIES.index(rules[item[0]].severity.lower()), item[0]),
    ):
        rule = rules[code]
        yield code, rule.severity.lower(), rule.label, f"{count:,}", rule.remedy.replace("{$this}", "each of them")


def _row(a: Assessment, finding: Finding) -> Iterator[str]:
    state = ", carried over" if a.state_of(finding) == "carried" else ""
    note = f" ({finding.note})" if finding.note else ""
    yield from (finding.id, finding.rule, finding.severity, finding.verdict + state)
    yield from (finding.label, finding.message + note, _place(finding))


def _clash(a: Assessment, clash: Contradiction) -> Iterator[str]:
    yield from (clash.id, "carried over" if a.state_of(clash) == "carried" else "new", clash.message, _place(clash))


def _place(gap: Finding | Contradiction) -> str:
    return ":".join(str(part) for part in (gap.file, gap.line) if part is not None)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(map(for_markdown, row))} |"
    yield ""
