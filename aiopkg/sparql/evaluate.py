"""One query over the graphs of an organization, in this process, as the endpoint would answer it."""

import re
import reprlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, Place
from aiopkg.graphs import rdflib_graph
from aiopkg.limits import Budget
from aiopkg.sparql.binding import Value, bind
from aiopkg.sparql.conform import conform_to_own
from aiopkg.sparql.solutions import Solutions
from aiopkg.sparql.spelling import Spelling
from aiopkg.sparql.tokens import read_tokens
from aiopkg.vocab import GRAPH, PREFIXES

if TYPE_CHECKING:
    from aiopkg.graphs import Graph

__all__ = ["DEFAULT_GRAPH", "Answered", "Evaluated", "Graphs", "evaluate"]

DEFAULT_GRAPH: tuple[NamedNode, ...] = (GRAPH.asserted, GRAPH.inferred)
"""The default graph of every query, here and at the endpoint; they share no triple."""

Evaluated: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples
Answered: TypeAlias = "Solutions | bool | Graph"

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class Graphs:
    """The named graphs that queries see, and how the literals in them were written."""

    store: Store
    spelling: Spelling
    prefixes: Mapping[str, str]
    """What queries need not declare: the prefixes of the documents, and our usual ones."""

    @classmethod
    def read(cls, lines: bytes, prefixes: Mapping[str, str]) -> "Graphs":
        """Read N-Quads; ``prefixes`` are those of the documents."""
        store, spelling = Store(), Spelling()
        store.bulk_extend(parse(lines, RdfFormat.N_QUADS))
        spelling.add(lines)
        return cls(store, spelling, {**PREFIXES, **prefixes})

    def table(self, found: QuerySolutions | QueryBoolean, form: QueryResultsFormat) -> str:
        """Return the rows of a SELECT or the truth of an ASK in a form of the W3C."""
        respells = isinstance(found, QuerySolutions) and bool(self.spelling)
        content = found.serialize(format=QueryResultsFormat.JSON if respells else form) or b""
        return (self.spelling.in_format(content, form) if respells else content).decode()

    def triples(self, found: QueryTriples) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE, each once, sorted; heeds the limits in force."""
        written = self.spelling.written
        each = (Triple(t.subject, t.predicate, written(t.object)) for t in Budget.of(None).heeding(found))
        return sorted(set(each), key=str)

    def answer(self, found: Evaluated) -> Answered:
        """Return the rows of a SELECT, the truth of an ASK, or the rdflib graph of a CONSTRUCT or DESCRIBE."""
        if isinstance(found, QueryBoolean):
            return bool(found)
        if isinstance(found, QuerySolutions):
            return Solutions.read(found, self.spelling.written, self.prefixes)
        return rdflib_graph(self.triples(found), self.prefixes.items())


def evaluate(graphs: Graphs, text: str, bindings: Mapping[str, Value] | None = None) -> Evaluated:
    """Evaluate a query over named graphs, as SPARQL 1.1 has it even where the store departs from it; our usual prefixes
    and those of the documents need no declaration.

    The default graph is what is asserted together with what is inferred, unless the query says FROM.
    Raises :class:`InputError` for a syntax error (with line and column), for SERVICE, since nothing is asked of
    other machines, and as :func:`aiopkg.sparql.binding.bind` does; :class:`LimitReached` where limits are in force and
    one is passed.
    """
    if not isinstance(text, str):
        raise InputError("query-syntax", f"This is no query: {reprlib.repr(text)}.", fix="Give the query as a text.")
    words = {token.text.upper() for token in read_tokens(text) if token.kind == "word"}
    if "SERVICE" in words:
        raise InputError(
            "service-refused",
            "SERVICE would send parts of the query to another machine.",
            fix="Leave it out; only what was loaded is answered from.",
        )
    Budget.of(None).enter("answering the query")
    bound = bind(text, bindings or {})
    default = None if "FROM" in words else DEFAULT_GRAPH
    try:
        return _run(graphs, bound, default)
    except SyntaxError as error:
        raise _syntax_error(text, bound, str(error)) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError("query-failed", f"The query cannot be evaluated: {error}.") from error


def _run(graphs: Graphs, text: str, default: Sequence[NamedNode] | None) -> Evaluated:
    """Run a query as the recommendation has it; as it was written where the rewritten one cannot be read."""

    def run(written: str) -> Evaluated:
        return graphs.store.query(written, prefixes=dict(graphs.prefixes), default_graph=default)  # type: ignore[arg-type]

    conforming = conform_to_own(text, list(graphs.store.named_graphs()))
    if conforming != text:
        try:
            return run(conforming)
        except SyntaxError:
            return run(text)
    return run(text)


def _syntax_error(text: str, bound: str, message: str) -> InputError:
    found = _PLACE.search(message)
    if found is None or bound != text:
        return InputError("query-syntax", f"The query is not valid SPARQL: {message}.")
    line, column = int(found[1]), int(found[2])
    lines = text.splitlines()
    excerpt = f"{lines[line - 1]}\n{' ' * (column - 1)}^" if line <= len(lines) else ""
    return InputError(
        "query-syntax",
        f"The query is not valid SPARQL: {found[3].splitlines()[0].rstrip('.')}.",
        place=Place("query", line, column),
        excerpt=excerpt,
        fix="Mend the place shown.",
    )
