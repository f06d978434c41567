"""The parameters of a request, as SPARQL 1.1 Protocol, 2.1, lays them down."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from aiopkg.server.messages import Question
from aiopkg.server.problem import Problem, Refusal

__all__ = ["FORM_TYPE", "QUERY_TYPE", "read_parameters", "read_question", "read_text"]

FORM_TYPE = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
MOST_PARAMETERS = 1000

Parameters = Sequence[tuple[str, str]]


def read_parameters(encoded: bytes) -> list[tuple[str, str]]:
    """Decode a query string or a form; raises Refusal (400) when it is not UTF-8 or has too many parts."""
    try:
        text = encoded.decode("ascii")
        return parse_qsl(
            text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError as error:
        raise Refusal(_bad("bad-parameters", f"The parameters cannot be read: {error}.")) from error


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
        raise Refusal(_bad("update-as-query", "This address takes queries only, not updates."))
    if not queries:
        raise Refusal(_bad("no-query", "The parameter “query” is missing."))
    if len(queries) > 1:
        raise Refusal(_bad("several-queries", "A request holds one query."))
    if any("\ud800" <= character <= "\udfff" for character in queries[0]):
        raise Refusal(_bad("not-utf-8", "The query holds half of a surrogate pair."))
    return Question(
        text=queries[0],
        accept=accept,
        base=base,
        default_graphs=_graphs(parameters, "default-graph-uri"),
        named_graphs=_graphs(parameters, "named-graph-uri"),
        inferred=_inferred(parameters),
    )


def _graphs(parameters: Parameters, name: str) -> tuple[str, ...] | None:
    return tuple(value for each, value in parameters if each == name) or None


def _inferred(parameters: Parameters) -> bool:
    values = {value.lower() for name, value in parameters if name == "infer"}
    if len(values) > 1 or not values <= {"true", "false"}:
        raise Refusal(_bad("bad-parameters", "The parameter “infer” is either true or false."))
    return values != {"false"}


def _bad(code: str, detail: str) -> Problem:
    return Problem(400, code, "Bad request", detail)
