"""What notebooks show of a value: small HTML tables in which every text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["element", "table"]

_MOST_ROWS = 60


def element(name: str, text: object) -> str:
    """Return a text in an HTML element, escaped."""
    return f"<{name}>{escape(str(text))}</{name}>"


def table(caption: str, columns: Sequence[str], rows: Sequence[Iterable[object]], most: int = _MOST_ROWS) -> str:
    """Return a table of texts, the first ``most`` rows of it; missing values are empty cells."""
    head = "".join(element("th", column) for column in columns)
    shown = "".join(
        f"<tr>{''.join(element('td', '' if cell is None else cell) for cell in row)}</tr>" for row in rows[:most]
    )
    more = element("p", f"and {len(rows) - most:,} more") if len(rows) > most else ""
    body = f"<thead><tr>{head}</tr></thead><tbody>{shown}</tbody>"
    return f"<table>{element('caption', caption)}{body}</table>{more}"
