"""Writes a file beside its destination and renames it, so that nobody ever sees half a file; removes what is old."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from aiopkg.errors import InputError, Place

__all__ = ["Spool", "digest", "remove", "write"]

_HELD: Final = 16 * 2**20
"""Bytes of a report that are held in memory; a longer one waits on disk until it is whole."""

_CHUNK: Final = 2**20


class Spool:
    """A report that is whole and was not yet handed over: in memory, or in a file without a name if it is long.

    That file is where the report is going to be (``path``), or among temporary files (None). Raises
    :class:`InputError` when it cannot be written. The pieces of a spool can be taken once.
    """

    def __init__(self, pieces: Iterable[bytes], path: Path | None) -> None:
        beside = path is not None and not _is_open_ended(path)
        self._file = tempfile.SpooledTemporaryFile(_HELD, dir=str(path.parent) if path and beside else None)  # noqa: SIM115
        try:
            for piece in pieces:
                self._file.write(piece)
            self._file.seek(0)
        except OSError as error:
            self._file.close()
            raise _unwritable(path or Path(tempfile.gettempdir()), error) from error
        except BaseException:
            self._file.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        with self._file as file:
            while piece := file.read(_CHUNK):
                yield piece


def pieces_of(content: str | bytes | Spool) -> Iterable[bytes]:
    """Return what is to be written as pieces of bytes."""
    if isinstance(content, Spool):
        return content
    return [content.encode() if isinstance(content, str) else content]


def write(path: Path, content: str | bytes | Spool, *, make_folder: bool = False) -> None:
    """Write a whole file or nothing; a device, a pipe or the end of a link is written to and stays what it is.

    The folder is made first if asked for. Raises :class:`InputError` when it does not exist or may not be written.
    """
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        if _is_open_ended(path):
            with path.open("wb") as stream:
                stream.writelines(pieces_of(content))
            return
        path = path.resolve() if path.is_symlink() else path
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(pieces_of(content))
            Path(beside).chmod(0o644)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unwritable(path, error) from error


def _is_open_ended(path: Path) -> bool:
    """Tell whether a path leads to a device, a pipe or a socket, of which nothing else may take the place."""
    return path.exists() and not path.is_file() and not path.is_dir()


def digest(content: bytes) -> str:
    """Return the digest by which a file is known again (SHA-256, in hexadecimal digits)."""
    return hashlib.sha256(content).hexdigest()


def remove(path: Path, known: str) -> None:
    """Remove a file if it is there and its content has a known digest.

    Raises :class:`InputError` when it may not be removed.
    """
    try:
        if path.is_file() and not path.is_symlink() and digest(path.read_bytes()) == known:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        "unwritable-file",
        f"{path} cannot be written: {error.strerror}.",
        place=Place(str(path)),
        fix="Check the folder and its permissions.",
    )
