"""One question to one whole reply; nothing is sent before the last row is known."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
    serialize,
)

from aiopkg.server.dataset import Dataset, triple_lines
from aiopkg.server.diagnose import diagnose
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Lookup, Question, Reply
from aiopkg.server.negotiate import GRAPH_FORMATS, GRAPH_TYPES, RESULT_TYPES, choose
from aiopkg.server.prescan import Outline, is_plain, prescan
from aiopkg.server.problem import Problem, Refusal, memory_problem
from aiopkg.sparql.conform import conform
from aiopkg.vocab import PREFIXES

__all__ = ["evaluate", "look_up", "write_triples"]

NAMESPACE = re.compile(r"(?:.*[#/:])?", re.DOTALL)

Results = QuerySolutions | QueryBoolean | QueryTriples

RESULT_FORMATS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}


def evaluate(dataset: Dataset, question: Question, limits: Limits) -> Reply:
    """Answer one question, or say with a problem document why not."""
    try:
        return _answer(dataset, question, limits)
    except Refusal as refusal:
        return refusal.problem.reply()
    except MemoryError:
        return memory_problem().reply()


def look_up(dataset: Dataset, lookup: Lookup, limits: Limits) -> Reply:
    """Give one graph; raises Refusal (404) for one that the dataset does not have."""
    home = dataset.layout.home_graph
    graphs: list[NamedNode | DefaultGraph] = [home if lookup.graph is None else NamedNode(lookup.graph)]
    if lookup.graph is None and lookup.inferred:
        graphs += dataset.layout.inferred_graphs
    if lookup.graph is not None and graphs[0] not in dataset.names:
        raise Refusal(Problem(404, "no-such-graph", "Not found", f"There is no graph {graphs[0]}."))
    if choose(lookup.accept, GRAPH_TYPES) == "application/n-triples":
        return _reply("application/n-triples", _write_lines(dataset, graphs, limits))
    triples = (quad.triple for each in graphs for quad in dataset.store.quads_for_pattern(None, None, None, each))
    return write_triples(dataset, triples, lookup.accept, limits)


def _write_lines(dataset: Dataset, graphs: Iterable[NamedNode | DefaultGraph], limits: Limits) -> bytes:
    """Write graphs as N-Triples, a line each, without taking them apart."""
    lines = set[bytes]().union(*(triple_lines(dataset.store, each) for each in graphs))
    typed = {line for line in lines if b'"^^<' in line} if dataset.spelling else set[bytes]()
    if typed:
        read = parse(b"".join(typed), format=RdfFormat.N_TRIPLES)
        written = (Triple(q.subject, q.predicate, dataset.spelling.written(q.object)) for q in read)
        lines = (lines - typed) | set((serialize(written, format=RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True))
    if len(lines) > limits.rows:
        raise Refusal(_row_problem(limits))
    buffer = _Buffer(limits.bytes)
    buffer.write(b"".join(sorted(lines)))
    return buffer.getvalue()


def write_triples(dataset: Dataset, triples: Iterable[Triple], accept: str | None, limits: Limits) -> Reply:
    """Write a graph in the format that is asked for."""
    media_type = choose(accept, GRAPH_TYPES)
    found = list(triples)
    return _reply(media_type, _write_graph(dataset, found, media_type, _needed(PREFIXES, found), limits))


def _answer(dataset: Dataset, question: Question, limits: Limits) -> Reply:
    plain = is_plain(question.text, limits)
    outline = Outline(question.base) if plain else prescan(question.text, question.base, limits)
    results = _query(dataset, question, outline, limits)
    if isinstance(results, QueryTriples):
        media_type = choose(question.accept, GRAPH_TYPES)
        body = _write_graph(dataset, results, media_type, outline.prefixes, limits)
    else:
        media_type = choose(question.accept, RESULT_TYPES)
        body = _write_results(dataset, results, media_type, limits)
    return _reply(media_type, body)


def _reply(media_type: str, body: bytes) -> Reply:
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return Reply(200, {"Content-Type": media_type, "Vary": "Accept"}, body)


def _query(dataset: Dataset, question: Question, outline: Outline, limits: Limits) -> Results:
    default_graph, named_graphs = dataset.choose(question, outline)

    def run(text: str) -> Results:
        return dataset.store.query(text, base_iri=question.base, default_graph=default_graph, named_graphs=named_graphs)

    def parse_again(text: str) -> str | None:
        try:
            run(text)
        except SyntaxError as error:
            return str(error)
        return None

    try:
        return _run_conforming(run, question, named_graphs, limits)
    except SyntaxError as error:
        prescan(question.text, question.base, limits)  # may know better what is wrong
        raise Refusal(diagnose(question.text, str(error), parse_again)) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise Refusal(_evaluation_problem(error)) from error


def _run_conforming(
    run: Callable[[str], Results], question: Question, named: Sequence[NamedNode | BlankNode], limits: Limits
) -> Results:
    """Run a query as the recommendation has it; as it was written where the rewritten one is beyond the limits."""
    text = conform(question.text, named)
    if text != question.text:
        try:
            prescan(text, question.base, limits)
            return run(text)
        except (Refusal, SyntaxError):
            return run(question.text)
    return run(text)


def _evaluation_problem(error: Exception) -> Problem:
    return Problem(500, "evaluation-failed", "The query cannot be evaluated", f"{error}.")


class _Buffer(BytesIO):
    """Bytes in memory up to a limit; the write that would pass it is refused."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > self.limit:
            detail = f"The answer is larger than {self.limit} bytes. Ask for less, or page with LIMIT and OFFSET."
            raise Refusal(Problem(422, "byte-limit", "Answer too large", detail))
        return super().write(data)


def _write_results(dataset: Dataset, results: QuerySolutions | QueryBoolean, media_type: str, limits: Limits) -> bytes:
    buffer = _Buffer(limits.bytes)
    results_format = RESULT_FORMATS[media_type]
    respells = isinstance(results, QuerySolutions) and bool(dataset.spelling)
    try:
        results.serialize(buffer, format=QueryResultsFormat.JSON if respells else results_format)
    except (OSError, RuntimeError, ValueError) as error:
        raise Refusal(_evaluation_problem(error)) from error
    body = buffer.getvalue()
    if respells:
        body = dataset.spelling.in_format(body, results_format)
    if isinstance(results, QuerySolutions) and _row_count(body, results_format, limits.rows) > limits.rows:
        raise Refusal(_row_problem(limits))
    return body


def _row_count(body: bytes, results_format: QueryResultsFormat, enough: int) -> int:
    """How many solutions a document holds; a number from above where that is not beyond ``enough``."""
    if results_format == QueryResultsFormat.XML:
        return body.count(b"<result>")
    if results_format == QueryResultsFormat.JSON:
        at_most = body.count(b"{")
        return at_most if at_most <= enough else _parsed_count(body)
    at_most = body.count(b"\n") - 1
    if at_most <= enough or results_format == QueryResultsFormat.TSV:
        return at_most
    return sum(part.count(b"\n") for part in body.split(b'"')[::2]) - 1


def _parsed_count(body: bytes) -> int:
    solutions = parse_query_results(body, format=QueryResultsFormat.JSON)
    return sum(1 for _ in solutions) if isinstance(solutions, QuerySolutions) else 0


def _row_problem(limits: Limits) -> Problem:
    detail = f"The answer has more than {limits.rows} rows. Ask for less, or page with LIMIT and OFFSET."
    return Problem(422, "row-limit", "Too many rows", detail)


def _write_graph(
    dataset: Dataset, results: Iterable[Triple], media_type: str, known: Mapping[str, str], limits: Limits
) -> bytes:
    """Write the triples as a set, sorted; Turtle with the known prefixes."""
    triples: set[Triple] = set()
    try:
        for triple in results:
            triples.add(Triple(triple.subject, triple.predicate, dataset.spelling.written(triple.object)))
            if len(triples) > limits.rows:
                raise Refusal(_row_problem(limits))
    except (OSError, RuntimeError, ValueError) as error:
        raise Refusal(_evaluation_problem(error)) from error
    graph_format = GRAPH_FORMATS[media_type]
    prefixes = dict(known) if graph_format == RdfFormat.TURTLE else None
    buffer = _Buffer(limits.bytes)
    try:
        serialize(sorted(triples, key=str), buffer, format=graph_format, prefixes=prefixes)
    except (OSError, ValueError) as error:
        detail = f"The graph cannot be written as {media_type}: {error}."
        raise Refusal(Problem(406, "not-writable", "No acceptable media type", detail)) from error
    return _with_sorted_prefixes(buffer.getvalue()) if prefixes else buffer.getvalue()


def _needed(known: Mapping[str, str], triples: Iterable[Triple]) -> dict[str, str]:
    """The prefixes of which some term makes use."""
    terms = {
        NAMESPACE.match(iri)[0]  # type: ignore[index]
        for triple in triples
        for term in (triple.subject, triple.predicate, triple.object)
        for iri in ([term.value] if isinstance(term, NamedNode) else [])
        + ([term.datatype.value] if isinstance(term, Literal) else [])
    }
    return {prefix: namespace for prefix, namespace in known.items() if namespace in terms}


def _with_sorted_prefixes(turtle: bytes) -> bytes:
    """Put the prefixes into an order of their own: the serializer writes them in that of a hash table."""
    head, body = [], turtle
    while body.startswith(b"@prefix "):
        line, _, body = body.partition(b"\n")
        head.append(line + b"\n")
    return b"".join(sorted(head)) + body
