"""Models kept on disk, so that what was read once need not be parsed again.

A folder holds one file for each model, named by what it was read from: the names and bytes of the sources, the
ontology, and the version of this package. A file is written beside its place, brought to the disk and renamed, so
that a process that is killed leaves the old file or the new one. Every part carries its SHA-256; a file that is
damaged in any bit is refused as a whole. What follows from the facts is not kept: drawing the conclusions again
costs a small part of what reading the files does.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode

from aiopkg import __version__, assets
from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, Place
from aiopkg.model.load import Model, load_sources
from aiopkg.model.sources import Source, find_sources
from aiopkg.model.table import Places, Table

__all__ = ["Kept", "load_kept"]

_MAGIC = b"aiopkg model 2\n"
_DIGEST = 32
_LENGTH = 8
_ENDING = ".model"
_LATEST = "latest"
_MOST_KEPT = 8
_STALE = 3600.0
"""Seconds after which a file that was never renamed is taken for that of a process that was killed."""

_IRI, _BLANK = -1, -2
_COLUMNS = ("subject", "predicate", "object", "file", "line", "column", "order", "kind")

Term = NamedNode | BlankNode | Literal
Column = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Kept:
    """A model and where it came from: ``kept``, ``read``, or ``mended`` (read anew, for what was kept was damaged)."""

    model: Model
    origin: str


def load_kept(folder: Path, names: Sequence[str | Path], format_name: str | None = None) -> Kept:
    """Return the model of some sources, from the folder if it is kept there; else it is read, and kept.

    Without names it is the model that was kept or used last. Where a file of the folder is damaged, the sources are
    read anew; without any, :class:`InputError` is raised, as it is for a folder that cannot be used, and for what
    :func:`aiopkg.model.load` raises it for.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not names:
            return Kept(_latest(folder), "kept")
        sources = tuple(find_sources(names, format_name))
        key = _key(sources)
        path = folder / (key + _ENDING)
        origin = "kept" if path.exists() else "read"
        model = None
        if origin == "kept":
            try:
                model = _opened(path)
            except InputError:
                origin = "mended"
        if model is None:
            model = load_sources(sources)
            _write(path, _packed(model))
        _write(folder / _LATEST, _MAGIC + _sealed(key.encode()))
        _tidy(folder)
        return Kept(model, origin)
    except OSError as error:
        raise InputError(
            "store-unusable",
            f"The store {folder} cannot be used: {error.strerror or error}.",
            place=Place(str(folder)),
            fix="Name a folder that may be written to.",
        ) from error


def _latest(folder: Path) -> Model:
    pointer = folder / _LATEST
    if not pointer.exists():
        raise InputError(
            "store-empty",
            f"The store {folder} holds no model yet.",
            place=Place(str(folder)),
            fix="Name the files to read; they are kept there.",
        )
    content = pointer.read_bytes()
    key = _unsealed(content.removeprefix(_MAGIC)) if content.startswith(_MAGIC) else None
    path = folder / ((key or b"").decode("ascii", "replace") + _ENDING)
    if key is None or not path.exists():
        raise _damaged(pointer)
    return _opened(path)


def _key(sources: Sequence[Source]) -> str:
    """Name what a model is read from; two different inputs never share a name."""
    digest = hashlib.sha256(_MAGIC)
    parts = [__version__.encode(), *(path.read_bytes() for path in sorted(assets.folder("ontology").glob("*.ttl")))]
    for source in sources:
        parts += [source.name.encode("utf-8", "surrogateescape"), str(source.format.name).encode(), source.content]
    for part in parts:
        digest.update(len(part).to_bytes(_LENGTH, "big") + hashlib.sha256(part).digest())
    return digest.hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    beside = Path(name)
    try:
        with open(handle, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        place = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def _tidy(folder: Path) -> None:
    """Remove what killed processes left, and the models that were kept longest ago beyond a few."""
    now = time.time()
    for part in folder.glob(".*.part"):
        if now - part.stat().st_mtime > _STALE:
            part.unlink(missing_ok=True)
    kept = sorted(folder.glob("*" + _ENDING), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[_MOST_KEPT:]:
        path.unlink(missing_ok=True)


def _sealed(content: bytes) -> bytes:
    """Return some bytes with their length before them and their digest after them."""
    size = len(content).to_bytes(_LENGTH, "big")
    return size + content + hashlib.sha256(size + content).digest()


def _unsealed(content: bytes, start: int = 0) -> bytes | None:
    """Return what was sealed at a place of some bytes; None if it is not what was sealed."""
    begin = start + _LENGTH
    size = int.from_bytes(content[start:begin], "big")
    end = begin + size
    digest = content[end : end + _DIGEST]
    whole = len(digest) == _DIGEST and hashlib.sha256(memoryview(content)[start:end]).digest() == digest
    return content[begin:end] if whole else None


def _packed(model: Model) -> bytes:
    table = model.table
    tags: dict[tuple[str, str], int] = {}
    columns: dict[str, Column] = {
        "subject": table.subjects,
        "predicate": table.predicates,
        "object": table.objects,
        "file": table.file,
        "line": table.line,
        "column": table.column,
        "order": table.order,
        "kind": np.array([_kind(term, tags) for term in table.terms], dtype=np.int64),
    }
    texts = {
        "terms": [term.value for term in table.terms],
        "files": list(table.files),
        "tags": list(tags),
        "prefixes": dict(model.prefixes),
        "former": [[table.row(triple), [term.value for term in terms]] for triple, terms in model.former.items()],
    }
    parts = [json.dumps(texts, ensure_ascii=False).encode(), *(columns[name].tobytes() for name in _COLUMNS)]
    return _MAGIC + b"".join(map(_sealed, parts)) + _sealed(b"end")


def _kind(term: Term, tags: dict[tuple[str, str], int]) -> int:
    if isinstance(term, NamedNode):
        return _IRI
    if isinstance(term, BlankNode):
        return _BLANK
    if term.language is None:
        tag = ("datatype", term.datatype.value)
    else:
        tag = (f"language {term.direction.value}" if term.direction else "language", term.language)
    return tags.setdefault(tag, len(tags))


def _opened(path: Path) -> Model:
    """Return the model that a file holds; raises InputError unless every part of it is what was written."""
    model = _unpacked(path.read_bytes(), path)
    os.utime(path)
    return model


def _unpacked(content: bytes, path: Path) -> Model:
    parts: list[bytes] = []
    place = len(_MAGIC)
    while content.startswith(_MAGIC) and (part := _unsealed(content, place)) is not None:
        parts.append(part)
        place += _LENGTH + len(part) + _DIGEST
    if len(parts) != len(_COLUMNS) + 2 or parts[-1] != b"end" or place != len(content):
        raise _damaged(path)
    columns = {name: np.frombuffer(part, dtype=np.int64) for name, part in zip(_COLUMNS, parts[1:-1], strict=True)}
    return _model(json.loads(parts[0]), columns)


def _model(texts: Mapping[str, Any], columns: Mapping[str, Column]) -> Model:
    tags = [(name, value) for name, value in texts["tags"]]
    terms = [_term(text, kind, tags) for text, kind in zip(texts["terms"], columns["kind"].tolist(), strict=True)]
    table = Table(
        terms,
        columns["subject"],
        columns["predicate"],
        columns["object"],
        texts["files"],
        columns["file"],
        columns["line"],
        columns["column"],
    )
    table.__dict__["order"] = columns["order"]
    former = {next(table.chosen(np.array([row]))): tuple(map(NamedNode, iris)) for row, iris in texts["former"]}
    return Model(Places(table), former, texts["prefixes"])


def _term(text: str, kind: int, tags: Sequence[tuple[str, str]]) -> Term:
    if kind == _IRI:
        return NamedNode(text)
    if kind == _BLANK:
        return BlankNode(text)
    name, value = tags[kind]
    if name == "datatype":
        return Literal(text, datatype=NamedNode(value))
    _, _, direction = name.partition(" ")
    return Literal(text, language=value, direction=BaseDirection(direction) if direction else None)


def _damaged(path: Path) -> InputError:
    return InputError(
        "store-damaged",
        f"{path} is not what was written to it.",
        place=Place(str(path)),
        fix="Name the files again: they are read anew and kept. Check the disk if it happens twice.",
    )
