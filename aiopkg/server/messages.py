"""Questions and replies on the pipe between the server and a worker.

A message is two lengths (32 bits each, big-endian), a JSON header and a body of bytes. Nothing is
pickled, so a worker that was taken over by a query cannot make the server run anything.
"""

import json
import struct
from asyncio import StreamReader
from dataclasses import dataclass
from typing import BinaryIO, Self

__all__ = ["Question", "Reply"]

LENGTHS = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class Question:
    """One query with all that decides its answer.

    ``default_graphs`` and ``named_graphs`` are the dataset of the protocol (SPARQL 1.1 Protocol, 2.1.4),
    None where the request names none. ``inferred`` says whether the default graph holds what follows
    from the assertions. ``base`` resolves relative IRIs.
    """

    text: str
    accept: str | None = None
    base: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    inferred: bool = True

    def pack(self) -> bytes:
        """The question as one message."""
        header: dict[str, object] = {
            "accept": self.accept,
            "base": self.base,
            "default_graphs": self.default_graphs,
            "named_graphs": self.named_graphs,
            "inferred": self.inferred,
        }
        return _pack(header, self.text.encode("utf-8"))

    @classmethod
    def read(cls, stream: BinaryIO) -> Self | None:
        """Read the next question; None at the end of the stream."""
        lengths = stream.read(LENGTHS.size)
        if len(lengths) < LENGTHS.size:
            return None
        header_length, body_length = LENGTHS.unpack(lengths)
        header = json.loads(stream.read(header_length))
        for name in ("default_graphs", "named_graphs"):
            if header[name] is not None:
                header[name] = tuple(header[name])
        return cls(text=stream.read(body_length).decode("utf-8"), **header)


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
        header = json.loads(await stream.readexactly(header_length))
        return cls(header["status"], header["headers"], await stream.readexactly(body_length))


def _pack(header: dict[str, object], body: bytes, body_length: int | None = None) -> bytes:
    packed = json.dumps(header).encode("ascii")
    return LENGTHS.pack(len(packed), len(body) if body_length is None else body_length) + packed + body
