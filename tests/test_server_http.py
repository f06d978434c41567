"""HTTP as the endpoint reads it itself: requests one after the other, in pieces, and those that are none."""

import asyncio
import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from serving import running_server

from aiopkg.server import Limits
from aiopkg.server.problem import Refusal
from aiopkg.server.request import read_form, read_parameters

LIMITS = Limits(seconds=2, memory=2**28)
THINGS = 400
ASK = b"GET /sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D HTTP/1.1\r\nHost: x\r\n\r\n"
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    quads = "".join(f"<urn:{n}> <urn:p> <urn:{(n + 1) % THINGS}> .\n" for n in range(THINGS))
    with running_server(tmp_path_factory.mktemp("http"), quads, LIMITS, kind="plain", token="t") as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[socket.socket]:
    with socket.create_connection(address(url), timeout=10) as client:
        yield client


def address(url: str) -> tuple[str, int]:
    host, _, port = url.removeprefix("http://").strip("/").partition(":")
    return host, int(port)


def replies(client: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """Read so many replies: status and body of each."""
    found: list[tuple[int, bytes]] = []
    held = b""
    while len(found) < count:
        head, gap, rest = held.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if gap and len(rest) >= length:
            found.append((int(head.split(b" ")[1]), rest[:length]))
            held = rest[length:]
            continue
        piece = client.recv(2**16)
        if not piece:
            break
        held += piece
    return found


def test_requests_in_one_piece_are_answered_in_their_order(client: socket.socket) -> None:
    body = b"SELECT (1 AS ?x) {}"
    posted = POST + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    client.sendall((ASK + HEALTH + posted) * 100)
    found = replies(client, 300)
    assert [status for status, _ in found] == [200] * 300
    assert [set(json.loads(body)) for _, body in found[:3]] == [
        {"head", "boolean"},
        {"status", "workers", "free"},
        {"head", "results"},
    ]
    assert [body for _, body in found if b"status" not in body] == [found[0][1], found[2][1]] * 100


def test_a_request_may_come_byte_by_byte(client: socket.socket) -> None:
    for byte in ASK:
        client.sendall(bytes([byte]))
    assert replies(client, 1)[0][0] == 200


def test_an_address_may_be_given_in_full_and_another_protocol_is_not_taken_up(client: socket.socket) -> None:
    client.sendall(ASK.replace(b"/sparql", b"http://x/sparql"))
    assert replies(client, 1)[0][0] == 200
    client.sendall(ASK.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"))
    assert replies(client, 1)[0][0] == 200


def test_a_client_that_asks_whether_to_go_on_is_told_so(client: socket.socket) -> None:
    client.sendall(POST + b"Content-Length: 6\r\nExpect: 100-continue\r\n\r\n")
    assert client.recv(100).startswith(b"HTTP/1.1 100 ")
    client.sendall(b"ASK {}")
    assert replies(client, 1)[0][0] == 200


REFUSED = {
    "no http": (b"nonsense\r\n\r\n", 400),
    "no address": (b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "a long head": (b"GET / HTTP/1.1\r\nX: " + b"x" * 300_000, 431),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 200 + b"\r\n", 431),
    "crumbs": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 3000, 400),
    "two lengths": (POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_and_the_connection_ends(client: socket.socket, name: str) -> None:
    sent, status = REFUSED[name]
    client.sendall(sent)
    assert [status for status, _ in replies(client, 2)] == [status]


@pytest.mark.slow
def test_the_head_of_a_request_must_come_in_time(client: socket.socket) -> None:
    begun = time.monotonic()
    client.sendall(b"GET / HTTP/1.1\r\nHost:")
    assert [status for status, _ in replies(client, 2)] == [408]
    assert time.monotonic() - begun < 5.5


def test_a_long_form_is_read_as_a_short_one() -> None:
    chance = random.Random(1)
    ranges = ((32, 127), (0x80, 0x7FF), (0x10000, 0x10FFFF))
    for number in range(12):
        characters = [chr(chance.choice([chance.randrange(*chance.choice(ranges)), 10, 37, 61])) for _ in range(9000)]
        body = urlencode({"query": "".join(characters), "a b=": "x&=%"}).encode()
        if number % 3 == 0:
            body = body.replace(b"%3D", b"%zz", 1).replace(b"%25", b"%", 1)
        assert asyncio.run(read_form(body)) == read_parameters(body)
    for wrong in (b"%FF", b"\xff", b"&a=b" * 1001):
        with pytest.raises(Refusal):
            asyncio.run(read_form(b"query=" + b"x" * 2**15 + wrong))


@pytest.mark.slow
def test_health_is_answered_throughout_while_many_clients_mean_no_good(url: str) -> None:
    """The figures are printed; the bounds leave room for machines that are busy otherwise."""
    host, port = address(url)
    script = Path(__file__).parent / "hostile_clients.py"
    command = [sys.executable, str(script), host, str(port), "8"]
    took: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as hostile, httpx.Client(base_url=url, timeout=10) as watch:
        while hostile.poll() is None:
            begun = time.perf_counter()
            assert watch.get("health").status_code == 200
            took.append(time.perf_counter() - begun)
            time.sleep(0.02)
        assert hostile.stdout is not None
        slowest = json.loads(hostile.stdout.read())
    took.sort()
    print(f"health: median {took[len(took) // 2]:.3f} s, most {took[-1]:.3f} s; {slowest}")
    assert len(took) > 50
    assert took[len(took) // 2] < 0.05
    assert took[int(len(took) * 0.9)] < 0.1
    assert took[-1] < 1.0
    assert max(slowest.values()) < 10
    reply = httpx.get(url + "sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}, timeout=20)
    assert reply.json()["results"]["bindings"][0]["n"]["value"] == str(THINGS)
