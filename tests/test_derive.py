"""Recommendations and cascades: what follows from findings, by facts of the model alone."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from conftest import EXAMPLE_DAY, ORGS, materialised, model_from
from examples import NAMES, day_of
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, NamedNode, Quad, Store

from aiopkg import assets
from aiopkg.assessment import Assessment
from aiopkg.derive.dependencies import Dependencies, Link, carriers_in
from aiopkg.derive.gaps import GENERIC, gap_triples, open_gaps
from aiopkg.derive.links import LinkTable
from aiopkg.derive.recommend import findings_read, recommend, recommendations_in
from aiopkg.engine import assess, assess_model
from aiopkg.vocab import AIOP, GRAPH

EX = "https://example.org/"

REACHED = """
    PREFIX aiop: <https://w3id.org/aiop#>
    SELECT DISTINCT ?from ?to WHERE { ?from aiop:impacts* ?between . ?between aiop:impacts?|aiop:burdens ?to }
"""
"""The reach of a cascade as a property path; a second way to the same answer."""


def ex(name: str) -> NamedNode:
    return NamedNode(EX + name)


def assessed(turtle: str) -> Assessment:
    return assess_model(model_from("ex:acme a org:FormalOrganization . " + turtle), as_of=EXAMPLE_DAY)


@pytest.fixture(scope="module", params=NAMES)
def example(request: pytest.FixtureRequest) -> Assessment:
    return assess(ORGS / f"{request.param}.ttl", as_of=day_of(request.param))


def test_each_link_of_each_chain_is_a_fact_of_the_graph(example: Assessment) -> None:
    chains = [reach.chain for cascade in example.cascades.cascades for reach in cascade.reaches]
    assert any(chains)
    for chain in chains:
        for link in chain:
            graph = GRAPH.asserted if link.asserted else GRAPH.inferred
            assert Quad(link.subject, link.predicate, link.object, graph) in example.store
            assert {link.subject, link.object} == {link.cause, link.effect}


def test_each_chain_leads_from_the_focus_to_the_element(example: Assessment) -> None:
    for cascade in example.cascades.cascades:
        for reach in cascade.reaches:
            ends = (
                [cascade.focus] if not reach.chain else [str_of(reach.chain[0].cause), str_of(reach.chain[-1].effect)]
            )
            assert ends[0] == cascade.focus
            assert ends[-1] == reach.element
            joints = pairwise(reach.chain)
            assert all(first.effect == second.cause for first, second in joints)


def str_of(element: NamedNode | BlankNode) -> str:
    return element.value if isinstance(element, NamedNode) else str(element)


def test_the_graph_algorithm_and_the_property_path_reach_the_same_elements(example: Assessment) -> None:
    dependencies = Dependencies.of(example.store)
    by_query: dict[object, set[object]] = {}
    for row in example.store.query(REACHED, default_graph=list(GRAPH.facts)):  # type: ignore[union-attr]
        by_query.setdefault(row["from"], set()).add(row["to"])  # type: ignore[index]
    foci = {cascade.focus for cascade in example.cascades.cascades if not cascade.focus.startswith("_:")}
    assert foci
    for focus in foci:
        node = NamedNode(focus)
        assert set(dependencies.chains(node)) == by_query.get(node, set()) | {node}


MADE = {"units": 3, "posts": 3, "data": 3, "cases": 4, "decisions": 3, "bodies": 2}
"""How many things of each kind a generated organization has."""
TIES = [
    ("cases", "aiop:usesDataset", "data"),
    ("cases", "aiop:informs", "decisions"),
    ("cases", "aiop:operatedBy", "units"),
    ("cases", "aiop:consumedBy", "units"),
    ("cases", "aiop:teamMember", "posts"),
    ("cases", "aiop:builtBy", "units"),
    ("data", "prov:wasDerivedFrom", "data"),
    ("data", "aiop:flowFrom", "data"),
    ("decisions", "aiop:informedBy", "cases"),
    ("decisions", "aiop:concerns", "cases"),
    ("units", "org:subOrganizationOf", "units"),
    ("posts", "org:heldBy", "bodies"),
    ("bodies", "aiop:dependsOn", "data"),
    ("data", "aiop:impacts", "posts"),
    ("data", "aiop:burdens", "units"),
]
TIE = st.sampled_from(TIES).flatmap(
    lambda tie: st.tuples(st.just(tie), st.integers(0, MADE[tie[0]] - 1), st.integers(0, MADE[tie[2]] - 1))
)


@settings(max_examples=25, deadline=None)
@given(st.lists(TIE, min_size=3, max_size=14))
def test_graph_algorithm_and_property_path_agree_on_generated_organizations(
    ties: list[tuple[tuple[str, str, str], int, int]],
) -> None:
    said = " ".join(f"ex:{start}{m} {name} ex:{end}{n} ." for (start, name, end), m, n in ties)
    store = materialised(said).store
    dependencies = Dependencies.of(store)
    by_query: dict[object, set[object]] = {}
    for row in store.query(REACHED, default_graph=[GRAPH.asserted, GRAPH.inferred]):  # type: ignore[union-attr]
        by_query.setdefault(row["from"], set()).add(row["to"])  # type: ignore[index]
    elements = {ex(f"{kind}{number}") for kind, most in MADE.items() for number in range(most)}
    for element in elements:
        assert set(dependencies.chains(element)) == by_query.get(element, set()) | {element}


def test_every_violated_finding_has_a_recommendation_and_a_cascade(example: Assessment) -> None:
    violated = {finding.id for finding in example.findings if finding.verdict == "violated"}
    assert violated
    assert {finding for r in example.recommendations for finding in r.closes} == violated
    assert {cascade.finding for cascade in example.cascades.cascades} == violated


def test_an_arrow_between_pillars_names_the_findings_behind_it(example: Assessment) -> None:
    modes = {finding.id: finding.failure_mode for finding in example.findings if finding.verdict == "violated"}
    assert example.cascades.arrows
    for arrow in example.cascades.arrows:
        starts = {mechanism.from_mode for mechanism in arrow.mechanisms}
        assert arrow.findings
        assert {modes[finding] for finding in arrow.findings} == starts
        assert set(arrow.confirmed) <= set(arrow.findings)
        assert arrow.source != arrow.target


def test_the_manufacturer_gets_every_kind_of_recommendation() -> None:
    found = assess(ORGS / "manufacturer.ttl", as_of=day_of("manufacturer"))
    assert {r.kind for r in found.recommendations} == {
        "BuildOnce",
        "CloseGap",
        "CompleteMinimumModel",
        "ConnectSilo",
        "LeavePilotPurgatory",
        "RelieveBottleneck",
    }


def test_closing_a_root_cause_frees_what_nothing_else_reaches() -> None:
    found = assessed("""
        ex:domain a aiop:DataDomain ; rdfs:label "Claims" .
        ex:claims a dcat:Dataset ; aiop:inDomain ex:domain ; aiop:unreported aiop:AnyProperty .
        ex:triage a aiop:UseCase ; aiop:stage aiop:Design ; aiop:usesDataset ex:claims ; aiop:informs ex:pay .
        ex:pay a aiop:Decision ; aiop:decisionKind aiop:BenefitEntitlement .
    """)
    causes = {cause.focus: cause for cause in found.cascades.root_causes}
    assert EX + "pay" in causes[EX + "domain"].frees
    for cause in causes.values():
        others = {r.element for c in found.cascades.cascades if c.focus != cause.focus for r in c.reaches}
        assert set(cause.frees) & others == set()


ELEMENTS = [ex(letter) for letter in "abcdef"]
LINKS = st.lists(
    st.builds(
        lambda cause, effect, last: Link(
            cause, effect, cause, AIOP.burdens if last else AIOP.impacts, effect, True, last
        ),
        st.sampled_from(ELEMENTS),
        st.sampled_from(ELEMENTS),
        st.booleans(),
    ),
    max_size=14,
)


@given(LINKS, st.randoms(use_true_random=False))
def test_chains_are_shortest_and_do_not_depend_on_the_order_of_links(links: list[Link], random: object) -> None:
    shuffled = list(links)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    chains = Dependencies(links).chains(ELEMENTS[0])
    assert chains == Dependencies(shuffled).chains(ELEMENTS[0])
    assert {element: len(chain) for element, chain in chains.items()} == distances(links)


def distances(links: list[Link]) -> Mapping[object, int]:
    """The lengths of shortest chains, by relaxing every link until nothing changes."""
    passing: dict[object, int] = {ELEMENTS[0]: 0}
    ending: dict[object, int] = {}
    for _ in range(len(ELEMENTS) + 1):
        for link in links:
            if link.cause in passing and link.cause != link.effect:
                found = ending if link.last else passing
                found[link.effect] = min(found.get(link.effect, 99), passing[link.cause] + 1)
    return {e: min(passing.get(e, 99), ending.get(e, 99)) for e in passing | ending}


@given(LINKS)
def test_a_loop_comes_back_to_where_it_starts(links: list[Link]) -> None:
    for loop in Dependencies(links).loops():
        assert loop[0].cause == loop[-1].effect
        assert all(first.effect == second.cause for first, second in pairwise(loop))


def test_a_circular_dependency_ends_and_is_reported() -> None:
    store = Store()
    for cause, effect in (("a", "b"), ("b", "c"), ("c", "a")):
        store.add(Quad(ex(cause), AIOP.impacts, ex(effect), GRAPH.asserted))
    dependencies = Dependencies.of(store)
    assert set(dependencies.chains(ex("a"))) == {ex("a"), ex("b"), ex("c")}
    assert [[link.effect for link in loop] for loop in dependencies.loops()] == [[ex("b"), ex("c"), ex("a")]]


def test_links_read_as_columns_are_those_that_are_read_one_by_one(example: Assessment) -> None:
    table = LinkTable(example.store, carriers_in(example.store))
    singly = Dependencies(
        Link(*((s, o) if forward else (o, s)), s, name, o, graph == GRAPH.asserted, last)
        for name, forward, last in carriers_in(example.store)
        for graph in (GRAPH.asserted, GRAPH.inferred)
        for s, o in ((quad.subject, quad.object) for quad in example.store.quads_for_pattern(None, name, None, graph))
    )
    assert {cause: list(links) for cause, links in table.items()} == {c: list(singly.after(c)) for c in table}
    assert sum(map(len, table.values())) == len(list(singly.links()))
    assert Dependencies.of(example.store).loops() == singly.loops()


def test_gaps_are_closed_as_the_query_says(example: Assessment) -> None:
    graphs = [*GRAPH.facts, GRAPH.findings]
    constructed = set(example.store.query(assets.query("derive", GENERIC), default_graph=graphs))  # type: ignore[arg-type]
    gaps = open_gaps(example.findings, {rule.code: rule for rule in example.rules})
    assert constructed
    assert set(gap_triples(gaps)) == constructed
    written = {q.triple for q in example.store.quads_for_pattern(None, None, None, GRAPH.recommendations)}
    assert constructed <= written
    again = {found.id: found for found in recommendations_in(sorted(written, key=str), example.labels)}
    assert again == {found.id: found for found in example.recommendations}


def test_recommendations_are_the_same_with_every_finding_in_the_store(example: Assessment) -> None:
    whole = recommend(example.store, example.findings, example.rules, example.labels)
    assert whole.recommendations == example.recommendations
    read = findings_read(example.findings, example.rules)
    assert len(read) < len(example.findings)
