"""Says what went wrong, where, and what to do about it."""

from aiopkg.errors import AiopkgError

__all__ = ["caution", "complain"]


def complain(error: AiopkgError) -> None:
    """Print an error to standard error: place and cause, the line with a caret, the fix, the code."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from aiopkg.model.labels import legible  # noqa: PLC0415

    console = Console(stderr=True, soft_wrap=True)
    where = legible(f"{error.place}:") + " " if error.place else ""
    console.print(Text.assemble((where, "bold"), ("error: ", "bold red"), legible(error.cause)), highlight=False)
    for line in error.excerpt.splitlines():
        console.print(Text(f"    {_seen(line)}", style="dim"), highlight=False)
    if error.fix:
        console.print(Text.assemble(("fix: ", "bold green"), legible(error.fix)), highlight=False)
    console.print(Text(f"code: {error.code}", style="dim"), highlight=False)


def caution(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning to standard error; takes what :func:`warnings.showwarning` takes."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from aiopkg.model.labels import legible  # noqa: PLC0415

    said = Text.assemble(("warning: ", "bold yellow"), legible(str(message)))
    Console(stderr=True, soft_wrap=True).print(said, highlight=False)


def _seen(line: str) -> str:
    """Return a line of a file with a dot for each character that a terminal would obey, so a caret stays in place."""
    from aiopkg.model.labels import legible  # noqa: PLC0415

    return "".join(character if legible(f"x{character}x") != "x x" or character == " " else "." for character in line)
