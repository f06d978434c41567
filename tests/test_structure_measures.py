"""What is measured about structure: seats, the centre, degrees of centralization, archetypes, waiting time."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from conftest import EXAMPLE_DAY, materialised
from pyoxigraph import Literal, NamedNode

from aiopkg.engine import validate_model
from aiopkg.vocab import GRAPH, PREFIXES

SMALLEST_DIFFERENCE = Decimal("0.000001")

CENTRE = """
ex:firm a org:Organization ; org:hasUnit ex:centre , ex:sales , ex:law .
ex:centre a aiop:CentralTeam .
"""
"""A firm with a central team and two units."""

POLICY = "ex:code a aiop:Policy ; aiop:ownedBy ex:{} ."
PLATFORM = "ex:cloud a aiop:Platform ; aiop:ownedBy ex:{} ."
DELIVERY = "ex:pricing aiop:stage aiop:Pilot ; aiop:builtBy ex:{} ."


def measured(turtle: str, subject: str, name: str) -> list[str]:
    """Return what the measure stage writes of one property of one element: local names and literal values."""
    known = materialised(turtle)
    validate_model(known, [], EXAMPLE_DAY)
    predicate = NamedNode(PREFIXES["aiop"] + name)
    element = NamedNode("https://example.org/" + subject)
    values = [q.object for q in known.store.quads_for_pattern(element, predicate, None, GRAPH.measures)]
    return sorted(v.value if isinstance(v, Literal) else str(v).strip("<>").rsplit("/", 1)[-1] for v in values)


def archetypes(name: str, turtle: str) -> list[str]:
    return [value.removeprefix("aiop#") for value in measured(turtle, "firm", name)]


def degree(name: str, turtle: str) -> Decimal | None:
    values = measured(turtle, "firm", name)
    assert len(values) < 2
    return Decimal(values[0]) if values else None


def requests(*stated: Sequence[str]) -> str:
    """Write requests to the central team, each given as its unit and further facts."""
    return " ".join(
        f"ex:r{number} a aiop:ServiceRequest ; aiop:requestedFrom ex:centre ; aiop:requestedBy ex:{unit} ; {facts} ."
        for number, (unit, facts) in enumerate(stated)
    )


def on(name: str, moment: str) -> str:
    return f'aiop:{name} "{moment}"^^xsd:dateTime'


def test_a_unit_sits_in_itself_a_post_in_its_unit_and_a_person_where_post_and_membership_are() -> None:
    text = """
    ex:sales a org:OrganizationalUnit .
    ex:seller org:postIn ex:sales ; org:heldBy ex:ada .
    ex:past a org:Membership ; org:member ex:ada ; org:organization ex:law ;
        aiop:validUntil "2025-12-31T00:00:00Z"^^xsd:dateTime .
    ex:present a org:Membership ; org:member ex:ada ; org:organization ex:tax .
    """
    assert measured(text, "sales", "seat") == ["sales"]
    assert measured(text, "seller", "seat") == ["sales"]
    assert measured(text, "ada", "seat") == ["sales", "tax"]


def test_the_centre_holds_the_organization_its_central_units_their_parts_and_its_boards() -> None:
    text = (
        CENTRE
        + """
    ex:tools org:unitOf ex:centre .
    ex:board a aiop:StandingBody ; org:subOrganizationOf ex:firm .
    ex:circle a aiop:StandingBody ; org:subOrganizationOf ex:law .
    ex:standards aiop:providesFunction aiop:StandardsFunction ; org:unitOf ex:firm .
    """
    )
    for place in ("firm", "centre", "tools", "board", "standards"):
        assert measured(text, place, "inCentreOf") == ["firm"]
        assert measured(text, place, "inUnitsOf") == []
    for place in ("sales", "law", "circle"):
        assert measured(text, place, "inCentreOf") == []
        assert measured(text, place, "inUnitsOf") == ["firm"]


def test_vendors_boards_and_units_without_a_whole_have_no_centre() -> None:
    text = "ex:seller a aiop:Vendor . ex:board a aiop:StandingBody . ex:lost a org:OrganizationalUnit ."
    for place in ("seller", "board", "lost"):
        assert measured(text, place, "inCentreOf") == []


def test_an_owner_is_counted_where_it_sits_and_several_owners_by_their_share() -> None:
    text = (
        CENTRE
        + """
    ex:one a aiop:Policy ; aiop:ownedBy ex:clerk .
    ex:clerk org:postIn ex:centre ; org:heldBy ex:ada .
    ex:two a aiop:Policy ; aiop:ownedBy ex:sales , ex:ada .
    ex:three a aiop:Policy ; aiop:ownedBy ex:law , ex:law-clerk .
    ex:law-clerk org:postIn ex:law .
    ex:old a aiop:Policy ; aiop:ownedBy ex:law ; aiop:validUntil "2026-01-01T00:00:00Z"^^xsd:dateTime .
    ex:foreign a aiop:Policy ; aiop:ownedBy ex:elsewhere .
    """
    )
    assert degree("policyCentralization", text) == Decimal("0.5")


def test_delivery_is_counted_by_builders_and_where_nobody_inside_builds_by_who_runs_it() -> None:
    text = (
        CENTRE
        + """
    ex:a aiop:stage aiop:Pilot ; aiop:builtBy ex:centre ; aiop:operatedBy ex:sales .
    ex:b aiop:stage aiop:Production ; aiop:builtBy ex:vendor ; aiop:operatedBy ex:sales .
    ex:c aiop:stage aiop:Scaling ; aiop:operatedBy ex:centre .
    ex:d aiop:stage aiop:Pilot ; aiop:builtBy ex:law , ex:centre .
    ex:sketch aiop:stage aiop:Design ; aiop:builtBy ex:law .
    ex:vendor a aiop:Vendor .
    """
    )
    found = degree("deliveryCentralization", text)
    assert found is not None
    assert abs(found - Decimal("0.625")) < SMALLEST_DIFFERENCE


def test_platforms_are_counted_by_their_owners() -> None:
    text = CENTRE + "ex:a a aiop:Platform ; aiop:ownedBy ex:firm . ex:b a aiop:Sandbox ; aiop:ownedBy ex:law ."
    assert degree("platformCentralization", text) == Decimal("0.5")


@pytest.mark.parametrize(
    ("policy", "platform", "delivery", "expected"),
    [
        ("centre", "centre", "centre", ["HubAndSpoke"]),
        ("sales", "sales", "centre", ["HubAndSpoke"]),
        ("centre", "centre", "sales", ["Hybrid"]),
        ("centre", "sales", "sales", ["Federated"]),
        ("sales", "sales", "sales", ["IntegratedUnits"]),
        ("sales", "centre", "sales", []),
        (None, None, "centre", ["HubAndSpoke"]),
        ("centre", None, "sales", []),
        (None, "centre", "sales", []),
        (None, None, "sales", []),
        ("centre", "centre", None, []),
    ],
)
def test_the_operated_archetype_follows_from_where_the_work_lies_and_is_not_guessed(
    policy: str | None, platform: str | None, delivery: str | None, expected: list[str]
) -> None:
    facts = ((POLICY, policy), (PLATFORM, platform), (DELIVERY, delivery))
    text = CENTRE + " ".join(pattern.format(place) for pattern, place in facts if place)
    assert archetypes("operatedArchetype", text) == expected


def test_an_activity_is_central_from_the_threshold_on() -> None:
    built = "".join(
        f"ex:u{n} aiop:stage aiop:Pilot ; aiop:builtBy ex:{'centre' if n < 3 else 'sales'} . " for n in range(5)
    )
    assert archetypes("operatedArchetype", CENTRE + built) == ["HubAndSpoke"]
    moved = "aiop:CentralShare aiop:thresholdValue 0.61 ."
    assert archetypes("operatedArchetype", CENTRE + built + moved) == []


def test_an_organization_without_units_has_no_operated_archetype() -> None:
    text = "ex:firm a org:Organization . " + DELIVERY.format("firm")
    assert degree("deliveryCentralization", text) == 1
    assert archetypes("operatedArchetype", text) == []


def test_waiting_ends_with_the_answer_or_runs_to_the_evaluation_date() -> None:
    text = requests(
        ("sales", on("requestedOn", "2025-10-03T00:00:00Z")),
        ("sales", f"{on('requestedOn', '2024-02-28T00:00:00Z')} ; {on('answeredOn', '2024-03-01T12:00:00-03:30')}"),
        ("sales", f"{on('requestedOn', '2025-12-02T00:00:00Z')} ; {on('answeredOn', '2026-02-01T00:00:00Z')}"),
        ("sales", on("requestedOn", "2026-02-01T00:00:00Z")),
        ("sales", 'aiop:requestedOn "2022-12-31"^^xsd:date'),
        ("sales", on("answeredOn", "2025-10-03T00:00:00Z")),
    )
    waited = [measured(text, f"r{number}", "waitedDays") for number in range(6)]
    assert [len(days) for days in waited] == [1, 1, 1, 0, 1, 0]
    assert [Decimal(days[0]) for days in (waited[0], waited[2], waited[4])] == [90, 30, 1097]
    assert abs(Decimal(waited[1][0]) - (2 + Decimal("15.5") / 24)) < SMALLEST_DIFFERENCE


EARLY = {
    "since": on("aiProgrammeSince", "2024-01-01T00:00:00Z"),
    "builder": "ex:coder org:postIn ex:centre ; org:role aiop:MLEngineer ; org:heldBy ex:ada .",
    "users": "ex:pricing aiop:stage aiop:Pilot ; aiop:operatedBy ex:sales ; aiop:consumedBy ex:law .",
    "data": "ex:a a dcat:Dataset ; aiop:ownedBy ex:sales . ex:b a dcat:Dataset ; aiop:ownedBy ex:law .",
}
MATURE = {
    "since": on("aiProgrammeSince", "2023-12-31T00:00:00Z"),
    "units": """ex:a aiop:stage aiop:Pilot ; aiop:operatedBy ex:sales .
        ex:b aiop:stage aiop:Pilot ; aiop:operatedBy ex:law .""",
    "stewards": """ex:clients a aiop:DataDomain ; aiop:steward ex:seller .
        ex:list aiop:inDomain ex:clients ; aiop:ownedBy ex:sales .""",
    "leaders": """ex:seller org:postIn ex:sales ; org:role aiop:AILead ; org:heldBy ex:ada .
        ex:lawyer org:postIn ex:law ; org:role aiop:BusinessLead ; org:heldBy ex:ben .""",
}
GLOBAL = {
    "regulators": "ex:firm aiop:regulatedBy ex:first . ex:law aiop:regulatedBy ex:second .",
    "lines": """ex:a aiop:stage aiop:Pilot ; aiop:operatedBy ex:sales ; aiop:forProductLine ex:cars .
        ex:b aiop:stage aiop:Pilot ; aiop:operatedBy ex:sales ; aiop:forProductLine ex:loans .""",
    "spread": "ex:sales aiop:declaredReadiness 0.4 . ex:law aiop:declaredReadiness 0.7 .",
}


def conditions(facts: dict[str, str], **changed: str) -> list[str]:
    """Return the conditions measured of a firm with some facts, each of which may be replaced."""
    parts = {**facts, **changed}
    since = parts.pop("since", "")
    text = CENTRE + (f"ex:firm {since} . " if since else "") + " ".join(parts.values())
    return archetypes("hasCondition", text)


def test_an_early_scarce_and_fragmented_organization_is_known_by_each_of_its_marks() -> None:
    assert conditions(EARLY) == ["EarlyScarceFragmented"]
    assert conditions(EARLY, since=MATURE["since"]) == []
    assert conditions(EARLY, since="") == []
    assert conditions(EARLY, builder="") == []
    assert conditions(EARLY, builder=EARLY["builder"] + EARLY["builder"].replace("ada", "ben")) == []
    assert conditions(EARLY, users="ex:pricing aiop:stage aiop:Pilot ; aiop:operatedBy ex:sales .") == []
    assert conditions(EARLY, data="ex:a a dcat:Dataset ; aiop:ownedBy ex:sales , ex:centre .") == []
    assert conditions(EARLY, fabric="ex:fabric a aiop:DataFabric ; aiop:fabricOf ex:firm .") == []


def test_a_mature_distinct_and_led_organization_is_known_by_each_of_its_marks() -> None:
    assert conditions(MATURE) == ["MatureDistinctLed"]
    assert conditions(MATURE, since=EARLY["since"]) == []
    assert conditions(MATURE, units=MATURE["units"].replace("law", "sales")) == []
    assert conditions(MATURE, stewards="") == []
    assert conditions(MATURE, more="ex:cases a aiop:DataDomain ; aiop:ownedBy ex:law .") == []
    assert conditions(MATURE, leaders=MATURE["leaders"].replace("BusinessLead", "MLEngineer")) == []
    assert conditions(MATURE, leaders=MATURE["leaders"].replace("; org:heldBy ex:ben", "")) == []


def test_a_global_and_diverse_organization_is_known_by_each_of_its_marks() -> None:
    assert conditions(GLOBAL) == ["GlobalDiverse"]
    assert conditions(GLOBAL, regulators=GLOBAL["regulators"].replace("second", "first")) == []
    assert conditions(GLOBAL, lines=GLOBAL["lines"].replace("loans", "cars")) == []
    assert conditions(GLOBAL, lines=GLOBAL["lines"].replace("Pilot", "Design")) == []
    assert conditions(GLOBAL, spread=GLOBAL["spread"].replace("0.7", "0.69")) == []
    assert conditions(GLOBAL, spread="") == []


def test_a_centre_is_overrun_when_several_units_wait_too_long_for_it() -> None:
    late, early = on("requestedOn", "2025-03-01T00:00:00Z"), on("requestedOn", "2025-12-01T00:00:00Z")
    old = f"{on('requestedOn', '2024-01-01T00:00:00Z')} ; {on('answeredOn', '2024-12-31T00:00:00Z')}"
    hub = CENTRE + DELIVERY.format("centre")
    overrun = hub + requests(("sales", late), ("law", late))
    assert archetypes("hasCondition", overrun) == ["CentreOverrun"]
    assert archetypes("recommendedArchetype", overrun) == ["IntegratedUnits"]
    assert archetypes("hasCondition", hub + requests(("sales", late), ("sales", late))) == []
    assert archetypes("hasCondition", hub + requests(("sales", late), ("law", early))) == []
    assert archetypes("hasCondition", hub + requests(("sales", late), ("law", old))) == []
    assert archetypes("hasCondition", CENTRE + requests(("sales", late), ("law", late))) == []


def test_the_first_of_several_conditions_decides_and_without_one_nothing_is_recommended() -> None:
    both = CENTRE + "ex:firm aiop:hasCondition aiop:MatureDistinctLed , aiop:GlobalDiverse ."
    assert archetypes("recommendedArchetype", both) == ["Hybrid"]
    assert archetypes("recommendedArchetype", CENTRE + "ex:firm aiop:hasCondition aiop:MatureDistinctLed .") == [
        "Federated"
    ]
    assert archetypes("recommendedArchetype", CENTRE + "ex:firm aiop:hasCondition aiop:EarlyScarceFragmented .") == [
        "HubAndSpoke"
    ]
    assert archetypes("recommendedArchetype", CENTRE) == []
