"""Binds typed values to the variables of a query: as terms in a VALUES block, never as text of the user's.

The block stands first in the outermost group of the query, so that filters, groupings and orders see the
values, here and at any endpoint alike (SPARQL 1.1 Query, 10.2).
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from aiopkg.errors import InputError
from aiopkg.graphs import from_rdflib, is_rdflib_term
from aiopkg.model.names import nearest, written_out
from aiopkg.sparql.tokens import Token, read_tokens
from aiopkg.vocab import PREFIXES, XSD

__all__ = ["Term", "Value", "bind", "declare", "term_of", "written_value"]

Term: TypeAlias = NamedNode | BlankNode | Literal
Value: TypeAlias = object
"""What can be bound: a term of pyoxigraph or rdflib, or a str, bool, int, float, Decimal, date or datetime."""


def bind(text: str, bindings: Mapping[str, Value]) -> str:
    """Return a query whose variables have the values given.

    Raises :class:`InputError` for a name that is no variable of the query, for a value that is no term, and
    for a query without a group to bind in.
    """
    if not bindings:
        return text
    tokens = list(read_tokens(text))
    variables = {token.text[1:] for token in tokens if token.kind == "variable"}
    for name in bindings:
        if name not in variables:
            raise InputError(
                "unknown-parameter",
                f"The query has no variable '{name}'.",
                fix=nearest(name, dict.fromkeys(variables)) or "Bind a variable that stands in the query.",
            )
    terms = {name: term_of(value) for name, value in bindings.items()}
    names = " ".join(f"?{name}" for name in terms)
    block = f"VALUES ({names}) {{ ({' '.join(map(str, terms.values()))}) }}"
    return _with_block(text, tokens, block)


def declare(text: str) -> str:
    """Return a query with declarations of our usual prefixes that it uses and does not declare."""
    declared: set[str] = set()
    used: set[str] = set()
    before = ""
    for token in read_tokens(text):
        if token.kind == "name":
            (declared if before == "PREFIX" else used).add(token.text.partition(":")[0])
        before = token.text.upper()
    needed = sorted((used - declared) & PREFIXES.keys())
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in needed) + text


def term_of(value: Value) -> Term:
    """Return the term that a Python value stands for; raises :class:`InputError` for what is none.

    A blank node cannot be bound: in a query it stands for anything.
    """
    if is_rdflib_term(value):
        value = from_rdflib(value)
    if isinstance(value, NamedNode | Literal):
        return value
    if isinstance(value, bool | str | int | Decimal) or (isinstance(value, float) and math.isfinite(value)):
        return Literal(format(value, "f"), datatype=XSD.decimal) if isinstance(value, Decimal) else Literal(value)
    if isinstance(value, datetime):
        return Literal(value.isoformat(), datatype=XSD.dateTime)
    if isinstance(value, date):
        return Literal(value.isoformat(), datatype=XSD.date)
    kind = "A blank node" if isinstance(value, BlankNode) else f"A value of type {type(value).__name__}"
    raise InputError(
        "parameter-value",
        f"{kind} cannot be bound.",
        fix="Give an IRI as rdflib.URIRef, or a text, a number, a truth value, a date or a literal.",
    )


def written_value(text: str, prefixes: Mapping[str, str]) -> Term:
    """Return the term that a person spells: an IRI, a prefixed name, a literal as in Turtle, or else a text."""
    named = written_out(text, prefixes)
    if named is not None:
        return named
    if text[:1] in ('"', "'") or text[:1].isdigit() or text[:1] in "+-" or text in ("true", "false"):
        try:
            quads = list(parse(f"<urn:x:s> <urn:x:p> {text} .".encode(), RdfFormat.TURTLE))
        except (SyntaxError, ValueError):
            return Literal(text)
        if len(quads) == 1 and isinstance(quads[0].object, Literal):
            return quads[0].object
    return Literal(text)


def _with_block(text: str, tokens: Sequence[Token], block: str) -> str:
    start = _outermost(tokens)
    if start is None:
        raise InputError(
            "parameter-place",
            "The query has no group of patterns in which a value could be bound.",
            fix="Write a WHERE with braces.",
        )
    if start < 0:
        return f"{text}\n{block}"
    opening, following = tokens[start], tokens[start + 1] if start + 1 < len(tokens) else None
    if following is not None and following.text.upper() == "SELECT":
        closing = tokens[_closing(tokens, start)]
        return f"{text[: opening.end]} {block} {text[opening.start : closing.end]} {text[closing.start :]}"
    return f"{text[: opening.end]} {block} {text[opening.end :]}"


def _outermost(tokens: Sequence[Token]) -> int | None:
    """Return the place of the bracket that opens the outermost group; -1 for CONSTRUCT WHERE, whose values follow
    the query.
    """
    parentheses, template = 0, False
    for place, token in enumerate(tokens):
        word = token.text.upper() if token.kind == "word" else ""
        if word == "CONSTRUCT" and not template:
            following = [other.text for other in tokens[place + 1 : place + 2]]
            if following != ["{"]:
                return -1
            template = True
            return _first_brace(tokens, _closing(tokens, place + 1) + 1)
        if token.kind == "sign" and token.text in "()":
            parentheses += 1 if token.text == "(" else -1
        elif token.kind == "sign" and token.text == "{" and not parentheses:
            return place
    return None


def _first_brace(tokens: Sequence[Token], start: int) -> int | None:
    return next((place for place in range(start, len(tokens)) if tokens[place].text == "{"), None)


def _closing(tokens: Sequence[Token], start: int) -> int:
    """Return the place of the bracket that closes another; the last place where none does."""
    depth = 0
    for place in range(start, len(tokens)):
        if tokens[place].kind == "sign" and tokens[place].text in "{}":
            depth += 1 if tokens[place].text == "{" else -1
            if not depth:
                return place
    return len(tokens) - 1
