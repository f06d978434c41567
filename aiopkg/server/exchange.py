"""One HTTP request as it comes, in the terms of ASGI."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from aiopkg.server.messages import LONG
from aiopkg.server.problem import Problem, Refusal

__all__ = ["Exchange", "Incoming", "Left", "Receive", "Scope", "Send"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


ROOM = 2**17
"""Bytes of a body that may have come before somebody reads them."""


class Left(Exception):
    """The client has gone."""


class Exchange:
    """A request as it came."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]

    def headers(self, name: bytes) -> list[str]:
        """The values of a header, by its name in lower case."""
        return [value.decode("latin-1") for key, value in self._scope["headers"] if key == name]

    def header(self, name: bytes) -> str:
        """The first value of a header; empty if there is none."""
        return next(iter(self.headers(name)), "")

    @property
    def accept(self) -> str:
        """What the client can read."""
        return ", ".join(self.headers(b"accept"))

    @cached_property
    def address(self) -> str:
        """The URL that was asked for, without its query."""
        host = self.header(b"host")
        if not host:
            name, port = self._scope.get("server") or ("localhost", None)
            host = f"{name}:{port}" if port else name
        path = self._scope.get("raw_path") or self.path.encode("utf-8")
        return f"{self._scope.get('scheme', 'http')}://{host}{path.decode('latin-1').partition('?')[0]}"

    @cached_property
    def content_type(self) -> tuple[str, dict[str, str]]:
        """The media type of the body in lower case, and its parameters."""
        media_type, *rest = self.header(b"content-type").split(";")
        parameters = {}
        for parameter in rest:
            name, _, value = parameter.partition("=")
            parameters[name.strip().lower()] = value.strip().strip('"')
        return media_type.strip().lower(), parameters

    async def body(self, most: int, seconds: float) -> bytes:
        """Read the body, up to a size in bytes and within a time.

        Raises Refusal (413, 408 or 415) beyond these and for a body that is compressed, Left when the client goes.
        """
        encoding = self.header(b"content-encoding").strip().lower()
        if encoding not in {"", "identity"}:
            detail = f"The body is sent as it is, not in the encoding {encoding}."
            raise Refusal(Problem(415, "unsupported-encoding", "Unsupported encoding", detail, headers=CLOSE))
        length = self.header(b"content-length")
        if length.isdigit() and int(length) > most:
            raise _too_large(most)
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(seconds):
                more = True
                while more:
                    event = await self._receive()
                    if event["type"] == "http.disconnect":
                        raise Left
                    pieces.append(event.get("body", b""))
                    size += len(pieces[-1])
                    more = event.get("more_body", False)
                    if size > most:
                        raise _too_large(most)
        except TimeoutError:
            detail = f"The body did not arrive within {seconds:g} seconds."
            raise Refusal(Problem(408, "too-slow", "Request too slow", detail, headers=CLOSE)) from None
        return b"".join(pieces) if size < LONG else await asyncio.to_thread(b"".join, pieces)

    async def wait_until_left(self) -> None:
        """Wait until the client goes."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


CLOSE = {"Connection": "close"}
"""Says that the connection ends here: what else the client sends is not read."""


def _too_large(most: int) -> Refusal:
    detail = f"The body is larger than {most} bytes."
    return Refusal(Problem(413, "query-too-long", "Body too large", detail, headers=CLOSE))


class Incoming:
    """A request that comes over a connection piece by piece; ``go_on`` is called when there is room for more."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, go_on: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._transport = transport
        self._go_on = go_on
        self.method = ""
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.keeps = False
        self.has_body = False
        self.is_complete = False
        self.size = 0
        self.pieces = 0
        self._body: list[bytes] = []
        self._unread = 0
        self._delivered = False
        self._expects = False
        self._left = False
        self._waiter: asyncio.Future[None] | None = None

    def take_header(self, name: bytes, value: bytes) -> None:
        """Take in a header, its name in lower case."""
        self.headers.append((name, value))
        if name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            self.has_body = True
        elif name == b"expect" and value.lower() == b"100-continue":
            self._expects = True

    def values(self, name: bytes) -> list[str]:
        """The values of a header, by its name in lower case."""
        return [value.decode("latin-1") for key, value in self.headers if key == name]

    @property
    def has_room(self) -> bool:
        """Whether more of the body may come."""
        return self._unread < ROOM

    def take(self, piece: bytes) -> None:
        """Take in a piece of the body."""
        self._body.append(piece)
        self._unread += len(piece)
        self.size += len(piece)
        self.pieces += 1
        if not self.has_room:
            self._transport.pause_reading()
        self._wake()

    def complete(self) -> None:
        """All has come."""
        self.is_complete = True
        self._wake()

    def leave(self) -> None:
        """No more will come, or the client has gone."""
        self._left = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def scope(self) -> Scope:
        """The request in the terms of ASGI."""
        path, _, query = self.target.partition(b"?")
        return {
            "type": "http",
            "method": self.method,
            "path": unquote(path.decode("latin-1")),
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
            "scheme": "http",
            "server": self._transport.get_extra_info("sockname"),
        }

    async def receive(self) -> MutableMapping[str, Any]:
        """Wait for the next piece of the body, and after the last one until the client has gone."""
        if self._expects and not self.is_complete:
            self._expects = False
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self._body or self._left or (self.is_complete and not self._delivered)):
            self._waiter = self._loop.create_future()
            await self._waiter
        if self._left:
            return {"type": "http.disconnect"}
        body = b"".join(self._body)
        self._body.clear()
        self._unread = 0
        self._delivered = self.is_complete
        self._loop.call_soon(self._go_on)
        return {"type": "http.request", "body": body, "more_body": not self.is_complete}
