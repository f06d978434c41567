"""The command that answers SPARQL queries over files."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aiopkg.cli.configuring import settings_for
from aiopkg.cli.options import AsOf, Config, InputFormat, Ontology, Output, Pack, Profile, Quiet, Verbose
from aiopkg.cli.supervising import Limit, budget_for

if TYPE_CHECKING:
    from aiopkg.sparql import Evaluated, Graphs

__all__ = ["query"]


class QueryFormat(StrEnum):
    """The forms in which answers are written: of a SELECT or ASK, or of a CONSTRUCT or DESCRIBE."""

    text = "text"
    json = "json"
    csv = "csv"
    tsv = "tsv"
    xml = "xml"
    turtle = "turtle"
    ntriples = "ntriples"
    jsonld = "jsonld"


def query(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE... QUERY",
            help="Files, folders, globs, or -; last the query: SPARQL, or a file that ends in .rq or .sparql.",
        ),
    ],
    bind: Annotated[
        list[str],
        typer.Option(metavar="NAME=VALUE", help="Give a variable a value: an IRI, a prefixed name, a literal or text."),
    ] = [],  # noqa: B006 - Typer copies it
    as_of: AsOf = None,
    pack: Pack = [],  # noqa: B006
    config: Config = None,
    profile: Profile = None,
    output_format: Annotated[
        QueryFormat,
        typer.Option("-f", "--format", help="text, json, csv, tsv or xml; turtle, ntriples or jsonld for graphs."),
    ] = QueryFormat.text,
    output: Output = None,
    ontology: Annotated[
        Ontology, typer.Option(help="Reason with our ontology, or over the files alone.")
    ] = Ontology.aiop,
    limit: Limit = [],  # noqa: B006
    input_format: InputFormat = None,
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    """Answer a SPARQL query over what files state and all that follows from it; each stage has its named graph.

    Example: aiopkg query org.ttl "SELECT ?use WHERE { ?use a aiop:LiveUseCase }"
    """
    from aiopkg.cli.progress import progress  # noqa: PLC0415
    from aiopkg.cli.showing import emit  # noqa: PLC0415
    from aiopkg.querying import graphs_of  # noqa: PLC0415
    from aiopkg.sparql import evaluate, written_value  # noqa: PLC0415

    sources, text = _parted(words)
    given = _given(bind)
    with budget_for(limit), progress(quiet or bool(limit)) as tell:
        graphs = graphs_of(
            sources,
            as_of=as_of.date() if as_of else None,
            packs=pack,
            with_ontology=ontology is Ontology.aiop,
            input_format=input_format,
            settings=settings_for(config, profile),
            progress=tell,
        )
        tell("Asking")
        values = {name: written_value(value, graphs.prefixes) for name, value in given.items()}
        found = evaluate(graphs, text, values)
        content = _written(graphs, found, output_format, output)
    emit(content, output)


def _parted(words: list[str]) -> tuple[list[str], str]:
    from aiopkg.errors import InputError, Place  # noqa: PLC0415

    *sources, last = words
    if not sources:
        raise InputError(
            "missing-argument",
            "A query needs a model to ask, and a model a query.",
            fix='Say: aiopkg query MODEL.ttl "SELECT ?use WHERE { ?use a aiop:UseCase }"',
        )
    if not last.endswith((".rq", ".sparql")):
        return sources, last
    try:
        return sources, Path(last).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "unreadable-file", f"{last} cannot be read: {error}.", place=Place(last), fix="Check the path."
        ) from error


def _given(bindings: list[str]) -> dict[str, str]:
    from aiopkg.errors import InputError  # noqa: PLC0415

    found: dict[str, str] = {}
    for binding in bindings:
        name, equals, value = binding.partition("=")
        if not equals:
            raise InputError(
                "parameter-value", f"'{binding}' binds nothing.", fix="Write a name, an equals sign and a value."
            )
        found[name.lstrip("?$")] = value
    return found


def _written(graphs: "Graphs", found: "Evaluated", output_format: QueryFormat, output: Path | None) -> str:
    from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, serialize  # noqa: PLC0415

    from aiopkg.errors import InputError  # noqa: PLC0415

    tables = {f.value: getattr(QueryResultsFormat, f.name.upper()) for f in QueryFormat if f.value in _TABLES}
    languages = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
    if isinstance(found, QueryTriples):
        rdf_format = languages.get("turtle" if output_format is QueryFormat.text else output_format.value)
        if rdf_format is None:
            raise InputError("query-format", f"A graph is not written as {output_format.value}.", fix="Say turtle.")
        prefixes = dict(graphs.prefixes) if rdf_format == RdfFormat.TURTLE else None
        content = serialize(graphs.triples(found), format=rdf_format, prefixes=prefixes)
        return _steady((content or b"").decode())
    if output_format.value in languages:
        raise InputError(
            "query-format", f"Rows are not written as {output_format.value}.", fix="Say json, or CONSTRUCT a graph."
        )
    if output_format.value in tables:
        written = graphs.table(found, tables[output_format.value])
        return written + ("" if output_format in (QueryFormat.csv, QueryFormat.tsv) else "\n")
    return _shown(graphs, found, output)


_TABLES = ("json", "csv", "tsv", "xml")


def _steady(content: str) -> str:
    """Return Turtle with its prefixes sorted, which the serializer writes in the order of a hash table."""
    lines = content.splitlines(keepends=True)
    head = [line for line in lines if line.startswith("@prefix ")]
    return "".join([*sorted(head), *lines[len(head) :]])


def _shown(graphs: "Graphs", found: "Evaluated", output: Path | None) -> str:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from aiopkg.cli.showing import drawn  # noqa: PLC0415
    from aiopkg.model.labels import legible  # noqa: PLC0415
    from aiopkg.sparql import Solutions  # noqa: PLC0415

    rows = graphs.answer(found)
    if not isinstance(rows, Solutions):
        return "yes\n" if rows else "no\n"
    table = Table()
    for column in rows.columns:
        table.add_column(column, overflow="fold")
    for row in rows.shown():
        table.add_row(*(Text(legible(cell)) for cell in row))
    count = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}\n"
    return drawn(lambda console: console.print(table), output) + count if rows.columns else count
