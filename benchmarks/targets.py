"""What was asked of aiopkg, and what was measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measured import Latest, LatestServed, Measurement, Served

__all__ = ["targets"]

SMALL, THOUSANDS, MILLION, TEN = 2000, 100_000, 1_000_000, 10_000_000


@dataclass(frozen=True)
class Figure:
    """A number, or where ``bound`` says so one that the true number is not below; ``notes`` say what is missing."""

    number: float | None
    bound: bool = False
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Figure") -> "Figure":
        notes = (*self.notes, *other.notes)
        if self.number is None or other.number is None:
            return Figure(None, notes=notes)
        return Figure(self.number + other.number, self.bound or other.bound, notes)

    def over(self, other: "Figure") -> "Figure":
        """How many times the other this is; of a bound in the other's place nothing follows."""
        notes = (*self.notes, *other.notes)
        if self.number is None or not other.number or other.bound:
            return Figure(None, notes=notes)
        return Figure(self.number / other.number, self.bound, notes)


def better(figures: Sequence[Figure]) -> Figure:
    """The least of some times: a bound where a time that is not known may be the least. What has none is noted."""
    notes = tuple(note for each in figures for note in each.notes)
    known = [(each.number, each.bound) for each in figures if each.number is not None]
    return Figure(*min(known), notes) if known else Figure(None, notes=notes)


@dataclass(frozen=True)
class Target:
    """What was asked: that a figure be at least or at most a number."""

    what: str
    figure: Figure
    wanted: float
    at_least: bool = True
    unit: str = ""

    def row(self) -> str:
        """Return it as a row of the table."""
        asked = f"{'at least' if self.at_least else 'at most'} {self.wanted:g} {self.unit}".strip()
        figure, notes = self.figure, "; ".join(dict.fromkeys(self.figure.notes))
        if figure.number is None:
            return f"| {self.what} | {asked} | {notes or 'not measured'} | |"
        shown = f"{figure.number:,.0f}" if figure.number >= 1000 else f"{figure.number:.3g}"
        told = f"{'more than ' * figure.bound}{shown} {self.unit}".strip() + (f" ({notes})" if notes else "")
        return f"| {self.what} | {asked} | {told} | {self._verdict()} |"

    def _verdict(self) -> str:
        number, bound = self.figure.number or 0.0, self.figure.bound
        if number >= self.wanted if self.at_least else number <= self.wanted:
            return "reached" if self.at_least or not bound else "not known"
        return "not known" if self.at_least and bound else "not reached"


def _time(found: Latest, task: str, triples: int, name: str = "aiopkg", *, with_load: bool = False) -> Figure:
    each = found.get((task, triples, name))
    if each is None:
        return Figure(None)
    if each.median is not None:
        return Figure(each.median + (each.load if with_load else 0.0))
    return Figure(each.least, bound=True) if each.least else Figure(None, notes=(f"{name}: {each.problem}",))


def _memory(each: Measurement | None) -> Figure:
    return Figure(each.memory or None if each else None)


def targets(found: Latest, served: LatestServed) -> Iterator[str]:
    """Yield the table of the targets."""
    alone, disturbed = (served.get((THOUSANDS, case, "aiopkg")) for case in ("distinct", "disturbed"))
    nemo, jena = (
        _time(found, task, MILLION, name, with_load=True)
        for task, name in (("materialise", "nemo"), ("validate", "jena"))
    )
    fastest = better([_time(found, "validate", MILLION, name) for name in ("jena", "pyshifty")])
    closed = _time(found, "materialise", MILLION)
    rows = [
        Target(
            "materialise 100 k, times faster than owlrl",
            _time(found, "materialise", THOUSANDS, "owlrl").over(_time(found, "materialise", THOUSANDS)),
            300,
        ),
        Target(
            "materialise 1 M, times faster than Nemo (which loads as it reasons)",
            _time(found, "materialise", MILLION, "nemo").over(closed),
            3,
        ),
        Target("the same, load included", nemo.over(_time(found, "materialise", MILLION, with_load=True)), 1),
        Target(
            "materialise 1 M, memory of the process",
            _memory(found.get(("materialise", MILLION, "aiopkg"))),
            *(700, False, "MiB"),
        ),
        *(
            Target(f"{task}, 10 M against 1 M", _time(found, task, TEN).over(_time(found, task, MILLION)), 12, False)
            for task in ("materialise", "validate", "assess")
        ),
        Target(
            "validate 100 k, times faster than pyshacl",
            _time(found, "validate", THOUSANDS, "pyshacl").over(_time(found, "validate", THOUSANDS)),
            100,
        ),
        Target(
            "validate 1 M, times faster than the better of warm Jena and pyshifty",
            fastest.over(_time(found, "validate", MILLION)),
            1,
        ),
        Target("one edit at 1 M", _time(found, "edit", MILLION), 0.2, False, "s"),
        Target(
            "assess 1 M, times faster than Nemo and Jena together",
            (nemo + jena).over(_time(found, "assess", MILLION)),
            2,
        ),
        Target("assess 1 M, memory", _memory(found.get(("assess", MILLION, "aiopkg"))), 2560, False, "MiB"),
        Target("aiopkg --help, cold", _time(found, "help", SMALL), 0.25, False, "s"),
        Target("assess 2 k, cold", _time(found, "assess", SMALL), 1, False, "s"),
        Target(
            "point queries a second at 100 k, all different",
            Figure(alone.rate or None if alone else None, notes=_problem(alone)),
            5000,
        ),
        Target(
            "99 % of them while hostile queries and updates come",
            Figure(disturbed.high or None if disturbed else None, notes=_problem(disturbed)),
            *(25, False, "ms"),
        ),
    ]
    yield "| target | asked | measured | |"
    yield "|---|---|---|---|"
    for target in rows:
        yield target.row()


def _problem(each: Served | None) -> tuple[str, ...]:
    return (each.problem,) if each and each.problem else ()
