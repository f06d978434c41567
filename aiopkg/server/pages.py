"""The web page behind HTTP: pages are written in a thread of their own, so that ``/health`` and queries never wait."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aiopkg.server.messages import Reply
from aiopkg.server.problem import Problem
from aiopkg.web import Site

__all__ = ["Pages"]

MOST_WAITING = 50
"""Pages that may wait to be written; further ones are refused at once."""


class Pages:
    """The pages of a site, one at a time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._thread = ThreadPoolExecutor(1, "page")
        self._waiting = 0

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that has a page, with the stroke that it begins with."""
        return tuple(f"/{path}" for path in self._site.paths)

    async def reply(self, path: str, query: str, known: str | None) -> Reply:
        """Return the page at a path; ``known`` is the tag of what the browser has already (If-None-Match)."""
        answer = self._site.at_once(path.removeprefix("/"))
        if answer is None:
            if self._waiting >= MOST_WAITING:
                detail = f"{self._waiting} pages are waiting to be written already."
                return Problem(503, "busy", "Too many pages", detail, headers={"Retry-After": "5"}).reply()
            self._waiting += 1
            try:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(self._thread, self._site.answer, path.removeprefix("/"), query)
            finally:
                self._waiting -= 1
        if known is not None and known == answer.headers.get("ETag"):
            return Reply(304, answer.headers, b"")
        return Reply(answer.status, answer.headers, answer.body)
