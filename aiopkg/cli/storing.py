"""The option that keeps models on disk."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.errors import InputError

if TYPE_CHECKING:
    from aiopkg.model import Model

__all__ = ["OptionalSources", "Store", "named", "stored"]

Store = Annotated[
    Path | None,
    typer.Option(
        "--store",
        metavar="DIR",
        help="Keep the model in this folder, and parse its files only when they have changed. "
        "Without SOURCE, the model kept or used last.",
    ),
]
OptionalSources = Annotated[
    list[str] | None, typer.Argument(metavar="SOURCE...", help="Files, folders, globs, or - for stdin.")
]


def named(sources: list[str] | None) -> list[str]:
    """Return the sources; raises :class:`InputError` where none is named."""
    if not sources:
        raise InputError(
            "missing-argument", "There is nothing to assess.", fix="Name files, or a --store that holds a model."
        )
    return sources


def stored(sources: list[str] | None, store: Path | None, input_format: str | None) -> "list[str] | Model":
    """Return the model that a store has of some sources, or the sources where there is no store.

    Raises :class:`InputError` where there is neither, and as :func:`aiopkg.model.kept.load_kept` does.
    """
    if store is None:
        return named(sources)
    from aiopkg.model.kept import load_kept  # noqa: PLC0415

    found = load_kept(store, sources or (), input_format)
    if found.origin == "mended":
        typer.echo(f"What {store} held was damaged; the files were read anew.", err=True)
    return found.model
