"""The workers and the keeper together: questions go to the one, changes through both."""

import asyncio
import json
import logging
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from pyoxigraph import NamedNode

from aiopkg.errors import InputError, Place
from aiopkg.server.changes import are_many, fold, without_graphs
from aiopkg.server.dialogue import Lost
from aiopkg.server.holding import Holding
from aiopkg.server.layout import ORGANIZATION, Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Amendment, Message, Patch, Reply, Upload, Visit
from aiopkg.server.pool import Pool
from aiopkg.server.problem import Problem
from aiopkg.server.process import Process

__all__ = ["Ledger"]

LOG = logging.getLogger(__name__)


class Ledger:
    """What is served, and every change of it in order, folded now and then.

    Use it as an asynchronous context: entering starts the processes (InputError when they cannot take up what
    is to be served), leaving ends them. Quads alone, without a keeper, are served as they are and never change.
    """

    def __init__(self, content: bytes | Holding, limits: Limits) -> None:
        self.limits = limits
        self._content = content
        self._pool: Pool | None = None
        self._keeper: Process | None = None
        self._changes: list[Patch] = []
        self._visits = 0
        self._turn = asyncio.Lock()
        self._keeping = asyncio.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._commits: set[asyncio.Task[Reply]] = set()

    @property
    def layout(self) -> Layout:
        """What the graphs are for."""
        return self._content.layout if isinstance(self._content, Holding) else ORGANIZATION

    @property
    def pool(self) -> Pool:
        """The workers; they exist inside the context only."""
        assert self._pool is not None
        return self._pool

    @property
    def keeps(self) -> bool:
        """Whether there is a keeper, so that what is served can change."""
        return isinstance(self._content, Holding)

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="aiopkg-", ignore_cleanup_errors=True)
        try:
            quads = await self._start_keeper() if isinstance(self._content, Holding) else self._content
            self._pool = Pool(quads, self.limits, self.layout)
            await self._pool.__aenter__()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        if not self.keeps:
            self._content = b""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if self._pool is not None:
            await self._pool.__aexit__(kind, error, trace)
        if self._folder is not None:
            self._folder.cleanup()

    async def stop(self) -> None:
        """End all processes; a change that is being committed is finished first."""
        await asyncio.gather(*self._commits, return_exceptions=True)
        if self._pool is not None:
            await self._pool.stop()
        if self._keeper is not None:
            await self._keeper.end()

    async def answer(self, question: Message) -> Reply:
        """Have a worker answer."""
        return await self.pool.answer(question)

    async def visit(self, visit: Visit) -> Reply:
        """Have the keeper give a page."""
        if self._visits >= self.limits.waiting:
            detail = f"{self._visits} pages are waiting to be written already."
            return Problem(503, "busy", "Too many pages", detail, headers={"Retry-After": "5"}).reply()
        self._visits += 1
        try:
            return await self._ask_keeper(visit)
        finally:
            self._visits -= 1

    async def commit(self, request: Amendment | Upload) -> Reply:
        """Work out a change, take it in with all that follows from it, and reply when everybody will see it.

        The reply has status 204, or is a problem, and then nothing has changed. Once a change is worked out it is
        committed even if nobody waits for the reply any more.
        """
        async with self._turn:
            reply = await self.pool.answer(request)
            if reply.status != 200:
                return reply
            patch = Patch(int(reply.headers["removed"]), reply.body)
            done = Reply(204, {name: value for name, value in reply.headers.items() if name != "removed"}, b"")
            if not patch.lines:
                return done
            task = asyncio.create_task(self._take_in(patch, done))
            self._commits.add(task)
            task.add_done_callback(self._commits.discard)
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                await asyncio.wait({task})  # the next change is worked out on what this one leaves
                raise

    async def _take_in(self, patch: Patch, done: Reply) -> Reply:
        outcome = await self._ask_keeper(patch)
        if outcome.status != 200:
            return outcome
        change = Patch(int(outcome.headers["removed"]), outcome.body)
        self._changes.append(change)
        await self.pool.revise(change)
        if are_many(self._changes):
            self._changes = [await asyncio.to_thread(self._folded)]
        return done

    def _folded(self) -> Patch:
        """All changes of what is asserted as one; what follows from them the keeper works out itself."""
        derived = {NamedNode(iri) for iri in self.layout.derived}
        return without_graphs(fold(self._changes), derived)

    async def _ask_keeper(self, message: Message) -> Reply:
        """Ask the keeper; when it is lost, another one takes up what is served with all changes so far."""
        async with self._keeping:
            try:
                if self._keeper is None or not self._keeper.is_alive:
                    await self._start_keeper()
                assert self._keeper is not None
                return await self._keeper.ask(message)
            except (Lost, InputError) as error:
                LOG.warning("The keeper has ended: %s", error)
                detail = "The process that keeps what is served has ended; nothing has changed. It is being replaced."
                return Problem(503, "keeper-lost", "The request was not completed", detail).reply()

    async def _start_keeper(self) -> bytes:
        """Start the keeper and return the dataset; raises InputError when it cannot take up what is to be served."""
        assert self._folder is not None
        assert isinstance(self._content, Holding)
        self._keeper = await Process.start("keeper", Path(self._folder.name))
        ready = await self._keeper.wait_until_ready(self._content)
        if ready.status != 200:
            await self._keeper.end()
            raise _input_error(json.loads(ready.body))
        if self._changes:
            await self._keeper.ask(await asyncio.to_thread(self._folded))
        return ready.body


def _input_error(problem: dict[str, str]) -> InputError:
    line, column = (int(problem[name]) if name in problem else None for name in ("line", "column"))
    place = Place(problem["file"], line, column) if problem.get("file") else None
    excerpt = problem.get("excerpt", "")
    return InputError(problem["code"], problem["cause"], fix=problem.get("fix", ""), place=place, excerpt=excerpt)
