"""How one pillar undermines another: the ontology's links between failure modes, with the findings that open them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import Finding
from aiopkg.vocab import AIOP, DCTERMS, GRAPH, RDF

__all__ = ["Arrow", "Mechanism", "arrow_of", "arrows_among", "ends_of", "mechanisms_across", "mechanisms_in"]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A link of the ontology from one failure mode to another, with the sentence that explains it."""

    from_mode: str
    to_mode: str
    sentence: str
    strength: float
    source: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """One area (a pillar or the structure) undermining another.

    ``findings`` are those that open a failure mode from which a mechanism leads across; ``confirmed`` those
    among them whose own cascade reaches an element where the mode at the other end is open too.
    """

    source: str
    target: str
    strength: float
    mechanisms: tuple[Mechanism, ...]
    findings: tuple[str, ...]
    confirmed: tuple[str, ...]


def single(store: FactStore, subject: object, predicate: NamedNode) -> NamedNode | Literal:
    """Return the one value that the ontology gives."""
    quads = store.quads_for_pattern(subject, predicate, None, GRAPH.ontology)  # type: ignore[arg-type]
    value = next(iter(quads)).object
    assert isinstance(value, NamedNode | Literal)
    return value


def mechanisms_in(store: FactStore) -> tuple[Mechanism, ...]:
    """Return every link of the ontology from one failure mode to another, in a fixed order."""
    return tuple(
        sorted(
            (
                Mechanism(
                    single(store, quad.subject, AIOP.fromMode).value,
                    single(store, quad.subject, AIOP.toMode).value,
                    single(store, quad.subject, AIOP.mechanism).value,
                    float(single(store, quad.subject, AIOP.strength).value),
                    single(store, quad.subject, DCTERMS.source).value,
                )
                for quad in store.quads_for_pattern(None, RDF.type, AIOP.FailureLink, GRAPH.ontology)
            ),
            key=lambda m: (m.from_mode, m.to_mode),
        )
    )


def mechanisms_across(store: FactStore, labels: Labels) -> Mapping[tuple[str, str], Sequence[Mechanism]]:
    """Return the links from failure modes of one area to those of another, by the two areas."""
    across: dict[tuple[str, str], list[Mechanism]] = defaultdict(list)
    for mechanism in mechanisms_in(store):
        start, end = (
            labels(single(store, NamedNode(mode), AIOP.failsIn)) for mode in (mechanism.from_mode, mechanism.to_mode)
        )
        if start != end:
            across[start, end].append(mechanism)
    return across


def ends_of(mechanisms: Iterable[Mechanism]) -> Mapping[str, frozenset[str]]:
    """Return the modes to which mechanisms lead, by the mode that they start from."""
    ends: dict[str, set[str]] = defaultdict(set)
    for mechanism in mechanisms:
        ends[mechanism.from_mode].add(mechanism.to_mode)
    return {start: frozenset(found) for start, found in ends.items()}


def arrow_of(
    areas: tuple[str, str],
    mechanisms: Iterable[Mechanism],
    opened: Collection[str],
    evidence: Sequence[str],
    confirmed: Sequence[str],
) -> Arrow | None:
    """Return the arrow from one area to another, with the mechanisms that start from an open mode, if there are any.

    ``evidence`` and ``confirmed`` are ids of findings, ascending.
    """
    working = sorted(
        (mechanism for mechanism in mechanisms if mechanism.from_mode in opened),
        key=lambda m: (-m.strength, m.from_mode, m.to_mode),
    )
    if not working:
        return None
    return Arrow(*areas, working[0].strength, tuple(working), tuple(evidence), tuple(confirmed))


def arrows_among(
    across: Mapping[tuple[str, str], Sequence[Mechanism]],
    violated: Sequence[Finding],
    met: Mapping[str, Sequence[str]],
) -> tuple[Arrow, ...]:
    """Return every arrow; ``met`` are the failure modes met on the way of each finding's cascade, its own first."""
    opened: dict[str, list[str]] = defaultdict(list)
    for finding in violated:
        opened[finding.failure_mode].append(finding.id)
    arrows = []
    for areas, mechanisms in across.items():
        ends = ends_of(mechanisms)
        evidence = sorted(name for mode in ends for name in opened.get(mode, ()))
        confirmed = [name for name in evidence if not ends[met[name][0]].isdisjoint(met[name])]
        arrows.append(arrow_of(areas, mechanisms, opened, evidence, confirmed))
    return tuple(sorted((arrow for arrow in arrows if arrow), key=lambda a: (a.source, a.target)))
