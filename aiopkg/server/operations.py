"""The operations of an update request (SPARQL 1.1 Update, 3), told apart by their tokens.

The text has been through :mod:`aiopkg.server.prescan`, so that outside all brackets it holds only words that
the grammar of updates knows, and nothing here nests.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import field
from itertools import pairwise

from pyoxigraph import Literal, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.server.prescan import Outline
from aiopkg.server.problem import Problem, Refusal, syntax_problem
from aiopkg.sparql.tokens import Token, place_in, read_tokens
from aiopkg.vocab import XSD

__all__ = ["Operation", "as_written", "literals_in", "read_operations", "with_marked_graphs"]

PROLOGUE = frozenset(["PREFIX", "BASE", "VERSION"])
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
COPYING = frozenset(["ADD", "COPY", "MOVE"])
LIKE_KEYWORD = re.compile(r"graph|default|silent", re.IGNORECASE)
MARK = "GRAPH "
REPORT = re.compile(r"error at (\d+):(\d+):")
NUMBER = re.compile(r"(?P<integer>[0-9]+)|(?P<decimal>[0-9]*\.[0-9]+)|(?P<double>.*[eE].*)")


def with_marked_graphs(text: str) -> str:
    """Put the optional GRAPH of ADD, COPY and MOVE before each name that begins like a keyword.

    The store reads ``COPY graph:a TO ex:b`` as ``COPY GRAPH :a TO ex:b``, and is wrong: a token is the longest
    possible (SPARQL 1.1 Query, 19.8).
    """
    pieces, start = [], 0
    for position in _marks(text):
        pieces += [text[start:position], MARK]
        start = position
    return "".join([*pieces, text[start:]])


def _marks(text: str) -> list[int]:
    found: list[int] = []
    depth, copies, before = 0, False, ""
    for token in read_tokens(text):
        if token.kind == "sign":
            depth += (token.text in OPENING) - (token.text in CLOSING)
            copies = copies and token.text != ";"
        elif token.kind == "word" and not depth:
            copies = copies or token.text.upper() in COPYING
        elif token.kind == "name" and copies and not depth and before != "GRAPH" and LIKE_KEYWORD.match(token.text):
            found.append(token.start)
        before = token.text.upper()
    return found


def as_written(message: str, text: str) -> str:
    """The message of a parser that has read a text with marked graphs, with the column in the text itself."""
    report = REPORT.match(message)
    if report is None:
        return message
    line, column = int(report[1]), int(report[2])
    places = (place_in(text, position) for position in _marks(text))
    for each, start in places:
        if each == line and column > start:
            column = max(start, column - len(MARK))
    return f"error at {line}:{column}:{message[report.end() :]}"


@dataclass(slots=True)
class Operation:
    """One operation: the prologue that is in force before it, its tokens, and the graphs that it names to write to.

    ``words`` are its keywords outside all brackets, ``where`` the place of WHERE among its tokens.
    """

    prologue: str
    tokens: list[Token] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    where: int | None = None

    @property
    def has_pattern(self) -> bool:
        """Whether it looks for something first: INSERT and DELETE with a pattern."""
        return self.where is not None

    @property
    def is_data(self) -> bool:
        """Whether it only names quads: INSERT DATA and DELETE DATA."""
        return self.words[:2] in (["INSERT", "DATA"], ["DELETE", "DATA"])

    @property
    def is_shortcut(self) -> bool:
        """Whether it is DELETE WHERE, whose pattern is also what it deletes."""
        return self.where == 1

    @property
    def has_dataset(self) -> bool:
        """Whether it says itself where its pattern looks."""
        return "USING" in self.words or "WITH" in self.words

    @property
    def is_silent_load(self) -> bool:
        """Whether it asks for a document and for silence where there is none."""
        return self.words[:2] == ["LOAD", "SILENT"]

    @property
    def clears_all(self) -> bool:
        """Whether it empties every named graph, whichever there are."""
        return self.words[:1] in (["CLEAR"], ["DROP"]) and not {"ALL", "NAMED"}.isdisjoint(self.words)

    def text(self, whole: str, default: Sequence[NamedNode] = (), named: Sequence[NamedNode] = ()) -> str:
        """The operation as a request of its own; its pattern looks at the given graphs if there are any."""
        start, end = self.tokens[0].start, self.tokens[-1].end
        if self.where is None or not (default or named):
            return self.prologue + whole[start:end]
        place = self.tokens[self.where]
        using = "".join([*(f"USING {graph} " for graph in default), *(f"USING NAMED {graph} " for graph in named)])
        if self.is_shortcut:
            group = whole[place.end : end]
            return f"{self.prologue}DELETE {group} {using}WHERE {group}"
        return f"{self.prologue}{whole[start : place.start]} {using}{whole[place.start : end]}"

    def as_insertion(self, whole: str) -> str:
        """The request that inserts the quads which INSERT DATA or DELETE DATA names."""
        return f"{self.prologue}INSERT {whole[self.tokens[0].end : self.tokens[-1].end]}"


def read_operations(text: str, outline: Outline) -> list[Operation]:
    """Tell the operations of an update apart; raises Refusal (403) for LOAD, which would leave the dataset."""
    operations: list[Operation] = []
    prologue: list[str] = []
    current = Operation("")
    depth, in_prologue = 0, 0
    for token in read_tokens(text):
        word = token.text.upper() if token.kind == "word" and not depth else ""
        if in_prologue:
            prologue.append(token.text)
            in_prologue -= 1
        elif word in PROLOGUE and not current.tokens:
            prologue.append(f"\n{token.text}")
            in_prologue = 2 if word == "PREFIX" else 1
        elif token.text == ";" and not depth:
            if current.tokens:
                operations.append(current)
            current = Operation("")
        else:
            if not current.tokens:
                current.prologue = " ".join(prologue) + "\n"
            depth += (token.text in OPENING) - (token.text in CLOSING) if token.kind == "sign" else 0
            _take(current, token, word, text)
    if current.tokens:
        operations.append(current)
    for operation in operations:
        operation.written |= set(_written(operation, outline))
    return operations


def _take(operation: Operation, token: Token, word: str, text: str) -> None:
    if word:
        operation.words.append(word)
        if word == "WHERE":
            operation.where = len(operation.tokens)
        if word != "SILENT" and operation.words[0] == "LOAD" and len(operation.words) == 2:
            _refuse_load(operation.tokens[0], text)
    elif operation.words == ["LOAD"]:
        _refuse_load(operation.tokens[0], text)
    operation.tokens.append(token)


def _refuse_load(token: Token, text: str) -> None:
    place = syntax_problem("", text, token.start)
    detail = "LOAD would fetch a document from elsewhere; send the document itself to the graph store."
    raise Refusal(Problem(403, "load-refused", "LOAD refused", detail, place.line, place.column))


def _written(operation: Operation, outline: Outline) -> Iterable[str]:
    """The graphs that the operation names as those to write to."""
    first = operation.words[0] if operation.words else ""
    tokens = operation.tokens if operation.where is None else operation.tokens[: operation.where]
    if operation.is_shortcut:
        tokens = operation.tokens
    if first in {"ADD", "COPY"}:
        tokens = tokens[next((n for n, t in enumerate(tokens) if t.text.upper() == "TO"), 0) :]
    takes_any = first in COPYING
    for before, token in pairwise(tokens):
        if token.kind in {"iri", "name"} and (takes_any or before.text.upper() in {"GRAPH", "WITH"}):
            yield _iri(token, outline)


def _iri(token: Token, outline: Outline) -> str:
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    return outline.prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)


def literals_in(text: str, outline: Outline) -> set[Literal]:
    """The literals with a datatype that a text holds, in its own spelling."""
    found: set[Literal] = set()
    tokens = list(read_tokens(text))
    for place, token in enumerate(tokens):
        if token.kind == "number":
            kind = NUMBER.fullmatch(token.text)
            sign = tokens[place - 1].text if place and tokens[place - 1].end == token.start else ""
            if kind is not None:
                number = (sign if sign in {"+", "-"} else "") + token.text
                found.add(Literal(number, datatype=getattr(XSD, kind.lastgroup or "")))
        elif token.kind == "text" and place + 2 < len(tokens) and tokens[place + 1].text == "^^":
            datatype = _datatype(_iri(tokens[place + 2], outline))
            if datatype is not None:
                found.add(Literal(_unquoted(token.text), datatype=datatype))
    return found


def _datatype(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:
        return None  # relative, and so none that a store rewrites


def _unquoted(text: str) -> str:
    marks = 3 if text[:3] in {"'''", '"""'} else 1
    return ESCAPE.sub(_unescaped, text[marks:-marks])


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if code[0] in "uU" and len(code) > 1 else ESCAPED.get(code, code)
