"""The assessment that several commands speak about."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aiopkg.cli.configuring import settings_for

if TYPE_CHECKING:
    from aiopkg.assessment import Assessment

__all__ = ["assessed"]


def assessed(
    sources: Sequence[str],
    *,
    as_of: datetime | None,
    packs: Sequence[str],
    input_format: str | None,
    config: Path | None,
    profile: str | None,
    progress: Callable[[str], None],
) -> "Assessment":
    """Return the assessment of some sources under the settings that hold; raises as :func:`aiopkg.assess` does."""
    from aiopkg import engine  # noqa: PLC0415

    return engine.assess(
        sources,
        as_of=as_of.date() if as_of else None,
        packs=packs,
        input_format=input_format,
        settings=settings_for(config, profile),
        progress=progress,
    )
