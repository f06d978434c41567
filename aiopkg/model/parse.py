"""Reads one document into triples, each with the line it stands on.

The parser is fed one line at a time, so that the bytes handed over when it yields a triple end with the line on
which that triple ends.
"""

import codecs
import io
import json
import re
from bisect import bisect_left
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote
from xml.parsers import expat

import numpy as np
from pyoxigraph import Quad, RdfFormat, Triple, parse

from aiopkg.errors import InputError, LimitReached, Place
from aiopkg.model.sources import Source
from aiopkg.model.table import Numbers

__all__ = ["lines_at", "parse_source", "pointed_out", "read_statements"]

_EXTERNAL = re.compile(rb"<!(?:ENTITY\s+(?:%\s+)?\S+|DOCTYPE\s+\S+)\s+(?:SYSTEM|PUBLIC)\b")
_ENTITY = re.compile(rb"""<!ENTITY\s+(\S+)\s+(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(rb"&([^#;&\s][^;&\s]*);")
_LARGEST_ENTITY = 100_000
_DEEPEST_JSON = 200
_SPOKEN_OF = re.compile(r'"[^"]+"|aiop:[\w-]+')
_LONGEST_REASON = 200
_ENDS_TOO_SOON = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


class _Lines:
    """Bytes that are handed out one line a call, a longer one in parts; all of it in C."""

    def __init__(self, content: bytes) -> None:
        stream = io.BytesIO(content.removeprefix(codecs.BOM_UTF8))
        self.read = stream.readline
        self.reached = stream.tell


def parse_source(source: Source, base: str | None = None) -> Iterator[tuple[Quad, Place]]:
    """Yield each statement of a document with its place; raises as :func:`read_statements` does."""
    ends = _line_ends(source.content).tolist() if source.has_lines else []
    for quad, reached in read_statements(source, base):
        yield quad, Place(source.name, _line(ends, reached) if source.has_lines else None)


def read_statements(
    source: Source, base: str | None = None, prefixes: MutableMapping[str, str] | None = None
) -> Iterator[tuple[Quad, int]]:
    """Yield each statement of a document, and how many bytes of it were read by then: up to the end of the line on
    which the statement ends. Never opens another file or the network.

    A byte order mark of UTF-8 at the start is passed over, and not counted. ``base`` resolves relative IRIs; without
    it the name of the document does. ``prefixes`` is given those that the document declares, once it is read.

    Raises :class:`InputError` with place, excerpt and fix for a syntax error, for a triple within a triple
    (RDF 1.2), for RDF/XML that refers to anything outside itself, and for JSON-LD with a context that lies
    elsewhere; :class:`LimitReached` for a statement larger than the parser holds.
    """
    if source.format == RdfFormat.RDF_XML:
        _refuse_entities(source)
        _refuse_half_a_document(source)
    elif source.format == RdfFormat.JSON_LD:
        _refuse_remote_context(source)
    lines = _Lines(source.content)
    reached = lines.reached
    try:
        parsed = parse(cast(IO[bytes], lines), source.format, base_iri=base or _base(source))
        for quad in parsed:
            if type(quad.object) is Triple:
                place = Place(source.name, _line_reached(source, reached()) if source.has_lines else None)
                raise _triple_in_triple(source, place)
            yield quad, reached()
        if prefixes is not None:
            prefixes.update(parsed.prefixes)
    except (SyntaxError, ValueError, UnicodeDecodeError) as error:
        raise _syntax_error(source, error, _line_reached(source, reached())) from error
    except MemoryError as error:
        raise LimitReached(
            "large-statement",
            "A statement or comment is larger than the parser holds.",
            place=Place(source.name, _line_reached(source, reached())),
            fix="Break it up, or leave out what is not RDF; a literal may have some 16 million bytes.",
        ) from error


def lines_at(content: bytes, reached: Numbers) -> Numbers:
    """The lines, counted from 1, that had been begun when so many bytes of a document were read."""
    return np.maximum(np.searchsorted(_line_ends(content), reached - 1) + 1, 1)


def _line_ends(content: bytes) -> Numbers:
    """Where the lines of a document end, counted without a byte order mark."""
    found = np.flatnonzero(np.frombuffer(content.removeprefix(codecs.BOM_UTF8), dtype=np.uint8) == ord("\n"))
    return found.astype(np.int64)


def _line(ends: Sequence[int], reached: int) -> int:
    return bisect_left(ends, reached - 1) + 1


def _line_reached(source: Source, reached: int) -> int:
    return _line(_line_ends(source.content).tolist(), reached)


def _triple_in_triple(source: Source, place: Place) -> InputError:
    return InputError(
        "triple-term",
        "This statement speaks of another statement (a quoted triple), which is not reasoned with.",
        place=place,
        excerpt=_excerpt(source.content, place.line, None),
        fix="Give what is stated a node of its own, such as a decision right or an rdf:Statement, and describe that.",
    )


def _base(source: Source) -> str:
    """Return what relative IRIs are resolved against: the file's name, wherever the file lies."""
    return f"file:///{quote(Path(source.name).name)}"


def _line_of(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def _excerpt(content: bytes, line: int | None, column: int | None) -> str:
    texts = content.decode("utf-8", errors="replace").replace("\r\n", "\n").split("\n")
    if line is None or not 1 <= line <= len(texts):
        return ""
    text = texts[line - 1]
    start = max(0, (column or 1) - 60)
    shown = text[start : start + 100]
    return shown + (f"\n{' ' * ((column or 1) - 1 - start)}^" if column else "")


def pointed_out(error: InputError, content: bytes) -> InputError:
    """Return an error about a line of a document with that line and, under what it speaks of, a caret.

    One whose line does not hold what it speaks of is returned as it is.
    """
    place = error.place
    content = content.removeprefix(codecs.BOM_UTF8)
    lines = content.decode("utf-8", errors="replace").replace("\r\n", "\n").split("\n")
    if place is None or place.line is None or error.excerpt or place.line > len(lines):
        return error
    for word in _SPOKEN_OF.findall(error.cause):
        column = lines[place.line - 1].find(word.removeprefix("aiop:")) + 1
        if column:
            return InputError(
                error.code,
                error.cause,
                fix=error.fix,
                place=replace(place, column=column),
                excerpt=_excerpt(content, place.line, column),
            )
    return error


def _syntax_error(source: Source, error: Exception, line_reached: int) -> InputError:
    line = getattr(error, "lineno", None) or (line_reached or None)
    column = getattr(error, "offset", None)
    reason = re.sub(r"^Parser error at line \d+ (?:column \d+|between columns \d+ and \d+)?:? ?", "", _reason(error))
    reason = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}..."
    fix = "Mend the line shown, or name another format with --input-format."
    if not source.content.isascii() and not _is_utf8(source.content):
        reason, fix = "the file is not UTF-8", "Save it as UTF-8, or check that it is the file you meant."
    elif b"\x00" in source.content:
        reason, fix = "there are zero bytes in it", "Save it as UTF-8, or check that it is the file you meant."
    return InputError(
        "syntax",
        f"This is not valid {_name(source.format)}: {reason.rstrip('.')}.",
        place=Place(source.name, line, column),
        excerpt=_excerpt(source.content, line, column),
        fix=fix,
    )


def _reason(error: Exception) -> str:
    message = str(error.args[0]) if error.args else str(error)
    return re.sub(r"Parser error (?:at|between) line \d+ .*?: ", "", message)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _name(rdf_format: RdfFormat) -> str:
    return str(rdf_format.name)


def _refuse_entities(source: Source) -> None:
    match = _EXTERNAL.search(source.content)
    if match:
        line = _line_of(source.content, match.start())
        raise InputError(
            "external-entity",
            "This RDF/XML refers to a file or address outside itself.",
            place=Place(source.name, line),
            excerpt=_excerpt(source.content, line, None),
            fix="Remove the SYSTEM or PUBLIC entity and write its text into the file; nothing else is read.",
        )
    sizes = dict.fromkeys((b"lt", b"gt", b"amp", b"quot", b"apos"), 1)
    for entity in _ENTITY.finditer(source.content):
        value = entity[2] or entity[3] or b""
        sizes[entity[1]] = len(value) + sum(sizes.get(name, _LARGEST_ENTITY) for name in _REFERENCE.findall(value))
        if sizes[entity[1]] > _LARGEST_ENTITY:
            raise InputError(
                "large-entity",
                f"The entity {entity[1].decode(errors='replace')} grows too large, or names a later one.",
                place=Place(source.name, _line_of(source.content, entity.start())),
                fix="Write the text out instead of nesting entities.",
            )


def _refuse_half_a_document(source: Source) -> None:
    """Refuse XML that ends before its root does, which the parser takes for the whole."""
    reader = expat.ParserCreate()
    try:
        reader.Parse(source.content, True)
    except expat.ExpatError as error:
        if error.code in _ENDS_TOO_SOON and source.content.strip():
            raise InputError(
                "syntax",
                "This is not valid RDF/XML: it ends before its elements are closed.",
                place=Place(source.name, error.lineno),
                fix="Check that the file was written or transferred whole.",
            ) from error


def _refuse_remote_context(source: Source) -> None:
    try:
        document = json.loads(source.content)
        if _depth(document) > _DEEPEST_JSON:
            raise RecursionError
    except RecursionError as error:
        raise LimitReached(
            "deep-json",
            f"This JSON-LD is nested more than {_DEEPEST_JSON} levels deep.",
            place=Place(source.name),
            fix="Write nodes beside each other in an @graph rather than into each other.",
        ) from error
    except ValueError:
        return  # the parser says it better, with a place
    remote = next(_remote_contexts(document), None)
    if remote is None:
        return
    found = source.content.find(json.dumps(remote).encode())
    line = _line_of(source.content, found) if found >= 0 else 1
    raise InputError(
        "remote-context",
        f"This JSON-LD takes its context from {remote}, and nothing is fetched from elsewhere.",
        place=Place(source.name, line),
        excerpt=_excerpt(source.content, line, None),
        fix="Write the context into the document in place of its address.",
    )


def _remote_contexts(value: object) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            context = item.get("@context")
            for part in context if isinstance(context, list) else [context]:
                if isinstance(part, str):
                    yield part
                elif isinstance(part, dict) and isinstance(part.get("@import"), str):
                    yield part["@import"]
            stack.extend(reversed(list(item.values())))


def _depth(value: object) -> int:
    """Return how many lists and objects lie in each other at most."""
    deepest, level = 0, [value]
    while inner := [item for item in level if isinstance(item, list | dict)]:
        deepest += 1
        level = [part for item in inner for part in (item.values() if isinstance(item, dict) else item)]
    return deepest
