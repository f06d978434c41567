"""Reads mapping files: one a table, found in ``ontology/imports``."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from aiopkg import assets
from aiopkg.errors import InputError
from aiopkg.imports.mapping import (
    Code,
    Column,
    Condition,
    Element,
    Meaning,
    Reading,
    Statement,
    TableMapping,
    Value,
    fold,
)
from aiopkg.imports.terms import CSVW, IMPORT, RR
from aiopkg.vocab import RDF, RDFS

__all__ = ["mapping", "mapping_ids"]


def _files() -> tuple[Path, ...]:
    return tuple(sorted((assets.folder("ontology") / "imports").glob("*.ttl")))


@cache
def mapping_ids() -> tuple[str, ...]:
    """Return the ids of the mappings at hand, sorted; an id is the name of its file."""
    return tuple(path.stem for path in _files() if any(t.object == IMPORT.Mapping for t in _triples(path)))


@cache
def _triples(path: Path) -> tuple[Triple, ...]:
    return tuple(assets.steady(parse(path=path, format=RdfFormat.TURTLE), path.stem))


@cache
def mapping(mapping_id: str) -> TableMapping:
    """Return a mapping by its id.

    Raises :class:`InputError` when there is none of that id, or when its file is ill-formed.
    """
    if mapping_id not in mapping_ids():
        raise InputError(
            "unknown-mapping",
            f"There is no mapping called '{mapping_id}'.",
            fix=f"Choose one of: {', '.join(mapping_ids())}.",
        )
    path = assets.folder("ontology") / "imports" / f"{mapping_id}.ttl"
    return _MappingFile(_triples(path), path.name).read(mapping_id)


class _MappingFile:
    """The triples of one mapping file, looked up by subject and predicate in the order of the file."""

    def __init__(self, triples: Iterable[Triple], name: str) -> None:
        self.name = name
        self.triples = tuple(triples)
        self.index: dict[tuple[object, NamedNode], list[Value]] = {}
        for triple in self.triples:
            self.index.setdefault((triple.subject, triple.predicate), []).append(triple.object)  # type: ignore[arg-type]

    def read(self, mapping_id: str) -> TableMapping:
        subject = next(t.subject for t in self.triples if t.object == IMPORT.Mapping)
        dialect = self.one(subject, CSVW.dialect)
        columns = tuple(self.column(node) for node in self.list(self.one(subject, CSVW.column)))
        row = self.element(self.iri(subject, IMPORT.row))
        individuals = [i for i in self.all(subject, IMPORT.individual) if isinstance(i, NamedNode)]
        return TableMapping(
            id=mapping_id,
            base=subject.value,  # type: ignore[union-attr]
            label=self.text(subject, RDFS.label) or mapping_id,
            encoding=self.text(dialect, CSVW.encoding) or "utf-8",
            delimiter=self.text(dialect, CSVW.delimiter) or ",",
            row=row,
            columns=columns,
            elements=self.elements(columns, row),
            individuals=tuple((i, tuple(t for t in self.triples if t.subject == i)) for i in individuals),
            no_column_for=frozenset(self.iris(subject, IMPORT.has_no_column_for)),
            settled=frozenset(self.iris(subject, IMPORT.settles)),
        )

    def elements(self, columns: tuple[Column, ...], row: Element) -> dict[NamedNode, Element]:
        """Read every element that columns, answers and other elements name."""
        found: dict[NamedNode, Element] = {}
        waiting = [s.element for s in row.statements]
        for column in columns:
            waiting += [column.element, column.element_if_blank, *(c.waived_by for c in column.codes.values())]
        while waiting:
            name = waiting.pop()
            if name is not None and name not in found:
                found[name] = self.element(name)
                waiting += [s.element for s in found[name].statements]
        return found

    def element(self, node: NamedNode) -> Element:
        template = self.text(node, RR.template)
        if template is None:
            raise self.error(f"{node.value} has no rr:template")
        statements = tuple(self.statement(s) for s in self.all(node, IMPORT.statement))
        return Element(node, template, self.iris(node, RR.class_), statements)

    def statement(self, node: Value) -> Statement:
        constants = self.all(node, RR.constant)
        return Statement(
            predicate=self.iri(node, RR.predicate),
            column=self.text(node, RR.column),
            template=self.text(node, RR.template),
            constant=constants[0] if constants else None,
            element=self.optional_iri(node, IMPORT.element),
        )

    def column(self, node: Value) -> Column:
        kinds = [kind.value for kind in self.all(node, RDF.type)]
        name = self.text(node, CSVW.name)
        if len(kinds) != 1 or kinds[0] not in {r.value for r in Reading} or name is None:
            raise self.error("a column needs a csvw:name and one kind of reading")
        conditions = [
            Condition(self.text(c, CSVW.name) or "", self.one(c, IMPORT.value)) for c in self.all(node, IMPORT.when)
        ]
        return Column(
            name=name,
            reading=Reading(kinds[0]),
            predicate=self.optional_iri(node, RR.predicate),
            node_class=self.optional_iri(node, RR.class_),
            label=self.text(node, IMPORT.label),
            codes=self.codes(node, name),
            nulls=frozenset(fold(value.value) for value in self.all(node, CSVW.null)),
            no_answers=frozenset(fold(value.value) for value in self.all(node, IMPORT.no_answer)),
            formats=tuple(value.value for value in self.all(node, CSVW.format)),
            separator=self.text(node, CSVW.separator),
            link_property=self.optional_iri(node, IMPORT.link_property),
            element=self.optional_iri(node, IMPORT.element),
            element_if_blank=self.optional_iri(node, IMPORT.element_if_blank),
            condition=conditions[0] if conditions else None,
            because=self.text(node, IMPORT.because) or "",
        )

    def codes(self, node: Value, name: str) -> dict[str, Code]:
        codes: dict[str, Code] = {}
        for entry in self.all(node, IMPORT.code):
            says = self.optional_iri(entry, IMPORT.says)
            code = Code(
                values=tuple(v for v in self.all(entry, IMPORT.value) if not isinstance(v, BlankNode)),
                meaning=Meaning(says.value) if says else None,
                status=self.optional_iri(entry, IMPORT.status),
                waived_by=self.optional_iri(entry, IMPORT.waived_by),
            )
            for cell in self.all(entry, IMPORT.cell):
                if codes.setdefault(fold(cell.value), code) != code:
                    raise self.error(f"column {name} gives '{cell.value}' two meanings")
        return codes

    def all(self, subject: object, predicate: NamedNode) -> list[Value]:
        return self.index.get((subject, predicate), [])

    def one(self, subject: object, predicate: NamedNode) -> Value:
        values = self.all(subject, predicate)
        if len(values) != 1:
            raise self.error(f"{subject} has {len(values)} values of {predicate}, not one")
        return values[0]

    def text(self, subject: object, predicate: NamedNode) -> str | None:
        return self.one(subject, predicate).value if self.all(subject, predicate) else None

    def iris(self, subject: object, predicate: NamedNode) -> tuple[NamedNode, ...]:
        return tuple(value for value in self.all(subject, predicate) if isinstance(value, NamedNode))

    def iri(self, subject: object, predicate: NamedNode) -> NamedNode:
        found = self.optional_iri(subject, predicate)
        if found is None:
            raise self.error(f"{subject} has no {predicate}")
        return found

    def optional_iri(self, subject: object, predicate: NamedNode) -> NamedNode | None:
        if not self.all(subject, predicate):
            return None
        value = self.one(subject, predicate)
        if not isinstance(value, NamedNode):
            raise self.error(f"{subject} needs an IRI for {predicate}")
        return value

    def list(self, head: Value) -> Iterable[Value]:
        while head != RDF.nil:
            yield self.one(head, RDF.first)
            head = self.one(head, RDF.rest)

    def error(self, cause: str) -> InputError:
        return InputError("mapping-file", f"{self.name}: {cause}.", fix="Copy a neighbouring mapping and edit it.")
