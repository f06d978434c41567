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
from aiopkg.server.messages import SOON, Message, Patch, Reply, Whole
from aiopkg.server.problem import Problem, memory_problem
from aiopkg.server.process import Lost, Process
from aiopkg.server.recent import Recent
from aiopkg.server.worker import work_order

__all__ = ["Pool", "Ticket"]

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0
"""Seconds between two attempts to replace a worker that does not start."""

MOST_ASKED = 8
"""Questions that a worker may have before it at a time."""

LOOKS = 20
"""How often, within the time of one request, it is looked whether its time is over."""

Done = Callable[[Whole | Problem], None]
"""What is called with the outcome of a question: the reply of a worker, or why there is none."""


class Ticket:
    """A question on its way: who wants the answer, until when, and which worker it was handed to."""

    __slots__ = ("deadline", "done", "message", "version", "worker")

    def __init__(self, message: Message, done: Done, deadline: float) -> None:
        self.message = message
        self.done = done
        self.deadline = deadline
        self.worker: _Worker | None = None
        self.version = 0
        """How many changes the answer takes into account, once a worker has the question in hand."""


class _Worker:
    """One process with its copy of the dataset, and what it was asked: the first is the one it is at."""

    def __init__(self, process: Process, version: int) -> None:
        self.process = process
        self.version = version
        self.asked: deque[Ticket | Patch] = deque()
        self.since = 0.0
        """When it began with the first."""

    @property
    def owned(self) -> list[Ticket]:
        """The questions that it alone has."""
        return [each for each in self.asked if isinstance(each, Ticket) and each.worker is self]

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
    dataset), leaving ends them and removes the file that they read. A worker is told of each change before any
    later question, so that each answer comes from one state, the latest when the question was handed over.

    A few questions may be handed to a worker at a time. Those that wait behind one that takes long are handed to
    another: no question holds up others.
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
        self._waiting: deque[Ticket] = deque()
        self._recent = Recent()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def free(self) -> int:
        """How many workers wait for a question."""
        return sum(not worker.asked for worker in self._workers)

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
        tickets = [*self._waiting, *(ticket for worker in self._workers for ticket in worker.owned)]
        self._waiting.clear()
        for worker in list(self._workers):
            self._end(worker)
        for ticket in tickets:
            ticket.done(_stopping())
        await asyncio.gather(*self._ending)

    def revise(self, patch: Patch) -> None:
        """Change the dataset; questions that a worker has in hand are still about the one before."""
        self._recent.clear()
        self._patches.append(patch)
        for worker in self._workers:
            self._post(worker, patch)

    async def fold(self) -> None:
        """Where there are many changes, write the dataset anew and forget them; none must come meanwhile."""
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
        del self._patches[: version - self._folded]
        self._folded = version

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
        known = self._recent.find(question)
        if known is not None:
            done(known)
            return ticket
        if self._look is None:
            self._look = loop.call_later(self._interval, self._look_at_the_time)
        waiting = len(self._waiting) + sum(len(worker.asked) - 1 for worker in self._workers if worker.asked)
        worker = self._ready()
        if waiting >= self.limits.waiting and (worker is None or worker.asked):
            done(_busy_problem(f"{waiting} requests are waiting already."))
        elif worker is None:
            self._waiting.append(ticket)
        else:
            self._hand(worker, ticket)
        return ticket

    def cancel(self, ticket: Ticket) -> None:
        """Forget a question that nobody waits for any more; a worker that is at it is ended."""
        worker, ticket.worker = ticket.worker, None
        if worker is None:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
        elif worker.asked and worker.asked[0] is ticket:
            self._give_up(worker)

    def _ready(self) -> _Worker | None:
        """The worker that has the least to do, if any will soon come to something more."""
        best: _Worker | None = None
        late = asyncio.get_running_loop().time() - SOON
        for worker in list(self._workers):
            if not worker.process.is_alive:
                self._give_up(worker)
            elif not worker.asked:
                return worker
            elif worker.since > late and len(worker.asked) < (len(best.asked) if best else MOST_ASKED):
                best = worker
        return best

    def _hand(self, worker: _Worker, ticket: Ticket) -> None:
        ticket.worker, ticket.version = worker, self.version
        self._post(worker, ticket)

    def _post(self, worker: _Worker, item: Ticket | Patch) -> None:
        if not worker.asked:
            worker.since = asyncio.get_running_loop().time()
        worker.asked.append(item)
        worker.process.post(item.message if isinstance(item, Ticket) else item, partial(self._take, worker))

    def _take(self, worker: _Worker, outcome: Whole | Lost) -> None:
        """Take what a worker says to the first that it was asked."""
        if worker not in self._workers:
            return
        item = worker.asked[0]
        if isinstance(item, Patch) and not isinstance(outcome, Lost) and outcome.at_once().status != 204:
            outcome = Lost("A change could not be taken in.")
        if isinstance(outcome, Lost):
            LOG.warning("A query process has ended: %s", outcome)
            self._give_up(worker, _problem_of(outcome))
            return
        worker.asked.popleft()
        worker.since = asyncio.get_running_loop().time()
        if isinstance(item, Ticket) and item.worker is worker:
            item.worker = None
            if outcome.is_handed_back:
                self._waiting.appendleft(item)
            else:
                if item.version == self.version:
                    self._recent.keep(item.message, outcome)
                item.done(outcome)
        self._go_on()

    def _go_on(self) -> None:
        """Hand out the questions that wait as far as somebody can be asked."""
        while self._waiting and (worker := self._ready()) is not None:
            self._hand(worker, self._waiting.popleft())

    def _look_at_the_time(self) -> None:
        """End what takes too long; questions behind one that takes long are asked elsewhere."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for worker in list(self._workers):
            first = worker.asked[0] if worker.asked else None
            if isinstance(first, Ticket) and now - worker.since > SOON:
                self._free_others(worker)
                over = first.deadline if first.worker is worker else worker.since + self.limits.seconds
                if over <= now:
                    self._give_up(worker, self._time_problem())
        self._go_on()
        while self._waiting and self._waiting[0].deadline <= now:
            self._waiting.popleft().done(_busy_problem("All query processes have been busy for too long."))
        still = self._waiting or any(worker.asked for worker in self._workers)
        self._look = loop.call_later(self._interval, self._look_at_the_time) if still else None

    @property
    def _interval(self) -> float:
        return min(SOON, self.limits.seconds / LOOKS)

    def _free_others(self, worker: _Worker) -> None:
        """Have the questions that wait behind the first wait for any worker."""
        for ticket in reversed([each for each in worker.owned if each is not worker.asked[0]]):
            ticket.worker = None
            self._waiting.appendleft(ticket)

    def _give_up(self, worker: _Worker, problem: Problem | None = None) -> None:
        """End a worker; the problem is the answer to what it was at."""
        if worker not in self._workers or self._stopped:
            return
        self._free_others(worker)
        first = worker.asked[0] if worker.asked else None
        self._replace(worker)
        if isinstance(first, Ticket) and first.worker is worker:
            first.worker = None
            if problem is None:
                self._waiting.appendleft(first)
            else:
                first.done(problem)
        self._go_on()

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
        for patch in self._patches[worker.version - self._folded :]:
            self._post(worker, patch)
        self._go_on()

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
