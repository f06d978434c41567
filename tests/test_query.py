"""SPARQL over files and assessments: bound values, rows, graphs, data frames; the same answers as the endpoint's."""

import json
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib
from conftest import ORGS
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store
from rdflib.compare import isomorphic
from test_cli import run

import aiopkg
from aiopkg.server.dataset import Dataset
from aiopkg.server.evaluate import evaluate as served
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Question
from aiopkg.sparql import bind, plain, term_of, written_value
from aiopkg.vocab import PREFIXES

BANK = ORGS / "bank.ttl"
DAY = date(2026, 6, 30)
STAGES = "SELECT ?use ?stage WHERE { ?use a aiop:LiveUseCase ; aiop:stage ?stage } ORDER BY ?use"
PRODUCTION = rdflib.URIRef("https://w3id.org/aiop#Production")


@pytest.fixture(scope="module")
def found() -> aiopkg.Assessment:
    return aiopkg.assess(BANK, as_of=DAY)


def rows(found: aiopkg.Assessment, text: str, **bindings: object) -> aiopkg.Solutions:
    answer = found.query(text, bindings)
    assert isinstance(answer, aiopkg.Solutions)
    return answer


def test_a_select_gives_rows_of_terms_and_plain_values(found: aiopkg.Assessment) -> None:
    every = rows(found, STAGES)
    assert every.columns == ("use", "stage")
    assert len(every) > 2
    assert {row["stage"] for row in every} > {str(PRODUCTION)}
    assert all(isinstance(cell, NamedNode) for row in every.rows for cell in row)


def test_a_bound_variable_has_the_value_wherever_it_stands(found: aiopkg.Assessment) -> None:
    expected = [row["use"] for row in rows(found, STAGES) if row["stage"] == str(PRODUCTION)]
    for text in (
        "SELECT ?use WHERE { ?use a aiop:LiveUseCase ; aiop:stage ?stage } ORDER BY ?use",
        "SELECT ?use WHERE { ?use a aiop:LiveUseCase ; aiop:stage ?s FILTER(?s = ?stage) } ORDER BY ?use",
        "SELECT ?use WHERE { SELECT ?use ?stage WHERE { ?use a aiop:LiveUseCase ; aiop:stage ?stage } } ORDER BY ?use",
    ):
        assert [row["use"] for row in rows(found, text, stage=PRODUCTION)] == expected
    assert found.query("ASK { ?use aiop:stage ?stage }", {"stage": PRODUCTION}) is True
    assert found.query("ASK { ?use aiop:stage ?stage }", {"stage": "Production"}) is False
    (count,) = rows(found, "SELECT (COUNT(*) AS ?n) { ?use a aiop:LiveUseCase ; aiop:stage ?stage }", stage=PRODUCTION)
    assert count == {"n": len(expected)}


def test_a_construct_gives_an_rdflib_graph(found: aiopkg.Assessment) -> None:
    for text in (
        "CONSTRUCT WHERE { ?use aiop:stage ?stage }",
        "CONSTRUCT { ?use aiop:stage ?stage } WHERE { ?use aiop:stage ?stage }",
    ):
        graph = found.query(text, {"stage": PRODUCTION})
        assert isinstance(graph, rdflib.Graph)
        assert set(graph.objects()) == {PRODUCTION}


HOSTILE = st.text(max_size=40) | st.sampled_from(['"} INSERT', "'''\\", "\\u0022 } #", "\n\r\t", "?x }", "\x00"])


@given(HOSTILE)
def test_no_text_escapes_from_its_binding(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    found = Store().query(bind("SELECT ?x WHERE { BIND(?given AS ?x) }", {"given": text}))
    assert isinstance(found, QuerySolutions)
    assert [row["x"].value for row in found] == [text]


@pytest.mark.parametrize(
    ("text", "bindings", "code"),
    [
        ("SELECT * { ?a ?b ?c }", {"d": 1}, "unknown-parameter"),
        ("SELECT * { ?a ?b ?c }", {"a": BlankNode("x")}, "parameter-value"),
        ("SELECT * { ?a ?b ?c }", {"a": object()}, "parameter-value"),
        ("SELECT * { ?a ?b ?c }", {"a": float("nan")}, "parameter-value"),
        ("SELECT * { ?a ?b ?c }", {"a": rdflib.URIRef("not an iri")}, "parameter-value"),
        ("SELECT * { ?a ?b ?c }", {"a": rdflib.Variable("v")}, "parameter-value"),
        ("DESCRIBE ?a", {"a": 1}, "parameter-place"),
        ("SELECT * {\n ?a ?b }", {}, "query-syntax"),
        ("SELECT * { ?a ?b }", {"a": 1}, "query-syntax"),
        ("SELECT * { SERVICE <http://192.0.2.1/> { ?a ?b ?c } }", {}, "service-refused"),
    ],
)
def test_what_cannot_be_asked_says_why(
    found: aiopkg.Assessment, text: str, bindings: dict[str, object], code: str
) -> None:
    with pytest.raises(aiopkg.InputError) as error:
        found.query(text, bindings)
    assert error.value.code == code


def test_python_values_become_typed_terms() -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    values = [True, 3, 2.5, Decimal("1.50"), "word", date(2026, 6, 30), datetime(2026, 6, 30, 12)]
    assert [plain(term_of(value)) for value in values] == values
    assert term_of(rdflib.Literal("mot", lang="fr")) == Literal("mot", language="fr")
    assert term_of(rdflib.Literal("01", datatype=rdflib.XSD.integer, normalize=False)).value == "01"
    assert plain(Literal("soon", datatype=NamedNode(xsd + "date"))) == "soon"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("aiop:Production", NamedNode("https://w3id.org/aiop#Production")),
        ("<http://ex/a>", NamedNode("http://ex/a")),
        ('"mot"@fr', Literal("mot", language="fr")),
        ("3", Literal(3)),
        ("true", Literal(True)),
        ("Demand forecast", Literal("Demand forecast")),
        ("mine:x.y", NamedNode("urn:mine:x.y")),
        ("3 . <urn:a> <urn:b> <urn:c>", Literal("3 . <urn:a> <urn:b> <urn:c>")),
    ],
)
def test_a_value_on_the_command_line_is_read_as_a_term(text: str, term: object) -> None:
    assert written_value(text, {"mine": "urn:mine:"}) == term


CHOSEN = "FROM NAMED <https://w3id.org/aiop/graph/findings> FROM NAMED <https://w3id.org/aiop/graph/cascades>"


def test_an_assessment_answers_as_its_endpoint_does(found: aiopkg.Assessment, tmp_path: Path) -> None:
    path = tmp_path / "served.nq"
    path.write_bytes(found.dataset())
    prologue = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("aiop", "rdfs", "xsd"))
    for text in (
        STAGES,
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) FROM <https://w3id.org/aiop/graph/findings> { ?s ?p ?o }",
        "SELECT ?o { <urn:nobody> aiop:dependsOn* ?o }",
        "SELECT ?g ?n { GRAPH ?g { VALUES ?n { 1 2 } } } ORDER BY ?g ?n",
        f"SELECT ?g {CHOSEN} {{ GRAPH ?g {{ SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} }} }} ORDER BY ?g",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s a ?c MINUS { ?s a aiop:Unit } } } GROUP BY ?g ORDER BY ?g",
        "SELECT (LANG(GROUP_CONCAT(?o)) AS ?n) { ?s rdfs:label ?o }",
        "SELECT ?s ?o { ?s ?p ?o FILTER(DATATYPE(?o) = xsd:decimal) } ORDER BY ?s ?p ?o",
    ):
        reply = served(Dataset(path), Question(prologue + text, "application/sparql-results+json"), Limits())
        told = json.loads(reply.body)["results"]["bindings"]
        assert [[cell["value"] for cell in row.values()] for row in told] == [
            [cell.value for cell in row if isinstance(cell, NamedNode | Literal)] for row in rows(found, text).rows
        ]


def test_answers_show_literals_as_they_were_written(tmp_path: Path) -> None:
    model = tmp_path / "model.ttl"
    model.write_text("<urn:a> <urn:p> 1.50 ; <urn:q> 007 .")
    text = "SELECT ?n ?m { ?s <urn:p> ?n ; <urn:q> ?m }"
    solutions, graph = aiopkg.query(model, text), aiopkg.query(model, "CONSTRUCT WHERE { ?s <urn:p> ?n }")
    assert isinstance(solutions, aiopkg.Solutions) and isinstance(graph, rdflib.Graph)
    assert [[cell.value for cell in row if isinstance(cell, Literal)] for row in solutions.rows] == [["1.50", "007"]]
    assert [str(o) for o in graph.objects()] == ["1.50"]
    for form, cell in (("csv", "1.50,007"), ("tsv", "1.50\t"), ("xml", ">1.50</literal>"), ("json", '"value":"1.50"')):
        words = ["query", str(model), text, "-f", form]
        assert cell in run(*words).stdout


def test_each_graph_comes_out_as_an_rdflib_graph_and_the_asserted_one_unchanged(found: aiopkg.Assessment) -> None:
    given = rdflib.Graph().parse(BANK, publicID="file:///bank.ttl")
    spelt = set(given.objects()) - {o for o in given.objects() if isinstance(o, rdflib.BNode)}
    assert isomorphic(found.graph("asserted"), given)
    assert {str(o) for o in found.graph("asserted").objects()} >= {str(o) for o in spelt}
    assert len(found.graph("findings")) > len(found.findings)
    with pytest.raises(aiopkg.InputError, match="no graph called 'finding'"):
        found.graph("finding")


def test_findings_and_rows_become_data_frames(found: aiopkg.Assessment) -> None:
    frame = found.to_pandas()
    assert list(frame["id"]) == [finding.id for finding in found.findings]
    assert list(frame["line"].dropna()) == [finding.line for finding in found.findings if finding.line is not None]
    polar = found.to_polars()
    assert polar["message"].to_list() == [finding.message for finding in found.findings]
    assert polar["values"].to_list() == [list(finding.values) for finding in found.findings]
    every = rows(found, STAGES)
    assert list(every.to_pandas()["use"]) == every.to_polars()["use"].to_list() == [row["use"] for row in every]
    mixed = rows(found, "SELECT ?x ?y { VALUES (?x ?y) { (1 UNDEF) ('a' 2) } }")
    assert mixed.to_polars()["x"].to_list() == ["1", "a"]
    assert mixed.to_polars()["y"].to_list() == [None, 2]


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_missing_extra_says_how_to_install_it(
    found: aiopkg.Assessment, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(aiopkg.MissingExtra, match=rf"pip install 'aiopkg\[{name}\]'"):
        getattr(found, f"to_{name}")()


def test_files_without_an_organization_are_asked_too(tmp_path: Path) -> None:
    graph = rdflib.Graph().parse(data="@prefix a: <https://w3id.org/aiop#> . <http://ex/g> a a:Guardrail .")
    text = "ASK { <http://ex/g> a aiop:RiskControl }"
    assert aiopkg.query(graph, text) is True
    assert aiopkg.query(graph, text, with_ontology=False) is False
    (tmp_path / "own.ttl").write_text(
        "@prefix r: <http://www.w3.org/2000/01/rdf-schema#> . <urn:B> r:subClassOf <urn:C> . <urn:a> a <urn:B> ."
    )
    assert aiopkg.query(tmp_path / "own.ttl", "ASK { <urn:a> a <urn:C> }", with_ontology=False) is True


def test_the_prefixes_of_the_files_are_understood_unless_they_disagree(tmp_path: Path) -> None:
    (tmp_path / "one.ttl").write_text("@prefix : <urn:own:> . @prefix k: <urn:one:> . :a k:part :b .")
    (tmp_path / "two.ttl").write_text("@prefix k: <urn:two:> . <urn:own:a> k:part <urn:own:c> .")
    assert aiopkg.query(tmp_path / "one.ttl", "ASK { :a k:part ?what }", {"what": rdflib.URIRef("urn:own:b")}) is True
    with pytest.raises(aiopkg.InputError) as caught:
        aiopkg.query([tmp_path / "one.ttl", tmp_path / "two.ttl"], "ASK { :a k:part ?what }")
    assert caught.value.code == "query-syntax"


def test_the_command_writes_every_format(tmp_path: Path) -> None:
    (tmp_path / "own.ttl").write_text('<urn:a> <urn:p> "one, two" . <urn:b> <urn:p> 2 .')

    def told(*words: str) -> str:
        done = run("query", "own.ttl", *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    text = "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?s"
    assert "one, two" in told(text)
    assert [row["s"]["value"] for row in json.loads(told(text, "-f", "json"))["results"]["bindings"]] == [
        "urn:a",
        "urn:b",
    ]
    assert told(text, "-f", "csv").split() == ["s,o", 'urn:a,"one,', 'two"', "urn:b,2"]
    assert told(text, "-f", "tsv", "--bind", "o=2").splitlines()[1:] == ["<urn:b>\t2"]
    assert told(text, "-f", "xml").count("<result>") == 2
    assert told("ASK { ?s <urn:p> ?o }", "--bind", "o=3") == "no\n"
    assert '<urn:b> <urn:p> "2"^^' in told("CONSTRUCT WHERE { ?s <urn:p> ?o }", "-f", "ntriples")
    (tmp_path / "ask.rq").write_text(text)
    assert told("ask.rq", "--ontology", "none", "-f", "csv") == told(text, "-f", "csv")


def test_the_command_refuses_what_it_cannot_do() -> None:
    for words, code in (
        (["SELECT * { ?s ?p ?o }", "-f", "turtle"], "query-format"),
        (["CONSTRUCT WHERE { ?s ?p ?o }", "-f", "csv"], "query-format"),
        (["SELECT * { ?s ?p }"], "query-syntax"),
        (["ASK { ?s ?p ?o }", "--bind", "s"], "parameter-value"),
        (["nowhere.rq"], "unreadable-file"),
    ):
        done = run("query", "-", *words, stdin=b"<urn:a> <urn:b> <urn:c> .")
        assert done.returncode == 2
        assert f"code: {code}" in done.stderr
