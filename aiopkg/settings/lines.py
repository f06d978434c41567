"""Finds the line of a TOML document on which a key stands."""

import re

__all__ = ["line_of"]

_HEADER = re.compile(r"\s*\[(\[)?([^\[\]]+)\]")
_ASSIGNED = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")


def line_of(text: str, path: tuple[str | int, ...]) -> int | None:
    """Return the number of the first line that speaks of a key, counted from 1.

    ``path`` are the names of the tables that the key stands in and its own; the number of a table of an array
    stands after the array's name, counted from 0.
    """
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1]:
                counts[table] = counts.get(table, -1) + 1
            if table in counts:
                table = (*table, counts[table])
            found = table
        elif assigned := _ASSIGNED.match(line):
            found = (*table, *_parts(assigned[1]))
        else:
            continue
        if found[: len(path)] == path:
            return number
    return None


def _parts(key: str) -> tuple[str | int, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(key))
