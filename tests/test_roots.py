"""Where gaps start: what explains what, and the fewest causes that explain everything, against brute force."""

from collections.abc import Mapping
from datetime import date
from itertools import combinations, pairwise

import pytest
from conftest import EXAMPLE_DAY, ORGS, model_from
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from aiopkg import assets
from aiopkg.derive.arrows import Mechanism
from aiopkg.derive.circles import circles_among
from aiopkg.derive.dependencies import Dependencies, Link
from aiopkg.derive.mode_loops import mode_loops
from aiopkg.derive.roots import explained_by, smallest_explanation
from aiopkg.engine import assess, assess_model
from aiopkg.solver import smallest_choice
from aiopkg.vocab import AIOP

ELEMENTS = [NamedNode(f"https://example.org/{letter}") for letter in "abcde"]
MODES = ["m1", "m2", "m3"]
LINKS = st.lists(
    st.builds(
        lambda a, b, last: Link(a, b, a, AIOP.burdens if last else AIOP.impacts, b, True, last),
        st.sampled_from(ELEMENTS),
        st.sampled_from(ELEMENTS),
        st.booleans(),
    ),
    max_size=10,
)
OPENED = st.dictionaries(st.sampled_from(ELEMENTS), st.frozensets(st.sampled_from(MODES), min_size=1))
WAYS = st.dictionaries(
    st.sampled_from(MODES), st.dictionaries(st.sampled_from(MODES), st.sampled_from([0.5, 0.8, 1.0])), max_size=3
)
UNSTEWARDED = """
    ex:acme a org:FormalOrganization .
    ex:post a org:Post ; org:heldBy ex:ann . ex:ann a foaf:Person .
    ex:domain a aiop:DataDomain ; rdfs:label "Claims" ; aiop:ownedBy ex:post .
    ex:claims a dcat:Dataset ; aiop:inDomain ex:domain ; aiop:ownedBy ex:post .
    ex:triage a aiop:UseCase ; rdfs:label "Triage" ; aiop:stage aiop:Design ; aiop:usesDataset ex:claims ;
        aiop:informs ex:pay .
    ex:pay a aiop:Decision ; rdfs:label "Paying" ; aiop:decisionKind aiop:BenefitEntitlement .
"""
"""A domain without a steward, whose data therefore has no standard; both weigh on what the data feeds."""

SETS = st.lists(st.frozensets(st.integers(0, 6), min_size=1), min_size=1, max_size=7)


def brute_force(sets: dict[str, frozenset[tuple[str, str]]]) -> int:
    everything = frozenset().union(*sets.values())
    return next(
        size
        for size in range(len(sets) + 1)
        for chosen in combinations(sets.values(), size)
        if frozenset().union(*chosen) == everything
    )


@given(SETS)
def test_no_smaller_set_of_causes_explains_everything(numbers: list[frozenset[int]]) -> None:
    sets = {f"c{place}": frozenset(("finding", str(n)) for n in each) for place, each in enumerate(numbers)}
    found = smallest_explanation(sets, sorted(sets))
    assert found.optimal
    assert found.size == found.bound == len(found.causes) == brute_force(sets)
    assert frozenset().union(*(sets[cause] for cause in found.causes)) == frozenset().union(*sets.values())


def test_a_search_that_stops_early_says_what_it_could_not_prove() -> None:
    groups = [[a, b, c] for a, b, c in combinations(range(18), 3) if (a * 7 + b * 5 + c * 3) % 4 == 0]
    fallback = list(range(18))
    found = smallest_choice(groups, fallback, conflicts=1)
    assert found == smallest_choice(groups, fallback, conflicts=1)
    assert all(set(group) & set(found.chosen) for group in groups)
    assert not found.optimal
    proven = smallest_choice(groups, fallback)
    assert proven.optimal
    assert found.bound <= len(proven.chosen) <= len(found.chosen)


def strongest(start: NamedNode, links: list[Link], opened: dict, ways: dict) -> dict:  # type: ignore[type-arg]
    """The strength of each explained failure, by trying every step until nothing changes."""
    felt = {(start, mode): 1.0 for mode in opened[start]}
    explained: dict[tuple[NamedNode, str], float] = {}
    for _ in range(40):
        for link in links:
            for (element, mode), strength in list(felt.items()):
                if element != link.cause or link.effect in (start, link.cause):
                    continue
                here = {m: s for (e, m), s in felt.items() if e == link.effect} if not link.last else {}
                here[mode] = max(strength, here.get(mode, 0))
                for _again in MODES:
                    for one, reached in list(here.items()):
                        for other, weight in ways.get(one, {}).items():
                            if other in opened.get(link.effect, ()) and reached * weight:
                                place = (link.effect, other)
                                explained[place] = max(explained.get(place, 0), reached * weight)
                                here[other] = max(here.get(other, 0), reached * weight)
                if not link.last:
                    for one, reached in here.items():
                        felt[link.effect, one] = max(felt.get((link.effect, one), 0), reached)
    return explained


@given(LINKS, OPENED, WAYS)
def test_explanations_follow_facts_and_failures_at_once(links: list[Link], opened: dict, ways: dict) -> None:  # type: ignore[type-arg]
    for start in opened:
        states = explained_by(start, Dependencies(links), opened, ways)
        expected = strongest(start, links, opened, ways)
        found = {(element, mode): state[mode][0] for element, state in states.items() for mode in state}
        assert found == pytest.approx(expected)
        for state in states.values():
            for mode, (strength, trail) in state.items():
                assert trail[-1] == mode
                product = 1.0
                for one, other in pairwise(trail):
                    product *= ways[one][other]
                assert abs(product - strength) < 1e-9


def test_closing_a_cause_frees_what_only_it_and_its_consequences_reach() -> None:
    found = assess_model(model_from(UNSTEWARDED), as_of=EXAMPLE_DAY)
    causes = {cause.focus.removeprefix("https://example.org/"): cause for cause in found.cascades.root_causes}
    freed = ("https://example.org/pay", "https://example.org/triage")
    assert (causes["domain"].frees, causes["domain"].frees_with_consequences) == ((), freed)
    assert causes["claims"].frees_with_consequences == ()
    assert [explained.finding for explained in causes["domain"].explains] == list(causes["claims"].findings)
    smallest = found.cascades.smallest
    assert smallest.optimal
    assert smallest.causes == ("https://example.org/domain",)


def test_a_gap_of_a_unit_reaches_the_use_cases_that_it_operates() -> None:
    model = model_from("""
        ex:acme a org:FormalOrganization .
        ex:sales a org:OrganizationalUnit ; org:unitOf ex:acme .
        ex:quotes a aiop:UseCase ; aiop:stage aiop:Production ; aiop:operatedBy ex:sales .
    """)
    chains = Dependencies.of(assess_model(model, as_of=EXAMPLE_DAY).store).chains(NamedNode("https://example.org/acme"))
    assert NamedNode("https://example.org/quotes") in chains


EDGES = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdef")))


def leads_to(after: Mapping[str, frozenset[str]], start: str) -> set[str]:
    """Everything that a node leads to, by following every edge until nothing is new."""
    reached: set[str] = set(after.get(start, ()))
    for _ in range(6):
        reached |= {end for node in reached for end in after.get(node, ())}
    return reached


@given(EDGES)
def test_each_group_of_nodes_that_lead_to_one_another_has_one_shortest_circle(after: dict[str, frozenset[str]]) -> None:
    groups = {
        frozenset(other for other in "abcdef" if other in leads_to(after, node) and node in leads_to(after, other))
        for node in "abcdef"
    }
    circles = circles_among(after)
    assert {frozenset(leads_to(after, circle[0]) & back_to(after, circle[0])) for circle in circles} == {
        group for group in groups if len(group) > 1
    }
    for circle in circles:
        steps = list(pairwise((*circle, circle[0])))
        assert all(end in after[start] for start, end in steps)
        assert circle[0] == min(leads_to(after, circle[0]) & back_to(after, circle[0]))
        assert len(circle) == shortest_return(after, circle[0])


def back_to(after: Mapping[str, frozenset[str]], end: str) -> set[str]:
    return {node for node in after if end in leads_to(after, node)}


def shortest_return(after: Mapping[str, frozenset[str]], start: str) -> int:
    """The length of the shortest way back that is no step to itself."""
    here, steps = set(after[start]) - {start}, 1
    while start not in here:
        here, steps = {end for node in here for end in after.get(node, ()) if end != node}, steps + 1
    return steps


def mechanism(start: str, end: str, strength: float) -> Mechanism:
    return Mechanism(start, end, "Because.", strength, "article/P01")


def test_failures_that_keep_one_another_alive_are_a_loop_only_where_each_is_open() -> None:
    found = assess(ORGS / "manufacturer.ttl", as_of=date(2026, 6, 30))
    violated = [finding for finding in found.findings if finding.verdict == "violated"]
    one, two, *_ = sorted({finding.failure_mode for finding in violated})
    there, back, aside = mechanism(one, two, 0.5), mechanism(two, one, 0.4), mechanism(two, "nowhere", 0.9)
    met = [(one, two), (two, one)]
    (loop,) = mode_loops([there, back, aside], violated, met)
    assert set(loop.mechanisms) == {there, back}
    assert (loop.strength, loop.confirmed) == (0.2, True)
    assert set(loop.findings) == {f.id for f in violated if f.failure_mode in (one, two)}
    (unseen,) = mode_loops([there, back], violated, met[:1])
    assert not unseen.confirmed
    assert mode_loops([there], violated, met) == ()
    assert mode_loops([there, back], [f for f in violated if f.failure_mode == one], met) == ()


def test_loops_of_failures_are_reported_with_links_of_the_ontology() -> None:
    found = assess(ORGS / "manufacturer.ttl", as_of=date(2026, 6, 30))
    opened = {finding.failure_mode for finding in found.findings if finding.verdict == "violated"}
    plain = {(t.subject, t.object) for t in assets.ontology() if t.predicate.value.endswith("#leadsTo")}
    assert found.cascades.mode_loops
    for loop in found.cascades.mode_loops:
        links = loop.mechanisms
        assert all(one.to_mode == other.from_mode for one, other in pairwise((*links, links[0])))
        assert all((NamedNode(link.from_mode), NamedNode(link.to_mode)) in plain for link in links)
        assert {link.from_mode for link in links} <= opened
