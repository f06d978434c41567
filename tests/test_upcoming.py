"""Looking ahead: what rules that begin later will find, and when; contested rules say that they are."""

import io
import json
from datetime import date
from functools import lru_cache

import jsonschema
import pytest
from conftest import ORGS, model_from
from rich.console import Console
from test_cli import run

from aiopkg.assessment import Assessment
from aiopkg.engine import assess, assess_model
from aiopkg.report import document, schema, to_html, to_json, to_text

DAY = date(2026, 6, 30)
TRANSPARENCY = date(2026, 8, 2)
ANNEX_III = date(2027, 12, 2)
ANNEX_I = date(2028, 8, 2)
LIFT = """
    ex:firm a org:FormalOrganization ; aiop:boundBy aiop:pack-eu-ai-act .
    ex:lift a aiop:UseCase ; aiop:stage aiop:Production ; aiop:riskClass aiop:HighRiskProduct ;
        aiop:regulatoryRole aiop:Provider .
"""


@lru_cache
def bank(as_of: date, *, upcoming: bool = False) -> Assessment:
    return assess(ORGS / "bank.ttl", as_of=as_of, upcoming=upcoming)


def text_of(assessment: Assessment) -> str:
    console = Console(file=io.StringIO(), width=400)
    to_text(assessment, console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_nothing_is_said_of_later_rules_unless_asked() -> None:
    assert bank(DAY).upcoming is None
    assert "upcoming" not in document(bank(DAY))
    assert "comes into force" not in text_of(bank(DAY))


def test_each_rule_of_the_act_is_listed_on_its_day() -> None:
    coming = bank(DAY, upcoming=True).upcoming
    assert coming is not None
    assert [(c.date, c.rule.code) for c in coming][:2] == [(TRANSPARENCY, "E150"), (ANNEX_III, "E109")]
    assert len([c for c in coming if c.date == ANNEX_III]) == 12
    assert all(c.date == c.rule.valid_from for c in coming)
    assert any(f.verdict == "violated" for c in coming for f in c.findings if c.date == ANNEX_III)


@pytest.mark.parametrize("day", [TRANSPARENCY, ANNEX_III])
def test_what_is_foretold_is_what_an_assessment_on_that_day_finds(day: date) -> None:
    coming = [c for c in bank(DAY, upcoming=True).upcoming or () if c.date == day]
    codes = {c.rule.code for c in coming}
    foretold = [finding for c in coming for finding in c.findings]
    assert codes
    assert foretold == [finding for finding in bank(day).findings if finding.rule in codes]


def test_a_rule_that_will_have_nothing_to_look_at_is_not_said_to_find_no_gap() -> None:
    coming = {c.rule.code: c for c in bank(DAY, upcoming=True).upcoming or ()}
    assert (coming["E150"].elements, coming["E109"].elements, coming["E126"].elements) == (0, 2, 2)
    rows = {row["rule"]: row["elements"] for row in document(bank(DAY, upcoming=True))["upcoming"]}
    assert rows == {code: c.elements for code, c in coming.items()}
    assert "AI system or its output: nothing to look at" in text_of(bank(DAY, upcoming=True))
    assert "nothing to look at" in to_html(bank(DAY, upcoming=True))


def test_looking_ahead_leaves_todays_assessment_as_it_is() -> None:
    asked = document(bank(DAY, upcoming=True))
    del asked["upcoming"]
    assert asked == document(bank(DAY))
    assert bank(DAY, upcoming=True).dataset() == bank(DAY).dataset()


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), date(2028, 1, 1)])
def test_a_rule_finds_a_product_only_when_the_act_reaches_products(as_of: date) -> None:
    coming = assess_model(model_from(LIFT), as_of=as_of, upcoming=True).upcoming or ()
    found = {(c.date, c.rule.code) for c in coming if c.findings}
    assert (ANNEX_I, "E109") in found
    assert not {day for day, code in found if code == "E109"} - {ANNEX_I}


def test_nothing_comes_once_all_is_in_force_or_without_a_pack() -> None:
    assert assess_model(model_from(LIFT), as_of=ANNEX_I, upcoming=True).upcoming == ()
    plain = LIFT.replace("aiop:boundBy aiop:pack-eu-ai-act", 'rdfs:label "Firm"')
    unbound = assess_model(model_from(plain), as_of=DAY, upcoming=True)
    assert unbound.upcoming == ()
    assert "No rule that applies here begins later." in text_of(unbound)
    asked = assess_model(model_from(plain), as_of=DAY, packs=["eu-ai-act"], upcoming=True)
    assert [c.rule.code for c in asked.upcoming or ()][:2] == ["E150", "E109"]


def test_the_report_says_what_will_be_violated_when_and_by_which_rule() -> None:
    report = json.loads(to_json(bank(DAY, upcoming=True)))
    jsonschema.validate(report, schema(), format_checker=jsonschema.FormatChecker())
    first = next(row for row in report["upcoming"] if row["rule"] == "E128")
    assert first["date"] == "2027-12-02"
    assert {finding["verdict"] for finding in first["findings"]} == {"violated"}
    lines = [line.strip() for line in text_of(bank(DAY, upcoming=True)).splitlines()]
    start = lines.index("What comes into force")
    assert lines[start + 1].startswith("2026-08-02 E150")
    assert any(line.startswith("2027-12-02 E109") for line in lines[start:])
    assert any("No log of" in line and "bank.ttl:" in line for line in lines[start:])


def test_the_page_has_a_section_on_it_when_asked() -> None:
    asked, silent = to_html(bank(DAY, upcoming=True)), to_html(bank(DAY))
    assert 'href="#coming"' in asked
    section = asked[asked.index('<section id="coming"') :].partition("</section>")[0]
    assert 'datetime="2027-12-02"' in section
    assert "No log of Private loan scoring is recorded" in section
    assert "#coming" not in silent


def test_the_command_line_looks_ahead_and_keeps_todays_exit_code() -> None:
    today = ("assess", str(ORGS / "bank.ttl"), "--as-of", "2026-06-30")
    done = run(*today, "--upcoming", "-f", "json", "-q")
    assert done.returncode == run(*today, "-f", "json", "-q").returncode
    assert {row["date"] for row in json.loads(done.stdout)["upcoming"]} == {"2026-08-02", "2027-12-02"}


def test_a_finding_of_a_contested_rule_says_so() -> None:
    found = assess_model(model_from(LIFT), as_of=DAY)
    assert [f.verdict for f in found.findings if f.rule == "E104"] == ["violated"]
    marked = [line.split()[0] for line in text_of(found).splitlines() if "(contested)" in line]
    assert marked == ["E104"]
    page = to_html(found)
    gap = page[page.index('id="rule-E104"') :].partition("</summary>")[0]
    assert "contested" in gap
    assert page.count(">contested<") == 1


def test_the_list_of_rules_shows_which_one_is_contested() -> None:
    shown = " ".join(run("rules", "--cites", "eu-ai-act-2024-1689 4").stdout.split())
    assert "from 2025-02-02" in shown
    assert "contested)" in shown
