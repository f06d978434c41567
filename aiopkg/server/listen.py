"""The socket and the signals: the server from its first to its last moment."""

import asyncio
import contextlib
import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType

from aiopkg.errors import InputError
from aiopkg.server.connection import Connections
from aiopkg.server.holding import Holding
from aiopkg.server.ledger import Ledger
from aiopkg.server.limits import Limits
from aiopkg.server.protocol import Application

__all__ = ["serve"]


MOST_FILES = 65_536
"""Connections and files that may be open at a time, where the system allows as many."""

BACKLOG = 1024
"""Connections that may wait to be taken up."""

DOORS = 16
"""Connections that are taken up in one turn of the loop: it takes one for each time that it watches the socket."""

LAST_MOMENTS = 5.0
"""Seconds that answers on their way have at the end."""


def serve(
    content: bytes | Holding,
    *,
    host: str,
    port: int,
    token: str,
    limits: Limits,
    announce: Callable[[str], None] | None,
) -> None:
    """Listen, answer, and return after SIGINT or SIGTERM with every worker gone."""
    _allow_many_connections()
    with _listening(host, port) as listener:
        url = _url(host, listener.getsockname()[1])

        async def run() -> None:
            with _asked_to_stop() as asked:
                async with Ledger(content, limits) as ledger:
                    if asked.is_set():
                        return
                    connections = Connections(Application(ledger, token, starts=False))
                    loop = asyncio.get_running_loop()
                    servers = [
                        await loop.create_server(connections.accept, sock=listener.dup(), backlog=BACKLOG)
                        for _ in range(DOORS)
                    ]
                    gc.freeze()  # what lives as long as the server is not looked through again and again
                    if announce is not None:
                        announce(url)
                    await asked.wait()
                    for server in servers:
                        server.close()
                    await ledger.stop()
                    await connections.close(LAST_MOMENTS)

        _run(run())


def _run(work: Coroutine[object, object, None]) -> None:
    """Run on the faster event loop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 (not on every platform)
    except ModuleNotFoundError:
        asyncio.run(work)
    else:
        uvloop.run(work)


def _allow_many_connections() -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 (not on every platform)

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@contextlib.contextmanager
def _asked_to_stop() -> Iterator[asyncio.Event]:
    """Take SIGINT and SIGTERM as a wish to stop."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(asked.set)

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    earlier = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for each, handler in earlier.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Bind the address before anything is loaded; raises InputError when it cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address, family=family)
    except OSError as error:
        cause = f"The server cannot listen on {host}, port {port}: {error.strerror or error}."
        raise InputError("address", cause, fix="Choose another port, or 0 for any free one.") from error
    with listener:
        yield listener


def _url(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/"
