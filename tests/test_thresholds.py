"""Each threshold of the ontology, overridden in an organization's own file: the verdict turns, from file to report."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT
from pyoxigraph import NamedNode

import aiopkg
from aiopkg import assets
from aiopkg.report import document
from aiopkg.rules import catalogue, prologue
from aiopkg.vocab import AIOP, PREFIXES, RDF

DAY = date(2026, 6, 30)
HIGH_RISK = date(2027, 12, 2)
LIVE = "aiop:stage aiop:Production"
FIRM = "ex:firm a org:FormalOrganization ; org:hasUnit ex:sales, ex:law .\n"
UNITS = """
    ex:norms a aiop:Policy ; aiop:ownedBy ex:sales .
    ex:base a aiop:Platform ; aiop:ownedBy ex:law .
    ex:pricing a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:builtBy ex:sales ; aiop:operatedBy ex:sales .
    ex:search a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:builtBy ex:law ; aiop:operatedBy ex:law .
"""
"""Everything lies with units, so that the archetype operated is that of integrated units."""
EARLY = (
    UNITS
    + """
    ex:firm aiop:aiProgrammeSince "2025-01-01"^^xsd:date .
    ex:coder a org:Post ; org:postIn ex:law ; org:role aiop:MLEngineer ; org:heldBy ex:ada .
    ex:orders a dcat:Dataset ; aiop:ownedBy ex:sales . ex:cases a dcat:Dataset ; aiop:ownedBy ex:law .
"""
)
"""A young programme, one builder for two units, and data of two units that nothing joins: hub and spoke would fit."""
GROWN = (
    UNITS
    + """
    ex:firm aiop:aiProgrammeSince "2020-01-01"^^xsd:date .
    ex:one a org:Post ; org:postIn ex:law ; org:role aiop:AILead ; org:heldBy ex:ada .
    ex:two a org:Post ; org:postIn ex:sales ; org:role aiop:AILead ; org:heldBy ex:ben .
    ex:orders a aiop:DataDomain ; aiop:ownedBy ex:sales ; aiop:steward ex:two .
    ex:cases a aiop:DataDomain ; aiop:ownedBy ex:law .
"""
)
"""A grown programme whose units are led; of two data domains one has a steward."""
DIVERSE = (
    UNITS
    + """
    ex:firm aiop:regulatedBy ex:one, ex:two .
    ex:pricing aiop:forProductLine ex:cars . ex:search aiop:forProductLine ex:boats .
    ex:sales aiop:declaredReadiness 0.5 . ex:law aiop:declaredReadiness 0.6 .
"""
)
"""Two regulators, two product lines, and units that differ a little."""


@dataclass(frozen=True)
class Turn:
    """A rule, facts, another value of a threshold, and the verdicts with the default and with that value."""

    rule: str
    facts: str
    value: str
    before: str | None = "satisfied"
    after: str | None = "violated"
    day: date = DAY


def kpi(measured: str, since: str) -> str:
    return f"""
        ex:scoring a aiop:UseCase ; {LIVE} ; aiop:stageSince "{since}"^^xsd:date ; aiop:hasKPI ex:losses .
        ex:losses a aiop:BusinessKPI ; aiop:ownedBy ex:sales ; aiop:baseline 5 ; aiop:target 1 ;
            aiop:direction aiop:LowerIsBetter .
        ex:last aiop:measurementOf ex:losses ; aiop:measuredOn "{measured}"^^xsd:date ; aiop:measuredValue 6 .
        """


TURNS = {
    "SignOffTime": Turn(
        "G116",
        """ex:change a aiop:Decision ; aiop:reversible true ; aiop:leadTime "P10D"^^xsd:duration .
        ex:right aiop:overDecision ex:change ; aiop:letter aiop:RapidDecide ; aiop:holder ex:board .
        ex:board a aiop:StandingBody .""",
        '"P9D"^^xsd:duration',
    ),
    "PolicyReviewAge": Turn(
        "G117",
        'ex:norms a aiop:Policy ; aiop:ownedBy ex:law ; aiop:lastReviewedOn "2026-01-15"^^xsd:date .',
        '"P5M"^^xsd:duration',
    ),
    "IncidentAge": Turn(
        "G120",
        """ex:scoring a aiop:UseCase . ex:leak a aiop:Incident ; aiop:incidentOf ex:scoring ; aiop:assignedTo ex:ada ;
        aiop:openedOn "2026-06-10"^^xsd:date .""",
        '"P19D"^^xsd:duration',
    ),
    "AccountabilitySpan": Turn(
        "T202",
        f"""ex:scoring a aiop:UseCase ; {LIVE} . ex:ada a foaf:Person .
        ex:right aiop:overDecision ex:answer ; aiop:letter aiop:RaciAccountable ; aiop:holder ex:ada .
        ex:answer aiop:decisionKind aiop:AnswerForOutputs ; aiop:concerns ex:scoring .""",
        "0",
    ),
    "KeyPersonLoad": Turn(
        "T212",
        f"""ex:scoring a aiop:UseCase ; {LIVE} ; aiop:requiresRole aiop:PromptEngineer . ex:ada a foaf:Person .
        ex:seat a org:Post ; org:role aiop:PromptEngineer ; org:heldBy ex:ada .""",
        "0",
    ),
    "ProcessChangeShare": Turn("T214", "ex:rollout a aiop:ChangeInitiative ; aiop:effortOnProcessChange 0.6 .", "0.7"),
    "ConcentrationShare": Turn(
        "P407",
        f"""ex:scoring a aiop:UseCase ; {LIVE} ; aiop:usesModel ex:model . ex:model a aiop:Model .
        ex:pricing a aiop:UseCase ; {LIVE} .""",
        "0.4",
    ),
    "RequestWait": Turn(
        "S501",
        """ex:hub a aiop:CentralTeam ; org:unitOf ex:firm .
        ex:wish a aiop:ServiceRequest ; aiop:requestedBy ex:sales ; aiop:requestedFrom ex:hub ;
            aiop:requestedOn "2026-06-01"^^xsd:date .""",
        '"P28D"^^xsd:duration',
    ),
    "RequestMemory": Turn(
        "S501",
        """ex:hub a aiop:CentralTeam ; org:unitOf ex:firm .
        ex:wish a aiop:ServiceRequest ; aiop:requestedBy ex:sales ; aiop:requestedFrom ex:hub ;
            aiop:requestedOn "2024-06-01"^^xsd:date ; aiop:answeredOn "2025-05-01"^^xsd:date .""",
        '"P15M"^^xsd:duration',
    ),
    "FundingCycles": Turn(
        "R601",
        'ex:firm aiop:fundingInterval "P30D"^^xsd:duration ; aiop:developmentInterval "P10D"^^xsd:duration .',
        "2.9",
    ),
    "OperatingModelReviewAge": Turn(
        "R602",
        """ex:firm aiop:reviewInterval "P3M"^^xsd:duration .
        ex:pricing a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:operatedBy ex:sales .
        ex:review a aiop:OperatingModelReview ; aiop:reviewOf ex:firm ; aiop:heldOn "2026-05-15"^^xsd:date .""",
        '"P1M"^^xsd:duration',
    ),
    "PilotAge": Turn(
        "R603",
        'ex:pricing a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:stageSince "2026-03-01"^^xsd:date .',
        '"P3M"^^xsd:duration',
    ),
    "MeasurementAge": Turn("V703", kpi("2026-05-15", "2020-01-01"), '"P1M"^^xsd:duration'),
    "ValueAge": Turn("V705", kpi("2026-06-15", "2026-04-01"), '"P2M"^^xsd:duration'),
    "ReuseShare": Turn(
        "M801",
        f"""ex:pricing a aiop:UseCase ; {LIVE} ; aiop:operatedBy ex:sales ; aiop:usesAsset ex:wrapper, ex:reader .
        ex:search a aiop:UseCase ; {LIVE} ; aiop:operatedBy ex:law ; aiop:usesAsset ex:wrapper .""",
        "0.6",
    ),
    "ReadinessLevel": Turn(
        "M803",
        """ex:sales aiop:declaredReadiness 0.6 . ex:law aiop:declaredReadiness 0.9 .
        ex:pricing a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:operatedBy ex:sales .""",
        "0.7",
    ),
    "LogRetentionTime": Turn(
        "E128",
        f"""ex:firm aiop:boundBy aiop:pack-eu-ai-act .
        ex:scoring a aiop:UseCase ; {LIVE} ; aiop:operatedBy ex:sales ; aiop:riskClass aiop:HighRisk ;
            aiop:regulatoryRole aiop:Deployer ; aiop:hasEventLogging ex:log .
        ex:log aiop:logRetention "P7M"^^xsd:duration .""",
        '"P1Y"^^xsd:duration',
        day=HIGH_RISK,
    ),
    "CentralShare": Turn(
        "S502",
        UNITS
        + """ex:firm aiop:declaredArchetype aiop:IntegratedUnits . ex:hub a aiop:CentralTeam ; org:unitOf ex:firm .
        ex:code a aiop:Policy ; aiop:ownedBy ex:hub . ex:cloud a aiop:Platform ; aiop:ownedBy ex:hub .""",
        "0.5",
    ),
    "ProgrammeYouth": Turn("S503", EARLY, '"P12M"^^xsd:duration', "violated", None),
    "BuildersPerUnit": Turn("S503", EARLY, "0.5", "violated", None),
    "DistinctUnits": Turn("S503", EARLY, "3", "violated", None),
    "StewardedShare": Turn("S503", GROWN, "0.5", None, "violated"),
    "ReadinessSpread": Turn("S503", DIVERSE, "0.1", None, "violated"),
}


def verdict(folder: Path, turn: Turn, more: str = "") -> str | None:
    """The one verdict that is given by a rule about facts; None where the rule has nothing to look at."""
    path = folder / "firm.ttl"
    path.write_text(prologue() + FIRM + turn.facts + more, encoding="utf-8")
    row = aiopkg.assess(path, as_of=turn.day).verdicts[turn.rule]
    given = [name for name, count in row.items() if count]
    assert len(given) <= 1, given
    return given[0] if given else None


@pytest.mark.parametrize("name", TURNS)
def test_an_organization_turns_a_verdict_by_a_threshold_of_its_own(name: str, tmp_path: Path) -> None:
    turn = TURNS[name]
    assert verdict(tmp_path, turn) == turn.before
    assert verdict(tmp_path, turn, f"\naiop:{name} aiop:thresholdValue {turn.value} .") == turn.after


OUTLOOKS = {
    "KnownShare": ("asked/agency", "0", "1", "maturity"),
    "LoopPeriod": ("orgs/bank", '"P1D"^^xsd:duration', '"P10Y"^^xsd:duration', "proving_grounds"),
    "ReadinessFloor": ("orgs/manufacturer", "0", "0.9", "launch_zones"),
    "LaunchScore": ("orgs/manufacturer", "0", "1", "launch_zones"),
    "AvoidanceScore": ("orgs/manufacturer", "0", "1", "units_to_avoid"),
}
"""Thresholds on which no rule rests: an example, two values far apart, and the key of the report that they change."""


@pytest.mark.parametrize("name", OUTLOOKS)
def test_an_organization_turns_the_outlook_by_a_threshold_of_its_own(name: str, tmp_path: Path) -> None:
    example, low, high, key = OUTLOOKS[name]
    text = (ROOT / "tests" / f"{example}.ttl").read_text(encoding="utf-8")
    told = []
    for value in (low, high):
        (tmp_path / "firm.ttl").write_text(f"{text}\naiop:{name} aiop:thresholdValue {value} .", encoding="utf-8")
        told.append(document(aiopkg.assess(tmp_path / "firm.ttl", as_of=DAY))[key])
    assert told[0] != told[1]


def test_each_threshold_is_turned_and_each_rule_that_turns_rests_on_it() -> None:
    thresholds = {t.subject for t in assets.ontology() if t.predicate == RDF.type and t.object == AIOP.Threshold}
    rests = {rule.code: set(rule.thresholds) for rule in catalogue()}
    named = {NamedNode(PREFIXES["aiop"] + name): turn for name, turn in TURNS.items()}
    assert {*named, *(NamedNode(PREFIXES["aiop"] + name) for name in OUTLOOKS)} == thresholds
    assert set(named) == set().union(*rests.values())
    assert [name for name, turn in named.items() if name not in rests[turn.rule]] == []
