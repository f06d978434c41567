"""The process that holds a store and answers questions, one after the other, until its input ends.

Several may have been sent to it at a time. When one has taken long, those behind it are handed back, because others
have been asked meanwhile.

It is started with one argument, a JSON object of ``dataset`` (a path), ``layout`` and ``limits``. Once the dataset is
loaded it gives up the right to open anything: no file, no connection. Memory is limited on top of what the
dataset takes, and the clock of the kernel ends it should the server no longer be there to do so.
"""

import json
import signal
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from aiopkg.errors import InputError
from aiopkg.server.amend import amend, has_graph, upload
from aiopkg.server.dataset import Dataset
from aiopkg.server.description import describe, read_examples
from aiopkg.server.evaluate import evaluate, look_up
from aiopkg.server.inbox import Inbox
from aiopkg.server.layout import Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import (
    HANDED_BACK,
    SOON,
    Amendment,
    Lookup,
    Message,
    Patch,
    Portrait,
    Question,
    Reply,
    Upload,
)
from aiopkg.server.problem import Problem, Refusal, memory_problem

__all__ = ["main", "work_order"]

STACK = 256 * 2**20
"""Stack of the thread that parses and evaluates, in bytes: a query at the limits of depth needs less."""

GRACE = 5.0
"""Seconds after the time limit at which a worker that nobody ended ends itself."""


def work_order(dataset: Path, layout: Layout, limits: Limits) -> str:
    """Write the argument that ``main`` reads."""
    return json.dumps({"dataset": str(dataset), "layout": asdict(layout), "limits": asdict(limits)})


def main() -> None:
    """Load the dataset, say that it is ready (or why not), then answer."""
    order = json.loads(sys.argv[1])
    limits = Limits(**order["limits"])
    try:
        layout = Layout(order["layout"]["home"], tuple(order["layout"]["derived"]))
        dataset = Dataset(Path(order["dataset"]), layout)
    except (InputError, OSError) as error:
        Problem(500, "dataset-unreadable", "The dataset cannot be read", str(error)).reply().write(sys.stdout.buffer)
        return
    read_examples()
    threading.stack_size(STACK)
    thread = threading.Thread(target=_answer_all, args=(dataset, limits))
    thread.start()
    thread.join()


def _answer_all(dataset: Dataset, limits: Limits) -> None:
    _give_up_rights(limits)
    out = sys.stdout.buffer
    Reply(200, {}, b"").write(out)
    inbox = Inbox(sys.stdin.fileno())
    handing_back = False
    while message := Message.read(inbox):
        if handing_back and not isinstance(message, Patch):
            out.write(HANDED_BACK)
            out.flush()
        else:
            begun = time.monotonic()
            _set_alarm(limits.seconds + GRACE)
            reply = _answer(dataset, message, limits)
            _set_alarm(0)
            reply.write(out)
            handing_back = handing_back or time.monotonic() - begun > SOON
        handing_back = handing_back and inbox.has_message()


def _answer(dataset: Dataset, message: Message, limits: Limits) -> Reply:
    """Answer one message; whatever cannot be done is a reply too."""
    try:
        return _work(dataset, message, limits)
    except Refusal as refusal:
        return refusal.problem.reply()
    except MemoryError:
        return memory_problem().reply()


def _work(dataset: Dataset, message: Message, limits: Limits) -> Reply:
    match message:
        case Question():
            reply = evaluate(dataset, message, limits)
        case Lookup():
            reply = look_up(dataset, message, limits)
        case Portrait():
            reply = describe(dataset, message, limits)
        case Amendment():
            reply = _proposed(amend(dataset, message, limits))
        case Upload():
            existed = "yes" if has_graph(dataset, message.graph) else "no"
            reply = _proposed(upload(dataset, message, limits), existed=existed)
        case Patch():
            dataset.take_in(message)
            reply = Reply(204, {}, b"")
        case _:
            raise TypeError(f"A worker does not understand {type(message).__name__}.")
    return reply


def _proposed(patch: Patch, **headers: str) -> Reply:
    return Reply(200, {"removed": str(patch.removed), **headers}, patch.lines)


def _set_alarm(seconds: float) -> None:
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _give_up_rights(limits: Limits) -> None:
    """Open nothing more (POSIX) and take no more memory than the limit says (Linux)."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 (not on every platform)

    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        memory = pages * resource.getpagesize() + limits.memory
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
