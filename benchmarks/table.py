"""Tables of what was measured, and of the targets."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

__all__ = ["README", "RESULTS", "Measurement", "Served", "write_tables"]

RESULTS = Path(__file__).parent / "results"
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- figures: made by python -m benchmarks.compare -->", "<!-- end of figures -->"


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

    @property
    def median(self) -> float | None:
        """The median of the runs in seconds, None where there is none."""
        return median(self.seconds) if self.seconds else None


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


def latest() -> Latest:
    """Return the last measurement of each task, size and peer."""
    found: dict[tuple[str, int, str], Measurement] = {}
    for path in sorted(RESULTS.glob("*.json")):
        for row in json.loads(path.read_text("utf-8"))["measurements"]:
            each = Measurement(**{**row, "seconds": tuple(row["seconds"])})
            found[each.task, each.triples, each.name] = each
    return found


def latest_served() -> Mapping[tuple[int, str, str], Served]:
    """Return the last measurement of each size, case and server."""
    found: dict[tuple[int, str, str], Served] = {}
    for path in sorted(RESULTS.glob("*.json")):
        for row in json.loads(path.read_text("utf-8")).get("served", []):
            each = Served(**row)
            found[each.triples, each.case, each.name] = each
    return found


def write_tables() -> str:
    """Put the tables into the README of this folder, and return them."""
    found, served = latest(), latest_served()
    text = "\n".join([*_figures(found), "", *_targets(found, served), *_servers(served)])
    whole = README.read_text("utf-8")
    head, _, rest = whole.partition(BEGIN)
    _, _, tail = rest.partition(END)
    README.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{tail}", encoding="utf-8")
    return text


def _figures(found: Latest) -> Iterator[str]:
    yield "| task | triples | who | median | times aiopkg's | load | memory | answers |"
    yield "|---|---|---|---|---|---|---|---|"
    for (task, triples, name), each in sorted(found.items(), key=lambda pair: (pair[0][0], pair[0][1], pair[0][2])):
        who = f"{name} {each.version}".strip()
        if each.median is None:
            yield f"| {task} | {triples:,} | {who} | {each.problem} | | | | |"
            continue
        ours = found.get((task, triples, "aiopkg"))
        ratio = f"{each.median / ours.median:.2f}" if ours and ours.median else ""
        answers = "" if each.answers is None else f"{each.answers:,}"
        yield (
            f"| {task} | {triples:,} | {who} | {each.median:.3f} s | {ratio} | "
            f"{each.load:.2f} s | {each.memory:.0f} MiB | {answers} |"
        )


def _servers(found: Mapping[tuple[int, str, str], Served]) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield "| point queries | triples | who | a second | times aiopkg's | median | 99 % | most | work | memory |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for (triples, case, name), each in sorted(found.items(), key=lambda pair: (pair[0][1], pair[0][0], pair[0][2])):
        who = f"{name} {each.version}".strip()
        if each.problem:
            yield f"| {case} | {triples:,} | {who} | {each.problem} | | | | | | |"
            continue
        ours = found.get((triples, case, "aiopkg"))
        ratio = f"{each.rate / ours.rate:.2f}" if ours and ours.rate else ""
        yield (
            f"| {case} | {triples:,} | {who} | {each.rate:,.0f} | {ratio} | {each.median:.2f} ms | "
            f"{each.high:.1f} ms | {each.most:.0f} ms | {each.work:.0f} us | {each.memory:.0f} MiB |"
        )


def _time(found: Latest, task: str, triples: int, name: str = "aiopkg", *, with_load: bool = False) -> float | None:
    each = found.get((task, triples, name))
    return None if each is None or each.median is None else each.median + (each.load if with_load else 0.0)


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def _targets(found: Latest, served: Mapping[tuple[int, str, str], Served]) -> Iterator[str]:
    small, thousands, million, ten = 2000, 100_000, 1_000_000, 10_000_000
    alone, disturbed = (served.get((thousands, case, "aiopkg")) for case in ("distinct", "disturbed"))
    closing, assess = found.get(("materialise", million, "aiopkg")), found.get(("assess", million, "aiopkg"))
    nemo, jena = (
        _time(found, task, million, name, with_load=True)
        for task, name in (("materialise", "nemo"), ("validate", "jena"))
    )
    validators = [_time(found, "validate", million, name) for name in ("jena", "pyshifty")]
    fastest = min((each for each in validators if each), default=None)
    rows: list[tuple[str, float | None, float, bool, str]] = [
        (
            "materialise 100 k, times faster than owlrl",
            _ratio(_time(found, "materialise", thousands, "owlrl"), _time(found, "materialise", thousands)),
            *(300, True, ""),
        ),
        (
            "materialise 1 M, times faster than Nemo (which loads as it reasons)",
            _ratio(_time(found, "materialise", million, "nemo"), _time(found, "materialise", million)),
            *(3, True, ""),
        ),
        (
            "the same, load included",
            _ratio(nemo, _time(found, "materialise", million, with_load=True)),
            *(1, True, ""),
        ),
        ("materialise 1 M, memory of the process", closing.memory or None if closing else None, 700, False, "MiB"),
        *(
            (f"{task}, 10 M against 1 M", _ratio(_time(found, task, ten), _time(found, task, million)), 12, False, "")
            for task in ("materialise", "validate", "assess")
        ),
        (
            "validate 100 k, times faster than pyshacl",
            _ratio(_time(found, "validate", thousands, "pyshacl"), _time(found, "validate", thousands)),
            *(100, True, ""),
        ),
        (
            "validate 1 M, times faster than the better of warm Jena and pyshifty",
            _ratio(fastest, _time(found, "validate", million)),
            *(1, True, ""),
        ),
        ("one edit at 1 M", _time(found, "edit", million), 0.2, False, "s"),
        (
            "assess 1 M, times faster than Nemo and Jena together",
            _ratio(nemo + jena if nemo and jena else None, _time(found, "assess", million)),
            *(2, True, ""),
        ),
        ("assess 1 M, memory", assess.memory or None if assess else None, 2560, False, "MiB"),
        ("aiopkg --help, cold", _time(found, "help", small), 0.25, False, "s"),
        ("assess 2 k, cold", _time(found, "assess", small), 1, False, "s"),
        ("point queries a second at 100 k, all different", alone.rate or None if alone else None, 5000, True, ""),
        (
            "99 % of them while hostile queries and updates come",
            disturbed.high or None if disturbed else None,
            *(25, False, "ms"),
        ),
    ]
    yield "| target | asked | measured | |"
    yield "|---|---|---|---|"
    for what, figure, wanted, more, unit in rows:
        asked = f"{'at least' if more else 'at most'} {wanted:g} {unit}".strip()
        if figure is None:
            yield f"| {what} | {asked} | not measured | |"
        else:
            reached = figure >= wanted if more else figure <= wanted
            yield f"| {what} | {asked} | {figure:.3g} {unit} | {'reached' if reached else 'not reached'} |"
