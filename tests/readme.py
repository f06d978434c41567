"""Runs the commands shown in the README and in the tutorial and writes what they print into them.

Run it from the root of a checkout: ``python tests/readme.py``.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)


def with_real_output(text: str) -> str:
    """Return the text with the output of each command in its console blocks replaced by what it prints today."""
    return CONSOLE.sub(lambda block: f"```console\n{played(block[1], ROOT)}```", text)


def played(block: str, folder: Path) -> str:
    """Return the commands of a console block, run in a folder, each with what it prints."""
    commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{_output(command, folder)}" for command in commands)


def _output(command: str, folder: Path) -> str:
    program, *arguments = shlex.split(command)
    assert program == "aiopkg"
    done = subprocess.run(
        [sys.executable, "-m", "aiopkg", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "COLUMNS": "110",
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    import tutorial

    README.write_text(with_real_output(README.read_text(encoding="utf-8")), encoding="utf-8")
    tutorial.rewrite()
