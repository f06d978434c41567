"""Where gaps start: what explains what, and the fewest causes that explain everything, against brute force."""

from itertools import combinations, pairwise

from conftest import EXAMPLE_DAY, model_from
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from aiopkg.derive.dependencies import Dependencies, Link
from aiopkg.derive.roots import explained_by, smallest_explanation
from aiopkg.engine import assess_model
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
        expected = set(strongest(start, links, opened, ways))
        found = {(element, mode) for element, state in states.items() for mode in state}
        assert found <= expected
        for state in states.values():
            for mode, (strength, trail) in state.items():
                assert trail[-1] == mode
                product = 1.0
                for one, other in pairwise(trail):
                    product *= ways[one][other]
                assert abs(product - strength) < 1e-9


def test_closing_a_cause_frees_what_only_it_and_its_consequences_reach() -> None:
    found = assess_model(
        model_from("""
        ex:acme a org:FormalOrganization .
        ex:domain a aiop:DataDomain ; rdfs:label "Claims" .
        ex:claims a dcat:Dataset ; aiop:inDomain ex:domain ; aiop:unreported aiop:AnyProperty .
        ex:triage a aiop:UseCase ; aiop:stage aiop:Design ; aiop:usesDataset ex:claims ; aiop:informs ex:pay .
        ex:pay a aiop:Decision ; aiop:decisionKind aiop:BenefitEntitlement .
    """),
        as_of=EXAMPLE_DAY,
    )
    for cause in found.cascades.root_causes:
        assert set(cause.frees) <= set(cause.frees_with_consequences)
    smallest = found.cascades.smallest
    assert smallest.optimal
    assert set(smallest.causes) <= {cause.focus for cause in found.cascades.root_causes}


def test_a_gap_of_a_unit_reaches_the_use_cases_that_it_operates() -> None:
    model = model_from("""
        ex:acme a org:FormalOrganization .
        ex:sales a org:OrganizationalUnit ; org:unitOf ex:acme .
        ex:quotes a aiop:UseCase ; aiop:stage aiop:Production ; aiop:operatedBy ex:sales .
    """)
    chains = Dependencies.of(assess_model(model, as_of=EXAMPLE_DAY).store).chains(NamedNode("https://example.org/acme"))
    assert NamedNode("https://example.org/quotes") in chains
