"""The socket and the signals: the server from its first to its last moment."""

import asyncio
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from aiopkg.errors import InputError
from aiopkg.server.holding import Holding
from aiopkg.server.ledger import Ledger
from aiopkg.server.limits import Limits
from aiopkg.server.protocol import Application

__all__ = ["serve"]


PATIENCE = 10.0
"""Seconds within which the head of a request must have come."""

MOST_OPEN = 65_536
"""Connections and files that may be open at a time, where the system allows as many."""


class _Patient(HttpToolsProtocol):
    """Ends a connection over which the head of a request comes too slowly, or none at all."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._patience is None:
            self._wait()

    def on_headers_complete(self) -> None:
        self._rest()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._patience = self.loop.call_later(PATIENCE, self.transport.close)

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


class _Server(uvicorn.Server):
    """Announces itself when it listens, and ends the workers before it waits for open requests."""

    def __init__(self, config: uvicorn.Config, ledger: Ledger, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._ledger = ledger
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._ledger.stop()
        await super().shutdown(sockets)


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
        ledger = Ledger(content, limits)
        config = uvicorn.Config(
            Application(ledger, token, starts=False),
            http=_Patient,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
        server = _Server(config, ledger, lambda: announce(url) if announce else None)

        async def run() -> None:
            async with ledger:
                if not server.should_exit:
                    await server.serve(sockets=[listener])

        with _asked_to_stop(server):
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
        wanted = MOST_OPEN if most == resource.RLIM_INFINITY else min(MOST_OPEN, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@contextlib.contextmanager
def _asked_to_stop(server: uvicorn.Server) -> Iterator[None]:
    """Take SIGINT and SIGTERM as a wish to stop, also when uvicorn raises them once more at its end."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
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
