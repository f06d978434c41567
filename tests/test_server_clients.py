"""Clients that others made, each at the running server: rdflib's stores, Comunica, and another endpoint's SERVICE."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from serving import running_server
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

from aiopkg.server import Limits

TOKEN = "let-me-in"
EX = Namespace("https://example.org/")
THINGS = 20
COMUNICA = Path(__file__).parent / "clients" / "node_modules" / ".bin" / "comunica-sparql"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    quads = "".join(f'<{EX}{n}> <{EX}p> "v{n}" .\n' for n in range(THINGS))
    with running_server(tmp_path_factory.mktemp("clients"), quads, Limits(), kind="reasoned", token=TOKEN) as url:
        yield url


def test_the_store_of_rdflib_reads(url: str) -> None:
    graph = Graph(SPARQLStore(url + "sparql"))
    assert len(graph) == THINGS
    assert graph.value(EX["3"], EX.p) == Literal("v3")
    assert set(graph.subjects(EX.p, Literal("v4"))) == {EX["4"]}
    rows = graph.query("SELECT ?s { ?s <https://example.org/p> ?o } ORDER BY ?o LIMIT 2")
    assert [row.s for row in rows] == [EX["0"], EX["1"]]  # type: ignore[union-attr]
    assert graph.query("ASK { ?s ?p 'v1' }").askAnswer is True


def test_the_update_store_of_rdflib_writes_and_keeps_spellings(url: str) -> None:
    store = SPARQLUpdateStore(url + "sparql", url + "sparql", headers={"Authorization": f"Bearer {TOKEN}"})
    graph = Graph(store, identifier=URIRef("https://example.org/graph"))
    amount = Literal("1.50", datatype=URIRef("http://www.w3.org/2001/XMLSchema#decimal"), normalize=False)
    graph.add((EX.a, EX.cost, amount))
    assert "1.50" in httpx.get(url + "store", params={"graph": "https://example.org/graph"}).text
    assert len(graph) == 1
    graph.remove((EX.a, EX.cost, None))
    assert len(graph) == 0


def test_the_client_package_updates(url: str) -> None:
    client = SPARQLWrapper(url + "sparql")
    client.addCustomHttpHeader("Authorization", f"Bearer {TOKEN}")
    client.setMethod(POST)
    client.setQuery("INSERT DATA { <https://example.org/new> <https://example.org/q> 1 }")
    assert client.query().response.status == 204
    client.setQuery("DELETE WHERE { <https://example.org/new> ?p ?o }")
    assert client.query().response.status == 204


@pytest.mark.parametrize("method", ["GET", POST])
def test_the_client_package_asks_in_every_form(url: str, method: str) -> None:
    client = SPARQLWrapper(url + "sparql")
    client.setMethod(method)
    client.setQuery(f"SELECT ?s ?o {{ ?s <{EX}p> ?o }} ORDER BY ?o LIMIT 2")
    client.setReturnFormat(JSON)
    assert [row["o"]["value"] for row in client.queryAndConvert()["results"]["bindings"]] == ["v0", "v1"]
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().decode().split() == ["s,o", f"{EX}0,v0", f"{EX}1,v1"]
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == 2
    client.setQuery(f"CONSTRUCT WHERE {{ ?s <{EX}p> ?o }}")
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=client.queryAndConvert(), format="turtle")) == THINGS


def test_rdflib_asks_this_endpoint_by_service(url: str) -> None:
    own = Graph().add((EX["4"], EX.note, Literal("beside")))
    query = f"SELECT ?s ?o ?n {{ ?s <{EX}note> ?n SERVICE <{url}sparql> {{ ?s <{EX}p> ?o }} }}"
    rows = [tuple(row) for row in own.query(query)]  # type: ignore[arg-type]
    assert rows == [(EX["4"], Literal("v4"), Literal("beside"))]


def test_another_endpoint_asks_this_one_by_service(url: str) -> None:
    program = shutil.which("oxigraph", path=os.path.dirname(sys.executable))  # noqa: PTH120
    if program is None:
        pytest.skip("the package oxigraph is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "serve", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        query = f"SELECT (COUNT(*) AS ?n) {{ SERVICE <{url}sparql> {{ ?s <{EX}p> ?o }} }}"
        deadline = time.monotonic() + 20
        while True:
            try:
                reply = httpx.get(f"http://127.0.0.1:{port}/query", params={"query": query}, timeout=20)
                break
            except httpx.ConnectError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
    finally:
        process.kill()
        process.wait()
    if reply.status_code != 200 and "not allowed" in reply.text:
        pytest.skip(f"the other endpoint does not ask: {reply.text[:200]}")
    assert f">{THINGS}<" in reply.text or f'"{THINGS}"' in reply.text, reply.text


def comunica(*arguments: str) -> str:
    """What Comunica answers, the one that ``npm ci`` puts into ``tests/clients`` before any other."""
    program = str(COMUNICA) if COMUNICA.exists() else shutil.which("comunica-sparql")
    if program is None or shutil.which("node") is None:
        pytest.skip("comunica-sparql is not there: it needs Node.js, and 'npm ci' in tests/clients")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def test_comunica_finds_out_what_this_endpoint_is_and_asks_it(url: str) -> None:
    query = f"SELECT ?s {{ ?s <{EX}p> ?o FILTER(STRSTARTS(?o, 'v1')) }}"
    assert comunica(url + "sparql", query).count(str(EX)) == 11
    assert comunica(url + "sparql", f"ASK {{ <{EX}3> <{EX}p> 'v3' }}").strip() == "true"
    made = comunica(f"sparql@{url}sparql", f"CONSTRUCT {{ ?s <{EX}q> ?o }} {{ ?s <{EX}p> ?o }}", "-t", "text/turtle")
    assert len(Graph().parse(data=made, format="turtle")) == THINGS


def test_comunica_joins_this_endpoint_with_a_file(url: str) -> None:
    class File(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/n-triples")
            self.end_headers()
            self.wfile.write(f'<{EX}4> <{EX}note> "beside" .\n'.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    query = f"SELECT ?o ?n {{ ?s <{EX}p> ?o ; <{EX}note> ?n }}"
    with HTTPServer(("127.0.0.1", 0), File) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        rows = json.loads(comunica(f"sparql@{url}sparql", f"http://127.0.0.1:{server.server_port}/more.nt", query))
        server.shutdown()
    assert [(row["o"], row["n"]) for row in rows] == [('"v4"', '"beside"')]
