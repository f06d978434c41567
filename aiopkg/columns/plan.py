"""What a query says, made ready for evaluation: its terms, its conditions and what its SELECT clause asks for."""

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

from pyoxigraph import NamedNode, RdfFormat, parse

from aiopkg.columns.terms import in_store
from aiopkg.dataclass import dataclass
from aiopkg.reason.dictionary import Term
from aiopkg.syntax.parser import parse_construct, parse_own_query
from aiopkg.syntax.tree import Exists, Pattern, Query, QueryError, Token

__all__ = [
    "All", "Any", "Bound", "Condition", "Modifiers", "Naming", "Negation", "NotForColumns", "Opaque", "Selected",
    "condition_of", "modifiers_of", "read_construct", "read_select",
]  # fmt: skip

AGGREGATES = ("COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT")
_SIGNS = ("=", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "IN", "NOT")


class NotForColumns(Exception):
    """The query uses a form that is not evaluated over columns; a store has to answer it."""


@cache
def read_select(text: str) -> Query:
    """Read a SELECT; raises NotForColumns for what our parser does not read."""
    try:
        return parse_own_query(text)
    except QueryError as error:
        raise NotForColumns(str(error)) from None


@cache
def read_construct(text: str) -> tuple[Sequence[Pattern], Query]:
    """Read a CONSTRUCT; raises NotForColumns for what our parser does not read."""
    try:
        return parse_construct(text)
    except QueryError as error:
        raise NotForColumns(str(error)) from None


class Naming:
    """What the tokens of one query name, by its prefixes."""

    def __init__(self, prologue: str) -> None:
        words = prologue.split()
        self.prologue = prologue
        self._turtle = "".join(f"@prefix {name} {iri} .\n" for name, iri in zip(words[1::3], words[2::3], strict=True))
        self._known: dict[str, Term] = {"a": NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")}

    def term(self, token: str) -> Term:
        """The IRI or literal that a token is, literals as a store writes them."""
        found = self._known.get(token)
        if found is None:
            try:
                text = f"{self._turtle}<urn:x:s> <urn:x:p> {token} ."
                (quad,) = parse(text, RdfFormat.TURTLE)
            except (SyntaxError, ValueError) as error:
                raise NotForColumns(f"{token} is no term") from error
            found = self._known[token] = in_store(quad.object)
        return found


@dataclass(frozen=True, eq=False)
class All:
    """Conditions of which every one has to hold (``&&``)."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, eq=False)
class Any:
    """Conditions of which one has to hold (``||``)."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, eq=False)
class Negation:
    """``!`` before a condition."""

    part: "Condition"


@dataclass(frozen=True, eq=False)
class Bound:
    """``BOUND(?name)``."""

    name: str


@dataclass(frozen=True, eq=False)
class Opaque:
    """An expression whose value is asked of SPARQL itself, for each different row of its variables."""

    tokens: tuple[Token, ...]


Condition: TypeAlias = All | Any | Negation | Bound | Exists | Opaque


def condition_of(tokens: Sequence[Token]) -> Condition:
    """Take an expression apart as far as truth goes (SPARQL 1.1, section 17.2)."""
    for sign, kind in (("||", Any), ("&&", All)):
        parts = split(tokens, sign)
        if len(parts) > 1:
            return kind(tuple(map(condition_of, parts)))
    if len(tokens) == 1 and isinstance(tokens[0], Exists):
        return tokens[0]
    if tokens and tokens[0] == "(" and closing(tokens, 0) == len(tokens) - 1:
        return condition_of(tokens[1:-1])
    if tokens and tokens[0] == "!" and not any(sign in _SIGNS for sign in _outside(tokens)):
        return Negation(condition_of(tokens[1:]))
    if len(tokens) == 4 and str(tokens[0]).upper() == "BOUND":
        return Bound(str(tokens[2]))
    return Opaque(tuple(tokens))


def _outside(tokens: Sequence[Token]) -> list[str]:
    """The tokens outside brackets, in capitals."""
    found, place = [], 0
    while place < len(tokens):
        token = tokens[place]
        if isinstance(token, str):
            found.append(token.upper())
            if token == "(":
                place = closing(tokens, place)
        place += 1
    return found


def split(tokens: Sequence[Token], sign: str) -> list[Sequence[Token]]:
    """The parts of an expression between some sign that stands outside brackets."""
    parts, start, depth = [], 0, 0
    for place, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if token == sign and depth == 0:
            parts.append(tokens[start:place])
            start = place + 1
    return [*parts, tokens[start:]]


def closing(tokens: Sequence[Token], place: int) -> int:
    """The place of the bracket that closes the one at a place."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += (tokens[at] == "(") - (tokens[at] == ")")
        if depth == 0:
            return at
    raise NotForColumns("a bracket is not closed")


@dataclass(frozen=True)
class Selected:
    """One column of an answer: a variable, or an expression that gives it its value."""

    name: str
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True)
class Modifiers:
    """What a SELECT asks for beside its WHERE; ``selected`` is None for ``*``, ``groups`` for no GROUP BY.

    ``order`` names variables with whether they descend.
    """

    distinct: bool
    selected: tuple[Selected, ...] | None
    groups: tuple[str, ...] | None
    having: tuple[tuple[Token, ...], ...]
    order: tuple[tuple[str, bool], ...]

    @property
    def aggregates(self) -> bool:
        """Whether rows are put into groups."""
        told = [token for each in self.selected or () for token in each.tokens]
        return self.groups is not None or any(isinstance(t, str) and t.upper() in AGGREGATES for t in told)


def modifiers_of(query: Query) -> Modifiers:
    """Read what stands before and after the WHERE of a SELECT; LIMIT and OFFSET are not for columns."""
    head = list(query.head or [])
    distinct = bool(head) and str(head[0]).upper() in ("DISTINCT", "REDUCED")
    selected: list[Selected] = []
    place = int(distinct)
    while place < len(head) and head[place] != "*":
        token = head[place]
        if token == "(":
            end = closing(head, place)
            selected.append(Selected(str(head[end - 1]), tuple(head[place + 1 : end - 2])))
            place = end
        else:
            selected.append(Selected(str(token)))
        place += 1
    chosen = tuple(selected) if place == len(head) else None
    return Modifiers(distinct, chosen, *_tail(list(query.tail)))


_Tail: TypeAlias = tuple[tuple[str, ...] | None, tuple[tuple[Token, ...], ...], tuple[tuple[str, bool], ...]]


def _tail(tokens: list[Token]) -> _Tail:
    groups: list[str] | None = None
    having: list[tuple[Token, ...]] = []
    order: list[tuple[str, bool]] = []
    place = 0
    while place < len(tokens):
        word = str(tokens[place]).upper()
        if word == "GROUP":
            groups, place = [], place + 2
            while place < len(tokens) and str(tokens[place]).startswith("?"):
                groups.append(str(tokens[place]))
                place += 1
        elif word == "HAVING":
            place += 1
            while place < len(tokens) and tokens[place] == "(":
                end = closing(tokens, place)
                having.append(tuple(tokens[place + 1 : end]))
                place = end + 1
        elif word == "ORDER":
            place += 2
            while place < len(tokens):
                sign = str(tokens[place]).upper()
                name = str(tokens[place + 2] if sign in ("ASC", "DESC") else tokens[place])
                if not name.startswith("?"):
                    raise NotForColumns("an order by more than a variable")
                order.append((name, sign == "DESC"))
                place += 4 if sign in ("ASC", "DESC") else 1
        else:
            raise NotForColumns(f"{word} after a query")
    return None if groups is None else tuple(groups), tuple(having), tuple(order)
