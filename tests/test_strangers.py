"""Organizations as people write them who have read nothing but the ontology's terms: each command takes them."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import aiopkg
from aiopkg.cli.app import app

AS_OF = date(2026, 6, 30)
HEAD = """@prefix : <https://ex.example/o/> .
@prefix aiop: <https://w3id.org/aiop#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ANONYMOUS = """[] a org:FormalOrganization ; rdfs:label "Blank" ; org:hasUnit _:u .
_:u a org:OrganizationalUnit ; rdfs:label "Ops" .
[] a aiop:UseCase ; rdfs:label "Chat" ; aiop:stage aiop:Production ; aiop:operatedBy _:u ;
  aiop:usesDataset [ a dcat:Dataset ; rdfs:label "D" ] .
[] a aiop:UseCase ; aiop:stage aiop:Scaling ; aiop:operatedBy _:u .
"""


def write(folder: Path, turtle: str, name: str = "org.ttl") -> str:
    path = folder / name
    path.write_text(HEAD + turtle, encoding="utf-8")
    return str(path)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*words], catch_exceptions=False)
    return result.exit_code, result.output


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "turtle", "csv", "sarif", "junit", "github"])
def test_an_organization_without_any_iri_is_reported_in_every_form(tmp_path: Path, form: str) -> None:
    source = write(tmp_path, ANONYMOUS)
    code, said = run("assess", source, "--as-of", str(AS_OF), "-q", "--format", form)
    assert code == 1, said


def test_gaps_of_elements_without_an_iri_have_recommendations_of_their_own(tmp_path: Path) -> None:
    found = aiopkg.assess(write(tmp_path, ANONYMOUS), as_of=AS_OF)
    violated = {finding.id for finding in found.findings if finding.verdict == "violated"}
    assert violated == {name for each in found.recommendations for name in each.closes}
    assert len({each.id for each in found.recommendations}) == len(found.recommendations)


def test_elements_without_an_iri_are_asked_about_by_label_and_by_what_reports_call_them(tmp_path: Path) -> None:
    source = write(tmp_path, ANONYMOUS)
    found = json.loads(run("assess", source, "--as-of", str(AS_OF), "-q", "--format", "json")[1])
    unnamed = next(f["focus"] for f in found["findings"] if f["rule"] == "G101" and f["label"] != "Chat")
    for name in ("Chat", unnamed):
        assert unnamed.startswith("_:")
        assert run("explain", source, "G101", name, "--as-of", str(AS_OF))[0] == 0
        assert run("explain", source, name, "a", "aiop:LiveUseCase", "--as-of", str(AS_OF))[0] == 0
        assert run("explain", "--not", source, "G105", name, "--as-of", str(AS_OF))[0] == 0
        assert run("ask", "gaps-of", source, "--bind", f"element={name}", "--as-of", str(AS_OF))[0] == 0
