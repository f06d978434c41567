"""A process of our own and the pipes to it: a worker, or the keeper."""

import asyncio
import json
import logging
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from asyncio.subprocess import Process as Child
from pathlib import Path
from typing import Self

from aiopkg.errors import InputError
from aiopkg.server.messages import Message, Reply

__all__ = ["Lost", "Process"]

LOG = logging.getLogger(__name__)
BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from aiopkg.server.{} import main; main()"
"""What a process runs: the modules of this one, found where this one finds them."""

OUT_OF_MEMORY = ("memory allocation", "MemoryError")
"""What the last words of a process hold when it got no more memory."""

READ_AHEAD = 2**20


class Lost(Exception):
    """The process has ended by itself."""

    @property
    def for_memory(self) -> bool:
        """Whether it got no more memory."""
        return any(sign in str(self) for sign in OUT_OF_MEMORY)


class Process:
    """One process that answers messages, one after the other."""

    def __init__(self, process: Child, complaints: Path) -> None:
        self.process = process
        self.complaints = complaints

    @classmethod
    async def start(cls, module: str, folder: Path, *arguments: str) -> Self:
        """Start a process that runs ``main`` of one of our modules."""
        handle, complaints = tempfile.mkstemp(dir=folder, suffix=".log")
        with open(handle, "wb") as errors:  # noqa: PTH123 (a descriptor)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                BOOT.format(module),
                *arguments,
                json.dumps(sys.path),
                stdin=PIPE,
                stdout=PIPE,
                stderr=errors if sys.platform != "win32" else DEVNULL,
                limit=READ_AHEAD,
                start_new_session=True,
            )
        return cls(process, Path(complaints))

    async def wait_until_ready(self, message: Message | None = None) -> Reply:
        """Wait for the first reply, to a message if one is given; raises InputError when none comes."""
        try:
            return await (self.ask(message) if message else self._receive())
        except Lost as error:
            raise InputError("worker-start", f"A process of the server does not start: {error}") from error
        except BaseException:
            await self.end()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.returncode is None

    async def ask(self, message: Message) -> Reply:
        """Send a message and wait for the whole reply; raises Lost when the process ends instead."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(message.pack())
            await self.process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Lost(await self._last_words()) from error
        return await self._receive()

    async def _receive(self) -> Reply:
        assert self.process.stdout is not None
        try:
            return await Reply.read(self.process.stdout)
        except asyncio.IncompleteReadError as error:
            raise Lost(await self._last_words()) from error

    async def _last_words(self) -> str:
        await self.process.wait()
        text = self.complaints.read_text("utf-8", "replace")
        await self.end()
        lines = [line for line in text.splitlines() if line.strip()]
        memory = [line for line in lines if any(sign in line for sign in OUT_OF_MEMORY)]
        return next(iter(memory + lines[-1:]), f"exit status {self.process.returncode}").strip()

    async def end(self) -> None:
        """Kill the process and wait until it and its pipes are gone."""
        if self.is_alive:
            try:
                self.process.kill()
            except ProcessLookupError:
                LOG.debug("A process had ended before it was killed.")
        await self.process.communicate()
        self.complaints.unlink(missing_ok=True)
