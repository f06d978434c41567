"""The running server, by the client package and by plain HTTP."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError

import httpx
import pytest
from rdflib import Graph
from serving import GRAPH, running_process, running_server
from SPARQLWrapper import CSV, GET, JSON, N3, POST, POSTDIRECTLY, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

import aiopkg.server
from aiopkg.errors import InputError, MissingExtra
from aiopkg.server import Limits, application, serve

SECONDS = 4.0
LIMITS = Limits(seconds=SECONDS, memory=2**28, bytes=2**22, rows=10_000, query_characters=100_000)
COUNT = "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"
ENDLESS = "SELECT (COUNT(*) AS ?n) {?a ?b ?c. ?d ?e ?f. ?g ?h ?i. ?j ?k ?l}"
GLUTTON = (
    "SELECT (STRLEN(?z) AS ?n) {BIND('0123456789abcdef' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(30))
    + " BIND(?x30 AS ?z)}"
)


def quads(things: int) -> str:
    lines = [f"<http://e/{n}> <http://e/p> <http://e/{n + 1}> <{GRAPH}asserted> .\n" for n in range(things)]
    return "".join([*lines, f"<http://e/0> <http://e/label> 'x'@en <{GRAPH}inferred> .\n".replace("'", '"')])


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("server"), quads(300), LIMITS) as url:
        yield url


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


def count(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def code(response: httpx.Response) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    content = response.json()
    assert content["status"] == response.status_code
    assert content["title"]
    assert content["detail"]
    return str(content["code"])


def wrapper(url: str, query: str, returned: str) -> SPARQLWrapper:
    sparql = SPARQLWrapper(url + "sparql")
    sparql.setQuery(query)
    sparql.setReturnFormat(returned)
    return sparql


@pytest.mark.parametrize(("method", "request_method"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_the_client_package_counts_by_every_request_form(url: str, method: str, request_method: str) -> None:
    sparql = wrapper(url, COUNT, JSON)
    sparql.setMethod(method)
    sparql.setRequestMethod(request_method)
    answer = sparql.queryAndConvert()
    assert answer["results"]["bindings"][0]["n"]["value"] == "301"


@pytest.mark.parametrize("returned", [JSON, XML, CSV, TSV])
def test_the_client_package_reads_solutions_in_every_format(url: str, returned: str) -> None:
    answer = wrapper(url, "SELECT ?l {?s <http://e/label> ?l}", returned).queryAndConvert()
    text = answer.toxml() if returned == XML else answer.decode() if isinstance(answer, bytes) else str(answer)
    assert "x" in text


def test_the_client_package_reads_a_boolean(url: str) -> None:
    assert wrapper(url, "ASK {<http://e/0> ?p ?o}", JSON).queryAndConvert()["boolean"] is True


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # the client package uses it
@pytest.mark.parametrize("returned", [TURTLE, N3, XML])
def test_the_client_package_reads_a_graph(url: str, returned: str) -> None:
    answer = wrapper(url, "CONSTRUCT WHERE {<http://e/0> ?p ?o}", returned).queryAndConvert()
    graph = answer if isinstance(answer, Graph) else Graph().parse(data=answer, format="turtle")
    assert len(graph) == 2


def test_the_client_package_chooses_graphs(url: str) -> None:
    sparql = wrapper(url, COUNT, JSON)
    sparql.addDefaultGraph(GRAPH + "inferred")
    assert sparql.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "1"


def test_the_client_package_understands_a_syntax_error(url: str) -> None:
    with pytest.raises(QueryBadFormed) as failure:
        wrapper(url, "SELECT * {?s ?p}", JSON).query()
    assert isinstance(failure.value.__context__, HTTPError)
    failure.value.__context__.close()


def test_without_inference_only_assertions_are_seen(client: httpx.Client) -> None:
    assert count(client.get("sparql", params={"query": COUNT})) == 301
    assert count(client.get("sparql", params={"query": COUNT, "infer": "false"})) == 300
    assert count(client.post("sparql", data={"query": COUNT, "infer": "false"})) == 300
    assert code(client.get("sparql", params={"query": COUNT, "infer": "maybe"})) == "bad-parameters"


def test_graphs_are_chosen_by_the_query_and_by_the_request(client: httpx.Client) -> None:
    query = COUNT.replace("{", f"FROM <{GRAPH}inferred> {{")
    assert count(client.get("sparql", params={"query": query})) == 1
    chosen = {"query": query, "default-graph-uri": [GRAPH + "asserted", GRAPH + "inferred"]}
    assert count(client.get("sparql", params=chosen)) == 301
    direct = {"content-type": "application/sparql-query; charset=UTF-8"}
    graph = {"default-graph-uri": GRAPH + "asserted"}
    assert count(client.post("sparql", params=graph, content=query, headers=direct)) == 300
    named = {"query": "SELECT (COUNT(*) AS ?n) {GRAPH ?g {?s ?p ?o}}", "named-graph-uri": GRAPH + "inferred"}
    assert count(client.get("sparql", params=named)) == 1


def test_the_media_type_is_negotiated(client: httpx.Client) -> None:
    def media_type(query: str, accept: str) -> str:
        response = client.get("sparql", params={"query": query}, headers={"accept": accept})
        assert response.headers["vary"] == "Accept"
        return str(response.headers["content-type"])

    assert media_type(COUNT, "*/*") == "application/sparql-results+json"
    assert media_type(COUNT, "text/csv;q=0.5, text/tab-separated-values") == (
        "text/tab-separated-values; charset=utf-8"
    )
    assert media_type(COUNT, "application/json") == "application/json"
    assert media_type("DESCRIBE <http://e/0>", "*/*") == "text/turtle; charset=utf-8"
    assert media_type("DESCRIBE <http://e/0>", "application/n-triples") == "application/n-triples"
    assert media_type("DESCRIBE <http://e/0>", "application/ld+json") == "application/ld+json"


def test_a_media_type_that_does_not_fit_the_query_is_refused(client: httpx.Client) -> None:
    for query, accept in ((COUNT, "text/turtle"), ("DESCRIBE <http://e/0>", "text/csv"), (COUNT, "*/*;q=0")):
        response = client.get("sparql", params={"query": query}, headers={"accept": accept})
        assert (response.status_code, code(response)) == (406, "not-acceptable")


def test_other_methods_are_refused_with_those_that_are_allowed(client: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        response = client.request(method, "sparql", params={"query": "ASK {}"})
        assert (response.status_code, code(response)) == (405, "method-not-allowed")
        assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert client.post("health").headers["allow"] == "GET, HEAD, OPTIONS"


def test_head_answers_as_get_without_the_body(client: httpx.Client) -> None:
    whole = client.get("sparql", params={"query": COUNT})
    head = client.head("sparql", params={"query": COUNT})
    assert head.content == b""
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_every_origin_may_ask_and_none_with_credentials(client: httpx.Client) -> None:
    origin = {"origin": "https://editor.example.org"}
    preflight = client.options("sparql", headers=origin | {"access-control-request-method": "POST"})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    for response in (preflight, client.get("sparql", headers=origin), client.get("health", headers=origin)):
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    ("content_type", "body", "status", "expected"),
    [
        ("text/plain", b"ASK {}", 415, "unsupported-media-type"),
        ("application/json", b"{}", 415, "unsupported-media-type"),
        (None, b"query=ASK%20%7B%7D", 415, "unsupported-media-type"),
        ("application/sparql-update", b"CLEAR ALL", 403, "read-only"),
        ("application/sparql-query; charset=utf-16", "ASK {}".encode("utf-16"), 415, "unsupported-media-type"),
        ("application/sparql-query", b"ASK {?s ?p '\xff'}", 400, "not-utf-8"),
        ("application/x-www-form-urlencoded", b"query=ASK%20%7B%FF%7D", 400, "bad-parameters"),
        ("application/x-www-form-urlencoded", b"update=CLEAR%20ALL", 403, "read-only"),
        ("application/x-www-form-urlencoded", b"update=CLEAR%20ALL&query=ASK%7B%7D", 400, "update-as-query"),
        ("application/x-www-form-urlencoded", b"", 400, "no-query"),
        ("application/x-www-form-urlencoded", b"query=ASK%7B%7D&query=ASK%7B%7D", 400, "several-queries"),
        ("application/sparql-query", b"LOAD <http://127.0.0.1:9/>", 400, "update-as-query"),
        ("application/sparql-query", b"ASK {" + b" " * 110_000 + b"}", 413, "query-too-long"),
        ("application/sparql-query", b"ASK {" + b" " * 900_000 + b"}", 413, "query-too-long"),
    ],
)
def test_a_bad_request_is_a_problem(
    client: httpx.Client, content_type: str | None, body: bytes, status: int, expected: str
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = client.post("sparql", content=body, headers=headers)
    assert (response.status_code, code(response)) == (status, expected)


def test_a_get_without_a_query_and_an_unknown_address_are_problems(client: httpx.Client) -> None:
    assert code(client.post("sparql", data={"infer": "false"})) == "no-query"
    assert (client.get("nowhere").status_code, code(client.get("nowhere"))) == (404, "not-found")


def test_a_syntax_error_has_its_line_and_column(client: httpx.Client) -> None:
    response = client.get("sparql", params={"query": "SELECT *\nWHERE {\n  ?s ?p }"})
    assert (response.status_code, code(response)) == (400, "syntax")
    assert (response.json()["line"], response.json()["column"]) == (3, 9)


@pytest.mark.parametrize("opening", ["{", "(", "!", "-(", "[?p "])
def test_hostile_nesting_is_refused_and_the_next_query_is_answered(client: httpx.Client, opening: str) -> None:
    text = "SELECT * {FILTER(" + opening * 4000 + "1"
    response = client.post("sparql", data={"query": text})
    assert (response.status_code, code(response)) == (400, "query-too-deep")
    assert count(client.get("sparql", params={"query": COUNT})) == 301


def test_service_is_refused_and_nothing_is_connected(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        query = f"SELECT * {{SERVICE SILENT <http://127.0.0.1:{listener.getsockname()[1]}/> {{?s ?p ?o}}}}"
        response = client.get("sparql", params={"query": query})
        with pytest.raises(TimeoutError):
            listener.accept()
    assert (response.status_code, code(response)) == (403, "service-refused")


def test_health_is_answered_while_all_workers_are_busy(client: httpx.Client, url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(httpx.get, url + "sparql", params={"query": ENDLESS}, timeout=30) for _ in range(2)]
        deadline = time.monotonic() + SECONDS
        while (health := client.get("health").json())["free"] > 0 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert health == {"status": "ok", "workers": 2, "free": 0}
        assert not any(each.done() for each in slow)
        answers = [each.result() for each in slow]
    assert [(each.status_code, code(each)) for each in answers] == [(503, "time-limit")] * 2
    assert count(client.get("sparql", params={"query": COUNT})) == 301


def test_a_query_that_wants_too_much_memory_ends_alone(client: httpx.Client) -> None:
    response = client.post("sparql", data={"query": GLUTTON})
    assert response.status_code == 503
    assert code(response) in ({"memory-limit"} if sys.platform == "linux" else {"memory-limit", "time-limit"})
    assert count(client.get("sparql", params={"query": COUNT})) == 301


def test_too_large_an_answer_is_a_problem_and_not_a_part(client: httpx.Client) -> None:
    response = client.post("sparql", data={"query": "SELECT * {?a ?b ?c. ?d ?e ?f}"})
    assert (response.status_code, code(response)) == (422, "byte-limit")
    response = client.post("sparql", data={"query": "SELECT (1 AS ?x) {?a ?b ?c. ?d ?e ?f}"})
    assert response.status_code == 422


def test_a_client_that_leaves_frees_its_worker(tmp_path: Path) -> None:
    limits = Limits(seconds=60, workers=1)
    with running_server(tmp_path, quads(300), limits) as url, httpx.Client(base_url=url) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("sparql", params={"query": ENDLESS}, timeout=0.5)
        assert count(client.get("sparql", params={"query": COUNT}, timeout=20)) == 301


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_and_its_workers(tmp_path: Path, sign: signal.Signals) -> None:
    with running_process(tmp_path, quads(300), Limits(seconds=60)) as (url, process):
        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(httpx.get, url + "sparql", params={"query": ENDLESS}, timeout=30)
            while httpx.get(url + "health").json()["free"] == 2:
                time.sleep(0.02)
            process.send_signal(sign)
            assert code(slow.result()) == "stopping"
        assert process.wait(20) == 0
        assert process.stdout is not None
        assert process.stdout.read() == "stopped\n"


def test_a_busy_address_is_an_input_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=str(port)):
            serve(b"", port=port)


def test_a_dataset_that_cannot_be_read_is_an_input_error() -> None:
    with pytest.raises(InputError, match="N-Quads"):
        serve(b"nonsense", port=0, limits=Limits(workers=1))


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("listen", "connection"):
        monkeypatch.delitem(sys.modules, f"aiopkg.server.{name}", raising=False)
    monkeypatch.delattr(aiopkg.server, "listen", raising=False)
    monkeypatch.setitem(sys.modules, "httptools", None)
    with pytest.raises(MissingExtra, match="server"):
        serve(b"")


def test_the_application_runs_in_another_server_by_its_lifespan() -> None:
    async def run() -> tuple[int, str]:
        app = application(quads(3).encode(), limits=Limits(workers=1))
        transport = httpx.ASGITransport(app)
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            response = await client.get("/sparql", params={"query": COUNT})
            return count(response), json.dumps((await client.get("/")).json()["code"])

    assert asyncio.run(run()) == (4, '"not-found"')
