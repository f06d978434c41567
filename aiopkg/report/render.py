"""An assessment in the form that somebody asks for by name."""

from collections.abc import Callable
from importlib import import_module

from aiopkg.assessment import Assessment
from aiopkg.formats import Format

__all__ = ["render", "writer_of"]


def render(assessment: Assessment, wanted: Format) -> str | bytes:
    """Return a report as text, or as bytes where the form is no text.

    Raises :class:`MissingExtra` when an optional part that the form needs is not installed.
    """
    return writer_of(wanted.writer)(assessment)


def writer_of(name: str) -> Callable[[Assessment], str | bytes]:
    """Return the function that a form names as ``module:function``."""
    module, _, function = name.partition(":")
    found: Callable[[Assessment], str | bytes] = getattr(import_module(f"aiopkg.report.{module}"), function)
    return found
