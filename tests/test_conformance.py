"""aiopkg validate: any shapes, the W3C's own cases as the oracle; our rules as shapes."""

from datetime import date
from pathlib import Path

import pytest
from conftest import ORGS
from pyoxigraph import Literal, RdfFormat, parse
from test_cli import run
from test_validate_w3c import CASES, FLOOR, SHT, Case

import aiopkg
from aiopkg.conformance import conform

SH = "http://www.w3.org/ns/shacl#"
BANK = ORGS / "bank.ttl"


def conforms(triples: object) -> bool:
    (value,) = [t.object for t in triples if t.predicate.value == SH + "conforms"]  # type: ignore[attr-defined]
    return isinstance(value, Literal) and value.value == "true"


def counted(triples: object) -> int:
    return sum(t.predicate.value == SH + "resultSeverity" for t in triples)  # type: ignore[attr-defined]


def test_the_cases_are_all_there() -> None:
    if not CASES:
        pytest.skip("third-party data is absent: the W3C SHACL test suite")
    assert len(CASES) >= FLOOR


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@pytest.mark.filterwarnings("ignore:No shape in .* has a target")  # one case has a deactivated shape alone
def test_files_get_the_report_that_the_w3c_expects(case: Case) -> None:
    if str(getattr(case.result, "value", "")) == SHT + "Failure":
        with pytest.raises(aiopkg.InputError):
            conform([case.data], [case.shapes])
        return
    told = conform([case.data], [case.shapes]).triples()
    expected = [t for t in case.manifest if t.subject == case.result] + list(case.manifest)
    (value, *_) = [t.object for t in expected if t.predicate.value == SH + "conforms"]
    assert conforms(told) == (value.value == "true")
    assert counted(told) == counted(case.manifest)


SHAPES = """
    @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix aiop: <https://w3id.org/aiop#> .
    <urn:shape> a sh:NodeShape ; sh:targetClass aiop:LiveUseCase ;
        sh:property [ sh:path aiop:noSuchThing ; sh:minCount 1 ; sh:message "{$this} has none." ] .
"""


def test_the_command_tells_by_its_exit_code_and_writes_the_report(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    stated = run("validate", str(BANK), "--shapes", str(tmp_path / "shapes.ttl"))
    assert (stated.returncode, stated.stdout) == (0, "The data conforms.\n")
    implied = run("validate", str(BANK), "--shapes", str(tmp_path / "shapes.ttl"), "--infer")
    assert implied.returncode == 1
    assert "Complaint triage has none." in implied.stdout.replace("\n  ", " ")
    assert "bank.ttl:" in implied.stdout
    for name, rdf_format in (("turtle", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD)):
        done = run("validate", str(BANK), "--shapes", str(tmp_path / "shapes.ttl"), "--infer", "-f", name)
        triples = [quad.triple for quad in parse(done.stdout.encode(), rdf_format)]
        assert done.returncode == 1
        assert not conforms(triples)
        assert counted(triples) > 1


def test_without_shapes_our_rules_are_reported() -> None:
    done = run("validate", str(BANK), "--as-of", "2026-06-30", "-f", "ntriples")
    assert done.returncode == 1
    triples = [quad.triple for quad in parse(done.stdout.encode(), RdfFormat.N_TRIPLES)]
    focus = {t.object.value for t in triples if t.predicate.value == SH + "focusNode"}  # type: ignore[union-attr]
    found = aiopkg.assess(BANK, as_of=date(2026, 6, 30))
    assert focus == {finding.focus for finding in found.findings}


def test_our_rules_need_an_organization_and_other_shapes_do_not(tmp_path: Path) -> None:
    (tmp_path / "bare.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    assert run("validate", "bare.ttl", cwd=tmp_path).returncode == 2
    assert run("validate", "bare.ttl", "--shapes", "shapes.ttl", cwd=tmp_path).returncode == 0
    broken = run("validate", "bare.ttl", "--shapes", "bare.ttl", "--shapes", "nowhere.ttl", cwd=tmp_path)
    assert broken.returncode == 2
