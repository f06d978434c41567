"""Where to begin: units that pass the launch gates, units where a gate is shut, and units between."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from pyoxigraph import Literal, NamedNode

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.maturity import UnitScore
from aiopkg.derive.named import Named, names
from aiopkg.derive.placement import Element, look_up
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["GateView", "Launch", "Standing", "see_launch"]


@dataclass(frozen=True, slots=True)
class GateView:
    """A launch gate at a unit: ``open``, ``shut``, ``between`` or ``unknown``, by what, and what speaks either way.

    ``value`` is between 0 and 1, and nothing where nothing is recorded or too much of a pillar is not known;
    ``findings`` are the gaps where a pillar is asked about.
    """

    gate: str
    label: str
    state: str
    value: float | None
    opens_from: float
    shuts_below: float
    speaking: tuple[Named, ...]
    against: tuple[Named, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit at all its gates; ``readiness`` is the measured one, and nothing where nothing is recorded."""

    unit: str
    label: str
    readiness: float | None
    enough: float
    gates: tuple[GateView, ...]

    def at(self, state: str) -> tuple[GateView, ...]:
        """Return the gates in a state."""
        return tuple(gate for gate in self.gates if gate.state == state)

    @property
    def kind(self) -> NamedNode:
        """What the unit is: a launch zone, one to avoid, or one between."""
        if self.at("shut"):
            return AIOP.UnitToAvoid
        ready = self.readiness is not None and self.readiness >= self.enough
        return AIOP.LaunchZone if ready and not self.at("between") else AIOP.UndecidedUnit


@dataclass(frozen=True, slots=True)
class Launch:
    """All units outside the centre: where to begin, the readiest first; what to avoid, the worst first; the rest."""

    zones: tuple[Standing, ...]
    avoid: tuple[Standing, ...]
    between: tuple[Standing, ...]


def see_launch(store: FactStore, organization: Element, scores: Iterable[UnitScore], labels: Labels) -> Launch:
    """Put each unit of an organization before the gates that the ontology declares."""
    by_pillar = {(score.unit, score.pillar): score for score in scores}
    measured = {
        quad.subject: quad.object for quad in store.quads_for_pattern(None, AIOP.asksMeasure, None, GRAPH.ontology)
    }
    evidence: dict[tuple[Element, object], dict[Element, bool]] = defaultdict(dict)
    for row in look_up(store, "gate-evidence", organization):
        told = evidence[row["unit"], row["measure"]]
        told[row["element"]] = told.get(row["element"], False) or row["speaking"].value == "true"
    units: dict[Element, list[GateView]] = defaultdict(list)
    ready: dict[Element, tuple[float | None, float]] = {}
    for row in look_up(store, "gates", organization):
        unit = row["unit"]
        readiness = _share(row["readiness"])
        ready[unit] = None if readiness is None else float(readiness), float(row["enough"].value)
        score = by_pillar.get((name_of(unit), labels(row["pillar"]))) if row["pillar"] else None
        told_score = score.tally.share if score is not None and score.level is not None else None
        value = told_score if row["pillar"] else _share(row["value"])
        told = evidence.get((unit, measured.get(row["gate"])), {})
        limits = Fraction(row["opens"].value), Fraction(row["shuts"].value)
        units[unit].append(
            GateView(
                name_of(row["gate"]),
                labels(row["gate"]),
                _state(value, *limits),
                None if value is None else round(float(value), 6),
                float(limits[0]),
                float(limits[1]),
                names((element for element, speaking in told.items() if speaking), labels),
                names((element for element, speaking in told.items() if not speaking), labels),
                score.findings if score else (),
            )
        )
    standings = [Standing(name_of(unit), labels(unit), *ready[unit], tuple(gates)) for unit, gates in units.items()]
    return Launch(
        _of(standings, AIOP.LaunchZone, lambda s: (-(s.readiness or 0), -len(s.at("open")), -_mean(s))),
        _of(standings, AIOP.UnitToAvoid, lambda s: (-len(s.at("shut")), s.readiness or 0, _mean(s))),
        _of(standings, AIOP.UndecidedUnit, lambda s: (-(s.readiness or 0), -len(s.at("open")), -_mean(s))),
    )


def _share(value: Literal | None) -> Fraction | None:
    return None if value is None else Fraction(value.value)


def _state(value: Fraction | None, opens: Fraction, shuts: Fraction) -> str:
    if value is None:
        return "unknown"
    if value < shuts:
        return "shut"
    return "open" if value >= opens else "between"


def _of(
    standings: Sequence[Standing], kind: NamedNode, rank: Callable[[Standing], tuple[float, ...]]
) -> tuple[Standing, ...]:
    return tuple(sorted((s for s in standings if s.kind == kind), key=lambda s: (*rank(s), s.label, s.unit)))


def _mean(standing: Standing) -> float:
    """Return the mean of what is known at the gates."""
    known = [gate.value for gate in standing.gates if gate.value is not None]
    return sum(known) / len(known) if known else 0.0
