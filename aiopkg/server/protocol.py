"""HTTP: the addresses, their methods, and the headers of every response (an ASGI application)."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from contextlib import AbstractAsyncContextManager

from aiopkg.server.access import Access
from aiopkg.server.exchange import Exchange, Incoming, Left, Receive, Scope, Send
from aiopkg.server.ledger import Ledger
from aiopkg.server.messages import Amendment, Lookup, Portrait, Question, Reply, Upload, Visit
from aiopkg.server.pool import Pool
from aiopkg.server.problem import Problem, Refusal
from aiopkg.server.request import (
    FORM_TYPE,
    QUERY_TYPE,
    UPDATE_TYPE,
    read_amendment,
    read_form,
    read_graph,
    read_parameters,
    read_question,
    read_text,
)
from aiopkg.server.response import COMMON_HEADERS
from aiopkg.server.upload import read_parts

__all__ = ["Application"]

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type",
    "Access-Control-Max-Age": "86400",
}
METHODS: Mapping[str, tuple[str, ...]] = {
    "page": ("GET", "HEAD"),
    "health": ("GET", "HEAD"),
    "sparql": ("GET", "HEAD", "POST"),
    "void": ("GET", "HEAD"),
    "store": ("GET", "HEAD", "PUT", "POST", "DELETE"),
}
ENCODED_CHARACTER = 12
"""Bytes of one character at most when a form carries it: four of UTF-8, three for each."""

PARAMETER_SPACE = 2**16
"""Bytes of a form beside its query."""

MOMENT = 0.05
"""Seconds after which it matters whether the client is still there."""

LEEWAY = 1.0
"""Seconds that are given to the work for a client that has left."""


class Application:
    """The ASGI application; its lifespan starts the processes behind it and ends them.

    With ``starts`` false somebody else has started them and will end them.
    """

    def __init__(self, ledger: Ledger, token: str = "", *, starts: bool = True) -> None:
        self._ledger = ledger
        self._access = Access(token if ledger.keeps else "")
        self._starts = starts
        self._static = _static() if ledger.layout.home is not None and ledger.keeps else {}

    def running(self) -> AbstractAsyncContextManager[object]:
        """The time during which there are processes to answer."""
        return self._ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through a lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            reply = await self.respond(Exchange(scope, receive))
            named = (COMMON_HEADERS | reply.headers).items()
            headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named]
            if reply.status != 204:
                headers.append((b"content-length", str(len(reply.body)).encode("ascii")))
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.body})

    async def respond(self, exchange: Exchange) -> Reply:
        """Answer one request."""
        try:
            return await self._route(exchange)
        except Refusal as refusal:
            return refusal.problem.reply()
        except Left:
            return Reply(400, {}, b"")

    @property
    def pool(self) -> Pool:
        """The workers."""
        return self._ledger.pool

    def question(self, request: Incoming) -> Question | None:
        """The question of a request that asks one and has come whole; None for all others, which take their time."""
        path, _, query = request.target.partition(b"?")
        if path != b"/sparql" or request.method != "GET" or not query.startswith(b"query="):
            return None
        accept, host = ", ".join(request.values(b"accept")), next(iter(request.values(b"host")), "")
        if not host:
            return None
        try:
            return read_question(read_parameters(query), None, accept, f"http://{host}/sparql")
        except Refusal:
            return None

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        if self._starts:
            async with self._ledger:
                await send({"type": "lifespan.startup.complete"})
                await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _route(self, exchange: Exchange) -> Reply:
        path = exchange.path.lstrip("/")
        first = path.partition("/")[0]
        name = {"": "page", "health": "health", "sparql": "sparql", ".well-known/void": "void"}.get(path)
        if first == "store":
            name = "store"
        allowed = METHODS[name or "page"]
        if exchange.method == "OPTIONS":
            return _options(", ".join([*allowed, "OPTIONS"]))
        if exchange.method not in allowed:
            raise Refusal(_not_allowed(exchange, allowed))
        match name:
            case "health":
                return self._health()
            case "sparql":
                return await self._sparql(exchange)
            case "void":
                return await self._describe(exchange, exchange.address.removesuffix(path) + "sparql")
            case "store":
                return await self._store(exchange, path)
            case _:
                return await self._show(exchange, path)

    async def _show(self, exchange: Exchange, path: str) -> Reply:
        if not self._ledger.keeps:
            raise Refusal(Problem(404, "not-found", "Not found", f"There is nothing at {exchange.path}."))
        reply = self._static.get(path) or await self._ledger.visit(Visit(path, exchange.query.decode("latin-1")))
        known = exchange.header(b"if-none-match")
        return Reply(304, reply.headers, b"") if known and known == reply.headers.get("ETag") else reply

    def _health(self) -> Reply:
        pool = self._ledger.pool
        state = {"status": "ok", "workers": pool.limits.workers, "free": pool.free}
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return Reply(200, headers, json.dumps(state).encode("ascii"))

    async def _sparql(self, exchange: Exchange) -> Reply:
        parameters = read_parameters(exchange.query)
        if exchange.method != "POST":
            if not any(name in {"query", "update"} for name, _ in parameters):
                return await self._describe(exchange, exchange.address)
            question = read_question(parameters, None, exchange.accept, exchange.address)
            return await self._unless_left(exchange, self._ledger.answer(question))
        media_type, rest = exchange.content_type
        text = None
        if media_type == FORM_TYPE:
            parameters += await read_form(await self._text(exchange, ENCODED_CHARACTER))
        elif media_type in {QUERY_TYPE, UPDATE_TYPE}:
            text = read_text(await self._text(exchange, 4), rest.get("charset", "utf-8"))
        else:
            raise Refusal(_unsupported(FORM_TYPE, QUERY_TYPE, UPDATE_TYPE))
        if media_type == UPDATE_TYPE or (media_type == FORM_TYPE and any(name == "update" for name, _ in parameters)):
            amendment = read_amendment(parameters, text, exchange.address)
            self._access.check(exchange.header(b"authorization"))
            return await self._commit(exchange, amendment)
        question = read_question(parameters, text, exchange.accept, exchange.address)
        return await self._unless_left(exchange, self._ledger.answer(question))

    async def _describe(self, exchange: Exchange, endpoint: str) -> Reply:
        portrait = Portrait(endpoint, self._access.is_open, exchange.accept)
        return await self._unless_left(exchange, self._ledger.answer(portrait))

    async def _store(self, exchange: Exchange, path: str) -> Reply:
        """SPARQL 1.1 Graph Store HTTP Protocol, 5: by the parameter ``graph``, ``default``, or the address itself."""
        parameters = read_parameters(exchange.query)
        direct = path not in {"store", "store/"}
        graph = read_graph(parameters, exchange.address if direct else None, creates=exchange.method == "POST")
        if exchange.method in {"GET", "HEAD"}:
            inferred = graph.inferred if graph.inferred is not None else False
            lookup = Lookup(graph.name, exchange.accept, inferred)
            return await self._unless_left(exchange, self._ledger.answer(lookup))
        self._access.check(exchange.header(b"authorization"))
        parts: list[tuple[str, bytes]] = []
        if exchange.method != "DELETE":
            body = await exchange.body(self._ledger.limits.upload_bytes, self._ledger.limits.seconds)
            parts = read_parts(exchange.content_type, body, self._ledger.limits)
        new = graph.name or ""
        if graph.is_new:
            new = f"{exchange.address.rstrip('/')}/{self._access.fresh_name()}"
        upload = Upload(
            graph=new or None,
            parts=tuple((media_type, len(content)) for media_type, content in parts),
            base=new or exchange.address,
            replaces=exchange.method != "POST",
            deletes=exchange.method == "DELETE",
            body=parts[0][1] if len(parts) == 1 else b"".join(content for _, content in parts),
        )
        reply = await self._commit(exchange, upload)
        if reply.status != 204:
            return reply
        existed = reply.headers["existed"] == "yes"
        if existed or exchange.method == "DELETE":
            return Reply(204, {}, b"")
        return Reply(201, {"Location": new} if graph.is_new else {}, b"")

    async def _commit(self, exchange: Exchange, request: Amendment | Upload) -> Reply:
        return await self._unless_left(exchange, self._ledger.commit(request))

    async def _text(self, exchange: Exchange, character_size: int) -> bytes:
        """Read the body as far as a query of the greatest length could reach."""
        limits = self._ledger.limits
        return await exchange.body(limits.query_characters * character_size + PARAMETER_SPACE, limits.seconds)

    async def _unless_left(self, exchange: Exchange, work: Coroutine[object, object, Reply]) -> Reply:
        """Do it; it is ended some time after the client has left.

        What takes a moment only is done without a look at the client, and whoever leaves often does not end a
        worker each time.
        """
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        watching: list[asyncio.Task[None]] = []
        look = loop.call_later(MOMENT, lambda: watching.append(loop.create_task(_end_once_left(exchange, task))))
        try:
            return await work
        except asyncio.CancelledError:
            if not any(each.done() for each in watching):
                raise
            task.uncancel()
            raise Left from None
        finally:
            look.cancel()
            for each in watching:
                each.cancel()


async def _end_once_left(exchange: Exchange, task: asyncio.Task[object]) -> None:
    await exchange.wait_until_left()
    await asyncio.sleep(LEEWAY)
    task.cancel()


def _static() -> Mapping[str, Reply]:
    """The scripts and style sheets of the pages, which never wait for the keeper."""
    from aiopkg.web import static_files  # noqa: PLC0415 (costs time to import)

    return {path: Reply(answer.status, answer.headers, answer.body) for path, answer in static_files().items()}


def _options(methods: str) -> Reply:
    headers = {"Allow": methods, "Access-Control-Allow-Methods": methods}
    return Reply(204, PREFLIGHT_HEADERS | headers, b"")


def _not_allowed(exchange: Exchange, methods: tuple[str, ...]) -> Problem:
    allowed = ", ".join(sorted([*methods, "OPTIONS"]))
    detail = f"{exchange.method} is not a method of {exchange.path}; these are: {allowed}."
    return Problem(405, "method-not-allowed", "Method not allowed", detail, headers={"Allow": allowed})


def _unsupported(*media_types: str) -> Problem:
    listed = ", ".join(media_types)
    headers = {"Accept-Post": listed}
    detail = f"The body is one of {listed}."
    return Problem(415, "unsupported-media-type", "Unsupported media type", detail, headers=headers)
