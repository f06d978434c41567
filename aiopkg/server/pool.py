"""The worker processes: one question at a time each, ended and replaced when a limit is passed."""

import asyncio
import json
import logging
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Self

from aiopkg.errors import InputError
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Question, Reply
from aiopkg.server.problem import Problem, Refusal, memory_problem
from aiopkg.server.worker import work_order

__all__ = ["Pool"]

LOG = logging.getLogger(__name__)
BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from aiopkg.server.worker import main; main()"
"""What a worker runs: the modules of this process, found where this process finds them."""

OUT_OF_MEMORY = ("memory allocation", "MemoryError")
"""What the last words of a process hold when it got no more memory."""

READ_AHEAD = 2**20
LONGEST_PAUSE = 30.0
"""Seconds between two attempts to replace a worker that does not start."""


class WorkerLost(Exception):
    """The process has ended by itself."""


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, process: Process, complaints: Path) -> None:
        self.process = process
        self.complaints = complaints

    @classmethod
    async def start(cls, folder: Path, limits: Limits) -> Self:
        """Start a process and wait until it has loaded the dataset; raises InputError when it cannot."""
        handle, complaints = tempfile.mkstemp(dir=folder, suffix=".log")
        with open(handle, "wb") as errors:  # noqa: PTH123 (a descriptor)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                BOOT,
                work_order(folder / "dataset.nq", limits),
                json.dumps(sys.path),
                stdin=PIPE,
                stdout=PIPE,
                stderr=errors if sys.platform != "win32" else DEVNULL,
                limit=READ_AHEAD,
                start_new_session=True,
            )
        worker = cls(process, Path(complaints))
        try:
            ready = await worker._receive()
        except WorkerLost as error:
            raise InputError("worker-start", f"A query process does not start: {error}") from error
        except BaseException:
            await worker.end()
            raise
        if ready.status != 200:
            await worker.end()
            raise InputError("dataset-unreadable", json.loads(ready.body)["detail"])
        return worker

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None

    async def ask(self, question: Question) -> Reply:
        """Send a question and wait for the whole reply; raises WorkerLost when the process ends instead."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(question.pack())
            await self.process.stdin.drain()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WorkerLost(await self._last_words()) from error
        return await self._receive()

    async def _receive(self) -> Reply:
        assert self.process.stdout is not None
        try:
            return await Reply.read(self.process.stdout)
        except asyncio.IncompleteReadError as error:
            raise WorkerLost(await self._last_words()) from error

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
                LOG.debug("A query process had ended before it was killed.")
        await self.process.communicate()
        self.complaints.unlink(missing_ok=True)


class Pool:
    """As many workers as the limits say, all with the same dataset.

    Use it as an asynchronous context: entering starts the workers (InputError when they cannot load the
    dataset), leaving ends them and removes the file that they read.
    """

    def __init__(self, quads: bytes, limits: Limits) -> None:
        self.limits = limits
        self._quads = quads
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        self._busy: set[asyncio.Task[Reply]] = set()
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
        dataset = self._path / "dataset.nq"
        dataset.write_bytes(self._quads)
        dataset.chmod(0o400)
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
            await asyncio.gather(*tasks, return_exceptions=True)
        while not self._free.empty():
            self._end(self._free.get_nowait())
        await asyncio.gather(*self._ending)

    async def answer(self, question: Question) -> Reply:
        """Have a worker answer; every failure is a reply too.

        Cancelling it ends the worker at once: nobody waits for the answer any more.
        """
        if self._stopped:
            return _stopping().reply()
        task = asyncio.create_task(self._answer(question))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        try:
            return await task
        except Refusal as refusal:
            return refusal.problem.reply()
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is None or current.cancelling():
                raise
            return _stopping().reply()

    async def _answer(self, question: Question) -> Reply:
        worker = await self._take()
        answered = False
        try:
            async with asyncio.timeout(self.limits.seconds):
                reply = await worker.ask(question)
            answered = True
        except TimeoutError:
            raise Refusal(self._time_problem()) from None
        except WorkerLost as lost:
            LOG.warning("A query process has ended: %s", lost)
            raise Refusal(_lost_problem(str(lost))) from lost
        finally:
            if answered:
                self._free.put_nowait(worker)
            else:
                self._replace(worker)
        return reply

    async def _take(self) -> _Worker:
        """Wait for a free worker that is alive."""
        if self._waiting >= self.limits.waiting:
            raise Refusal(_busy_problem(f"{self._waiting} requests are waiting already."))
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.seconds):
                while not (worker := await self._free.get()).is_alive:
                    self._replace(worker)
        except TimeoutError:
            raise Refusal(_busy_problem("All query processes have been busy for too long.")) from None
        finally:
            self._waiting -= 1
        return worker

    def _replace(self, worker: _Worker) -> None:
        task = asyncio.create_task(self._start_after(self._end(worker)))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def _end(self, worker: _Worker) -> asyncio.Task[None]:
        task = asyncio.create_task(worker.end())
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
        self._free.put_nowait(await _Worker.start(self._path, self.limits))

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


def _lost_problem(last_words: str) -> Problem:
    if any(sign in last_words for sign in OUT_OF_MEMORY):
        return memory_problem()
    detail = "The process that evaluated the query has ended; it is being replaced. Ask for less, or differently."
    return Problem(503, "worker-lost", "The query was not completed", detail)
