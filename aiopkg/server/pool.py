"""The worker processes: one question at a time each, ended and replaced when a limit is passed."""

import asyncio
import json
import logging
import tempfile
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from aiopkg.errors import InputError
from aiopkg.server.changes import are_many, with_changes
from aiopkg.server.layout import ORGANIZATION, Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Message, Patch, Reply, Whole
from aiopkg.server.problem import Problem, memory_problem
from aiopkg.server.process import Lost, Process
from aiopkg.server.worker import work_order

__all__ = ["Pool", "Ticket"]

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0
"""Seconds between two attempts to replace a worker that does not start."""

LOOKS = 20
"""How often, within the time of one request, it is looked whether its time is over."""

Done = Callable[[Whole | Problem], None]
"""What is called with the outcome of a question: the reply of a worker, or why there is none."""


class Ticket:
    """A question on its way: who wants the answer, until when, and which worker has it in hand."""

    __slots__ = ("deadline", "done", "message", "version", "worker")

    def __init__(self, message: Message, done: Done, deadline: float) -> None:
        self.message = message
        self.done = done
        self.deadline = deadline
        self.worker: _Worker | None = None
        self.version = 0
        """How many changes the answer takes into account, once a worker has the question in hand."""


class _Worker:
    """One process with its copy of the dataset, how many patches that has taken in, and what it is asked."""

    def __init__(self, process: Process, version: int) -> None:
        self.process = process
        self.version = version
        self.ticket: Ticket | None = None

    @classmethod
    async def start(cls, folder: Path, dataset: Path, version: int, layout: Layout, limits: Limits) -> Self:
        """Start a process and wait until it has loaded the dataset; raises InputError when it cannot."""
        process = await Process.start("worker", folder, work_order(dataset, layout, limits))
        ready = await process.wait_until_ready()
        if ready.status != 200:
            await process.end()
            raise InputError("dataset-unreadable", json.loads(ready.body)["detail"])
        return cls(process, version)


class Pool:
    """As many workers as the limits say, all with the same dataset.

    Use it as an asynchronous context: entering starts the workers (InputError when they cannot load the
    dataset), leaving ends them and removes the file that they read. A worker that is free has taken in every
    change, so that each answer comes from one state, the latest when the question was handed over.
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
        self._free: deque[_Worker] = deque()
        self._waiting: deque[Ticket] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def free(self) -> int:
        """How many workers wait for a question."""
        return len(self._free)

    @property
    def version(self) -> int:
        """How many changes there have been."""
        return self._folded + len(self._patches)

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
        if self._look is not None:
            self._look.cancel()
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        self._free.clear()
        tickets = [*self._waiting, *(worker.ticket for worker in self._workers if worker.ticket)]
        self._waiting.clear()
        for worker in list(self._workers):
            self._end(worker)
        for ticket in tickets:
            ticket.done(_stopping())
        await asyncio.gather(*self._ending)

    def revise(self, patch: Patch) -> None:
        """Change the dataset; questions that a worker has in hand are still about the one before."""
        self._patches.append(patch)
        idle = list(self._free)
        self._free.clear()
        for worker in idle:
            self._go_on(worker)

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
        answered: asyncio.Future[Whole | Problem] = asyncio.get_running_loop().create_future()

        def settle(outcome: Whole | Problem) -> None:
            if not answered.done():
                answered.set_result(outcome)

        ticket = self.submit(question, settle)
        try:
            outcome = await answered
        except asyncio.CancelledError:
            self.cancel(ticket)
            raise
        return outcome.reply() if isinstance(outcome, Problem) else await outcome.reply()

    def submit(self, question: Message, done: Done) -> Ticket:
        """Have a worker answer, and call ``done`` once with the outcome; maybe before this returns."""
        loop = asyncio.get_running_loop()
        ticket = Ticket(question, done, loop.time() + self.limits.seconds)
        if self._stopped:
            done(_stopping())
            return ticket
        if self._look is None:
            self._look = loop.call_later(self.limits.seconds / LOOKS, self._look_at_the_time)
        while self._free:
            worker = self._free.pop()
            if worker.process.is_alive:
                self._hand(worker, ticket)
                return ticket
            self._replace(worker)
        if len(self._waiting) >= self.limits.waiting:
            done(_busy_problem(f"{len(self._waiting)} requests are waiting already."))
        else:
            self._waiting.append(ticket)
        return ticket

    def cancel(self, ticket: Ticket) -> None:
        """Forget a question that nobody waits for any more; a worker that has it in hand is ended."""
        if ticket.worker is not None:
            self._take_back(ticket.worker)
        elif ticket in self._waiting:
            self._waiting.remove(ticket)

    def _hand(self, worker: _Worker, ticket: Ticket) -> None:
        worker.ticket, ticket.worker, ticket.version = ticket, worker, worker.version
        worker.process.post(ticket.message, partial(self._take_answer, worker))

    def _take_answer(self, worker: _Worker, answer: Whole | Lost) -> None:
        ticket, worker.ticket = worker.ticket, None
        if isinstance(answer, Lost):
            self._lose(worker, answer)
        else:
            self._go_on(worker)
        if ticket is not None:
            ticket.worker = None
            ticket.done(_problem_of(answer) if isinstance(answer, Lost) else answer)

    def _go_on(self, worker: _Worker) -> None:
        """Have a worker take in the changes that it lacks, then the question that has waited longest."""
        if self._stopped or worker not in self._workers:
            return
        if worker.version < self.version:
            worker.process.post(self._patches[worker.version - self._folded], partial(self._take_change, worker))
        elif self._waiting:
            self._hand(worker, self._waiting.popleft())
        else:
            self._free.append(worker)

    def _take_change(self, worker: _Worker, outcome: Whole | Lost) -> None:
        if not isinstance(outcome, Lost) and outcome.at_once().status != 204:
            outcome = Lost("A change could not be taken in.")
        if isinstance(outcome, Lost):
            self._lose(worker, outcome)
        else:
            worker.version += 1
            self._go_on(worker)

    def _look_at_the_time(self) -> None:
        """End the work on each question whose time is over."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._waiting and self._waiting[0].deadline <= now:
            self._waiting.popleft().done(_busy_problem("All query processes have been busy for too long."))
        for worker in list(self._workers):
            ticket = worker.ticket
            if ticket is not None and ticket.deadline <= now:
                self._take_back(worker)
                ticket.done(self._time_problem())
        still = self._waiting or any(worker.ticket for worker in self._workers)
        self._look = loop.call_later(self.limits.seconds / LOOKS, self._look_at_the_time) if still else None

    def _take_back(self, worker: _Worker) -> None:
        """Take its question from a worker, which ends it."""
        if worker.ticket is not None:
            worker.ticket.worker = None
            worker.ticket = None
        self._replace(worker)

    def _lose(self, worker: _Worker, lost: Lost) -> None:
        if worker in self._workers and not self._stopped:
            LOG.warning("A query process has ended: %s", lost)
            self._replace(worker)

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
        if self._stopped:
            await worker.process.end()
            return
        self._workers.add(worker)
        self._go_on(worker)

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


def _problem_of(lost: Lost) -> Problem:
    if lost.for_memory:
        return memory_problem()
    detail = "The process that evaluated the query has ended; it is being replaced. Ask for less, or differently."
    return Problem(503, "worker-lost", "The query was not completed", detail)
