"""Where a syntax error is.

The parser tries keywords by their length, so that the position it reports can lie up to fourteen characters
behind the offending token. Reading the same tokens once more with wide gaps between them keeps that
reach inside one gap, and the token before the gap is the one at fault.
"""

import re
from bisect import bisect_right
from collections.abc import Callable

from aiopkg.server.problem import Problem, syntax_problem
from aiopkg.sparql.tokens import Token, read_tokens

__all__ = ["diagnose"]

GAP = " " * 24
LONGEST = 100_000
"""Texts beyond this many characters are not read a second time."""

REPORT = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
SENTENCE = re.compile(r"(?:expected (?:one of )?|, )([A-Z][\w()]*(?: [\w()]+){2,})")


def diagnose(text: str, message: str, parse_again: Callable[[str], str | None]) -> Problem:
    """Turn the parser's message into a problem with the line and column of the offending token.

    ``parse_again`` parses another text and returns the message of its syntax error, None if there is none.
    """
    position = _position(text, message)
    reason = SENTENCE.search(message)
    if len(text) <= LONGEST:
        tokens = list(read_tokens(text))
        spread, starts = _spread(tokens)
        if tokens and (again := parse_again(spread)) is not None:
            found = _position(spread, again)
            position = tokens[bisect_right(starts, found) - 1].start if found < len(spread) else len(text)
            reason = SENTENCE.search(again)
    return syntax_problem(_detail(text, position, reason), text, position)


def _detail(text: str, position: int, reason: re.Match[str] | None) -> str:
    if reason is not None:
        return f"{reason.group(1)}."
    if position >= len(text):
        return "The query ends too early."
    if len(text) > LONGEST:
        return "The query cannot be read from about here on."
    token = next(read_tokens(text[position:]), None)
    return f"Unexpected “{token.text[:60]}”." if token else "The query ends too early."


def _spread(tokens: list[Token]) -> tuple[str, list[int]]:
    """Write the tokens with gaps between them; also return where each then begins."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for place, token in enumerate(tokens):
        starts.append(length)
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        gap = "" if following is None or _belong_together(token, following) else GAP
        parts.append(token.text + gap)
        length += len(parts[-1])
    return "".join([*parts, GAP]), starts


def _belong_together(token: Token, following: Token) -> bool:
    """Whether the two stand side by side and a gap could change what they mean."""
    if token.end != following.start:
        return False
    return (
        token.text in {"+", "-", "^^"}
        or following.text == "^^"
        or following.kind == "tag"
        or (token.kind in {"name", "number", "sign"} and following.kind in {"name", "number"})
    )


def _position(text: str, message: str) -> int:
    """The position (in characters, from 0) that a message of the parser names; the end if it names none."""
    report = REPORT.match(message)
    if report is None:
        return len(text)
    line, column = int(report.group(1)), int(report.group(2))
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(start + column - 1, len(text))
