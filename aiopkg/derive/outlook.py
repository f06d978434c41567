"""The outlook: where to begin, where AI proves itself soonest, what can be used again, and what waits for no reason."""

from collections.abc import Sequence

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.launch import Launch, see_launch
from aiopkg.derive.maturity import UnitScore
from aiopkg.derive.placement import Element
from aiopkg.derive.portfolio import Portfolio, see_portfolio
from aiopkg.derive.signals import Ground, Signal, see_grounds, see_signals
from aiopkg.derive.workflow import WorkflowView, view_workflows
from aiopkg.model.labels import Labels
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["Outlook", "look_out"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything that is ranked for what to do next, each rank with its reasons; ``loop_period`` is in days."""

    launch: Launch
    grounds: tuple[Ground, ...]
    loop_period: float
    signals: tuple[Signal, ...]
    portfolio: Portfolio
    workflows: tuple[WorkflowView, ...]


def look_out(store: FactStore, organization: Element, scores: Sequence[UnitScore], labels: Labels) -> Outlook:
    """Rank units, datasets, use cases and workflows of an organization by what is measured of them."""
    return Outlook(
        see_launch(store, organization, scores, labels),
        see_grounds(store, organization, labels),
        float(next(iter(store.quads_for_pattern(AIOP.LoopPeriod, AIOP.limit, None, GRAPH.measures))).object.value),  # type: ignore[union-attr]
        see_signals(store, organization, labels),
        see_portfolio(store, organization, labels),
        view_workflows(store, labels),
    )
