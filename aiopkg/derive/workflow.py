"""Workflows: the longest chain of steps today, with steps side by side, and with automated steps besides."""

from collections import defaultdict
from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter

from pyoxigraph import NamedNode

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.model.labels import Labels
from aiopkg.vocab import GRAPH

__all__ = ["CriticalPath", "WorkflowView", "longest_path", "view_workflows"]


@dataclass(frozen=True, slots=True)
class CriticalPath:
    """The longest chain of steps, first step first, and its length in days; steps by label."""

    days: float
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """A workflow by its critical paths.

    ``today`` keeps every stated order, ``side_by_side`` only that of steps which need one another's output,
    ``automated`` moreover counts no time for the steps in ``could_run_by_themselves``. All three are nothing where
    steps wait for one another in a circle. ``without_duration`` are steps that count as no time because none is
    recorded, so that the lengths are at least so long.
    """

    workflow: str
    label: str
    today: CriticalPath | None
    side_by_side: CriticalPath | None
    automated: CriticalPath | None
    could_run_by_themselves: tuple[str, ...]
    without_duration: tuple[str, ...]


def longest_path(days: Mapping[str, float], after: Mapping[str, Set[str]]) -> tuple[float, tuple[str, ...]]:
    """Return the longest chain of steps and its length; of equal chains the first by the alphabet.

    ``after`` maps a step to those that come before it. Raises :class:`graphlib.CycleError` for a circle.
    """
    best: dict[str, tuple[float, tuple[str, ...]]] = {}
    for step in TopologicalSorter({name: sorted(after.get(name, ())) for name in sorted(days)}).static_order():
        before = [best[other] for other in after.get(step, ())]
        length, chain = min(before, key=lambda path: (-path[0], path[1]), default=(0.0, ()))
        best[step] = (length + days[step], (*chain, step))
    return min(best.values(), key=lambda path: (-path[0], path[1]), default=(0.0, ()))


def view_workflows(store: FactStore, labels: Labels) -> tuple[WorkflowView, ...]:
    """Return the workflows that have steps, those that would gain most days first."""
    steps: dict[object, dict[str, dict[str, list[object]]]] = defaultdict(dict)
    names: dict[str, str] = {}
    for row in store.query(assets.query("overview", "workflows"), default_graph=list(GRAPH.facts)):  # type: ignore[union-attr]
        step = str(row["step"])
        names[step] = labels(row["step"])
        facts = steps[row["workflow"]].setdefault(step, defaultdict(list))
        if row["fact"] is not None:
            facts[row["fact"].value].append(row["value"])
    views = [_view(workflow, found, names, labels) for workflow, found in steps.items()]
    return tuple(sorted(views, key=lambda view: (-_gain(view), view.label, view.workflow)))


def _view(
    workflow: object, steps: Mapping[str, Mapping[str, list[object]]], names: Mapping[str, str], labels: Labels
) -> WorkflowView:
    days = {step: max((float(d.value) for d in facts.get("days", ())), default=0.0) for step, facts in steps.items()}  # type: ignore[attr-defined]
    needs = {step: {str(s) for s in facts.get("needs", ())} & steps.keys() for step, facts in steps.items()}
    waits = {step: {str(s) for s in facts.get("waits for", ())} & steps.keys() for step, facts in steps.items()}
    able = sorted(step for step, facts in steps.items() if facts.get("could run by itself"))
    spared = {step: 0.0 if step in able else length for step, length in days.items()}
    orders = ((days, {s: needs[s] | waits[s] for s in steps}), (days, needs), (spared, needs))
    paths: list[CriticalPath | None] = []
    try:
        for lengths, after in orders:
            total, chain = longest_path(lengths, after)
            paths.append(CriticalPath(round(total, 6), tuple(names[step] for step in chain)))
    except CycleError:
        paths = [None, None, None]
    return WorkflowView(
        workflow.value if isinstance(workflow, NamedNode) else str(workflow),
        labels(workflow),  # type: ignore[arg-type]
        paths[0],
        paths[1],
        paths[2],
        tuple(names[step] for step in able),
        tuple(names[step] for step in sorted(steps) if not steps[step].get("days")),
    )


def _gain(view: WorkflowView) -> float:
    return view.today.days - view.automated.days if view.today and view.automated else 0.0
