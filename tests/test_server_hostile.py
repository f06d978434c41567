"""Hostile requests: each is answered or refused in time, ``/health`` stays quick, and the next request is served."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from serving import running_server

from aiopkg.server import Limits

TOKEN = "let-me-in"
LIMITS = Limits(seconds=2, memory=2**28)
IN_TIME = LIMITS.seconds + 1.0
THINGS = 400
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
DEEP = 5000
DOUBLING = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
CROSS = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(8))
QUERIES = {
    "groups": "SELECT * " + "{" * DEEP + "}" * DEEP,
    "open groups": "SELECT * " + "{" * DEEP,
    "parentheses": "SELECT * { FILTER(" + "(" * DEEP + "1" + ")" * DEEP + ") }",
    "negations": "SELECT * { FILTER(" + "!" * DEEP + "true) }",
    "minus signs": "SELECT * { FILTER(" + "-" * DEEP + "1 = 1) }",
    "unions": "SELECT * {" + " UNION ".join(["{ ?s ?p ?o }"] * DEEP) + "}",
    "collections": "SELECT * { ?s ?p " + "(" * DEEP + ")" * DEEP + " }",
    "nameless": "SELECT * { ?s ?p " + "[ ?p " * DEEP + "]" * DEEP + " }",
    "path": "SELECT * { ?s " + "(" * DEEP + "<urn:p>" + ")*" * DEEP + " ?o }",
    "alternatives": "SELECT * { ?s " + "|".join(["<urn:p>"] * DEEP) + " ?o }",
    "exists": "SELECT * " + "{ FILTER NOT EXISTS " * DEEP + "{}" + "}" * DEEP,
    "conjunction": "SELECT * { FILTER(" + " && ".join(["true"] * DEEP) + ") }",
    "functions": "SELECT * { FILTER(" + "STR(" * DEEP + "1" + ")" * DEEP + ") }",
    "cross product": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "cross product in rows": f"SELECT * {{ {CROSS} }}",
    "cross product as a graph": f"CONSTRUCT {{ ?a0 ?b1 ?c2 . ?a3 ?b4 ?c5 }} {{ {CROSS} }}",
    "closure of closures": (
        "SELECT (COUNT(*) AS ?n) { ?a (<urn:p>*/<urn:p>*)* ?b . ?b (<urn:p>*/<urn:p>*)* ?c . ?c <urn:p>* ?d }"
    ),
    "doubling": f"SELECT (STRLEN(?x40) AS ?n) {{ BIND('0123456789abcdef' AS ?x0) {DOUBLING} }}",
    "concatenation of all": f"SELECT (GROUP_CONCAT(STR(?c0)) AS ?n) {{ {CROSS} }}",
    "order of all": f"SELECT * {{ {CROSS} }} ORDER BY DESC(CONCAT(STR(?a0), STR(?c1)))",
    "distinct": f"SELECT DISTINCT ?a0 ?a1 ?a2 ?a3 ?a4 {{ {CROSS} }}",
    "expression of repeats": "SELECT * { FILTER(REGEX('" + "a" * 3000 + "!', '^(((a+)+)+)+$')) }",
    "expression of counts": "SELECT * { FILTER(REGEX('aaaa', '((((a{99}){99}){99}){99}){99}')) }",
    "replacements": "SELECT (REPLACE(REPLACE('"
    + "a" * 5000
    + "', 'a', 'aaaaaaaaaa'), 'a', '$0$0$0$0$0$0$0$0') AS ?x) {}",
    "service": "SELECT * { SERVICE SILENT <http://127.0.0.1:%d/> { ?s ?p ?o } }",
    "from loopback": "SELECT * FROM <http://127.0.0.1:%d/> { ?s ?p ?o }",
    "from a file": "SELECT * FROM <file:///etc/passwd> FROM NAMED <file:///etc/hostname> { ?s ?p ?o }",
}
UPDATES = {
    "load loopback": "LOAD <http://127.0.0.1:%d/>",
    "load silently": "LOAD SILENT <http://127.0.0.1:%d/> INTO GRAPH <urn:g>",
    "load a file": "LOAD <file:///etc/passwd>",
    "service": "INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }",
    "using a file": "INSERT { ?s <urn:q> ?o } USING <file:///etc/passwd> WHERE { ?s ?p ?o }",
    "cross product": f"INSERT {{ ?a0 <urn:q> ?c7 }} WHERE {{ {CROSS} }}",
    "groups": "INSERT { <urn:a> <urn:b> 1 } WHERE " + "{" * DEEP + "}" * DEEP,
    "operations": " ; ".join(["CLEAR SILENT GRAPH <urn:none>"] * DEEP),
}
DOCUMENTS = {
    "turtle": ("text/turtle", b"<urn:a> <urn:b> " + b"[ <urn:b> " * 20_000 + b"]" * 20_000 + b" ."),
    "lists": ("text/turtle", b"<urn:a> <urn:b> " + b"(" * 20_000 + b")" * 20_000 + b" ."),
    "json": ("application/ld+json", b"[" * 50_000 + b"]" * 50_000),
    "context": ("application/ld+json", b'{"@context": "http://127.0.0.1:9/", "@id": "urn:a", "urn:b": "c"}'),
    "entities": (
        "application/rdf+xml",
        b'<!DOCTYPE r [<!ENTITY a "'
        + b"x" * 99
        + b'">'
        + b"".join(b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 99) for n in range(9))
        + b']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" rdf:about="&j;"/>',
    ),
    "file": (
        "application/rdf+xml",
        b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&f;</rdf:RDF>',
    ),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    quads = "".join(f"<urn:{n}> <urn:p> <urn:{(n + 1) % THINGS}> .\n" for n in range(THINGS))
    with running_server(tmp_path_factory.mktemp("hostile"), quads, LIMITS, kind="plain", token=TOKEN) as url:
        yield url


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Listens on loopback, and nobody must ever come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        yield listener
        with pytest.raises(TimeoutError):
            listener.accept()


class Watch:
    """Looks at ``/health`` again and again, and remembers how long each look took, in seconds."""

    def __init__(self, url: str) -> None:
        self.took: list[float] = []
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        with httpx.Client(base_url=self._url, timeout=10) as client:
            while not self._over.is_set():
                start = time.perf_counter()
                assert client.get("health").status_code == 200
                self.took.append(time.perf_counter() - start)
                time.sleep(0.02)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def still_serves(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        reply = httpx.get(url + "sparql", params={"query": COUNT}, timeout=20)
        if reply.status_code == 200 or time.monotonic() > deadline:
            break
        assert reply.json()["code"] == "busy"
    assert reply.json()["results"]["bindings"][0]["n"]["value"] == str(THINGS)


def settle(reply: httpx.Response, took: float) -> None:
    """Whole answers and problems are the only replies there are, and they come in time."""
    assert took < IN_TIME
    if reply.status_code >= 400:
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["code"] not in {"", "stopping"}
    assert "root:" not in reply.text


@pytest.mark.parametrize("name", QUERIES)
def test_a_hostile_query_is_answered_or_refused(url: str, listener: socket.socket, name: str) -> None:
    text = QUERIES[name].replace("%d", str(listener.getsockname()[1]))
    start = time.monotonic()
    reply = httpx.post(url + "sparql", data={"query": text}, timeout=20)
    settle(reply, time.monotonic() - start)
    if name.startswith("from"):
        assert reply.json()["results"]["bindings"] == []
    still_serves(url)


@pytest.mark.parametrize("name", UPDATES)
def test_a_hostile_update_is_done_whole_or_refused(url: str, listener: socket.socket, name: str) -> None:
    text = UPDATES[name].replace("%d", str(listener.getsockname()[1]))
    start = time.monotonic()
    headers = {"authorization": f"Bearer {TOKEN}"}
    settle(httpx.post(url + "sparql", data={"update": text}, headers=headers, timeout=20), time.monotonic() - start)
    still_serves(url)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_is_refused(url: str, name: str) -> None:
    media_type, content = DOCUMENTS[name]
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": media_type}
    start = time.monotonic()
    reply = httpx.put(url + "store", params={"graph": "urn:new"}, content=content, headers=headers, timeout=20)
    settle(reply, time.monotonic() - start)
    httpx.delete(url + "store", params={"graph": "urn:new"}, headers=headers, timeout=20)
    still_serves(url)


def test_health_stays_quick_while_everything_else_is_hostile(url: str) -> None:
    hostile = [QUERIES[name] for name in ("cross product", "closure of closures", "doubling", "distinct", "groups")]
    with Watch(url) as watch, ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda text: httpx.post(url + "sparql", data={"query": text}, timeout=30), hostile * 2))
    assert len(watch.took) > 20
    assert sorted(watch.took)[len(watch.took) // 2] < 0.05
    assert max(watch.took) < 0.5
    still_serves(url)


def connect(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").strip("/").partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


@pytest.mark.parametrize("path", ["/sparql", "/store?default"])
@pytest.mark.parametrize("framing", ["Content-Length: 10000000000", "Transfer-Encoding: chunked"])
def test_a_body_without_end_is_refused(url: str, path: str, framing: str) -> None:
    head = f"PUT {path} HTTP/1.1" if "store" in path else f"POST {path} HTTP/1.1"
    kind = "text/turtle" if "store" in path else "application/sparql-query"
    start = time.monotonic()
    with connect(url) as client:
        lines = [head, "Host: x", f"Authorization: Bearer {TOKEN}", f"Content-Type: {kind}", framing, "", ""]
        client.sendall("\r\n".join(lines).encode())
        received = b""
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        client.settimeout(0.01)
        while b"\r\n" not in received and time.monotonic() - start < IN_TIME:
            try:
                if "chunked" in framing:
                    client.settimeout(5)
                    client.sendall(chunk)
                    client.settimeout(0.001)
                received += client.recv(4096)
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break  # the server has closed the connection in mid-send
    assert time.monotonic() - start < IN_TIME
    assert not received or received.split(b" ")[1] in {b"408", b"413"}  # too late, or too long
    still_serves(url)


@pytest.mark.slow
def test_slow_clients_are_let_go_and_hold_nobody_up(url: str) -> None:
    with Watch(url) as watch:
        silent = [connect(url) for _ in range(100)]
        trickling = [connect(url) for _ in range(50)]
        for client in trickling:
            client.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n")
            client.sendall(b"Content-Length: 1000\r\n\r\nSELECT")
        still_serves(url)
        for client in trickling:
            assert b" 408 " in client.recv(4096).split(b"\r\n")[0]
            client.close()
        for client in silent:
            assert client.recv(100) == b""
            client.close()
    assert sorted(watch.took)[len(watch.took) // 2] < 0.05


def test_an_answer_that_is_cut_short_is_never_sent_as_whole(tmp_path: Path) -> None:
    """One row or byte beyond a limit, and there is a problem in place of any answer, in every format."""
    quads = "".join(f"<urn:{n}> <urn:p> <urn:{n + 1}> .\n" for n in range(50))
    with running_server(tmp_path, quads, Limits(rows=49, workers=1), kind="plain") as url:
        for accept in ("application/sparql-results+json", "application/xml", "text/csv", "text/tab-separated-values"):
            for text, status in (("SELECT * { ?s ?p ?o }", 422), ("SELECT * { ?s ?p ?o } LIMIT 49", 200)):
                reply = httpx.get(url + "sparql", params={"query": text}, headers={"accept": accept})
                assert reply.status_code == status
                assert int(reply.headers["content-length"]) == len(reply.content)
        for accept in ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"):
            for text, status in (("CONSTRUCT WHERE { ?s ?p ?o }", 422), ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 49", 200)):
                reply = httpx.get(url + "sparql", params={"query": text}, headers={"accept": accept})
                assert reply.status_code == status
            assert httpx.get(url + "store?default", headers={"accept": accept}).status_code == 422
