"""Where to begin: launch zones, units to avoid and why, and where AI proves itself soonest."""

from collections.abc import Sequence

from pyoxigraph import NamedNode

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.derive.launch import GateView, Standing
from aiopkg.derive.named import Named
from aiopkg.derive.signals import Ground
from aiopkg.report.wording import count, days, listing, percent, sentence
from aiopkg.vocab import AIOP, GRAPH, RDFS, SKOS

__all__ = ["Begin", "Gate", "GroundShown", "Group", "UnitShown", "begin_of", "gates_of", "heading_of", "labels_of"]

_MOST_UNITS = 12
_MOST_NAMED = 4
_MOST_GROUNDS = 12

_STATES = {"open": "Open", "shut": "Shut", "between": "Between", "unknown": "Not known"}


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate at a unit in words: its state, the figure, and what speaks for it and against it."""

    label: str
    state: str
    word: str
    figure: str
    why: str


@dataclass(frozen=True, slots=True)
class UnitShown:
    """A unit with its readiness and its gates, those of which too little is known by name; ``key`` is its kind."""

    key: str
    label: str
    focus: str
    ready: str
    width: str
    gates: tuple[Gate, ...]
    untold: str


@dataclass(frozen=True, slots=True)
class Group:
    """Units of one kind: what it is, the first of them, how many more there are, and of how many nothing is known."""

    key: str
    heading: str
    definition: str
    units: tuple[UnitShown, ...]
    more: int
    blank: int


@dataclass(frozen=True, slots=True)
class GroundShown:
    """A proving ground: how many rounds a month, the width of its bar, and the loops in words."""

    label: str
    focus: str
    areas: str
    density: str
    width: str
    loops: tuple[str, ...]
    outcomes: str


@dataclass(frozen=True, slots=True)
class Begin:
    """The units by where to begin, and the proving grounds."""

    groups: tuple[Group, ...]
    ground: str
    period: str
    grounds: tuple[GroundShown, ...]
    more_grounds: int


def begin_of(a: Assessment) -> Begin:
    """Return where to begin and where not, each unit with its reasons."""
    launch = a.overview.outlook.launch
    grounds = a.overview.outlook.grounds
    most = max((ground.density for ground in grounds), default=1.0)
    kinds = ((AIOP.LaunchZone, launch.zones), (AIOP.UnitToAvoid, launch.avoid), (AIOP.UndecidedUnit, launch.between))
    return Begin(
        tuple(_group(a, kind, units) for kind, units in kinds),
        _said(a, AIOP.ProvingGround, SKOS.definition),
        days(a.overview.outlook.loop_period),
        tuple(_ground(ground, most) for ground in grounds[:_MOST_GROUNDS]),
        max(0, len(grounds) - _MOST_GROUNDS),
    )


def heading_of(a: Assessment, kind: NamedNode) -> str:
    """Return what units of a kind are called: a launch zone, one to avoid, or one between."""
    return sentence(_said(a, kind, RDFS.label))


def gates_of(standing: Standing) -> UnitShown:
    """Return a unit at its gates as it is shown."""
    return UnitShown(
        _key(standing.kind),
        standing.label,
        standing.unit,
        percent(standing.readiness),
        f"{100 * (standing.readiness or 0):.1f}",
        tuple(_gate(gate) for gate in standing.gates),
        ", ".join(gate.label for gate in standing.at("unknown")),
    )


def labels_of(elements: Sequence[Named], most: int = _MOST_NAMED) -> str:
    """Return the labels of elements, the first few of them."""
    return listing([each.label for each in elements], most)


def _said(a: Assessment, term: NamedNode, how: NamedNode) -> str:
    return next(iter(a.facts.quads_for_pattern(term, how, None, GRAPH.ontology))).object.value  # type: ignore[union-attr]


def _group(a: Assessment, kind: NamedNode, standings: Sequence[Standing]) -> Group:
    """Show the units of a kind of which something is known at a gate."""
    told = [standing for standing in standings if len(standing.at("unknown")) < len(standing.gates)]
    return Group(
        _key(kind),
        sentence(_said(a, kind, SKOS.altLabel)),
        _said(a, kind, SKOS.definition),
        tuple(gates_of(standing) for standing in told[:_MOST_UNITS]),
        max(0, len(told) - _MOST_UNITS),
        len(standings) - len(told),
    )


def _key(kind: NamedNode) -> str:
    return kind.value.rpartition("#")[2]


def _gate(gate: GateView) -> Gate:
    why = []
    if gate.speaking:
        why.append(f"for it {labels_of(gate.speaking)}")
    if gate.against:
        why.append(f"against it {labels_of(gate.against)}")
    if gate.findings:
        why.append(count(len(gate.findings), "gap"))
    limit = f"opens at {percent(gate.opens_from)}, shut below {percent(gate.shuts_below)}"
    figure = "" if gate.value is None else f"{percent(gate.value)}; {limit}"
    return Gate(sentence(gate.label), gate.state, _STATES[gate.state], figure, "; ".join(why))


def _rounds(density: float) -> str:
    """Return how many rounds fit: to a tenth, and where that is nothing, to the first two digits that count."""
    return f"{density:,.1f}".removesuffix(".0") if density >= 0.1 else f"{density:.2g}"


def _ground(ground: Ground, most: float) -> GroundShown:
    return GroundShown(
        ground.label,
        ground.unit,
        ", ".join(ground.areas),
        _rounds(ground.density),
        f"{100 * ground.density / most:.1f}",
        tuple(
            f"{loop.label}: {days(loop.days)} ({loop.data.label} {days(loop.data_days)}, "
            f"{loop.decision.label} {days(loop.decision_days)})"
            for loop in ground.loops[:_MOST_NAMED]
        ),
        f"{count(ground.outcomes, 'outcome')} measured" if ground.outcomes else "no outcome measured",
    )
