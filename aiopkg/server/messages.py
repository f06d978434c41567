"""What the server, its workers and the keeper say to one another on pipes.

A message is two lengths (32 bits each, big-endian), a JSON header and a body of bytes. Nothing is
pickled, so a worker that was taken over by a query cannot make the server run anything.
"""

import json
import struct
from asyncio import StreamReader
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, BinaryIO, ClassVar, Self

__all__ = ["Amendment", "Lookup", "Message", "Patch", "Portrait", "Question", "Reply", "Upload", "Visit"]

LENGTHS = struct.Struct(">II")


class Message:
    """A frozen dataclass that goes over a pipe; the field that ``BODY`` names is sent as bytes beside the header."""

    __slots__: ClassVar[tuple[str, ...]] = ()
    BODY: ClassVar[str] = ""

    def pack(self) -> bytes:
        """The message in bytes."""
        header = {name: getattr(self, name) for name in self.__slots__ if name != self.BODY}
        body = getattr(self, self.BODY) if self.BODY else b""
        return _pack(
            {"message": type(self).__name__, **header}, body.encode("utf-8") if isinstance(body, str) else body
        )

    @staticmethod
    def read(stream: BinaryIO, *others: type["Message"]) -> "Message | None":
        """Read the next message, of a kind of this module or of the others; None at the end of the stream."""
        lengths = stream.read(LENGTHS.size)
        if len(lengths) < LENGTHS.size:
            return None
        header_length, body_length = LENGTHS.unpack(lengths)
        header: dict[str, Any] = json.loads(stream.read(header_length))
        body = stream.read(body_length)
        name = header.pop("message")
        kind = next((other for other in others if other.__name__ == name), None) or _KINDS[name]
        if kind.BODY:
            header[kind.BODY] = body.decode("utf-8") if kind.__annotations__[kind.BODY] is str else body
        return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in header.items()})


@dataclass(frozen=True, slots=True)
class Question(Message):
    """One query with all that decides its answer.

    ``default_graphs`` and ``named_graphs`` are the dataset of the protocol (SPARQL 1.1 Protocol, 2.1.4),
    None where the request names none. ``inferred`` says whether the default graph holds what follows
    from the assertions. ``base`` resolves relative IRIs.
    """

    BODY: ClassVar[str] = "text"

    text: str
    accept: str | None = None
    base: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    inferred: bool = True


@dataclass(frozen=True, slots=True)
class Amendment(Message):
    """One update request; ``default_graphs`` and ``named_graphs`` are its dataset (SPARQL 1.1 Protocol, 2.2.3)."""

    BODY: ClassVar[str] = "text"

    text: str
    base: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    inferred: bool = True


@dataclass(frozen=True, slots=True)
class Lookup(Message):
    """A request for one graph, the default graph where ``graph`` is None."""

    graph: str | None
    accept: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Upload(Message):
    """Documents to put into one graph, in place of what it holds if ``replaces``; or to have no such graph.

    ``parts`` are media type and length in bytes of each document, which ``body`` holds one after another.
    """

    BODY: ClassVar[str] = "body"

    graph: str | None
    parts: tuple[tuple[str, int], ...]
    base: str
    replaces: bool
    deletes: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Portrait(Message):
    """A request for the description of the service at an address."""

    endpoint: str
    updates: bool
    accept: str | None = None


@dataclass(frozen=True, slots=True)
class Visit(Message):
    """A request for a page of what is kept: the path after the first slash, and the query string."""

    path: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class Patch(Message):
    """Quads to take out and quads to put in, each as N-Quads, one a line."""

    BODY: ClassVar[str] = "lines"

    removed: int
    """How many bytes of ``lines`` hold the quads to take out; the rest holds those to put in."""
    lines: bytes

    @classmethod
    def of(cls, removed: bytes, added: bytes) -> Self:
        """Put a patch together."""
        return cls(len(removed), removed + added)

    @property
    def gone(self) -> bytes:
        """The quads to take out."""
        return self.lines[: self.removed]

    @property
    def come(self) -> bytes:
        """The quads to put in."""
        return self.lines[self.removed :]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP response: status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def write(self, stream: BinaryIO) -> None:
        """Write the reply as one message."""
        stream.write(_pack({"status": self.status, "headers": self.headers}, b"", len(self.body)))
        stream.write(self.body)
        stream.flush()

    @classmethod
    async def read(cls, stream: StreamReader) -> Self:
        """Read the next reply; raises asyncio.IncompleteReadError when the worker has ended."""
        header_length, body_length = LENGTHS.unpack(await stream.readexactly(LENGTHS.size))
        content = await stream.readexactly(header_length + body_length)
        header = json.loads(content[:header_length])
        return cls(header["status"], header["headers"], content[header_length:])


_KINDS: Mapping[str, type[Message]] = MappingProxyType(
    {kind.__name__: kind for kind in (Question, Amendment, Lookup, Upload, Portrait, Visit, Patch)}
)


def _pack(header: dict[str, object], body: bytes, body_length: int | None = None) -> bytes:
    packed = json.dumps(header).encode("ascii")
    return LENGTHS.pack(len(packed), len(body) if body_length is None else body_length) + packed + body
