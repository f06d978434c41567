"""The command that validates files against shapes and writes the report of the W3C."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.configuring import settings_for
from aiopkg.cli.options import AsOf, Config, InputFormat, Output, Pack, Profile, Quiet, Sources, Verbose
from aiopkg.cli.supervising import Limit, budget_for

if TYPE_CHECKING:
    from rich.console import Console

    from aiopkg.conformance import Conformance

__all__ = ["validate"]


class ReportFormat(StrEnum):
    """The forms in which a validation report is written."""

    text = "text"
    turtle = "turtle"
    ntriples = "ntriples"
    jsonld = "jsonld"


def validate(
    sources: Sources,
    shapes: Annotated[
        list[str], typer.Option(metavar="FILE", help="Validate against these shapes; without, against our rules.")
    ] = [],  # noqa: B006 - Typer copies it
    infer: Annotated[
        bool, typer.Option("--infer", help="With --shapes: look at what follows from the files, too.")
    ] = False,
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006
    config: Config = None,
    profile: Profile = None,
    output_format: Annotated[
        ReportFormat, typer.Option("-f", "--format", help="text, turtle, ntriples or jsonld.")
    ] = ReportFormat.text,
    output: Output = None,
    limit: Limit = [],  # noqa: B006
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Validate files against SHACL shapes and write the W3C validation report; exit code 1 if they do not conform.

    Example: aiopkg validate data.ttl --shapes shapes.ttl --format turtle
    """
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.cli.showing import drawn, emit  # noqa: PLC0415
    from aiopkg.conformance import conform  # noqa: PLC0415

    with budget_for(limit), progress(quiet or bool(limit)) as tell:
        found = conform(
            sources,
            shapes,
            infer=infer,
            as_of=as_of.date() if as_of else None,
            packs=pack,
            input_format=input_format,
            settings=settings_for(config, profile),
            progress=tell,
        )
        if output_format is ReportFormat.text:
            content = drawn(lambda console: _print(found, console), output)
        else:
            content = _written(found, output_format)
    emit(content, output)
    raise typer.Exit(int(not found))


def _written(found: "Conformance", output_format: ReportFormat) -> str:
    from pyoxigraph import RdfFormat, serialize  # noqa: PLC0415

    from aiopkg.vocab import PREFIXES  # noqa: PLC0415

    formats = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
    prefixes = {"sh": PREFIXES["sh"]} if output_format is ReportFormat.turtle else None
    content = serialize(found.triples(), format=formats[output_format.value], prefixes=prefixes)
    return (content or b"").decode()


def _print(found: "Conformance", console: "Console") -> None:
    from pyoxigraph import Literal, NamedNode  # noqa: PLC0415
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from aiopkg.model.labels import legible  # noqa: PLC0415
    from aiopkg.validate import fill  # noqa: PLC0415

    results = found.outcome.results
    head = "The data conforms." if found else f"The data does not conform: {len(results):,} results."
    console.print(Text(head, style="bold"))
    for result in results:
        place = found.model.place_of(result.focus if result.root_focus is None else result.root_focus)
        grade = found.labels(result.severity).lower()
        said = Text.assemble(
            (grade, "red" if grade == "violation" else "yellow"),
            f" {found.labels(result.focus)}",
            f" — {found.labels(result.path)}" if isinstance(result.path, NamedNode) and result.path_text else "",
            f": {found.labels(result.value)}" if result.value not in (None, result.focus) else "",
            (f"  [{place}]" if place else "", "dim"),
        )
        console.print(said, highlight=False)
        named = {"this": result.focus, **({"value": result.value} if result.value is not None else {})}
        labels = {name: Literal(found.labels(term)) for name, term in {**named, **result.bindings}.items()}
        texts = [fill(message, labels).value for message in result.messages]
        for text in texts or [found.labels(result.component)]:
            console.print(Padding(Text(legible(text)), (0, 0, 0, 2)), highlight=False)
