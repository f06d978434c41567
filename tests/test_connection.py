"""The API on a remote endpoint: our own server, and another maker's."""

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
import rdflib
from conftest import ORGS
from serving import running_server
from test_cli import run

import aiopkg
from aiopkg.connection import Connection
from aiopkg.model.endpoint import Endpoint
from aiopkg.model.load import as_stored
from aiopkg.server import Limits

BANK = ORGS / "bank.ttl"
DAY = date(2026, 6, 30)
STAGES = "SELECT ?use ?stage WHERE { ?use a aiop:UseCase ; aiop:stage ?stage } ORDER BY ?use"


@pytest.fixture(scope="module")
def here() -> aiopkg.Assessment:
    return aiopkg.assess(BANK, as_of=DAY)


@pytest.fixture(scope="module")
def ours(here: aiopkg.Assessment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    with running_server(folder, here.dataset().decode(), Limits(workers=1, seconds=20)) as url:
        yield f"{url}sparql"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An Oxigraph server (PyPI: oxigraph) with the bank in its default graph."""
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("the package oxigraph is not installed")
    folder = tmp_path_factory.mktemp("oxigraph")
    subprocess.run([program, "load", "--location", folder, "--file", BANK], check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "serve-read-only", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/query"
        for _ in range(100):
            try:
                urlopen(Request(f"{url}?query=ASK%7B%7D", headers={"Accept": "*/*"}), timeout=2).close()
                break
            except URLError:
                time.sleep(0.1)
        yield url
    finally:
        process.kill()
        process.wait()


def told(found: aiopkg.Assessment) -> list[tuple[str, str, str]]:
    return [(finding.id, finding.verdict, finding.message) for finding in found.findings]


def test_a_remote_model_gets_the_same_findings(here: aiopkg.Assessment, ours: str) -> None:
    found = aiopkg.connect(ours).assess(as_of=DAY)
    assert told(found) == told(here)
    assert {finding.file for finding in found.findings} == {ours}
    assert {finding.line for finding in found.findings} == {None}


def test_another_makers_endpoint_gets_the_same_findings(here: aiopkg.Assessment, theirs: str) -> None:
    assert told(aiopkg.connect(theirs).assess(as_of=DAY)) == told(here)


def test_a_model_comes_whole_in_pages_of_any_size(here: aiopkg.Assessment, ours: str) -> None:
    fetched = Connection(Endpoint(ours, page=100)).model()
    assert set(map(as_stored, fetched.triples)) == set(map(as_stored, here.model.triples))


def test_queries_run_there_and_answer_as_here(here: aiopkg.Assessment, ours: str) -> None:
    there = aiopkg.connect(ours)
    assert there.query(STAGES) == here.query(STAGES)
    stage = {"stage": rdflib.URIRef("https://w3id.org/aiop#Production")}
    assert there.query(STAGES, stage) == here.query(STAGES, stage) != here.query(STAGES)
    assert there.query("ASK { ?x aiop:stage ?stage }", stage) is True
    assert there.query("ASK { ?x rdfs:label ?name }", {"name": '" } #'}) is False
    graph = there.query("CONSTRUCT WHERE { ?x aiop:stage ?stage }", stage)
    assert isinstance(graph, rdflib.Graph)
    assert set(graph) == set(here.query("CONSTRUCT WHERE { ?x aiop:stage ?stage }", stage))  # type: ignore[arg-type]


def test_questions_are_asked_of_a_remote_model(ours: str) -> None:
    answer = aiopkg.connect(ours).ask("who-answers-for", as_of=DAY)
    assert answer.rows


def test_the_command_line_takes_an_address(here: aiopkg.Assessment, ours: str) -> None:
    done = run("query", ours, "SELECT ?rule { ?f aiop:judgedBy ?r } LIMIT 1", "-f", "csv")
    assert done.returncode == 0, done.stderr
    done = run("assess", ours, "--as-of", DAY.isoformat(), "--fail-on", "never", "-f", "csv")
    assert done.returncode == 0, done.stderr
    assert all(finding.id in done.stdout for finding in here.findings)


def test_what_the_endpoint_refuses_is_one_of_our_errors(ours: str) -> None:
    there = aiopkg.connect(ours)
    for text, code in (
        ("SELECT * { ?s ?p }", "endpoint-refused"),
        ("SELECT * { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }", "endpoint-refused"),
        ("LOAD <http://192.0.2.1/>", "query-syntax"),
    ):
        with pytest.raises(aiopkg.InputError) as error:
            there.query(text)
        assert error.value.code == code
    with pytest.raises(aiopkg.InputError, match="graph <urn:none> of the endpoint holds no statement") as error:
        aiopkg.connect(ours, graph="urn:none").assess()
    assert "graph/asserted" in error.value.fix
    with pytest.raises(aiopkg.InputError, match="is no IRI"):
        aiopkg.connect(ours, graph="> } INSERT")


@contextmanager
def answering(reply: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            reply(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_endpoint_that_is_none_slow_or_too_much_is_one_of_our_errors() -> None:
    def page(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(b"<html>Welcome</html>")

    def busy(request: BaseHTTPRequestHandler) -> None:
        request.send_error(503)

    def slow(_: BaseHTTPRequestHandler) -> None:
        time.sleep(2)

    with answering(page) as url:
        with pytest.raises(aiopkg.InputError, match="cannot be read"):
            aiopkg.connect(url).query("ASK {}")
        with pytest.raises(aiopkg.LimitReached, match="more than 10 bytes"):
            Endpoint(url, most=10).rows("ASK {}")
    with answering(busy) as url, pytest.raises(aiopkg.LimitReached, match="status 503"):
        aiopkg.connect(url).query("ASK {}")
    with answering(slow) as url, pytest.raises(aiopkg.LimitReached, match="within 1 seconds"):
        aiopkg.connect(url, seconds=1).query("ASK {}")
    with pytest.raises(aiopkg.InputError, match="cannot be reached"):
        aiopkg.connect(url).query("ASK {}")
    with pytest.raises(aiopkg.InputError, match="is not the address of an endpoint"):
        aiopkg.connect("file:///etc/passwd")
    done = run("assess", url)
    assert done.returncode == 2
    assert "code: endpoint-unreachable" in done.stderr
