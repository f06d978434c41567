"""Finds the settings file and reads it: ``aiopkg.toml``, or ``[tool.aiopkg]`` in ``pyproject.toml``."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from aiopkg.errors import InputError, Place
from aiopkg.settings.read import Reader
from aiopkg.settings.settings import Settings

__all__ = ["find_settings", "read_settings"]

_OWN = "aiopkg.toml"
_SHARED = "pyproject.toml"
_TABLE = ("tool", "aiopkg")
_AT = re.compile(r"at line (\d+), column (\d+)")


def find_settings(folder: Path) -> Path | None:
    """Return the nearest file with settings, in a folder or in one above it; ``aiopkg.toml`` goes first.

    Raises :class:`InputError` for a file on the way that is no TOML.
    """
    for each in (folder, *folder.parents):
        if (each / _OWN).is_file():
            return each / _OWN
        if (each / _SHARED).is_file() and _table(each / _SHARED)[1] is not None:
            return each / _SHARED
    return None


def read_settings(path: Path, profile: str | None = None) -> Settings:
    """Read the settings of a file, with those of a profile of it before the others.

    Raises :class:`InputError` for a file that cannot be read, a setting or profile that does not exist, and a value
    that is none of what the setting takes; it names the line.
    """
    text, table = _table(path)
    above = _TABLE if path.name == _SHARED else ()
    return Reader(path, _shown(path), text, above).settings(table or {}, profile)


def _table(path: Path) -> tuple[str, dict[str, Any] | None]:
    """Return the text of a file and our table in it, if there is one."""
    try:
        text = path.read_text(encoding="utf-8")
        loaded = tomllib.loads(text)
    except OSError as error:
        raise InputError(
            "settings", f"{path} cannot be read: {error.strerror}.", fix="Name a file that --config can read."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError("settings", f"{path} is not text in UTF-8.", fix="Save it in UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        raise InputError(
            "settings",
            f"This is not TOML: {error}.",
            place=Place(_shown(path), int(at[1]), int(at[2])) if at else Place(_shown(path)),
            fix="Mend the file; https://toml.io says how it is written.",
        ) from error
    if path.name != _SHARED:
        return text, loaded
    tool = loaded.get("tool", {})
    return text, tool.get("aiopkg") if isinstance(tool, dict) else None


def _shown(path: Path) -> str:
    """Return a path as somebody in the working directory would name it."""
    return Path(os.path.relpath(path)).as_posix()
