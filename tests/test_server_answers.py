"""Graphs, formats, limits and error places of single answers, without HTTP."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph

from aiopkg.errors import InputError
from aiopkg.server.dataset import Dataset
from aiopkg.server.evaluate import evaluate
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Question, Reply
from aiopkg.server.negotiate import GRAPH_TYPES, RESULT_TYPES, choose
from aiopkg.server.problem import Refusal

G = "https://w3id.org/aiop/graph/"
QUADS = f"""
<http://e/a> <http://e/p> <http://e/b> <{G}asserted> .
<http://e/a> <http://e/label> "Ünit, \\"A\\"\\n(two lines)"@en <{G}asserted> .
<http://e/a> <http://e/p> <http://e/b> <{G}inferred> .
<http://e/b> <http://e/p> <http://e/c> <{G}inferred> .
<http://e/p> <http://e/label> "p" <{G}ontology> .
<http://e/a> <http://e/p> <http://e/b> <{G}ontology> .
<http://e/a> <http://e/score> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> <{G}measures> .
"""
COUNT = "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"

Ask = Callable[..., Reply]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("dataset") / "dataset.nq"
    path.write_text(QUADS, encoding="utf-8")
    return Dataset(path)


@pytest.fixture
def ask(dataset: Dataset) -> Ask:
    def run(text: str, limits: Limits = Limits(), **parts: object) -> Reply:  # noqa: B008
        return evaluate(dataset, Question(text, base="http://example.org/sparql", **parts), limits)  # type: ignore[arg-type]

    return run


def count(reply: Reply) -> int:
    assert reply.status == 200, reply.body
    return int(json.loads(reply.body)["results"]["bindings"][0]["n"]["value"])


def problem(reply: Reply) -> dict[str, object]:
    assert reply.headers["Content-Type"] == "application/problem+json"
    content: dict[str, object] = json.loads(reply.body)
    assert content["status"] == reply.status
    return content


def test_the_default_graph_merges_what_is_asserted_and_what_is_inferred(ask: Ask) -> None:
    assert count(ask(COUNT)) == 3


def test_without_inference_the_default_graph_is_what_is_asserted(ask: Ask) -> None:
    assert count(ask(COUNT, inferred=False)) == 2


def test_all_named_graphs_can_be_named(ask: Ask) -> None:
    reply = ask("SELECT DISTINCT ?g {GRAPH ?g {?s ?p ?o}} ORDER BY ?g", accept="text/csv")
    names = reply.body.decode().split()
    assert names == ["g", *(G + name for name in ("asserted", "inferred", "measures", "ontology"))]


@pytest.mark.parametrize(
    ("clauses", "triples"),
    [
        (f"FROM <{G}ontology>", 2),
        (f"FROM <{G}ontology> FROM <{G}asserted>", 3),
        (f"FROM <{G}ontology> FROM <{G}asserted> FROM <{G}inferred>", 4),
        (f"FROM NAMED <{G}ontology>", 0),
        ("FROM <http://elsewhere.example.org/graph>", 0),
        ("FROM <../graph/none>", 0),
    ],
)
def test_from_chooses_among_the_graphs_of_the_dataset(ask: Ask, clauses: str, triples: int) -> None:
    assert count(ask(COUNT.replace("{", clauses + "{"))) == triples


def test_from_understands_prefixes_and_base(ask: Ask) -> None:
    query = f"BASE <{G}> PREFIX g: <{G[:-6]}> SELECT (COUNT(*) AS ?n) FROM <ontology> FROM g:graph\\/asserted "
    assert count(ask(query + "{?s ?p ?o}")) == 3


def test_from_named_limits_the_graphs_that_can_be_named(ask: Ask) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM NAMED <{G}inferred> {{GRAPH ?g {{?s ?p ?o}}}}"
    assert count(ask(query)) == 2


def test_the_dataset_of_the_protocol_goes_before_the_one_of_the_query(ask: Ask) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{G}asserted> {{?s ?p ?o}}"
    assert count(ask(query)) == 2
    assert count(ask(query, default_graphs=(G + "measures",))) == 1
    assert count(ask(query, default_graphs=(G + "measures", G + "asserted", G + "ontology"))) == 4
    assert count(ask(query, named_graphs=(G + "measures",))) == 0


def test_a_graph_without_a_name_can_be_found_and_not_chosen(tmp_path: Path) -> None:
    path = tmp_path / "dataset.nq"
    path.write_text("_:a <http://e/p> _:a _:g .\n", encoding="utf-8")
    dataset = Dataset(path)
    found = Question("SELECT (COUNT(*) AS ?n) {GRAPH ?g {?s ?p ?s}}")
    assert count(evaluate(dataset, found, Limits())) == 1
    for label in ("g", "_:g"):
        assert count(evaluate(dataset, Question(COUNT, default_graphs=(label,)), Limits())) == 0


def test_many_different_merges_do_not_disturb_one_another(ask: Ask) -> None:
    names = ("asserted", "inferred", "ontology", "measures")
    pairs = [(first, second) for first in names for second in names if first < second]
    expected = [count(ask(COUNT, default_graphs=(G + first, G + second))) for first, second in pairs]
    again = [count(ask(COUNT, default_graphs=(G + second, G + first))) for first, second in pairs]
    assert expected == again
    assert count(ask("SELECT (COUNT(DISTINCT ?g) AS ?n) {GRAPH ?g {}}")) == 4


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_solutions_are_written_in_each_format(ask: Ask, media_type: str) -> None:
    reply = ask("SELECT ?s ?l {?s <http://e/label> ?l}", accept=media_type)
    assert reply.status == 200
    assert reply.headers["Content-Type"].partition(";")[0] == media_type
    assert "Ünit" in reply.body.decode("utf-8")


def test_text_with_commas_quotes_and_lines_survives_in_csv(ask: Ask) -> None:
    reply = ask("SELECT ?l {?s <http://e/label> ?l}", accept="text/csv")
    assert list(csv.reader(io.StringIO(reply.body.decode(), newline=""))) == [["l"], ['Ünit, "A"\n(two lines)']]


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_a_boolean_is_written_in_each_format(ask: Ask, media_type: str) -> None:
    assert b"true" in ask("ASK {}", accept=media_type).body


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # the JSON-LD parser of rdflib
@pytest.mark.parametrize("media_type", GRAPH_TYPES)
def test_graphs_are_written_in_each_format(ask: Ask, media_type: str) -> None:
    reply = ask("CONSTRUCT WHERE {?s ?p ?o}", accept=media_type)
    assert reply.headers["Content-Type"].partition(";")[0] == media_type
    names = {"xml": "xml", "json": "json-ld", "plain": "nt", "turtle": "turtle", "n-triples": "nt"}
    names |= {"rdf+xml": "xml", "ld+json": "json-ld"}
    assert len(Graph().parse(data=reply.body, format=names[media_type.partition("/")[2]])) == 3


def test_turtle_uses_the_prefixes_of_the_query_and_is_sorted(ask: Ask) -> None:
    query = "PREFIX z: <http://z/> PREFIX e: <http://e/> PREFIX b: <http://b/> CONSTRUCT {?s e:p ?o} {?s e:p ?o}"
    body = ask(query, accept="text/turtle").body
    heads = [line for line in body.splitlines() if line.startswith(b"@prefix")]
    assert len(heads) == 3
    assert heads == sorted(heads)
    assert b"e:a e:p e:b ." in body
    assert len(list(parse(body, format=RdfFormat.TURTLE))) == 2


def test_a_description_holds_each_triple_once(ask: Ask) -> None:
    assert ask("DESCRIBE <http://e/a>", accept="application/n-triples").body.count(b"\n") == 2


def test_a_graph_that_rdf_xml_cannot_hold_is_a_problem(ask: Ask) -> None:
    reply = ask("CONSTRUCT {<http://e/a> <http://e/1/> 1} {}", accept="application/rdf+xml")
    assert reply.status == 200 or problem(reply)["code"] == "not-writable"


ROWS = "SELECT * {VALUES ?x {" + '"\\n{,\\"}<result>"' * 50 + "}}"


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_more_rows_than_allowed_are_a_problem_and_never_a_part(ask: Ask, media_type: str) -> None:
    assert ask(ROWS, Limits(rows=50), accept=media_type).status == 200
    reply = ask(ROWS, Limits(rows=49), accept=media_type)
    assert reply.status == 422
    assert problem(reply)["code"] == "row-limit"


def test_more_triples_than_allowed_are_a_problem(ask: Ask) -> None:
    query = "CONSTRUCT {?s ?p ?o} {?s ?p ?o}"
    assert ask(query, Limits(rows=3)).status == 200
    assert problem(ask(query, Limits(rows=2)))["code"] == "row-limit"


@pytest.mark.parametrize("query", [ROWS, "CONSTRUCT WHERE {?s ?p ?o}"])
def test_an_answer_larger_than_allowed_is_a_problem(ask: Ask, query: str) -> None:
    size = len(ask(query).body)
    assert ask(query, Limits(bytes=size)).status == 200
    assert problem(ask(query, Limits(bytes=size - 1)))["code"] == "byte-limit"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("SELECT * { ?s ?p }", 1, 18),
        ("SELEC * {}", 1, 1),
        ("SELECT * WHERE { ?s ?p ?o . \n  ?o ?q  } LIMIT ten", 2, 10),
        ("SELECT * WHERE { ?s ?p ?o ORDER BY ?s", 1, 27),
        ("# note\nSELECT ?x WHERE { ?x a 'é'@en ; } LIMT 3", 2, 35),
        ("SELECT (COUNT(?x) AS ?n ?y {}", 1, 25),
        ("SELECT (NOPE(?x) AS ?n) {}", 1, 9),
        ("SELECT * { ?s ?p '😀' . } }", 1, 26),
        ("SELECT * { ?x a <http://a b> }", 1, 17),
        ("SELECT * { ?x a ?y", 1, 19),
        ("", 1, 1),
    ],
)
def test_a_syntax_error_is_told_at_the_token_at_fault(ask: Ask, text: str, line: int, column: int) -> None:
    content = problem(ask(text))
    assert (content["status"], content["code"]) == (400, "syntax")
    assert (content["line"], content["column"]) == (line, column)


def test_what_the_grammar_allows_and_the_language_does_not_is_said(ask: Ask) -> None:
    content = problem(ask("SELECT ?s ?other { ?s ?p ?o } GROUP BY ?s"))
    assert content["detail"] == "The SELECT contains a variable that is unbound."


def test_a_dataset_that_is_not_n_quads_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "dataset.nq"
    path.write_text("nonsense", encoding="utf-8")
    with pytest.raises(InputError, match="N-Quads"):
        Dataset(path)


def test_a_quad_without_a_graph_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "dataset.nq"
    path.write_text("<http://e/a> <http://e/p> <http://e/b> .\n", encoding="utf-8")
    with pytest.raises(InputError, match="no named graph"):
        Dataset(path)


A, B, C = "text/a", "text/b", "other/c"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, A),
        ("", A),
        ("*/*", A),
        ("text/b", B),
        ("text/b;q=0.5, other/c;q=0.9", C),
        ("text/b, other/c", B),
        ("text/*, other/c", A),
        ("text/*;q=0.1, text/b;q=0.2", B),
        ("*/*, text/a;q=0", B),
        ("text/*;q=0.5, */*;q=0.6, text/a;q=0.1", C),
        ("TEXT/B ; charset=utf-8 ; Q=1.000", B),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", A),
        ("text/b;q=oops, other/c;q=0.1", C),
    ],
)
def test_the_best_media_type_is_chosen(accept: str | None, chosen: str) -> None:
    assert choose(accept, (A, B, C)) == chosen


@pytest.mark.parametrize("accept", ["text/html", "text/a;q=0", "*/*;q=0", "text/b;q=-1", "text", ","])
def test_no_acceptable_media_type_is_a_problem(accept: str) -> None:
    with pytest.raises(Refusal) as refusal:
        choose(accept, (A, B, C))
    assert refusal.value.problem.status == 406


@pytest.mark.parametrize("field", ["seconds", "rows", "bytes", "depth", "workers", "memory"])
def test_a_limit_of_nothing_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Limits(**{field: 0})
