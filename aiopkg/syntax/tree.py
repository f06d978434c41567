"""SPARQL SELECT and ASK queries as a tree of groups, and the tree written as text (SPARQL 1.1, section 19.8).

Expressions stay lists of tokens, in which only EXISTS and its group are structure. Blank nodes and the shorthands of
triple patterns are written out as variables and single patterns, so that a group can be taken apart.
"""

from collections.abc import Iterator
from dataclasses import field
from itertools import pairwise
from typing import TypeAlias

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Path

__all__ = [
    "Bind", "Element", "Exists", "Filter", "Graph", "Group", "Minus", "Optional", "Pattern", "Query", "QueryError",
    "Raw", "Refused", "SubSelect", "Token", "Union", "variables_of", "write_group", "write_query",
]  # fmt: skip


class QueryError(ValueError):
    """The text is not a query that we can read."""


@dataclass
class Exists:
    """EXISTS or NOT EXISTS with its group, inside an expression."""

    negated: bool
    group: "Group"


Token: TypeAlias = str | Exists


@dataclass
class Pattern:
    """One triple pattern; ``path`` is None where the verb is a variable or a negated property set."""

    subject: str
    verb: str
    path: Path | None
    object: str


@dataclass
class Filter:
    """FILTER with its expression."""

    tokens: list[Token]


@dataclass
class Bind:
    """BIND of an expression to a variable."""

    tokens: list[Token]
    variable: str


@dataclass
class Optional:
    """OPTIONAL."""

    group: "Group"


@dataclass
class Minus:
    """MINUS, in queries of our own."""

    group: "Group"


@dataclass
class Union:
    """Groups joined by UNION; a single one is a plain nested group."""

    groups: list["Group"]


@dataclass
class Graph:
    """GRAPH with its name."""

    name: str
    group: "Group"


@dataclass
class Raw:
    """Text of our own that is written as it is, with the variables that it binds."""

    text: str
    binds: tuple[str, ...] = ()


@dataclass
class Refused:
    """A form that SHACL does not allow beside pre-bound variables: MINUS, SERVICE or VALUES."""

    keyword: str


@dataclass
class SubSelect:
    """A SELECT inside a group."""

    query: "Query"


Element: TypeAlias = Pattern | Filter | Bind | Optional | Minus | Union | Graph | Raw | Refused | SubSelect


@dataclass
class Group:
    """What stands between braces."""

    elements: list[Element] = field(default_factory=list)


@dataclass
class Query:
    """A SELECT (``head`` is what stands between SELECT and WHERE) or an ASK (``head`` is None)."""

    head: list[Token] | None
    where: Group
    tail: list[Token]
    prologue: str = ""

    @property
    def projected(self) -> list[str] | None:
        """The names that the SELECT clause lists, or None for ``*``."""
        names: list[str] = []
        depth = 0
        for place, token in enumerate(self.head or []):
            if token == "*" and depth == 0:
                return None
            depth += (token == "(") - (token == ")")
            if isinstance(token, str) and token[0] == "?":
                before = (self.head or [""])[place - 1]
                if depth == 0 or (isinstance(before, str) and before.upper() == "AS"):
                    names.append(token[1:])
        return names

    @property
    def assigned(self) -> set[str]:
        """The variables that the SELECT clause or GROUP BY gives values with AS."""
        tokens = [*(self.head or []), *self.tail]
        return {str(after) for before, after in pairwise(tokens) if isinstance(before, str) and before.upper() == "AS"}


def variables_of(element: Element | Group | Query | Token) -> set[str]:
    """Every variable that is named anywhere inside."""
    found: set[str] = set()
    match element:
        case str() if element.startswith("?") and len(element) > 1:
            found = {element}
        case Pattern():
            found = {t for t in (element.subject, element.verb, element.object) if t.startswith("?")}
        case Raw():
            found = set(element.binds)
        case Bind():
            found = _all(element.tokens) | {element.variable}
        case Filter():
            found = _all(element.tokens)
        case Exists() | Optional() | Minus():
            found = variables_of(element.group)
        case Graph():
            found = variables_of(element.group) | variables_of(element.name)
        case Union():
            found = _all(element.groups)
        case SubSelect():
            found = variables_of(element.query)
        case Group():
            found = _all(element.elements)
        case Query():
            found = _all(element.head or []) | variables_of(element.where) | _all(element.tail)
        case _:
            pass
    return found


def visible_in(group: Group) -> set[str]:
    """The variables that a group may bind, those mentioned by filters alone left out."""
    found: set[str] = set()
    for element in group.elements:
        match element:
            case Filter() | Minus():
                continue
            case Bind():
                found.add(element.variable)
            case Optional():
                found |= visible_in(element.group)
            case Graph():
                found |= visible_in(element.group) | variables_of(element.name)
            case Union():
                found |= {variable for inner in element.groups for variable in visible_in(inner)}
            case _:
                found |= variables_of(element)
    return found


def _all(parts: "list[Token] | list[Group] | list[Element]") -> set[str]:
    return {variable for part in parts for variable in variables_of(part)}


def write_tokens(tokens: list[Token]) -> str:
    """An expression as text; no space stands between a function and its arguments, since some parsers refuse it."""
    text = ""
    for token in tokens:
        if isinstance(token, Exists):
            text += f" {'NOT ' if token.negated else ''}EXISTS {write_group(token.group)}"
        else:
            text += token if token == "(" and text[-1:].isalnum() else f" {token}"
    return text.strip()


def write_group(group: Group) -> str:
    """A group as text, with its braces."""
    return "{ " + " ".join(_write(element) for element in group.elements) + " }"


def _write(element: Element) -> str:
    match element:
        case Pattern():
            text = f"{element.subject} {element.verb} {element.object} ."
        case Filter():
            condition = write_tokens(element.tokens)
            text = f"FILTER {condition}" if _stands_alone(element.tokens) else f"FILTER ( {condition} )"
        case Bind():
            text = f"BIND ( {write_tokens(element.tokens)} AS {element.variable} )"
        case Optional():
            text = f"OPTIONAL {write_group(element.group)}"
        case Minus():
            text = f"MINUS {write_group(element.group)}"
        case Union():
            text = " UNION ".join(map(write_group, element.groups))
        case Graph():
            text = f"GRAPH {element.name} {write_group(element.group)}"
        case Raw():
            text = element.text
        case SubSelect():
            text = write_query(element.query)
        case Refused():
            raise QueryError(f"{element.keyword} is not allowed here")
    return text


def _stands_alone(tokens: list[Token]) -> bool:
    """Whether the expression is one call or one pair of brackets, which FILTER takes as it is."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if depth == 0 and place > 0 and place < len(tokens) - 1:
            return False
    return not isinstance(tokens[0], Exists) and tokens[-1] == ")"


def write_query(query: Query) -> str:
    """A query as text."""
    if query.head is None:
        return f"{query.prologue}ASK {write_group(query.where)}"
    return (
        f"{query.prologue}SELECT {write_tokens(query.head)} WHERE {write_group(query.where)} {write_tokens(query.tail)}"
    )


def groups_within(group: Group) -> Iterator[tuple[Element, Group]]:
    """The groups directly inside a group that SPARQL evaluates on their own, with their elements."""
    for element in group.elements:
        match element:
            case Optional() | Minus() | Graph():
                yield element, element.group
            case Union():
                yield from ((element, inner) for inner in element.groups)
            case SubSelect():
                yield element, element.query.where
            case _:
                pass
