"""The example organizations: believable, told what was written down by hand, the same every time."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from asking import assessed
from conftest import ROOT
from examples import NAMES, ORGS, day_of
from golden import GOLDEN, expected

from aiopkg.engine import assess
from aiopkg.model import load
from aiopkg.report import to_json
from aiopkg.rules import catalogue
from aiopkg.validate.findings import VERDICTS

LEAST, MOST = 150, 600
MOST_WITH_TWO_LAWS = 1000
"""Two packs ask for much: an organization that shows each rule of both met and broken has more to say."""


def test_there_are_four_example_organizations() -> None:
    assert set(NAMES) >= {"authority", "bank", "manufacturer", "media"}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_rich_and_still_readable(name: str) -> None:
    most = MOST_WITH_TWO_LAWS if name == "authority" else MOST
    assert LEAST <= len(load([ORGS / f"{name}.ttl"]).triples) <= most
    assert (ORGS / f"{name}.expected.md").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_told_what_it_should_be_told(name: str) -> None:
    assert expected(name) == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_an_example_contradicts_nothing(name: str) -> None:
    assert assessed(name).inconsistencies == ()


def test_each_rule_is_broken_by_one_example_and_kept_by_one() -> None:
    """Without an exception: what no example shows, nobody has seen whole."""
    rows = [row for name in NAMES for row in assessed(name).verdicts.items()]
    for verdict in ("violated", "satisfied"):
        shown = {code for code, row in rows if row[verdict]}
        assert [rule.code for rule in catalogue() if rule.code not in shown] == [], verdict


def test_each_verdict_is_given_in_some_example() -> None:
    given = {verdict for name in NAMES for row in assessed(name).verdicts.values() for verdict in row if row[verdict]}
    assert given == set(VERDICTS)


def test_the_report_does_not_depend_on_the_order_of_triples_or_files(tmp_path: Path) -> None:
    triples = [f"{triple} .\n" for triple in load([ORGS / "manufacturer.ttl"]).triples]
    before = whole(tmp_path, "all.nt", triples)
    random.Random(7).shuffle(triples)
    after = whole(tmp_path, "all.nt", triples)
    assert without_lines(before) == without_lines(after)


def whole(folder: Path, name: str, lines: list[str]) -> str:
    (folder / name).write_text("".join(lines), encoding="utf-8")
    return to_json(assess(folder / name, as_of=day_of("manufacturer")))


def without_lines(report: str) -> list[str]:
    return [line for line in report.splitlines() if '"line":' not in line]


def test_the_report_does_not_depend_on_the_hash_seed() -> None:
    outputs = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "aiopkg", "assess", "tests/orgs/media.ttl", "--as-of", "2026-06-30"]
        run = subprocess.run(
            [*command, "--format", "json", "--fail-on", "never"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1
