"""The command that turns a table into a model."""

from pathlib import Path
from typing import Annotated

import typer

from aiopkg.cli.options import Verbose
from aiopkg.cli.supervising import Limit, budget_for

__all__ = ["import_"]


def import_(
    mapping: Annotated[str, typer.Argument(metavar="MAPPING", help="The id of a mapping; 'list' names them.")],
    source: Annotated[Path | None, typer.Argument(metavar="FILE", help="The table to read.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The model to write, in Turtle.")
    ] = None,
    limit: Limit = [],  # noqa: B006 - Typer copies it
    verbose: Verbose = 0,
) -> None:
    """Turn a table into a model; every row is kept, and every cell is accounted for.

    Example: aiopkg import us-federal-2025 inventory.csv -o fed.ttl
    """
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.imports import available, convert  # noqa: PLC0415

    if mapping == "list":
        typer.echo("\n".join(available()))
        return
    if source is None or output is None:
        raise InputError(
            "missing-argument",
            "An import needs the table to read and the model to write.",
            fix=f"Say: aiopkg import {mapping} TABLE -o MODEL.ttl",
        )
    with budget_for(limit):
        report = convert(mapping, source, output)
    for line in report.lines():
        typer.echo(line)
