"""Updates of a running server: who may, all or nothing, and what follows is there before the response."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from conftest import ROOT
from pyoxigraph import RdfFormat, parse
from serving import GRAPH, running_server

from aiopkg import assess
from aiopkg.server import Limits

TOKEN = "let-me-in"
BANK = ROOT / "tests" / "orgs" / "bank.ttl"
PREFIXES = """PREFIX aiop: <https://w3id.org/aiop#> PREFIX ex: <https://example.org/quillhaven/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX graph: <https://w3id.org/aiop/graph/>
"""


def statements(path: Path) -> str:
    return "".join(f"{quad.triple} .\n" for quad in parse(path=path, format=RdfFormat.TURTLE))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("organization")
    with running_server(folder, statements(BANK), Limits(), kind="organization", token=TOKEN) as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[httpx.Client]:
    with (
        running_server(tmp_path, "", Limits(seconds=3, workers=2), kind="reasoned", token=TOKEN) as url,
        httpx.Client(base_url=url, timeout=30, headers={"authorization": f"Bearer {TOKEN}"}) as client,
    ):
        yield client


def update(client: httpx.Client, text: str, **parameters: str) -> httpx.Response:
    return client.post("sparql", data={"update": PREFIXES + text, **parameters})


def rows(client: httpx.Client, text: str, **parameters: str) -> list[list[str]]:
    response = client.post("sparql", data={"query": PREFIXES + text, **parameters}, headers={"accept": "text/csv"})
    assert response.status_code == 200, response.text
    return [line.split(",") for line in response.text.split("\r\n")[1:-1]]


def true(client: httpx.Client, text: str, **parameters: str) -> bool:
    response = client.post("sparql", data={"query": PREFIXES + text, **parameters})
    assert response.status_code == 200, response.text
    return bool(response.json()["boolean"])


def state(client: httpx.Client) -> list[list[str]]:
    return rows(client, "SELECT ?g (COUNT(*) AS ?n) {GRAPH ?g {?s ?p ?o}} GROUP BY ?g ORDER BY ?g")


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic bGV0LW1lLWlu", "Bearer"])
def test_changes_need_the_token(url: str, header: str | None) -> None:
    headers = {"authorization": header} if header else {}
    turtle = headers | {"content-type": "text/turtle"}
    for response in (
        httpx.post(url + "sparql", data={"update": "CLEAR ALL"}, headers=headers),
        httpx.put(url + "store?default", content=b"", headers=turtle),
        httpx.post(url + "store?default", content=b"", headers=turtle),
        httpx.delete(url + "store?default", headers=headers),
    ):
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith('Bearer realm="aiopkg"')
        assert response.json()["code"] == "unauthorized"
        assert "access-control-allow-credentials" not in response.headers


def test_an_update_brings_everything_up_to_date_before_its_response(client: httpx.Client, tmp_path: Path) -> None:
    before = state(client)
    added = "ex:probe a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label 'Probe'@en ."
    assert update(client, f"INSERT DATA {{ {added} }}").status_code == 204
    assert true(client, "ASK { ex:probe a aiop:LiveUseCase }")
    assert not true(client, "ASK { ex:probe a aiop:LiveUseCase }", infer="false")
    found = rows(client, "SELECT ?f { GRAPH graph:findings { ?f aiop:focus ex:probe ; aiop:verdict aiop:Violated } }")
    copy = tmp_path / "bank.ttl"
    copy.write_text(BANK.read_text(encoding="utf-8") + PREFIXES + added, encoding="utf-8")
    whole = assess(copy, as_of=datetime.now(UTC).date())
    expected = [f for f in whole.findings if f.focus.endswith("/probe") and f.verdict == "violated"]
    assert len(found) == len(expected) > 3
    lines = {line for line in whole.dataset().splitlines() if b"_:" not in line}
    document = client.post(
        "sparql",
        data={"query": f"CONSTRUCT {{?s ?p ?o}} {{ GRAPH <{GRAPH}findings> {{?s ?p ?o}} }}"},
        headers={"accept": "application/n-triples"},
    )
    own = {line[:-2] + f" <{GRAPH}findings> .".encode() for line in document.content.splitlines() if b"_:" not in line}
    assert own == {line for line in lines if f"<{GRAPH}findings> .".encode() in line}
    assert "Probe" in client.get("entity", params={"iri": "https://example.org/quillhaven/probe"}).text
    assert update(client, "DELETE WHERE { ex:probe ?p ?o }").status_code == 204
    assert state(client) == before


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH graph:findings { ex:a ex:b ex:c } }",
        "DELETE DATA { GRAPH graph:inferred { ex:nobody ex:says ex:this } }",
        "CLEAR GRAPH graph:measures",
        "DROP SILENT GRAPH <https://w3id.org/aiop/graph/ontology>",
        "WITH graph:cascades DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "COPY <https://w3id.org/aiop/graph/asserted> TO GRAPH graph:findings",
        "MOVE GRAPH graph:findings TO ex:elsewhere",
        "INSERT { GRAPH ?g { ex:a ex:b ex:c } } WHERE { GRAPH ?g { ?f aiop:verdict ?v } }",
        "INSERT DATA { ex:a rdfs:label 'a' } ; CLEAR GRAPH graph:findings",
    ],
)
def test_derived_graphs_cannot_be_written_to_and_then_nothing_changes(client: httpx.Client, text: str) -> None:
    before = state(client)
    response = update(client, text)
    assert (response.status_code, response.json()["code"]) == (403, "derived-graph")
    assert state(client) == before
    put = client.put(
        "store", params={"graph": GRAPH + "findings"}, content=b"", headers={"content-type": "text/turtle"}
    )
    assert put.json()["code"] == "derived-graph"


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("INSERT DATA { ex:a rdfs:label 'a' } ; INSERT DATA { ex:b }", 400, "syntax"),
        ("INSERT DATA { ex:a rdfs:label 'a' } ; CREATE GRAPH graph:asserted", 409, "update-failed"),
        ("INSERT DATA { ex:a rdfs:label 'a' } ; LOAD <file:///etc/passwd>", 403, "load-refused"),
        ("INSERT DATA { ex:a a aiop:UseCaze }", 422, "unknown-term"),
        ("CLEAR DEFAULT", 422, "no-organization"),
        ("INSERT { ?a ex:p ?b } WHERE { SERVICE <http://127.0.0.1:9/> { ?a ?p ?b } }", 403, "service-refused"),
        ("SELECT * { ?s ?p ?o }", 400, "syntax"),
    ],
)
def test_an_update_that_fails_changes_nothing(client: httpx.Client, text: str, status: int, code: str) -> None:
    before = state(client)
    response = update(client, text)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert state(client) == before


def test_the_place_of_a_syntax_error_is_told(client: httpx.Client) -> None:
    response = client.post("sparql", data={"update": "INSERT DATA {\n  <urn:a> <urn:b> }"})
    assert (response.json()["line"], response.json()["column"]) == (2, 19)


def test_the_pattern_of_an_update_sees_what_follows(client: httpx.Client) -> None:
    live = "?u a aiop:LiveUseCase"
    number = int(rows(client, f"SELECT (COUNT(DISTINCT ?u) AS ?n) {{ {live} }}")[0][0])
    assert number > 0
    assert update(client, f"INSERT {{ ?u ex:seen 1 }} WHERE {{ {live} }}", infer="false").status_code == 204
    asserted = rows(client, "SELECT ?u { ?u ex:seen 1 }", infer="false")
    assert len(asserted) == 0
    assert update(client, f"INSERT {{ ?u ex:seen 1 }} WHERE {{ {live} }}").status_code == 204
    assert len(rows(client, "SELECT ?u { ?u ex:seen 1 }", infer="false")) == number
    both = "INSERT DATA { ex:x ex:seen 2 } ; INSERT { ?u ex:twice true } WHERE { ?u ex:seen 2 } ; DELETE { ?u ?p ?o }"
    assert (
        update(client, both + " WHERE { ?u ex:seen ?any ; ?p ?o FILTER(?p IN (ex:seen, ex:twice)) }").status_code == 204
    )
    assert rows(client, "SELECT ?u { ?u ex:seen|ex:twice ?o }") == []


def test_what_is_asserted_although_it_follows_stays_when_it_follows_no_more(plain: httpx.Client) -> None:
    update(plain, "INSERT DATA { ex:C rdfs:subClassOf ex:D . ex:a a ex:C . ex:b a ex:C }")
    assert true(plain, "ASK { ex:a a ex:D . ex:b a ex:D }")
    update(plain, "INSERT DATA { ex:a a ex:D }")
    assert len(rows(plain, "SELECT ?s { ?s a ex:D }")) == 2
    update(plain, "DELETE DATA { ex:C rdfs:subClassOf ex:D }")
    assert rows(plain, "SELECT ?s { ?s a ex:D }") == [["https://example.org/quillhaven/a"]]


@pytest.mark.parametrize("prefix", ["graph", "Default", "silently", "graphs.of-ours"])
def test_a_prefix_that_begins_like_a_keyword_is_a_prefix(plain: httpx.Client, prefix: str) -> None:
    head = f"PREFIX : <http://e/other/> PREFIX {prefix}: <http://e/graphs/> "
    data = (
        f"INSERT DATA {{ GRAPH {prefix}:a {{ {prefix}:a ex:b 1 }} GRAPH :a {{ :a ex:b 2 }} GRAPH :b {{ :a ex:b 3 }} }}"
    )
    for text in (data, f"COPY {prefix}:a TO {prefix}:b", f"MOVE SILENT GRAPH {prefix}:b\tTO {prefix}:c ; ADD :b TO :a"):
        assert update(plain, head + text).status_code == 204
    counted = [[f"http://e/{name}", number] for name, number in (("graphs/a", "1"), ("graphs/c", "1"))]
    assert state(plain) == [*counted, ["http://e/other/a", "2"], ["http://e/other/b", "1"]]
    problem = update(plain, f"{head}\nCOPY {prefix}:a TO {prefix}:b ; COPY {prefix}:a {prefix}:b").json()
    assert (problem["code"], problem["line"]) == ("syntax", 5)
    assert problem["column"] == len(f"COPY {prefix}:a TO {prefix}:b ; COPY {prefix}:a ") + 1


def test_literals_keep_their_spelling(plain: httpx.Client) -> None:
    values = ["1.50", "007", "+3", "1.0E3"]
    texts = " , ".join([*values, "'01'^^xsd:integer", "'1'^^xsd:boolean", "'2026-01-01T00:00:00.000Z'^^xsd:dateTime"])
    assert update(plain, f"INSERT DATA {{ ex:a ex:p {texts} . ex:b ex:cost 2.50 }}").status_code == 204
    wanted = {*values, "01", "1", "2026-01-01T00:00:00.000Z"}
    query = "SELECT ?o { ex:a ex:p ?o }"
    assert {row[0] for row in rows(plain, query)} == wanted
    answer = plain.post("sparql", data={"query": PREFIXES + query}).json()
    assert {row["o"]["value"] for row in answer["results"]["bindings"]} == wanted
    tabs = plain.post("sparql", data={"query": PREFIXES + query}, headers={"accept": "text/tab-separated-values"}).text
    assert "\n1.50\n" in tabs
    xml = plain.post("sparql", data={"query": PREFIXES + query}, headers={"accept": "application/xml"}).text
    assert ">1.50</literal>" in xml
    graph = plain.get("store?default", headers={"accept": "application/n-triples"}).text
    assert all(f'"{each}"' in graph for each in wanted)
    assert " 2.50 ." in plain.post("sparql", data={"query": PREFIXES + "CONSTRUCT WHERE { ex:b ?p ?o }"}).text
    assert update(plain, "DELETE DATA { ex:a ex:p 1.5 }").status_code == 204
    assert "1.50" not in {row[0] for row in rows(plain, query)}
    assert update(plain, "INSERT DATA { ex:a ex:p 1.5 }").status_code == 204
    assert {row[0] for row in rows(plain, query)} == (wanted - {"1.50"}) | {"1.5"}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("<urn:nobody> <urn:q>* ?o", ["urn:nobody"]),
        ("GRAPH ?o { VALUES ?n { 1 } }", ["urn:one", "urn:two"]),
        ("GRAPH ?o { ?s <urn:p> ?n MINUS { ?s <urn:q> ?m } }", ["urn:one"]),
    ],
)
@pytest.mark.parametrize("form", ["INSERT {{ <urn:x> <urn:is> ?o }} WHERE {{ {} }}", "{}"])
def test_the_pattern_of_an_update_finds_what_a_query_finds(
    plain: httpx.Client, pattern: str, found: list[str], form: str
) -> None:
    data = "GRAPH <urn:one> { <urn:a> <urn:p> 1 } GRAPH <urn:two> { <urn:a> <urn:p> 1 ; <urn:q> 2 }"
    assert update(plain, f"INSERT DATA {{ {data} }}").status_code == 204
    if form == "{}":
        assert rows(plain, f"SELECT DISTINCT ?o {{ {pattern} }} ORDER BY ?o") == [[each] for each in found]
        return
    assert update(plain, form.format(pattern)).status_code == 204
    assert rows(plain, "SELECT ?o { <urn:x> <urn:is> ?o } ORDER BY ?o") == [[each] for each in found]


def test_an_answer_comes_from_one_state(plain: httpx.Client) -> None:
    """While pairs of facts come and go together, no answer ever sees half a pair."""

    def ask(_: int) -> str:
        query = PREFIXES + "SELECT (COUNT(?x) AS ?n) { { ?x ex:left ?y } UNION { ?x ex:right ?y } }"
        return str(plain.post("sparql", data={"query": query}, headers={"accept": "text/csv"}).text.split()[1])

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(ask, n) for n in range(120)]
        for number in range(20):
            pair = f"ex:a{number} ex:left {number} . ex:a{number} ex:right {number}"
            assert update(plain, f"INSERT DATA {{ {pair} }}").status_code == 204
            assert ask(0) == str(2 * (number + 1))
        counts = {int(each.result()) for each in answers}
    assert all(count % 2 == 0 for count in counts)


def test_an_update_beyond_its_time_is_ended_and_changes_nothing(plain: httpx.Client) -> None:
    body = "".join(f"<urn:{n}> <urn:p> <urn:{n + 1}> .\n" for n in range(300)).encode()
    assert plain.put("store?default", content=body, headers={"content-type": "text/turtle"}).status_code == 204
    endless = "INSERT { ?a ?b ?l } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    response = update(plain, endless)
    assert (response.status_code, response.json()["code"]) in {(503, "time-limit"), (503, "memory-limit")}
    assert len(rows(plain, "SELECT * { ?s ?p ?o }")) == 300
    assert update(plain, "INSERT DATA { ex:a ex:b ex:c }").status_code == 204


def test_a_page_being_written_holds_nothing_up(client: httpx.Client) -> None:
    elements = [row[0] for row in rows(client, "SELECT DISTINCT ?s { ?s a aiop:UseCase } LIMIT 8")]
    with ThreadPoolExecutor(8) as pool:
        pages = [pool.submit(client.get, "entity", params={"iri": iri}) for iri in elements]
        style = client.get("static/style.css")
        again = client.get("static/style.css", headers={"if-none-match": style.headers["etag"]})
        assert (style.status_code, again.status_code, again.content) == (200, 304, b"")
        assert client.get("health").elapsed.total_seconds() < 1
        assert {page.result().status_code for page in pages} == {200}
    assert client.get("nowhere").status_code == 404


def test_the_description_says_what_follows_where(client: httpx.Client) -> None:
    document = client.get(".well-known/void", headers={"accept": "text/turtle"}).text
    for piece in (
        "SPARQL11Update",
        "OWL-RDF-Based",
        "owl-profile/RL",
        "entailment/Simple",
        "graph/findings",
        "propertyPartition",
        "SPARQLSelectExecutable",
        'sh:prefix "aiop"',
    ):
        assert piece in document, piece
    count = int(rows(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0][0])
    assert f"void#triples> {count} " in document


def test_a_reply_is_json_with_a_problem_for_every_refusal(client: httpx.Client) -> None:
    assert json.loads(update(client, "NONSENSE").content)["status"] == 400
