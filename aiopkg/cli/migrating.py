"""The command that brings files up to date with the ontology."""

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.options import InputFormat, Sources, Verbose
from aiopkg.cli.supervising import Limit, budget_for

if TYPE_CHECKING:
    from aiopkg.migrate import Migrated

__all__ = ["migrate"]


def migrate(
    sources: Sources,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here; the one file stays as it is.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if something would change.")
    ] = False,
    limit: Limit = [],  # noqa: B006 - Typer copies it
    input_format: InputFormat = None,
    verbose: Verbose = 0,
) -> None:
    """Bring files up to date with the ontology: terms that were renamed get their present names.

    Example: aiopkg migrate org.ttl
    """
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.migrate import migrate as migrated  # noqa: PLC0415
    from aiopkg.model.sources import find_sources  # noqa: PLC0415

    with budget_for(limit) as budget:
        budget.enter("reading the files")
        found = list(find_sources(sources, input_format))
        if output is not None and (check or len(found) > 1):
            what = "--check" if check else f"{len(found)} files"
            raise InputError("migrate-options", f"--output does not go with {what}.", fix="Leave --output out.")
        results = [(source.name, migrated(source)) for source in budget.heeding(found)]  # all, before one is written
    for name, result in results:
        for line in _said(name, result, check):
            typer.echo(line, err=name == "-")
        if not check:
            _put(name, result, output)
    raise typer.Exit(int(check and any(result.changes for _, result in results)))


def _said(name: str, result: "Migrated", check: bool) -> Iterator[str]:
    if not result.changes:
        yield f"{name}: up to date."
        return
    for migration, facts in result.changes:
        yield f"{name}: {facts:,} {'fact' if facts == 1 else 'facts'}: {migration.summary} ({migration.id})"
    if not result.in_place:
        yield f"{name}: {'has to be' if check else 'was'} written anew; comments, order and layout are lost."


def _put(name: str, result: "Migrated", output: Path | None) -> None:
    """Write a document to where it belongs; a file that is up to date is left alone."""
    from aiopkg.report import write  # noqa: PLC0415

    if output is None and name == "-":
        sys.stdout.write(result.content.decode())
    elif output is not None or result.changes:
        path = output or Path(name)
        write(path, gzip.compress(result.content, mtime=0) if path.suffix == ".gz" else result.content)
