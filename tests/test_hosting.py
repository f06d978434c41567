"""The workflow and the hook that the documentation offers do what it says, in a repository of their own."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import ORGS, ROOT

from aiopkg.settings import read_settings

HOW_TO = ROOT / "docs" / "how-to"
PAGE = (HOW_TO / "continuous-integration.md").read_text(encoding="utf-8")
NEW = '\n<http://ex/new> a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label "New" .\n'


def block(language: str) -> str:
    return PAGE.split(f"```{language}\n")[1].split("```")[0]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a model that has gaps, and with ``aiopkg`` to be found as a command."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "aiopkg"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m aiopkg "$@"\n')
    command.chmod(0o755)
    home = tmp_path / "home"
    (home / "model").mkdir(parents=True)
    (home / "model" / "org.ttl").write_bytes((ORGS / "manufacturer.ttl").read_bytes())
    return home


def shell(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    settled = {"PATH": f"{home.parent / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    settled |= {"PRE_COMMIT_HOME": str(home.parent / "cache"), "GIT_CONFIG_GLOBAL": str(home.parent / "gitconfig")}
    return subprocess.run(
        ["bash", "-ec", command],
        cwd=home,
        env={**os.environ, **settled},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def open_a_gap(home: Path) -> None:
    model = home / "model" / "org.ttl"
    model.write_text(model.read_text(encoding="utf-8") + NEW, encoding="utf-8")


def test_the_workflow_passes_what_is_known_and_fails_on_the_line_of_what_is_new(repository: Path) -> None:
    (job,) = yaml.safe_load((HOW_TO / "assess.yml").read_text(encoding="utf-8"))["jobs"].values()
    annotate, *others = [step["run"] for step in job["steps"] if step.get("run", "").startswith("aiopkg ")]
    begin = block("bash").splitlines()[0]
    written = shell(begin, repository)
    assert written.returncode == 0, written.stderr
    known = shell(annotate, repository)
    assert known.returncode == 0, known.stderr
    assert "::error" not in known.stdout
    open_a_gap(repository)
    failing = shell(annotate, repository)
    assert failing.returncode == 1
    line = len((repository / "model" / "org.ttl").read_text().splitlines())
    assert f"::error file=model/org.ttl,line={line},title=G101" in failing.stdout
    for step in others:
        assert shell(step, repository).returncode == 0
    (run,) = json.loads((repository / "aiopkg.sarif").read_text())["runs"]
    assert {result["baselineState"] for result in run["results"]} == {"new", "unchanged"}
    assert (repository / "aiopkg.xlsx").read_bytes().startswith(b"PK")


def test_the_settings_of_the_page_are_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(block("toml"), encoding="utf-8")
    usual = read_settings(tmp_path / "pyproject.toml")
    assert set(tomllib.loads(block("toml"))["tool"]["aiopkg"]) >= {"ignore", "severity", "thresholds", "waivers"}
    assert (usual.fail_on, usual.packs, len(usual.waivers), len(usual.thresholds)) == ("warning", ("eu-ai-act",), 1, 2)
    assert read_settings(tmp_path / "pyproject.toml", "release").fail_on == "info"


def test_the_hook_is_described_as_pre_commit_wants_it() -> None:
    from pre_commit.clientlib import load_manifest

    (hook,) = load_manifest(ROOT / ".pre-commit-hooks.yaml")
    assert hook["entry"].split()[:2] == ["aiopkg", "assess"]
    assert f"id: {hook['id']}" in block("yaml")
    assert not hook["pass_filenames"]


@pytest.mark.slow
def test_the_hook_runs_in_pre_commit_and_stops_a_commit_that_opens_a_gap(repository: Path) -> None:
    config = yaml.safe_load(block("yaml"))
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    if revision.returncode:
        pytest.skip("not a git checkout")
    config["repos"][0] |= {"repo": str(ROOT), "rev": revision.stdout.strip()}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    commands = (
        "git config --global user.email a@example.org; git config --global user.name a; git init -q",
        f"git config --global --add safe.directory '{ROOT}'; git config --global --add safe.directory '{ROOT}/.git'",
        block("bash").splitlines()[0],
        f"{sys.executable} -m pre_commit install; git add .; unset PYTHONPATH; git commit -q -m known",
    )
    for command in commands:
        done = shell(command, repository)
        assert done.returncode == 0, done.stdout + done.stderr
    open_a_gap(repository)
    refused = shell("unset PYTHONPATH; git commit -q -a -m new", repository)
    assert refused.returncode == 1
    assert "Failed" in refused.stdout + refused.stderr
    assert "Nobody is accountable for the outputs of New" in refused.stdout + refused.stderr
