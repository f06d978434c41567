"""Plays the tutorial from its beginning; ``python tests/readme.py`` writes what the commands print into it."""

import re
import tempfile
from pathlib import Path

from readme import ROOT, played

TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r"```(turtle|console)\n(.*?)```", re.DOTALL)


def with_real_output(text: str) -> str:
    """Return the text with what the commands print today: each block of Turtle is put at the end of the file first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def play(block: re.Match[str]) -> str:
            if block[1] == "console":
                return f"```console\n{played(block[2], folder)}```"
            with (folder / "bakery.ttl").open("a", encoding="utf-8") as file:
                file.write(("\n" if file.tell() else "") + block[2])
            return block[0]

        return BLOCK.sub(play, text)


def rewrite() -> None:
    """Write what the commands print today into the tutorial."""
    TUTORIAL.write_text(with_real_output(TUTORIAL.read_text(encoding="utf-8")), encoding="utf-8")
