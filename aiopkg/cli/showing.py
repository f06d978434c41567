"""Where a report goes: to the terminal, to standard output or into a file."""

import sys
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from aiopkg.assessment import Assessment

__all__ = ["content_of", "emit", "show"]


def content_of(found: "Assessment", output_format: str, output: Path | None) -> str | None:
    """Return a report as text; None where it is for the terminal, which shows colours."""
    from aiopkg import report  # noqa: PLC0415

    if output_format != "text":
        return report.to_json(found) if output_format == "json" else report.to_html(found)
    if output is None:
        return None
    from rich.console import Console  # noqa: PLC0415

    text = StringIO()
    report.to_text(found, Console(file=text, width=110))
    return text.getvalue()


def show(found: "Assessment", content: str | None, output: Path | None) -> None:
    """Write a report, or show it on the terminal if it has no content of its own."""
    if content is not None:
        emit(content, output)
        return
    from rich.console import Console  # noqa: PLC0415

    from aiopkg import report  # noqa: PLC0415

    report.to_text(found, Console())


def emit(content: str, output: Path | None) -> None:
    """Write to a file and say so, or to standard output."""
    from aiopkg.report import write  # noqa: PLC0415

    if output is None:
        sys.stdout.write(content)
    else:
        write(output, content)
        typer.echo(f"Written to {output}.", err=True)
