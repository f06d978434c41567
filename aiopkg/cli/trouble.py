"""Says what went wrong, where, and what to do about it."""

from rich.console import Console
from rich.text import Text

from aiopkg.errors import AiopkgError

__all__ = ["explain"]


def explain(error: AiopkgError) -> None:
    """Print an error to standard error: place and cause, the line with a caret, the fix, the code."""
    console = Console(stderr=True, soft_wrap=True)
    where = f"{error.place}: " if error.place else ""
    console.print(Text.assemble((where, "bold"), ("error: ", "bold red"), error.cause), highlight=False)
    for line in error.excerpt.splitlines():
        console.print(Text(f"    {line}", style="dim"), highlight=False)
    if error.fix:
        console.print(Text.assemble(("fix: ", "bold green"), error.fix), highlight=False)
    console.print(Text(f"code: {error.code}", style="dim"), highlight=False)
