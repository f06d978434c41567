"""What the server, its workers and the keeper say to one another on pipes.

A message is two lengths (32 bits each, big-endian), a JSON header and a body of bytes. Nothing is
pickled, so a worker that was taken over by a query cannot make the server run anything.
"""

import asyncio
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, BinaryIO, ClassVar, Protocol, Self

__all__ = [
    "LENGTHS",
    "Amendment",
    "Fallen",
    "Lookup",
    "Message",
    "Offshoot",
    "Patch",
    "Portrait",
    "Question",
    "Reply",
    "Upload",
    "Visit",
    "Whole",
]

LENGTHS = struct.Struct(">II")
SUCCESS = b'{"status": 200,'
"""How the header of an answer begins."""

SHORT = 1000
"""Headers of up to so many characters are remembered: most messages have the header of one before."""

LONG = 2**20
"""Bodies of more bytes are not put together on the loop."""


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, or fewer at the end."""
        ...


class Message:
    """A frozen dataclass that goes over a pipe; the field that ``BODY`` names is sent as bytes beside the header."""

    __slots__: ClassVar[tuple[str, ...]] = ()
    BODY: ClassVar[str] = ""

    def packed(self) -> list[bytes]:
        """The message in bytes, in one piece or several."""
        body = getattr(self, self.BODY) if self.BODY else b""
        content = body.encode("utf-8") if isinstance(body, str) else body
        header = self._header()
        return [LENGTHS.pack(len(header), len(content)) + header, *([content] if content else [])]

    def _header(self) -> bytes:
        header = {name: getattr(self, name) for name in self.__slots__ if name != self.BODY}
        return json.dumps({"message": type(self).__name__, **header}).encode("ascii")

    @staticmethod
    def read(stream: Readable, *others: type["Message"]) -> "Message | None":
        """Read the next message, of a kind of this module or of the others; None at the end of the stream."""
        lengths = stream.read(LENGTHS.size)
        if len(lengths) < LENGTHS.size:
            return None
        header_length, body_length = LENGTHS.unpack(lengths)
        packed = stream.read(header_length)
        name, fields = _known_fields(packed) if header_length <= SHORT else _fields(packed)
        body = stream.read(body_length)
        kind = next((other for other in others if other.__name__ == name), None) or _KINDS[name]
        if not kind.BODY:
            return kind(**fields)
        return kind(**fields, **{kind.BODY: body.decode("utf-8") if kind.__annotations__[kind.BODY] is str else body})


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

    def _header(self) -> bytes:
        if self.default_graphs or self.named_graphs or len(self.accept or "") + len(self.base or "") > SHORT:
            return Message._header(self)
        return _question_header(self.accept, self.base, self.inferred)


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
class Offshoot(Message):
    """A request to the stem for one more worker; where it answers is said beside it."""


@dataclass(frozen=True, slots=True)
class Fallen(Message):
    """The news to the stem that a worker has ended: the number of its process."""

    process: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP response: status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def write(self, stream: BinaryIO) -> None:
        """Write the reply as one message."""
        header = _reply_header(self.status, tuple(self.headers.items()))
        head = LENGTHS.pack(len(header), len(self.body)) + header
        if len(self.body) < LONG:
            stream.write(head + self.body)
        else:
            stream.write(head)
            stream.write(self.body)
        stream.flush()


@dataclass(frozen=True, slots=True)
class Whole:
    """A reply as it came over a pipe: its header, and its body in pieces."""

    header: bytes
    pieces: list[bytes]

    @property
    def is_success(self) -> bool:
        """Whether it is an answer, and no problem."""
        return self.header.startswith(SUCCESS)

    @property
    def size(self) -> int:
        """The length of the body in bytes."""
        return sum(map(len, self.pieces))

    async def reply(self) -> Reply:
        """The reply put together; a long one beside the loop."""
        return self.at_once() if self.size < LONG else await asyncio.to_thread(self.at_once)

    def at_once(self) -> Reply:
        """The reply put together here and now."""
        header = json.loads(self.header)
        return Reply(header["status"], header["headers"], b"".join(self.pieces))


_KINDS: Mapping[str, type[Message]] = MappingProxyType(
    {kind.__name__: kind for kind in (Question, Amendment, Lookup, Upload, Portrait, Visit, Patch, Offshoot, Fallen)}
)


def _fields(packed: bytes) -> tuple[str, dict[str, Any]]:
    """The name of a message and its fields but for the body."""
    header: dict[str, Any] = json.loads(packed)
    name = header.pop("message")
    return name, {name: tuple(value) if isinstance(value, list) else value for name, value in header.items()}


_known_fields = lru_cache(maxsize=256)(_fields)


@lru_cache(maxsize=256)
def _question_header(accept: str | None, base: str | None, inferred: bool) -> bytes:
    return Message._header(Question("", accept, base, inferred=inferred))


@lru_cache(maxsize=256)
def _reply_header(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    return json.dumps({"status": status, "headers": dict(headers)}).encode("ascii")
