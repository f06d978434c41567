"""How a measured fact came about: which query wrote it from what, or which reckoning without a query.

The queries of a stage build on one another in the order of their names, so what a query read was written before it:
by an earlier query, or without one. Only such evidence counts, and proofs never go in circles.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.explain.evidence import Evidence, Witness
from aiopkg.explain.known import Known
from aiopkg.explain.proof import Step, Term
from aiopkg.explain.sentences import Sentences, inferences
from aiopkg.explain.walks import Facts
from aiopkg.measure.calendar import as_moment, before, days, decimal, is_duration, moment
from aiopkg.syntax.parser import parse_construct
from aiopkg.syntax.paths import Predicate
from aiopkg.syntax.tree import Pattern, Query
from aiopkg.vocab import AIOP, GRAPH, RDF, XSD

__all__ = ["Construct", "Measures", "construct_of"]


@dataclass(frozen=True)
class Construct:
    """A CONSTRUCT query of a stage: its path, the sentence that heads it, its template, and its WHERE."""

    path: str
    sentence: str
    template: tuple[Pattern, ...]
    query: Query


@cache
def construct_of(stage: str) -> tuple[Construct, ...]:
    """Return the queries of a stage in the order in which they run."""
    found = []
    for path in assets.queries(stage):
        text = path.read_text(encoding="utf-8")
        heading = [line for line in text.split("PREFIX", 1)[0].splitlines() if line.startswith("#")]
        template, query = parse_construct(text)
        sentence = " ".join(line.lstrip("# ").strip() for line in heading)
        found.append(Construct(f"queries/{stage}/{path.name}", sentence, tuple(template), query))
    return tuple(found)


@dataclass(frozen=True)
class _Origin:
    """What wrote a fact: the place of its query in the stage (-1 for none), and its step."""

    place: int
    step: Step


class Measures:
    """Explains the facts of a store's graph of measures."""

    def __init__(self, known: Known, sentences: Sentences) -> None:
        self._known = known
        self._sentences = sentences
        self._facts = Facts(known.everything, GRAPH.facts)
        self._measured = Facts(known.everything, [GRAPH.measures])
        self._witnesses = [_witness(known.everything, c, GRAPH.facts, sentences) for c in construct_of("measure")]
        self._origins: dict[Triple, _Origin | None] = {}

    def __contains__(self, triple: Triple) -> bool:
        return triple in self._measured

    def step(self, triple: Triple) -> Step | None:
        """Return how a fact was measured, None for one that was not."""
        origin = self._origin(triple, len(construct_of("measure")))
        return origin.step if origin else None

    def _origin(self, triple: Triple, limit: int) -> _Origin | None:
        """Return the first way in which a fact can have been written before the query at a place."""
        if triple in self._origins:
            origin = self._origins[triple]
            return origin if origin is not None and origin.place < limit else None
        reckoned = next(self._reckoned(triple), None)
        if reckoned is not None:
            self._origins[triple] = _Origin(-1, reckoned)
            return self._origins[triple]
        for place, construct in enumerate(construct_of("measure")[:limit]):
            evidence = self._written(construct, self._witnesses[place], triple, place)
            if evidence is not None:
                step = _step(construct, triple, evidence, self._sentences)
                self._origins[triple] = _Origin(place, step)
                return self._origins[triple]
        if limit == len(construct_of("measure")):
            self._origins[triple] = None
        return None

    def _written(self, construct: Construct, witness: Witness, triple: Triple, place: int) -> Evidence | None:
        for pattern in construct.template:
            bound = _unified(pattern, triple, witness)
            for solution in witness.solve(construct.query.where, bound) if bound is not None else ():
                evidence = Evidence()
                witness.gather(construct.query.where, solution, evidence)
                if all(fact not in self._measured or self._origin(fact, place) for fact in evidence.facts):
                    return evidence
        return None

    def _reckoned(self, triple: Triple) -> Iterator[Step]:
        """Yield the ways in which a fact is worked out without a query."""
        ways: Mapping[str, Iterator[tuple[Triple, ...]]] = {
            "evaluation": self._given(triple),
            "limit": self._limits(triple),
            "cutoff": self._cutoffs(triple),
            "days": self._days(triple),
            "moment": self._moments(triple),
            "incompleteness": self._incompleteness(triple),
        }
        for name, found in ways.items():
            for premises in found:
                yield Step(
                    kind="measured" if premises else "given",
                    conclusion=triple,
                    sentence=self._sentences.fact(triple),
                    rule=name,
                    because=inferences()[name].sentence,
                    premises=premises,
                )

    def _given(self, triple: Triple) -> Iterator[tuple[Triple, ...]]:
        if triple.subject == AIOP.Evaluation or triple.predicate == AIOP.boundBy:
            yield ()

    def _value(self, threshold: Term) -> Triple | None:
        """Return the fact that gives a threshold its value: the organization's own, else the usual one."""
        for graph in (GRAPH.asserted, GRAPH.ontology):
            own = Facts(self._known.everything, [graph]).match(threshold, AIOP.thresholdValue, None)
            if own:
                return own[0]
        return None

    def _limits(self, triple: Triple) -> Iterator[tuple[Triple, ...]]:
        if triple.predicate == AIOP.limit:
            value = self._value(triple.subject)  # type: ignore[arg-type]
            if value is not None:
                yield (value,)

    def _cutoffs(self, triple: Triple) -> Iterator[tuple[Triple, ...]]:
        day = self._known.as_of
        now = datetime(day.year, day.month, day.day, tzinfo=UTC)
        value = self._value(triple.subject) if triple.predicate == AIOP.cutoff else None  # type: ignore[arg-type]
        if value is None or not isinstance(value.object, Literal):
            return
        if moment(before(now, value.object.value)) == triple.object:
            yield value, Triple(AIOP.Evaluation, AIOP.evaluationDate, moment(now))

    def _days(self, triple: Triple) -> Iterator[tuple[Triple, ...]]:
        for counted in self._facts.match(None, AIOP.countedAs, triple.predicate):
            assert isinstance(counted.subject, NamedNode)
            for stated in self._facts.match(triple.subject, counted.subject, None):  # type: ignore[arg-type]
                value = stated.object
                length = days(value.value) if isinstance(value, Literal) and is_duration(value.value) else None
                if length is not None and _same(decimal(length), triple.object):
                    yield stated, counted

    def _moments(self, triple: Triple) -> Iterator[tuple[Triple, ...]]:
        held = Triple(triple.predicate, AIOP.heldAs, XSD.dateTime)
        if held not in self._facts:
            return
        for stated in self._facts.match(triple.subject, triple.predicate, None):  # type: ignore[arg-type]
            value = stated.object
            if (
                isinstance(value, Literal)
                and stated not in self._measured
                and _same(as_moment(value.value), triple.object)
            ):
                yield stated, held

    def _incompleteness(self, triple: Triple) -> Iterator[tuple[Triple, ...]]:
        if triple.predicate != AIOP.unreported:
            return
        element, name = triple.subject, triple.object
        assert not isinstance(element, Triple) and not isinstance(name, Triple)
        for kind in self._facts.match(None, RDF.type, AIOP.Incompleteness):
            node = kind.subject
            properties = self._facts.match(node, AIOP.ofProperty, None)  # type: ignore[arg-type]
            named = [fact for fact in properties if fact.object == name]
            if bool(properties) != bool(named) or (not properties and name != AIOP.AnyProperty):
                continue
            elements = self._facts.match(node, AIOP.ofElement, None)  # type: ignore[arg-type]
            classes = self._facts.match(node, AIOP.ofClass, None)  # type: ignore[arg-type]
            if any(fact.object == element for fact in elements):
                yield kind, *named, Triple(node, AIOP.ofElement, element)
            for fact in classes:
                member = Triple(element, RDF.type, fact.object)
                if member in self._facts:
                    yield kind, *named, fact, member
            if not elements and not classes and element == AIOP.AnyElement:
                yield kind, *named


def _same(one: object, other: object) -> bool:
    """Tell whether two literals are the same to a store."""
    if not isinstance(one, Literal) or not isinstance(other, Literal):
        return False
    store = Store()
    store.extend([Quad(AIOP.Evaluation, AIOP.value, literal) for literal in (one, other)])
    return len(store) == 1


def _witness(store: FactStore, construct: Construct, graphs: Sequence[NamedNode], sentences: Sentences) -> Witness:
    return Witness(store, graphs, construct.query.prologue, sentences)


def _unified(pattern: Pattern, triple: Triple, witness: Witness) -> dict[str, Term] | None:
    """Return what the variables of a template's pattern stand for where it writes a triple; None where it does not."""
    found: dict[str, Term] = {}
    verb: Term | None = pattern.path.iri if isinstance(pattern.path, Predicate) else None
    for token, term, fixed in (
        (pattern.subject, triple.subject, None),
        (pattern.verb, triple.predicate, verb),
        (pattern.object, triple.object, None),
    ):
        assert not isinstance(term, Triple)
        if fixed is None and token.startswith("?"):
            if found.setdefault(token, term) != term:
                return None
        elif (fixed or witness.constant(token)) != term:
            return None
    return found


def _step(construct: Construct, triple: Triple, evidence: Evidence, sentences: Sentences) -> Step:
    return Step(
        kind="measured",
        conclusion=triple,
        sentence=sentences.fact(triple),
        rule=construct.path,
        because=construct.sentence,
        premises=tuple(evidence.facts),
        absences=tuple(evidence.absences),
        conditions=tuple(evidence.conditions),
    )
