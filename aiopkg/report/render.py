"""An assessment in the form that somebody asks for by name."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from aiopkg.assessment import Assessment
from aiopkg.formats import Format

__all__ = ["render", "render_site", "writer_of"]


def render(assessment: Assessment, wanted: Format) -> str | bytes:
    """Return a report as text, or as bytes where the form is no text.

    Raises :class:`MissingExtra` when an optional part that the form needs is not installed.
    """
    content: str | bytes = writer_of(wanted.writer)(assessment)
    return content


def render_site(assessment: Assessment, wanted: Format) -> Mapping[str, str]:
    """Return a report as pages by the names of their files; for a form that has a ``site``."""
    pages: Mapping[str, str] = writer_of(wanted.site)(assessment)
    return pages


def writer_of(name: str) -> Callable[[Assessment], Any]:
    """Return the function that a form names as ``module:function``."""
    module, _, function = name.partition(":")
    found: Callable[[Assessment], Any] = getattr(import_module(f"aiopkg.report.{module}"), function)
    return found
