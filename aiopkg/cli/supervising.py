"""Runs a command under limits: a process that works, one that keeps what was complete, and one that watches.

A query in the store and a step of the reasoner cannot be interrupted from within their process: signals reach Python
only when they return. So the work is done by a child, which forks a keeper of itself whenever it is between two
steps: a copy that costs nothing while it sleeps. When a limit is passed and the child does not notice by itself,
this process ends it and wakes the keeper, which takes up at the last step that was complete and writes the report.
Where processes cannot be forked (Windows), a thread does it; see :mod:`aiopkg.cli.alarm`.
"""

import os
import select
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import field
from time import monotonic
from typing import Annotated, Final

import typer

from aiopkg.cli.alarm import Alarm
from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, LimitReached
from aiopkg.limits import Budget, Limits, resident

__all__ = ["Limit", "budget_for"]

Limit = Annotated[
    list[str],
    typer.Option(
        "--limit",
        metavar="LIMIT",
        help="End with code 3 and what was complete after this much: 60s, time=5min, memory=2GB.",
    ),
]

_EXIT: Final = LimitReached.exit_code
_INTERRUPTED = 130
_LATE = 0.25
"""Seconds that the worker has to notice by itself that its time is over."""

_ROOM = 1.02
"""How far beyond its limit of memory the worker may be before it is ended."""

_GRACE = 10.0
"""Seconds in which a report of what was complete has to be written."""

_ENDING = b"ending "
_RESTING = b"resting "
_TURN = 0.02
_COPYING = 3
"""A keeper is made when the work since the last has taken so many times as long as making one."""


def budget_for(words: Sequence[str], show: Callable[[LimitReached], None] = lambda _: None) -> Budget:
    """Return the budget of a command; with limits, the caller is from now on the child that works.

    Where processes cannot be forked, a thread ends the command; ``show`` then writes what was complete.
    Raises :class:`InputError` for words that are not limits, and for one on memory where nothing tells how much a
    process holds. The process that called ends with the child's code.
    """
    limits = Limits.read(words)
    if limits.memory is not None and resident() is None:
        raise InputError(
            "limit", "This system does not tell how much memory a process holds.", fix="Limit the time alone."
        )
    if not limits:
        return Budget(limits)
    if sys.platform == "win32" or not hasattr(os, "fork"):
        return Alarm.set(limits, show)
    sys.stdout.flush()
    sys.stderr.flush()
    told, tell = os.pipe()
    asleep, wake = os.pipe()
    child = os.fork()
    if child:
        os.close(tell)
        os.close(asleep)
        os._exit(_watch(child, limits, told, wake))
    os.close(told)
    os.close(wake)
    keeping = _Keeping(tell, asleep)
    keeping.budget = Budget(limits, keeping)
    keeping.budget.heed()
    return keeping.budget


@dataclass
class _Keeping:
    """The worker's side: makes keepers, of which one at a time lives."""

    tell: int
    asleep: int
    budget: Budget | None = None
    _last: float = field(default_factory=monotonic)
    _cost: float = 0.0
    _keeper: int = 0
    _watcher: int = field(default_factory=os.getppid)
    _over: bool = False

    def keep(self) -> None:
        """Make a keeper of this moment, if enough was done since the last; in a keeper that is woken, raise."""
        begun = monotonic()
        if self._over or (self._keeper and begun - self._last < self._cost * _COPYING):
            return
        if os.getppid() != self._watcher:
            os._exit(_EXIT)
        keeper = os.fork()
        if not keeper:
            self._sleep()
        if self._keeper:
            _end(self._keeper)
        self._keeper = keeper
        os.write(self.tell, b"%d " % keeper)
        self._last = monotonic()
        self._cost = self._last - begun

    def wind_up(self) -> None:
        """Ask for the time to write what is complete."""
        if not self._over:
            self._over = True
            os.write(self.tell, _ENDING)

    def rest(self) -> None:
        """Ask not to be ended any more, however long the answer takes to be handed over."""
        if not self._over:
            self._over = True
            os.write(self.tell, _RESTING)

    def _sleep(self) -> None:
        """Wait for the watcher: a word says which limit was passed, the end says that nothing was."""
        try:
            word = os.read(self.asleep, 1)
        except KeyboardInterrupt:
            word = b""
        if not word or self.budget is None:
            os._exit(_EXIT)
        self._over = True
        raise self.budget.passed("memory" if word == b"m" else "time")


def _watch(child: int, limits: Limits, told: int, wake: int) -> int:
    """Wait until the child ends or has to be ended, and return the exit code of the command."""
    most = monotonic() + limits.seconds + _LATE if limits.seconds is not None else float("inf")
    memory = limits.memory * _ROOM if limits.memory is not None else float("inf")
    keeper = 0
    while True:
        try:
            words = os.read(told, 65_536).split() if select.select([told], [], [], _TURN)[0] else []
        except KeyboardInterrupt:
            _end(child)
            return _INTERRUPTED
        keeper = next((int(word) for word in reversed(words) if word.isdigit()), keeper)
        if _ENDING.strip() in words:
            most, memory = monotonic() + _GRACE, float("inf")
        if _RESTING.strip() in words:
            most = memory = float("inf")
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            if -code not in (signal.SIGKILL, signal.SIGABRT):
                return code if code >= 0 else 128 - code
            return _wind_up(b"m", told, wake, keeper)  # the system ended it, or an allocation that failed
        if (resident(child) or 0) > memory:
            _end(child)
            return _wind_up(b"m", told, wake, keeper)
        if monotonic() > most:
            _end(child)
            return _wind_up(b"t", told, wake, keeper)


def _end(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _wind_up(word: bytes, told: int, wake: int, keeper: int) -> int:
    """Wake the keeper, which holds the other end of ``told`` until it has written what was complete."""
    if keeper:
        os.write(wake, word)
        os.close(wake)
        until = monotonic() + _GRACE
        while (left := until - monotonic()) > 0:
            if select.select([told], [], [], left)[0] and not os.read(told, 65_536):
                return _EXIT
        os.kill(keeper, signal.SIGKILL)
    sys.stderr.write("A limit was reached, and what was complete could not be written.\n")
    return _EXIT
