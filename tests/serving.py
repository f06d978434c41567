"""A real server in a process of its own, for tests that speak HTTP to it."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from aiopkg.server import Limits

GRAPH = "https://w3id.org/aiop/graph/"
SCRIPT = """
import json, sys
from pathlib import Path
from aiopkg.server import Holding, Limits, serve
from aiopkg.model.load import load
order = json.loads(sys.argv[1])
path = Path(order["path"])
make = {"organization": Holding.organization, "reasoned": Holding.reasoned, "plain": Holding.plain}
kind = order["kind"]
serve(
    make[kind](load([path], "nquads") if path.stat().st_size else None) if kind else path.read_bytes(),
    token=order["token"],
    port=0,
    limits=Limits(**order["limits"]),
    announce=lambda url: print(url, flush=True),
)
print("stopped", flush=True)
"""


@contextmanager
def running_process(
    folder: Path, quads: str, limits: Limits, *, kind: str = "", token: str = ""
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server as :func:`running_server` does; it must end cleanly at SIGINT or have ended before."""
    path = folder / "served.nq"
    path.write_text(quads, encoding="utf-8")
    order = json.dumps({"path": str(path), "limits": asdict(limits), "kind": kind, "token": token})
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, order], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    finally:
        try:
            _, complaints = process.communicate(timeout=20)
        except (subprocess.TimeoutExpired, ValueError):
            process.kill()
            raise
    assert process.returncode == 0, complaints
    assert "Traceback" not in complaints


@contextmanager
def running_server(folder: Path, quads: str, limits: Limits, *, kind: str = "", token: str = "") -> Iterator[str]:
    """Run a server and give its URL; with a kind of holding, one that has updates for those who have the token."""
    with running_process(folder, quads, limits, kind=kind, token=token) as (url, _):
        yield url


@contextmanager
def running_page(source: Path, day: str) -> Iterator[str]:
    """Serve the web page of an organization by the command itself and give its URL; it must end cleanly."""
    command = [sys.executable, "-m", "aiopkg", "serve", str(source), "--as-of", day, "--port", "0", "-q"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        announced = re.search(r"http://\S+/", process.stdout.readline())
        assert announced is not None, process.communicate()
        yield announced[0]
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=20)
        assert process.returncode == 0, complaints
        assert "Traceback" not in complaints
    finally:
        process.kill()
