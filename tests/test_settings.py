"""Settings: found upward, read with places, and felt in the assessment; baselines and waivers."""

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from conftest import ORGS, ROOT
from test_cli import run

from aiopkg.baseline import Baseline, Known, read_baseline
from aiopkg.engine import assess
from aiopkg.errors import AiopkgWarning, InputError
from aiopkg.live import Live
from aiopkg.live.watch import Watch
from aiopkg.report import document, schema, to_json
from aiopkg.rules import catalogue
from aiopkg.settings import KEYS, Settings, find_settings, read_settings

MAKER = ORGS / "manufacturer.ttl"
DAY = date(2026, 6, 30)
BRACKENFORGE = "https://example.org/brackenforge/"


def settings(tmp_path: Path, text: str, profile: str | None = None) -> Settings:
    path = tmp_path / "aiopkg.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path, profile)


def codes(chosen: Settings) -> set[str]:
    return {rule.code for rule in catalogue() if chosen.chooses(rule.code)}


def test_settings_are_found_from_the_folder_upward(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.aiopkg]\n")
    assert find_settings(below) == tmp_path / "pyproject.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.ruff]\n")
    assert find_settings(below) == tmp_path / "pyproject.toml"
    (tmp_path / "aiopkg.toml").write_text("")
    assert find_settings(below) == tmp_path / "aiopkg.toml"
    (below / "pyproject.toml").write_text("tool = 3\n[tool2")
    with pytest.raises(InputError, match="not TOML"):
        find_settings(below)


def test_rules_are_chosen_by_the_longest_beginning_of_their_codes(tmp_path: Path) -> None:
    everything = codes(Settings())
    assert len(everything) == len(catalogue())
    only = codes(settings(tmp_path, 'select = ["G1", "D301"]'))
    assert only == {code for code in everything if code.startswith("G1") or code == "D301"}
    assert codes(settings(tmp_path, 'ignore = ["G"]\nselect = ["G101", "D"]')) == {
        code for code in everything if code.startswith("D") or code == "G101"
    }
    assert codes(settings(tmp_path, 'select = ["G"]\nignore = ["G"]')) == set()
    assert codes(settings(tmp_path, 'ignore = ["G101"]')) == everything - {"G101"}


def test_rules_that_are_left_out_are_not_judged_and_the_report_says_so(tmp_path: Path) -> None:
    whole = assess(MAKER, as_of=DAY)
    fewer = assess(MAKER, as_of=DAY, settings=settings(tmp_path, 'ignore = ["G", "T2"]'))
    gone = {rule.code for rule in whole.rules if rule.code.startswith(("G", "T2"))}
    assert set(fewer.left_out) == gone
    assert set(fewer.verdicts) == set(whole.verdicts) - gone
    assert fewer.findings == tuple(f for f in whole.findings if f.rule not in gone)
    report = document(fewer)
    assert report["summary"]["left_out"] == sorted(gone)
    assert report["applicability"]["G101"]["reason"].startswith("The settings leave G101 out.")
    assert not report["applicability"]["G101"]["in_force"]
    assert not fewer.applies("G101", BRACKENFORGE + "demand-forecast")
    jsonschema.validate(json.loads(to_json(fewer)), schema())


def test_a_severity_is_settled_for_a_rule(tmp_path: Path) -> None:
    found = assess(MAKER, as_of=DAY, settings=settings(tmp_path, 'severity = { G = "info", G101 = "warning" }'))
    severities = {finding.rule: finding.severity for finding in found.findings}
    assert severities["G101"] == "warning"
    assert {severity for code, severity in severities.items() if code.startswith("G") and code != "G101"} == {"info"}
    assert "violation" in severities.values()
    usual = {rule.code: rule.severity for rule in catalogue()}
    assert usual["G101"] == "Violation"


def test_a_threshold_is_settled_as_if_the_organization_stated_it(tmp_path: Path) -> None:
    text = '# ours\n[thresholds]\nPilotAge = "P50Y"\nAccountabilitySpan = 7\n'
    found = assess(MAKER, as_of=DAY, settings=settings(tmp_path, text))
    before = assess(MAKER, as_of=DAY)
    assert [f for f in before.findings if f.rule == "R603"]
    assert [f for f in found.findings if f.rule == "R603"] == []
    place = next(place for triple, place in found.model.places.items() if "PilotAge" in str(triple))
    assert (Path(place.file).name, place.line) == ("aiopkg.toml", 3)


def test_a_settled_threshold_goes_before_the_one_of_the_model(tmp_path: Path) -> None:
    model = tmp_path / "org.ttl"
    stated = MAKER.read_text() + '\naiop:PilotAge aiop:thresholdValue "P50Y"^^xsd:duration .\n'
    model.write_text("@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n" + stated)
    assert [f for f in assess(model, as_of=DAY).findings if f.rule == "R603"] == []
    chosen = settings(tmp_path, 'thresholds.PilotAge = "P6M"')
    assert [f for f in assess(model, as_of=DAY, settings=chosen).findings if f.rule == "R603"]


WAIVER = """
[[waivers]]
rule = "G101"
focus = "{focus}"
by = "The board"
until = {until}
reason = "Taken over by the new owner"
"""


@pytest.mark.parametrize(("until", "verdict"), [("2026-07-01", "waived"), ("2026-06-30", "violated")])
def test_a_waiver_waives_until_its_day(tmp_path: Path, until: str, verdict: str) -> None:
    before = next(f for f in assess(MAKER, as_of=DAY).findings if f.rule == "G101")
    text = WAIVER.format(focus=before.focus, until=until)
    found = assess(MAKER, as_of=DAY, settings=settings(tmp_path, text))
    finding = next(f for f in found.findings if f.id == before.id)
    assert finding.verdict == verdict
    if verdict == "waived":
        assert finding.note == f"Taken over by the new owner (granted by The board until {until})"
        assert found.explain(finding.id)


def test_a_waiver_of_what_no_model_mentions_is_told_once_and_in_the_report(tmp_path: Path) -> None:
    chosen = settings(tmp_path, WAIVER.format(focus="http://ex/gone", until="2027-01-01"))
    with pytest.warns(AiopkgWarning, match="aiopkg.toml:2: The waiver of G101 waives nothing.*http://ex/gone") as told:
        found = assess(MAKER, as_of=DAY, settings=chosen)
    assert len(told) == 1
    written = json.loads(to_json(found))
    jsonschema.validate(written, schema())
    (idle,) = written["summary"]["idle_waivers"]
    assert (idle["rule"], idle["focus"], idle["line"]) == ("G101", "http://ex/gone", 2)
    done = run("query", str(MAKER), "ASK {}", "--config", str(tmp_path / "aiopkg.toml"))
    assert (done.returncode, done.stdout) == (0, "yes\n")
    assert done.stderr.count("waives nothing") == 1 and done.stderr.startswith("warning: ")


JUDGING = {
    "ask": ["ask", "who-answers-for", str(MAKER)],
    "explain": ["explain", str(MAKER), "archetype"],
    "query": ["query", str(MAKER), "ASK {}"],
    "validate": ["validate", str(MAKER)],
    "serve": ["serve", str(MAKER)],
    "mcp": ["mcp", str(MAKER)],
}


@pytest.mark.parametrize("name", JUDGING)
def test_every_command_that_judges_takes_the_settings_that_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "other.toml").write_text("[profiles.strict]\n")
    done = run(*JUDGING[name], "--config", str(tmp_path / "other.toml"), "--profile", "lax")
    assert done.returncode == 2 and "lax" in done.stderr and "other.toml" in done.stderr


def test_a_threshold_that_is_settled_holds_in_every_command_that_judges(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text("[thresholds]\nCentralShare = 0.01\n")
    text = "ASK { aiop:CentralShare aiop:thresholdValue 0.01 }"
    assert run("query", str(MAKER), text, "--config", str(tmp_path / "own.toml")).stdout == "yes\n"
    assert run("query", str(MAKER), text).stdout == "no\n"
    words = ["explain", str(MAKER), "archetype"]
    strict, usual = run(*words, "--config", str(tmp_path / "own.toml")).stdout, run(*words).stdout
    assert "limit: 0.01" in strict and "limit: 0.01" not in usual


def test_waivers_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text(WAIVER.format(focus="http://ex/use", until="2027-01-01"))
    (waiver,) = settings(tmp_path, 'waivers = "waivers.toml"').waivers
    assert (waiver.rule, waiver.until, waiver.place.line) == ("G101", date(2027, 1, 1), 2)


def test_a_profile_goes_before_the_settings_and_the_command_line_before_both(tmp_path: Path) -> None:
    text = """
        fail-on = "warning"
        ignore = ["G"]
        severity = { D301 = "info" }
        [profiles.strict]
        fail-on = "info"
        ignore = []
        severity = { D302 = "info" }
        [profiles.none]
    """
    assert settings(tmp_path, text).fail_on == "warning"
    strict = settings(tmp_path, text, "strict")
    assert (strict.fail_on, strict.ignore, dict(strict.severity)) == ("info", (), {"D301": "info", "D302": "info"})
    assert settings(tmp_path, text, "none") == settings(tmp_path, text)
    with pytest.raises(InputError, match="Did you mean strict"):
        settings(tmp_path, text, "strikt")


@pytest.mark.parametrize(
    ("text", "line", "said", "fix"),
    [
        ('\nselct = ["G"]', 2, "There is no setting 'selct'", "Did you mean select?"),
        ("[thresholds]\nPilotAg = 1", 2, "There is no threshold 'PilotAg'", "Did you mean PilotAge?"),
        ("[thresholds]\nPilotAge = 1", 2, "PilotAge is a duration", '"P6M"'),
        ("[thresholds]\n\nCentralShare = '1'", 3, "CentralShare is a number", "0.6"),
        ("[thresholds]\nCentralShare = nan", 2, "CentralShare is a number", "0.6"),
        ('severity.G101 = "bad"', 1, "A severity is one of", "warning"),
        ('severity.G1O1 = "info"', 1, "No rule has a code that begins like this: 'G1O1'", "Did you mean G1"),
        ("severity = 3", 1, "'severity' has to be a table", "[severity]"),
        ('ignore = "G"', 1, "'ignore' has to be a list", "ignore ="),
        ('ignore = [""]', 1, "No rule has a code", "rules"),
        ('fail-on = "sometimes"', 1, "'fail-on' is one of", "warning"),
        ("baseline = 3", 1, "'baseline' has to name a file", "FILE"),
        ("waivers = 3", 1, "'waivers' has to be", "[[waivers]]"),
        ('waivers = "nowhere.toml"', 1, "nowhere.toml cannot be read", "Mend"),
        ('[[waivers]]\nrule="G101"\nfocus="x:y"\nreason=""\n[[waivers]]\nrul = 1', 6, "part of a waiver 'rul'", "rule"),
        ('[[waivers]]\nrule = "G101"', 1, "has no 'focus'", "Add: focus"),
        ('[[waivers]]\nrule = "G1"\nfocus = "x:y"\nreason = ""', 2, "No rule has this code: 'G1'", "G1"),
        ('[[waivers]]\nrule = "G101"\nfocus = "x y"\nreason = ""', 3, "'x y' is no IRI", "whole IRI"),
        ('[[waivers]]\nrule = "G101"\nfocus = "x:y"\nreason = ""\nuntil = "soon"', 5, "has to be a date", "2027"),
        ("[profiles.x]\nselekt = []", 2, "There is no setting 'selekt'", "select"),
        ("profiles = 3", 1, "'profiles' has to be a table", "[profiles]"),
        ("select = [", None, "not TOML", "toml.io"),
        ("\nselect = =", 2, "not TOML", "toml.io"),
    ],
)
def test_what_is_wrong_in_settings_is_said_with_its_line_and_a_fix(
    tmp_path: Path, text: str, line: int | None, said: str, fix: str
) -> None:
    with pytest.raises(InputError) as caught:
        settings(tmp_path, text)
    assert said in caught.value.cause
    assert fix in caught.value.fix
    assert caught.value.place is not None
    assert caught.value.place.line == line
    assert caught.value.place.file.endswith("aiopkg.toml")


def test_lines_of_a_shared_file_are_those_of_our_table(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool.other]\nselct = 1\n[tool.aiopkg]\nselct = ["G"]\n')
    with pytest.raises(InputError) as caught:
        read_settings(path)
    assert caught.value.place is not None
    assert caught.value.place.line == 4


def test_a_baseline_knows_gaps_by_their_ids(tmp_path: Path) -> None:
    found = assess(MAKER, as_of=DAY)
    path = tmp_path / "known.json"
    path.write_text(Baseline.written(found.findings[2:], "2026-06-30"))
    known = read_baseline(path)
    now = replace(found, baseline=known, findings=found.findings[:-1])
    assert [now.state_of(f) for f in now.findings[:3]] == ["new", "new", "carried"]
    assert [each.id for each in now.closed] == [found.findings[-1].id]
    assert replace(now, rules=found.rules[:1]).closed == ()
    reported = tmp_path / "report.json"
    reported.write_text(to_json(found))
    assert {each.id: each.verdict for each in read_baseline(reported).known.values()} == {
        f.id: f.verdict for f in found.findings
    }


def test_what_was_unknown_and_is_violated_now_is_new() -> None:
    gap = assess(MAKER, as_of=DAY).findings[0]
    before = replace(gap, verdict="unknown")
    (row,) = json.loads(Baseline.written([before], ""))["findings"]
    known = Baseline("", "", {gap.id: Known(**row)})
    assert known.state_of(gap) == "new"
    assert known.state_of(before) == "carried"


@pytest.mark.parametrize(
    ("text", "line"),
    [("{", 1), ("[]", None), ('{"findings": [{"id": "x"}]}', None), ('{"findings": 3}', None), ("\n\n{]", 3)],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str, line: int | None) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_baseline(path)
    assert caught.value.place is not None
    assert caught.value.place.line == line
    with pytest.raises(InputError, match="write-baseline"):
        read_baseline(tmp_path / "nowhere.json")


def test_the_command_line_writes_a_baseline_and_fails_on_what_is_new(tmp_path: Path) -> None:
    model = tmp_path / "org.ttl"
    model.write_text(MAKER.read_text())
    common = ("assess", "org.ttl", "--as-of", "2026-06-30", "--select", "D,G101", "--ignore", "D302")
    assert run(*common, cwd=tmp_path).returncode == 1
    assert run(*common, "--write-baseline", "known.json", "-o", "out.txt", cwd=tmp_path).returncode == 0
    (tmp_path / "aiopkg.toml").write_text('baseline = "known.json"\nfail-on = "info"\n')
    again = run(*common, "--format", "json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert {finding["rule"] for finding in report["findings"]} <= {"G101"} | {
        rule.code for rule in catalogue() if rule.code.startswith("D") and rule.code != "D302"
    }
    assert {finding["baseline"] for finding in report["findings"]} == {"carried"}
    added = '\n<http://ex/new> a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label "New" .\n'
    model.write_text(model.read_text() + added)
    annotated = run(*common, "--format", "github", cwd=tmp_path)
    assert annotated.returncode == 1
    assert "::error file=org.ttl,line=" in annotated.stdout
    (tmp_path / "aiopkg.toml").write_text('[profiles.quiet]\nfail-on = "never"\n')
    assert run(*common, "--profile", "quiet", cwd=tmp_path).returncode == 0
    wrong = run(*common, "--profile", "loud", cwd=tmp_path)
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("aiopkg.toml: error: There is no profile 'loud'.")


def test_settings_hold_while_a_file_is_watched(tmp_path: Path) -> None:
    model = tmp_path / "org.ttl"
    model.write_text(MAKER.read_text())
    chosen = settings(tmp_path, 'ignore = ["G"]\nthresholds.PilotAge = "P50Y"\n')
    live = Live([model], as_of=DAY, settings=chosen)
    watch = Watch(live, [model])
    model.write_text(model.read_text() + "\n<http://ex/n> a <https://w3id.org/aiop#UseCase> .\n")
    os.utime(model, (1, 1))
    outcome = watch.look()
    assert outcome is not None
    fresh = assess([model], as_of=DAY, settings=chosen)
    assert outcome.assessment.findings == fresh.findings
    assert outcome.assessment.left_out == fresh.left_out


def test_every_command_that_assesses_keeps_to_the_settings(tmp_path: Path) -> None:
    (tmp_path / "org.ttl").write_text(MAKER.read_text())
    (tmp_path / "aiopkg.toml").write_text('select = ["G101"]\n')
    asked = "SELECT DISTINCT ?rule { GRAPH ?g { [] <https://w3id.org/aiop#rule> ?rule } }"
    answered = run("query", "org.ttl", asked, "--as-of", "2026-06-30", "--format", "csv", cwd=tmp_path)
    assert answered.stdout.split() == ["rule", "https://w3id.org/aiop/rule/G101"], answered.stderr
    validated = run("validate", "org.ttl", "--as-of", "2026-06-30", "--format", "turtle", cwd=tmp_path)
    assert "G101" in validated.stdout, validated.stderr
    assert "G103" not in validated.stdout


def test_each_key_is_read_and_documented(tmp_path: Path) -> None:
    for key in KEYS:
        with pytest.raises(InputError, match=f"'{key}'"):
            settings(tmp_path, f"{key} = 3.5")
    with pytest.raises(InputError) as caught:
        settings(tmp_path, "zzz = 1")
    assert all(key in caught.value.fix for key in KEYS)


def test_no_setting_of_ours_reaches_the_tests() -> None:
    assert find_settings(ROOT) is None
