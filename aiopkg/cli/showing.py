"""Where a report goes: to the terminal, to standard output or into a file."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aiopkg.formats import Format

if TYPE_CHECKING:
    from aiopkg.assessment import Assessment

__all__ = ["content_of", "emit", "show", "with_baseline_written"]


def content_of(found: "Assessment", wanted: Format, output: Path | None) -> str | bytes | None:
    """Return a report in a form; None where it is for the terminal, which shows colours.

    Raises :class:`InputError` for a form that is no text and would go to a terminal.
    """
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.report import render  # noqa: PLC0415

    if output is None and wanted.binary and sys.stdout.isatty():
        raise InputError(
            "binary-output",
            f"A terminal cannot show {wanted}.",
            fix=f"Say where to write it: -o report{wanted.ending}",
        )
    return None if output is None and wanted is Format.text else render(found, wanted)


def show(found: "Assessment", content: str | bytes | None, output: Path | None) -> None:
    """Write a report, or show it on the terminal if it has no content of its own."""
    if content is not None:
        emit(content, output)
        return
    from rich.console import Console  # noqa: PLC0415

    from aiopkg import report  # noqa: PLC0415

    report.to_text(found, Console())


def emit(content: str | bytes, output: Path | None) -> None:
    """Write to a file and say so, or to standard output."""
    from aiopkg.report import write  # noqa: PLC0415

    if output is None:
        sys.stdout.buffer.write(content.encode() if isinstance(content, str) else content)
    else:
        write(output, content)
        typer.echo(f"Written to {output}.", err=True)


def with_baseline_written(found: "Assessment", file: Path) -> "Assessment":
    """Write the findings as a baseline, and return the assessment as one that knows them."""
    from aiopkg.baseline import Baseline, read_baseline  # noqa: PLC0415

    emit(Baseline.written(found.findings, found.as_of.isoformat()), file)
    return replace(found, baseline=read_baseline(file))
