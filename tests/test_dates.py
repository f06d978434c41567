"""The first and the last day of a rule and of a fact: the day before, the day itself, the day after, file to report."""

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from examples import ORGS
from test_cli import run

import aiopkg
from aiopkg.report import document
from aiopkg.rules import Rule, catalogue, prologue

AUTHORITY = ORGS / "authority.ttl"
DATED = [rule for rule in catalogue() if rule.valid_from]
STARTS = sorted({rule.valid_from for rule in DATED if rule.valid_from})
ONE = timedelta(days=1)


@cache
def reported(day: date) -> dict[str, Any]:
    return document(aiopkg.assess(AUTHORITY, as_of=day))


@pytest.mark.parametrize("rule", DATED, ids=lambda rule: rule.code)
def test_a_rule_counts_from_its_first_day_on(rule: Rule) -> None:
    """The Authority has an element for each of them, whatever the day."""
    assert rule.valid_from is not None
    for day, counts in ((rule.valid_from - ONE, False), (rule.valid_from, True), (rule.valid_from + ONE, True)):
        assert bool(sum(reported(day)["verdicts"].get(rule.code, {}).values())) is counts, day
        assert any(finding["rule"] == rule.code for finding in reported(day)["findings"]) is counts, day


def test_the_command_line_takes_the_day_by_the_letter() -> None:
    start = STARTS[-1]
    for day, counts in ((start - ONE, False), (start, True), (start + ONE, True)):
        done = run("assess", str(AUTHORITY), "--as-of", day.isoformat(), "-f", "json", "--fail-on", "never", "-q")
        report = json.loads(done.stdout)
        assert report["as_of"] == day.isoformat()
        assert ("E109" in {finding["rule"] for finding in report["findings"]}) is counts


def test_a_rule_that_ends_no_longer_counts_on_its_last_date() -> None:
    rule = replace(DATED[0], valid_from=date(2026, 3, 1), valid_to=date(2026, 6, 30))
    days = {day: rule.in_force(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2))}
    assert list(days.values()) == [False, True, True]
    days = {day: rule.in_force(day) for day in (date(2026, 6, 29), date(2026, 6, 30), date(2026, 7, 1))}
    assert list(days.values()) == [True, False, False]
    always = replace(rule, valid_from=None, valid_to=None)
    assert always.in_force(date.min) and always.in_force(date.max)


LIVE = "ex:firm a org:FormalOrganization . ex:scoring a aiop:UseCase ; aiop:stage aiop:Production .\n"
BOUND = "ex:firm aiop:boundBy aiop:pack-us-omb-m-25-21 . ex:scoring aiop:reportedImpact aiop:HighImpact .\n"
FACTS = {
    "approval": ("P409", "ex:scoring aiop:hasApproval ex:x . ex:x a aiop:GoLiveApproval ; {time} .", "satisfied"),
    "right": (
        "G102",
        """ex:x aiop:overDecision ex:release ; aiop:letter aiop:RaciAccountable ; aiop:holder ex:ada ; {time} .
        ex:y aiop:overDecision ex:release ; aiop:letter aiop:RaciAccountable ; aiop:holder ex:ben .
        ex:ada a foaf:Person . ex:ben a foaf:Person .""",
        "violated",
    ),
    "training": (
        "T203",
        """ex:scoring aiop:outputsHandledBy ex:ada . ex:ada a foaf:Person .
        ex:x a aiop:Training ; aiop:trained ex:ada ; aiop:trainedFor ex:scoring ; {time} .""",
        "satisfied",
    ),
    "mandate": (
        "G122",
        """ex:scoring aiop:hasAgent ex:agent . ex:agent aiop:mayBeStoppedBy ex:ada ; prov:qualifiedDelegation ex:x .
        ex:x a prov:Delegation ; prov:agent ex:ada ; aiop:authorityLimit "Ask." ; {time} .""",
        "satisfied",
    ),
    "membership": (
        "D301",
        """ex:orders a aiop:DataDomain ; aiop:steward ex:seat . ex:seat a org:Post .
        ex:x a org:Membership ; org:member ex:ada ; aiop:inPost ex:seat ; {time} .""",
        "satisfied",
    ),
    "access policy": (
        "D306",
        """ex:scoring aiop:operatedBy ex:sales ; aiop:usesDataset ex:cases . ex:cases aiop:ownedBy ex:law .
        ex:law a org:OrganizationalUnit . ex:sales a org:OrganizationalUnit .
        ex:x a aiop:AccessPolicy ; aiop:onDataset ex:cases ; aiop:permitsUnit ex:sales ; {time} .""",
        "satisfied",
    ),
    "waiver": (
        "O103",
        BOUND + "ex:x a aiop:Waiver ; aiop:waivedFor ex:scoring ; aiop:ofProperty aiop:hasOngoingMonitoring ; {time} .",
        "waived",
    ),
}
"""A statement that may have a first or a last date, a rule that turns on it, and the verdict while it is in force."""
OTHERWISE = {"satisfied": "violated", "waived": "violated", "violated": "satisfied"}
TURN = date(2026, 6, 30)


def verdict(folder: Path, name: str, time: str, day: date) -> str:
    code, facts, _ = FACTS[name]
    (folder / "firm.ttl").write_text(prologue() + LIVE + facts.replace("{time}", time), encoding="utf-8")
    row = document(aiopkg.assess(folder / "firm.ttl", as_of=day))["verdicts"][code]
    (given,) = (verdict for verdict, count in row.items() if count)
    return str(given)


@pytest.mark.parametrize(
    ("name", "form"),
    [*((name, '"2026-06-30"^^xsd:date') for name in FACTS), ("approval", '"2026-06-30T00:00:00Z"^^xsd:dateTime')],
)
def test_what_is_stated_holds_from_its_first_date_up_to_and_not_on_its_last(
    name: str, form: str, tmp_path: Path
) -> None:
    holds = FACTS[name][2]
    begun = [verdict(tmp_path, name, f"aiop:validFrom {form}", TURN + ONE * step) for step in (-1, 0, 1)]
    assert begun == [OTHERWISE[holds], holds, holds]
    ended = [verdict(tmp_path, name, f"aiop:validUntil {form}", TURN + ONE * step) for step in (-1, 0, 1)]
    assert ended == [holds, OTHERWISE[holds], OTHERWISE[holds]]
