"""Clients that mean no good, all at once, in a process of their own: ``python hostile_clients.py HOST PORT SECONDS``.

At the end they print, as JSON, how long the slowest of those took that wait for an answer, in seconds by role.
"""

import contextlib
import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import quote

CROSS = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(8)) + " }"
ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
SLOW, FLOOD = 150, 200


class Clients:
    """What they do until the time is over, and how long they waited."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        self.address = (host, port)
        self.end = time.monotonic() + seconds
        self.slowest: dict[str, float] = {}

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=20)

    def waited(self, role: str, since: float) -> None:
        self.slowest[role] = max(self.slowest.get(role, 0.0), time.monotonic() - since)

    def ask(self, role: str, head: str, body: bytes) -> None:
        begun = time.monotonic()
        with contextlib.suppress(OSError), self.connect() as client:
            client.sendall(f"{head}\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            with contextlib.suppress(OSError):
                client.sendall(body)
            while client.recv(2**18):
                pass
        self.waited(role, begun)

    def queries(self) -> None:
        self.ask("queries", "POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query", CROSS.encode())

    def answers(self) -> None:
        self.ask("answers", "POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query", ROWS.encode())

    def forms(self) -> None:
        form = b"query=" + quote("\U00010000").encode() * 900_000
        self.ask("forms", "POST /sparql HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", form)

    def long_queries(self) -> None:
        text = b"SELECT * { " + b"?s ?p ?o . " * 85_000 + b"}"
        self.ask("long queries", "POST /sparql HTTP/1.1\r\nContent-Type: application/sparql-query", text)

    def bodies(self) -> None:
        begun = time.monotonic()
        with contextlib.suppress(OSError), self.connect() as client:
            lines = ["POST /sparql HTTP/1.1", "Host: x", "Content-Type: application/sparql-query"]
            client.sendall("\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode())
            for _ in range(10 * 2**14):
                client.sendall(CHUNK)
        self.waited("bodies", begun)

    def crumbs(self) -> None:
        begun = time.monotonic()
        with contextlib.suppress(OSError), self.connect() as client:
            lines = ["POST /sparql HTTP/1.1", "Host: x", "Content-Type: application/sparql-query"]
            client.sendall("\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode())
            for _ in range(100):
                client.sendall(b"1\r\n \r\n" * 10_000)
        self.waited("crumbs", begun)

    def heads(self) -> None:
        begun = time.monotonic()
        with contextlib.suppress(OSError), self.connect() as client:
            client.sendall(b"GET /sparql HTTP/1.1\r\nHost: x\r\nX: ")
            for _ in range(2000):
                client.sendall(b"x" * 2**16)
        self.waited("heads", begun)

    def pipelines(self) -> None:
        with contextlib.suppress(OSError), self.connect() as client:
            client.settimeout(2)
            client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 2000)
            while client.recv(2**18):
                pass

    def slow(self) -> None:
        clients = []
        with contextlib.suppress(OSError):
            for _ in range(SLOW):
                client = self.connect()
                clients.append(client)
                client.sendall(b"GET /sparql HTTP/1.1\r\nHost:")
        begun = time.monotonic()
        for client in clients:
            with contextlib.suppress(OSError):
                while client.recv(4096):
                    pass
            client.close()
        self.waited("slow", begun)

    def flood(self) -> None:
        clients = []
        with contextlib.suppress(OSError):
            for _ in range(FLOOD):
                clients.append(self.connect())
        for client in clients:
            client.close()

    def run(self) -> None:
        """Do all of it, each again and again."""

        def repeat(role: Callable[[], None]) -> None:
            while time.monotonic() < self.end:
                role()

        roles = [self.queries, self.queries, self.answers, self.forms, self.long_queries, self.bodies, self.bodies]
        roles += [self.crumbs, self.heads, self.pipelines, self.slow, self.flood]
        threads = [threading.Thread(target=repeat, args=(role,), daemon=True) for role in roles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(self.end + 15 - time.monotonic())


if __name__ == "__main__":
    everybody = Clients(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
    everybody.run()
    print(json.dumps(everybody.slowest))
