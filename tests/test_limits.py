"""Limits: what was complete is written with exit code 3, whatever ends the work, and never taken for the whole."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from conftest import ROOT

import aiopkg
from aiopkg import report
from aiopkg.assessment import Unfinished
from aiopkg.errors import InputError, LimitReached
from aiopkg.limits import Budget, Limits

BANK = ROOT / "tests" / "orgs" / "bank.ttl"
DAY = "2026-06-30"
BEFORE, STUCK_AT = "P402", "P403"
"""The rule at which the tests get stuck, and the one before, which takes a while."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be forked")

STUCK = """
import os, sys, time
from aiopkg.validate import judgement
judge = judgement.judge_target
def stuck(run, target, focus):
    if target.name.value.endswith({before!r}):
        time.sleep(1)
    if target.name.value.endswith({code!r}):
        {deed}
    return judge(run, target, focus)
judgement.judge_target = stuck
from aiopkg.cli import main
main()
"""


class Spent(Budget):
    """A budget that is used up at a stage, after some questions."""

    def __init__(self, stage: str, questions: int = 0) -> None:
        super().__init__(Limits(seconds=1.0))
        self._at, self._left = stage, questions

    def heed(self) -> None:
        if self.stage == self._at:
            self._left -= 1
            if self._left < 0:
                raise self.passed("time")


def run_stuck(deed: str, tmp_path: Path, *limits: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    output = tmp_path / "report.json"
    words = ["assess", str(BANK), "--as-of", DAY, "-f", "json", "-o", str(output)]
    words += [word for limit in limits for word in ("--limit", limit)]
    code = STUCK.format(before=BEFORE, code=STUCK_AT, deed=deed)
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    return done, output


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        (["60s"], Limits(seconds=60)),
        (["2"], Limits(seconds=2)),
        (["time=1.5min"], Limits(seconds=90)),
        (["memory=2GB", "time=1h"], Limits(3600, 2 * 10**9)),
        (["512MiB"], Limits(memory=512 * 2**20)),
        ([], Limits()),
    ],
)
def test_limits_are_read_as_people_write_them(words: list[str], limits: Limits) -> None:
    assert Limits.read(words) == limits


@pytest.mark.parametrize("words", [["soon"], ["5 parsecs"], ["memory=5s"], ["time=5MB"], ["0s"], ["5s", "6s"], ["-1s"]])
def test_what_is_no_limit_is_refused(words: list[str]) -> None:
    with pytest.raises(InputError, match="not a limit"):
        Limits.read(words)


@pytest.mark.parametrize(
    ("stage", "questions", "stages"),
    [
        ("drawing conclusions", 2, ("load",)),
        ("measuring", 3, ("load", "materialise")),
        ("judging by the rules", 50, ("load", "materialise", "measure")),
        ("deriving recommendations", 0, ("load", "materialise", "measure", "validate")),
        ("following cascades", 0, ("load", "materialise", "measure", "validate", "recommend")),
    ],
)
def test_what_was_complete_is_told_at_every_stage(stage: str, questions: int, stages: tuple[str, ...]) -> None:
    whole = aiopkg.assess(BANK, as_of=date.fromisoformat(DAY))
    with pytest.raises(Unfinished) as caught:
        aiopkg.assess(BANK, as_of=date.fromisoformat(DAY), limits=Spent(stage, questions))
    found = caught.value.so_far
    assert isinstance(caught.value, LimitReached) and stage in caught.value.cause
    assert found.cut is not None and found.cut.stages == stages
    judged = {rule.code for rule in found.rules}
    assert judged.isdisjoint(found.cut.rules)
    if "materialise" in stages:
        assert judged | set(found.cut.rules) == {rule.code for rule in whole.rules}
    assert found.findings == tuple(finding for finding in whole.findings if finding.rule in judged)
    assert found.verdicts == {code: row for code, row in whole.verdicts.items() if code in judged}
    document = json.loads(report.to_json(found))
    jsonschema.validate(document, report.schema())
    assert document["summary"]["complete"] is False
    assert "not complete" in report.to_html(found)


def test_a_whole_report_says_so() -> None:
    found = aiopkg.assess(BANK, as_of=date.fromisoformat(DAY), limits=Limits(seconds=600, memory=10**12))
    assert found.cut is None
    assert json.loads(report.to_json(found))["summary"]["complete"] is True


def test_nothing_is_judged_of_what_could_not_be_loaded() -> None:
    with pytest.raises(LimitReached, match="while loading") as caught:
        aiopkg.assess(BANK, limits=Spent("loading"))
    assert not isinstance(caught.value, Unfinished)


@posix
@pytest.mark.parametrize(
    ("deed", "limits", "code"),
    [
        pytest.param("time.sleep(100)", ["time=30s"], "time-limit", marks=pytest.mark.slow),
        (
            "held = bytearray(10**9)\n        held[:] = b'x' * 10**9\n        time.sleep(100)",
            ["memory=700MB"],
            "memory-limit",
        ),
        ("os.abort()", ["time=100s"], "memory-limit"),
    ],
)
def test_a_step_that_does_not_come_back_costs_nothing_that_was_complete(
    deed: str, limits: list[str], code: str, tmp_path: Path
) -> None:
    done, output = run_stuck(deed, tmp_path, *limits)
    assert done.returncode == 3, done.stderr
    assert code in done.stderr
    document = json.loads(output.read_text("utf-8"))
    jsonschema.validate(document, report.schema())
    assert document["summary"]["complete"] is False
    left = document["summary"]["cut"]["rules"]
    assert STUCK_AT in left
    assert document["verdicts"] and STUCK_AT not in document["verdicts"]
    assert {finding["rule"] for finding in document["findings"]}.isdisjoint(left)


@posix
def test_limits_that_suffice_change_nothing(tmp_path: Path) -> None:
    done, output = run_stuck("pass", tmp_path, "time=100s", "memory=10GB")
    assert done.returncode == 1, done.stderr
    (tmp_path / "other").mkdir()
    plain, other = run_stuck("pass", tmp_path / "other")
    assert plain.returncode == 1
    assert output.read_bytes() == other.read_bytes()


@posix
def test_errors_keep_their_codes_under_limits(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "aiopkg", "assess", str(tmp_path / "none.ttl"), "--limit", "60s"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert "missing-file" in done.stderr


def test_an_axiom_that_makes_everything_the_same_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "all.ttl"
    model.write_text(
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix org: <http://www.w3.org/ns/org#> .\n"
        "rdf:type rdfs:subPropertyOf owl:sameAs .\n"
        "<https://example.org/a> a org:FormalOrganization .\n"
    )
    with pytest.raises(LimitReached, match="facts follow") as caught:
        aiopkg.assess(model)
    assert caught.value.code == "too-many-facts"
