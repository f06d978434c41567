"""Runs the command line as ``python -m aiopkg``."""

from aiopkg.cli import main

main()
