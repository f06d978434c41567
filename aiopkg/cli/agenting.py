"""The command that serves tools to assistants."""

import gc
from dataclasses import replace
from typing import Annotated

import typer

from aiopkg.cli.assessing import assessed
from aiopkg.cli.options import AsOf, Config, InputFormat, Pack, Profile, Quiet, Sources, Verbose

__all__ = ["mcp"]


def mcp(
    sources: Sources,
    seconds: Annotated[float, typer.Option(min=0.1, help="How long one call of a tool may take.")] = 20.0,
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006 - Typer copies it
    config: Config = None,
    profile: Profile = None,
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Serve an assistant over stdio (Model Context Protocol): assess, ask, explain, query and rules, read only.

    Nothing but the files named here is read. There is no --limit, which would end the server: each call of a tool is
    refused by itself after --seconds, or when it would answer more than 1 MB or 10,000 rows.

    Example: aiopkg mcp org.ttl --seconds 60
    """
    gc.enable()  # this command stays
    from aiopkg import agent  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415

    if "-" in sources:
        raise InputError(
            "stdin-taken", "Standard input belongs to the assistant.", fix="Name the files of the model instead."
        )
    with progress(quiet) as tell:
        found = assessed(
            sources,
            as_of=as_of,
            packs=pack,
            input_format=input_format,
            config=config,
            profile=profile,
            progress=tell,
        )
    agent.run(found, replace(agent.AGENT_LIMITS, seconds=seconds))
