"""Workflows: the critical path today, with steps side by side, and with automated steps besides."""

from datetime import date
from itertools import combinations, pairwise

from conftest import EXAMPLE_DAY, ORGS, model_from
from hypothesis import given
from hypothesis import strategies as st

from aiopkg.derive.workflow import WorkflowView, longest_path, view_workflows
from aiopkg.engine import assess, assess_model


def viewed(turtle: str) -> tuple[WorkflowView, ...]:
    found = assess_model(model_from("ex:acme a org:FormalOrganization . " + turtle), as_of=EXAMPLE_DAY)
    return view_workflows(found.store, found.labels)


def test_the_path_shortens_where_steps_need_nothing_of_one_another() -> None:
    found = assess(ORGS / "manufacturer.ttl", as_of=date(2026, 6, 30))
    views = {view.label: view for view in view_workflows(found.store, found.labels)}
    paying = views["Paying a supplier"]
    assert paying.today and paying.side_by_side
    assert (paying.today.days, paying.side_by_side.days) == (6, 4)
    assert paying.side_by_side.steps == ("Check of the delivery note", "Approval of the payment")
    assert views["Repairing a pump"].without_duration == ("Taking in a pump",)


def flow(kind: str) -> WorkflowView:
    (view,) = viewed(
        f"""
        ex:flow a aiop:Workflow .
        ex:sign aiop:stepOf ex:flow ; aiop:stepDuration "P5D"^^xsd:duration ; aiop:takesDecision ex:d .
        ex:d a aiop:Decision ; aiop:reversible true ; aiop:decisionKind aiop:{kind} .
        """
    )
    return view


def test_a_low_decision_that_can_be_taken_back_could_run_by_itself_and_a_high_one_never() -> None:
    assert flow("MarketingTargeting").could_run_by_themselves == ("sign",)
    assert flow("CreditApproval").could_run_by_themselves == ()


def test_steps_that_wait_in_a_circle_have_no_path() -> None:
    (view,) = viewed(
        "ex:a aiop:stepOf ex:flow ; aiop:precededBy ex:b . ex:b aiop:stepOf ex:flow ; aiop:precededBy ex:a ."
    )
    assert view.today is view.side_by_side is view.automated is None


@given(st.lists(st.integers(0, 9), min_size=1, max_size=7), st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6))))
def test_the_longest_path_is_the_longest_of_all_chains(lengths: list[int], pairs: set[tuple[int, int]]) -> None:
    days = {str(number): float(length) for number, length in enumerate(lengths)}
    after = {name: {str(a) for a, b in pairs if a < b and str(b) == name} for name in days}
    chains = [c for size in range(1, len(days) + 1) for c in combinations(sorted(days), size)]
    linked = [c for c in chains if all(a in after[b] for a, b in pairwise(c))]
    assert longest_path(days, after)[0] == max(sum(days[step] for step in chain) for chain in linked)
