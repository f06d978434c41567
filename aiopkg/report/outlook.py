"""The parts of the JSON report about maturity, and about where to begin and what to use again."""

from typing import Any

from aiopkg.assessment import Assessment
from aiopkg.derive.maturity import UnitScore
from aiopkg.report.plain import plain

__all__ = ["maturity_of", "outlook_of"]

Json = dict[str, Any]


def maturity_of(score: UnitScore) -> Json:
    """Return how a unit stands in a pillar, each point with the rule and the elements that gave it or cost it."""
    level, step = score.level, score.next
    return {
        "unit": score.unit,
        "label": score.label,
        "pillar": score.pillar,
        "satisfied": score.satisfied,
        "violated": score.violated,
        "unknown": score.unknown,
        "score": score.score,
        "findings": list(score.findings),
        "level": None if level is None else {"level": level.iri, "order": level.order, "label": level.label},
        "rating": None if level is None else {"letter": level.letter, "label": level.band},
        "trace": [plain(point) for point in score.trace],
        "next": None
        if step is None
        else {
            "level": step.level,
            "label": step.label,
            "close": [
                {"rule": rule, "focus": focus, "findings": list(findings)} for rule, focus, findings in step.close
            ],
        },
    }


def outlook_of(a: Assessment) -> Json:
    """Return what is ranked for what to do next, each rank with its reasons."""
    outlook = a.overview.outlook
    return {
        "workflows": [plain(view) for view in outlook.workflows],
        "launch_zones": [plain(standing) for standing in outlook.launch.zones],
        "units_to_avoid": [plain(standing) for standing in outlook.launch.avoid],
        "units_between": [plain(standing) for standing in outlook.launch.between],
        "proving_grounds": [plain(ground) for ground in outlook.grounds],
        "signals": [plain(signal) for signal in outlook.signals],
        "portfolio": plain(outlook.portfolio),
    }
