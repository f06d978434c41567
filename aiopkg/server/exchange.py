"""One HTTP request and its response, over ASGI."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any

from aiopkg.server.messages import Reply
from aiopkg.server.problem import Problem, Refusal

__all__ = ["Exchange", "Left", "Receive", "Scope", "Send"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Left(Exception):
    """The client has gone."""


class Exchange:
    """A request as it came, and the way back."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
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
        body = bytearray()
        try:
            async with asyncio.timeout(seconds):
                more = True
                while more:
                    event = await self._receive()
                    if event["type"] == "http.disconnect":
                        raise Left
                    body += event.get("body", b"")
                    more = event.get("more_body", False)
                    if len(body) > most:
                        raise _too_large(most)
        except TimeoutError:
            detail = f"The body did not arrive within {seconds:g} seconds."
            raise Refusal(Problem(408, "too-slow", "Request too slow", detail, headers=CLOSE)) from None
        return bytes(body)

    async def wait_until_left(self) -> None:
        """Wait until the client goes."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def reply(self, reply: Reply) -> None:
        """Send the whole response; without its body to HEAD."""
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
        if reply.status != 204:
            headers.append((b"content-length", str(len(reply.body)).encode("ascii")))
        await self._send({"type": "http.response.start", "status": reply.status, "headers": headers})
        body = b"" if self.method == "HEAD" else reply.body
        await self._send({"type": "http.response.body", "body": body})


CLOSE = {"Connection": "close"}
"""Says that the connection ends here: what else the client sends is not read."""


def _too_large(most: int) -> Refusal:
    detail = f"The body is larger than {most} bytes."
    return Refusal(Problem(413, "query-too-long", "Body too large", detail, headers=CLOSE))
