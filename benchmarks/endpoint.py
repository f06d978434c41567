"""Asks the endpoint and the Oxigraph server the same point queries, and prints rates, times and memory.

    python -m benchmarks.endpoint --triples 10000 100000

Both serve the same triples: what is asserted and what follows from it. wrk asks over 16 connections: thousands of
different queries, one query again and again, and different ones while hostile queries and updates come. The results
go where those of benchmarks.compare go; the tables in benchmarks/README.md are made anew. Linux only.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from pyoxigraph import NamedNode, parse

from benchmarks.environments import Absent, Peer, command_of, version_of
from benchmarks.generate import AS_OF, write
from benchmarks.measured import RESULTS, Served
from benchmarks.table import write_tables

__all__ = ["Server"]

OXIGRAPH = Peer("oxigraph", "serve", "oxigraph", "")
SCRIPT = Path(__file__).parent / "points.lua"
CONNECTIONS = 16
MOST_QUERIES = 100_000
TOKEN = "measured"
STARTING = 120.0
HOSTILE = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FACT = '<https://example.org/org/company> <http://www.w3.org/2000/01/rdf-schema#comment> "Measured" '
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server that runs: its name and version, its process, and where it takes queries and updates."""

    name: str
    version: str
    process: subprocess.Popen[bytes]
    query: str
    update: str

    def processes(self) -> list[int]:
        """Its processes."""
        found = [self.process.pid]
        for each in found:
            with contextlib.suppress(FileNotFoundError):
                children = Path(f"/proc/{each}/task/{each}/children").read_text("ascii")
                found += map(int, children.split())
        return found

    def memory(self) -> float:
        """What all its processes hold in memory, in MiB; what several share counts once."""
        kibibytes = 0
        for each in self.processes():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                held = Path(f"/proc/{each}/smaps_rollup").read_text("ascii").split()
                kibibytes += int(held[held.index("Pss:") + 1])
        return kibibytes / 2**10

    def work(self) -> float:
        """Seconds of processors that its processes have taken."""
        ticks = 0
        for each in self.processes():
            with contextlib.suppress(FileNotFoundError):
                fields = Path(f"/proc/{each}/stat").read_text("utf-8").rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:15]))
        return ticks / TICK


@contextlib.contextmanager
def _running(name: str, version: str, command: Sequence[str], port: int, query: str, update: str) -> Iterator[Server]:
    base = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + STARTING
        while not _answers(f"{base}{query}?{urlencode({'query': 'ASK {}'})}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Absent("the server does not start")
            time.sleep(0.1)
        yield Server(name, version, process, base + query, base + update)
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ask(server: Server, case: str, triples: int, addresses: Sequence[str], seconds: float, folder: Path) -> Served:
    """Ask with wrk for so many seconds."""
    found = Served(server.name, case, triples, server.version)
    path = folder / "addresses"
    base, _, name = server.query.rpartition("/")
    path.write_text("".join(f"/{name}?query={quote(each, safe='')}\n" for each in addresses), encoding="ascii")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:g}s", "-s", str(SCRIPT), base]
    before = server.work()
    environment = {**os.environ, "ADDRESSES": str(path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    work = server.work() - before
    if done.returncode:
        return found.failed((done.stderr.strip() or "wrk failed").splitlines()[-1])
    count, took, failed, median, high, most = map(int, done.stdout.split()[-6:])
    if failed:
        return found.failed(f"{failed} of {count} requests failed")
    return found.measured(count * 1e6 / took, median / 1e3, high / 1e3, most / 1e3, work * 1e6 / count, server.memory())


@contextlib.contextmanager
def _disturbed(server: Server) -> Iterator[None]:
    """Send hostile queries and updates, one after the other each."""
    over = threading.Event()

    def query() -> None:
        while not over.is_set():
            _send(server.query, HOSTILE, "application/sparql-query", 5.0)

    def update() -> None:
        while not over.is_set():
            for verb in ("INSERT", "DELETE"):
                _send(server.update, f"{verb} DATA {{ {FACT} }}", "application/sparql-update", 60.0)
            over.wait(0.5)

    threads = [threading.Thread(target=each, daemon=True) for each in (query, update)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    yield
    over.set()
    for thread in threads:
        thread.join(10)


def _send(url: str, text: str, media_type: str, limit: float) -> None:
    headers = {"Content-Type": media_type, "Authorization": f"Bearer {TOKEN}"}
    with (
        contextlib.suppress(HTTPError, URLError, OSError),
        urlopen(Request(url, text.encode(), headers), timeout=limit),
    ):
        pass


def _measure(size: int, seconds: float, folder: Path) -> Iterator[Served]:
    model = folder / f"{size}.ttl"
    write(size, 1, model)
    subjects = {quad.subject.value for quad in parse(path=str(model)) if isinstance(quad.subject, NamedNode)}
    points = [f"SELECT ?p ?o {{ <{subject}> ?p ?o }}" for subject in sorted(subjects)]
    distinct = [
        f"{point} LIMIT {1000 + number}" for number in range(max(1, MOST_QUERIES // len(points))) for point in points
    ]
    port = _free_port()
    words = [sys.executable, "-m", "aiopkg", "serve", str(model), "--as-of", AS_OF, "--port", str(port), "--quiet"]
    command = [*words, "--update", "--token", TOKEN]
    whole = folder / f"{size}.nt"
    with _running("aiopkg", version_of(Peer("aiopkg", "", "", "")), command, port, "/sparql", "/sparql") as server:
        headers = {"Accept": "application/n-triples"}
        with urlopen(Request(f"http://127.0.0.1:{port}/store?default&infer=true", headers=headers)) as reply:
            whole.write_bytes(reply.read())
        yield from _cases(server, size, distinct, points, seconds, folder)
    try:
        program = str(Path(command_of(OXIGRAPH)[0]).with_name("oxigraph"))
        location = folder / f"{size}.oxigraph"
        load = [program, "load", "--location", str(location), "--file", str(whole)]
        subprocess.run(load, check=True, capture_output=True)
        port = _free_port()
        command = [program, "serve", "--location", str(location), "--bind", f"127.0.0.1:{port}"]
        with _running("oxigraph", version_of(OXIGRAPH), command, port, "/query", "/update") as server:
            yield from _cases(server, size, distinct, points, seconds, folder)
    except Absent as error:
        yield Served("oxigraph", "distinct", size).failed(str(error))


def _cases(
    server: Server, size: int, distinct: Sequence[str], points: Sequence[str], seconds: float, folder: Path
) -> Iterator[Served]:
    yield _ask(server, "distinct", size, distinct, seconds, folder)
    yield _ask(server, "repeated", size, points[:1], seconds, folder)
    with _disturbed(server):
        yield _ask(server, "disturbed", size, distinct, seconds, folder)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Ask the endpoint and the Oxigraph server the same point queries.")
    parser.add_argument("--triples", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the models")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long each is asked")
    given = parser.parse_args()
    kept: list[Served] = []
    if shutil.which("wrk") is None:
        kept = [Served("aiopkg", "distinct", size).failed("wrk is not installed") for size in given.triples]
    else:
        with tempfile.TemporaryDirectory(prefix="aiopkg-endpoint-") as folder:
            for size in given.triples:
                for each in _measure(size, given.seconds, Path(folder)):
                    print(each.told(), file=sys.stderr, flush=True)
                    kept.append(each)
    RESULTS.mkdir(exist_ok=True)
    day = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    machine = {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
    told = {"day": day, "machine": machine, "measurements": [], "served": [asdict(each) for each in kept]}
    (RESULTS / f"{day}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(write_tables())


if __name__ == "__main__":
    main()
