"""The options that several commands take."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsOf", "Config", "InputFormat", "Ontology", "Output", "Pack", "Profile", "Quiet", "Sources", "Verbose"]


class Ontology(StrEnum):
    """Which ontology is loaded beside the user's files."""

    aiop = "aiop"
    none = "none"


Sources = Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Files, folders, globs, or - for stdin.")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="Judge as of this day (default today)."),
]
Pack = Annotated[list[str], typer.Option("--pack", metavar="ID", help="Apply this rule pack too.")]
InputFormat = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="turtle, ntriples, nquads, trig, rdfxml or jsonld; default by ending."),
]
Config = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Settings; default the nearest aiopkg.toml, or [tool.aiopkg] in pyproject.toml."),
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Take this profile of the settings.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write here, not to stdout.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Show no progress.")]
Verbose = Annotated[int, typer.Option("-v", count=True, help="Give twice (-vv) to see where a defect lies.")]
