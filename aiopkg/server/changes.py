"""Changes one after the other, folded together so that they do not grow for ever."""

import json
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from aiopkg.server.messages import Message, Patch, Reply
from aiopkg.server.process import stand_back

__all__ = ["FEWEST_BYTES", "MOST_CHANGES", "are_many", "fold", "main", "with_changes", "without_graphs"]

MOST_CHANGES = 200
"""So many changes are kept beside one another; then they are folded."""

FEWEST_BYTES = 16 * 2**20
"""Changes of fewer bytes are not folded for their size."""


STEPS_BACK = 4
"""By how much the process that folds changes into a dataset lets the others go first."""


def main() -> None:
    """Write a dataset anew with the changes that come; a process of its own, because it takes long.

    Its argument is a JSON array: the path of the dataset, that of the new one, and how many changes will come.
    """
    stand_back(STEPS_BACK)
    old, new, count = json.loads(sys.argv[1])
    patches: list[Patch] = []
    while len(patches) < count:
        message = Message.read(sys.stdin.buffer)
        if not isinstance(message, Patch):
            return
        patches.append(message)
        if len(patches) == count:
            Path(new).write_bytes(with_changes(Path(old).read_bytes(), patches))
        Reply(204, {}, b"").write(sys.stdout.buffer)


def are_many(patches: Sequence[Patch], size: int = 0) -> bool:
    """Whether to fold: they are many, or take more bytes than what they change, whose size is given."""
    if len(patches) < 2:
        return False
    return len(patches) >= MOST_CHANGES or sum(len(patch.lines) for patch in patches) > max(FEWEST_BYTES, size)


def fold(patches: Sequence[Patch]) -> Patch:
    """One change that does what several do one after the other; each names quads as they are kept."""
    gone: set[bytes] = set()
    come: set[bytes] = set()
    for patch in patches:
        left = set(_lines(patch.gone))
        gone |= left
        come = (come - left) | set(_lines(patch.come))
    return Patch.of(b"".join(sorted(gone)), b"".join(sorted(come)))


def with_changes(quads: bytes, patches: Sequence[Patch]) -> bytes:
    """The quads after the changes; all as N-Quads of one serializer, one a line."""
    folded = fold(patches)
    return b"".join(sorted((set(_lines(quads)) - set(_lines(folded.gone))) | set(_lines(folded.come))))


def without_graphs(patch: Patch, graphs: Collection[NamedNode]) -> Patch:
    """A change without the quads of some graphs."""
    return Patch.of(*(_outside(lines, graphs) for lines in (patch.gone, patch.come)))


def _outside(lines: bytes, graphs: Collection[NamedNode]) -> bytes:
    kept = _lines(lines)
    quads = parse(lines, format=RdfFormat.N_QUADS)
    return b"".join(line for line, quad in zip(kept, quads, strict=True) if quad.graph_name not in graphs)


def _lines(text: bytes) -> list[bytes]:
    return text.splitlines(keepends=True)
