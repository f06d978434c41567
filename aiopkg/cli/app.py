"""The commands and their options."""

import sys
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.configuring import settings_for
from aiopkg.cli.showing import Target, content_of, emit, show, with_baseline_written
from aiopkg.cli.storing import OptionalSources, Store, named, stored
from aiopkg.cli.supervising import Limit, budget_for
from aiopkg.formats import Format
from aiopkg.validators import Validator

if TYPE_CHECKING:
    from aiopkg.assessment import Assessment
    from aiopkg.settings import Settings

__all__ = ["app"]

app = typer.Typer(
    name="aiopkg",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Say what is wrong with the way an organization runs its AI, why, what it drags down, and what to do.",
)


class AskFormat(StrEnum):
    """The forms in which questions and answers are written."""

    text = "text"
    json = "json"


class FailOn(StrEnum):
    """The least severity of a violated finding that makes the exit code 1."""

    violation = "violation"
    warning = "warning"
    info = "info"
    never = "never"


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


def _print_version(wanted: bool) -> None:
    if wanted:
        from aiopkg import __version__  # noqa: PLC0415

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def assess(
    sources: OptionalSources = None,
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006 - Typer copies it
    output_format: Annotated[
        Format, typer.Option("-f", "--format", metavar="NAME", help=f"{', '.join(Format)}.")
    ] = Format.text,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write here, not to stdout; html takes a folder/ too."),
    ] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option(help="Exit with 1 from this severity on (default violation).")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Findings known before; they do not fail.")
    ] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the findings as a baseline; from then on they are known.")
    ] = None,
    config: Config = None,
    profile: Profile = None,
    select: Annotated[
        list[str], typer.Option(metavar="CODES", help="Judge only rules whose codes begin like this.")
    ] = [],  # noqa: B006 - Typer copies it
    ignore: Annotated[list[str], typer.Option(metavar="CODES", help="Leave these rules out.")] = [],  # noqa: B006
    upcoming: Annotated[bool, typer.Option("--upcoming", help="Say too what later rules will find, and when.")] = False,
    limit: Limit = [],  # noqa: B006 - Typer copies it
    store: Store = None,
    validator: Annotated[
        Validator, typer.Option(help="Who decides what fails; pyshacl is a second opinion, and slow.")
    ] = Validator.aiopkg,
    watch: Annotated[bool, typer.Option("--watch", help="Follow the files and say what opens and closes.")] = False,
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Assess an organization and report what is wrong, why, and what to do.

    Example: aiopkg assess org.ttl --format html -o report.html
    """
    target = Target.named(output, output_format)
    settings = settings_for(config, profile, select=select, ignore=ignore, baseline=baseline, fail_on=fail_on)
    if write_baseline:
        settings = replace(settings, baseline=None)
    if watch:
        shown = output_format, target, upcoming or bool(write_baseline)
        _watch(named(sources), as_of, pack, shown, input_format, settings)
    budget = budget_for(limit)

    from aiopkg import engine  # noqa: PLC0415
    from aiopkg.assessment import Unfinished  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415

    ended = None
    with progress(quiet or bool(limit)) as tell:
        try:
            found = engine.assess(
                stored(sources, store, input_format),
                as_of=as_of.date() if as_of else None,
                packs=pack,
                upcoming=upcoming,
                input_format=input_format,
                settings=settings,
                limits=budget,
                validator=validator,
                progress=tell,
            )
            budget.enter("writing the report")
        except Unfinished as unfinished:
            found, ended = unfinished.so_far, unfinished
        if write_baseline and not ended:
            found = with_baseline_written(found, write_baseline)
        if output_format is not Format.text:
            tell("Writing the report")
        content = content_of(found, output_format, target)
    show(found, content, target)
    if ended:
        raise ended
    raise typer.Exit(_exit_code(found, settings.fail_on))


def _watch(
    sources: list[str],
    as_of: datetime | None,
    packs: list[str],
    shown: tuple[Format, Target | None, bool],
    input_format: str | None,
    settings: "Settings",
) -> None:
    """Follow the files; ends the command."""
    from aiopkg.cli.watching import watch  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415

    output_format, target, once = shown
    if once or (target is None and output_format is not Format.text):
        what = "--upcoming or --write-baseline" if once else f"--format {output_format} without --output"
        raise InputError("watch-options", f"--watch does not go with {what}.", fix="Leave one of the two out.")
    last = watch(
        sources,
        as_of=as_of.date() if as_of else None,
        packs=packs,
        input_format=input_format,
        settings=settings,
        show=lambda found: show(found, content_of(found, output_format, target), target),
        written=target is not None,
    )
    raise typer.Exit(_exit_code(last, settings.fail_on))


def _exit_code(found: "Assessment", fail_on: str) -> int:
    """Return 1 where a gap is of that severity or a graver one, unless the baseline knows it.

    A model that contradicts itself counts as a violation.
    """
    grave = [level.value for level in FailOn if level is not FailOn.never]
    counting = grave[: grave.index(fail_on) + 1] if fail_on in grave else []
    broken = (finding for finding in found.findings if finding.verdict == "violated")
    if found.inconsistencies and counting:
        return 1
    return int(any(gap.severity in counting and found.state_of(gap) == "new" for gap in broken))


@app.command()
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
    output_format: Annotated[AskFormat, typer.Option("-f", "--format", help="text or json.")] = AskFormat.text,
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """List the questions that an organization can be asked, or answer one of them.

    Example: aiopkg ask who-answers-for org.ttl --bind useCase="Demand forecast"
    """
    from rich.console import Console  # noqa: PLC0415

    from aiopkg import ask as asking  # noqa: PLC0415
    from aiopkg import engine  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.errors import InputError  # noqa: PLC0415

    if name is None:
        if output_format is AskFormat.json:
            sys.stdout.write(asking.questions_json())
        else:
            Console().print(asking.questions_table())
        return
    given = asking.given(name, bind)
    if not sources:
        raise InputError(
            "missing-argument", "A question needs a model to ask.", fix=f"Say: aiopkg ask {name} MODEL.ttl"
        )
    with progress(quiet) as tell:
        found = engine.assess(
            sources,
            as_of=as_of.date() if as_of else None,
            packs=pack,
            input_format=input_format,
            settings=settings_for(),
            progress=tell,
        )
        tell("Asking")
        answer = asking.ask(found, name, **given)
    if output_format is AskFormat.json:
        sys.stdout.write(answer.to_json())
    else:
        Console().print(answer.table())


@app.command(name="import")
def import_(
    mapping: Annotated[str, typer.Argument(metavar="MAPPING", help="The id of a mapping; 'list' names them.")],
    source: Annotated[Path | None, typer.Argument(metavar="FILE", help="The table to read.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The model to write, in Turtle.")
    ] = None,
    verbose: Verbose = 0,
) -> None:
    """Turn a table into a model; every row is kept, and every cell is accounted for.

    Example: aiopkg import us-federal-2025 inventory.csv -o fed.ttl
    """
    from aiopkg.errors import InputError  # noqa: PLC0415
    from aiopkg.imports import available, convert  # noqa: PLC0415

    if mapping == "list":
        typer.echo("\n".join(available()))
        return
    if source is None or output is None:
        raise InputError(
            "missing-argument",
            "An import needs the table to read and the model to write.",
            fix=f"Say: aiopkg import {mapping} TABLE -o MODEL.ttl",
        )
    for line in convert(mapping, source, output).lines():
        typer.echo(line)


@app.command()
def materialise(
    sources: Sources,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="N-Triples file.")] = None,
    ontology: Annotated[
        Ontology, typer.Option(help="Reason with our ontology, or over the files alone.")
    ] = Ontology.aiop,
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Write what the files say together with everything that follows from it (OWL 2 RL).

    Example: aiopkg materialise org.ttl -o closed.nt
    """
    from aiopkg import engine  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415

    with progress(quiet) as tell:
        content = engine.closure_of(
            sources, with_ontology=ontology is Ontology.aiop, input_format=input_format, progress=tell
        )
    emit(content, output)


@app.command()
def entails(
    premise: Annotated[str, typer.Argument(metavar="PREMISE", help="The document that is taken as true.")],
    conclusion: Annotated[str, typer.Argument(metavar="CONCLUSION", help="The document that may follow.")],
    catalog: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Load imports from this folder; nothing is fetched.")
    ] = None,
    ontology: Annotated[Ontology, typer.Option(help="Reason with our ontology, or without.")] = Ontology.aiop,
    input_format: InputFormat = None,
    verbose: Verbose = 0,
) -> None:
    """Tell whether one document follows from another: exit code 0 if it does, 1 if not.

    Example: aiopkg entails org.ttl claim.ttl
    """
    from aiopkg import engine  # noqa: PLC0415

    answer = engine.entailment(
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
