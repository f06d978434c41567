"""One client: its requests one after the other, each answered whole (the only module that names httptools)."""

import asyncio
import logging
from collections import deque
from typing import NoReturn, cast

import httptools

from aiopkg.server.exchange import Exchange, Incoming
from aiopkg.server.messages import Reply, Whole
from aiopkg.server.problem import Problem
from aiopkg.server.protocol import LEEWAY, Application
from aiopkg.server.response import head_of, known_head
from aiopkg.server.ticket import Ticket

__all__ = ["Connection", "Connections"]

LOG = logging.getLogger(__name__)

PATIENCE = 4.0
"""Seconds within which the head of a request must have come."""

IDLE = 10.0
"""Seconds that a connection stays open between two requests, and that a client may take nothing of an answer."""

LINGER = 1.0
"""Seconds in which a client that still sends may read why it was refused."""

MOST_IGNORED = 2**24
"""Bytes of a refused request that are still taken from the client meanwhile."""

INTERVAL = 0.5
"""Seconds between two looks at all connections."""

SLICE = 2**14
"""Bytes that are read at a time, so that no client holds up the others."""

LONGEST_HEAD = 2**18
"""Bytes that the head of a request may have."""

MOST_HEADERS = 100
FEWEST_BYTES, FIRST_PIECES = 16, 1000
"""A body in more pieces than the second has at least the first in each, on average."""

MOST_OPEN = 10_000
"""Connections that are open at a time; then the one that has been idle for longest makes room."""


class _Broken(Exception):
    """The request cannot be read on."""


class Connections:
    """All that are open; lets go of those over which nothing comes."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.loop = asyncio.get_running_loop()
        self.open: dict[Connection, None] = {}
        self.stopping = False
        self._look = self.loop.call_later(INTERVAL, self._look_at_all)

    def accept(self) -> "Connection":
        """Take up one more."""
        if len(self.open) >= MOST_OPEN:
            idle = next((each for each in self.open if each.is_idle), None)
            if idle is not None:
                idle.abort()
        return Connection(self)

    def _look_at_all(self) -> None:
        now = self.loop.time()
        for each in list(self.open):
            each.look(now)
        self._look = self.loop.call_later(INTERVAL, self._look_at_all)

    async def close(self, seconds: float) -> None:
        """Close all: those that are idle now, the others once they have their answer, or after so long."""
        self.stopping = True
        deadline = self.loop.time() + seconds
        while self.open and self.loop.time() < deadline:
            for each in list(self.open):
                if each.is_idle:
                    each.close()
            await asyncio.sleep(0.02)
        self._look.cancel()
        for each in list(self.open):
            each.abort()


class Connection(asyncio.Protocol):
    """One client.

    While a request is in hand, those that come after it wait. A question that is whole goes to a worker without a
    task of its own; everything else is answered by the application's coroutine.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._application = connections.application
        self._loop = connections.loop
        self._parser = httptools.HttpRequestParser(self)
        self._since = self._loop.time()
        self._arriving: Incoming | None = None
        self._in_head = False
        self._unread = 0
        self._fault: Problem | None = None
        self._request: Incoming | None = None
        self._queue: deque[Incoming] = deque()
        self._ticket: Ticket | None = None
        self._task: asyncio.Task[Reply] | None = None
        self._held = b""
        self._waits = False
        self._writes = True
        self._is_last = False
        self._lingers = False
        self._unsent = 0

    # What the transport says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._connections.open[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone: what it asked for is given up a little later."""
        self._connections.open.pop(self, None)
        self._queue.clear()
        self._held = b""
        if self._request is not None:
            self._request.leave()
        if self._ticket is not None and self._ticket.worker is not None:
            self._loop.call_later(LEEWAY, self._application.pool.cancel, self._ticket)
        elif self._ticket is not None:
            self._application.pool.cancel(self._ticket)

    def pause_writing(self) -> None:
        """The client reads more slowly than it is answered."""
        self._writes = False

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._writes = True
        self._loop.call_soon(self._go_on)

    def data_received(self, data: bytes) -> None:
        """Read on, or keep what comes until the request in hand is answered."""
        if self._lingers:
            self._unread += len(data)
            if self._unread > MOST_IGNORED:
                self._transport.close()
        elif self._held or len(data) > SLICE or (self._request is not None and self._request.is_complete):
            self._held += data
            self._waits = True
            self._transport.pause_reading()
            self._go_on()
        else:
            self._read(data)

    def _go_on(self) -> None:
        """Take the next request that has come, or read a slice of what is held."""
        if self._transport.is_closing() or self._lingers:
            return
        if self._request is None and self._queue and self._writes:
            self._begin(self._queue.popleft())
        if self._queue or (self._request is not None and self._request.is_complete) or not self._writes:
            return
        if self._held:
            piece, self._held = self._held[:SLICE], self._held[SLICE:]
            self._read(piece)
            self._loop.call_soon(self._go_on)
        elif self._request is None or self._request.has_room:
            self._waits = False
            self._transport.resume_reading()

    def _read(self, data: bytes) -> None:
        self._unread += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._is_last = True  # no other protocol is spoken here, and what follows may be one
        except httptools.HttpParserError:
            self._refuse(self._fault or _bad("The request is not HTTP/1.1."))
        else:
            if self._unread > LONGEST_HEAD:
                self._refuse(_too_long())

    # What the parser says.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._arriving = Incoming(self._loop, self._transport, self._go_on)
        self._in_head = True
        self._unread = 0
        if self._request is None:
            self._since = self._loop.time()

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        assert self._arriving is not None
        self._arriving.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which says nothing here."""
        assert self._arriving is not None
        if self._in_head:
            self._arriving.take_header(name.lower(), value)
            if len(self._arriving.headers) > MOST_HEADERS:
                self._break(_too_long())

    def on_headers_complete(self) -> None:
        """The head is whole; a request with a body is taken up now."""
        assert self._arriving is not None
        self._in_head = False
        self._unread = 0
        arriving = self._arriving
        arriving.method = self._parser.get_method().decode("ascii")
        arriving.keeps = self._parser.should_keep_alive() and self._parser.get_http_version() == "1.1"
        if not arriving.target.startswith(b"/"):
            arriving.target = self._origin(arriving.target)
        if arriving.has_body:
            self._take(arriving)

    def _origin(self, target: bytes) -> bytes:
        """The path and query of an address that is given in full (RFC 9112, 3.2)."""
        try:
            url = httptools.parse_url(target)
        except httptools.HttpParserInvalidURLError:
            url = None
        path = (url.path or b"/") if url is not None else b""
        if url is None or not path.startswith(b"/"):
            self._break(_bad("The address of the request cannot be read."))
        return path + (b"?" + url.query if url.query else b"")

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        assert self._arriving is not None
        self._unread = 0
        self._arriving.take(body)
        if self._arriving.pieces > FIRST_PIECES and self._arriving.size < FEWEST_BYTES * self._arriving.pieces:
            self._break(_bad("The body comes in too small pieces."))

    def on_message_complete(self) -> None:
        """The request is whole; one without a body is taken up now."""
        arriving, self._arriving = self._arriving, None
        assert arriving is not None
        self._unread = 0
        arriving.complete()
        if not arriving.has_body:
            self._take(arriving)

    def _break(self, problem: Problem) -> NoReturn:
        self._fault = problem
        raise _Broken

    # What comes of a request.

    def _take(self, request: Incoming) -> None:
        if self._request is None and not self._queue and self._writes:
            self._begin(request)
        else:
            self._queue.append(request)

    def _begin(self, request: Incoming) -> None:
        self._request = request
        question = self._application.question(request) if request.is_complete else None
        if question is not None:
            ticket = self._application.pool.submit(question, self._answer)
            if self._request is request:
                self._ticket = ticket
        else:
            self._task = self._loop.create_task(self._application.respond(Exchange(request.scope, request.receive)))
            self._task.add_done_callback(self._reply)

    def _answer(self, outcome: Whole | Problem) -> None:
        """Send what a worker has answered."""
        self._ticket = None
        if isinstance(outcome, Problem):
            self._send(outcome.reply())
        else:
            self._write(known_head(outcome.header), outcome.pieces, outcome.size)

    def _reply(self, task: asyncio.Task[Reply]) -> None:
        """Send what the application replies."""
        self._task = None
        if task.cancelled():
            self._transport.abort()
        elif (defect := task.exception()) is not None:
            LOG.error("A request could not be answered.", exc_info=defect)
            self._send(Problem(500, "internal", "Internal error", "This is a defect of the server.").reply())
        else:
            self._send(task.result())

    def _send(self, reply: Reply) -> None:
        pieces = [reply.body] if self._request is None or self._request.method != "HEAD" else []
        size = None if reply.status in {204, 304} else len(reply.body)
        if "Connection" in reply.headers:
            self._is_last = True
        self._write(head_of(reply.status, reply.headers), pieces, size)

    def _write(self, head: bytes, pieces: list[bytes], size: int | None) -> None:
        request, self._request = self._request, None
        self._since = self._loop.time()
        if self._transport.is_closing():
            return
        is_last = self._is_last or self._connections.stopping or request is None
        is_last = is_last or not (request.keeps and request.is_complete)  # type: ignore[union-attr]
        length = b"" if size is None else b"content-length: %d\r\n" % size
        end = b"connection: close\r\n\r\n" if is_last else b"\r\n"
        if len(pieces) == 1 and len(pieces[0]) < SLICE * 4:
            self._transport.write(b"%b%b%b%b" % (head, length, end, pieces[0]))
        else:
            self._transport.writelines([head + length + end, *pieces])
        if is_last:
            self._end(request)
            return
        connections = self._connections.open
        connections[self] = connections.pop(self, None)  # the last of those that may have to make room
        if self._queue or self._waits:
            self._loop.call_soon(self._go_on)

    def _refuse(self, problem: Problem) -> None:
        """Say what is wrong with what cannot be read; what came before it is answered first."""
        self._is_last = True
        self._held = b""
        if self._request is None and not self._queue:
            self._send(problem.reply())
        elif self._arriving is not None:
            self._arriving.leave()

    def _end(self, request: Incoming | None) -> None:
        """Close; a client that still sends gets the time to read."""
        if (request is not None and request.is_complete) or not self._transport.can_write_eof():
            self._transport.close()
            return
        self._lingers = True
        self._held = b""
        self._unread = 0
        self._transport.write_eof()
        self._transport.resume_reading()

    # What time says.

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in hand."""
        return self._request is None and not self._queue and not self._transport.get_write_buffer_size()

    def look(self, now: float) -> None:
        """Let go of a client that has done nothing for too long."""
        took = now - self._since
        unsent = self._transport.get_write_buffer_size()
        if unsent:
            if unsent != self._unsent:
                self._unsent, self._since = unsent, now
            elif took > IDLE:
                self._transport.abort()
        elif self._lingers:
            if took > LINGER:
                self._transport.abort()
        elif self._request is None and not self._queue:
            if self._in_head and took > PATIENCE:
                self._is_last = True
                self._send(Problem(408, "too-slow", "Request too slow", "The request did not arrive in time.").reply())
            elif took > IDLE:
                self._transport.close()

    def close(self) -> None:
        """Close when everything is sent."""
        self._transport.close()

    def abort(self) -> None:
        """Close now."""
        self._transport.abort()


def _bad(detail: str) -> Problem:
    return Problem(400, "bad-request", "Bad request", detail)


def _too_long() -> Problem:
    detail = f"The head of a request has at most {LONGEST_HEAD} bytes and {MOST_HEADERS} headers; post a long query."
    return Problem(431, "head-too-long", "Request header fields too large", detail)
