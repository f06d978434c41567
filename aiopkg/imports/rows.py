"""Turns one row into facts: what its cells state, what they state instead, and what they leave open."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.imports.elements import ElementMaker, expand_text, row_number
from aiopkg.imports.mapping import Column, Reading, TableMapping
from aiopkg.imports.readings import Account, Item, Outcome, read_cell
from aiopkg.imports.report import Tally
from aiopkg.imports.table import Row
from aiopkg.vocab import AIOP, PREFIXES, RDF, RDFS

__all__ = ["RowReader"]

_ANY_URI = NamedNode(PREFIXES["xsd"] + "anyURI")
_DESCRIPTION = NamedNode(PREFIXES["dcterms"] + "description")
_UNREADABLE = Outcome(Account.UNRECOGNISED, open=True)
_NOT_ASKED = Outcome(Account.UNUSED, open=True)


class RowReader:
    """Reads the rows of one table by its mapping; elements and counts gather as it goes."""

    def __init__(self, mapping: TableMapping) -> None:
        self.elements = ElementMaker(mapping)
        self.tally = Tally()
        self._mapping = mapping

    def read(self, row: Row) -> Iterator[tuple[Triple, ...]]:
        """Yield the triples of the row's own element and then those of each element that a cell of it states."""
        node = self.elements.iri(self._mapping.row, row, row.cells)
        if node is None:
            return
        facts: list[Triple] = [Triple(node, RDF.type, kind) for kind in self._mapping.row.classes]
        facts.append(Triple(node, AIOP.sourceRow, row_number(row)))
        for statement in self._mapping.row.statements:
            value = self.elements.value(statement, row, row.cells)
            if value is not None:
                facts.append(Triple(node, statement.predicate, value))
        parts: list[tuple[Triple, ...]] = []
        open_properties: dict[NamedNode, None] = {}
        accounts: dict[str, tuple[Outcome, str]] = {}
        for column in self._mapping.columns:
            outcome = self._outcome(column, row, facts)
            before = accounts.get(column.name)
            if before is None or before[0].account is Account.UNUSED:
                accounts[column.name] = (outcome, column.because)
            for number, item in enumerate(outcome.items, start=1):
                part = node.value + "/" + quote(column.name, safe="")
                cell = NamedNode(part if len(outcome.items) == 1 else f"{part}/{number}")
                facts.extend(self._facts(node, column, item, row, cell))
                parts.append(tuple(self._part(node, column, item, row, cell)))
            if not outcome.items and outcome.account is Account.BLANK and column.element_if_blank:
                facts.extend(self._stand_in(node, column, row))
            elif outcome.open and column.predicate is not None:
                open_properties[column.predicate] = None
        self._count(row, accounts)
        facts.extend(Triple(node, AIOP.unreported, name) for name in open_properties)
        yield tuple(facts)
        yield from (part for part in parts if part)

    def _outcome(self, column: Column, row: Row, facts: list[Triple]) -> Outcome:
        if row.ragged:
            return _UNREADABLE
        cell = row.cells[column.name]
        if column.condition is not None and cell.strip():
            earlier = {c.predicate for c in self._mapping.columns if c.name == column.condition.column}
            if not any(t.predicate in earlier and t.object == column.condition.value for t in facts):
                return _NOT_ASKED
        return read_cell(column, cell)

    def _facts(self, node: NamedNode, column: Column, item: Item, row: Row, cell: NamedNode) -> Iterator[Triple]:
        """Yield what an item says of the row's element itself."""
        if column.reading is Reading.REFERENCE:
            named = column.element and self.elements.make(column.element, row, _with(row, column, item))
            if named and column.predicate:
                yield Triple(node, column.predicate, named)
            return
        predicate = column.predicate
        if predicate is None:
            predicate = NamedNode(f"{self._mapping.base}column/{quote(column.name, safe='')}")
        for value in item.values:
            yield Triple(node, predicate, value)
        if item.present:
            yield Triple(node, predicate, cell)

    def _part(self, node: NamedNode, column: Column, item: Item, row: Row, cell: NamedNode) -> Iterator[Triple]:
        """Yield the element, stated status or waiver that an item amounts to."""
        if item.present and column.node_class:
            yield Triple(cell, RDF.type, column.node_class)
            label = column.label and expand_text(column.label, row, row.cells)
            if label:
                yield Triple(cell, RDFS.label, Literal(label))
            yield Triple(cell, _DESCRIPTION, Literal(item.words))
            for link in item.links:
                if column.link_property:
                    yield Triple(cell, column.link_property, Literal(link, datatype=_ANY_URI))
            yield Triple(cell, AIOP.sourceRow, row_number(row))
        elif item.status and column.predicate:
            yield Triple(cell, RDF.type, AIOP.StatedStatus)
            yield Triple(cell, AIOP.statusOf, node)
            yield Triple(cell, AIOP.ofProperty, column.predicate)
            yield Triple(cell, AIOP.status, item.status)
            yield Triple(cell, AIOP.reason, Literal(item.words))
            yield Triple(cell, AIOP.sourceRow, row_number(row))
        elif item.waived_by and column.predicate:
            yield Triple(cell, RDF.type, AIOP.Waiver)
            yield Triple(cell, AIOP.waivedFor, node)
            yield Triple(cell, AIOP.ofProperty, column.predicate)
            granter = self.elements.make(item.waived_by, row, row.cells)
            if granter:
                yield Triple(cell, AIOP.grantedBy, granter)
            yield Triple(cell, AIOP.reason, Literal(item.words))
            yield Triple(cell, AIOP.sourceRow, row_number(row))

    def _stand_in(self, node: NamedNode, column: Column, row: Row) -> Iterator[Triple]:
        if column.element_if_blank and column.predicate:
            named = self.elements.make(column.element_if_blank, row, row.cells)
            if named:
                yield Triple(node, column.predicate, named)

    def _count(self, row: Row, accounts: Mapping[str, tuple[Outcome, str]]) -> None:
        for name, (outcome, because) in accounts.items():
            self.tally.count_cell(name, outcome, row.number, because)
        for column in self._mapping.columns:
            cell = row.cells.get(column.name, "").strip()
            if column.reading is Reading.IDENTIFIER and cell:
                self.tally.count_identifier(column.name, cell, row.number)


def _with(row: Row, column: Column, item: Item) -> Mapping[str, str]:
    """Return the cells of a row with one part of a cell in place of the whole."""
    return {**row.cells, column.name: item.words}
