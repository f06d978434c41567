"""Findings as workflow commands of GitHub Actions, which show them on the lines of a pull request."""

from collections.abc import Iterator

from aiopkg.assessment import Assessment
from aiopkg.explain import Contradiction
from aiopkg.report.escapes import for_annotation, for_line, for_property
from aiopkg.report.order import gravest_first
from aiopkg.validate.findings import Finding

__all__ = ["to_github"]

_COMMANDS = {"violation": "error", "warning": "warning", "info": "notice"}


def to_github(assessment: Assessment) -> str:
    """Return an annotation for each contradiction and gap, the gravest first: GitHub shows ten of a kind for a step.

    What the baseline knows, and what is unknown or excused, is listed in a group of the log and annotates nothing.
    """
    return "".join(f"{line}\n" for line in _lines(assessment))


def _lines(a: Assessment) -> Iterator[str]:
    ordered = gravest_first(a)
    loud: list[Finding | Contradiction] = [clash for clash in a.contradictions if a.state_of(clash) == "new"]
    loud += [finding for finding in ordered if finding.verdict == "violated" and a.state_of(finding) == "new"]
    quiet = [finding for finding in ordered if finding.verdict != "violated" or a.state_of(finding) == "carried"]
    yield for_line(f"{a.organization_label}, as of {a.as_of}: {len(loud):,} gaps, {len(quiet):,} other findings")
    if a.cut:
        yield f"::error title=not complete::{for_annotation(a.cut.in_words(len(a.rules)))}"
    yield from (_annotation(finding) for finding in loud)
    if quiet:
        yield "::group::Known before, unknown or excused"
        yield from (_said(a, finding) for finding in quiet)
        yield "::endgroup::"


def _annotation(gap: Finding | Contradiction) -> str:
    place = {"file": gap.file, "line": gap.line} if gap.file else {}
    given = {**place, "title": f"{gap.rule} ({gap.id})"}
    said = ",".join(f"{name}={for_property(str(value))}" for name, value in given.items() if value is not None)
    text = f"{gap.message} {gap.recommendation}" if isinstance(gap, Finding) else gap.message
    return f"::{_COMMANDS[gap.severity]} {said}::{for_annotation(text)}"


def _said(a: Assessment, finding: Finding) -> str:
    state = " (carried over)" if a.state_of(finding) == "carried" else ""
    note = f" ({finding.note})" if finding.note else ""
    return for_line(f"{finding.verdict}{state} {finding.rule} ({finding.id}): {finding.message}{note}")
