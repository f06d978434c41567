"""One unit of a generated organization: its people, use cases, data, models and controls, and perhaps one gap."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

__all__ = ["GAPS", "Unit"]

GAPS: Mapping[str, Mapping[str, int]] = {
    "nobody answers": {"G101": 1},
    "no checkpoint": {"G105": 1},
    "by hand": {"G110": 1},
    "no resolver": {"G113": 1},
    "no feedback": {"G114": 1},
    "old policy": {"G117": 1},
    "no lineage": {"D304": 1},
    "poor quality": {"D305": 1},
    "slow refresh": {"D309": 1},
    "no privacy assessment": {"D310": 1},
    "not integrated": {"P402": 1},
    "not monitored": {"P403": 1},
    "not approved": {"P409": 1},
    "not supported": {"P410": 1},
    "not trained": {"T203": 1},
    "no target": {"V702": 1},
    "old measurement": {"V703": 1},
    "overdue point": {"R606": 1},
}
"""Each gap, and how many elements violate which rule because of it."""

GIVEN = ("Ada", "Bruno", "Chiara", "Dara", "Edda", "Femi", "Greta", "Hugo", "Ilse", "Jonas", "Kaya", "Linus")
FAMILY = ("Abara", "Bergholt", "Castellan", "Dunmore", "Eklund", "Farrow", "Giroux", "Hadley", "Ivarsen", "Jansky")
TRADES = ("Claims", "Lending", "Logistics", "Procurement", "Maintenance", "Service", "Pricing", "Planning", "Sales")
PLACES = ("North", "South", "East", "West", "Harbour", "Valley", "Coast", "Upland")
POSTS = (
    ("head", "Head", ""),
    ("manager", "AI Product Manager", "aiop:AIProductManager"),
    ("engineer", "Machine-Learning Engineer", "aiop:MLEngineer"),
    ("expert", "Senior Expert", "aiop:DomainExpert"),
    ("owner", "Product Owner", "aiop:ProductOwner"),
    ("translator", "Translator", "aiop:Translator"),
    ("steward", "Data Steward", ""),
    ("reviewer", "Lead Reviewer", ""),
    ("risk-partner", "Risk Partner", ""),
    ("data-partner", "Data Partner", ""),
)
AT_THE_CENTRE = {"reviewer": ":risk", "risk-partner": ":risk", "data-partner": ":data-office"}
LIVE = (("scoring", "Risk scoring"), ("sorting", "Message sorting"))
RIGHTS = (
    ("release", "Release and retirement", "aiop:DeployUseCase , aiop:RetireUseCase", "head"),
    ("data-access", "Access to data", "aiop:GrantDataAccess", "data-partner"),
    ("acceptance", "Acceptance of risk", "aiop:AcceptRisk", "risk-partner"),
)


@dataclass(frozen=True)
class Unit:
    """A unit by its number, in a division; ``gap`` is a key of :data:`GAPS` or None."""

    number: int
    division: str
    chance: Random
    gap: str | None

    def turtle(self) -> str:
        """Return what is said of the unit."""
        parts = (self._staff(), self._use_cases(), self._rights(), self._controls(), self._data(), self._value())
        return "".join(f"{line} .\n" for part in parts for line in part)

    def _unless(self, gap: str, text: str) -> str:
        return "" if self.gap == gap else text

    def _if(self, gap: str, there: str, otherwise: str) -> str:
        return there if self.gap == gap else otherwise

    @property
    def _u(self) -> str:
        return f":u{self.number}"

    def _staff(self) -> Iterator[str]:
        u, chance = self._u, self.chance
        trade = f"{chance.choice(TRADES)} {chance.choice(PLACES)} {self.number + 1}"
        yield f'{u} a org:OrganizationalUnit ; rdfs:label "{trade}" ; org:unitOf {self.division}'
        for name, label, role in POSTS:
            home = AT_THE_CENTRE.get(name, u)
            more = f" ; org:role {role}" if role else ""
            more += f" ; org:reportsTo {u}-head" if home == u and name != "head" else ""
            person = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
            yield (
                f'{u}-{name} a org:Post ; rdfs:label "{label}, {trade}" ; org:postIn {home} ;\n'
                f"    org:heldBy {u}-{name}-holder{more}"
            )
            yield f'{u}-{name}-holder a foaf:Person ; rdfs:label "{person}"'

    def _use_cases(self) -> Iterator[str]:
        u, chance = self._u, self.chance
        for name, label in LIVE:
            whole = name == "scoring"
            risk = "aiop:HighRisk" if whole else "aiop:MinimalRisk"
            since = f"{chance.randint(2023, 2025)}-{chance.randint(1, 12):02}-01"
            missing = {
                "aiop:edgeCaseResolver": ("no resolver", f"{u}-expert"),
                "aiop:hasFeedbackChannel": ("no feedback", f"{u}-feedback"),
                "aiop:hasApproval": ("not approved", f"{u}-go-live"),
                "aiop:hasPrivacyAssessment": ("no privacy assessment", ":privacy-assessment"),
                "aiop:hasCheckpoint": ("no checkpoint", f"{u}-checkpoint" if whole else ""),
            }
            may_lack = "".join(
                f"    {predicate} {value} ;\n"
                for predicate, (gap, value) in missing.items()
                if value and not (whole and self.gap == gap)
            )
            yield (
                f'{u}-{name} a aiop:UseCase ; rdfs:label "{label} {self.number + 1}" ;\n'
                f'    aiop:purpose "{label} of what reaches the unit." ; aiop:stage aiop:Production ;\n'
                f'    aiop:stageSince "{since}"^^xsd:date ; aiop:deployedOn "{since}"^^xsd:date ;\n'
                f"    aiop:riskClass {risk} ; aiop:sourcing aiop:BuiltInHouse ;\n"
                f"    aiop:affectsNaturalPersons true ;\n"
                f"    aiop:builtBy {u} ; aiop:operatedBy {u} ; aiop:consumedBy {u} ;\n"
                f"    aiop:informs {u}-{name}-decision ; aiop:servesObjective :objective ;\n"
                f"    aiop:hasLiteracyMeasure :lessons ;\n"
                f"    aiop:teamMember {u}-manager , {u}-engineer , {u}-expert , {u}-owner , {u}-translator ;\n"
                f"    aiop:usesDataset {u}-records ; aiop:usesModel {u}-{name}-model ; aiop:runsOn :run-platform ;\n"
                f"    aiop:usesAsset :dashboard ; aiop:hasIncidentRoute :incident-desk ;\n{may_lack}"
                f"    aiop:hasRetirementPlan :retirement-plan ; aiop:hasKPI {u}-{name}-kpi ;\n"
                f"    aiop:hasGuardrail {u}-drift , {u}-privacy , {u}-fairness , {u}-regulation ;\n"
                f"    aiop:hasFallback {u}-by-hand"
            )
        yield (
            f'{u}-forecast a aiop:UseCase ; rdfs:label "Forecast {self.number + 1}" ; aiop:stage aiop:Development ;\n'
            f'    aiop:purpose "Foresee next month." ; aiop:stageSince "2026-05-04"^^xsd:date ; aiop:operatedBy {u} ;\n'
            f"    aiop:servesObjective :objective ; aiop:riskClass aiop:MinimalRisk"
        )
        yield (
            f'{u}-scoring-decision a aiop:Decision ; rdfs:label "Approval {self.number + 1}" ;\n'
            f'    aiop:decisionKind aiop:CreditApproval ; aiop:decisionInterval "P1D"^^xsd:duration'
        )
        yield (
            f'{u}-sorting-decision a aiop:Decision ; rdfs:label "Routing {self.number + 1}" ;\n'
            f'    aiop:hasEffect aiop:ConvenienceEffect ; aiop:decisionInterval "P1D"^^xsd:duration'
        )

    def _rights(self) -> Iterator[str]:
        u = self._u
        covered = self._if("nobody answers", f"{u}-sorting", f"{u}-scoring , {u}-sorting")
        both = f"{u}-scoring , {u}-sorting"
        decisions = (("answering", "Answering for outputs", "aiop:AnswerForOutputs", "head"), *RIGHTS)
        for name, label, kind, holder in decisions:
            concerned = covered if name == "answering" else both
            yield (
                f'{u}-{name} a aiop:Decision ; rdfs:label "{label}, {self.number + 1}" ;\n'
                f'    aiop:decisionKind {kind} ; aiop:leadTime "P5D"^^xsd:duration ; aiop:concerns {concerned}'
            )
            yield (
                f"{u}-{name}-right a aiop:DecisionRight ; aiop:overDecision {u}-{name} ;\n"
                f"    aiop:letter aiop:RaciAccountable ; aiop:holder {u}-{holder}"
            )

    def _controls(self) -> Iterator[str]:
        u = self._u
        for name, kind in (
            ("drift", "aiop:DriftGuard , aiop:LineageGuard"),
            ("privacy", "aiop:PrivacyGuard"),
            ("fairness", "aiop:FairnessGuard"),
            ("regulation", "aiop:RegulationGuard"),
        ):
            by_hand = self.gap == "by hand" and name == "fairness"
            yield (
                f'{u}-{name} a aiop:Guardrail ; rdfs:label "Guard of {name} {self.number + 1}" ;\n'
                f"    aiop:guardrailKind {kind} ; aiop:automation aiop:{'RunByHand' if by_hand else 'Automated'} ;\n"
                f"    aiop:appliesFromStage aiop:Design"
            )
        if self.gap != "no checkpoint":
            yield (
                f'{u}-checkpoint a aiop:HumanCheckpoint ; rdfs:label "Second look {self.number + 1}" ;\n'
                f"    aiop:covers {u}-scoring-decision ; aiop:reviewer {u}-reviewer ; aiop:mayOverride true"
            )
        trained_for = f"{u}-checkpoint" if self.gap != "no checkpoint" else f"{u}-scoring"
        until = self._if("not trained", "2026-05-14", "2027-05-14")
        yield (
            f"{u}-training a aiop:Training ; aiop:trained {u}-reviewer-holder ; aiop:trainedFor {trained_for} ;\n"
            f'    aiop:validFrom "2025-05-15"^^xsd:date ; aiop:validUntil "{until}"^^xsd:date'
        )
        yield (
            f"{u}-expert-training a aiop:Training ; aiop:trained {u}-expert-holder ;\n"
            f"    aiop:trainedFor {u}-scoring , {u}-sorting"
        )
        yield (
            f'{u}-feedback a aiop:FeedbackChannel ; rdfs:label "Feedback" ;\n'
            f"    aiop:reachesImprover {u}-manager , {u}-engineer"
        )
        yield f'{u}-by-hand a aiop:Fallback ; rdfs:label "Working by hand"'
        yield f'{u}-go-live a aiop:GoLiveApproval ; rdfs:label "Approval" ; aiop:validFrom "2022-12-11"^^xsd:date'
        reviewed = self._if("old policy", "2024-05-20", "2026-02-20")
        yield (
            f'{u}-policy a aiop:Policy ; rdfs:label "Rules of use {self.number + 1}" ; aiop:ownedBy {u}-head ;\n'
            f'    aiop:lastReviewedOn "{reviewed}"^^xsd:date'
        )
        if self.gap == "overdue point":
            yield (
                f'{u}-point a aiop:ReviewFinding ; rdfs:label "Open point {self.number + 1}" ; aiop:foundBy :review ;\n'
                f'    aiop:assignedTo {u}-head ; aiop:dueOn "2026-05-29"^^xsd:date'
            )

    def _data(self) -> Iterator[str]:
        u = self._u
        yield (
            f'{u}-domain a aiop:DataDomain ; rdfs:label "Data of unit {self.number + 1}" ;\n'
            f"    aiop:ownedBy {u} ; aiop:steward {u}-steward"
        )
        yield f'{u}-ledger a aiop:SystemOfRecord ; rdfs:label "Ledger {self.number + 1}"'
        derived = self._unless("no lineage", f" ;\n    aiop:storedIn {u}-ledger")
        refreshed = self._if("slow refresh", "P30D", "PT1H")
        yield (
            f'{u}-records a dcat:Dataset ; rdfs:label "Records {self.number + 1}" ; aiop:ownedBy {u} ;\n'
            f'    aiop:ownershipRecordedOn "2022-05-02"^^xsd:date ; aiop:inDomain {u}-domain{derived} ;\n'
            f"    aiop:hasQualityStandard :quality-standard ; aiop:holdsPersonalData true ;\n"
            f"    aiop:meetsQualityStandard {self._if('poor quality', 'false', 'true')} ;\n"
            f'    aiop:usesFeature aiop:IncomeFeature ; aiop:refreshInterval "{refreshed}"^^xsd:duration'
        )
        yield f":fabric aiop:serves {u}-records"
        for name, _ in LIVE:
            whole = name == "scoring"
            monitored = "" if whole and self.gap == "not monitored" else " ; aiop:monitoredBy :monitor"
            integrated = "" if whole and self.gap == "not integrated" else f" ; aiop:integratedInto {u}-desk"
            ended = ' ; aiop:supportEndsOn "2026-04-30"^^xsd:date' if whole and self.gap == "not supported" else ""
            yield (
                f'{u}-{name}-model a aiop:Model ; rdfs:label "Model of {name} {self.number + 1}" ;\n'
                f"    aiop:hasSecurityAssessment :security-assessment ;\n"
                f'    aiop:refreshInterval "P3M"^^xsd:duration{monitored}{integrated}{ended}'
            )
        yield f'{u}-desk a aiop:BusinessSystem ; rdfs:label "Workbench {self.number + 1}"'

    def _value(self) -> Iterator[str]:
        u = self._u
        for name, _ in LIVE:
            whole = name == "scoring"
            baseline = self.chance.randint(40, 90)
            target = "" if whole and self.gap == "no target" else f" ; aiop:target {baseline // 2}.0"
            day = "2024-02-28" if whole and self.gap == "old measurement" else "2026-05-31"
            yield (
                f'{u}-{name}-kpi a aiop:BusinessKPI ; rdfs:label "Hours until {name} is done {self.number + 1}" ;\n'
                f"    aiop:baseline {baseline}.0 ; aiop:direction aiop:LowerIsBetter ; aiop:ownedBy {u}-head{target}"
            )
            yield (
                f"{u}-{name}-measured a aiop:Measurement ; aiop:measurementOf {u}-{name}-kpi ;\n"
                f'    aiop:measuredOn "{day}"^^xsd:date ; aiop:measuredValue {baseline // 3}.5'
            )
