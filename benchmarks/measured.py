"""What was measured, of peers and of servers, and where it is kept."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

__all__ = ["RESULTS", "Latest", "LatestServed", "Measurement", "Served", "latest", "latest_served"]

RESULTS = Path(__file__).parent / "results"
_OVER = re.compile(r"over ([\d.]+(?:e[+-]?\d+)?) s(?: in (\d+) runs)?")


@dataclass(frozen=True)
class Measurement:
    """One task of one peer at one size; ``problem`` says why there is no figure. Memory in MiB."""

    name: str
    task: str
    triples: int
    version: str = ""
    load: float = 0.0
    seconds: tuple[float, ...] = ()
    memory: float = 0.0
    answers: int | None = None
    problem: str = ""

    def measured(
        self, version: str, load: float, seconds: Sequence[float], memory: float, answers: int | None
    ) -> "Measurement":
        """Return it with its figures."""
        return replace(
            self, version=version, load=load, seconds=tuple(seconds), memory=memory, answers=answers, problem=""
        )

    def failed(self, problem: str, version: str = "") -> "Measurement":
        """Return it with the reason why there is none."""
        return replace(self, version=version, problem=problem)

    def ended(self, limit: float, runs: int) -> "Measurement":
        """Return it as one whose runs were ended when they had taken so many seconds together."""
        return self.failed(f"over {limit:g} s" + (f" in {runs} runs" if runs > 1 else ""))

    @property
    def median(self) -> float | None:
        """The median of the runs in seconds, None where there is none."""
        return median(self.seconds) if self.seconds else None

    @property
    def least(self) -> float | None:
        """The seconds, load included, that one run was given before all were ended; None for what was not ended."""
        ended = _OVER.fullmatch(self.problem)
        return float(ended[1]) / int(ended[2] or 1) if ended else None


@dataclass(frozen=True)
class Served:
    """Point queries that a server was asked: how many a second, and how long they took, in milliseconds.

    ``work`` is what one of them took of the processors, in microseconds; memory in MiB.
    """

    name: str
    case: str
    triples: int
    version: str = ""
    rate: float = 0.0
    median: float = 0.0
    high: float = 0.0
    most: float = 0.0
    work: float = 0.0
    memory: float = 0.0
    problem: str = ""

    def measured(self, rate: float, median: float, high: float, most: float, work: float, memory: float) -> "Served":
        """Return it with its figures; ``high`` is what 99 of 100 queries keep below, ``most`` what all do."""
        return replace(self, rate=rate, median=median, high=high, most=most, work=work, memory=memory)

    def failed(self, problem: str) -> "Served":
        """Return it with the reason why there is none."""
        return replace(self, problem=problem)

    def told(self) -> str:
        """Return it in a line."""
        what = f"{self.name}, {self.triples} triples, {self.case}"
        if self.problem:
            return f"{what}: {self.problem}"
        times = f"median {self.median:.2f} ms, 99 % {self.high:.1f} ms, most {self.most:.0f} ms"
        return f"{what}: {self.rate:.0f} a second, {times}, {self.work:.0f} us, {self.memory:.0f} MiB"


Latest = Mapping[tuple[str, int, str], Measurement]
"""The last measurement of each task, size and peer."""

LatestServed = Mapping[tuple[int, str, str], Served]
"""The last measurement of each size, case and server."""


def latest() -> Latest:
    """Return the last measurement of each task, size and peer."""
    found: dict[tuple[str, int, str], Measurement] = {}
    for path in sorted(RESULTS.glob("*.json")):
        for row in json.loads(path.read_text("utf-8"))["measurements"]:
            each = Measurement(**{**row, "seconds": tuple(row["seconds"])})
            found[each.task, each.triples, each.name] = each
    return found


def latest_served() -> LatestServed:
    """Return the last measurement of each size, case and server."""
    found: dict[tuple[int, str, str], Served] = {}
    for path in sorted(RESULTS.glob("*.json")):
        for row in json.loads(path.read_text("utf-8")).get("served", []):
            each = Served(**row)
            found[each.triples, each.case, each.name] = each
    return found
