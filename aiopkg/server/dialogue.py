"""Questions to a process of ours and its replies, in the same order."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from pathlib import Path

from aiopkg.errors import InputError
from aiopkg.server.messages import LENGTHS, Message, Reply, Whole

__all__ = ["Dialogue", "Lost"]

OUT_OF_MEMORY = ("memory allocation", "MemoryError")
"""What the last words of a process hold when it got no more memory."""

LONGEST_HEADER = 2**20


class Lost(Exception):
    """The process has ended by itself."""

    @property
    def for_memory(self) -> bool:
        """Whether it got no more memory."""
        return any(sign in str(self) for sign in OUT_OF_MEMORY)


class Dialogue(ABC):
    """What is posted to one process and what comes back; ``complaints`` is the file that its errors go to.

    What comes is taken in as it comes and kept in pieces, so that no reply, however long, holds up the loop.
    """

    def __init__(self, complaints: Path) -> None:
        self.complaints = complaints
        self._ended = asyncio.Event()
        self._asked: deque[Callable[[Whole | Lost], None]] = deque()
        self._unsent: list[bytes] = []
        self._start = b""
        self._whole: Whole | None = None
        self._missing = 0

    @property
    @abstractmethod
    def is_alive(self) -> bool:
        """Whether the process has not ended."""

    @property
    @abstractmethod
    def work(self) -> float:
        """Seconds of processors that it has taken; of the clock where the system does not tell."""

    @abstractmethod
    def kill(self) -> None:
        """Kill the process; its end shows a little later."""

    @abstractmethod
    def yield_to_others(self) -> None:
        """Have the process run only where no other wants to."""

    @abstractmethod
    def _write(self, pieces: list[bytes]) -> None:
        """Send, if somebody still reads."""

    @abstractmethod
    def _close(self) -> None:
        """Close what leads to the process."""

    async def wait_until_ready(self, message: Message | None = None) -> Reply:
        """Wait for the first reply, to a message if one is given; raises InputError when none comes."""
        try:
            return await self._reply(message)
        except Lost as error:
            await self.end()
            raise InputError("worker-start", f"A process of the server does not start: {error}") from error
        except BaseException:
            await self.end()
            raise

    async def ask(self, message: Message) -> Reply:
        """Send a message and wait for the whole reply; raises Lost when the process ends instead."""
        return await self._reply(message)

    async def _reply(self, message: Message | None) -> Reply:
        answered: asyncio.Future[Whole | Lost] = asyncio.get_running_loop().create_future()

        def settle(outcome: Whole | Lost) -> None:
            if not answered.done():
                answered.set_result(outcome)

        self.post(message, settle)
        outcome = await answered
        if isinstance(outcome, Lost):
            raise outcome
        return await outcome.reply()

    def post(self, message: Message | None, done: Callable[[Whole | Lost], None]) -> None:
        """Send a message behind those before it; ``done`` is called later, with the reply when it is whole.

        Without a message the reply is the one that comes unasked. What is posted at one moment is sent at once.
        """
        loop = asyncio.get_running_loop()
        if self._ended.is_set():
            loop.call_soon(done, Lost(self._last_words()))
            return
        self._asked.append(done)
        if message is not None:
            if not self._unsent:
                loop.call_soon(self._send)
            self._unsent += message.packed()

    def _send(self) -> None:
        unsent, self._unsent = self._unsent, []
        self._write(unsent)

    def _take(self, data: bytes) -> None:
        """Take in a piece of a reply, or several replies."""
        while data:
            if self._whole is None:
                data = self._begin(self._start + data if self._start else data)
                if self._whole is None:
                    return
            piece, data = (data, b"") if len(data) <= self._missing else (data[: self._missing], data[self._missing :])
            if piece:
                self._whole.pieces.append(piece)
                self._missing -= len(piece)
            if not self._missing:
                whole, self._whole = self._whole, None
                if not self._asked:
                    self.kill()  # it says what nobody has asked
                    return
                self._asked.popleft()(whole)

    def _begin(self, data: bytes) -> bytes:
        """Read the header of a reply if all of it is there; returns what follows it."""
        if len(data) >= LENGTHS.size:
            header_length, self._missing = LENGTHS.unpack_from(data)
            end = LENGTHS.size + header_length
            if header_length > LONGEST_HEADER:
                self.kill()
                return b""
            if len(data) >= end:
                self._start = b""
                self._whole = Whole(data[LENGTHS.size : end], [])
                return data[end:]
        self._start = data
        return b""

    def _lose(self) -> None:
        """The process and what leads to it are gone."""
        self._ended.set()
        asked, self._asked = self._asked, deque()
        for done in asked:
            done(Lost(self._last_words()))

    def _last_words(self) -> str:
        text = self.complaints.read_text("utf-8", "replace") if self.complaints.exists() else ""
        lines = [line for line in text.splitlines() if line.strip()]
        memory = [line for line in lines if any(sign in line for sign in OUT_OF_MEMORY)]
        return next(iter(memory + lines[-1:]), "it said nothing").strip()

    async def wait(self) -> None:
        """Wait until the process and what leads to it are gone."""
        await self._ended.wait()

    async def end(self) -> None:
        """Kill the process and wait until it is gone."""
        self._asked.clear()
        self.kill()
        self._close()
        await self.wait()
        self.complaints.unlink(missing_ok=True)
