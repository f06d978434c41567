"""What the packs turn on: dates, roles, waivers, and which rule falls silent when a fact is not reported."""

from datetime import date

import pytest
from conftest import materialised

from aiopkg.engine import validate_model
from aiopkg.rules import catalogue

ACT_DATES = {
    "E104": date(2025, 2, 2),
    "E105": date(2025, 2, 2),
    "E150": date(2026, 8, 2),
}
ANNEX_III = date(2027, 12, 2)
ANNEX_I = date(2028, 8, 2)
LIVE = "ex:triage a aiop:UseCase ; aiop:stage aiop:Production ; aiop:reportedImpact aiop:HighImpact ."


def verdicts(turtle: str, code: str, day: date = date(2026, 1, 1)) -> dict[str, int]:
    rule = next(rule for rule in catalogue() if rule.code == code)
    counts = validate_model(materialised(turtle), [rule], day).verdicts[code]
    return {verdict: count for verdict, count in counts.items() if count}


def test_each_rule_of_the_act_is_in_force_from_its_date() -> None:
    rules = [rule for rule in catalogue() if rule.pack == "eu-ai-act"]
    assert len(rules) == 15
    for rule in rules:
        assert rule.valid_from == ACT_DATES.get(rule.code, ANNEX_III)
        assert rule.valid_to is None


def test_what_rests_on_article_4_is_a_warning_marked_contested() -> None:
    for rule in catalogue():
        rests = any(c.standard.startswith("eu-ai-act") and c.id == "4" for c in rule.cites)
        assert rest_is_marked(rule.contested, rule.severity) if rests else not rule.contested


def rest_is_marked(contested: bool, severity: str) -> bool:
    return contested and severity == "Warning"


def test_a_high_risk_product_answers_to_the_act_from_its_own_later_date() -> None:
    product = (
        "ex:lift a aiop:UseCase ; aiop:stage aiop:Production ; aiop:riskClass aiop:HighRiskProduct ;"
        " aiop:regulatoryRole aiop:Provider ."
    )
    assert verdicts(product, "E109", ANNEX_III) == {}
    assert verdicts(product, "E109", date(2028, 8, 1)) == {}
    assert verdicts(product, "E109", ANNEX_I) == {"violated": 1}
    assert verdicts(product, "E149", ANNEX_I) == {}
    assert verdicts(product.replace("Provider", "Deployer"), "E128", ANNEX_I) == {"violated": 1}


def test_a_provider_answers_for_no_duty_of_a_deployer_and_the_other_way_round() -> None:
    case = (
        "ex:lift a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:riskClass aiop:HighRisk ; aiop:regulatoryRole aiop:{} ."
    )
    targeted = {
        role: {
            rule.code
            for rule in catalogue()
            if rule.pack == "eu-ai-act" and verdicts(case.format(role), rule.code, ANNEX_III)
        }
        for role in ("Provider", "Deployer")
    }
    assert targeted["Provider"] - targeted["Deployer"] == {
        "E109",
        "E110",
        "E111",
        "E112",
        "E114",
        "E117",
        "E149",
        "E172",
        "E173",
    }
    assert targeted["Deployer"] - targeted["Provider"] == {"E126", "E128"}


@pytest.mark.parametrize("kind", ["competence", "training", "authority", "support"])
def test_what_an_overseer_lacks_is_reported_by_kind(kind: str) -> None:
    qualities = {"competence": "Competent", "authority": "Authorized", "support": "Supported"}
    facts = " ; ".join(f"aiop:overseer{word} true" for name, word in qualities.items() if name != kind)
    course = "" if kind == "training" else "ex:c a aiop:Training ; aiop:trained ex:ada ; aiop:trainedFor ex:s ."
    turtle = (
        "ex:s a aiop:UseCase ; aiop:stage aiop:Production ; aiop:riskClass aiop:HighRisk ;"
        " aiop:regulatoryRole aiop:Deployer ; aiop:hasOversight ex:w ."
        f" ex:w aiop:overseer ex:ada ; {facts} . ex:ada a foaf:Person . {course}"
    )
    rule = next(rule for rule in catalogue() if rule.code == "E126")
    found = validate_model(materialised(turtle), [rule], ANNEX_III).findings
    assert [(f.kind, f.verdict) for f in found] == [(kind, "violated")]


def test_without_any_oversight_each_of_the_four_is_reported() -> None:
    turtle = (
        "ex:s a aiop:UseCase ; aiop:stage aiop:Production ; aiop:riskClass aiop:HighRisk ;"
        " aiop:regulatoryRole aiop:Deployer ."
    )
    rule = next(rule for rule in catalogue() if rule.code == "E126")
    found = validate_model(materialised(turtle), [rule], ANNEX_III).findings
    assert {f.kind for f in found} == {"competence", "training", "authority", "support"}


PRACTICES = {
    "O101": "hasPreDeploymentTest",
    "O102": "hasImpactAssessment",
    "O103": "hasOngoingMonitoring",
    "O104": "hasOperatorTraining",
    "O105": "hasFailSafe",
    "O106": "hasAppealRoute",
    "O107": "hasIndependentReview",
    "O108": "hasConsultation",
}


@pytest.mark.parametrize(("code", "practice"), PRACTICES.items())
def test_a_practice_is_violated_unknown_excused_or_waived_by_what_is_stated(code: str, practice: str) -> None:
    stated = f"ex:s a aiop:StatedStatus ; aiop:statusOf ex:triage ; aiop:ofProperty aiop:{practice} ; aiop:status aiop:"
    waiver = f"ex:w a aiop:Waiver ; aiop:waivedFor ex:triage ; aiop:ofProperty aiop:{practice} ; aiop:grantedBy ex:caio"
    for said, verdict in (
        ("", "violated"),
        (f"ex:triage aiop:unreported aiop:{practice} .", "unknown"),
        (f"{stated}InProgress .", "in_progress"),
        (f"{stated}NotApplicable .", "not_applicable"),
        (f"{stated}PrecludedByLaw .", "not_applicable"),
        (f"{waiver} .", "waived"),
        (f'{waiver} ; aiop:validUntil "2025-12-31T00:00:00Z"^^xsd:dateTime .', "violated"),
        (f"ex:triage aiop:{practice} ex:done .", "satisfied"),
    ):
        assert verdicts(LIVE + said, code) == {verdict: 1}, said


def test_a_use_case_is_to_be_discontinued_for_what_is_missing_and_neither_waived_nor_unknown() -> None:
    held = [f"ex:triage aiop:{practice} ex:done ." for practice in PRACTICES.values()]
    assert verdicts(LIVE + " ".join(held), "O109") == {"satisfied": 1}
    assert verdicts(LIVE + " ".join(held[1:]), "O109") == {"violated": 1}
    unreported = "ex:triage aiop:unreported aiop:hasPreDeploymentTest ."
    assert verdicts(LIVE + unreported + " ".join(held[1:]), "O109") == {"unknown": 1}
    assert verdicts(LIVE + unreported + " ".join(held[2:]), "O109") == {"violated": 1}
    under_way = (
        "ex:s a aiop:StatedStatus ; aiop:statusOf ex:triage ; aiop:ofProperty aiop:hasPreDeploymentTest ;"
        " aiop:status aiop:InProgress ."
    )
    assert verdicts(LIVE + under_way + " ".join(held[1:]), "O109") == {"in_progress": 1}
    waived = "ex:w a aiop:Waiver ; aiop:waivedFor ex:triage ; aiop:ofProperty aiop:hasPreDeploymentTest ."
    assert verdicts(LIVE + waived + " ".join(held[1:]), "O109") == {"satisfied": 1}
    assert verdicts(LIVE + waived + " ".join(held[2:]), "O109") == {"violated": 1}
