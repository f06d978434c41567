"""The report as one self-contained HTML page: no request leaves it, and it reads without its script."""

from dataclasses import fields
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from aiopkg.assessment import Assessment
from aiopkg.report.page import view

__all__ = ["to_html"]


def to_html(assessment: Assessment) -> str:
    """Return the page. All text of the organization is escaped; the same assessment gives the same bytes."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "page" / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = "{:,}".format
    page = view(assessment)
    return environment.get_template("page.html").render({f.name: getattr(page, f.name) for f in fields(page)}) + "\n"
