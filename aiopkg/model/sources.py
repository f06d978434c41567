"""Finds the files that a user named and knows the format of each."""

import glob
import gzip
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyoxigraph import RdfFormat

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, Place
from aiopkg.model.endpoint import Endpoint, is_address

__all__ = ["FORMATS", "Source", "content_of", "find_files", "find_sources", "is_source"]

FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}
"""The names by which a format can be asked for."""

_BY_SUFFIX = {
    ".ttl": "turtle",
    ".turtle": "turtle",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".trig": "trig",
    ".rdf": "rdfxml",
    ".owl": "rdfxml",
    ".xml": "rdfxml",
    ".jsonld": "jsonld",
    ".json": "jsonld",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One document to read: its name as the user gave it, its bytes and its format.

    ``has_lines`` says whether its lines are those of something that a person can open.
    """

    name: str
    content: bytes
    format: RdfFormat
    has_lines: bool = True


def find_sources(names: Sequence[str | Path], format_name: str | None = None) -> Iterator[Source]:
    """Yield the documents behind ``names``: files, folders, globs, ``-`` for standard input, ``.gz`` of each, and what
    SPARQL endpoints assert, by their address.

    A folder stands for the files in it and below it whose ending is known, sorted by path.

    Raises :class:`InputError` for a missing file, an empty folder, an ending that is not known, or an
    unknown format name; and as :class:`aiopkg.model.endpoint.Endpoint` does.
    """
    if format_name is not None and format_name not in FORMATS:
        raise InputError(
            "unknown-format",
            f"There is no format called '{format_name}'.",
            fix=f"Use one of: {', '.join(sorted(FORMATS))}.",
        )
    for name in names:
        if str(name) == "-":
            yield Source("-", _opened("-", sys.stdin.buffer.read()), FORMATS[format_name or "turtle"])
            continue
        if is_address(str(name)):
            yield Source(str(name), Endpoint(str(name)).document(), RdfFormat.N_TRIPLES, has_lines=False)
            continue
        for path in _named(str(name)):
            yield Source(str(path), _read(path), _format(path, format_name))


def content_of(name: str) -> bytes | None:
    """Return what a file holds that was read before, None for what is no file or cannot be read any more."""
    try:
        return _read(Path(name)) if Path(name).is_file() else None
    except InputError:
        return None


def is_source(word: str) -> bool:
    """Tell whether a word names something to read: a file or folder that exists, a glob that matches, or ``-``."""
    try:
        return word == "-" or bool(_paths(word))
    except (InputError, OSError, ValueError):  # no such file, or a word that no file can be called
        return False


def find_files(names: Sequence[str | Path]) -> list[Path]:
    """Return the files behind names, standard input left out; raises as :func:`find_sources` does."""
    return [path for name in names if str(name) != "-" for path in _named(str(name))]


def _named(name: str) -> list[Path]:
    try:
        return _paths(name)
    except (OSError, ValueError) as error:  # no permission, a name that is too long or holds a zero character
        raise InputError(
            "unreadable-file",
            f"{name[:200]} cannot be looked up: {getattr(error, 'strerror', None) or error}.",
            fix="Check the path and the permissions of its folders.",
        ) from error


def _paths(name: str) -> list[Path]:
    path = Path(name or "no name")
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and _is_known(p.relative_to(path)))
        if not found:
            raise InputError(
                "empty-folder",
                f"The folder {name} holds no RDF file.",
                place=Place(name),
                fix=f"Known endings are {', '.join(sorted(_BY_SUFFIX))}, each also with .gz.",
            )
        return found
    if path.exists():
        return [path]
    if any(mark in name for mark in "*?["):
        found = sorted(Path(p) for p in glob.glob(name, recursive=True))  # noqa: PTH207 - patterns may be absolute
        if found:
            return found
        raise InputError("no-match", f"No file matches {name}.", fix="Check the pattern and the folder.")
    raise InputError(
        "missing-file",
        f"There is no file {name}.",
        place=Place(name),
        fix=f"Check the path; you are in {Path.cwd()}.",
    )


def _is_known(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return _suffix(path) in _BY_SUFFIX and not hidden


def _suffix(path: Path) -> str:
    return (Path(path.stem).suffix if path.suffix == ".gz" else path.suffix).lower()


def _format(path: Path, format_name: str | None) -> RdfFormat:
    chosen = format_name or _BY_SUFFIX.get(_suffix(path))
    if chosen is None:
        raise InputError(
            "unknown-ending",
            f"The ending of {path.name} does not tell its format.",
            place=Place(str(path)),
            fix=f"Rename the file or say --input-format ({', '.join(sorted(FORMATS))}).",
        )
    return FORMATS[chosen]


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(str(path), error) from error


def _opened(name: str, content: bytes) -> bytes:
    """Return what came in without telling its name, decompressed if it begins as gzip does (RFC 1952, 2.3.1)."""
    try:
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> InputError:
    return InputError(
        "unreadable-file",
        f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.",
        place=Place(name),
        fix="Check the file and its permissions.",
    )
