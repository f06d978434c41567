"""Archetypes: told by OWL from measured traits, explained by facts, and reached by the moves; and the queues."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from io import StringIO
from itertools import combinations, product
from statistics import median

import jsonschema
import owlrl
import pytest
import rdflib
from conftest import EXAMPLE_DAY, ORGS, materialised, model_from
from examples import NAMES, day_of
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple
from rich.console import Console

from aiopkg import assets
from aiopkg.assessment import Assessment
from aiopkg.derive.archetype import Archetypes, weigh
from aiopkg.derive.moves import Move
from aiopkg.derive.queues import Queue, queues_at
from aiopkg.engine import assess, assess_model, validate_model
from aiopkg.model import load
from aiopkg.model.labels import Labels
from aiopkg.model.load import model_of
from aiopkg.reason import materialise
from aiopkg.report import document, to_html
from aiopkg.report.document import schema
from aiopkg.report.text import to_text
from aiopkg.vocab import GRAPH, PREFIXES

DAY = date(2026, 6, 30)
FIRM, LAW = NamedNode("https://example.org/firm"), NamedNode("https://example.org/law")
CENTRAL_FROM = Fraction(6, 10)
ASPECTS = {"Policies": "policy", "Platforms": "platform", "Delivery": "delivery"}
WORKS_AS = {
    ("Central", "Central", "Local"): "Hybrid",
    ("Central", "Local", "Local"): "Federated",
    ("Local", "Local", "Local"): "IntegratedUnits",
}
"""What policies, platforms and delivery make, where delivery is not central; written from the article."""

CENTRE = """
ex:firm a org:Organization ; org:hasUnit ex:centre , ex:sales , ex:law .
ex:centre a aiop:CentralTeam .
"""


def aiop(name: str) -> NamedNode:
    return NamedNode(PREFIXES["aiop"] + name)


def short(term: object) -> str:
    return str(term).strip("<>").rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def weighed(turtle: str) -> Archetypes:
    known = materialised(turtle)
    validate_model(known, [], EXAMPLE_DAY)
    return weigh(known.store, FIRM, Labels.of(known.store, GRAPH.facts))


def queued(turtle: str) -> tuple[Queue, ...]:
    known = materialised(turtle)
    validate_model(known, [], EXAMPLE_DAY)
    return queues_at(known.store, FIRM, Labels.of(known.store, GRAPH.facts)).teams


@pytest.fixture(scope="module")
def manufacturer() -> Assessment:
    return assess(ORGS / "manufacturer.ttl", as_of=DAY)


# Classification


def expected_archetype(traits: Iterable[str]) -> set[str]:
    shown = set(traits)
    if "CentralDelivery" in shown:
        return {"HubAndSpoke"} | ({"overrun"} if "SeveralWaitingUnits" in shown else set())
    found = (
        name for sides, name in WORKS_AS.items() if {f"{s}{a}" for s, a in zip(sides, ASPECTS, strict=True)} <= shown
    )
    return set(found)


ALL_TRAITS = [
    tuple(f"{side}{aspect}" for side, aspect in zip(sides, ASPECTS, strict=True) if side)
    for sides in product(("Central", "Local", ""), repeat=3)
]


@pytest.mark.parametrize("traits", ALL_TRAITS, ids=" ".join)
def test_the_reasoner_tells_the_archetype_from_the_definitions_of_the_ontology(traits: Sequence[str]) -> None:
    told = [Triple(FIRM, aiop("hasTrait"), aiop(trait)) for trait in traits]
    closure = materialise([*assets.ontology(), *told])
    found = {
        short(t.object) for t in closure.inferred if t.subject == FIRM and t.predicate == aiop("operatedArchetype")
    }
    assert found == expected_archetype(traits)


@pytest.mark.parametrize("traits", ALL_TRAITS, ids=" ".join)
def test_the_measured_archetype_is_the_one_that_a_reasoner_finds_for_the_measured_traits(traits: Sequence[str]) -> None:
    pattern = {
        "Policies": "ex:code a aiop:Policy ; aiop:ownedBy ex:{} .",
        "Platforms": "ex:cloud a aiop:Platform ; aiop:ownedBy ex:{} .",
        "Delivery": "ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:{} .",
    }
    text = CENTRE + " ".join(
        pattern[aspect].format("centre" if side == "Central" else "sales")
        for trait in traits
        for side in ("Central", "Local")
        for aspect in ASPECTS
        if trait == side + aspect
    )
    known = materialised(text)
    validate_model(known, [], EXAMPLE_DAY)
    measured = {q.triple for q in known.store.quads_for_pattern(FIRM, None, None, GRAPH.measures)}
    shown = [t for t in measured if t.predicate == aiop("hasTrait")]
    assert set(traits) <= {short(t.object) for t in shown}
    oracle = rdflib.Graph().parse(assets.folder("ontology") / "archetypes.ttl")
    for triple in shown:
        oracle.add(tuple(rdflib.URIRef(str(part).strip("<>")) for part in triple))  # type: ignore[arg-type]
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(oracle)
    for name in ("operatedArchetype", "hasCondition"):
        by_query = {short(t.object) for t in measured if t.predicate == aiop(name)}
        by_reasoner = {short(o) for o in oracle.objects(rdflib.URIRef(FIRM.value), rdflib.URIRef(aiop(name).value))}
        assert by_query == by_reasoner


def test_an_archetype_of_the_users_own_is_told_by_the_definition_in_the_users_file() -> None:
    own = """
    ex:Outpost a aiop:Archetype .
    ex:OutpostPractice a owl:Class ;
        rdfs:subClassOf [ a owl:Restriction ; owl:onProperty aiop:operatedArchetype ; owl:hasValue ex:Outpost ] ;
        owl:equivalentClass [ a owl:Class ; owl:intersectionOf (
            [ a owl:Restriction ; owl:onProperty aiop:hasTrait ; owl:hasValue aiop:LocalPolicies ]
            [ a owl:Restriction ; owl:onProperty aiop:hasTrait ; owl:hasValue aiop:CentralPlatforms ]
            [ a owl:Restriction ; owl:onProperty aiop:hasTrait ; owl:hasValue aiop:LocalDelivery ] ) ] .
    """
    facts = """
    ex:code a aiop:Policy ; aiop:ownedBy ex:sales .
    ex:cloud a aiop:Platform ; aiop:ownedBy ex:centre .
    ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:sales .
    """
    assert weighed(CENTRE + facts).views["operated"].archetype == ""
    assert weighed(CENTRE + facts + own).views["operated"].archetype == "https://example.org/Outpost"


def test_what_tells_an_archetype_is_among_what_it_is_expected_to_have() -> None:
    graph = rdflib.Graph().parse(assets.folder("ontology") / "archetypes.ttl")
    rows = graph.query(
        """SELECT ?archetype ?trait WHERE {
            ?outcome owl:onProperty aiop:operatedArchetype ; owl:hasValue ?archetype .
            ?kind rdfs:subClassOf ?outcome ; owl:equivalentClass ?definition .
            ?definition (owl:intersectionOf/rdf:rest*/rdf:first)?/owl:hasValue ?trait . }""",
        initNs={"aiop": PREFIXES["aiop"], "owl": PREFIXES["owl"]},
    )
    defining: dict[str, set[str]] = defaultdict(set)
    for archetype, trait in rows:  # type: ignore[misc]
        defining[str(archetype)].add(str(trait))
    assert len(defining) == 4
    for archetype, traits in defining.items():
        expected = {str(o) for o in graph.objects(rdflib.URIRef(archetype), rdflib.URIRef(aiop("expectsTrait").value))}
        assert traits <= expected


def test_each_trait_that_an_archetype_expects_has_a_move_that_brings_it() -> None:
    graph = rdflib.Graph().parse(assets.folder("ontology") / "archetypes.ttl")
    expected = set(graph.objects(None, rdflib.URIRef(aiop("expectsTrait").value)))
    brought = list(graph.objects(None, rdflib.URIRef(aiop("brings").value)))
    assert len(expected) == 10
    assert sorted(map(str, brought)) == sorted(map(str, expected))


# Degrees, by brute force

PLACES = ("firm", "centre", "tools", "sales", "law")
CENTRAL = {"firm", "centre", "tools"}
OWNERS = {**{place: {place} for place in PLACES}, "clerk": {"centre"}, "seller": {"sales"}, "ada": {"sales", "centre"}}
HOUSE = (
    CENTRE
    + """
ex:tools org:unitOf ex:centre .
ex:clerk org:postIn ex:centre . ex:seller org:postIn ex:sales .
ex:one org:postIn ex:centre ; org:heldBy ex:ada . ex:two org:postIn ex:sales ; org:heldBy ex:ada .
ex:vendor a aiop:Vendor .
"""
)
owners = st.lists(st.sampled_from([*OWNERS, "vendor"]), max_size=3, unique=True)
things = st.lists(st.tuples(owners, st.sampled_from([None, "sales", "law", "centre"])), max_size=5)


def share(names: Iterable[str]) -> Fraction | None:
    """Return the share of the places of some owners that are central, or nothing where none is known."""
    places = {place for name in names for place in OWNERS.get(name, ())}
    return Fraction(len(places & CENTRAL), len(places)) if places else None


def written(policies: Sequence[Sequence[str]], platforms: Sequence[Sequence[str]], cases: Sequence[object]) -> str:
    lines = [HOUSE]
    for kind, owned in (("Policy", policies), ("Platform", platforms)):
        for number, names in enumerate(owned):
            lines.append(f"ex:{kind.lower()}{number} a aiop:{kind} .")
            lines += [f"ex:{kind.lower()}{number} aiop:ownedBy ex:{name} ." for name in names]
    for number, (builders, runner) in enumerate(cases):  # type: ignore[misc]
        lines.append(f"ex:case{number} a aiop:UseCase ; aiop:stage aiop:Production .")
        lines += [f"ex:case{number} aiop:builtBy ex:{name} ." for name in builders]
        lines += [f"ex:case{number} aiop:operatedBy ex:{runner} ."] if runner else []
    return "\n".join(lines)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(owners, max_size=5), st.lists(owners, max_size=5), things)
def test_degrees_and_their_numerators_are_those_counted_by_hand(
    policies: list[list[str]], platforms: list[list[str]], cases: list[tuple[list[str], str | None]]
) -> None:
    known = materialised(written(policies, platforms, cases))
    validate_model(known, [], EXAMPLE_DAY)
    found = weigh(known.store, FIRM, Labels.of(known.store, GRAPH.facts))
    delivered = [share(built) if share(built) is not None else share([runner or ""]) for built, runner in cases]
    counted: Mapping[str, list[Fraction | None]] = {
        "policy": [share(names) for names in policies],
        "platform": [share(names) for names in platforms],
        "delivery": delivered,
    }
    facts = {short(fact.about): fact for fact in found.views["operated"].facts}
    names = {"policy": "PolicyOwnership", "platform": "PlatformOwnership", "delivery": "UseCaseDelivery"}
    shown = set()
    for name, shares in counted.items():
        known_shares = [each for each in shares if each is not None]
        degrees = [
            q.object for q in known.store.quads_for_pattern(FIRM, aiop(f"{name}Centralization"), None, GRAPH.measures)
        ]
        assert len(degrees) == (1 if known_shares else 0)
        if not known_shares:
            assert names[name] not in facts
            continue
        degree, fact = degrees[0], facts[names[name]]
        assert isinstance(degree, Literal)
        exact = sum(known_shares, Fraction()) / len(known_shares)
        assert abs(float(degree.value) - float(exact)) < 1e-6
        assert fact.total == len(known_shares)
        assert abs(fact.amount - float(sum(known_shares, Fraction()))) < 1e-5
        aspect = next(key for key, value in ASPECTS.items() if value == name)
        shown.add(f"{'Central' if exact >= CENTRAL_FROM else 'Local'}{aspect}")
    operated = found.views["operated"].archetype
    assert {short(operated)} - {""} == expected_archetype(shown)


# What speaks for each


def test_the_operated_archetype_names_what_lies_in_the_centre_and_what_in_units(manufacturer: Assessment) -> None:
    facts = {fact.label: fact for fact in manufacturer.overview.archetypes.views["operated"].facts}
    policies = facts["ownership of policies"]
    assert (policies.amount, policies.total, policies.limit, policies.met) == (1, 2, "0.6", False)
    assert [(item.label, item.value, item.share) for item in policies.elements] == [
        ("Customer confidentiality policy", "Sales", 0.0),
        ("Data sharing policy", "Information Technology", 1.0),
    ]
    assert (facts["delivery of use cases"].amount, facts["delivery of use cases"].total) == (5, 6)


def test_every_condition_says_which_of_its_traits_hold_and_which_elements_speak(manufacturer: Assessment) -> None:
    conditions = {c.label: c for c in manufacturer.overview.archetypes.conditions}
    assert {label for label, c in conditions.items() if c.met} == {"centre overrun"}
    assert conditions["centre overrun"].decides and not conditions["centre overrun"].stated
    mature = {fact.label: fact for fact in conditions["mature, distinct, well led"].facts}
    assert {label for label, fact in mature.items() if not fact.met} == {
        "a leader for AI in each unit that runs it",
        "data domains with stewards",
    }
    assert [item.label for item in mature["data domains with stewards"].elements if not item.share] == [
        "Order data",
        "Plant data",
        "Stock data",
    ]
    late = {fact.label: fact for fact in conditions["centre overrun"].facts}
    units = late["several units that wait too long for the centre"].elements
    assert [item.label for item in units] == ["Quality", "Sales", "Supply Chain"]


def test_a_condition_that_the_organization_states_itself_is_marked_so() -> None:
    conditions = {c.label: c for c in assess(ORGS / "bank.ttl", as_of=DAY).overview.archetypes.conditions}
    stated = conditions["global and diverse"]
    assert (stated.met, stated.stated, stated.decides) == (True, True, True)
    assert [fact.met for fact in stated.facts] == [False, False, False]


def test_where_the_organization_declares_its_archetype_is_said(manufacturer: Assessment) -> None:
    declared = document(manufacturer)["archetype"]["declared"]
    line = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8").splitlines()[declared["line"] - 1]
    assert "aiop:declaredArchetype aiop:Hybrid" in line
    assert declared["file"].endswith("manufacturer.ttl")


# What differs, and the moves


def test_the_differences_name_what_is_seen_what_is_expected_and_how_many_would_do(manufacturer: Assessment) -> None:
    found = {
        (d.toward, d.label): (d.seen, d.expected, d.at_least, len(d.elements))
        for d in manufacturer.overview.archetypes.differences
    }
    assert found["declared", "delivery of use cases"] == ("use cases built centrally", "use cases built by units", 2, 5)
    assert found["declared", "ownership of policies"] == ("policies owned by units", "policies owned centrally", 1, 1)
    assert found["recommended", "AI leads of units"][3] == 5
    assert ("declared", "AI leads of units") not in found
    assert ("declared", "ownership of platforms") not in found


def test_an_organization_that_is_as_it_says_and_as_fits_has_nothing_to_change() -> None:
    for name in ("bank", "media"):
        found = assess(ORGS / f"{name}.ttl", as_of=DAY).overview.archetypes
        assert (found.differences, found.moves) == ((), ())


def test_an_aspect_that_is_not_known_differs_in_what_is_not_known_and_has_no_moves() -> None:
    text = (
        CENTRE
        + """
    ex:firm aiop:declaredArchetype aiop:Hybrid .
    ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:sales .
    """
    )
    found = weighed(text)
    assert {(d.label, d.seen) for d in found.differences} == {
        ("ownership of policies", ""),
        ("ownership of platforms", ""),
    }
    assert found.moves == ()


def edited(path: str, moves: Iterable[Move]) -> Assessment:
    """Assess an organization after some moves, made as edits of its model."""
    places = dict(load([path]).places)
    anywhere = next(iter(places.values()))
    for move in moves:
        for triple in move.removes:
            del places[triple]
        for triple in move.adds:
            places[triple] = anywhere
    return assess_model(model_of(places.items()), as_of=DAY)


@pytest.mark.parametrize(("toward", "archetype"), [("declared", "Hybrid"), ("recommended", "IntegratedUnits")])
def test_after_the_moves_the_organization_works_by_the_archetype_moved_toward(
    manufacturer: Assessment, toward: str, archetype: str
) -> None:
    moves = [move for move in manufacturer.overview.archetypes.moves if toward in move.toward]
    after = edited(str(ORGS / "manufacturer.ttl"), moves).overview.archetypes
    assert short(manufacturer.overview.archetypes.views["operated"].archetype) == "HubAndSpoke"
    assert short(after.views["operated"].archetype) == archetype


def test_the_fewest_elements_that_have_to_move_are_enough_and_one_fewer_is_not(manufacturer: Assessment) -> None:
    found = manufacturer.overview.archetypes
    (delivery,) = (d for d in found.differences if (d.toward, d.label) == ("declared", "delivery of use cases"))
    moves = [move for move in found.moves if "declared" in move.toward and move.aspect == delivery.aspect]
    others = [move for move in found.moves if "declared" in move.toward and move.aspect != delivery.aspect]
    assert delivery.at_least == 2
    for number, archetype in ((2, "Hybrid"), (1, "HubAndSpoke")):
        for some in list(combinations(moves, number))[:3]:
            after = edited(str(ORGS / "manufacturer.ttl"), [*others, *some]).overview.archetypes
            assert short(after.views["operated"].archetype) == archetype


GOALS = ("HubAndSpoke", "Federated", "Hybrid", "IntegratedUnits")


@pytest.mark.parametrize(("start", "goal"), [(s, g) for s in GOALS for g in GOALS if s != g])
def test_moves_lead_from_each_archetype_to_each_other(start: str, goal: str) -> None:
    delivery = "centre" if start == "HubAndSpoke" else "sales"
    policy = "sales" if start == "IntegratedUnits" else "centre"
    platform = "centre" if start in ("HubAndSpoke", "Hybrid") else "sales"
    text = f"""{CENTRE}
    ex:firm aiop:declaredArchetype aiop:{goal} .
    ex:code a aiop:Policy ; aiop:ownedBy ex:{policy} .
    ex:cloud a aiop:Platform ; aiop:ownedBy ex:{platform} .
    ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:{delivery} ; aiop:operatedBy ex:sales ; aiop:runsOn ex:cloud .
    """
    found = weighed(text)
    assert short(found.views["operated"].archetype) == start
    triples = set(model_from(text).triples)
    for move in found.moves:
        triples = (triples - set(move.removes)) | set(move.adds)
        if move.kind == aiop("LocalizePolicy").value:
            assert (move.target, move.adds) == ("", ()), "no fact tells which unit a policy concerns"
            triples = {t for t in triples if (short(t.subject), short(t.predicate)) != ("code", "ownedBy")}
            triples.add(Triple(NamedNode("https://example.org/code"), aiop("ownedBy"), LAW))
    after = weighed("".join(f"{triple} .\n" for triple in triples))
    assert short(after.views["operated"].archetype) == goal


def test_a_federation_is_told_to_set_up_functions_appoint_leads_and_join_its_data() -> None:
    text = (
        CENTRE
        + """
    ex:firm aiop:declaredArchetype aiop:Federated .
    ex:code a aiop:Policy ; aiop:ownedBy ex:centre .
    ex:cloud a aiop:Platform ; aiop:ownedBy ex:sales .
    ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:sales ; aiop:operatedBy ex:sales .
    ex:a a dcat:Dataset ; aiop:ownedBy ex:sales . ex:b a dcat:Dataset ; aiop:ownedBy ex:law .
    ex:asked a aiop:ServiceRequest ; aiop:requestedFrom ex:centre ; aiop:requestedBy ex:law ;
        aiop:requestedOn "2025-03-01T00:00:00Z"^^xsd:dateTime .
    """
    )
    moves = {short(move.kind): move for move in weighed(text).moves}
    assert set(moves) == {"SetUpFunction", "AppointUnitLead", "IntroduceFabric", "DissolveQueue"}
    assert [str(t) for t in moves["SetUpFunction"].adds] == [
        f"<https://example.org/centre> {aiop('providesFunction')} {aiop('ToolingFunction')}"
    ]
    assert moves["AppointUnitLead"].element == "https://example.org/sales"
    assert moves["DissolveQueue"].target == "https://example.org/law"
    assert all(move.message and move.effort for move in moves.values())


def test_the_edits_of_moves_bring_about_what_they_are_for() -> None:
    text = f"""{CENTRE}
    ex:firm aiop:declaredArchetype aiop:Federated .
    ex:code a aiop:Policy ; aiop:ownedBy ex:centre .
    ex:cloud a aiop:Platform ; aiop:ownedBy ex:sales .
    ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:sales ; aiop:operatedBy ex:sales .
    ex:seller org:postIn ex:sales ; org:heldBy ex:ana . ex:ana aiop:candidateForRole aiop:AILead .
    ex:a a dcat:Dataset ; aiop:ownedBy ex:sales . ex:b a dcat:Dataset ; aiop:ownedBy ex:law .
    ex:asked a aiop:ServiceRequest ; aiop:requestedFrom ex:centre ; aiop:requestedBy ex:law ;
        aiop:requestedOn "2025-03-01T00:00:00Z"^^xsd:dateTime .
    """
    found = weighed(text)
    moves = {short(move.kind): move for move in found.moves}
    assert set(moves) == {"SetUpFunction", "AppointUnitLead", "IntroduceFabric", "DissolveQueue"}
    assert all(move.adds for move in found.moves)
    triples = set(model_from(text).triples) | {triple for move in found.moves for triple in move.adds}
    after = assess_model(model_from("".join(f"{triple} .\n" for triple in triples)), as_of=DAY)
    kinds = {short(move.kind) for move in after.overview.archetypes.moves}
    assert kinds == set()
    assert [queue.open for queue in after.overview.queues.teams] == [0]
    assert any(short(t.predicate) == "heldBy" and short(t.object) == "ana" for t in moves["AppointUnitLead"].adds)


def test_a_post_for_which_nobody_is_a_candidate_is_stated_without_a_holder() -> None:
    text = f"""{CENTRE}
    ex:firm aiop:declaredArchetype aiop:Federated .
    ex:code a aiop:Policy ; aiop:ownedBy ex:centre .
    ex:cloud a aiop:Platform ; aiop:ownedBy ex:sales .
    ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:sales ; aiop:operatedBy ex:sales .
    """
    (move,) = (move for move in weighed(text).moves if short(move.kind) == "AppointUnitLead")
    assert sorted(short(triple.predicate) for triple in move.adds) == ["postIn", "role", "type"]


# Queues

NOW = datetime(EXAMPLE_DAY.year, EXAMPLE_DAY.month, EXAMPLE_DAY.day, tzinfo=UTC)


def asked(number: int, unit: str, came: int | None, gone: int | None) -> str:
    """Write a request by how many days before the evaluation date it came and was answered."""
    stated = [f"ex:r{number} a aiop:ServiceRequest ; aiop:requestedFrom ex:centre ; aiop:requestedBy ex:{unit}"]
    for name, days in (("requestedOn", came), ("answeredOn", gone)):
        if days is not None:
            stated.append(f'aiop:{name} "{(NOW - timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")}"^^xsd:dateTime')
    return " ; ".join(stated) + " ."


waits = st.tuples(
    st.sampled_from(["sales", "law"]), st.integers(0, 700), st.one_of(st.none(), st.integers(0, 700))
).filter(lambda request: request[2] is None or request[2] <= request[1])


@settings(max_examples=20, deadline=None)
@given(st.lists(waits, min_size=1, max_size=9))
def test_queues_are_those_counted_by_hand(requests: list[tuple[str, int, int | None]]) -> None:
    text = CENTRE + "\n".join(asked(number, *request) for number, request in enumerate(requests))
    (queue,) = queued(text)
    memory = (NOW - datetime(NOW.year - 1, 1, 1, tzinfo=UTC)).days
    counted = [came - (gone or 0) for _, came, gone in requests if gone is None or gone <= memory]
    assert queue.open == sum(gone is None for _, _, gone in requests)
    assert queue.unknown == 0
    assert queue.waits.count == len(counted) == sum(band.count for band in queue.bands)
    if counted:
        ordered = sorted(counted)
        nearest = next(d for place, d in enumerate(ordered, 1) if 10 * place >= 9 * len(ordered))
        assert queue.waits.median_days == median(counted)
        assert (queue.waits.p90_days, queue.waits.longest_days) == (nearest, ordered[-1])
        assert queue.waits.too_long == sum(days > 90 for days in counted)
        for band in queue.bands:
            inside = [
                d
                for d in counted
                if (d > band.over_days or band.over_days == d == 0) and (band.to_days is None or d <= band.to_days)
            ]
            assert band.count == len(inside)
    assert sum(unit.waits.count for unit in queue.units) == len(counted)
    for month in queue.months:
        year, number = map(int, month.month.split("-"))
        end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
        moments = [(NOW - timedelta(c), None if g is None else NOW - timedelta(g)) for _, c, g in requests]
        assert month.open == sum(c < end and (g is None or g >= end) for c, g in moments)
        assert month.arrived == sum(c.strftime("%Y-%m") == month.month for c, _ in moments)
        assert month.answered == sum(g is not None and g.strftime("%Y-%m") == month.month for _, g in moments)


def test_requests_whose_dates_do_not_tell_a_wait_are_counted_apart() -> None:
    text = (
        CENTRE
        + asked(1, "sales", None, None)
        + asked(2, "law", None, 5)
        + asked(3, "law", 5, 9)
        + asked(4, "law", 3, None)
    )
    (queue,) = queued(text)
    assert (queue.unknown, queue.open, queue.waits.count) == (3, 1, 1)


def test_a_wait_at_the_end_of_a_band_belongs_to_it() -> None:
    (queue,) = queued(CENTRE + asked(1, "sales", 90, None) + asked(2, "sales", 91, None))
    assert [(band.to_days, band.count, band.late) for band in queue.bands[2:]] == [(90, 1, False), (120, 1, True)]
    assert queue.waits.too_long == 1


def test_a_request_to_another_unit_is_in_no_queue() -> None:
    assert queued(CENTRE + asked(1, "sales", 5, None).replace("requestedFrom ex:centre", "requestedFrom ex:law")) == ()


# Reports


@pytest.mark.parametrize("name", NAMES)
def test_the_report_keeps_its_contract(name: str) -> None:
    report = json.loads(json.dumps(document(assess(ORGS / f"{name}.ttl", as_of=day_of(name)))))
    jsonschema.validate(report, schema())
    for how in ("declared", "operated", "recommended"):
        assert {"archetype", "label", "reasons"} <= set(report["archetype"][how])


def test_the_text_shows_each_archetype_with_its_reasons_and_the_queue_in_one_line(manufacturer: Assessment) -> None:
    console = Console(file=StringIO(), width=200)
    to_text(manufacturer, console)
    assert isinstance(console.file, StringIO)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert "Declared   hybrid (manufacturer.ttl:16)" in lines
    assert "Called for integrated business-AI units (centre overrun)" in lines
    (works,) = (line for line in lines if line.startswith("Works as"))
    assert "hub and spoke (ownership of policies 1 of 2 central;" in works
    (queue,) = (line for line in lines if line.startswith("Queue"))
    assert "AI Centre of Excellence: 3 open" in queue and "3 of 4 over 90 days" in queue


def test_the_page_draws_the_queue_and_names_the_moves(manufacturer: Assessment) -> None:
    page = to_html(manufacturer)
    assert "Waiting for AI Centre of Excellence" in page
    assert page.count('class="late"') == sum(band.late for band in manufacturer.overview.queues.teams[0].bands)
    assert "Centre overrun: One central team builds for all" in page
    for move in manufacturer.overview.archetypes.moves:
        assert move.message in page
    assert "Waiting for" not in to_html(assess(ORGS / "bank.ttl", as_of=DAY))
