"""A question on its way, and the worker that has it in hand."""

from collections import deque
from collections.abc import Callable

from aiopkg.server.dialogue import Dialogue
from aiopkg.server.messages import Message, Whole
from aiopkg.server.problem import Problem

__all__ = ["LONG", "SOON", "Done", "Ticket", "Worker"]

SOON = 0.01
"""Seconds of work after which a worker is left to its question, and another takes its place."""

LONG = 0.1
"""Seconds of work after which a question counts among those of which only a few are worked on at a time."""

Done = Callable[[Whole | Problem], None]
"""What is called with the outcome of a question: the reply of a worker, or why there is none."""


class Ticket:
    """A question on its way: who wants the answer, until when, and which worker it was handed to."""

    __slots__ = ("deadline", "done", "message", "worker")

    def __init__(self, message: Message, done: Done, deadline: float) -> None:
        self.message = message
        self.done = done
        self.deadline = deadline
        self.worker: Worker | None = None


class Worker:
    """One process with the dataset as some changes left it, and what it was asked: the first is the one it is at."""

    def __init__(self, process: Dialogue, version: int) -> None:
        self.process = process
        self.version = version
        self.asked: deque[Ticket] = deque()
        self.is_slow = False
        """Whether it is at a question that takes its time, which is its last."""
        self.is_long = False
        """Whether that question takes so long that there may be only a few of its kind."""
        self._since = self._work = 0.0

    def begin(self, now: float) -> None:
        """Take note of when it began with the first."""
        self._since, self._work = now, self.process.work

    def took(self, now: float) -> float:
        """Seconds since it began with the first."""
        return now - self._since

    def has_worked(self, seconds: float, now: float) -> bool:
        """Whether it has worked on the first for longer; to have waited for a processor does not count."""
        return now - self._since > seconds and self.process.work - self._work > seconds

    @property
    def owned(self) -> list[Ticket]:
        """The questions that it alone has."""
        return [each for each in self.asked if each.worker is self]
