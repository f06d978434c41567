"""Renames terms in the text of Turtle and its kin, and leaves every other character as it is."""

import re
from collections.abc import Iterator, Mapping

__all__ = ["respelt"]

_ESCAPES = r"%[0-9A-Fa-f]{2}|\\[^\w\s]"
_LOCAL = rf"(?:[\w:]|{_ESCAPES})(?:(?:[\w:.-]|{_ESCAPES})*(?:[\w:-]|{_ESCAPES}))?"
_TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\n\r]*)
    | (?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><[^<>\s"]*>)
    | (?P<blank>_:\w(?:[\w.-]*[\w-])?)
    | (?P<declares>@prefix\b|(?i:\bprefix\b)(?=\s+[^\s:]*:\s*<))
    | (?P<named>(?P<prefix>(?:[^\W\d_](?:[\w.-]*[\w-])?)?):(?P<local>{_LOCAL})?)
    | (?P<tag>@[\w-]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)")


def respelt(text: str, renames: Mapping[str, str]) -> str:
    """Return a text in Turtle, TriG, N-Triples or N-Quads with IRIs renamed, however each is written.

    Prefixed names keep their prefix where the new IRI begins alike. Strings, comments and layout stay. An IRI that
    is written relative to a base, or with escapes, is not found: who calls this has to compare the graphs.
    """
    return "".join(_pieces(text, renames))


def _pieces(text: str, renames: Mapping[str, str]) -> Iterator[str]:
    namespaces: dict[str, str] = {}
    declaring: str | None = None
    expects_prefix = False
    end = 0
    for token in _TOKEN.finditer(text):
        yield text[end : token.start()]
        end = token.end()
        piece = token[0]
        if token["declares"]:
            expects_prefix = True
        elif expects_prefix and token["named"]:
            declaring, expects_prefix = token["prefix"], False
        elif declaring is not None and token["iri"]:
            namespaces[declaring], declaring = piece[1:-1], None
        elif token["iri"] and piece[1:-1] in renames:
            piece = f"<{renames[piece[1:-1]]}>"
        elif token["named"] and token["prefix"] in namespaces:
            piece = _named(token, namespaces[token["prefix"]], renames)
        yield piece
    yield text[end:]


def _named(token: re.Match[str], namespace: str, renames: Mapping[str, str]) -> str:
    new = renames.get(namespace + _ESCAPED.sub(r"\1", token["local"] or ""))
    if new is None:
        return token[0]
    rest = new.removeprefix(namespace)
    return f"{token['prefix']}:{rest}" if new.startswith(namespace) and re.fullmatch(r"\w+", rest) else f"<{new}>"
