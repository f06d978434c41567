"""Asks a SPARQL 1.1 endpoint over HTTP, and fetches from it what an organization asserts (SPARQLWrapper)."""

import ast
import json
import re
from contextlib import suppress

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from pyoxigraph import serialize as serialize_triples

from aiopkg.dataclass import dataclass
from aiopkg.errors import AiopkgError, InputError, LimitReached, Place
from aiopkg.model.labels import legible
from aiopkg.vocab import GRAPH

__all__ = ["Endpoint", "is_address"]

_LONGEST_WORDS = 300
_LIMITS = (413, 422, 429, 503, 504)
"""The statuses by which an endpoint says that a request is too much for it."""


def is_address(name: str) -> bool:
    """Tell whether the name of a source is the address of an endpoint."""
    return re.match(r"https?://[^/\s]", name) is not None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL 1.1 endpoint at an address.

    ``seconds`` is how long one request may take, ``most`` how many bytes one answer may have, ``page`` how many
    triples are asked for at once. Every method raises :class:`InputError` for an endpoint that cannot be reached or
    that refuses, :class:`LimitReached` for one that takes too long or answers too much.
    """

    url: str
    seconds: float = 60.0
    most: int = 512 * 2**20
    page: int = 20_000

    def __post_init__(self) -> None:
        if not isinstance(self.url, str) or not is_address(self.url):
            raise InputError(
                "endpoint-address",
                f"'{self.url}' is not the address of an endpoint.",
                fix="Give one that begins with http:// or https://.",
            )

    def rows(self, text: str) -> QuerySolutions | QueryBoolean:
        """Answer a SELECT or an ASK."""
        body = self._asked(text, "json")
        try:
            return parse_query_results(body, format=QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as error:
            raise self._unreadable(error) from error

    def triples(self, text: str) -> list[Triple]:
        """Answer a CONSTRUCT or a DESCRIBE."""
        body = self._asked(text, "turtle")
        try:
            return [quad.triple for quad in parse(body, RdfFormat.TURTLE)]
        except (SyntaxError, ValueError) as error:
            raise self._unreadable(error) from error

    def document(self, graph: NamedNode | None = None) -> bytes:
        """Return what the endpoint asserts, as N-Triples: a named graph, that of an endpoint of ours, or its default
        graph.

        Triples with blank nodes come in one answer, in which they keep their names; the others page by page.
        Raises :class:`InputError` where there is nothing.
        """
        if graph is None and self._holds(f"GRAPH {GRAPH.asserted} {{ ?s ?p ?o }}"):
            graph = GRAPH.asserted
        pattern = f"GRAPH {graph} {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
        found = self.triples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} FILTER(isBlank(?s) || isBlank(?o)) }}")
        named = f"SELECT DISTINCT ?s ?p ?o WHERE {{ {pattern} FILTER(!isBlank(?s) && !isBlank(?o)) }} ORDER BY ?s ?p ?o"
        start, size = 0, self.page
        while size == self.page:
            inner = f"{{ {named} LIMIT {self.page} OFFSET {start} }}"
            fetched = self.triples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {inner}")
            size, start = len(fetched), start + self.page
            found += fetched
        if not found:
            raise self._empty(graph)
        content = serialize_triples(found, format=RdfFormat.N_TRIPLES)
        return content or b""

    def _holds(self, pattern: str) -> bool:
        return bool(self.rows(f"ASK {{ {pattern} }}"))

    def _empty(self, graph: NamedNode | None) -> InputError:
        others = self.rows("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g LIMIT 5")
        names = [str(row["g"]) for row in others] if isinstance(others, QuerySolutions) else []
        where = f"The graph {graph}" if graph else "The default graph"
        return InputError(
            "empty-endpoint",
            f"{where} of the endpoint holds no statement.",
            place=Place(self.url),
            fix=f"Name a graph with aiopkg.connect(url, graph=...): {', '.join(names)}." if names else "",
        )

    def _asked(self, text: str, form: str) -> bytes:
        from http.client import HTTPException  # noqa: PLC0415
        from urllib.error import HTTPError, URLError  # noqa: PLC0415

        from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper  # noqa: PLC0415 - it imports rdflib
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException  # noqa: PLC0415

        wrapper = SPARQLWrapper(self.url, returnFormat=JSON if form == "json" else TURTLE)
        wrapper.setMethod(POST)
        wrapper.setOnlyConneg(True)
        wrapper.setTimeout(max(1, round(self.seconds)))
        wrapper.setQuery(text)
        try:
            body: bytes = wrapper.query().response.read(self.most + 1)
        except HTTPError as error:
            raise self._refused(error.code, error.read()) from error
        except SPARQLWrapperException as error:
            raise self._refused(getattr(error.__context__, "code", 400), _quoted_body(str(error))) from error
        except TimeoutError as error:
            raise self._slow() from error
        except (URLError, HTTPException, OSError, ValueError) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise self._slow() from error
            raise InputError(
                "endpoint-unreachable",
                f"The endpoint cannot be reached: {legible(str(getattr(error, 'reason', error)))}.",
                place=Place(self.url),
                fix="Check the address, and that the server runs.",
            ) from error
        if len(body) > self.most:
            raise LimitReached(
                "endpoint-bytes",
                f"The endpoint answers with more than {self.most:,} bytes.",
                place=Place(self.url),
                fix="Ask for less.",
            )
        return body

    def _slow(self) -> LimitReached:
        return LimitReached(
            "endpoint-time",
            f"The endpoint did not answer within {self.seconds:g} seconds.",
            place=Place(self.url),
            fix="Ask for less, or allow more time.",
        )

    def _refused(self, status: int, body: bytes) -> AiopkgError:
        error = LimitReached if status in _LIMITS else InputError
        return error(
            "endpoint-refused",
            f"The endpoint refuses (status {status}): {_reason(body)}",
            place=Place(self.url),
            fix="Mend the query, or check the address and what the endpoint allows.",
        )

    def _unreadable(self, error: Exception) -> InputError:
        return InputError(
            "endpoint-answer",
            f"What the endpoint answers cannot be read: {legible(str(error))[:_LONGEST_WORDS]}.",
            place=Place(self.url),
            fix="Check that the address is that of a SPARQL 1.1 endpoint.",
        )


def _quoted_body(message: str) -> bytes:
    """Return the answer of a server from the message of SPARQLWrapper, which shows it as a Python literal."""
    _, _, quoted = message.partition("Response:\n")
    try:
        body = ast.literal_eval(quoted)
    except (ValueError, SyntaxError):
        return quoted.encode()
    return body if isinstance(body, bytes) else quoted.encode()


def _reason(body: bytes) -> str:
    """Return what a refusal says: the detail of a problem document (RFC 9457), or its first words."""
    told: object = body.decode("utf-8", "replace")
    with suppress(ValueError, KeyError, TypeError):
        told = json.loads(body)["detail"]
    words = legible(str(told)) or "it does not say why."
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}..."
