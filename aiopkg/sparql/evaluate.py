"""One query over the graphs of an organization, in this process, as the endpoint would answer it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store, Triple

from aiopkg.errors import InputError, Place
from aiopkg.graphs import rdflib_graph
from aiopkg.limits import Budget
from aiopkg.sparql.binding import Value, bind
from aiopkg.sparql.solutions import Solutions
from aiopkg.sparql.tokens import read_tokens
from aiopkg.vocab import GRAPH, PREFIXES

if TYPE_CHECKING:
    from aiopkg.graphs import Graph

__all__ = ["DEFAULT_GRAPH", "Answered", "Evaluated", "answer", "evaluate"]

DEFAULT_GRAPH: tuple[NamedNode, ...] = (GRAPH.asserted, GRAPH.inferred)
"""The default graph of every query, here and at the endpoint; they share no triple."""

Evaluated: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples
Answered: TypeAlias = "Solutions | bool | Graph"

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


def evaluate(store: Store, text: str, bindings: Mapping[str, Value] | None = None) -> Evaluated:
    """Evaluate a query over the named graphs of a store; our usual prefixes need no declaration.

    The default graph is what is asserted together with what is inferred, unless the query says FROM.
    Raises :class:`InputError` for a syntax error (with line and column), for SERVICE, since nothing is asked of
    other machines, and as :func:`aiopkg.sparql.binding.bind` does; :class:`LimitReached` where limits are in force and
    one is passed.
    """
    words = {token.text.upper() for token in read_tokens(text) if token.kind == "word"}
    if "SERVICE" in words:
        raise InputError(
            "service-refused",
            "SERVICE would send parts of the query to another machine.",
            fix="Leave it out; only what was loaded is answered from.",
        )
    Budget.of(None).enter("answering the query")
    bound = bind(text, bindings or {})
    default = None if "FROM" in words else list(DEFAULT_GRAPH)
    try:
        return store.query(bound, prefixes=dict(PREFIXES), default_graph=default)  # type: ignore[arg-type]
    except SyntaxError as error:
        raise _syntax_error(text, bound, str(error)) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError("query-failed", f"The query cannot be evaluated: {error}.") from error


def answer(found: Evaluated) -> Answered:
    """Return the rows of a SELECT, the truth of an ASK, or the rdflib graph of a CONSTRUCT or DESCRIBE."""
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QuerySolutions):
        return Solutions.read(found)
    return rdflib_graph(sorted(set[Triple](Budget.of(None).heeding(found)), key=str), PREFIXES.items())


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
