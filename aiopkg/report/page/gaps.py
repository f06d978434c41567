"""All gaps, rule by rule: those that are broken, in progress, waived or stated not to apply, up to a number."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.wording import SEVERITIES, VERDICT_WORDS, Bar, bar, element, listing, place, sentence
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding

__all__ = ["Gap", "RuleGaps", "rule_gaps"]

_MOST_ROWS = 3000
_FEWEST_BROKEN = 30
_MOST_BROKEN = 500
_MOST_EXCUSED = 40
_MOST_UNITS = 4
_LISTED = ("violated", "in_progress", "waived", "not_applicable")


@dataclass(frozen=True, slots=True)
class Gap:
    """One finding as a row."""

    id: str
    label: str
    message: str
    unit: str
    verdict: str
    word: str
    note: str
    place: str


@dataclass(frozen=True, slots=True)
class RuleGaps:
    """The findings of one rule, with what the rule says; ``unlisted`` says in words which rows are left out."""

    code: str
    label: str
    weakness: str
    why: str
    severity: str
    area: str
    remedy: str
    effort: str
    pack: str
    contested: bool
    sources: tuple[str, ...]
    bar: Bar
    broken: int
    unknown: int
    rows: tuple[Gap, ...]
    unlisted: tuple[str, ...]


def rule_gaps(a: Assessment) -> tuple[RuleGaps, ...]:
    """Return every rule that something does not satisfy, the gravest first, then the most broken."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in a.findings:
        by_rule[finding.rule].append(finding)
    grave = list(SEVERITIES.values())
    units = _units_of_findings(a)
    broken = sum(row["violated"] > 0 for row in a.verdicts.values())
    most = min(_MOST_BROKEN, max(_FEWEST_BROKEN, _MOST_ROWS // max(broken, 1)))
    found = [_rule(a, rule, by_rule[rule.code], units, most) for rule in a.rules if rule.code in by_rule]
    found.sort(key=lambda r: (not r.broken, grave.index(r.severity), -r.broken, -len(r.rows), -r.unknown, r.code))
    return tuple(found)


def _units_of_findings(a: Assessment) -> Mapping[str, str]:
    """Map the id of each gap to the names of the units that it lies in, and of what these belong to."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for score in a.overview.units:
        part = a.overview.part_of.get(score.unit, score.unit)
        for finding in score.findings:
            names[finding].update({score.label: None, a.labels(element(part)): None})
    return {finding: listing(list(labels), _MOST_UNITS) for finding, labels in names.items()}


def _rule(
    a: Assessment, rule: Rule, findings: Sequence[Finding], units: Mapping[str, str], most_broken: int
) -> RuleGaps:
    rows: list[Gap] = []
    unlisted: list[str] = []
    for verdict in _LISTED:
        same = sorted((f for f in findings if f.verdict == verdict), key=lambda f: (f.label, f.id))
        most = most_broken if verdict == "violated" else _MOST_EXCUSED
        rows += [_gap(finding, units.get(finding.id, "")) for finding in same[:most]]
        if len(same) > most:
            unlisted.append(f"{len(same) - most:,} more {VERDICT_WORDS[verdict]}")
    unknown = sum(finding.verdict == "unknown" for finding in findings)
    if unknown:
        unlisted.append(f"{unknown:,} {VERDICT_WORDS['unknown']}")
    return RuleGaps(
        code=rule.code,
        label=rule.label,
        weakness=sentence(a.labels(rule.failure_mode)),
        why=rule.why,
        severity=SEVERITIES[rule.severity.lower()],
        area=a.labels(rule.pillar),
        remedy=_remedy(rule, findings),
        effort=a.labels(rule.effort),
        pack=rule.pack,
        contested=rule.contested,
        sources=tuple(f"{c.standard} {c.id}" for c in rule.cites),
        bar=bar(a.verdicts[rule.code]),
        broken=sum(finding.verdict == "violated" for finding in findings),
        unknown=unknown,
        rows=tuple(rows),
        unlisted=tuple(unlisted),
    )


def _remedy(rule: Rule, findings: Sequence[Finding]) -> str:
    """Return what to do: about the only element that breaks the rule, or about each of several."""
    broken = {finding.recommendation for finding in findings if finding.verdict == "violated"}
    return broken.pop() if len(broken) == 1 else sentence(rule.remedy.replace("{$this}", "each of them"))


def _gap(finding: Finding, unit: str) -> Gap:
    return Gap(
        finding.id,
        finding.label,
        finding.message,
        unit,
        finding.verdict,
        VERDICT_WORDS[finding.verdict],
        finding.note,
        place(finding),
    )
