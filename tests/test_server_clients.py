"""Clients that others made, each at the running server: rdflib's stores, Comunica, and another endpoint's SERVICE."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from serving import running_server
from SPARQLWrapper import POST, SPARQLWrapper

from aiopkg.server import Limits

TOKEN = "let-me-in"
EX = Namespace("https://example.org/")
THINGS = 20


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


def test_comunica_asks_this_endpoint(url: str) -> None:
    program = os.environ.get("AIOPKG_COMUNICA") or shutil.which("comunica-sparql")
    if not program:
        pytest.skip("comunica-sparql (npm: @comunica/query-sparql) is not there; AIOPKG_COMUNICA names it")
    query = f"SELECT ?s {{ ?s <{EX}p> ?o FILTER(STRSTARTS(?o, 'v1')) }}"
    done = subprocess.run([program, url + "sparql", query], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.count(str(EX)) == 11
