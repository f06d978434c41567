"""The process that holds a store and answers questions, one after the other, until its input ends.

It is started with one argument, a JSON object of ``dataset`` (a path), ``layout``, ``limits`` and ``door``. With a
door, the descriptor of a socket, it is a stem: it answers no question itself, but takes in changes and branches, and
each branch answers at the socket that came through the door.

Who answers has given up the right to open anything: no file, no connection. Memory is limited on top of what the
dataset takes, and the clock of the kernel ends it should the server no longer be there to do so.
"""

import gc
import json
import os
import signal
import socket
import sys
import threading
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
    Amendment,
    Fallen,
    Lookup,
    Message,
    Offshoot,
    Patch,
    Portrait,
    Question,
    Reply,
    Upload,
)
from aiopkg.server.problem import Problem, Refusal, memory_problem
from aiopkg.server.process import stand_back

__all__ = ["main", "work_order"]

STACK = 256 * 2**20
"""Stack of the thread that parses and evaluates, in bytes: a query at the limits of depth needs less."""

GRACE = 5.0
"""Seconds after the time limit at which a worker that nobody ended ends itself."""

FIRST = ("SELECT * { ?s ?p ?o } LIMIT 1", "ASK { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1")
"""What a stem asks itself, and the first of it each worker, so that no question pays for what is done only once."""

STEPS_BACK = 1
"""By how much a worker lets the server go first."""


def work_order(dataset: Path, layout: Layout, limits: Limits, door: int | None = None) -> str:
    """Write the argument that ``main`` reads."""
    order = {"dataset": str(dataset), "layout": asdict(layout), "limits": asdict(limits), "door": door}
    return json.dumps(order)


def main() -> None:
    """Load the dataset, say that it is ready (or why not), then answer or branch."""
    stand_back(STEPS_BACK)
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
    if order["door"] is not None and not _branch(dataset, limits, socket.socket(fileno=order["door"])):
        return
    thread = threading.Thread(target=_answer_all, args=(dataset, limits))
    thread.start()
    thread.join()
    sys.stdout.flush()
    os._exit(0)  # to take the store apart would only cost time, and memory that is shared


def _branch(dataset: Dataset, limits: Limits, door: socket.socket) -> bool:
    """Take in changes and branch until the input ends; true in each branch, false at the end of the stem."""
    out = sys.stdout.buffer
    done = Reply(204, {}, b"")
    for text in FIRST:
        _answer(dataset, Question(text), limits)
    Reply(200, {}, b"").write(out)
    gc.collect()
    inbox = Inbox(sys.stdin.fileno())
    while message := Message.read(inbox):
        match message:
            case Patch():
                dataset.take_in(message)
            case Offshoot():
                if _is_branch(door):
                    return True
            case Fallen():
                os.waitpid(message.process, 0)
            case _:
                raise TypeError(f"A stem does not understand {type(message).__name__}.")
        done.write(out)
    return False


def _is_branch(door: socket.socket) -> bool:
    """Copy this process; true in the copy, which now speaks over the socket that has come through the door."""
    _, descriptors, _, _ = socket.recv_fds(door, 1, 2)
    gc.freeze()
    try:
        copy = os.fork()
    except OSError:
        copy = -1  # nobody will answer at the socket, which says enough
    if not copy:
        talk, complaints = descriptors
        for given, usual in ((talk, 0), (talk, 1), (complaints, 2)):
            os.dup2(given, usual)
        door.close()
        stand_back(0)
    for descriptor in descriptors:
        os.close(descriptor)
    return not copy


def _answer_all(dataset: Dataset, limits: Limits) -> None:
    _give_up_rights(limits)
    out = sys.stdout.buffer
    _answer(dataset, Question(FIRST[0]), limits)
    Reply(200, {"process": str(os.getpid())}, b"").write(out)
    inbox = Inbox(sys.stdin.fileno())
    while message := Message.read(inbox):
        _set_alarm(limits.seconds + GRACE)
        reply = _answer(dataset, message, limits)
        _set_alarm(0)
        reply.write(out)


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
