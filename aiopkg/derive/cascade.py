"""Cascades: what a finding drags down, how the pillars undermine each other, and where it all starts."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive.arrows import Arrow, Mechanism, arrows_among, mechanisms_across, mechanisms_in
from aiopkg.derive.dependencies import Dependencies, Link
from aiopkg.derive.mode_loops import ModeLoop, mode_loops
from aiopkg.derive.roots import Explained, SmallestExplanation, explained_by, smallest_explanation
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import FINDING, Finding, element_named
from aiopkg.vocab import AIOP, GRAPH, ORG, RDF

__all__ = ["Arrow", "Cascade", "Cascades", "Mechanism", "Reach", "RootCause", "cascade", "cascade_triples"]

Element = NamedNode | BlankNode

KINDS = {
    "use_case": AIOP.UseCase,
    "decision": AIOP.Decision,
    "unit": ORG.Organization,
    "kpi": AIOP.KPI,
}
STAKES = (AIOP.HighStakesDecision, AIOP.HighStakesUseCase)


@dataclass(frozen=True, slots=True)
class Reach:
    """An element that a cascade reaches (use case, decision, unit or kpi) and the chain that leads there."""

    element: str
    label: str
    kind: str
    high_stakes: bool
    chain: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Cascade:
    """What one finding drags down, and the failure modes met on the way, its own first."""

    id: str
    finding: str
    rule: str
    focus: str
    label: str
    reaches: tuple[Reach, ...]
    failure_modes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RootCause:
    """An element where gaps start, with what closing them alone would free and what they reach.

    ``frees`` are elements that no other gap reaches; ``frees_with_consequences`` those that only this element's
    gaps reach and gaps which these explain (see :mod:`aiopkg.derive.roots`). The counts are of the latter kind
    where their name says so. ``relieves`` adds up, over the use cases reached, the share of the gaps weighing on
    each that would go. ``explains`` are the gaps elsewhere that these explain.
    """

    focus: str
    label: str
    findings: tuple[str, ...]
    frees: tuple[str, ...]
    frees_use_cases: int
    frees_high_stakes: int
    frees_kpis: int
    reaches: int
    frees_with_consequences: tuple[str, ...]
    consequent_use_cases: int
    consequent_high_stakes: int
    consequent_kpis: int
    relieves: float
    explains: tuple[Explained, ...]


@dataclass(frozen=True)
class Ranking:
    """What is told from all cascades together."""

    root_causes: tuple[RootCause, ...]
    loops: tuple[tuple[Link, ...], ...]
    mode_loops: tuple[ModeLoop, ...]
    smallest: SmallestExplanation


@dataclass(frozen=True)
class Cascades:
    """Everything that the cascade stage derives; sorted. What all cascades tell together is ranked when asked for."""

    cascades: tuple[Cascade, ...]
    arrows: tuple[Arrow, ...]
    rank: Callable[[], Ranking] = field(compare=False, repr=False)

    def __iter__(self) -> Iterator[Cascade]:
        """Iterate over the cascades themselves."""
        return iter(self.cascades)

    def __len__(self) -> int:
        return len(self.cascades)

    @cached_property
    def ranking(self) -> Ranking:
        """What is told from all cascades together."""
        return self.rank()

    @property
    def root_causes(self) -> tuple[RootCause, ...]:
        """The elements where gaps start, those first that matter most."""
        return self.ranking.root_causes

    @property
    def loops(self) -> tuple[tuple[Link, ...], ...]:
        """One loop of links for each group of elements that drag one another down."""
        return self.ranking.loops

    @property
    def mode_loops(self) -> tuple[ModeLoop, ...]:
        """One loop for each group of open failure modes that keep one another alive."""
        return self.ranking.mode_loops

    @property
    def smallest(self) -> SmallestExplanation:
        """The fewest root causes that explain everything."""
        return self.ranking.smallest


def cascade(store: FactStore, findings: Sequence[Finding], labels: Labels) -> Cascades:
    """Follow each violated finding along the dependencies of a materialised store.

    Every link of a chain is a fact of the organization's graph, asserted or inferred.
    """
    violated = [finding for finding in findings if finding.verdict == "violated"]
    dependencies = Dependencies.of(store)
    kinds, stakes = kinds_in(store), stakes_in(store)
    at_focus: dict[Element, list[Finding]] = defaultdict(list)
    for finding in violated:
        at_focus[element_named(finding.focus)].append(finding)
    chains = {focus: dependencies.chains(focus) for focus in at_focus}
    reached = {focus: reaches_of(found, kinds, stakes, labels) for focus, found in chains.items()}
    met = {focus: modes_met(found, at_focus) for focus, found in chains.items()}
    cascades = tuple(
        cascade_of(finding, reached[focus], met[focus])
        for finding in violated
        for focus in [element_named(finding.focus)]
    )
    ranking = rank(store, dependencies, at_focus, reached, cascades, labels)
    arrows = arrows_among(
        mechanisms_across(store, labels), violated, {found.finding: found.failure_modes for found in cascades}
    )
    return Cascades(cascades, arrows, lambda: ranking)


def rank(
    store: FactStore,
    dependencies: Dependencies,
    at_focus: Mapping[Element, Sequence[Finding]],
    reached: Mapping[Element, Sequence[Reach]],
    cascades: Sequence[Cascade],
    labels: Labels,
) -> Ranking:
    """Tell from all cascades together where gaps start, what drags itself down, and the fewest causes of all."""
    mechanisms = mechanisms_in(store)
    causes = _root_causes(at_focus, reached, _explanations(mechanisms, dependencies, at_focus), labels)
    violated = [finding for found in at_focus.values() for finding in found]
    loops = mode_loops(mechanisms, violated, [found.failure_modes for found in cascades])
    return Ranking(causes, dependencies.loops(), loops, _smallest(causes, cascades))


def reaches_of(
    chains: Mapping[Element, Sequence[Link]],
    kinds: Mapping[Element, str],
    stakes: Collection[Element],
    labels: Labels,
) -> tuple[Reach, ...]:
    """Return those elements at the ends of chains that a cascade reports reaching: by kind, then the nearest first."""
    return tuple(
        sorted(
            (
                Reach(_name(e), labels(e), kinds[e], e in stakes, tuple(chain))
                for e, chain in chains.items()
                if e in kinds
            ),
            key=lambda reach: (reach.kind, len(reach.chain), reach.element),
        )
    )


def cascade_of(finding: Finding, reaches: tuple[Reach, ...], met: Sequence[str]) -> Cascade:
    """Return the cascade of one finding, given what its focus reaches and the failure modes met on the way."""
    return Cascade(
        id=f"cascade-{finding.id}",
        finding=finding.id,
        rule=finding.rule,
        focus=finding.focus,
        label=finding.label,
        reaches=reaches,
        failure_modes=(finding.failure_mode, *(mode for mode in met if mode != finding.failure_mode)),
    )


def _name(element: Element) -> str:
    return element.value if isinstance(element, NamedNode) else str(element)


def kind_of(types: Collection[object]) -> str | None:
    """Return the kind of an element by its types; None where a cascade does not report reaching it."""
    return next((kind for kind, term in KINDS.items() if term in types), None)


def _instances(store: FactStore, kind: NamedNode) -> set[Element]:
    return {
        quad.subject  # type: ignore[misc]
        for graph in (GRAPH.asserted, GRAPH.inferred)
        for quad in store.quads_for_pattern(None, RDF.type, kind, graph)
    }


def stakes_in(store: FactStore) -> set[Element]:
    """Return the decisions and use cases of high stakes."""
    return {element for kind in STAKES for element in _instances(store, kind)}


def kinds_in(store: FactStore) -> dict[Element, str]:
    """Return the kind of each element that a cascade reports reaching; a use case before other kinds."""
    kinds: dict[Element, str] = {}
    for kind, term in KINDS.items():
        for element in _instances(store, term):
            kinds.setdefault(element, kind)
    return kinds


def modes_met(reached: Iterable[Element], at_focus: Mapping[Element, Sequence[Finding]]) -> tuple[str, ...]:
    """Return the failure modes open at any of some elements, in the order of the elements, then by name."""
    modes: dict[str, None] = {}
    for element in reached:
        if element in at_focus:
            modes.update(dict.fromkeys(sorted({finding.failure_mode for finding in at_focus[element]})))
    return tuple(modes)


def _root_causes(
    at_focus: Mapping[Element, Sequence[Finding]],
    reached: Mapping[Element, Sequence[Reach]],
    explained: Mapping[Element, Mapping[str, Explained]],
    labels: Labels,
) -> tuple[RootCause, ...]:
    """Rank the elements where gaps start by what closing their gaps, and no others, would free."""
    reached_from: dict[str, set[Element]] = defaultdict(set)
    for focus, reaches in reached.items():
        for reach in reaches:
            reached_from[reach.element].add(focus)
    weighing = {
        element: {finding.id for focus in foci for finding in at_focus[focus]} for element, foci in reached_from.items()
    }
    stands = {finding.id: focus for focus, found in at_focus.items() for finding in found}
    causes = []
    for focus, found in at_focus.items():
        closed = {finding.id for finding in found} | explained[focus].keys()
        cases = [weighing[reach.element] for reach in reached[focus] if reach.kind == "use_case"]
        gone = {focus} | {
            other
            for other in {stands[name] for name in explained[focus]}
            if all(finding.id in explained[focus] for finding in at_focus[other])
        }
        freed = [reach for reach in reached[focus] if reached_from[reach.element] == {focus}]
        eased = [reach for reach in reached[focus] if reached_from[reach.element] <= gone]
        causes.append(
            RootCause(
                _name(focus),
                labels(focus),
                tuple(sorted(finding.id for finding in found)),
                tuple(reach.element for reach in freed),
                *_counts(freed),
                len(reached[focus]),
                tuple(reach.element for reach in eased),
                *_counts(eased),
                round(sum(len(weights & closed) / len(weights) for weights in cases), 4),
                tuple(sorted(explained[focus].values(), key=lambda e: (-e.strength, e.finding))),
            )
        )
    return tuple(
        sorted(
            causes,
            key=lambda c: (
                (-c.consequent_use_cases, -c.consequent_high_stakes, -c.consequent_kpis),
                (-c.frees_use_cases, -c.frees_high_stakes, -c.frees_kpis, -len(c.frees)),
                (-c.relieves, -c.reaches, -len(c.explains), c.focus),
            ),
        )
    )


def _counts(reaches: Sequence[Reach]) -> tuple[int, int, int]:
    """Count use cases, high-stakes decisions and indicators."""
    return (
        sum(reach.kind == "use_case" for reach in reaches),
        sum(reach.high_stakes and reach.kind == "decision" for reach in reaches),
        sum(reach.kind == "kpi" for reach in reaches),
    )


def _explanations(
    mechanisms: Iterable[Mechanism], dependencies: Dependencies, at_focus: Mapping[Element, Sequence[Finding]]
) -> dict[Element, dict[str, Explained]]:
    """Return for each element with gaps the gaps elsewhere that it explains, by finding."""
    ways: dict[str, dict[str, float]] = defaultdict(dict)
    for mechanism in mechanisms:
        ways[mechanism.from_mode][mechanism.to_mode] = mechanism.strength
    opened = {focus: frozenset(finding.failure_mode for finding in found) for focus, found in at_focus.items()}
    return {
        focus: {
            finding.id: Explained(finding.id, *state[finding.failure_mode])
            for element, state in explained_by(focus, dependencies, opened, ways).items()
            for finding in at_focus[element]
            if finding.failure_mode in state
        }
        for focus in at_focus
    }


def _smallest(causes: Sequence[RootCause], cascades: Sequence[Cascade]) -> SmallestExplanation:
    sets: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for cause in causes:
        sets[cause.focus] |= {("finding", name) for name in cause.findings}
        sets[cause.focus] |= {("finding", explained.finding) for explained in cause.explains}
    for focus, reaches in {found.focus: found.reaches for found in cascades}.items():
        sets[focus] |= {("element", reach.element) for reach in reaches}
    return smallest_explanation(sets, [cause.focus for cause in causes])


def cascade_triples(cascades: Iterable[Cascade]) -> list[Triple]:
    """Return cascades as triples of the cascades graph."""
    triples = []
    for found in cascades:
        node = NamedNode(f"https://w3id.org/aiop/cascade/{found.id}")
        triples += [
            Triple(node, RDF.type, AIOP.Cascade),
            Triple(node, AIOP.identifier, Literal(found.id)),
            Triple(node, AIOP.startsFrom, NamedNode(FINDING + found.finding)),
        ]
        triples += [Triple(node, AIOP.reaches, element_named(reach.element)) for reach in found.reaches]
    return triples
