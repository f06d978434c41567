"""The program, and the command that assesses."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.configuring import settings_for
from aiopkg.cli.options import AsOf, Config, InputFormat, Pack, Profile, Quiet, Verbose
from aiopkg.cli.showing import Target, content_of, show, with_baseline_written
from aiopkg.cli.storing import OptionalSources, Store, named, stored
from aiopkg.cli.supervising import Limit, budget_for
from aiopkg.formats import Format
from aiopkg.validators import Validator

if TYPE_CHECKING:
    from datetime import date

    from aiopkg.assessment import Assessment
    from aiopkg.explain import Contradiction
    from aiopkg.settings import Settings
    from aiopkg.validate.findings import Finding

__all__ = ["app"]

app = typer.Typer(
    name="aiopkg",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Say what is wrong with the way an organization runs its AI, why, what it drags down, and what to do.",
)


class FailOn(StrEnum):
    """The least severity of a violated finding that makes the exit code 1."""

    violation = "violation"
    warning = "warning"
    info = "info"
    never = "never"


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
        _watch(named(sources), as_of.date() if as_of else None, pack, shown, input_format, settings)

    from aiopkg import engine  # noqa: PLC0415
    from aiopkg.assessment import Assessment, Unfinished  # noqa: PLC0415
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.errors import LimitReached  # noqa: PLC0415

    found: Assessment | None = None

    def show_so_far(reached: LimitReached) -> None:
        so_far = reached.so_far if isinstance(reached, Unfinished) else found and found.cut_short(reached)
        if so_far:
            show(so_far, content_of(so_far, output_format, target), target)

    try:
        with budget_for(limit, show_so_far) as budget, progress(quiet or bool(limit)) as tell:
            found = engine.assess(
                stored(sources, store, input_format),
                as_of=as_of.date() if as_of else None,
                packs=pack,
                upcoming=upcoming,
                input_format=input_format,
                settings=settings,
                validator=validator,
                progress=tell,
            )
            if write_baseline:
                found = with_baseline_written(found, write_baseline)
            if output_format is not Format.text:
                tell("Writing the report")
            budget.enter("writing the report")
            content = content_of(found, output_format, target)
    except LimitReached as reached:
        show_so_far(reached)
        raise
    show(found, content, target)
    raise typer.Exit(_exit_code(found, settings.fail_on))


def _watch(
    sources: list[str],
    as_of: "date | None",
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
        as_of=as_of,
        packs=packs,
        input_format=input_format,
        settings=settings,
        show=lambda found: show(found, content_of(found, output_format, target), target),
        written=target is not None,
    )
    raise typer.Exit(_exit_code(last, settings.fail_on))


def _exit_code(found: "Assessment", fail_on: str) -> int:
    """Return 1 where a gap is of that severity or a graver one, unless the baseline knows it.

    A model that contradicts itself counts as a violation, in the same way.
    """
    grave = [level.value for level in FailOn if level is not FailOn.never]
    counting = grave[: grave.index(fail_on) + 1] if fail_on in grave else []
    broken = (finding for finding in found.findings if finding.verdict == "violated")
    gaps: list[Finding | Contradiction] = [*broken, *found.contradictions]
    return int(any(gap.severity in counting and found.state_of(gap) == "new" for gap in gaps))
