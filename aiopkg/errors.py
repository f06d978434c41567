"""The one exception tree.

::

    AiopkgError                 every error a caller may want to catch
    ├── InputError              what was given cannot be used; says where and what to do (exit code 2)
    │   └── MissingExtra        an optional part is not installed; says the install line
    └── LimitReached            a time, memory or size limit ended the work (exit code 3)

Anything else that escapes is a defect of aiopkg (exit code 4).
"""

from aiopkg.dataclass import dataclass

__all__ = ["AiopkgError", "AiopkgWarning", "InputError", "LimitReached", "MissingExtra", "Place"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file as the user named it, a line counted from 1, a column counted from 1."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


class AiopkgError(Exception):
    """The root of every error that aiopkg raises on purpose.

    Carries a stable ``code`` (documented, never reused), the ``cause`` in one sentence, the ``place``
    if there is one, the source line as ``excerpt``, and the ``fix`` in one sentence.
    """

    exit_code = 2

    def __init__(self, code: str, cause: str, *, fix: str = "", place: Place | None = None, excerpt: str = "") -> None:
        super().__init__(cause)
        self.code = code
        self.cause = cause
        self.fix = fix
        self.place = place
        self.excerpt = excerpt

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        fix = f" {self.fix}" if self.fix else ""
        return f"{where}{self.cause} [{self.code}]{fix}"


class InputError(AiopkgError):
    """What was given cannot be used as it is; nothing of it has been taken in."""


class MissingExtra(InputError):
    """An optional part of aiopkg is needed and not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(
            "missing-extra",
            f"{needed_for} needs the optional part '{extra}', which is not installed.",
            fix=f"Install it with: pip install 'aiopkg[{extra}]'",
        )


class AiopkgWarning(UserWarning):
    """Something that was given has no effect; nothing else is wrong."""


class LimitReached(AiopkgError):
    """A limit on time, memory or size was reached; what was complete by then is kept."""

    exit_code = 3
