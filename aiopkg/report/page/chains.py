"""Cascades, link by link: from each root cause, a tree of the facts along which its gaps spread."""

from collections.abc import Mapping, Sequence
from dataclasses import field

from pyoxigraph import Triple

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.cascade import Cascade, Reach, RootCause
from aiopkg.derive.dependencies import Link
from aiopkg.derive.mode_loops import ModeLoop
from aiopkg.derive.roots import Explained
from aiopkg.model.labels import Labels
from aiopkg.report.wording import SEVERITIES, count, element, listing, sentence
from aiopkg.validate.findings import Finding, name_of

__all__ = [
    "Branch",
    "Circle",
    "Consequence",
    "Root",
    "Roots",
    "anchors_of",
    "fact_in_words",
    "root_at",
    "roots_of",
]

_MOST_ROOTS = 60
_MOST_WEAKNESSES = 8
_MOST_CONSEQUENCES = 8
_KINDS = {"use_case": "use case", "decision": "decision", "unit": "unit", "kpi": "indicator"}
_PLURALS = {"use case": "use cases", "decision": "decisions", "unit": "units", "indicator": "indicators"}


@dataclass(slots=True)
class Branch:
    """An element on the way, what kind it is if it counts, and where it leads.

    ``fact`` is the fact that leads to it in words, ``link`` the same as a triple.
    """

    element: str
    label: str
    fact: str
    link: Triple
    inferred: bool
    kind: str
    high_stakes: bool
    branches: list["Branch"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Consequence:
    """A gap elsewhere that gaps here explain: how strongly, and through which weaknesses."""

    code: str
    message: str
    strength: str
    through: str


@dataclass(frozen=True, slots=True)
class Root:
    """An element where gaps start: the gaps, what they reach, and what closing them alone would free.

    ``frees_too`` is what would be free besides once the gaps that these explain had gone with them.
    """

    focus: str
    anchor: str
    label: str
    gaps: tuple[tuple[str, str, str, str], ...]
    weaknesses: str
    reached: str
    frees: str
    frees_too: str
    consequences: tuple[Consequence, ...]
    more_consequences: int
    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """Weaknesses that keep one another alive: each link in a sentence, and how many gaps keep the circle open."""

    around: tuple[str, ...]
    sentences: tuple[str, ...]
    strength: str
    gaps: int
    seen: bool


@dataclass(frozen=True, slots=True)
class Roots:
    """The root causes with cascades that are shown, how many are not, and the circles, each in sentences."""

    roots: tuple[Root, ...]
    more: int
    silent: int
    loops: tuple[tuple[str, ...], ...]
    circles: tuple[Circle, ...]


def _telling(a: Assessment) -> Sequence[RootCause]:
    return [cause for cause in a.cascades.root_causes if cause.reaches]


def anchors_of(a: Assessment) -> Mapping[str, str]:
    """Map each root cause that the page shows to its place on the page."""
    return {cause.focus: f"cascade-{number}" for number, cause in enumerate(_telling(a)[:_MOST_ROOTS], 1)}


def roots_of(a: Assessment) -> Roots:
    """Return the root causes in the order of the assessment, each with its tree."""
    findings = {finding.id: finding for finding in a.findings}
    by_focus: dict[str, list[Cascade]] = {}
    for found in a.cascades.cascades:
        by_focus.setdefault(found.focus, []).append(found)
    telling = _telling(a)
    anchors = anchors_of(a)
    roots = tuple(
        _root(a.labels, cause, by_focus[cause.focus], findings, anchors[cause.focus]) for cause in telling[:_MOST_ROOTS]
    )
    return Roots(
        roots,
        len(telling) - len(roots),
        len(a.cascades.root_causes) - len(telling),
        tuple(tuple(fact_in_words(link, a.labels) for link in loop) for loop in a.cascades.loops),
        tuple(_circle(loop, a.labels) for loop in a.cascades.mode_loops),
    )


def _circle(loop: ModeLoop, labels: Labels) -> Circle:
    return Circle(
        tuple(sentence(labels(element(link.from_mode))) for link in loop.mechanisms),
        tuple(link.sentence for link in loop.mechanisms),
        f"{loop.strength:.2g}",
        len(loop.findings),
        loop.confirmed,
    )


def root_at(a: Assessment, focus: str) -> Root | None:
    """Return where gaps start at one element, with its tree; nothing where no gap is."""
    cause = next((each for each in a.cascades.root_causes if each.focus == focus), None)
    if cause is None:
        return None
    cascades = [found for found in a.cascades.cascades if found.focus == focus]
    return _root(a.labels, cause, cascades, {finding.id: finding for finding in a.findings}, "")


def _root(
    labels: Labels, cause: RootCause, cascades: Sequence[Cascade], findings: Mapping[str, Finding], anchor: str
) -> Root:
    reaches = cascades[0].reaches
    gaps = sorted((findings[name] for name in cause.findings), key=lambda f: (list(SEVERITIES).index(f.severity), f.id))
    kinds: dict[str, int] = {}
    for reach in reaches:
        kinds[_KINDS[reach.kind]] = kinds.get(_KINDS[reach.kind], 0) + 1
    freed = [reach.label for reach in reaches if reach.element in set(cause.frees)]
    eased = [r.label for r in reaches if r.element in set(cause.frees_with_consequences) - set(cause.frees)]
    modes = dict.fromkeys(mode for found in cascades for mode in found.failure_modes)
    return Root(
        cause.focus,
        anchor,
        cause.label,
        tuple((gap.id, gap.rule, SEVERITIES[gap.severity], gap.message) for gap in gaps),
        listing([labels(element(mode)) for mode in modes][1:], _MOST_WEAKNESSES),
        listing([count(number, kind, _PLURALS[kind]) for kind, number in kinds.items()], len(kinds)),
        listing(freed, 8),
        listing(eased, 8),
        tuple(_consequence(labels, found, findings[found.finding]) for found in cause.explains[:_MOST_CONSEQUENCES]),
        max(0, len(cause.explains) - _MOST_CONSEQUENCES),
        _tree(reaches, labels),
    )


def _consequence(labels: Labels, found: Explained, finding: Finding) -> Consequence:
    through = " → ".join(labels(element(mode)) for mode in found.modes)
    return Consequence(finding.rule, finding.message, f"{found.strength:.2g}", through)


def _tree(reaches: Sequence[Reach], labels: Labels) -> tuple[Branch, ...]:
    """Merge chains that begin alike into one tree."""
    top: list[Branch] = []
    placed: dict[tuple[Link, ...], Branch] = {}
    for reach in sorted(reaches, key=lambda r: (len(r.chain), r.element)):
        for length in range(1, len(reach.chain) + 1):
            trail = reach.chain[:length]
            if trail not in placed:
                link = trail[-1]
                branch = Branch(
                    name_of(link.effect),
                    labels(link.effect),
                    fact_in_words(link, labels),
                    link.triple,
                    not link.asserted,
                    "",
                    False,
                )
                placed[trail] = branch
                (placed[trail[:-1]].branches if length > 1 else top).append(branch)
        if reach.chain:
            placed[reach.chain].kind = _KINDS[reach.kind]
            placed[reach.chain].high_stakes = reach.high_stakes
    return tuple(top)


def fact_in_words(link: Link, labels: Labels) -> str:
    """Return the fact that a link of a cascade is, as a sentence without a stop."""
    return sentence(f"{labels(link.subject)} {labels(link.predicate)} {labels(link.object)}")
