"""What has come over a pipe or a socket, read as far ahead as it has come."""

import os

__all__ = ["Inbox"]

PIECE = 2**16


class Inbox:
    """Bytes of a pipe, read as far ahead as they have come."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._held = b""
        self._start = 0

    def read(self, size: int, /) -> bytes:
        """Wait for so many bytes; fewer come at the end."""
        have = len(self._held) - self._start
        if have < size:
            pieces = [self._held[self._start :]]
            while have < size:
                piece = os.read(self._descriptor, max(PIECE, min(size - have, 2**24)))
                if not piece:
                    break
                pieces.append(piece)
                have += len(piece)
            self._held, self._start = b"".join(pieces), 0
        start, self._start = self._start, min(self._start + size, len(self._held))
        return self._held[start : self._start]
