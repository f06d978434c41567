"""Recommendations: what to do, with the findings that it closes. Each kind is one query."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg import assets
from aiopkg.columns import FactStore, constructed
from aiopkg.dataclass import dataclass
from aiopkg.derive.gaps import GENERIC, OpenGap, gap_triples, open_gaps
from aiopkg.model.labels import Labels, legible
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding
from aiopkg.validate.telling import finding_triples
from aiopkg.vocab import AIOP, GRAPH, PREFIXES, RDF

__all__ = ["Recommendation", "Remedies", "findings_read", "findings_told", "rank_of", "recommend", "recommendations_in"]

_GENERIC = "CloseGap"
_NAME = re.compile(r"\baiop:(\w+)")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something to do.

    ``kind`` names the query that it comes from; ``about`` are the elements concerned, ``closes`` the ids
    of the findings that it puts right, ``evidence`` the facts that it rests on, each one sentence;
    ``effort`` is a label such as days, weeks, months.
    """

    id: str
    kind: str
    message: str
    pillar: str
    effort: str
    about: tuple[str, ...]
    closes: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Remedies:
    """The recommendations, in the order of reports; ``write`` gives the triples of their graph."""

    recommendations: tuple[Recommendation, ...]
    write: Callable[[], Iterable[Triple]]


def recommend(store: FactStore, findings: Sequence[Finding], rules: Sequence[Rule], labels: Labels) -> Remedies:
    """Run the queries of the derive stage over facts and findings; single gaps are read from the findings themselves.

    Recommendations of a kind of their own come first, then by how many findings they close, then by id.
    """
    graphs = [*GRAPH.facts, GRAPH.findings]
    triples: set[Triple] = set()
    for path in assets.queries("derive"):
        if path.stem != GENERIC:
            triples.update(constructed(store, path.read_text(encoding="utf-8"), graphs))
    special = sorted(triples, key=str)
    gaps = tuple(open_gaps(findings, {rule.code: rule for rule in rules}))
    told = [*recommendations_in(special, labels), *(_closing(gap, labels) for gap in gaps)]
    return Remedies(tuple(sorted(told, key=rank_of)), lambda: chain(special, gap_triples(gaps)))


def findings_read(findings: Iterable[Finding], rules: Iterable[Rule]) -> list[Finding]:
    """Return the findings that recommendations of a kind of their own can come from; others need not be in a store.

    They come from rules of which a query names the failure mode, the threshold or what they are part of; and from
    whatever else is violated where a rule with such a threshold is.
    """
    named = _named_in_queries()
    known = tuple(rules)
    beacons = {rule.code for rule in known if not named.isdisjoint(rule.thresholds)}
    chosen = beacons | {rule.code for rule in known if rule.failure_mode in named or not named.isdisjoint(rule.part_of)}
    violated = [finding for finding in findings if finding.verdict == "violated"]
    foci = {finding.focus for finding in violated if finding.rule in beacons}
    return [finding for finding in violated if finding.rule in chosen or finding.focus in foci]


def findings_told(findings: Iterable[Finding], rules: Iterable[Rule]) -> Iterator[Triple]:
    """Yield those triples of :func:`findings_read` that recommendations of a kind of their own can come from."""
    known = tuple(rules)
    named = _named_in_queries() | {RDF.type}
    told = finding_triples(findings_read(findings, known), {rule.code: rule for rule in known})
    return (triple for triple in told if triple.predicate in named)


def _named_in_queries() -> set[NamedNode]:
    """Return our terms that the queries name which are run over findings."""
    return {
        NamedNode(PREFIXES["aiop"] + name)
        for path in assets.queries("derive")
        if path.stem != GENERIC
        for name in _NAME.findall(path.read_text(encoding="utf-8"))
    }


def _closing(gap: OpenGap, labels: Labels) -> Recommendation:
    return Recommendation(
        id=gap.id,
        kind=_GENERIC,
        message=legible(gap.remedies[0]),
        pillar=labels(gap.rule.pillar),
        effort=labels(gap.rule.effort),
        about=(gap.focus,),
        closes=gap.findings,
        evidence=(),
    )


def rank_of(recommendation: Recommendation) -> tuple[bool, int, str]:
    """Return what recommendations are ordered by."""
    return recommendation.kind == _GENERIC, -len(recommendation.closes), recommendation.id


def recommendations_in(triples: Iterable[Triple], labels: Labels) -> Iterator[Recommendation]:
    """Yield the recommendations that some triples, sorted, describe whole."""
    facts: dict[object, dict[NamedNode, list[object]]] = {}
    for triple in triples:
        facts.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple.object)
    for properties in facts.values():
        if AIOP.Recommendation in properties[RDF.type]:
            yield _read(properties, labels)


def _read(properties: dict[NamedNode, list[object]], labels: Labels) -> Recommendation:
    def texts(name: NamedNode) -> tuple[str, ...]:
        return tuple(_text(value) for value in properties.get(name, ()))

    def only(name: NamedNode) -> NamedNode:
        (value,) = properties[name]
        assert isinstance(value, NamedNode)
        return value

    return Recommendation(
        id=texts(AIOP.identifier)[0],
        kind=only(AIOP.recommendationKind).value.removeprefix(PREFIXES["aiop"]),
        message=legible(texts(AIOP.message)[0]),
        pillar=labels(only(AIOP.weakens)),
        effort=labels(only(AIOP.effort)),
        about=texts(AIOP.about),
        closes=tuple(text.rsplit("/", 1)[-1] for text in texts(AIOP.closes)),
        evidence=tuple(legible(text) for text in texts(AIOP.evidence)),
    )


def _text(value: object) -> str:
    return value.value if isinstance(value, NamedNode | Literal) else str(value)
