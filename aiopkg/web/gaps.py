"""The findings, filtered by parameters of the address, a hundred at a time."""

from collections.abc import Iterable, Mapping
from functools import partial

from aiopkg.dataclass import dataclass
from aiopkg.explain import RuleApplicability
from aiopkg.report.page.gaps import RuleGaps
from aiopkg.report.wording import SEVERITIES, VERDICT_WORDS, element, place, sentence
from aiopkg.rules import Rule
from aiopkg.validate.findings import VERDICTS, Finding
from aiopkg.web.paging import Choice, Parameters, Slice, slice_of
from aiopkg.web.shown import Shown

__all__ = ["Gaps", "Line", "gaps_of"]


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as a row."""

    id: str
    rule: str
    rule_label: str
    severity: str
    verdict: str
    word: str
    pillar: str
    focus: str
    label: str
    message: str
    note: str
    place: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """The findings that fit the filters, the choices of each filter, and the rule if one is chosen."""

    slice: Slice[Line]
    text: str
    filters: Mapping[str, tuple[Choice, ...]]
    rule: Rule | None
    sheet: RuleGaps | None
    applicability: RuleApplicability | None


def gaps_of(shown: Shown, parameters: Parameters) -> Gaps:
    """Return the findings that fit; a parameter that is not one of the choices fits nothing.

    ``rule`` is a code, ``pillar`` and ``unit`` as in the choices, ``severity`` and ``verdict`` as in the JSON report,
    ``q`` words that the finding, its rule and its element hold between them.
    """
    code = parameters.get("rule", "")
    fitting = sorted(_fitting(shown, parameters), key=_gravity)
    cut = slice_of(fitting, "findings", parameters)
    return Gaps(
        slice=cut.shown_as(partial(_line, shown)),
        text=parameters.get("q", ""),
        filters=_filters(shown, parameters),
        rule=shown.rules.get(code),
        sheet=shown.rule_gaps.get(code),
        applicability=shown.assessment.applicability.get(code) if code else None,
    )


def _gravity(finding: Finding) -> tuple[int, int, str, str, str]:
    order = list(SEVERITIES)
    return (
        (finding.verdict != "violated") + (finding.verdict == "unknown"),
        order.index(finding.severity),
        finding.rule,
        finding.label,
        finding.id,
    )


def _fitting(shown: Shown, parameters: Parameters) -> Iterable[Finding]:
    chosen = {name: parameters.get(name, "") for name in ("rule", "pillar", "severity", "verdict", "unit")}
    words = parameters.get("q", "").casefold().split()
    inside = frozenset(shown.units.get(chosen["unit"], ()))
    for finding in shown.assessment.findings:
        if (
            chosen["rule"] in ("", finding.rule)
            and chosen["pillar"] in ("", finding.pillar)
            and chosen["severity"] in ("", finding.severity)
            and chosen["verdict"] in ("", finding.verdict)
            and (not chosen["unit"] or finding.id in inside)
            and _holds(shown, finding, words)
        ):
            yield finding


def _holds(shown: Shown, finding: Finding, words: list[str]) -> bool:
    if not words:
        return True
    parts = (finding.id, finding.label, finding.message, shown.rules[finding.rule].label)
    text = " ".join(parts).casefold()
    return all(word in text for word in words)


def _filters(shown: Shown, parameters: Parameters) -> dict[str, tuple[Choice, ...]]:
    def choices(name: str, values: Iterable[tuple[str, str]]) -> tuple[Choice, ...]:
        return tuple(Choice(value, label, value == parameters.get(name, "")) for value, label in values)

    found = {finding.rule for finding in shown.assessment.findings}
    pillars = sorted({finding.pillar for finding in shown.assessment.findings})
    units = sorted((sentence(shown.labels(element(unit))), unit) for unit, gaps in shown.units.items() if gaps)
    return {
        "severity": choices("severity", SEVERITIES.items()),
        "verdict": choices("verdict", [(each, VERDICT_WORDS[each]) for each in VERDICTS if each != "satisfied"]),
        "pillar": choices("pillar", [(each, each) for each in pillars]),
        "unit": choices("unit", [(unit, label) for label, unit in units]),
        "rule": choices("rule", [(code, f"{code} {shown.rules[code].label}") for code in sorted(found)]),
    }


def _line(shown: Shown, finding: Finding) -> Line:
    return Line(
        finding.id,
        finding.rule,
        shown.rules[finding.rule].label,
        SEVERITIES[finding.severity],
        finding.verdict,
        VERDICT_WORDS[finding.verdict],
        finding.pillar,
        finding.focus,
        finding.label,
        finding.message,
        finding.note,
        place(finding),
    )
