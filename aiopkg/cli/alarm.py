"""Ends a command that passes a limit where processes cannot be forked: a thread that waits.

The thread writes what was complete and ends the process, if the step that is under way lets it run: most steps in the
store and in the reasoner do. What is under way goes on meanwhile, and cannot change what was complete.
"""

import os
import sys
from collections.abc import Callable
from threading import RLock, Thread
from time import monotonic, sleep

from aiopkg.cli.trouble import complain
from aiopkg.errors import LimitReached
from aiopkg.limits import Budget, Limits, resident

__all__ = ["Alarm"]

_LATE = 0.25
"""Seconds that the work has to notice by itself that its time is over."""

_ROOM = 1.02
"""How far beyond its limit of memory the work may be before it is ended."""

_TURN = 0.02


class Alarm:
    """What goes along with some work and ends the process when a limit is passed."""

    def __init__(self, show: Callable[[LimitReached], None]) -> None:
        self._show = show
        self._over = False
        self._turn = RLock()
        """Whoever holds it, the work or the thread, is the one who says what comes now."""

    @classmethod
    def set(cls, limits: Limits, show: Callable[[LimitReached], None]) -> Budget:
        """Return a budget whose work is ended when it is used up; ``show`` writes what was complete."""
        alarm = cls(show)
        budget = Budget(limits, alarm)
        Thread(target=alarm._wait, args=(budget,), daemon=True).start()
        return budget

    def keep(self) -> None:
        """Nothing has to be kept: what is complete can be read while the work goes on."""

    def wind_up(self) -> None:
        """Leave it to the work, which has noticed by itself, to write what is complete."""
        with self._turn:
            self._over = True

    def rest(self) -> None:
        """End nothing any more."""
        self.wind_up()

    def _wait(self, budget: Budget) -> None:
        seconds, memory = budget.limits.seconds, budget.limits.memory
        until = float("inf") if seconds is None else monotonic() + seconds + _LATE
        most = float("inf") if memory is None else memory * _ROOM
        while monotonic() < until and (resident() or 0) < most and not self._over:
            sleep(_TURN)
        with self._turn:
            if self._over:
                return
            reached = budget.so_far(budget.passed("time" if monotonic() >= until else "memory"))
            self._show(reached)
            sys.stdout.flush()
            complain(reached)
            os._exit(LimitReached.exit_code)
