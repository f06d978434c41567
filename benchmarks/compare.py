"""Runs aiopkg and its peers on the same organizations and prints ratios with medians and memory.

    python -m benchmarks.compare --triples 10000 100000 --runs 3

Each measurement runs in a process of its own, with a time limit; it is written to benchmarks/results as soon as it
is there, so that a run that is broken off keeps what it has. The table in benchmarks/README.md is made anew.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.environments import PEERS, Absent, Peer, cache_folder, command_of, version_of
from benchmarks.generate import AS_OF
from benchmarks.measured import RESULTS, Measurement
from benchmarks.prepare import Prepared, prepared
from benchmarks.table import write_tables

__all__ = ["run"]

KIB = 1024


@dataclass(frozen=True)
class Finished:
    """How a process ended: its output, its seconds of wall clock, its largest memory in MiB."""

    code: int
    output: str
    complaint: str
    seconds: float
    memory: float


def run(command: Sequence[str], limit: float) -> Finished:
    """Run a command to its end, or for so many seconds; raises TimeoutError."""
    begun = perf_counter()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    if command[0] != sys.executable:
        environment.pop("PYTHONPATH")
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(limit, end)
    timer.start()
    texts: dict[str, bytes] = {}
    assert child.stdout is not None and child.stderr is not None
    reader = threading.Thread(target=lambda: texts.update(err=child.stderr.read()))  # type: ignore[union-attr]
    reader.start()
    texts["out"] = child.stdout.read()
    reader.join()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    timer.cancel()
    if late.is_set():
        raise TimeoutError(f"over {limit:g} s")
    return Finished(
        child.returncode,
        texts["out"].decode(errors="replace"),
        texts["err"].decode(errors="replace"),
        perf_counter() - begun,
        usage.ru_maxrss / KIB,
    )


def _peer(peer: Peer, data: Prepared, runs: int, limit: float) -> Measurement:
    task = peer.task
    found = Measurement(peer.name, task, data.triples)
    given = (data.asserted, data.program if peer.name == "nemo" else data.axioms)
    if task == "validate":
        given = (data.closed, data.shapes)
    runs = 1 if peer.slow else runs
    try:
        done = run([*command_of(peer), task, *map(str, given), str(runs)], limit)
    except Absent as error:
        return found.failed(str(error))
    except TimeoutError:
        return found.ended(limit, runs)
    version = version_of(peer)
    if done.code or not done.output.strip():
        return found.failed((done.complaint.strip() or f"exit code {done.code}").splitlines()[-1][:200], version)
    told = json.loads(done.output.strip().splitlines()[-1])
    return found.measured(version, told["load"], told["seconds"], done.memory, told["answers"])


def _whole(name: str, task: str, data: Prepared, command: Sequence[str], runs: int, limit: float) -> Measurement:
    """Time a whole process; exit codes of findings are no failure."""
    found = Measurement(name, task, data.triples)
    times, memory = [], 0.0
    for _ in range(runs):
        try:
            done = run(command, limit)
        except TimeoutError:
            return found.ended(limit, 1)
        if done.code not in (0, 1):
            return found.failed((done.complaint.strip() or f"exit code {done.code}").splitlines()[-1][:200])
        times.append(done.seconds)
        memory = max(memory, done.memory)
    return found.measured("", 0.0, times, memory, None)


def _ours(data: Prepared, runs: int, limit: float) -> list[tuple[str, Callable[[], Measurement]]]:
    aiopkg = [sys.executable, "-m", "aiopkg"]
    out = str(data.folder / "report.json")
    assess = [*aiopkg, "assess", str(data.model), "--as-of", AS_OF, "-f", "json", "-o", out]
    edit = [sys.executable, str(Path(__file__).parent / "edit.py"), str(data.model), AS_OF, str(max(runs, 5))]

    def edited() -> Measurement:
        found = Measurement("aiopkg", "edit", data.triples)
        try:
            done = run(edit, limit)
        except TimeoutError:
            return found.ended(limit, 1)
        if done.code:
            return found.failed((done.complaint.strip() or f"exit code {done.code}").splitlines()[-1][:200])
        told = json.loads(done.output.strip().splitlines()[-1])
        return found.measured("", told["load"], told["seconds"], done.memory, told["answers"])

    return [
        ("assess", lambda: _whole("aiopkg", "assess", data, assess, runs, limit)),
        ("edit", edited),
        ("help", lambda: _whole("aiopkg", "help", data, [*aiopkg, "--help"], max(runs, 5), limit)),
    ]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Run aiopkg beside its peers and print the ratios.")
    parser.add_argument("--triples", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the models")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run; medians are shown")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for one measurement")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="tasks to run, and peers, by name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="run nothing, make the tables of what was measured")
    given = parser.parse_args()
    if not given.table:
        _run_all(given.triples, given.runs, given.limit, set(given.only), given.seed)
    print(write_tables())


def _run_all(sizes: Sequence[int], runs: int, limit: float, only: set[str], seed: int) -> None:
    RESULTS.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
    day = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    path = RESULTS / f"{day}.json"
    kept: list[Measurement] = []
    for size in sizes:
        _say(f"{size} triples: preparing")
        asked = only & {"materialise", "assess", "edit", "help"}
        data = prepared(size, seed, cache_folder(), closed="validate" in only or not asked)
        jobs: list[tuple[str, str, Callable[[], Measurement]]] = [
            (peer.task, peer.name, partial(_peer, peer, data, runs, limit)) for peer in PEERS
        ]
        jobs += [(task, "aiopkg", job) for task, job in _ours(data, runs, limit)]
        tasks = only & {task for task, _, _ in jobs}
        peers = only - tasks
        for task, name, job in jobs:
            if (tasks and task not in tasks) or (peers and name not in peers):
                continue
            _say(f"{size} triples: {task}, {name}")
            kept.append(job())
            last = kept[-1]
            _say(f"    {last.problem or f'{median(last.seconds):.3f} s, {last.memory:.0f} MiB'}")
            told = {"day": day, "machine": machine, "measurements": [asdict(each) for each in kept]}
            beside = path.with_suffix(".part")
            beside.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
            shutil.move(beside, path)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
