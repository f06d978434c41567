"""Pages from templates: the one module that names the template engine."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["SECTIONS", "written"]

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of the text around them (UAX #9: explicit formatting characters)."""

SECTIONS = Path(__file__).parent / "page" / "templates"
"""The sections of the report, its style and its script."""


def written(template: str, values: Mapping[str, object], *folders: Path) -> str:
    """Return a template filled in; those in ``folders`` stand before the report's own.

    All text is escaped, and turns no other text around.
    """
    return _environment((*folders, SECTIONS)).get_template(template).render(values) + "\n"


@cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_straight,
    )
    environment.filters["thousands"] = "{:,}".format
    return environment


def _straight(value: object) -> object:
    return _TURNING.sub("", value) if type(value) is str else value
