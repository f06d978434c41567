"""Writes what is computed from facts before anything is judged: dates, cutoffs, durations, openness.

Everything here is a fact about the organization or the evaluation, never about findings.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryTriples, RdfFormat, Triple, parse

from aiopkg import assets
from aiopkg.columns import ColumnStore, FactStore
from aiopkg.errors import InputError, Place
from aiopkg.limits import UNLIMITED, Budget
from aiopkg.measure.calendar import as_moment, before, days, decimal, is_duration, moment
from aiopkg.measure.openness import openness
from aiopkg.vocab import AIOP, GRAPH, RDF, XSD, shorten

__all__ = ["RECKONED", "measure", "occasion", "openness", "write_measures"]

Element = NamedNode | BlankNode

_OTHERS = tuple(graph for graph in GRAPH.facts if graph != GRAPH.measures)
_TYPE = str(RDF.type).encode()

_LARGEST_LIMIT = Decimal(10) ** 12
_NUMBERS = (XSD.integer, XSD.decimal, XSD.double)


def _nowhere(_: object) -> Place | None:
    """Know no place."""
    return None


def measure(
    store: FactStore,
    as_of: date,
    given: Iterable[Triple] = (),
    place_of: Callable[[object], Place | None] = _nowhere,
    budget: Budget = UNLIMITED,
) -> tuple[Triple, ...]:
    """Return the measured facts of a materialised store, as of the start of a day in UTC; sorted.

    The store is left with them as :func:`write_measures` does, which says what the arguments are and what is raised.
    """
    write_measures(store, as_of, given, place_of, budget)
    return tuple(sorted((quad.triple for quad in store.quads_for_pattern(None, None, None, GRAPH.measures)), key=str))


def write_measures(
    store: FactStore,
    as_of: date,
    given: Iterable[Triple] = (),
    place_of: Callable[[object], Place | None] = _nowhere,
    budget: Budget = UNLIMITED,
) -> None:
    """Write the measured facts of a materialised store, as of the start of a day in UTC, into its graph of measures.

    The queries of this stage, run in the order of their names, build upon what is there already. ``given`` are facts
    of the evaluation itself, such as the rule packs that were asked for. ``place_of`` tells where the model speaks of
    a threshold.

    Raises :class:`InputError` when the organization overrides a threshold with something that is not of its
    kind, a number or a duration from nought up, and when the day is too near an end of the calendar;
    :class:`LimitReached` when the budget, which is heeded between queries, is used up.
    """
    store.clear_graph(GRAPH.measures)
    _write(store, [*given, *occasion(store, as_of, place_of)])
    _write(store, (triple for reckon in RECKONED for triple in reckon(store, None)))
    _write(store, openness(store))
    for path in assets.queries("measure"):
        budget.heed()
        _construct(store, path.read_text(encoding="utf-8"))


def _construct(store: FactStore, query: str) -> None:
    """Add what a query constructs, as text where it can be: without blank nodes, and nothing told elsewhere."""
    if isinstance(store, ColumnStore):
        store.construct(query, GRAPH.facts, GRAPH.measures)
        return
    found = store.query(query, default_graph=list(GRAPH.facts))
    assert isinstance(found, QueryTriples)
    text = found.serialize(format=RdfFormat.N_TRIPLES)
    if not text:
        return
    rows = [line.split(b" ", 2) for line in text.splitlines()]
    heads = {(predicate, value if predicate == _TYPE else None) for _, predicate, value in rows}
    if b"_:" in text or any(_told(store, *head) for head in heads):
        _write(store, (quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)))
    else:
        store.bulk_load(text, RdfFormat.N_TRIPLES, to_graph=GRAPH.measures, lenient=True)


def _told(store: FactStore, predicate: bytes, kind: bytes | None) -> bool:
    """Whether another graph of facts has anything with a predicate or, of types, with one object; as N-Triples."""
    asked, value = (NamedNode(text.decode().strip(" .<>")) if text else None for text in (predicate, kind))
    return any(True for graph in _OTHERS for _ in store.quads_for_pattern(None, asked, value, graph))


def _write(store: FactStore, triples: Iterable[Triple]) -> None:
    """Add triples to the graph of measures, but for those that stand in another graph of facts already."""
    if isinstance(store, ColumnStore):
        store.extend(Quad(t.subject, t.predicate, t.object, GRAPH.measures) for t in triples)
        return
    new = [t for t in triples if not any(Quad(t.subject, t.predicate, t.object, graph) in store for graph in _OTHERS)]
    store.extend([Quad(t.subject, t.predicate, t.object, GRAPH.measures) for t in new])


def occasion(store: FactStore, as_of: date, place_of: Callable[[object], Place | None] = _nowhere) -> Iterator[Triple]:
    """Yield the evaluation date, and each threshold's limit and cutoff at it; raises as :func:`measure` does."""
    now = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    yield Triple(AIOP.Evaluation, AIOP.evaluationDate, moment(now))
    yield from _thresholds(store, now, place_of)


def _thresholds(store: FactStore, now: datetime, place_of: Callable[[object], Place | None]) -> Iterator[Triple]:
    """Give each threshold its limit in numbers or days and, if it is a duration, its cutoff."""
    for default in store.quads_for_pattern(None, AIOP.thresholdValue, None, GRAPH.ontology):
        threshold, usual = default.subject, default.object
        assert isinstance(threshold, NamedNode) and isinstance(usual, Literal)
        name, place = shorten(threshold.value), place_of(threshold)
        own = [q.object for q in store.quads_for_pattern(threshold, AIOP.thresholdValue, None, GRAPH.asserted)]
        if len(own) > 1:
            raise InputError(
                "threshold",
                f"The model gives {name} {len(own)} values.",
                place=place,
                fix="State one aiop:thresholdValue.",
            )
        value = own[0] if own else usual
        timed = usual.datatype == XSD.duration
        limit = _limit(value, timed)
        if limit is None:
            kind = "duration, of nought or more" if timed else "number, of nought or more"
            sample = '"P6M"^^xsd:duration' if timed else "5"
            raise InputError(
                "threshold",
                f"The value given for {name} is not a {kind}.",
                place=place,
                fix=f"Write it like {sample}.",
            )
        yield Triple(threshold, AIOP.limit, decimal(limit))
        if timed and isinstance(value, Literal):
            try:
                yield Triple(threshold, AIOP.cutoff, moment(before(now, value.value)))
            except (ValueError, OverflowError) as error:
                raise InputError(
                    "calendar",
                    f"{value.value}, the value of {name}, before {now.date()} is beyond the years 1 to 9999.",
                    place=place,
                    fix="Give a shorter duration." if own else "Judge as of another day.",
                ) from error


def _limit(value: object, timed: bool) -> Decimal | None:
    """Return a number, or a duration in days; nothing for what is not of the kind asked for, or below nought."""
    if not isinstance(value, Literal) or value.datatype not in ((XSD.duration,) if timed else _NUMBERS):
        return None
    try:
        limit = days(value.value) if timed else Decimal(value.value)
    except (ValueError, ArithmeticError):
        return None
    return limit if limit.is_finite() and 0 <= limit < _LARGEST_LIMIT else None


def _durations(store: FactStore, subject: Element | None) -> Iterator[Triple]:
    """Count each duration in days, in the property that the ontology names for it."""
    for counted in store.quads_for_pattern(None, AIOP.countedAs, None, GRAPH.ontology):
        for quad in _stated(store, subject, counted.subject):
            if isinstance(quad.object, Literal) and is_duration(quad.object.value):
                yield Triple(quad.subject, counted.object, decimal(days(quad.object.value)))  # type: ignore[arg-type]


def _moments(store: FactStore, subject: Element | None) -> Iterator[Triple]:
    """Give each date, and each time without a zone, as a time in UTC, where the ontology asks for times."""
    for declared in store.quads_for_pattern(None, AIOP.heldAs, XSD.dateTime, GRAPH.ontology):
        for quad in _stated(store, subject, declared.subject):
            if isinstance(quad.object, Literal) and quad.object.datatype in (XSD.date, XSD.dateTime):
                instant = as_moment(quad.object.value)
                if instant is not None and instant != quad.object:
                    yield Triple(quad.subject, quad.predicate, instant)


def _stated(store: FactStore, subject: Element | None, predicate: object) -> Iterator[Quad]:
    for graph in (GRAPH.asserted, GRAPH.inferred):
        yield from store.quads_for_pattern(subject, predicate, None, graph)  # type: ignore[arg-type]


RECKONED = (_durations, _moments)
"""What is worked out for one element from what is said of it alone, or for all (None)."""
