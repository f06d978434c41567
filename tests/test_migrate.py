"""Terms that were renamed: files in the former terms still work, are warned about, and are brought up to date."""

import gzip
import json
from datetime import date
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from conftest import EXAMPLE_DAY, ORGS, ROOT, model_from
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from rich.console import Console
from test_cli import run

from aiopkg import assets
from aiopkg.engine import assess, assess_model
from aiopkg.live import Live, Watch
from aiopkg.migrate import Migration, migrate, migrations
from aiopkg.migrate.spelling import respelt
from aiopkg.model import load
from aiopkg.model.renames import renames
from aiopkg.model.sources import Source
from aiopkg.report import to_json, to_text
from aiopkg.report.document import schema
from aiopkg.vocab import DCTERMS, OWL, PREFIXES

FORMER = NamedNode(PREFIXES["aiop"] + "hasWorkflow")
PRESENT = NamedNode(PREFIXES["aiop"] + "inWorkflow")
TURTLE = """# aiop:hasWorkflow stands in this comment, and stays.
@prefix a: <https://w3id.org/aiop#> .
PREFIX : <https://example.org/>
:quotes a a:UseCase ;   # <https://w3id.org/aiop#hasWorkflow> stays here too
    a:hasWorkflow :selling ; a:hasWorkflowToo 1.50 ;
    <https://w3id.org/aiop#hasWorkflow> _:hasWorkflow ;
    a:purpose "a:hasWorkflow", '''a:hasWorkflow
        "and" a:hasWorkflow'''@en-GB ;
    a:unreported a:hasWorkflow.
@prefix a: <https://example.org/other#> .
:quotes a:hasWorkflow :selling .
"""


def read(content: bytes | str, form: RdfFormat = RdfFormat.TURTLE) -> set[Quad]:
    return set(parse(content, form, base_iri="file:///x"))


def source(content: str | bytes, form: RdfFormat = RdfFormat.TURTLE) -> Source:
    return Source("org", content.encode() if isinstance(content, str) else content, form)


def test_each_former_term_is_documented_replaced_and_found_by_a_migration() -> None:
    deprecated = {t.subject for t in assets.ontology() if t.predicate == OWL.deprecated}
    replaced = [t.subject for t in assets.ontology() if t.predicate == DCTERMS.isReplacedBy]
    assert deprecated == set(replaced) == set(renames())
    assert len(replaced) == len(set(replaced)) > 0
    assert not deprecated & set(renames().values())
    for term in renames():
        store = Store()
        store.add(Quad(NamedNode("urn:x:a"), term, NamedNode("urn:x:b")))
        assert any(next(iter(store.query(step.detect)), None) for step in migrations())  # type: ignore[arg-type]


def test_nothing_of_ours_uses_a_former_term() -> None:
    names = [term.value.removeprefix(PREFIXES["aiop"]) for term in renames()]
    files = [
        path
        for folder in ("ontology", "shapes", "queries", "tests/orgs", "tests/asked")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".ttl", ".rq", ".ru") and path.name != "former.ttl" and path.parent.name != "migrate"
    ]
    assert len(files) > 200
    for path in files:
        assert not [name for name in names if f"aiop:{name}" in path.read_text(encoding="utf-8")], path


def test_names_are_replaced_in_the_text_and_nothing_else_is() -> None:
    found = migrate(source(TURTLE))
    assert found.in_place
    assert [facts for _, facts in found.changes] == [3]
    lines = zip(TURTLE.splitlines(), found.content.decode().splitlines(), strict=True)
    assert [(old, new) for old, new in lines if old != new] == [
        ("    a:hasWorkflow :selling ; a:hasWorkflowToo 1.50 ;", "    a:inWorkflow :selling ; a:hasWorkflowToo 1.50 ;"),
        (
            "    <https://w3id.org/aiop#hasWorkflow> _:hasWorkflow ;",
            "    <https://w3id.org/aiop#inWorkflow> _:hasWorkflow ;",
        ),
        ("    a:unreported a:hasWorkflow.", "    a:unreported a:inWorkflow."),
    ]
    assert migrate(source(found.content)).changes == ()


@pytest.mark.parametrize("migration", migrations(), ids=lambda migration: migration.id)
def test_a_migration_finds_nothing_once_it_has_changed_what_it_found(migration: Migration) -> None:
    store = Store()
    store.extend(parse(TURTLE, RdfFormat.TURTLE))
    assert list(store.query(migration.detect))  # type: ignore[arg-type]
    store.update(migration.change)
    assert not list(store.query(migration.detect))  # type: ignore[arg-type]


BASED = """@base <https://w3id.org/aiop> .
<https://example.org/quotes> <#hasWorkflow> <https://example.org/selling> ; <#strength> 1.50 .
"""
JSONLD = '{"@id": "https://example.org/quotes", "https://w3id.org/aiop#hasWorkflow": {"@id": "https://example.org/s"}}'
RDFXML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:aiop="https://w3id.org/aiop#">
<rdf:Description rdf:about="https://example.org/q"><aiop:hasWorkflow rdf:resource="https://example.org/s"/>
</rdf:Description></rdf:RDF>"""


@pytest.mark.parametrize(
    ("text", "form"),
    [(BASED, RdfFormat.TURTLE), (JSONLD, RdfFormat.JSON_LD), (RDFXML, RdfFormat.RDF_XML)],
    ids=["relative", "json-ld", "rdf-xml"],
)
def test_what_cannot_be_renamed_in_the_text_is_written_anew_with_the_same_facts(text: str, form: RdfFormat) -> None:
    found = migrate(source(text, form))
    assert not found.in_place
    expected = {Quad(q.subject, PRESENT if q.predicate == FORMER else q.predicate, q.object) for q in read(text, form)}
    assert read(found.content, form) == expected != read(text, form)
    assert (b"1.50" in found.content) == ("1.50" in text)


def test_named_graphs_are_brought_up_to_date_one_by_one() -> None:
    text = f"<urn:x:g> {{ <urn:x:a> <{FORMER.value}> <urn:x:b> }} <urn:x:a> <{FORMER.value}> <urn:x:c> ."
    found = migrate(source(text, RdfFormat.TRIG))
    assert found.in_place
    assert found.content.decode() == text.replace("hasWorkflow", "inWorkflow")
    assert [facts for _, facts in found.changes] == [2]


def test_a_change_that_is_more_than_a_name_is_written_anew() -> None:
    turned = Migration(
        "9.0.0-turned",
        "The other way round.",
        f"SELECT * WHERE {{ ?a <{FORMER.value}> ?b }}",
        f"DELETE {{ ?a <{FORMER.value}> ?b }} INSERT {{ ?b <urn:x:turned> ?a }} WHERE {{ ?a <{FORMER.value}> ?b }}",
    )
    text = f'<urn:x:a> <{FORMER.value}> <urn:x:b> . <urn:x:a> <urn:x:n> "01"^^<{PREFIXES["xsd"]}integer> . # gone'
    found = migrate(source(text), [turned])
    assert not found.in_place
    assert b"gone" not in found.content
    kept = Quad(
        NamedNode("urn:x:a"), NamedNode("urn:x:n"), Literal("01", datatype=NamedNode(PREFIXES["xsd"] + "integer"))
    )
    assert read(found.content) == {Quad(NamedNode("urn:x:b"), NamedNode("urn:x:turned"), NamedNode("urn:x:a")), kept}


TERMS = st.sampled_from([FORMER, PRESENT, NamedNode("urn:x:a"), NamedNode("urn:x:b")])
OTHERS = st.sampled_from([NamedNode("urn:x:a"), NamedNode("urn:x:b")])
STATED = st.builds(Triple, TERMS, TERMS, TERMS) | st.builds(Triple, TERMS, OTHERS, st.text().map(Literal))
TRIPLES = st.lists(STATED, min_size=1)


@given(TRIPLES)
def test_reading_with_present_names_and_updating_come_to_the_same(triples: list[Triple]) -> None:
    text = "".join(f"{triple} .\n" for triple in triples)
    updated = {quad.triple for quad in read(migrate(source(text, RdfFormat.N_TRIPLES)).content, RdfFormat.N_TRIPLES)}
    assert updated == set(model_from(text).places)


def test_the_text_is_searched_in_time_that_grows_with_its_length() -> None:
    for long in ("a" * 5_000, "a." * 2_500, '"' * 2_501, "<" * 5_000, ":" * 5_000, "\\" * 5_000, "-" * 5_000):
        assert respelt(long, {}) == long


@pytest.fixture
def former(tmp_path: Path) -> Path:
    path = tmp_path / "org.ttl"
    text = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8")
    path.write_text(text.replace("aiop:inWorkflow", "aiop:hasWorkflow"), encoding="utf-8")
    return path


def test_a_former_term_still_works_and_is_warned_about_with_place_and_fix(former: Path) -> None:
    day = date(2026, 6, 30)
    old, new = assess(former, as_of=day), assess(ORGS / "manufacturer.ttl", as_of=day)
    assert [finding.id for finding in old.findings] == [finding.id for finding in new.findings]
    assert new.model.deprecations == ()
    lines = former.read_text(encoding="utf-8").splitlines()
    (line,) = [number for number, text in enumerate(lines, 1) if "hasWorkflow" in text]
    told = json.loads(to_json(old))
    jsonschema.validate(told, schema())
    assert told["deprecations"] == [
        {
            "term": FORMER.value,
            "replaced_by": PRESENT.value,
            "places": [{"file": str(former), "line": line}],
            "fix": f"aiopkg migrate {former}",
        }
    ]
    text = StringIO()
    to_text(old, Console(file=text, width=200))
    assert f"aiop:hasWorkflow is aiop:inWorkflow now (org.ttl:{line})" in text.getvalue()
    assert f"do: aiopkg migrate {former}" in text.getvalue()


def test_a_misspelt_term_is_not_corrected_to_a_former_one() -> None:
    with pytest.raises(Exception, match="aiop:inWorkflow") as caught:
        model_from("ex:a aiop:hasInWorkflow ex:b .")
    assert "hasWorkflow" not in str(caught.value).replace("hasInWorkflow", "")


def test_an_edit_may_use_former_terms() -> None:
    live = Live(model_from("ex:acme a org:FormalOrganization . ex:u a aiop:UseCase ."), as_of=EXAMPLE_DAY)
    ends = NamedNode("https://example.org/u"), NamedNode("https://example.org/w")
    written = Triple(ends[0], FORMER, ends[1])
    after = live.edit([written]).assessment
    assert Triple(ends[0], PRESENT, ends[1]) in after.model.places
    assert [found.term for found in after.model.deprecations] == [FORMER.value]
    assert live.edit((), [written]).assessment.model.deprecations == ()
    full = assess_model(model_from("ex:acme a org:FormalOrganization . ex:u a aiop:UseCase ."), as_of=EXAMPLE_DAY)
    assert live.assessment.model.triples == full.model.triples


def test_a_watched_file_is_no_longer_warned_about_once_it_is_migrated(former: Path) -> None:
    live = Live([former], as_of=date(2026, 6, 30))
    watch = Watch(live, [former])
    assert live.assessment.model.deprecations
    former.write_bytes(migrate(source(former.read_bytes())).content)
    assert watch.look() is not None
    assert live.assessment.model.deprecations == ()


def test_the_command_checks_then_writes_in_place_and_then_has_nothing_to_do(former: Path, tmp_path: Path) -> None:
    before = former.read_text(encoding="utf-8")
    packed = tmp_path / "packed.ttl.gz"
    packed.write_bytes(gzip.compress(before.encode()))
    checked = run("migrate", "--check", str(former), str(packed))
    assert checked.returncode == 1
    assert "org.ttl: 1 fact: A use case lies in a workflow" in checked.stdout
    assert former.read_text(encoding="utf-8") == before
    assert run("migrate", str(former), str(packed)).returncode == 0
    expected = before.replace("hasWorkflow", "inWorkflow")
    assert former.read_text(encoding="utf-8") == gzip.decompress(packed.read_bytes()).decode() == expected
    again = run("migrate", "--check", str(former), str(packed))
    assert (again.returncode, again.stdout.count("up to date")) == (0, 2)
    assert load([former]).deprecations == ()


def test_the_command_says_what_is_lost_and_writes_elsewhere_if_asked(tmp_path: Path) -> None:
    path, out = tmp_path / "org.jsonld", tmp_path / "new.jsonld"
    path.write_text(JSONLD, encoding="utf-8")
    done = run("migrate", str(path), "-o", str(out))
    assert done.returncode == 0
    assert "was written anew; comments, order and layout are lost" in done.stdout
    assert path.read_text(encoding="utf-8") == JSONLD
    assert PRESENT.value in json.dumps(json.loads(out.read_text(encoding="utf-8")))
    refused = run("migrate", str(path), str(path), "-o", str(out))
    assert refused.returncode == 2
    assert "migrate-options" in refused.stderr


def test_the_ontology_names_its_version_and_the_one_before() -> None:
    said = {t.predicate: t.object for t in assets.ontology() if t.subject == NamedNode(PREFIXES["aiop"])}
    version = said[NamedNode(PREFIXES["owl"] + "versionInfo")].value  # type: ignore[union-attr]
    assert said[NamedNode(PREFIXES["owl"] + "versionIRI")] == NamedNode(f"https://w3id.org/aiop/{version}")
    assert NamedNode(PREFIXES["owl"] + "priorVersion") in said
    newest = max(tuple(map(int, step.id.partition("-")[0].split("."))) for step in migrations())
    assert newest <= tuple(map(int, version.split(".")))
