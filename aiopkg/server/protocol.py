"""HTTP: the addresses, their methods, and the headers of every response."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from aiopkg.server.limits import Limits
from aiopkg.server.messages import Question, Reply
from aiopkg.server.pages import Pages
from aiopkg.server.pool import Pool
from aiopkg.server.problem import Problem, Refusal
from aiopkg.server.request import FORM_TYPE, QUERY_TYPE, read_parameters, read_question, read_text
from aiopkg.web import Site

__all__ = ["Application", "application", "build"]

Application = Starlette

COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT_HEADERS = {"Access-Control-Allow-Headers": "Accept, Content-Type", "Access-Control-Max-Age": "86400"}
ENCODED_CHARACTER = 12
"""Bytes of one character at most when a form carries it: four of UTF-8, three for each."""

PARAMETER_SPACE = 2**16
"""Bytes of a form beside its query."""


def application(quads: bytes, site: Site | None, limits: Limits) -> Starlette:
    """Build the application with a pool that lives as long as it runs."""
    pool = Pool(quads, limits)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    starlette = build(pool, site)
    starlette.router.lifespan_context = lifespan
    return starlette


def build(pool: Pool, site: Site | None) -> Starlette:
    """Build the application on a pool that somebody else starts and ends."""
    pages = Pages(site) if site else None
    endpoint = _Endpoint(pool, pages)
    routes = [
        *(Route(path, endpoint.page, methods=["GET", "OPTIONS"]) for path in (pages.paths if pages else ())),
        Route("/health", endpoint.health, methods=["GET", "OPTIONS"]),
        Route("/sparql", endpoint.sparql, methods=["GET", "POST", "OPTIONS"]),
    ]
    starlette = Starlette(routes=routes, exception_handlers={HTTPException: _explain})
    starlette.router.redirect_slashes = False
    return starlette


class _Endpoint:
    """The addresses and what they share."""

    def __init__(self, pool: Pool, pages: Pages | None) -> None:
        self._pool = pool
        self._pages = pages

    async def page(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return _options("GET, HEAD, OPTIONS")
        assert self._pages is not None
        path, query = request.url.path, request.url.query
        return _respond(await self._pages.reply(path, query, request.headers.get("if-none-match")))

    async def health(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return _options("GET, HEAD, OPTIONS")
        state = {"status": "ok", "workers": self._pool.limits.workers, "free": self._pool.free}
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return _respond(Reply(200, headers, json.dumps(state).encode("ascii")))

    async def sparql(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return _options("GET, HEAD, POST, OPTIONS")
        try:
            question = await self._read(request)
        except Refusal as refusal:
            return _respond(refusal.problem.reply())
        except ClientDisconnect:
            return Response(status_code=400)
        return await self._answer(request, question)

    async def _read(self, request: Request) -> Question:
        parameters = read_parameters(request.scope["query_string"])
        text = None
        if request.method == "POST":
            media_type, charset = _content_type(request)
            if media_type == FORM_TYPE:
                parameters += read_parameters(await self._body(request, ENCODED_CHARACTER))
            elif media_type == QUERY_TYPE:
                text = read_text(await self._body(request, 4), charset)
            else:
                detail = f"Queries are posted as {FORM_TYPE} or {QUERY_TYPE}."
                raise Refusal(
                    Problem(
                        415,
                        "unsupported-media-type",
                        "Unsupported media type",
                        detail,
                        headers={"Accept-Post": f"{FORM_TYPE}, {QUERY_TYPE}"},
                    )
                )
        accept = ", ".join(request.headers.getlist("accept"))
        return read_question(parameters, text, accept, str(request.url.replace(query="", fragment="")))

    async def _body(self, request: Request, character_size: int) -> bytes:
        """Read the body as far as a query of the greatest length could reach."""
        most = self._pool.limits.query_characters * character_size + PARAMETER_SPACE
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                detail = f"The limit of a query is {self._pool.limits.query_characters} characters."
                raise Refusal(Problem(413, "query-too-long", "Query too long", detail))
        return bytes(body)

    async def _answer(self, request: Request, question: Question) -> Response:
        """Answer, unless the client leaves before; then the query is ended."""
        answer = asyncio.create_task(self._pool.answer(question))
        leaving = asyncio.create_task(_wait_until_left(request))
        try:
            await asyncio.wait({answer, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return _respond(answer.result())
            return Response(status_code=400)
        finally:
            for task in (answer, leaving):
                task.cancel()
            await asyncio.gather(answer, leaving, return_exceptions=True)


async def _wait_until_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _content_type(request: Request) -> tuple[str, str]:
    """The media type of the body in lower case, and its charset."""
    media_type, *parameters = request.headers.get("content-type", "").split(";")
    charset = "utf-8"
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"')
    return media_type.strip().lower(), charset


def _respond(reply: Reply) -> Response:
    return Response(reply.body, reply.status, COMMON_HEADERS | reply.headers)


def _options(methods: str) -> Response:
    headers = {"Allow": methods, "Access-Control-Allow-Methods": methods}
    return Response(status_code=204, headers=COMMON_HEADERS | PREFLIGHT_HEADERS | headers)


def _explain(request: Request, error: Exception) -> Response:
    """A problem document for what the router refuses: an unknown address, or a method that it does not take."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
        detail = f"{request.method} is not a method of {request.url.path}; these are: {allowed}."
        problem = Problem(405, "method-not-allowed", "Method not allowed", detail, headers={"Allow": allowed})
    else:
        problem = Problem(404, "not-found", "Not found", f"There is nothing at {request.url.path}.")
    return _respond(problem.reply())
