"""The process that keeps what is served: it takes in changes one after the other, and gives pages.

Text of users is not parsed here, neither queries nor documents: a change arrives as the quads that a worker
made of it. The first message says what is kept; the reply is the whole dataset.
"""

import sys

from aiopkg.errors import AiopkgError, Place
from aiopkg.server.holding import Holding
from aiopkg.server.kept import Kept, keep
from aiopkg.server.messages import Message, Patch, Reply, Visit
from aiopkg.server.problem import Problem, Refusal
from aiopkg.server.process import stand_back

__all__ = ["main"]

STEPS_BACK = 4
"""By how much the keeper lets the server and those who answer questions go first."""


def main() -> None:
    """Keep what the first message says, and answer until the input ends."""
    stand_back(STEPS_BACK)
    holding = Message.read(sys.stdin.buffer, Holding)
    if not isinstance(holding, Holding):
        return
    try:
        kept = keep(holding)
    except AiopkgError as error:
        _problem(error).reply().write(sys.stdout.buffer)
        return
    Reply(200, {}, kept.quads()).write(sys.stdout.buffer)
    while message := Message.read(sys.stdin.buffer):
        _answer(kept, message).write(sys.stdout.buffer)


def _answer(kept: Kept, message: Message) -> Reply:
    try:
        match message:
            case Patch():
                patch = kept.change(message)
                return Reply(200, {"removed": str(patch.removed)}, patch.lines)
            case Visit():
                return kept.visit(message)
            case _:
                raise TypeError(f"The keeper does not understand {type(message).__name__}.")
    except Refusal as refusal:
        return refusal.problem.reply()
    except AiopkgError as error:
        return _problem(error).reply()


def _problem(error: AiopkgError) -> Problem:
    """What is wrong with a change, or with what is to be kept."""
    place = error.place or Place("")
    details = {"cause": error.cause, "fix": error.fix, "excerpt": error.excerpt, "file": place.file}
    title = "The change cannot be made"
    return Problem(422, error.code, title, f"{error.cause} {error.fix}".strip(), place.line, place.column, {}, details)
