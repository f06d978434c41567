"""The parameters of a request, as SPARQL 1.1 Protocol, 2.1, lays them down."""

import asyncio
import re
from binascii import a2b_qp
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote_to_bytes

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.server.messages import Amendment, Question
from aiopkg.server.problem import Problem, Refusal

__all__ = [
    "FORM_TYPE",
    "QUERY_TYPE",
    "UPDATE_TYPE",
    "GraphRequest",
    "read_amendment",
    "read_form",
    "read_graph",
    "read_parameters",
    "read_question",
    "read_text",
]

FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
UPDATE_TYPE = "application/sparql-update"
MOST_PARAMETERS = 1000
NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
PIECE = 2**14
"""Bytes of a form that are decoded at a time."""

Parameters = Sequence[tuple[str, str]]


def read_parameters(encoded: bytes) -> list[tuple[str, str]]:
    """Decode a query string or a form; raises Refusal (400) when it is not UTF-8 or has too many parts."""
    if encoded.startswith(b"query=") and b"&" not in encoded:
        return [("query", _unquoted(encoded[6:]))]
    try:
        text = encoded.decode("ascii")
        return parse_qsl(
            text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise Refusal(_bad("bad-parameters", f"The parameters cannot be read: {error}.")) from error


def _unquoted(value: bytes) -> str:
    """Decode the value of the only parameter there is, as most requests have it."""
    try:
        return unquote_to_bytes(value.replace(b"+", b" ").decode("ascii")).decode("utf-8")
    except ValueError as error:
        raise Refusal(_bad("bad-parameters", f"The parameters cannot be read: {error}.")) from error


async def read_form(body: bytes) -> list[tuple[str, str]]:
    """Decode a form as :func:`read_parameters` does; a long one in pieces, so that others get a turn."""
    if len(body) <= PIECE:
        return read_parameters(body)
    if body.count(b"&") >= MOST_PARAMETERS:
        raise Refusal(_bad("bad-parameters", f"The form has more than {MOST_PARAMETERS} parameters."))
    found = []
    for parameter in body.split(b"&"):
        name, equals, value = parameter.partition(b"=")
        if name or equals:
            found.append((await _decoded(name), await _decoded(value)))
    return found


async def _decoded(value: bytes) -> str:
    pieces, start = [], 0
    while start < len(value):
        end = start + PIECE
        escape = value.find(b"%", end - 2, end)
        if escape >= 0 and end < len(value):
            end = escape
        pieces.append(_bytes_of(value[start:end]))
        start = end
        await asyncio.sleep(0)
    try:
        return b"".join(pieces).decode("utf-8")
    except ValueError as error:
        raise Refusal(_bad("bad-parameters", f"The parameters cannot be read: {error}.")) from error


def _bytes_of(piece: bytes) -> bytes:
    """Undo percent-encoding; its signs are to it what equals signs are to quoted-printable, which is read faster."""
    if not piece.isascii():
        raise Refusal(_bad("bad-parameters", "The parameters cannot be read: they are not ASCII."))
    plain = piece.replace(b"+", b" ")
    if NO_ESCAPE.search(plain):
        return unquote_to_bytes(plain)
    return a2b_qp(plain.replace(b"=", b"=3D").replace(b"%", b"="))


def read_text(body: bytes, charset: str) -> str:
    """Decode a query that is the whole body; raises Refusal (400 or 415) when it is not UTF-8."""
    if charset.lower() not in {"utf-8", "utf8", "us-ascii"}:
        detail = f"Queries are sent in UTF-8, not in {charset}."
        raise Refusal(Problem(415, "unsupported-media-type", "Unsupported media type", detail))
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(_bad("not-utf-8", f"The query is not UTF-8: {error}.")) from error


def read_question(parameters: Parameters, text: str | None, accept: str | None, base: str) -> Question:
    """Put a question together; ``text`` is the query when the body holds it, None when a parameter does.

    Raises Refusal (400) when there is not exactly one query, or when a parameter has no sense.
    """
    queries = [value for name, value in parameters if name == "query"]
    if text is not None:
        queries.append(text)
    if any(name == "update" for name, _ in parameters):
        raise Refusal(_bad("update-as-query", "Updates are posted, and not together with a query."))
    if not queries:
        raise Refusal(_bad("no-query", "The parameter “query” is missing."))
    if len(queries) > 1:
        raise Refusal(_bad("several-queries", "A request holds one query."))
    _check_characters(queries[0])
    return Question(
        text=queries[0],
        accept=accept,
        base=base,
        default_graphs=_graphs(parameters, "default-graph-uri"),
        named_graphs=_graphs(parameters, "named-graph-uri"),
        inferred=_inferred(parameters),
    )


def read_amendment(parameters: Parameters, text: str | None, base: str) -> Amendment:
    """Put an update together, as :func:`read_question` does a query (SPARQL 1.1 Protocol, 2.2)."""
    updates = [value for name, value in parameters if name == "update"]
    if text is not None:
        updates.append(text)
    if any(name == "query" for name, _ in parameters):
        raise Refusal(_bad("update-as-query", "A request holds a query or an update, not both."))
    if len(updates) != 1:
        raise Refusal(_bad("several-updates", "A request holds one update."))
    _check_characters(updates[0])
    default, named = _graphs(parameters, "using-graph-uri"), _graphs(parameters, "using-named-graph-uri")
    for iri in (*(default or ()), *(named or ())):
        _check_iri(iri)
    return Amendment(
        text=updates[0],
        base=base,
        default_graphs=default,
        named_graphs=named,
        inferred=_inferred(parameters),
    )


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """The graph that a request is about: its name, None for the default graph; or one that is still to be named."""

    name: str | None
    is_new: bool
    inferred: bool | None


def read_graph(parameters: Parameters, address: str | None, *, creates: bool) -> GraphRequest:
    """Find out which graph a request is about (SPARQL 1.1 Graph Store HTTP Protocol, 4).

    ``address`` is that of the request where it names a graph itself. Raises Refusal (400) when there is not
    exactly one, unless the request ``creates`` one.
    """
    names = [value for name, value in parameters if name == "graph"]
    default = any(name == "default" for name, _ in parameters)
    inferred = _inferred(parameters) if any(name == "infer" for name, _ in parameters) else None
    if address is not None:
        names.append(address)
    if len(names) + default > 1:
        raise Refusal(_bad("several-graphs", "A request is about one graph."))
    if not names and not default:
        if not creates:
            raise Refusal(_bad("no-graph", "The parameter “graph” or “default” is missing."))
        return GraphRequest(None, True, inferred)
    for name in names:
        _check_iri(name)
    return GraphRequest(names[0] if names else None, False, inferred)


def _check_iri(iri: str) -> None:
    try:
        NamedNode(iri)
    except ValueError as error:
        raise Refusal(_bad("bad-graph", f"This is not the full IRI of a graph: {iri[:200]!r}.")) from error


def _check_characters(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Refusal(_bad("not-utf-8", "The query holds half of a surrogate pair.")) from error


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...] | None:
    return tuple(value for each, value in parameters if each == name) or None


def _inferred(parameters: Parameters) -> bool:
    values = {value.lower() for name, value in parameters if name == "infer"}
    if len(values) > 1 or not values <= {"true", "false"}:
        raise Refusal(_bad("bad-parameters", "The parameter “infer” is either true or false."))
    return values != {"false"}


def _bad(code: str, detail: str) -> Problem:
    return Problem(400, code, "Bad request", detail)
