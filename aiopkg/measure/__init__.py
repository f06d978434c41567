"""Writes what is computed from facts before anything is judged: dates, cutoffs, durations, openness.

Everything here is a fact about the organization or the evaluation, never about findings.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from pyoxigraph import Literal, Quad, Store, Triple

from aiopkg import assets
from aiopkg.errors import InputError
from aiopkg.measure.calendar import as_moment, before, days, decimal, is_duration, moment
from aiopkg.measure.openness import openness
from aiopkg.vocab import AIOP, GRAPH, XSD, shorten

__all__ = ["measure"]


def measure(store: Store, as_of: date, given: Iterable[Triple] = ()) -> tuple[Triple, ...]:
    """Return the measured facts of a materialised store, as of the start of a day in UTC; sorted.

    The store is left with the same facts in its graph of measures, which the queries of this stage,
    run in the order of their names, build upon. ``given`` are facts of the evaluation itself, such as the rule
    packs that were asked for.

    Raises :class:`InputError` when the organization overrides a threshold with something that is
    neither a number nor a duration.
    """
    now = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    store.clear_graph(GRAPH.measures)
    _write(store, [Triple(AIOP.Evaluation, AIOP.evaluationDate, moment(now)), *given])
    _write(store, _thresholds(store, now))
    _write(store, _durations(store))
    _write(store, _moments(store))
    _write(store, openness(store))
    for path in assets.queries("measure"):
        _write(store, store.query(path.read_text(encoding="utf-8"), default_graph=list(GRAPH.facts)))  # type: ignore[arg-type]
    return tuple(sorted((quad.triple for quad in store.quads_for_pattern(None, None, None, GRAPH.measures)), key=str))


def _write(store: Store, triples: Iterable[Triple]) -> None:
    """Add triples to the graph of measures, but for those that stand in another graph of facts already."""
    others = [graph for graph in GRAPH.facts if graph != GRAPH.measures]
    new = [t for t in triples if not any(Quad(t.subject, t.predicate, t.object, graph) in store for graph in others)]
    store.extend([Quad(t.subject, t.predicate, t.object, GRAPH.measures) for t in new])


def _thresholds(store: Store, now: datetime) -> Iterator[Triple]:
    """Give each threshold its limit in numbers or days and, if it is a duration, its cutoff."""
    for default in store.quads_for_pattern(None, AIOP.thresholdValue, None, GRAPH.ontology):
        own = [q.object for q in store.quads_for_pattern(default.subject, AIOP.thresholdValue, None, GRAPH.asserted)]
        if len(own) > 1:
            raise InputError(
                "threshold",
                f"The model gives {shorten(default.subject.value)} {len(own)} values.",  # type: ignore[union-attr]
                fix="State one aiop:thresholdValue.",
            )
        value = own[0] if own else default.object
        try:
            assert isinstance(value, Literal)
            if value.datatype == XSD.duration:
                yield Triple(default.subject, AIOP.limit, decimal(days(value.value)))
                yield Triple(default.subject, AIOP.cutoff, moment(before(now, value.value)))
            else:
                yield Triple(default.subject, AIOP.limit, decimal(Decimal(value.value)))
        except (AssertionError, ArithmeticError, ValueError, OverflowError) as error:
            raise InputError(
                "threshold",
                f"The value given for {shorten(default.subject.value)} is neither a number nor a duration.",  # type: ignore[union-attr]
                fix='Write a number such as 5, or a duration such as "P6M"^^xsd:duration.',
            ) from error


def _durations(store: Store) -> Iterator[Triple]:
    """Count each duration in days, in the property that the ontology names for it."""
    for counted in store.quads_for_pattern(None, AIOP.countedAs, None, GRAPH.ontology):
        for graph in (GRAPH.asserted, GRAPH.inferred):
            for quad in store.quads_for_pattern(None, counted.subject, None, graph):  # type: ignore[arg-type]
                if isinstance(quad.object, Literal) and is_duration(quad.object.value):
                    yield Triple(quad.subject, counted.object, decimal(days(quad.object.value)))  # type: ignore[arg-type]


def _moments(store: Store) -> Iterator[Triple]:
    """Give each date, and each time without a zone, as a time in UTC, where the ontology asks for times."""
    for declared in store.quads_for_pattern(None, AIOP.heldAs, XSD.dateTime, GRAPH.ontology):
        for graph in (GRAPH.asserted, GRAPH.inferred):
            for quad in store.quads_for_pattern(None, declared.subject, None, graph):  # type: ignore[arg-type]
                if isinstance(quad.object, Literal) and quad.object.datatype in (XSD.date, XSD.dateTime):
                    instant = as_moment(quad.object.value)
                    if instant is not None and instant != quad.object:
                        yield Triple(quad.subject, quad.predicate, instant)
