"""Makes the elements that rows name: their IRIs, their statements, each once."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.imports.mapping import Element, Statement, TableMapping
from aiopkg.imports.table import Row
from aiopkg.vocab import AIOP, RDF, XSD

__all__ = ["ElementMaker", "expand_text", "row_number"]

_SLOT = re.compile(r"\{([^{}]+)\}")
_LONGEST_NAME = 120
_ROW = "_row"


def row_number(row: Row) -> Literal:
    """Return the number of a row as a literal."""
    return Literal(str(row.number), datatype=XSD.integer)


def expand_text(template: str, row: Row, cells: Mapping[str, str]) -> str | None:
    """Fill a template with the cells of a row as text, or return None when one of them is blank."""
    return _expand(template, row, cells, lambda text: text)


def _expand(template: str, row: Row, cells: Mapping[str, str], put: Callable[[str], str]) -> str | None:
    texts = {_ROW: str(row.number)}
    for slot in _SLOT.findall(template):
        if slot != _ROW:
            texts[slot] = " ".join(cells.get(slot, "").split())
    if not all(texts.values()):
        return None
    return _SLOT.sub(lambda match: put(texts[match.group(1)]), template)


def _name(text: str) -> str:
    """Return a text as one segment of an IRI, distinct for distinct texts (RFC 3986, section 2)."""
    segment = quote(text, safe="").replace("_", "%5F").replace("%20", "_")
    if len(segment) > _LONGEST_NAME:
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return f"{re.sub('%.?$', '', segment[: _LONGEST_NAME - 20])}-{digest}"
    return segment.replace(".", "%2E") if not segment.strip(".") else segment


class ElementMaker:
    """Collects the elements that rows name, in the order in which they are first named."""

    def __init__(self, mapping: TableMapping) -> None:
        self._mapping = mapping
        self._triples: dict[NamedNode, dict[Triple, None]] = {}

    def iri(self, element: Element, row: Row, cells: Mapping[str, str]) -> NamedNode | None:
        """Return the IRI of the element that the cells name, or None when a cell that it needs is blank."""
        path = _expand(element.template, row, cells, _name)
        return NamedNode(self._mapping.base + path) if path else None

    def make(self, name: NamedNode, row: Row, cells: Mapping[str, str]) -> NamedNode | None:
        """Make the element that the cells name, unless it is there, and those that its statements name."""
        element = self._mapping.elements[name]
        node = self.iri(element, row, cells)
        if node is None:
            return None
        triples = self._triples.get(node)
        if triples is None:
            triples = self._triples[node] = {}
            for kind in element.classes:
                triples[Triple(node, RDF.type, kind)] = None
            triples[Triple(node, AIOP.sourceRow, row_number(row))] = None
        for statement in element.statements:
            value = self.value(statement, row, cells)
            if value is not None:
                triples[Triple(node, statement.predicate, value)] = None
        return node

    def value(self, statement: Statement, row: Row, cells: Mapping[str, str]) -> NamedNode | Literal | None:
        """Return the value of a statement for a row, or None when its cell is blank."""
        if statement.element is not None:
            return self.make(statement.element, row, cells)
        if statement.column is not None:
            text = " ".join(cells.get(statement.column, "").split())
            return Literal(text) if text else None
        if statement.template is not None:
            filled = expand_text(statement.template, row, cells)
            return Literal(filled) if filled else None
        return statement.constant if isinstance(statement.constant, NamedNode | Literal) else None

    def blocks(self) -> Iterator[tuple[Triple, ...]]:
        """Yield the triples of each element made."""
        for triples in self._triples.values():
            yield tuple(triples)
