"""Converts a table into a model: read, map every row, write beside the destination, rename."""

import os
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Triple

from aiopkg.errors import InputError, Place
from aiopkg.imports.incompleteness import properties_without_column
from aiopkg.imports.mapping import TableMapping
from aiopkg.imports.mapping_file import mapping, mapping_ids
from aiopkg.imports.report import ImportReport
from aiopkg.imports.rows import RowReader
from aiopkg.imports.table import Table, read_table
from aiopkg.imports.turtle import TurtleWriter
from aiopkg.limits import Budget
from aiopkg.vocab import AIOP, PREFIXES, RDF

__all__ = ["available", "convert"]


def available() -> tuple[str, ...]:
    """Return the ids of the mappings that :func:`convert` can use, sorted."""
    return mapping_ids()


def convert(mapping_id: str, source: Path, destination: Path) -> ImportReport:
    """Read a table by a mapping and write it as a model in Turtle.

    Each row becomes an element with ``aiop:sourceRow``, the number of the row below the header; so does
    whatever a cell of it states. A cell that is blank or not recognised makes its property unreported for
    that row, and each property without a column is declared incomplete, so that neither counts as a no.
    The destination is written whole or not at all. Same file in, same bytes out.

    Raises :class:`InputError` when there is no such mapping, when the source cannot be read as the table
    that the mapping is for, or when the destination cannot be written; :class:`LimitReached` where limits are in
    force and one is passed.
    """
    chosen = mapping(mapping_id)
    if source.exists() and destination.exists() and source.samefile(destination):
        raise InputError(
            "destination",
            "The model would be written over the table that it is read from.",
            place=Place(str(destination)),
            fix="Name another file for the model.",
        )
    budget = Budget.of(None)
    budget.enter("reading the table")
    table = read_table(source, chosen.headers, chosen.encoding, chosen.delimiter, chosen.label)
    reader = RowReader(chosen)
    writer = TurtleWriter(chosen.base, {**PREFIXES, "column": f"{chosen.base}column/"})
    budget.enter("mapping the rows")
    rows = [_row_text(reader, writer, table, number) for number in budget.heeding(range(len(table.rows)))]
    texts = [*_preamble(chosen, source, reader, writer), *rows]
    budget.finish()
    _write(destination, texts)
    return ImportReport(
        mapping=mapping_id,
        source=source,
        destination=destination,
        rows=len(table.rows),
        columns=reader.tally.columns(),
        unrecognised=reader.tally.unrecognised(),
        repeated=reader.tally.repeated(),
        ragged_rows=tuple(row.number for row in table.rows if row.ragged),
        other_columns=table.other_headers,
        elements=reader.tally.elements(),
        incomplete=tuple(name.value for name in properties_without_column(chosen)),
    )


def _row_text(reader: RowReader, writer: TurtleWriter, table: Table, index: int) -> str:
    blocks = list(reader.read(table.rows[index]))
    _count(reader, blocks)
    return "\n" + "".join(writer.block(block) for block in blocks)


def _count(reader: RowReader, blocks: list[tuple[Triple, ...]]) -> None:
    for block in blocks:
        for triple in block:
            if triple.predicate == RDF.type:
                reader.tally.count_element(triple.object.value)  # type: ignore[union-attr]


def _preamble(chosen: TableMapping, source: Path, reader: RowReader, writer: TurtleWriter) -> Iterator[str]:
    name = "".join(c if c.isprintable() else "?" for c in source.name)
    yield f"# Read from {name} by the mapping {chosen.id}.\n\n"
    yield writer.header()
    yield "\n# Properties for which the source has no column.\n\n"
    for without_column in properties_without_column(chosen):
        yield writer.nameless(((RDF.type, AIOP.Incompleteness), (AIOP.ofProperty, without_column)))
    yield "\n# What the rows name.\n\n"
    for _, triples in chosen.individuals:
        yield writer.block(triples)
    blocks = list(reader.elements.blocks())
    _count(reader, blocks)
    yield from (writer.block(block) for block in blocks)
    yield "\n# The rows.\n"


def _write(destination: Path, texts: list[str]) -> None:
    beside = destination.with_name(f".{destination.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(texts)
        beside.replace(destination)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(
            "destination",
            f"The model cannot be written: {error.strerror or 'unknown reason'}.",
            place=Place(str(destination)),
            fix="Name a file in a folder that exists and that you may write to.",
        ) from error
