"""What comes into force: day by day, what rules that begin later will find."""

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.report.wording import SEVERITIES, VERDICT_WORDS
from aiopkg.validate.findings import VERDICTS

__all__ = ["Coming", "coming_of"]

_MOST_BROKEN = 20


@dataclass(frozen=True, slots=True)
class Coming:
    """What one rule will find from a day on; ``rest`` says in words what it finds beside what is broken."""

    day: str
    code: str
    label: str
    contested: bool
    severity: str
    elements: int
    broken: int
    messages: tuple[str, ...]
    unlisted: int
    rest: str


def coming_of(a: Assessment) -> tuple[Coming, ...]:
    """Return what comes into force after the day of an assessment, by day; nothing if nobody asked."""
    found = []
    for upcoming in a.upcoming or ():
        messages = tuple(finding.message for finding in upcoming.findings if finding.verdict == "violated")
        others = [finding.verdict for finding in upcoming.findings if finding.verdict != "violated"]
        found.append(
            Coming(
                upcoming.date.isoformat(),
                upcoming.rule.code,
                upcoming.rule.label,
                upcoming.rule.contested,
                SEVERITIES[upcoming.rule.severity.lower()],
                upcoming.elements,
                len(messages),
                messages[:_MOST_BROKEN],
                max(len(messages) - _MOST_BROKEN, 0),
                ", ".join(f"{others.count(v):,} {VERDICT_WORDS[v]}" for v in VERDICTS if v in others),
            )
        )
    return tuple(found)
