"""The process that holds the dataset, takes in each change once, and from which the workers branch off.

A branch is a copy of the process as it was at one moment (fork): it takes milliseconds and no memory for what it does
not write to. Where processes cannot be copied, each worker loads the dataset itself.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

from aiopkg.errors import InputError
from aiopkg.server.dialogue import Dialogue
from aiopkg.server.layout import Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Fallen, Offshoot
from aiopkg.server.process import Process
from aiopkg.server.worker import work_order

__all__ = ["CAN_BRANCH", "Branch", "Stem", "load"]

CAN_BRANCH = hasattr(os, "fork")
SLOWEST, STEPS_BACK = 19, 5


async def load(folder: Path, dataset: Path, layout: Layout, limits: Limits, door: int | None = None) -> Process:
    """Start a process that has loaded the dataset; raises InputError when it cannot.

    It answers questions itself unless it gets a door, the socket at which it is told where its branches answer.
    """
    order = work_order(dataset, layout, limits, door)
    process = await Process.start("worker", folder, order, passing=() if door is None else (door,))
    ready = await process.wait_until_ready()
    if ready.status != 200:
        await process.end()
        raise InputError("dataset-unreadable", json.loads(ready.body)["detail"])
    return process


class Stem:
    """The process that branches, and the socket at which each branch gets its own."""

    def __init__(self, process: Process, door: socket.socket) -> None:
        self.process = process
        self._door = door

    @staticmethod
    def doors() -> tuple[socket.socket, socket.socket]:
        """The two ends of what leads to a stem: ours, and its own."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        return ours, theirs

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.is_alive

    async def branch(self, folder: Path) -> "Branch":
        """Have it branch, after all changes so far; raises InputError or OSError when it cannot."""
        handle, complaints = tempfile.mkstemp(dir=folder, suffix=".log")
        ours, theirs = socket.socketpair()
        try:
            with theirs, open(handle, "wb") as errors:  # noqa: PTH123 (a descriptor)
                socket.send_fds(self._door, [b"."], [theirs.fileno(), errors.fileno()])
                self.process.post(Offshoot(), lambda _: None)
            ours.setblocking(False)
            loop = asyncio.get_running_loop()
            _, branch = await loop.create_unix_connection(lambda: Branch(Path(complaints), self), sock=ours)
        except BaseException:
            ours.close()
            Path(complaints).unlink(missing_ok=True)
            raise
        ready = await branch.wait_until_ready()
        branch.number = int(ready.headers["process"])
        return branch

    def bury(self, number: int) -> None:
        """Have it take note of the end of a branch."""
        if self.is_alive:
            self.process.post(Fallen(number), lambda _: None)

    async def end(self) -> None:
        """Kill it; its branches live on."""
        self._door.close()
        await self.process.end()


class Branch(Dialogue, asyncio.Protocol):
    """One branch of the stem, which answers messages over a socket of its own.

    ``number`` is that of its process, 0 as long as it is not known. It is the stem's child, and no other process gets
    the same number before the stem was told of its end.
    """

    _transport: asyncio.Transport

    def __init__(self, complaints: Path, stem: Stem) -> None:
        super().__init__(complaints)
        self.number = 0
        self._stem = stem

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return not self._ended.is_set()

    @property
    def work(self) -> float:
        """Seconds of processors that it has taken; of the clock where the system does not tell."""
        if sys.platform == "linux" and self.number:
            with contextlib.suppress(OSError):
                return time.clock_gettime(~self.number << 3 | 2)  # the number of a process's clock
        return time.monotonic()

    def yield_to_others(self) -> None:
        """Have it run only where no other wants to."""
        if sys.platform != "win32" and self.number and self.is_alive:
            with contextlib.suppress(OSError):  # it may just have ended
                back = min(SLOWEST, os.getpriority(os.PRIO_PROCESS, self.number) + STEPS_BACK)
                os.setpriority(os.PRIO_PGRP, self.number, back)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take in what comes."""
        self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended, or is to end."""
        self.kill()
        self._lose()
        if self.number:
            self._stem.bury(self.number)

    def kill(self) -> None:
        """Kill it; its end shows a little later."""
        if sys.platform != "win32" and self.number and self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.number, signal.SIGKILL)

    def _write(self, pieces: list[bytes]) -> None:
        if not self._transport.is_closing():
            self._transport.writelines(pieces)

    def _close(self) -> None:
        self._transport.close()
