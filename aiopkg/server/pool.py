"""The worker processes: one question at a time each, ended and replaced when a limit is passed."""

import asyncio
import logging
from collections import deque
from functools import partial
from types import TracebackType
from typing import Self

from aiopkg.errors import InputError
from aiopkg.server.dialogue import Lost
from aiopkg.server.layout import ORGANIZATION, Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Message, Patch, Reply, Whole
from aiopkg.server.problem import Problem, memory_problem
from aiopkg.server.recent import Recent
from aiopkg.server.stem import CAN_BRANCH
from aiopkg.server.stock import Stock
from aiopkg.server.ticket import LONG, SOON, Done, Ticket, Worker

__all__ = ["Pool"]

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 30.0
"""Seconds between two attempts to replace a worker that does not start."""

MOST_ASKED = 8
"""Questions that a worker may have before it at a time."""

MOST_SLOW = 2
"""Workers that may be left to a question each, as a multiple of those whose question may take long."""

LOOKS = 20
"""How often, within the time of one request, it is looked whether its time is over."""


class Pool:
    """As many workers as the limits say, all with the same dataset, and as many more for questions that take long.

    Use it as an asynchronous context: entering starts the workers (InputError when they cannot load the
    dataset), leaving ends them and removes the file that they read. A change makes new workers, which take the place
    of the others all at once, so that each answer comes from one state, the latest when the question was handed over.

    A few questions may be handed to a worker at a time. When one takes its time, its worker goes on with it while
    others run first, and a new one answers those that wait behind it: no question holds up others. While as many take
    long as there may be, a further one is ended, and begun again when there is room.
    """

    def __init__(
        self, quads: bytes, limits: Limits, layout: Layout = ORGANIZATION, *, branches: bool = CAN_BRANCH
    ) -> None:
        self.limits = limits
        self.layout = layout
        self._stock = Stock(quads, limits, layout, branches=branches)
        self._current = 0  # changes that answers take into account
        self._turned: asyncio.Future[None] | None = None
        self._workers: set[Worker] = set()
        self._waiting: deque[Ticket] = deque()
        self._parked: deque[Ticket] = deque()  # they have been seen to take long
        self._recent = Recent()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._look: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def free(self) -> int:
        """How many more questions would be worked on at once, should all of them take long."""
        return max(0, self.limits.workers - sum(bool(worker.asked) for worker in self._workers))

    async def __aenter__(self) -> Self:
        await self._stock.__aenter__()
        try:
            starts = [self._stock.worker() for _ in range(self.limits.workers)]
            outcomes = await asyncio.gather(*starts, return_exceptions=True)
            self._workers.update(Worker(*each) for each in outcomes if not isinstance(each, BaseException))
            for failure in outcomes:
                if isinstance(failure, BaseException):
                    raise failure
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._stock.__aexit__(kind, error, trace)

    async def stop(self) -> None:
        """End all workers; questions in their hands are answered with a problem. Doing it twice is no error."""
        self._stopped = True
        if self._look is not None:
            self._look.cancel()
        for task in list(self._starting):
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        tickets = [*self._waiting, *self._parked, *(ticket for worker in self._workers for ticket in worker.owned)]
        self._waiting.clear()
        self._parked.clear()
        for worker in list(self._workers):
            self._end(worker)
        for ticket in tickets:
            ticket.done(_stopping())
        self._turn()
        await asyncio.gather(*self._ending)

    async def revise(self, patch: Patch) -> None:
        """Change the dataset: every question that comes once this returns is about what the change leaves."""
        if self._stopped:
            return
        self._stock.take_in(patch)
        self._turned = asyncio.get_running_loop().create_future()
        self._grow()
        await self._turned
        await self._stock.fold()

    def _turn(self) -> None:
        """Let the workers that know of the latest change answer from now on, and no others."""
        self._current = self._stock.version
        self._recent.clear()
        for worker in list(self._workers):
            if worker.version < self._current and not worker.asked:
                self._end(worker)
        if self._turned is not None and not self._turned.done():
            self._turned.set_result(None)

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
        waiting = len(self._waiting) + sum(
            len(each.asked) - 1 for each in self._workers if each.asked and not each.is_slow
        )
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
            for queue in (self._waiting, self._parked):
                if ticket in queue:
                    queue.remove(ticket)
        elif worker.asked and worker.asked[0] is ticket:
            self._give_up(worker)

    def _knowing(self, version: int) -> list[Worker]:
        """The workers that know of so many changes and may be asked more than what they are at."""
        return [each for each in self._workers if each.version == version and not each.is_slow]

    def _ready(self) -> Worker | None:
        """The worker that has the least to do, if any will soon come to something more."""
        best: Worker | None = None
        now = asyncio.get_running_loop().time()
        for worker in self._knowing(self._current):
            if not worker.process.is_alive:
                self._give_up(worker)
            elif not worker.asked:
                return worker
            elif worker.took(now) < SOON and len(worker.asked) < (len(best.asked) if best else MOST_ASKED):
                best = worker
        return best

    def _hand(self, worker: Worker, ticket: Ticket) -> None:
        ticket.worker = worker
        if not worker.asked:
            worker.begin(asyncio.get_running_loop().time())
        worker.asked.append(ticket)
        worker.process.post(ticket.message, partial(self._take, worker))

    def _take(self, worker: Worker, outcome: Whole | Lost) -> None:
        """Take what a worker says to the first that it was asked."""
        if worker not in self._workers:
            return
        if isinstance(outcome, Lost):
            LOG.warning("A query process has ended: %s", outcome)
            self._give_up(worker, _problem_of(outcome))
            return
        ticket = worker.asked.popleft()
        worker.begin(asyncio.get_running_loop().time())
        if ticket.worker is worker:
            ticket.worker = None
            if worker.version == self._current:
                self._recent.keep(ticket.message, outcome)
            ticket.done(outcome)
        if (worker.is_slow or worker.version < self._current) and not worker.owned:
            self._end(worker)
            self._grow()
        self._go_on()

    def _go_on(self) -> None:
        """Hand out the questions that wait as far as somebody can be asked."""
        while self._parked and self._room > 0 and (worker := self._spare()) is not None:
            self._free_others(worker)
            self._hand(worker, self._parked.popleft())
            worker.is_long = True
            self._set_aside(worker)
        while self._waiting and (worker := self._ready()) is not None:
            self._hand(worker, self._waiting.popleft())

    @property
    def _room(self) -> int:
        """How many more questions may take long."""
        return self.limits.workers - sum(worker.is_long for worker in self._workers)

    def _spare(self) -> Worker | None:
        """A worker beyond those that are there for questions that do not take long."""
        answering = self._knowing(self._current)
        return min(answering, key=lambda each: len(each.asked)) if len(answering) > self.limits.workers else None

    def _look_at_the_time(self) -> None:
        """End what takes too long; questions behind one that takes long are asked elsewhere."""
        now = asyncio.get_running_loop().time()
        for worker in list(self._workers):
            first = worker.asked[0] if worker.asked else None
            if first is None:
                continue
            if first.deadline <= now if first.worker is worker else worker.took(now) > self.limits.seconds:
                self._give_up(worker, self._time_problem())
            elif not worker.is_slow and worker.has_worked(SOON, now):
                self._free_others(worker)
                if sum(each.is_slow for each in self._workers) < MOST_SLOW * self.limits.workers:
                    self._set_aside(worker)
                else:
                    self._park(worker)
            elif worker.is_slow and not worker.is_long and worker.has_worked(LONG, now):
                if self._room > 0:
                    worker.is_long = True
                else:
                    self._park(worker)
        self._go_on()
        for queue in (self._waiting, self._parked):
            for ticket in [each for each in queue if each.deadline <= now]:
                queue.remove(ticket)
                ticket.done(_busy_problem("All query processes have been busy for too long."))
        still = self._waiting or self._parked or any(worker.asked for worker in self._workers)
        loop = asyncio.get_running_loop()
        self._look = loop.call_later(self._interval, self._look_at_the_time) if still else None

    @property
    def _interval(self) -> float:
        return min(SOON, self.limits.seconds / LOOKS)

    def _free_others(self, worker: Worker) -> None:
        """Have the questions that wait behind the first wait for any worker."""
        for ticket in reversed([each for each in worker.owned if each is not worker.asked[0]]):
            ticket.worker = None
            self._waiting.appendleft(ticket)

    def _set_aside(self, worker: Worker) -> None:
        """Let a worker go on with what takes long, after all others; a new one takes its place."""
        worker.is_slow = True
        worker.process.yield_to_others()
        self._grow()

    def _park(self, worker: Worker) -> None:
        """End a worker; what it was at is begun again when there is room for it."""
        first = worker.asked[0]
        self._end(worker)
        if first.worker is worker:
            first.worker = None
            if len(self._parked) < self.limits.waiting:
                self._parked.append(first)
            else:
                first.done(_busy_problem(f"{len(self._parked)} requests that take long are waiting already."))
        self._grow()

    def _give_up(self, worker: Worker, problem: Problem | None = None) -> None:
        """End a worker; the problem is the answer to what it was at."""
        if worker not in self._workers or self._stopped:
            return
        self._free_others(worker)
        first = worker.asked[0] if worker.asked else None
        self._end(worker)
        if first is not None and first.worker is worker:
            first.worker = None
            if problem is None:
                self._waiting.appendleft(first)
            else:
                first.done(problem)
        self._grow()
        self._go_on()

    def _end(self, worker: Worker) -> None:
        self._workers.discard(worker)
        task = asyncio.create_task(worker.process.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _grow(self) -> None:
        """Start as many workers as are missing."""
        wanted = self.limits.workers + min(len(self._parked), self._room)
        for _ in range(0 if self._stopped else wanted - len(self._knowing(self._stock.version)) - len(self._starting)):
            task = asyncio.create_task(self._start())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start(self) -> None:
        """Start a worker; try again, ever less often, when that fails."""
        pause = 1.0
        while not self._stopped:
            try:
                worker = Worker(*await self._stock.worker())
            except (InputError, OSError) as error:
                LOG.error("A query process cannot be replaced: %s", error)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            self._workers.add(worker)
            if worker.version == self._stock.version:
                break
            self._end(worker)  # a change has come meanwhile
        latest = self._stock.version
        if self._current < latest and len(self._knowing(latest)) >= self.limits.workers:
            self._turn()
        self._go_on()

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
