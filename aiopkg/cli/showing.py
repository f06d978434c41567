"""Where a report goes: to the terminal, to standard output or into a file."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import typer

from aiopkg.dataclass import dataclass
from aiopkg.formats import Format

if TYPE_CHECKING:
    from rich.console import Console

    from aiopkg.assessment import Assessment
    from aiopkg.report.write import Spool

    Content: TypeAlias = str | bytes | Spool | Mapping[str, str]
    """A report, one that waits on disk if it is long, or its pages by the names of their files."""

__all__ = ["Target", "content_of", "drawn", "emit", "show", "with_baseline_written"]

_WIDTH = 110
"""How wide a text is that goes into a file."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a report goes: a file, or a folder of pages."""

    path: Path
    is_folder: bool

    @classmethod
    def named(cls, name: str | None, wanted: Format) -> "Target | None":
        """Return what somebody names on the command line: a folder if it is one or ends with a slash.

        Raises :class:`InputError` for a folder where the form has no pages.
        """
        from aiopkg.errors import InputError, Place  # noqa: PLC0415

        if name is None:
            return None
        is_folder = name.endswith(("/", os.sep)) or Path(name).is_dir()
        if is_folder and not wanted.site:
            raise InputError(
                "output-folder",
                f"{wanted} is written to a file, and {name} is a folder.",
                place=Place(name),
                fix=f"Name a file: -o {Path(name) / f'report{wanted.ending}'}",
            )
        return cls(Path(name), is_folder)


def content_of(found: "Assessment", wanted: Format, target: Target | None) -> "Content | None":
    """Return a report in a form; None where it is for the terminal, which shows colours.

    Raises :class:`InputError` for a form that is no text and would go to a terminal, and for a long report that
    cannot be kept on disk until it is whole; :class:`LimitReached` when a limit of this context is passed meanwhile.
    """
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.limits import Budget  # noqa: PLC0415
    from aiopkg.report import json_parts, render, render_site  # noqa: PLC0415
    from aiopkg.report.write import Spool  # noqa: PLC0415

    if target is None and wanted.binary and sys.stdout.isatty():
        raise InputError(
            "binary-output",
            f"A terminal cannot show {wanted}.",
            fix=f"Say where to write it: -o report{wanted.ending}",
        )
    if target is not None and target.is_folder:
        return render_site(found, wanted)
    if wanted is Format.json:
        return Spool(Budget.of(None).heeding(json_parts(found)), target.path if target else None)
    return None if target is None and wanted is Format.text else render(found, wanted)


def show(found: "Assessment", content: "Content | None", target: Target | None) -> None:
    """Write a report, or show it on the terminal if it has no content of its own."""
    from aiopkg import report  # noqa: PLC0415
    from aiopkg.report.write import Spool  # noqa: PLC0415

    if content is None:
        from rich.console import Console  # noqa: PLC0415

        report.to_text(found, Console())
    elif isinstance(content, str | bytes | Spool):
        emit(content, target.path if target else None)
    elif target is not None:
        report.write_site(target.path, content)
        typer.echo(f"Written to {target.path / 'index.html'} and {len(content) - 1} files beside it.", err=True)


def drawn(draw: Callable[["Console"], None], output: Path | None = None) -> str:
    """Return what is drawn on a console: as wide and as coloured as standard output is, or plain for a file."""
    from rich.console import Console  # noqa: PLC0415

    console = Console() if output is None else Console(file=StringIO(), width=_WIDTH)
    with console.capture() as captured:
        draw(console)
    return captured.get()


def emit(content: "str | bytes | Spool", output: Path | None) -> None:
    """Write to a file and say so, or to standard output."""
    from aiopkg.report.write import pieces_of, write  # noqa: PLC0415

    if output is None:
        sys.stdout.buffer.writelines(pieces_of(content))
    else:
        write(output, content)
        typer.echo(f"Written to {output}.", err=True)


def with_baseline_written(found: "Assessment", file: Path) -> "Assessment":
    """Write the findings as a baseline, and return the assessment as one that knows them."""
    from aiopkg.baseline import Baseline, read_baseline  # noqa: PLC0415

    emit(Baseline.written(found.findings, found.as_of.isoformat(), found.contradictions), file)
    return replace(found, baseline=read_baseline(file))
