"""The worker processes: one question at a time each, ended and replaced when a limit is passed."""

import asyncio
import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from aiopkg.errors import InputError
from aiopkg.server.changes import are_many, with_changes
from aiopkg.server.layout import ORGANIZATION, Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Message, Patch, Reply
from aiopkg.server.problem import Problem, Refusal, memory_problem
from aiopkg.server.process import Lost, Process
from aiopkg.server.worker import work_order

__all__ = ["Pool"]

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0
"""Seconds between two attempts to replace a worker that does not start."""


class _Worker:
    """One process with its copy of the dataset, and how many patches that has taken in."""

    def __init__(self, process: Process, version: int) -> None:
        self.process = process
        self.version = version

    @classmethod
    async def start(cls, folder: Path, dataset: Path, version: int, layout: Layout, limits: Limits) -> Self:
        """Start a process and wait until it has loaded the dataset; raises InputError when it cannot."""
        process = await Process.start("worker", folder, work_order(dataset, layout, limits))
        ready = await process.wait_until_ready()
        if ready.status != 200:
            await process.end()
            raise InputError("dataset-unreadable", json.loads(ready.body)["detail"])
        return cls(process, version)

    async def ask(self, message: Message, patches: Sequence[Patch]) -> Reply:
        """Have the worker take in patches first, and then answer; raises Lost when it ends instead."""
        for patch in patches:
            reply = await self.process.ask(patch)
            if reply.status != 204:
                raise Lost("A change could not be taken in.")
            self.version += 1
        return await self.process.ask(message)


class Pool:
    """As many workers as the limits say, all with the same dataset.

    Use it as an asynchronous context: entering starts the workers (InputError when they cannot load the
    dataset), leaving ends them and removes the file that they read. A worker takes in what was changed since
    before it answers, so that each answer comes from one state, the latest when the question was handed over.
    """

    def __init__(self, quads: bytes, limits: Limits, layout: Layout = ORGANIZATION) -> None:
        self.limits = limits
        self.layout = layout
        self._quads = quads
        self._patches: list[Patch] = []
        self._folded = 0  # changes that came before those in the list
        self._written = 0  # changes that are in the dataset that new workers read
        self._stale: list[Path] = []
        self._workers: set[_Worker] = set()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        self._busy: set[asyncio.Task[object]] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._stopped = False

    @property
    def free(self) -> int:
        """How many workers wait for a question."""
        return self._free.qsize()

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="aiopkg-", ignore_cleanup_errors=True)
        self._write(self._dataset, self._quads)
        self._quads = b""
        try:
            starts = [self._start() for _ in range(self.limits.workers)]
            outcomes = await asyncio.gather(*starts, return_exceptions=True)
            for failure in outcomes:
                if failure is not None:
                    raise failure
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if self._folder is not None:
            self._folder.cleanup()

    async def stop(self) -> None:
        """End all workers; questions in their hands are answered with a problem. Doing it twice is no error."""
        self._stopped = True
        for tasks in (self._busy, self._starting):
            for task in list(tasks):
                task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        while self._busy:
            await asyncio.sleep(0)
        while not self._free.empty():
            self._end(self._free.get_nowait())
        await asyncio.gather(*self._ending)

    def revise(self, patch: Patch) -> None:
        """Change the dataset; questions that a worker has in hand are still about the one before."""
        self._patches.append(patch)

    async def fold(self) -> None:
        """Where there are many changes, write the dataset anew and forget those that every worker has taken in.

        Changes must not come meanwhile. A worker that is behind takes in what it lacks before it is asked again.
        """
        since = self._patches[self._written - self._folded :]
        if self._stopped or not are_many(since, self._dataset.stat().st_size):
            return
        old, version = self._dataset, self._written + len(since)
        content = await asyncio.to_thread(lambda: with_changes(old.read_bytes(), since))
        await asyncio.to_thread(self._write, self._path / f"dataset-{version}.nq", content)
        self._written = version
        self._stale.append(old)
        if self._starting:
            return  # a process may still have to read an older dataset, and then needs what came after it
        while self._stale:
            self._stale.pop().unlink(missing_ok=True)
        seen = min([version, *(worker.version for worker in self._workers)])
        del self._patches[: seen - self._folded]
        self._folded = seen

    @property
    def _dataset(self) -> Path:
        return self._path / (f"dataset-{self._written}.nq" if self._written else "dataset.nq")

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.write_bytes(content)
        path.chmod(0o400)

    async def answer(self, question: Message) -> Reply:
        """Have a worker answer; every failure is a reply too.

        Cancelling it ends the worker at once: nobody waits for the answer any more.
        """
        if self._stopped:
            return _stopping().reply()
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            return await self._answer(question)
        except Refusal as refusal:
            return refusal.problem.reply()
        except asyncio.CancelledError:
            if not self._is_stopped():
                raise
            task.uncancel()
            return _stopping().reply()
        finally:
            self._busy.discard(task)

    async def _answer(self, question: Message) -> Reply:
        worker: _Worker | None = None
        answered = False
        try:
            async with asyncio.timeout(self.limits.seconds):
                worker = await self._take()
                reply = await worker.ask(question, self._patches[worker.version - self._folded :])
            answered = True
        except TimeoutError:
            if worker is None:
                raise Refusal(_busy_problem("All query processes have been busy for too long.")) from None
            raise Refusal(self._time_problem()) from None
        except Lost as lost:
            LOG.warning("A query process has ended: %s", lost)
            raise Refusal(memory_problem() if lost.for_memory else _lost_problem()) from lost
        finally:
            if answered and worker is not None:
                self._free.put_nowait(worker)
            elif worker is not None:
                self._replace(worker)
        return reply

    async def _take(self) -> _Worker:
        """Wait for a free worker that is alive."""
        if self._waiting >= self.limits.waiting:
            raise Refusal(_busy_problem(f"{self._waiting} requests are waiting already."))
        self._waiting += 1
        try:
            while not (worker := await self._free.get()).process.is_alive:
                self._replace(worker)
        finally:
            self._waiting -= 1
        return worker

    def _is_stopped(self) -> bool:
        return self._stopped

    def _replace(self, worker: _Worker) -> None:
        task = asyncio.create_task(self._start_after(self._end(worker)))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def _end(self, worker: _Worker) -> asyncio.Task[None]:
        self._workers.discard(worker)
        task = asyncio.create_task(worker.process.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    async def _start_after(self, ending: asyncio.Task[None]) -> None:
        """Start a worker when another has gone; try again, ever less often, when that fails."""
        await asyncio.shield(ending)
        pause = 1.0
        while not self._stopped:
            try:
                return await self._start()
            except (InputError, OSError) as error:
                LOG.error("A query process cannot be replaced: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _start(self) -> None:
        worker = await _Worker.start(self._path, self._dataset, self._written, self.layout, self.limits)
        self._workers.add(worker)
        self._free.put_nowait(worker)

    @property
    def _path(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name)

    def _time_problem(self) -> Problem:
        detail = f"The query was not answered within {self.limits.seconds:g} seconds and has been ended."
        return Problem(503, "time-limit", "Time limit reached", detail)


def _busy_problem(detail: str) -> Problem:
    return Problem(503, "busy", "No query process is free", detail, headers={"Retry-After": "5"})


def _stopping() -> Problem:
    return Problem(503, "stopping", "The server is stopping", "The query has been ended.")


def _lost_problem() -> Problem:
    detail = "The process that evaluated the query has ended; it is being replaced. Ask for less, or differently."
    return Problem(503, "worker-lost", "The query was not completed", detail)
