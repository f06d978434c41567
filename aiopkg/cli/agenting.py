"""The command that serves tools to assistants."""

import gc

from aiopkg.cli.assessing import assessed
from aiopkg.cli.options import AsOf, Config, InputFormat, Pack, Profile, Quiet, Sources, Verbose

__all__ = ["mcp"]


def mcp(
    sources: Sources,
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006 - Typer copies it
    config: Config = None,
    profile: Profile = None,
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Serve an assistant over stdio (Model Context Protocol): assess, ask, explain, query and rules, read only.

    Nothing but the files named here is read. Example: aiopkg mcp org.ttl
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
    agent.run(found)
