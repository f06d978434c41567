"""Pages from templates: the one module that names the template engine."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["SECTIONS", "written"]

SECTIONS = Path(__file__).parent / "page" / "templates"
"""The sections of the report, its style and its script."""


def written(template: str, values: Mapping[str, object], *folders: Path) -> str:
    """Return a template filled in; all text is escaped. Templates in ``folders`` stand before the report's own."""
    return _environment((*folders, SECTIONS)).get_template(template).render(values) + "\n"


@cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = "{:,}".format
    return environment
