"""What the workers are made from: the dataset as a file, all changes of it since, and the stem."""

import asyncio
import json
import logging
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from aiopkg.server.changes import are_many
from aiopkg.server.dialogue import Dialogue, Lost
from aiopkg.server.layout import Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Patch, Whole
from aiopkg.server.process import Process
from aiopkg.server.stem import Stem, load

__all__ = ["Stock"]

LOG = logging.getLogger(__name__)


class Stock:
    """Makes workers that know of all changes so far; use it as an asynchronous context, which removes all files.

    Where processes cannot branch, each worker loads the dataset itself.
    """

    def __init__(self, quads: bytes, limits: Limits, layout: Layout, *, branches: bool) -> None:
        self._quads = quads
        self._limits = limits
        self._layout = layout
        self._branches = branches
        self._patches: list[Patch] = []
        self._folded = 0  # changes that came before those in the list
        self._written = 0  # changes that are in the dataset that a new process reads
        self._stale: list[Path] = []
        self._loading = 0
        self._stem: Stem | None = None
        self._planting = asyncio.Lock()
        self._folder = tempfile.TemporaryDirectory(prefix="aiopkg-", ignore_cleanup_errors=True)

    async def __aenter__(self) -> Self:
        self._dataset.write_bytes(self._quads)
        self._dataset.chmod(0o400)
        self._quads = b""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stem is not None:
            await self._stem.end()
        self._folder.cleanup()

    @property
    def version(self) -> int:
        """How many changes there have been."""
        return self._folded + len(self._patches)

    def take_in(self, patch: Patch) -> None:
        """Take in a change, for all workers from now on."""
        self._patches.append(patch)
        if self._stem is not None:
            _tell(self._stem.process, patch)

    async def worker(self) -> tuple[Dialogue, int]:
        """Start a worker; how many changes it knows of. Raises InputError or OSError when that cannot be."""
        if not self._branches:
            process = await self._told(None)
            return process, self.version
        async with self._planting:
            if self._stem is None or not self._stem.is_alive:
                if self._stem is not None:
                    await self._stem.end()
                door, outer = Stem.doors()
                try:
                    with outer:
                        self._stem = Stem(await self._told(outer.fileno()), door)
                except BaseException:
                    door.close()
                    raise
        version = self.version
        return await self._stem.branch(self._path), version

    async def _told(self, door: int | None) -> Process:
        """Start a process that has loaded the dataset and is told of all changes since."""
        self._loading += 1
        written = self._written
        try:
            process = await load(self._path, self._dataset, self._layout, self._limits, door)
        finally:
            self._loading -= 1
        for patch in self._patches[written - self._folded :]:
            _tell(process, patch)
        return process

    async def fold(self) -> None:
        """Where there are many changes, write the dataset anew and forget them; none must come meanwhile."""
        since = self._patches[self._written - self._folded :]
        if not are_many(since, self._dataset.stat().st_size):
            return
        old, version = self._dataset, self._written + len(since)
        new = self._path / f"dataset-{version}.nq"
        process = await Process.start("changes", self._path, json.dumps([str(old), str(new), len(since)]))
        try:
            for patch in since:
                await process.ask(patch)
        except Lost as error:
            LOG.warning("The changes could not be folded: %s", error)
            new.unlink(missing_ok=True)
            return
        finally:
            await process.end()
        new.chmod(0o400)
        self._written = version
        self._stale.append(old)
        if self._loading:
            return  # a process may still have to read an older dataset, and then needs what came after it
        while self._stale:
            self._stale.pop().unlink(missing_ok=True)
        del self._patches[: version - self._folded]
        self._folded = version

    @property
    def _path(self) -> Path:
        return Path(self._folder.name)

    @property
    def _dataset(self) -> Path:
        return self._path / (f"dataset-{self._written}.nq" if self._written else "dataset.nq")


def _tell(process: Process, patch: Patch) -> None:
    """Have a process take in a change; it is ended when it cannot."""

    def check(outcome: Whole | Lost) -> None:
        if not isinstance(outcome, Lost) and outcome.at_once().status != 204:
            process.kill()

    process.post(patch, check)
