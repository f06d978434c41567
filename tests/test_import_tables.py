"""Whole tables through a mapping: small ones, flawed ones and hostile ones."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, parse

from aiopkg import assets
from aiopkg.errors import InputError
from aiopkg.imports import Occurrence, available, convert
from aiopkg.imports.mapping_file import mapping
from aiopkg.imports.readings import Account
from aiopkg.imports.terms import CSVW, IMPORT, RR
from aiopkg.model import load
from aiopkg.vocab import AIOP, PREFIXES, RDFS

BASE = "https://w3id.org/aiop/data/us-federal-2025/"
HEADERS = mapping("us-federal-2025").headers
A_ROW = {
    "agency": "DOX",
    "agency_name": "Department of Examples",
    "agency_bureau": "Bureau of Samples",
    "use_case_name": "Sorter",
    "development_stage": "Deployed",
    "is_high_impact": "High-impact",
    "demographic_features": "[]",
    "hi_public_consultation": "[]",
}


def table(*rows: Mapping[str, str]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, HEADERS)
    writer.writeheader()
    writer.writerows({**A_ROW, **row} for row in rows)
    return stream.getvalue()


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def model(folder: Path, *rows: Mapping[str, str]) -> Store:
    convert("us-federal-2025", write(folder, table(*rows)), folder / "model.ttl")
    store = Store()
    store.load(path=folder / "model.ttl", format=RdfFormat.TURTLE)
    return store


def holds(store: Store, pattern: str) -> bool:
    prologue = f"BASE <{BASE}> " + "".join(f"PREFIX {p}: <{n}> " for p, n in PREFIXES.items())
    return bool(store.query(f"{prologue} ASK {{ {pattern} }}"))


def test_a_blank_is_unreported_a_no_is_nothing_and_a_yes_is_a_thing_with_its_row(tmp_path: Path) -> None:
    store = model(tmp_path, {"hi_testing_conducted": "Yes", "hi_assessment_completed": "No"})
    assert holds(store, "<row/1> aiop:hasPreDeploymentTest ?t . ?t a aiop:PreDeploymentTest ; aiop:sourceRow 1")
    assert not holds(store, "<row/1> aiop:unreported aiop:hasPreDeploymentTest")
    assert not holds(store, "<row/1> aiop:hasImpactAssessment ?a")
    assert not holds(store, "<row/1> aiop:unreported aiop:hasImpactAssessment")
    assert holds(store, "<row/1> aiop:unreported aiop:hasOngoingMonitoring")


def test_statuses_and_waivers_name_the_row_the_property_and_the_words(tmp_path: Path) -> None:
    store = model(
        tmp_path,
        {"hi_failsafe_presence": "Not Applicable", "hi_appeal_process": "Appeal Precluded by Law"},
        {"hi_testing_conducted": "In-progress", "hi_independent_review": "CAIO Waived"},
    )
    for row, status, name, words in (
        (1, "NotApplicable", "hasFailSafe", "Not Applicable"),
        (1, "PrecludedByLaw", "hasAppealRoute", "Appeal Precluded by Law"),
        (2, "InProgress", "hasPreDeploymentTest", "In-progress"),
    ):
        assert holds(
            store,
            f"?s a aiop:StatedStatus ; aiop:statusOf <row/{row}> ; aiop:ofProperty aiop:{name} ;"
            f' aiop:status aiop:{status} ; aiop:reason "{words}" ; aiop:sourceRow {row}',
        )
    assert holds(
        store,
        "?w a aiop:Waiver ; aiop:waivedFor <row/2> ; aiop:ofProperty aiop:hasIndependentReview ; aiop:grantedBy ?post ."
        " ?post a org:Post ; org:postIn <agency/DOX> ; rdfs:label 'Chief AI Officer, Department of Examples'",
    )
    assert not holds(store, "?w aiop:waivedFor ?row ; aiop:validUntil ?end")


def test_the_date_is_that_of_deployment_or_of_the_pilot(tmp_path: Path) -> None:
    date = {"operational_date": "03/2024"}
    store = model(
        tmp_path, date, {**date, "development_stage": "Pilot"}, {**date, "development_stage": "Pre-deployment"}
    )
    march = '"2024-03-01T00:00:00Z"^^xsd:dateTime'
    assert holds(store, f"<row/1> aiop:deployedOn {march}")
    assert holds(store, f"<row/2> aiop:stageSince {march}")
    assert not holds(store, "<row/3> aiop:deployedOn|aiop:stageSince ?day")
    assert holds(store, "<row/3> aiop:unreported aiop:deployedOn")


def test_a_use_case_without_a_bureau_is_operated_by_its_agency(tmp_path: Path) -> None:
    store = model(tmp_path, {"agency_bureau": " "}, {"agency_bureau": "Bureau  of\nSamples"}, {})
    assert holds(store, "<row/1> aiop:operatedBy <agency/DOX> . <agency/DOX> a org:FormalOrganization")
    assert holds(store, "<row/2> aiop:operatedBy ?unit . <row/3> aiop:operatedBy ?unit . ?unit org:unitOf <agency/DOX>")
    assert holds(store, "<agency/DOX> org:subOrganizationOf <united-states-government> ; aiop:boundBy ?pack")


def test_rows_with_the_same_identifier_or_none_stay_apart(tmp_path: Path) -> None:
    source = write(tmp_path, table({"id": "X-1"}, {"id": "X-1"}, {"id": ""}))
    report = convert("us-federal-2025", source, tmp_path / "model.ttl")
    assert report.rows == 3
    assert report.elements["https://w3id.org/aiop#UseCase"] == 3
    assert report.repeated == (Occurrence("id", "X-1", (1, 2)),)


def test_a_row_with_too_few_cells_is_kept_empty_and_reported(tmp_path: Path) -> None:
    source = write(tmp_path, table({}) + "DOX,Department of Examples\n")
    report = convert("us-federal-2025", source, tmp_path / "model.ttl")
    assert (report.rows, report.ragged_rows) == (2, (2,))
    store = Store()
    store.load(path=tmp_path / "model.ttl", format=RdfFormat.TURTLE)
    assert holds(store, "<row/2> a aiop:UseCase ; aiop:sourceRow 2 ; aiop:unreported aiop:stage")
    assert all(sum(column.counts.values()) == 2 for column in report.columns)


HOSTILE = (
    'x" . <https://example.org/evil> a aiop:Waiver . <x> rdfs:label "',
    '""" . aiop:UseCase a aiop:Waiver . """',
    "'); DROP GRAPH <x>; --",
    "} DELETE WHERE { ?s ?p ?o } #",
    "<script>alert(1)</script> > <https://example.org/evil",
    "\\u0022 \\ \t ; . ] [ \x01 \x00",
    "=cmd|' /C calc'!A0",
    "..",
    "../../etc/passwd",
    "%2e%2e/%00 ? # {agency} {_row}",
    "\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe \N{PILE OF POO}",
    "a" * 5000,
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "header", ["agency", "agency_name", "agency_bureau", "use_case_name", "vendor_name", "benefits"]
)
def test_hostile_cells_stay_text(tmp_path: Path, header: str, text: str) -> None:
    plain = model(tmp_path, {header: "plain", "contracting_usage": "Vendor Purchased"})
    store = model(tmp_path, {header: text, "contracting_usage": "Vendor Purchased"})
    parts = text.split(";") if header == "vendor_name" else [text]
    assert len(list(store.quads_for_pattern(None, None, None, DefaultGraph()))) >= len(plain)
    assert {q.predicate for q in store} == {q.predicate for q in plain}
    assert {q.object for q in store if q.predicate == AIOP.waivedFor} == set()
    written = {" ".join(q.object.value.split()) for q in store if isinstance(q.object, Literal)}
    assert {" ".join(part.split()) for part in parts} <= written
    minted = {t.value for q in store for t in (q.subject, q.object) if isinstance(t, NamedNode)}
    assert all(
        iri.startswith((BASE, "https://w3id.org/aiop#", *PREFIXES.values())) or "github.com" in iri for iri in minted
    )
    assert NamedNode(BASE + "row/1") in {q.subject for q in store}


def test_two_cells_that_differ_name_two_elements(tmp_path: Path) -> None:
    names = ["a b", "a_b", "a/b", "A b", "a%20b", "x" * 300 + "1", "x" * 300 + "2", "..", "%2E%2E"]
    store = model(tmp_path, *({"agency_bureau": name} for name in names))
    assert len({q.object for q in store if q.predicate.value.endswith("#operatedBy")}) == len(names)


def test_the_columns_may_stand_in_any_order_and_others_are_named(tmp_path: Path) -> None:
    order = ["surplus", *reversed(HEADERS)]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, order)
    writer.writeheader()
    writer.writerow({**A_ROW, "surplus": "x"})
    report = convert("us-federal-2025", write(tmp_path, stream.getvalue()), tmp_path / "model.ttl")
    assert report.other_columns == ("surplus",)
    assert "surplus" in str(report)


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "header", 1),
        (b"agency,id\nDOX,1\n", "header", 1),
        (table({}).replace("agency_name", "agency", 1).encode(), "header", 1),
        (table({}).encode().replace(b"Sorter", b"Sort\xe9r"), "encoding", 2),
        (table({}).encode("utf-16"), "encoding", 1),
        ((table({}) + '"never closed\n').encode(), "table", 3),
        ((table({}) + 'a,"b"c,d\n').encode(), "table", 3),
        ((table({}) + "x" * 200_000 + "\n").encode(), "table", 3),
    ],
)
def test_what_is_not_the_table_is_refused_with_its_place_and_a_fix(
    tmp_path: Path, content: bytes, code: str, line: int
) -> None:
    with pytest.raises(InputError) as caught:
        convert("us-federal-2025", write(tmp_path, content), tmp_path / "model.ttl")
    assert caught.value.code == code
    assert caught.value.fix
    assert caught.value.place is not None
    assert caught.value.place.line == line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.csv"]


def test_a_missing_file_a_folder_and_an_unknown_mapping_are_input_errors(tmp_path: Path) -> None:
    for source, mapping_id, code in (
        (tmp_path / "absent.csv", "us-federal-2025", "missing-file"),
        (tmp_path, "us-federal-2025", "unreadable-file"),
        (write(tmp_path, table({})), "mars-2025", "unknown-mapping"),
    ):
        with pytest.raises(InputError) as caught:
            convert(mapping_id, source, tmp_path / "model.ttl")
        assert caught.value.code == code


def test_the_model_never_replaces_its_source_and_needs_a_folder(tmp_path: Path) -> None:
    source = write(tmp_path, table({}))
    for destination in (source, tmp_path / "absent" / "model.ttl", tmp_path):
        with pytest.raises(InputError) as caught:
            convert("us-federal-2025", source, destination)
        assert caught.value.code == "destination"
    assert source.read_bytes() == table({}).encode()


def test_every_cell_is_in_one_account(tmp_path: Path) -> None:
    source = write(tmp_path, table({}, {"hi_testing_conducted": "who knows"}))
    report = convert("us-federal-2025", source, tmp_path / "model.ttl")
    assert [column.column for column in report.columns] == list(HEADERS)
    assert all(sum(column.counts.values()) == 2 for column in report.columns)
    assert report.unrecognised == (Occurrence("hi_testing_conducted", "who knows", (2,)),)
    unused = [c for c in report.columns if c.counts.get(Account.UNUSED)]
    assert all(column.because for column in unused)


def test_the_model_loads_as_a_model_of_one_organization(tmp_path: Path) -> None:
    convert("us-federal-2025", write(tmp_path, table({"hi_testing_conducted": "Yes"})), tmp_path / "model.ttl")
    assert load([str(tmp_path / "model.ttl")]).triples


def test_every_mapping_can_be_read_and_every_term_of_it_is_declared() -> None:
    declared = {q.subject for q in parse(path=vocabulary(), format=RdfFormat.TURTLE) if q.predicate == RDFS.isDefinedBy}
    ontology = {t.subject for t in assets.ontology()}
    assert "us-federal-2025" in available()
    for name in available():
        assert mapping(name).columns
        for quad in parse(path=vocabulary().with_name(f"{name}.ttl"), format=RdfFormat.TURTLE):
            for term in (quad.predicate, quad.object):
                if isinstance(term, NamedNode) and term.value.startswith("https://w3id.org/aiop/import#"):
                    assert term in declared, term
                if isinstance(term, NamedNode) and term.value.startswith("https://w3id.org/aiop#"):
                    assert term in ontology, term


def vocabulary() -> Path:
    return assets.folder("ontology") / "imports" / "vocabulary.ttl"


def test_every_term_that_the_program_names_is_declared() -> None:
    declared = {q.subject for q in parse(path=vocabulary(), format=RdfFormat.TURTLE)}
    ontology = {t.subject for t in assets.ontology()}
    names = [value for group in (IMPORT, AIOP) for value in vars(group).values() if isinstance(value, NamedNode)]
    assert len(names) > 40
    assert [n for n in names if n not in declared | ontology] == []
    assert all(
        n.value.startswith("http://www.w3.org/ns/")
        for g in (CSVW, RR)
        for n in vars(g).values()
        if isinstance(n, NamedNode)
    )


def test_bookkeeping_names_terms_that_exist() -> None:
    ontology = {t.subject for t in assets.ontology()}
    listed = [q.object for q in parse(path=vocabulary(), format=RdfFormat.TURTLE) if q.predicate == IMPORT.bookkeeping]
    assert len(listed) > 50
    assert [term for term in listed if term not in ontology] == []
