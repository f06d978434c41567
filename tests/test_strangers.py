"""Organizations as people write them who have read nothing but the ontology's terms: each command takes them."""

import gzip
import os
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import rdflib
from test_cli import run

import aiopkg
from aiopkg.ask import ask
from aiopkg.report.write import write as write_output

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


@pytest.mark.parametrize("form", ["text", "json", "html", "turtle"])
def test_an_organization_without_any_iri_is_reported_in_every_form(tmp_path: Path, form: str) -> None:
    source = write(tmp_path, ANONYMOUS)
    done = run("assess", source, "--as-of", str(AS_OF), "-q", "--format", form)
    assert done.returncode == 1, done.stderr


def test_gaps_of_elements_without_an_iri_have_recommendations_of_their_own(tmp_path: Path) -> None:
    found = aiopkg.assess(write(tmp_path, ANONYMOUS), as_of=AS_OF)
    violated = {finding.id for finding in found.findings if finding.verdict == "violated"}
    assert violated == {name for each in found.recommendations for name in each.closes}
    assert len({each.id for each in found.recommendations}) == len(found.recommendations)


def test_elements_without_an_iri_are_asked_about_by_label_and_by_what_reports_call_them(tmp_path: Path) -> None:
    source, day = write(tmp_path, ANONYMOUS), ("--as-of", str(AS_OF))
    found = aiopkg.assess(source, as_of=AS_OF)
    unnamed = next(f.focus for f in found.findings if f.rule == "G101" and f.label != "Chat")
    assert unnamed.startswith("_:")
    for name in ("Chat", unnamed):
        assert found.explain(("G101", name)).step.kind == "finding"
        assert found.explain((name, "a", "aiop:LiveUseCase")).step.kind == "inferred"
        assert ask(found, "gaps-of", element=name).rows
        assert run("explain", "--not", source, "G105", name, *day).returncode == 0


MANY_TONGUES = """:o a org:FormalOrganization ; rdfs:label "Absatz AG"@de, "Zeta Ltd"@en .
:sales a org:OrganizationalUnit ; rdfs:label "Absatz"@de, "Sales"@en ; org:unitOf :o .
:fin a org:OrganizationalUnit ; rdfs:label "Buchhaltung"@de, "Finance"@en-GB ; org:unitOf :o .
:uc a aiop:UseCase ; rdfs:label "Absatzprognose"@de, "Demand forecast"@en, "" ; aiop:stage aiop:Production ;
  aiop:operatedBy :sales ; aiop:usesDataset :d .
:uc2 a aiop:UseCase ; rdfs:label "Betrug"@de, "Zulu" ; aiop:stage aiop:Pilot ;
  aiop:stageSince "2024-01-01"^^xsd:date ; aiop:operatedBy :fin .
:uc3 a aiop:UseCase ; foaf:name "Named otherwise" ; aiop:stage aiop:Pilot ;
  aiop:stageSince "2024-01-01"^^xsd:date ; aiop:operatedBy :fin .
:d a dcat:Dataset ; rdfs:label "Aufträge"@de, "Orders"@en ; aiop:storedIn :sys ; aiop:ownedBy :fin .
:sys a aiop:SystemOfRecord ; rdfs:label "Altsystem"@de, "Ledger"@en ; aiop:ownedBy :fin .
"""


def test_recommendations_call_things_as_findings_do_whatever_the_languages_of_their_labels(tmp_path: Path) -> None:
    found = aiopkg.assess(write(tmp_path, MANY_TONGUES), as_of=AS_OF)
    special = [each for each in found.recommendations if each.kind != "CloseGap"]
    said = "\n".join(text for each in special for text in (each.message, *each.evidence))
    for name in ("Demand forecast", "Zulu", "Named otherwise", "Ledger", "Finance"):
        assert name in said, said
    for name in ("Absatzprognose", "Betrug", "https://ex.example", "Altsystem", "Buchhaltung"):
        assert name not in said, said


def test_output_into_a_pipe_or_through_a_link_leaves_the_pipe_and_the_link_in_place(tmp_path: Path) -> None:
    pipe, link, far = tmp_path / "pipe", tmp_path / "link", tmp_path / "far.txt"
    os.mkfifo(pipe)
    far.write_bytes(b"old")
    link.symlink_to(far)
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    heard: list[bytes] = []
    reader.start()
    write_output(pipe, "new")
    reader.join(10)
    write_output(link, "new")
    assert heard == [b"new"]
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert far.read_bytes() == b"new"
    assert sorted(tmp_path.iterdir()) == [far, link, pipe]


@pytest.mark.parametrize(
    ("turtle", "place", "pointed"),
    [
        (
            ":o a org:Organization ;\n  aiop:spnsor :p .",
            ":9:8: error: Our namespace has no term aiop:spnsor.",
            "spnsor",
        ),
        (':o aiop:reviewInterval "3 months"^^xsd:duration .', ":8:24: error:", '"3 months"'),
        (":u a aiop:UseCase ;\r\n aiop:operatedBy 'Sales' .", ":9:7: error:", "operatedBy"),
    ],
)
def test_a_term_or_value_that_cannot_be_is_pointed_at(tmp_path: Path, turtle: str, place: str, pointed: str) -> None:
    done = run("assess", write(tmp_path, turtle), "-q")
    assert done.returncode == 2
    assert place in done.stderr
    line, caret = done.stderr.splitlines()[1:3]
    assert line[caret.index("^") :].startswith(pointed), done.stderr


def test_standard_input_may_be_compressed(tmp_path: Path) -> None:
    content = Path(write(tmp_path, ANONYMOUS)).read_bytes()
    done = run("materialise", "-", stdin=gzip.compress(content))
    assert done.returncode == 0, done.stderr
    assert done.stdout == run("materialise", "-", stdin=content).stdout


def test_nothing_follows_from_anything_and_an_empty_file_has_an_empty_closure(tmp_path: Path) -> None:
    empty, full = write(tmp_path, "", "empty.ttl"), write(tmp_path, ANONYMOUS, "full.ttl")
    assert run("entails", full, empty).returncode == 0
    assert run("entails", empty, full).returncode == 1
    done = run("materialise", empty)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        lambda source: aiopkg.assess(source, as_of="soon"),
        lambda source: aiopkg.assess(source, as_of=20260630),
        lambda source: aiopkg.assess(source, limits=5),
        lambda source: aiopkg.Limits(seconds=-1),
        lambda source: aiopkg.Limits(memory="2GB"),
        lambda source: aiopkg.connect(None),
        lambda source: aiopkg.assess(source, as_of=AS_OF).explain(None),
        lambda source: aiopkg.assess(source, as_of=AS_OF).why_not(3),
        lambda source: aiopkg.assess(source, as_of=AS_OF).applies("G101", "no such thing"),
        lambda source: aiopkg.assess(source, as_of=AS_OF).query(None),
        lambda source: aiopkg.assess(rdflib.Graph().add((rdflib.URIRef("a b"), rdflib.RDF.type, rdflib.RDF.List))),
    ],
)
def test_values_of_the_wrong_kind_are_errors_of_ours_in_the_api(tmp_path: Path, wrong: Callable[[str], object]) -> None:
    with pytest.raises(aiopkg.InputError) as told:
        wrong(write(tmp_path, MANY_TONGUES))
    assert told.value.fix


def test_the_api_takes_days_and_packs_as_people_write_them_and_gives_what_nobody_can_change(tmp_path: Path) -> None:
    source = write(tmp_path, MANY_TONGUES)
    found = aiopkg.assess(source, as_of="2026-06-30", packs="eu-ai-act")  # type: ignore[arg-type]
    assert found.as_of == AS_OF
    assert found.packs == ("eu-ai-act",)
    assert list(found.cascades) == list(found.cascades.cascades)
    assert len(found.cascades) == len(found.cascades.cascades)
    assert found.applies("G101", "Demand forecast").element == "https://ex.example/o/uc"
    with pytest.raises(TypeError):
        found.verdicts["G101"]["violated"] = 0  # type: ignore[index]


def test_elements_whose_iri_is_relative_are_asked_about_by_the_iri_that_reports_show(tmp_path: Path) -> None:
    source = write(tmp_path, "<#o> a org:FormalOrganization . <#uc> a aiop:UseCase ; aiop:stage aiop:Pilot .")
    found = aiopkg.assess(source, as_of=AS_OF)
    finding = next(finding for finding in found.findings if finding.focus.endswith("#uc"))
    assert found.explain((finding.focus, "a", "aiop:PilotUseCase")).step.kind == "inferred"
    assert found.explain((finding.rule, finding.focus)).step.kind == "finding"


def test_shapes_that_look_at_nothing_say_so(tmp_path: Path) -> None:
    source = write(tmp_path, ANONYMOUS)
    done = run("validate", source, "--shapes", source)
    assert done.returncode == 0
    assert "has a target" in done.stderr
