"""The tokens of a SPARQL text (SPARQL 1.1 Query, 19.8), found in time linear in its length."""

import re
from collections.abc import Iterator
from functools import cache

from aiopkg.dataclass import dataclass

__all__ = ["Token", "place_in", "read_tokens"]

# A code point that a string may hold: no surrogate, nothing beyond U+10FFFF. A parser that rejects an escape
# may read the rest of the string as code, so a string with any other escape is not taken for a string.
_ESCAPE = (
    r"\\(?:[tbnrf\\\"']|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r"|U(?!0000[dD][89a-fA-F])00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})"
)
# Names may hold more than the grammar allows: a parser that stops earlier finds no token there, only an error.
_LETTER = r"a-zA-Z\u0080-\U0010FFFF"
_LOCAL = rf"(?:[{_LETTER}0-9_\-.:]|%[0-9a-fA-F]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])"

_TOKEN = rf"""
      (?P<space> [ \t\r\n]++ | \#[^\r\n]*+ )
    | (?P<mark> <<\(? | \)>> | \|\| | && | \^\^ | <= | >= | != | {{\| | \|}} | >> )
    | (?P<iri> <(?: [^<>"{{}}|^`\\\x00-\x20] | \\u[0-9a-fA-F]{{4}} | \\U[0-9a-fA-F]{{8}} )*+> )
    | (?P<text> '''(?: '{{0,2}}(?: [^'\\] | {_ESCAPE} ) )*+ '''
              | \"\"\"(?: "{{0,2}}(?: [^"\\] | {_ESCAPE} ) )*+ \"\"\"
              | '(?: [^'\\\r\n] | {_ESCAPE} )*+ '
              | "(?: [^"\\\r\n] | {_ESCAPE} )*+ " )
    | (?P<open> ['"] )
    | (?P<variable> [?$][{_LETTER}0-9_]++ )
    | (?P<blank> _:[{_LETTER}0-9_\-.]*+ )
    | (?P<tag> @[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)? )
    | (?P<name> (?:[{_LETTER}][{_LETTER}0-9_\-.]{{0,200}}+)?:{_LOCAL}*+ )
    | (?P<number> (?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+\-]?[0-9]++ | [0-9]*+\.[0-9]++ | [0-9]++ )
    | (?P<word> [{_LETTER}][{_LETTER}0-9_]*+ )
    | (?P<sign> [\s\S] )
    """


@cache
def _token() -> re.Pattern[str]:
    """The pattern of a token; it takes a while to compile, so only a program that reads a query does."""
    return re.compile(_TOKEN, re.VERBOSE)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of query text: its kind, its characters, and where it begins (in characters, from 0).

    Kinds: iri, text (a string), variable, blank, tag (a language), name (prefixed), number, word
    (a keyword or function), sign (brackets, operators, punctuation), open (a quote whose string has no end).
    """

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The position after the last character."""
        return self.start + len(self.text)


def read_tokens(text: str) -> Iterator[Token]:
    """Read the tokens one by one, without spaces and comments; the last is of kind open at a string without an end."""
    position = 0
    match = _token().match
    while found := match(text, position):
        kind, piece = found.lastgroup or "sign", found.group()
        if kind == "name":
            piece = _without_final_dots(piece)
        elif kind == "blank":
            piece = piece.rstrip(".")
        elif kind == "mark":
            kind = "sign"
        if kind != "space":
            yield Token(kind, piece, position)
        if kind == "open":
            return
        position += len(piece)


def place_in(text: str, position: int) -> tuple[int, int]:
    """Return the line and the column, both from 1, of a position (in characters, from 0)."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _without_final_dots(name: str) -> str:
    """A local name may hold dots but not end with one, unless the dot is escaped."""
    stripped = name.rstrip(".")
    escaped = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + "." if escaped % 2 and len(stripped) < len(name) else stripped
