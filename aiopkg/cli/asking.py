"""The command that lists the ready questions and answers one of them."""

from enum import StrEnum
from typing import Annotated

import typer

from aiopkg.cli.assessing import assessed
from aiopkg.cli.options import AsOf, Config, InputFormat, Pack, Profile, Quiet, Verbose
from aiopkg.cli.supervising import Limit, budget_for

__all__ = ["ask"]


class AskFormat(StrEnum):
    """The forms in which questions and answers are written."""

    text = "text"
    json = "json"


def ask(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The question; without one, all are listed.")
    ] = None,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE...", help="Files, folders, globs, or - for stdin.")
    ] = None,
    bind: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="Give a parameter of the question.")] = [],  # noqa: B006
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006 - Typer copies it
    config: Config = None,
    profile: Profile = None,
    output_format: Annotated[AskFormat, typer.Option("-f", "--format", help="text or json.")] = AskFormat.text,
    limit: Limit = [],  # noqa: B006
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """List the questions that an organization can be asked, or answer one of them.

    Example: aiopkg ask who-answers-for org.ttl --bind useCase="Demand forecast"
    """
    from aiopkg import ask as asking  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.cli.showing import drawn, emit  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415

    as_json = output_format is AskFormat.json
    if name is None:
        emit(
            asking.questions_json() if as_json else drawn(lambda console: console.print(asking.questions_table())), None
        )
        return
    given = asking.given(name, bind)
    if not sources:
        raise InputError(
            "missing-argument", "A question needs a model to ask.", fix=f"Say: aiopkg ask {name} MODEL.ttl"
        )
    with budget_for(limit), progress(quiet or bool(limit)) as tell:
        found = assessed(
            sources,
            as_of=as_of,
            packs=pack,
            input_format=input_format,
            config=config,
            profile=profile,
            progress=tell,
        )
        tell("Asking")
        answer = asking.ask(found, name, **given)
        content = answer.to_json() if as_json else drawn(lambda console: console.print(answer.table()))
    emit(content, None)
