"""The settings that a command works with: those of the nearest file, and before them those of the command line."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiopkg.settings import Settings

__all__ = ["settings_for"]


def settings_for(
    config: Path | None = None,
    profile: str | None = None,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    baseline: Path | None = None,
    fail_on: str | None = None,
) -> "Settings":
    """Return the settings of a file, by default the nearest, with what the command line says in place of theirs.

    Raises :class:`InputError` as :func:`aiopkg.settings.read_settings` does, and for a profile without a file.
    """
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.settings import Settings, check_codes, find_settings, read_settings  # noqa: PLC0415

    file = config or find_settings(Path.cwd())
    if file is None and profile is not None:
        raise InputError(
            "settings",
            f"There is no settings file, and so no profile '{profile}'.",
            fix="Write aiopkg.toml or [tool.aiopkg] in pyproject.toml, or leave --profile out.",
        )
    settled = read_settings(file, profile) if file else Settings()
    said = {
        "select": _parted(select),
        "ignore": _parted(ignore),
        "baseline": baseline,
        "fail_on": fail_on,
    }
    check_codes((*_parted(select), *_parted(ignore)))
    return replace(settled, **{name: value for name, value in said.items() if value})  # type: ignore[arg-type]


def _parted(codes: Sequence[str]) -> tuple[str, ...]:
    """Part what is separated by commas."""
    return tuple(code.strip() for each in codes for code in each.split(",") if code.strip())
