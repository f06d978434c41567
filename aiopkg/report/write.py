"""Writes a file beside its destination and renames it, so that nobody ever sees half a file; removes what is old."""

import hashlib
import os
import tempfile
from pathlib import Path

from aiopkg.errors import InputError, Place

__all__ = ["digest", "remove", "write"]


def pieces_of(content: str | bytes | list[bytes]) -> list[bytes]:
    """Return what is to be written as pieces of bytes."""
    if isinstance(content, list):
        return content
    return [content.encode() if isinstance(content, str) else content]


def write(path: Path, content: str | bytes | list[bytes], *, make_folder: bool = False) -> None:
    """Write a whole file or nothing.

    The folder is made first if asked for. Raises :class:`InputError` when it does not exist or may not be written.
    """
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
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
