"""What is measured about governance and maturity: time in force, holders, builders, escalation, readiness, reuse."""

import pytest
from conftest import EXAMPLE_DAY, materialised
from pyoxigraph import Literal, NamedNode

from aiopkg.engine import validate_model
from aiopkg.vocab import GRAPH, PREFIXES

LAST_YEAR = '"2025-12-31T23:59:59Z"^^xsd:dateTime'
TODAY = '"2026-01-01T00:00:00Z"^^xsd:dateTime'
LATER = '"2026-01-01T00:00:01Z"^^xsd:dateTime'

COMPLETE = """
ex:firm a org:FormalOrganization . ex:pricing aiop:stage aiop:Production ; aiop:operatedBy ex:firm ;
    aiop:edgeCaseResolver ex:desk ; aiop:hasFeedbackChannel ex:form ; aiop:hasGuardrail ex:guard .
ex:form aiop:reachesImprover ex:lab .
ex:all aiop:concerns ex:pricing ; aiop:decisionKind
    aiop:AnswerForOutputs , aiop:DeployUseCase , aiop:GrantDataAccess , aiop:AcceptRisk , aiop:RetireUseCase .
ex:right aiop:overDecision ex:all ; aiop:letter aiop:RaciAccountable ; aiop:holder ex:anna .
"""
"""A live use case with its whole minimum viable operating model."""

UNITS = "ex:firm a org:FormalOrganization ; org:hasUnit ex:sales , ex:law ."


def measured(turtle: str, name: str) -> set[tuple[str, str]]:
    """Return what the measure stage writes of one property: local names of elements, and literal values."""
    known = materialised(turtle)
    validate_model(known, [], EXAMPLE_DAY)
    prefix, _, local = name.rpartition(":")
    predicate = NamedNode(PREFIXES[prefix or "aiop"] + local)
    quads = known.store.quads_for_pattern(None, predicate, None, GRAPH.measures)
    return {(shown(q.subject), shown(q.object)) for q in quads}


def shown(term: object) -> str:
    return term.value if isinstance(term, Literal) else str(term).strip("<>").rpartition("/")[2].rpartition("#")[2]


def in_force(turtle: str) -> set[str]:
    return {element for element, kind in measured(turtle, "rdf:type") if kind == "InForce"}


@pytest.mark.parametrize(
    ("dates", "holds"),
    [
        ("", True),
        (f"aiop:validFrom {TODAY} ;", True),
        (f"aiop:validFrom {LATER} ;", False),
        (f"aiop:validUntil {TODAY} ;", False),
        (f"aiop:validUntil {LATER} ;", True),
        (f"aiop:validFrom {LAST_YEAR} ; aiop:validUntil {LATER} ;", True),
        ('aiop:validUntil "2025-12-31"^^xsd:date ;', False),
        ('aiop:validFrom "2026-01-01"^^xsd:date ;', True),
    ],
)
def test_what_has_begun_and_not_ended_is_in_force(dates: str, holds: bool) -> None:
    assert ("right" in in_force(f"ex:right {dates} a aiop:DecisionRight .")) is holds


def test_a_membership_may_state_its_time_as_an_interval() -> None:
    text = """
    ex:past a org:Membership ;
        org:memberDuring [ time:hasEnd [ time:inXSDDateTime "2025-06-01T00:00:00Z"^^xsd:dateTime ] ] .
    ex:next a org:Membership ;
        org:memberDuring [ time:hasBeginning [ time:inXSDDateTime "2026-06-01T00:00:00Z"^^xsd:dateTime ] ] .
    ex:now a org:Membership ;
        org:memberDuring [ time:hasBeginning [ time:inXSDDateTime "2025-06-01T00:00:00Z"^^xsd:dateTime ] ] .
    """
    assert in_force(text) == {"now"}


def test_only_statements_that_can_end_are_said_to_be_in_force() -> None:
    assert in_force("ex:pricing a aiop:UseCase . ex:course a aiop:Training . ex:rules a odrl:Set .") == {
        "course",
        "rules",
    }


HEAD = "ex:head a org:Post ; org:heldBy ex:anna ; org:postIn ex:unit . ex:unit org:unitOf ex:firm ."


@pytest.mark.parametrize(
    ("facts", "holders"),
    [
        ("", {"anna"}),
        (f"ex:time org:member ex:anna ; aiop:inPost ex:head ; aiop:validUntil {LAST_YEAR} .", set()),
        (f"ex:time org:member ex:ben ; aiop:inPost ex:head ; aiop:validUntil {LAST_YEAR} .", {"anna"}),
        ("ex:time org:member ex:ben ; aiop:inPost ex:head .", {"anna", "ben"}),
        (f"ex:time org:member ex:anna ; org:organization ex:firm ; aiop:validUntil {LAST_YEAR} .", set()),
        (f"ex:time org:member ex:anna ; org:organization ex:other ; aiop:validUntil {LAST_YEAR} .", {"anna"}),
        (
            f"ex:time org:member ex:anna ; org:organization ex:firm ; aiop:validUntil {LAST_YEAR} ."
            f" ex:again org:member ex:anna ; org:organization ex:firm ; aiop:validFrom {LAST_YEAR} .",
            {"anna"},
        ),
    ],
)
def test_a_post_is_held_by_whoever_was_put_in_and_has_not_left(facts: str, holders: set[str]) -> None:
    assert measured(HEAD + facts, "currentHolder") == {("head", holder) for holder in holders}


def test_who_was_put_into_a_post_being_unreported_its_holder_is_unreported() -> None:
    assert ("head", "currentHolder") in measured("ex:head a org:Post ; aiop:unreported org:heldBy .", "unreported")


def test_the_last_word_is_with_persons_and_bodies_not_with_posts_or_ended_rights() -> None:
    text = f"""
    ex:a aiop:overDecision ex:release ; aiop:letter aiop:RaciAccountable ; aiop:holder ex:head , ex:board , ex:empty .
    ex:head a org:Post ; org:heldBy ex:anna . ex:empty a org:Post .
    ex:b aiop:overDecision ex:release ; aiop:letter aiop:RapidDecide ; aiop:holder ex:ben ;
        aiop:validUntil {LAST_YEAR} .
    ex:c aiop:overDecision ex:release ; aiop:letter aiop:RaciResponsible ; aiop:holder ex:cleo .
    """
    assert measured(text, "decidedBy") == {("release", "anna"), ("release", "board")}


def test_builders_are_the_agents_named_the_members_of_teams_and_the_holders_of_posts() -> None:
    text = f"""
    ex:pricing a aiop:UseCase ; aiop:builtBy ex:lab , ex:firm ; aiop:usesModel ex:model .
    ex:model aiop:builtBy ex:anna .
    ex:firm a org:FormalOrganization . ex:boss a org:Post ; org:postIn ex:firm ; org:heldBy ex:zoe .
    ex:maker a org:Post ; org:postIn ex:lab ; org:heldBy ex:ben .
    ex:chief a org:Post ; org:heldBy ex:anna .
    ex:dora org:memberOf ex:lab .
    ex:now org:member ex:cleo ; org:organization ex:lab .
    ex:past org:member ex:eve ; org:organization ex:lab ; aiop:validUntil {LAST_YEAR} .
    """
    builders = {builder for element, builder in measured(text, "builder") if element == "pricing"}
    assert builders == {"lab", "firm", "anna", "chief", "maker", "ben", "cleo", "dora"}


def test_posts_in_a_part_of_a_building_unit_build_and_those_in_a_part_of_an_organization_do_not() -> None:
    text = """
    ex:pricing a aiop:UseCase ; aiop:builtBy ex:lab .
    ex:lab a org:OrganizationalUnit . ex:bench org:unitOf ex:lab .
    ex:maker a org:Post ; org:postIn ex:bench ; org:heldBy ex:ben .
    ex:offers a aiop:UseCase ; aiop:builtBy ex:firm .
    ex:firm a org:Organization . ex:desk org:unitOf ex:firm .
    ex:clerk a org:Post ; org:postIn ex:desk ; org:heldBy ex:zoe .
    """
    built = {("pricing", "lab"), ("pricing", "maker"), ("pricing", "ben"), ("offers", "firm")}
    assert measured(text, "builder") == built


def test_who_has_the_last_word_over_edge_cases_or_a_stop_needs_no_second_statement_of_it() -> None:
    text = f"""
    ex:pricing a aiop:UseCase ; aiop:hasAgent ex:bot ; aiop:hasCheckpoint ex:look .
    ex:look aiop:reviewer ex:desk . ex:desk a org:Post ; org:heldBy ex:ada .
    ex:odd aiop:concerns ex:pricing ; aiop:decisionKind aiop:ResolveCase .
    ex:halt aiop:concerns ex:pricing ; aiop:decisionKind aiop:StopUseCase .
    ex:change aiop:concerns ex:pricing ; aiop:decisionKind aiop:OverrideOutput .
    ex:say aiop:letter aiop:RaciAccountable ; aiop:holder ex:ada ; aiop:overDecision ex:odd , ex:halt .
    ex:past aiop:letter aiop:RaciAccountable ; aiop:holder ex:ada ; aiop:overDecision ex:change ;
        aiop:validUntil {LAST_YEAR} .
    """
    assert measured(text, "edgeCaseResolver") == {("pricing", "ada")}
    assert measured(text, "mayBeStoppedBy") == {("bot", "ada")}
    assert len(measured(text, "mayStop")) == 1
    assert measured(text, "mayOverride") == set()


def test_a_membership_in_force_that_states_a_role_is_held_by_its_member() -> None:
    text = f"""
    ex:now org:member ex:ada ; org:organization ex:lab ; org:role aiop:AILead .
    ex:past org:member ex:ben ; org:organization ex:lab ; org:role aiop:AILead ; aiop:validUntil {LAST_YEAR} .
    ex:plain org:member ex:cleo ; org:organization ex:lab .
    """
    assert measured(text, "currentHolder") == {("now", "ada")}


@pytest.mark.parametrize("unreported", ["ex:right", "ex:pricing", "aiop:AnyElement"])
def test_an_unreported_right_leaves_it_unreported_who_may_settle(unreported: str) -> None:
    text = f"""
    ex:path a aiop:EscalationPath ; aiop:escalationOf ex:pricing . ex:pricing a aiop:UseCase .
    ex:up aiop:onPath ex:path ; aiop:escalatesFrom ex:clerk ; aiop:escalatesTo ex:head .
    ex:stop aiop:concerns ex:pricing ; aiop:decisionKind aiop:StopUseCase . ex:right aiop:overDecision ex:stop .
    {unreported} aiop:unreported aiop:holder .
    """
    settling = {element for element, stated in measured(text, "unreported") if stated == "maySettle"}
    assert settling == {"pricing", "head"}


@pytest.mark.parametrize(
    ("facts", "may"),
    [
        ("ex:pricing aiop:edgeCaseResolver ex:head .", True),
        ("ex:stop aiop:decisionKind aiop:StopUseCase . ex:r aiop:holder ex:head .", True),
        ("ex:stop aiop:decisionKind aiop:OverrideOutput . ex:r aiop:holder ex:anna .", True),
        ("ex:stop aiop:decisionKind aiop:DeployUseCase . ex:r aiop:holder ex:head .", False),
        (
            f"ex:stop aiop:decisionKind aiop:StopUseCase . ex:r aiop:holder ex:head ; aiop:validUntil {LAST_YEAR} .",
            False,
        ),
        ("ex:pricing aiop:hasCheckpoint ex:look . ex:look aiop:reviewer ex:head ; aiop:mayStop true .", True),
        ("ex:pricing aiop:hasCheckpoint ex:look . ex:look aiop:reviewer ex:head ; aiop:mayStop false .", False),
    ],
)
def test_who_resolves_overrides_or_stops_may_settle(facts: str, may: bool) -> None:
    text = """
    ex:pricing a aiop:UseCase . ex:head a org:Post ; org:heldBy ex:anna .
    ex:stop aiop:concerns ex:pricing . ex:r aiop:overDecision ex:stop ; aiop:letter aiop:RaciAccountable .
    """
    assert (("head", "pricing") in measured(text + facts, "maySettle")) is may


def test_a_step_passes_on_to_the_step_of_its_own_path_that_starts_where_it_ends() -> None:
    text = """
    ex:one aiop:onPath ex:path ; aiop:escalatesFrom ex:a ; aiop:escalatesTo ex:b .
    ex:two aiop:onPath ex:path ; aiop:escalatesFrom ex:b ; aiop:escalatesTo ex:c .
    ex:three aiop:onPath ex:other ; aiop:escalatesFrom ex:b ; aiop:escalatesTo ex:d .
    """
    assert measured(text, "passesOnTo") == {("one", "two")}


def test_a_complete_minimum_model_stands() -> None:
    assert measured(COMPLETE, "minimumModelStands") == {("pricing", "true")}
    assert measured(COMPLETE, "hasProvenUseCase") == {("firm", "pricing")}


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("aiop:Production", "aiop:Pilot"),
        ("aiop:edgeCaseResolver ex:desk ;", ""),
        ("ex:form aiop:reachesImprover ex:lab .", ""),
        ("aiop:hasGuardrail ex:guard", "aiop:purpose 'Set prices.'"),
        (" , aiop:RetireUseCase", ""),
        ("aiop:AnswerForOutputs , ", ""),
        ("aiop:RaciAccountable", "aiop:RaciConsulted"),
        ("ex:form aiop:reachesImprover", "ex:desk a org:Post . ex:form aiop:reachesImprover"),
    ],
)
def test_a_minimum_model_with_a_part_missing_does_not_stand(there: str, instead: str) -> None:
    assert COMPLETE.count(there) == 1
    assert measured(COMPLETE.replace(there, instead), "minimumModelStands") == set()


def test_an_unreported_part_leaves_the_minimum_model_unreported() -> None:
    unreported = measured(COMPLETE + "ex:all aiop:unreported aiop:decisionKind .", "unreported")
    assert {("pricing", "minimumModelStands"), ("firm", "hasProvenUseCase")} <= unreported
    everywhere = measured(COMPLETE + "aiop:AnyElement aiop:unreported aiop:holder .", "unreported")
    assert ("AnyElement", "hasProvenUseCase") in everywhere


LEADER = "ex:lead org:postIn ex:sales ; org:role aiop:AILead ."
DATA = """
ex:leads a dcat:Dataset ; aiop:ownedBy ex:sales .
ex:old a dcat:Dataset ; aiop:ownedBy ex:sales ; aiop:hasQualityStandard ex:norm .
"""
WORK = "ex:flow a aiop:Workflow ; aiop:ownedBy ex:sales . ex:step aiop:stepOf ex:flow ."


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ("", None),
        ("ex:sales aiop:declaredReadiness 0.7 .", "0.7"),
        (LEADER, "0"),
        (LEADER + "ex:lead org:heldBy ex:anna .", "0.333333"),
        ("ex:change aiop:ledBy ex:sales . ex:change a aiop:ChangeInitiative .", "0.333333"),
        (DATA, "0.166667"),
        (DATA + "ex:old aiop:meetsQualityStandard false .", "0"),
        (WORK, "0.333333"),
        (DATA + WORK + LEADER + "ex:lead org:heldBy ex:anna . ex:sales aiop:declaredReadiness 0.1 .", "0.833333"),
    ],
)
def test_readiness_is_the_mean_of_data_processes_and_leadership(facts: str, level: str | None) -> None:
    found = dict(measured(UNITS + facts, "readiness"))
    assert found.get("sales") == level


SALES = "ex:leads aiop:operatedBy ex:sales ; aiop:stage aiop:Production ; aiop:usesModel ex:shared , ex:own ."
LAW = "ex:drafts aiop:operatedBy ex:law ; aiop:stage aiop:Scaling ; aiop:usesModel ex:shared ."


@pytest.mark.parametrize(
    ("facts", "share"),
    [
        (SALES, None),
        (SALES + LAW, "0.5"),
        (SALES + LAW.replace("aiop:Scaling", "aiop:Pilot"), None),
        (SALES + LAW.replace("ex:law", "ex:sales"), None),
        (SALES + LAW.replace("ex:shared", "ex:other"), "0"),
        (SALES + LAW + "aiop:AnyElement aiop:unreported aiop:usesAsset .", None),
    ],
)
def test_the_reuse_share_counts_what_live_use_cases_of_different_units_have_in_common(
    facts: str, share: str | None
) -> None:
    found = dict(measured(UNITS + facts, "reuseShare"))
    assert found.get("firm") == share


@pytest.mark.parametrize(
    ("facts", "shared"),
    [
        ("ex:base aiop:ownedBy ex:firm .", True),
        ("ex:base aiop:ownedBy ex:sales .", False),
        ("ex:leads aiop:runsOn ex:base . ex:drafts aiop:runsOn ex:base .", True),
        ("ex:leads aiop:runsOn ex:base ; aiop:consumedBy ex:law .", False),
        ("ex:base a aiop:Sandbox ; aiop:ownedBy ex:firm .", False),
    ],
)
def test_a_platform_is_shared_by_units_or_kept_by_the_centre(facts: str, shared: bool) -> None:
    text = UNITS + SALES + LAW + "ex:base a aiop:Platform ." + facts
    assert (("base", "SharedPlatform") in measured(text, "rdf:type")) is shared
