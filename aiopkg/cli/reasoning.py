"""The commands that reason over files: what follows from them, and whether something does."""

from pathlib import Path
from typing import Annotated

import typer

from aiopkg.cli.options import InputFormat, Ontology, Output, Quiet, Sources, Verbose
from aiopkg.cli.supervising import Limit, budget_for

__all__ = ["entails", "materialise"]


def materialise(
    sources: Sources,
    output: Output = None,
    ontology: Annotated[
        Ontology, typer.Option(help="Reason with our ontology, or over the files alone.")
    ] = Ontology.aiop,
    limit: Limit = [],  # noqa: B006 - Typer copies it
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Write what the files say together with everything that follows from it (OWL 2 RL).

    Example: aiopkg materialise org.ttl -o closed.nt
    """
    from aiopkg import materialised  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.cli.showing import emit  # noqa: PLC0415

    with budget_for(limit), progress(quiet or bool(limit)) as tell:
        content = materialised.closure_of(
            sources, with_ontology=ontology is Ontology.aiop, input_format=input_format, progress=tell
        )
    emit(content, output)


def entails(
    premise: Annotated[str, typer.Argument(metavar="PREMISE", help="The document that is taken as true.")],
    conclusion: Annotated[str, typer.Argument(metavar="CONCLUSION", help="The document that may follow.")],
    catalog: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Load imports from this folder; nothing is fetched.")
    ] = None,
    ontology: Annotated[Ontology, typer.Option(help="Reason with our ontology, or without.")] = Ontology.aiop,
    limit: Limit = [],  # noqa: B006
    input_format: InputFormat = None,
    verbose: Verbose = 0,
) -> None:
    """Tell whether one document follows from another: exit code 0 if it does, 1 if not.

    Example: aiopkg entails org.ttl claim.ttl
    """
    from aiopkg import materialised  # noqa: PLC0415

    with budget_for(limit):
        answer = materialised.entailment(
            premise,
            conclusion,
            with_ontology=ontology is Ontology.aiop,
            catalog=catalog,
            input_format=input_format,
        )
    if answer.inconsistent:
        typer.echo("The premise contradicts itself, so that everything follows from it.")
    elif answer.holds:
        typer.echo("It follows.")
    else:
        typer.echo("It does not follow. What fails:")
        for triple in answer.missing:
            typer.echo(f"  {triple} .")
    raise typer.Exit(int(not answer.holds))
