"""An error of the endpoint as a problem document (RFC 9457)."""

import json
from dataclasses import field

from aiopkg.dataclass import dataclass
from aiopkg.server.messages import Reply
from aiopkg.sparql.tokens import place_in

__all__ = ["Problem", "Refusal", "memory_problem", "syntax_problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with a request: an HTTP status, a stable code, and where in the query if known.

    ``line`` and ``column`` are counted from 1, the column in characters. ``more`` are members of the
    document beside the usual ones.
    """

    status: int
    code: str
    title: str
    detail: str
    line: int | None = None
    column: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    def reply(self) -> Reply:
        """The problem as a response of media type application/problem+json."""
        content: dict[str, str | int] = {
            "title": self.title,
            "detail": self.detail,
            "status": self.status,
            "code": self.code,
        }
        if self.line is not None:
            content["line"] = self.line
            if self.column is not None:
                content["column"] = self.column
        content |= {name: value for name, value in self.more.items() if value}
        body = json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
        return Reply(self.status, {"Content-Type": "application/problem+json", **self.headers}, body)


class Refusal(Exception):
    """Ends the work on a request; the problem it carries is the response."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def memory_problem() -> Problem:
    """The problem of a query that needs more memory than a worker may take."""
    detail = "The query needs more memory than this endpoint gives to one query. Ask for less."
    return Problem(503, "memory-limit", "Memory limit reached", detail)


def syntax_problem(detail: str, text: str, position: int) -> Problem:
    """A syntax error at a position (in characters, from 0), told by line and column."""
    return Problem(400, "syntax", "Syntax error", detail, *place_in(text, position))
