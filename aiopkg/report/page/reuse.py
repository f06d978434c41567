"""What can be used again and done faster: signals, the portfolio, what to build once, and workflows."""

from collections.abc import Callable

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.portfolio import BuildOnce, Halves, Launched
from aiopkg.derive.signals import Signal
from aiopkg.derive.workflow import CriticalPath, WorkflowView
from aiopkg.report.page.begin import labels_of
from aiopkg.report.wording import days, listing, percent, sentence
from aiopkg.vocab import AIOP, GRAPH, SKOS

__all__ = ["Flow", "Next", "Once", "Reuse", "SignalShown", "reuse_of"]

_MOST_SIGNALS = 15
_MOST_LIVE = 20
_MOST_ONCE = 12
_MOST_FLOWS = 12

_WAYS = ("As it is", "Side by side", "And by machine")


@dataclass(frozen=True, slots=True)
class SignalShown:
    """A dataset by its keeper, how often it is refreshed, who reads it and who could."""

    label: str
    dataset: str
    keeper: str
    refresh: str
    reuse: int
    read_by: str
    needed_by: str
    open_to: str


@dataclass(frozen=True, slots=True)
class Next:
    """A live use case in its place: what it took, and how much of what it rests on was there."""

    number: str
    label: str
    use_case: str
    since: str
    took: str
    rests: str
    width: str
    reused: str


@dataclass(frozen=True, slots=True)
class Once:
    """What to build once: of which kind, what there is of it, and for whom."""

    kind: str
    label: str
    what: str
    copies: str
    use_cases: str
    units: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A workflow by its three critical paths: each with its days, the width of its bar and its steps."""

    label: str
    workflow: str
    saved: str
    paths: tuple[tuple[str, str, str, str], ...]
    note: str


@dataclass(frozen=True, slots=True)
class Reuse:
    """All of it, each with how many more there are than are shown."""

    signal: str
    signals: tuple[SignalShown, ...]
    more_signals: int
    share: str
    effort: str
    trends: tuple[str, ...]
    live: tuple[Next, ...]
    more_live: int
    once: tuple[Once, ...]
    more_once: int
    flows: tuple[Flow, ...]
    more_flows: int


def reuse_of(a: Assessment) -> Reuse:
    """Return what can be used again."""
    outlook = a.overview.outlook
    portfolio = outlook.portfolio
    useful = [s for s in outlook.signals if s.reuse or s.needed_by or s.open_to]
    return Reuse(
        _defined(a, AIOP.Signal),
        tuple(_signal(signal) for signal in useful[:_MOST_SIGNALS]),
        max(0, len(outlook.signals) - min(len(useful), _MOST_SIGNALS)),
        percent(portfolio.reuse_share) if portfolio.reuse_share is not None else "",
        _defined(a, AIOP.MarginalEffort),
        tuple(
            said
            for said in (
                _trend(portfolio.person_days, "Days of work", "{:,.0f}".format),
                _trend(portfolio.reused, "Of what they rest on, was there already", percent),
            )
            if said
        ),
        tuple(_next(use) for use in portfolio.live[:_MOST_LIVE]),
        max(0, len(portfolio.live) - _MOST_LIVE),
        tuple(_once(each) for each in portfolio.build_once[:_MOST_ONCE]),
        max(0, len(portfolio.build_once) - _MOST_ONCE),
        tuple(_flow(view) for view in outlook.workflows[:_MOST_FLOWS]),
        max(0, len(outlook.workflows) - _MOST_FLOWS),
    )


def _defined(a: Assessment, term: NamedNode) -> str:
    return next(iter(a.facts.quads_for_pattern(term, SKOS.definition, None, GRAPH.ontology))).object.value  # type: ignore[union-attr]


def _signal(signal: Signal) -> SignalShown:
    return SignalShown(
        signal.label,
        signal.dataset,
        labels_of(signal.keepers),
        "" if signal.refresh_days is None else f"every {days(signal.refresh_days).removeprefix('1 ')}",
        signal.reuse,
        listing([reader.label for reader in signal.read_by], 5),
        listing([reader.label for reader in signal.needed_by], 5),
        listing([f"{o.label} (by {labels_of(o.by, 2)})" for o in signal.open_to], 5, signal.open_to_units),
    )


def _trend(halves: Halves | None, what: str, shown: Callable[[float], str]) -> str:
    if halves is None:
        return ""
    earlier = f"{shown(halves.earlier)} in the earlier half of the use cases"
    return f"{what}, on average: {earlier}, {shown(halves.later)} in the later."


def _next(use: Launched) -> Next:
    total = len(use.reused) + len(use.new)
    share = len(use.reused) / total if total else 0.0
    return Next(
        "" if use.number is None else str(use.number),
        use.label,
        use.use_case,
        use.live_since or "",
        "" if use.person_days is None else f"{use.person_days:,.0f}",
        f"{len(use.reused)} of {total}" if total else "",
        f"{100 * share:.1f}",
        labels_of(use.reused, 6),
    )


def _once(each: BuildOnce) -> Once:
    built = [f"{copy.label} ({labels_of(copy.built_by, 2)})" if copy.built_by else copy.label for copy in each.copies]
    return Once(
        sentence(each.kind_label),
        sentence(each.label),
        each.what,
        listing(built, 5),
        labels_of(each.use_cases, 6),
        labels_of(each.units, 6),
    )


def _flow(view: WorkflowView) -> Flow:
    ways = (view.today, view.side_by_side, view.automated)
    longest = max((path.days for path in ways if path), default=0.0)
    saved = view.today.days - view.automated.days if view.today and view.automated else 0.0
    notes = []
    if view.could_run_by_themselves:
        notes.append(f"Could run by themselves: {listing(view.could_run_by_themselves, 5)}.")
    if view.without_duration:
        notes.append(f"No duration is recorded of {listing(view.without_duration, 5)}.")
    if not all(ways):
        notes.append("Its steps wait for one another in a circle.")
    return Flow(
        view.label,
        view.workflow,
        f"{days(saved)} less" if saved else "",
        tuple(_path(way, path, longest) for way, path in zip(_WAYS, ways, strict=True) if path and longest),
        " ".join(notes),
    )


def _path(way: str, path: CriticalPath, longest: float) -> tuple[str, str, str, str]:
    return way, days(path.days), f"{100 * path.days / longest:.1f}", " \u2192 ".join(path.steps)
