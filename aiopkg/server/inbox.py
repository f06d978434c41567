"""What has come over a pipe, and what has come already without waiting for it."""

import os
import select
import sys

from aiopkg.server.messages import LENGTHS

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

    def has_message(self) -> bool:
        """Whether a message has come, or one so long that it is on its way."""
        while True:
            have = len(self._held) - self._start
            if have >= LENGTHS.size:
                needed = LENGTHS.size + sum(LENGTHS.unpack_from(self._held, self._start))
                if have >= needed or needed > PIECE:
                    return True
            if sys.platform == "win32" or not select.select([self._descriptor], [], [], 0)[0]:
                return False
            piece = os.read(self._descriptor, PIECE)
            if not piece:
                return False
            self._held, self._start = self._held[self._start :] + piece, 0
