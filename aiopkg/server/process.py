"""A process of our own and the pipes to it: the stem of the workers, or the keeper."""

import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from pathlib import Path
from typing import Self, cast

from aiopkg.server.dialogue import Dialogue

__all__ = ["Process", "stand_back"]

LOG = logging.getLogger(__name__)
BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from aiopkg.server.{} import main; main()"
"""What a process runs: the modules of this one, found where this one finds them."""

INPUT = 0


def stand_back(steps: int) -> None:
    """Let the processes go first that stand back by fewer steps, and out of reach of the terminal's Ctrl-C.

    The process gets a group of its own, but no session: schedulers that share out time by session would give each
    of ours as much as the server itself.
    """
    if sys.platform != "win32":
        if os.getpgrp() != os.getpid():
            os.setpgid(0, 0)
        os.nice(steps)


class Process(Dialogue, asyncio.SubprocessProtocol):
    """One process that answers messages, one after the other, in the order in which they are posted."""

    _transport: asyncio.SubprocessTransport
    _pipe: asyncio.WriteTransport

    @classmethod
    async def start(cls, module: str, folder: Path, *arguments: str, passing: Sequence[int] = ()) -> Self:
        """Start a process that runs ``main`` of one of our modules; it has the descriptors that are passed, too."""
        handle, complaints = tempfile.mkstemp(dir=folder, suffix=".log")
        with open(handle, "wb") as errors:  # noqa: PTH123 (a descriptor)
            transport, process = await asyncio.get_running_loop().subprocess_exec(
                lambda: cls(Path(complaints)),
                sys.executable,
                "-c",
                BOOT.format(module),
                *arguments,
                json.dumps(sys.path),
                stdin=PIPE,
                stdout=PIPE,
                stderr=errors if sys.platform != "win32" else DEVNULL,
                pass_fds=passing,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            )
        process._transport = transport
        process._pipe = cast(asyncio.WriteTransport, transport.get_pipe_transport(INPUT))
        return process

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._transport.get_returncode() is None and not self._ended.is_set()

    @property
    def work(self) -> float:
        """Seconds of the clock."""
        return time.monotonic()

    def yield_to_others(self) -> None:
        """Nothing that such a process could do."""

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take in what comes."""
        self._take(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The process and its pipes are gone."""
        self._transport.close()
        self._lose()

    def kill(self) -> None:
        """Kill the process; its end shows a little later."""
        if self._transport.get_returncode() is None:
            try:
                self._transport.kill()
            except ProcessLookupError:
                LOG.debug("A process had ended before it was killed.")

    def _write(self, pieces: list[bytes]) -> None:
        if not self._pipe.is_closing():
            self._pipe.writelines(pieces)

    def _close(self) -> None:
        self._transport.close()
