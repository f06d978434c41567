"""The few forms of Markdown that the pages are made of."""

from collections.abc import Iterable, Sequence

__all__ = ["anchored", "cell", "fenced", "page", "table"]


def cell(text: str) -> str:
    """Return a text as it may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown already. It is empty when there are no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join(head + lines) if lines else ""


def anchored(anchor: str, text: str) -> str:
    """Return a text that links can lead to."""
    return f'<a id="{anchor}"></a>{text}'


def fenced(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def page(title: str, *blocks: str) -> str:
    """Return a page; empty blocks are left out."""
    return "\n\n".join([f"# {title}", *(block for block in blocks if block)]) + "\n"
