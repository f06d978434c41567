"""Limits on time and memory, heeded between the steps of the work.

What is under way is never interrupted from within: between two rules, two rounds of reasoning or two stages the
work asks its budget whether it may go on. A single step that does not come back can only be ended from outside,
by the process that watches; see :mod:`aiopkg.cli.supervising`.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from time import monotonic
from typing import Protocol, TypeVar

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, LimitReached

__all__ = ["UNLIMITED", "Budget", "Companion", "Limits", "alone", "resident"]

_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
_SIZES = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_WORD = re.compile(r"(?:(time|memory)=)?(\d+(?:\.\d+)?)\s*([a-zA-Z]+)?")
_BETWEEN_LOOKS = 0.02
"""Seconds between two looks at the memory."""
_ITEMS_BETWEEN_LOOKS = 4096

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that some work may take: ``seconds`` of wall clock, ``memory`` in bytes; None is no limit.

    What counts as memory is what the process holds of the machine's, not what it has asked for. As a context, it
    limits all that is done within it by this thread (or task) together, unless something else is said there:
    ``with Limits(seconds=60): ...``
    """

    seconds: float | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        for name, given in (("seconds", self.seconds), ("memory", self.memory)):
            number: object = given
            if number is not None and (not isinstance(number, int | float) or not number > 0):
                raise InputError(
                    "limit", f"{name}={number!r} is not a limit.", fix=f"Give {name} a number above nought, or None."
                )

    @classmethod
    def read(cls, words: Sequence[str]) -> "Limits":
        """Read limits as a user writes them: ``60s``, ``time=5min``, ``memory=2GB``.

        Raises :class:`InputError` for anything else, for one limit given twice, and for nought.
        """
        found: dict[str, float] = {}
        for word in words:
            match = _WORD.fullmatch(word.strip())
            unit = (match[3] or "s" if match[1] != "memory" else match[3] or "") if match else ""
            timed = unit.lower() in _UNITS
            kind = "time" if timed else "memory"
            factor = _UNITS.get(unit.lower()) if timed else _SIZES.get(unit.upper())
            if match is None or factor is None or (match[1] or kind) != kind or kind in found or not float(match[2]):
                raise InputError(
                    "limit",
                    f"'{word}' is not a limit, or is one too many.",
                    fix="Write --limit 60s, --limit time=5min or --limit memory=2GB; each kind once.",
                )
            found[kind] = float(match[2]) * factor
        memory = found.get("memory")
        return cls(found.get("time"), None if memory is None else int(memory))

    def __bool__(self) -> bool:
        return self.seconds is not None or self.memory is not None

    def __enter__(self) -> "Budget":
        return Budget(self).__enter__()

    def __exit__(self, *_: object) -> None:
        _IN_FORCE.set(_IN_FORCE.get()[:-1])


class Companion(Protocol):
    """What goes along with some work under limits."""

    def keep(self) -> None:
        """Take note that the work could be wound up from here; may raise :class:`LimitReached`."""
        ...

    def wind_up(self) -> None:
        """Take note that a limit was passed, and that what is complete is now written."""
        ...

    def rest(self) -> None:
        """Take note that the work is done, and that its answer is now handed over."""
        ...


class Budget:
    """What is left of some limits.

    As a context, it is in force for all that this thread (or task) does within it. Whoever leaves it has the answer:
    handing that over is limited no more.
    """

    def __init__(self, limits: Limits, companion: Companion | None = None) -> None:
        self.limits = limits
        self.stage = "starting"
        self.so_far: Callable[[LimitReached], LimitReached] = alone
        """Puts what is complete with the limit that was passed."""
        self._companion = companion
        self._finished = False
        self._begun = monotonic()
        self._looked = 0.0

    @classmethod
    def of(cls, limits: "Limits | Budget | None") -> "Budget":
        """Begin to count, unless that has begun already; without limits, those of the context are in force."""
        if limits is None and _IN_FORCE.get():
            return _IN_FORCE.get()[-1]
        if limits is not None and not isinstance(limits, Budget | Limits):
            raise InputError("limit", f"{limits!r} is not a limit.", fix="Give aiopkg.Limits(seconds=60).")
        return limits if isinstance(limits, Budget) else cls(limits or Limits())

    def __enter__(self) -> "Budget":
        _IN_FORCE.set((*_IN_FORCE.get(), self))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        _IN_FORCE.set(_IN_FORCE.get()[:-1])
        if kind is None:
            self.finish()

    def finish(self) -> None:
        """Say that the answer is complete: no limit ends the work any more. Raises as :meth:`heed` does."""
        self.look()
        if self._companion is not None and not self._finished:
            self._finished = True
            self._companion.rest()

    def enter(self, stage: str) -> None:
        """Say what is done next, in words that fit after "while"; raises as :meth:`heed` does."""
        self.stage = stage
        self.heed()

    def heed(self) -> None:
        """Go on, or raise :class:`LimitReached` when a limit has been passed; what is complete can be taken up here."""
        if self._companion is not None:
            self._companion.keep()
        self.look()

    def heeding(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield some things, and look now and then whether a limit has been passed."""
        for number, item in enumerate(items):
            if number % _ITEMS_BETWEEN_LOOKS == 0:
                self.look()
            yield item

    def look(self) -> None:
        """Go on in the midst of a step, or raise :class:`LimitReached` when a limit has been passed."""
        if self._finished:
            return
        now = monotonic()
        if self.limits.seconds is not None and now - self._begun > self.limits.seconds:
            raise self.passed("time")
        if self.limits.memory is not None and now - self._looked > _BETWEEN_LOOKS:
            self._looked = now
            if (resident() or 0) > self.limits.memory:
                raise self.passed("memory")

    def passed(self, kind: str) -> LimitReached:
        """Return the error that says that the limit of a kind, time or memory, has been passed."""
        if self._companion is not None:
            self._companion.wind_up()
        if kind == "time":
            return LimitReached(
                "time-limit",
                f"The time limit of {self.limits.seconds:g} s was reached while {self.stage}.",
                fix="Allow more with --limit time=..., or give it less to do.",
            )
        memory = self.limits.memory
        limit = "The memory of this machine" if memory is None else f"The memory limit of {memory / 10**6:,.0f} MB"
        return LimitReached(
            "memory-limit",
            f"{limit} was reached while {self.stage}.",
            fix="Allow more with --limit memory=..., or give it less to do.",
        )


def alone(limit: LimitReached) -> LimitReached:
    """Return a limit that was passed as it is: nothing is complete that could go with it."""
    return limit


_IN_FORCE: ContextVar[tuple[Budget, ...]] = ContextVar("_IN_FORCE", default=())
"""What is left of the limits of each context that is open in this thread, the innermost last."""

UNLIMITED = Budget(Limits())
"""A budget that is never used up."""


def resident(process: int | str = "self") -> int | None:
    """Return how many bytes of the machine's memory a process holds, None where that cannot be told."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on every platform

    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        if process != "self":
            return None
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return int(pages) * resource.getpagesize()
