"""The outlook in a line each: where to begin, what to avoid, proving grounds, what to build once, workflows."""

from collections.abc import Iterator, Sequence

from aiopkg.assessment import Assessment
from aiopkg.derive.launch import Standing
from aiopkg.derive.portfolio import Portfolio
from aiopkg.derive.workflow import WorkflowView
from aiopkg.report.wording import days, listing, percent

__all__ = ["outlook_lines"]

_MOST = 3


def outlook_lines(a: Assessment) -> Iterator[tuple[str, str]]:
    """Yield a heading and what there is to say of it, for all of which there is anything to say."""
    outlook = a.overview.outlook
    period = days(outlook.loop_period)
    principles = [f"{p.label} {percent(p.score)}" for p in a.overview.principles if p.score is not None]
    said = (
        ("Principles", ", ".join(principles)),
        ("Begin in", listing([_ready(standing) for standing in outlook.launch.zones], _MOST)),
        ("Avoid", listing([_shut(standing) for standing in outlook.launch.avoid], _MOST)),
        (
            "Proves soonest",
            listing([f"{g.label} ({g.density:,.3g} rounds in {period})" for g in outlook.grounds], _MOST),
        ),
        ("Open signals", listing([s.label for s in outlook.signals if s.open_to or s.needed_by], _MOST)),
        ("Build once", listing([_once(label, use) for label, use in _builds(outlook.portfolio)], _MOST)),
        ("Next costs", _effort(outlook.portfolio)),
        ("Workflows", _flows(outlook.workflows)),
    )
    yield from ((heading, words) for heading, words in said if words)


def _ready(standing: Standing) -> str:
    return f"{standing.label} ({percent(standing.readiness)} ready)"


def _shut(standing: Standing) -> str:
    """Name a unit and the gates that are shut there."""
    shut = [f"{gate.label} {percent(gate.value)}" for gate in standing.at("shut")]
    return f"{standing.label} ({', '.join(shut)})"


def _builds(portfolio: Portfolio) -> list[tuple[str, int]]:
    return [(f"{each.label} ({each.kind_label})", len(each.use_cases)) for each in portfolio.build_once]


def _once(label: str, use_cases: int) -> str:
    return f"{label} for {use_cases:,} use {'case' if use_cases == 1 else 'cases'}"


def _effort(portfolio: Portfolio) -> str:
    found = portfolio.person_days
    if found is None:
        return ""
    return (
        f"{found.later:,.0f} days of work in the later half of {found.known:,} use cases, {found.earlier:,.0f} before"
    )


def _flows(views: Sequence[WorkflowView]) -> str:
    told = [
        f"{view.label} {days(view.today.days)} today, {days(view.side_by_side.days)} side by side, "
        f"{days(view.automated.days)} with steps by machine"
        for view in views
        if view.today and view.side_by_side and view.automated and view.today.days
    ]
    return "; ".join(told[:_MOST]) + (f" and {len(told) - _MOST:,} more" if len(told) > _MOST else "")
