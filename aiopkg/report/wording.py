"""How reports write numbers, lists, places and verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.errors import Place
from aiopkg.explain import Contradiction
from aiopkg.validate.findings import VERDICTS, Finding

__all__ = [
    "MONTHS",
    "SEVERITIES",
    "VERDICT_WORDS",
    "Bar",
    "Segment",
    "bar",
    "count",
    "days",
    "element",
    "heat",
    "listing",
    "percent",
    "place",
    "sentence",
    "share_of",
    "where",
]

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""The months in English, whatever the locale."""

SEVERITIES = {"violation": "serious", "warning": "warning", "info": "hint"}
"""Each severity, the gravest first, in the word that the page has for it."""

VERDICT_WORDS = {
    "satisfied": "holds",
    "violated": "broken",
    "unknown": "not known",
    "not_applicable": "stated not to apply",
    "in_progress": "in progress",
    "waived": "waived",
}
"""Each verdict in the words of the page."""

_BAR_ORDER = ("satisfied", "in_progress", "waived", "not_applicable", "unknown", "violated")
_HEAT_STEPS = 5


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar: its verdict, the word for it, how many; where it begins and its width, in percent."""

    verdict: str
    word: str
    number: int
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of verdicts; ``said`` is the same in words."""

    segments: tuple[Segment, ...]
    total: int
    said: str


def bar(verdicts: Mapping[str, int]) -> Bar:
    """Return the bar of some counts of verdicts, without those that count nothing."""
    total = sum(verdicts[verdict] for verdict in VERDICTS)
    segments, before = [], 0
    for v in _BAR_ORDER:
        if verdicts[v]:
            start, width = (f"{100 * number / total:.3f}" for number in (before, verdicts[v]))
            segments.append(Segment(v, VERDICT_WORDS[v], verdicts[v], start, width))
            before += verdicts[v]
    return Bar(tuple(segments), total, ", ".join(_counted(s) for s in segments) or "nothing to judge")


def _counted(segment: Segment) -> str:
    word = "hold" if segment.verdict == "satisfied" and segment.number != 1 else segment.word
    return f"{segment.number:,} {word}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 gap``, ``1,200 gaps``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def days(length: float) -> str:
    """Return a length of time in days: ``1 day``, ``2.5 days``; below a day in hours or minutes."""
    for unit, size in (("day", 1.0), ("hour", 24.0), ("minute", 1440.0)):
        if length * size >= 1 or unit == "minute":
            shown = f"{length * size:,.1f}".removesuffix(".0")
            return f"{shown} {unit}" if shown == "1" else f"{shown} {unit}s"
    raise AssertionError(length)


def percent(share: float | None) -> str:
    """Return a share as a whole percentage; only a whole is 100 %, and only nothing is 0 %."""
    if share is None:
        return "\u2013"
    whole = round(share * 100)
    if whole == 100 and share < 1:
        whole = 99
    if whole == 0 and share > 0:
        return "<1%"
    return f"{whole}%"


def share_of(verdicts: Mapping[str, int]) -> float | None:
    """Return the share that holds of what was decided, or nothing where nothing was."""
    decided = verdicts["satisfied"] + verdicts["violated"]
    return verdicts["satisfied"] / decided if decided else None


def heat(verdicts: Mapping[str, int]) -> int:
    """Return the step of colour for some counts of verdicts: 1 for the least that holds to 5 for all.

    It is 0 where nothing was decided, and where more is unknown than known: a colour would say too much.
    """
    share = share_of(verdicts)
    if share is None or 2 * verdicts.get("unknown", 0) > sum(verdicts.values()):
        return 0
    return _HEAT_STEPS if share == 1 else 1 + min(int(share * (_HEAT_STEPS - 1)), _HEAT_STEPS - 2)


def listing(names: Sequence[str], most: int, of: int | None = None) -> str:
    """Return names joined by commas, and how many more there are; of as many in all, if these are not all of them."""
    more = (len(names) if of is None else of) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def place(gap: Finding | Contradiction) -> str:
    """Return the file, without its folders, and the line of a finding or a contradiction."""
    return where(Place(gap.file, gap.line)) if gap.file is not None else ""


def where(stated: Place | None) -> str:
    """Return a place with its file without the folders, which are nobody's business; nothing for no place."""
    return str(replace(stated, file=Path(stated.file).name)) if stated is not None else ""


def sentence(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def element(name: str) -> NamedNode | BlankNode:
    """Return the element that a finding or a cascade names."""
    return BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)
