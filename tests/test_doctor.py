"""aiopkg doctor: what is there, what is missing, what is broken; and HermiT on a model."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from conftest import ORGS
from test_cli import run

import aiopkg
from aiopkg import doctor


def test_a_sound_installation_is_told_so() -> None:
    done = run("doctor", "-f", "json")
    assert done.returncode == 0, done.stdout
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert {"aiopkg", "Python", "ontology", "rules", "queries", "Java", "extra server"} <= checks.keys()
    assert checks["aiopkg"]["told"] == aiopkg.__version__
    assert checks["rules"]["told"] == f"{len(aiopkg.catalogue())} rules"
    assert "ok      aiopkg" in run("doctor").stdout


def test_a_missing_part_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda _: None)
    extras = [check for check in doctor.examine() if check.name.startswith("extra ")]
    assert len(extras) > 4
    assert all(check.state == "absent" and "pip install 'aiopkg[" in check.fix for check in extras)


def test_a_broken_file_of_ours_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.rq").write_text("SELECT * {")
    monkeypatch.setattr(doctor.assets, "queries", lambda _: [tmp_path / "broken.rq"])
    (check,) = [check for check in doctor.examine() if check.name == "queries"]
    assert check.state == "broken"
    assert "pip install" in check.fix


def test_a_model_and_dl_go_together() -> None:
    assert run("doctor", "--dl").returncode == 2
    assert run("doctor", str(ORGS / "bank.ttl")).returncode == 2


def test_without_owlready_or_java_the_check_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    with pytest.raises(aiopkg.InputError, match="needs Java"):
        doctor.reason_with_hermit(ORGS / "bank.ttl")
    monkeypatch.setitem(sys.modules, "owlready2", None)
    with pytest.raises(aiopkg.MissingExtra, match=r"aiopkg\[dl\]"):
        doctor.reason_with_hermit(ORGS / "bank.ttl")


@pytest.mark.slow
def test_hermit_finds_a_contradiction_and_none_where_there_is_none(tmp_path: Path) -> None:
    pytest.importorskip("owlready2")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    bank = doctor.reason_with_hermit(ORGS / "bank.ttl")
    assert (bank.consistent, bank.empty) == (True, ())
    (tmp_path / "wrong.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> ."
        "<urn:a> a <urn:B>, <urn:C> . <urn:B> owl:disjointWith <urn:C> ."
        '<urn:a> <urn:day> "2026-06-30"^^<http://www.w3.org/2001/XMLSchema#date> .'
        "<urn:B> a owl:Class . <urn:C> a owl:Class ."
    )
    wrong = doctor.reason_with_hermit(tmp_path / "wrong.ttl")
    assert not wrong.consistent
    assert wrong.left_out > 0
