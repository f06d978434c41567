"""Follows files: when one of them changes, what changed in it goes into the assessment as an edit."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiopkg.errors import InputError
from aiopkg.live.session import Live, Outcome
from aiopkg.model import load
from aiopkg.model.sources import find_files

__all__ = ["Watch"]


class Watch:
    """The files that an assessment was made from, looked at again and again.

    A file counts as changed if its time or size did and its content with it. Files that come into a watched folder
    count, and so do files that go. Raises :class:`InputError` for standard input, which cannot be read twice.
    """

    def __init__(self, live: Live, names: Sequence[str | Path], input_format: str | None = None) -> None:
        if any(str(name) == "-" for name in names):
            raise InputError("watch-stdin", "Standard input cannot be watched.", fix="Name files or folders.")
        self._live = live
        self._names = names
        self._format = input_format
        self._stamps = self._stamp()
        self._digests = {path: _digest(path) for path in self._stamps}

    def look(self) -> Outcome | None:
        """Take in what changed since the last look; None where nothing did.

        Raises :class:`InputError` as :func:`aiopkg.assess` does, leaving the assessment as it was; the next look is
        about changes since.
        """
        stamps = self._stamp()
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        digests = {path: _digest(path) for path in stamps}
        if digests == self._digests:
            return None
        self._digests = digests
        model = self._live.settings.stated(load(self._names, self._format))
        known = self._live.assessment.model.places
        return self._live.edit(model, [triple for triple in known if triple not in model.places])

    def _stamp(self) -> Mapping[Path, tuple[int, int]]:
        """The time and size of each file; of one that has just gone, nothing."""
        found: dict[Path, tuple[int, int]] = {}
        for path in find_files(self._names):
            try:
                state = path.stat()
            except FileNotFoundError:
                continue
            found[path] = (state.st_mtime_ns, state.st_size)
        return found


def _digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""
