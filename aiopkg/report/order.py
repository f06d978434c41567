"""Findings in the order in which somebody should read them."""

from aiopkg.assessment import Assessment
from aiopkg.validate.findings import VERDICTS, Finding

__all__ = ["SEVERITIES", "gravest_first"]

SEVERITIES = ("violation", "warning", "info")
"""The severities, the gravest first."""


def gravest_first(a: Assessment) -> list[Finding]:
    """Return gaps before what is unknown or excused, the gravest first, new ones before those carried over."""
    return sorted(
        a.findings,
        key=lambda f: (
            VERDICTS.index(f.verdict),
            SEVERITIES.index(f.severity),
            a.state_of(f) == "carried",
            *(f.rule, f.label, f.id),
        ),
    )
