"""``serve``: the endpoint, with what it serves kept up to date."""

import gc
from typing import Annotated

import typer

from aiopkg.cli.configuring import settings_for
from aiopkg.cli.options import AsOf, Config, InputFormat, Ontology, Pack, Profile, Quiet, Verbose
from aiopkg.errors import InputError

__all__ = ["serve"]


def serve(
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE...]", help="Files, folders, globs, or - for stdin.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port to listen on; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    update: Annotated[bool, typer.Option("--update", help="Take updates from those who have the token.")] = False,
    token: Annotated[
        str, typer.Option(metavar="TEXT", envvar="AIOPKG_TOKEN", help="The bearer token of updates; made if not given.")
    ] = "",
    ontology: Annotated[Ontology, typer.Option(help="Take what is served as an organization, or as it is.")] = (
        Ontology.aiop
    ),
    seconds: Annotated[float, typer.Option(min=0.1, help="How long a query or update may take.")] = 4.0,
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006 - Typer copies it
    config: Config = None,
    profile: Profile = None,
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Assess an organization and serve what is known of it: a web page at /, SPARQL at /sparql, graphs at /store.

    Without a source, or with --ontology none, any triples are served, with what follows from them by themselves.

    Example: aiopkg serve org.ttl --port 8000
    """
    gc.enable()  # this command stays
    from secrets import token_urlsafe  # noqa: PLC0415

    from aiopkg import server  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.model import load  # noqa: PLC0415

    if token and not update:
        raise InputError("token-without-update", "A token is given, but updates are off.", fix="Give --update too.")
    if not token.isascii() or any(character.isspace() for character in token):
        raise InputError("bad-token", "The token cannot be sent in a header.", fix="Use ASCII without spaces.")
    own = update and not token
    token = token_urlsafe(24) if own else token
    with progress(quiet) as tell:
        tell("Loading")
        assessed = bool(sources) and ontology is Ontology.aiop
        model = load(sources, input_format, strict=assessed) if sources else None
        day = as_of.date() if as_of else None
        if model is not None and assessed:
            content = server.Holding.organization(model, day, pack, settings_for(config, profile))
        else:
            content = server.Holding.reasoned(model)
        tell("Preparing the endpoint")

    def announce(url: str) -> None:
        if assessed:
            typer.echo(f"The page at {url}, SPARQL at {url}sparql (end with Ctrl-C)")
        else:
            typer.echo(f"SPARQL at {url}sparql (end with Ctrl-C)")
        if own:
            typer.echo(f"Updates with the token {token}")

    limits = server.Limits(seconds=seconds)
    server.serve(content, host=host, port=port, token=token, limits=limits, announce=announce)
