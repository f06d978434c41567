"""The command that validates files against shapes and writes the report of the W3C."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.app import AsOf, InputFormat, Output, Pack, Quiet, Sources, Verbose
from aiopkg.cli.configuring import settings_for

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
    output_format: Annotated[
        ReportFormat, typer.Option("-f", "--format", help="text, turtle, ntriples or jsonld.")
    ] = ReportFormat.text,
    output: Output = None,
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Validate files against SHACL shapes and write the W3C validation report; exit code 1 if they do not conform.

    Example: aiopkg validate data.ttl --shapes shapes.ttl --format turtle
    """
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.cli.showing import emit  # noqa: PLC0415
    from aiopkg.conformance import conform  # noqa: PLC0415

    with progress(quiet) as tell:
        found = conform(
            sources,
            shapes,
            infer=infer,
            as_of=as_of.date() if as_of else None,
            packs=pack,
            input_format=input_format,
            settings=settings_for(),
            progress=tell,
        )
    content = _text(found, output) if output_format is ReportFormat.text else _written(found, output_format)
    if content is not None:
        emit(content, output)
    raise typer.Exit(int(not found))


def _written(found: "Conformance", output_format: ReportFormat) -> str:
    from pyoxigraph import RdfFormat, serialize  # noqa: PLC0415

    from aiopkg.vocab import PREFIXES  # noqa: PLC0415

    formats = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
    prefixes = {"sh": PREFIXES["sh"]} if output_format is ReportFormat.turtle else None
    content = serialize(found.triples(), format=formats[output_format.value], prefixes=prefixes)
    return (content or b"").decode()


def _text(found: "Conformance", output: Path | None) -> str | None:
    """Return the results as text; None when they were shown on the terminal."""
    from io import StringIO  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415

    if output is None:
        _print(found, Console())
        return None
    text = StringIO()
    _print(found, Console(file=text, width=110))
    return text.getvalue()


def _print(found: "Conformance", console: "Console") -> None:
    from pyoxigraph import Literal  # noqa: PLC0415
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
            f" — {found.labels(result.path)}" if result.path is not None and result.path_text else "",
            f": {found.labels(result.value)}" if result.value not in (None, result.focus) else "",
            (f"  [{place}]" if place else "", "dim"),
        )
        console.print(said, highlight=False)
        named = {"this": result.focus, **({"value": result.value} if result.value is not None else {})}
        labels = {name: Literal(found.labels(term)) for name, term in {**named, **result.bindings}.items()}
        texts = [fill(message, labels).value for message in result.messages]
        for text in texts or [found.labels(result.component)]:
            console.print(Padding(Text(legible(text)), (0, 0, 0, 2)), highlight=False)
