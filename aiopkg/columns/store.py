"""Columns that are read as a store is read, and that become one where that is needed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import RLock
from typing import Any, TypeAlias

import numpy as np
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    Variable,
)

from aiopkg.columns.answer import construct, select
from aiopkg.columns.facts import Columns, View
from aiopkg.columns.plan import NotForColumns
from aiopkg.columns.terms import in_store
from aiopkg.model.load import rewritten
from aiopkg.reason import Facts
from aiopkg.reason.dictionary import Dictionary, Term
from aiopkg.reason.facts import ntriples
from aiopkg.reason.relations import EMPTY, Ids, one
from aiopkg.vocab import XSD

__all__ = ["Answer", "ColumnStore", "FactStore", "Solution", "constructed", "properties_of", "quad_of", "write_facts"]


class Solution:
    """One solution of a SELECT: its values in order, and by the names of its variables."""

    __slots__ = ("_names", "_values")

    def __init__(self, values: Sequence[Term | None], names: Mapping[str, int]) -> None:
        self._values = values
        self._names = names

    def __getitem__(self, key: str | int) -> Any:  # noqa: ANN401 - as the solutions of a store
        return self._values[self._names[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class ColumnStore:
    """Named graphs in columns behind those methods of a store that our stages use.

    A query that columns cannot answer is asked of a real store with the same content, which is made when that first
    happens, and so is :attr:`store`. Whatever is added afterwards is added to both.
    """

    def __init__(
        self, graphs: Mapping[NamedNode, Facts], shared: Collection[NamedNode], stored: Mapping[Literal, Literal]
    ) -> None:
        """``shared`` graphs have no fact in common; ``stored`` says how a store writes some literals."""
        self._columns = Columns(graphs, shared, stored)
        self._turn = RLock()

    @cached_property
    def store(self) -> Store:
        """A store with all that is here."""
        with self._turn:
            store = Store()
            for name in self._columns.names():
                self._write(store, name, self._columns.graph(name))
            return store

    def _write(self, store: Store, name: NamedNode, keys: Ids) -> None:
        write_columns(store, name, self._columns.terms.dictionary(), *self._columns.columns(keys))

    def named_graphs(self) -> Iterator[NamedNode]:
        """The graphs that hold something."""
        return iter(self._columns.names())

    def __contains__(self, quad: Quad) -> bool:
        return any(True for _ in self.quads_for_pattern(quad.subject, quad.predicate, quad.object, quad.graph_name))

    def quads_for_pattern(
        self, subject: object, predicate: object, value: object, graph: object = None
    ) -> Iterator[Quad]:
        """The quads with these terms, as :meth:`pyoxigraph.Store.quads_for_pattern` gives them; None is any term."""
        terms = self._columns.terms
        about, to = (None if term is None else terms.number(in_store(term)) for term in (subject, value))  # type: ignore[arg-type]
        if (subject is not None and about is None) or (value is not None and to is None):
            return
        for name in self._columns.names() if graph is None else (graph,):
            view = self._columns.view((name,))  # type: ignore[arg-type]
            for place in _places(view, about, predicate, to):
                subjects, objects = _ends(view, place, about, to)
                if len(subjects):
                    property_ = view.iri(place)
                    for start, end in zip(terms.told(subjects), terms.told(objects), strict=True):
                        yield Quad(start, property_, end, name)  # type: ignore[arg-type]

    def properties(self, graph: NamedNode) -> Iterator[NamedNode]:
        """The properties of the facts of a graph."""
        view = self._columns.view((graph,))
        return map(view.iri, view.predicates().tolist())

    def pairs(self, predicate: NamedNode, graph: NamedNode) -> tuple[Ids, Ids]:
        """The numbers of the subjects and objects of a property in a graph; see :meth:`terms`."""
        view = self._columns.view((graph,))
        place = view.place(predicate)
        return (EMPTY, EMPTY) if place is None else view.along(place).pairs(one(place))[1:]

    def terms(self, numbers: Ids) -> list[Term | None]:
        """The terms of some numbers."""
        return self._columns.terms.told(numbers)

    def query(
        self,
        text: str,
        *,
        default_graph: Sequence[NamedNode] = (),
        substitutions: Mapping[Variable, Term] | None = None,
    ) -> Sequence[Solution]:
        """The solutions of a SELECT over some graphs, with values for some of its variables."""
        names, rows = self._answers(text, default_graph, substitutions or {})
        places = {name[1:]: place for place, name in enumerate(names)}
        return [Solution(row, places) for row in rows]

    def select(
        self, text: str, graphs: Sequence[NamedNode], known: Mapping[Variable, Term]
    ) -> list[tuple[Term | None, ...]]:
        """The solutions of a SELECT over some graphs, as rows in the order of its clause."""
        return self._answers(text, graphs, known)[1]

    def _answers(
        self, text: str, graphs: Sequence[NamedNode], known: Mapping[Variable, Term]
    ) -> tuple[list[str], list[tuple[Term | None, ...]]]:
        with self._turn:
            try:
                return select(self._columns.view(graphs), text, {str(name): term for name, term in known.items()})
            except NotForColumns:
                found = self.store.query(text, default_graph=list(graphs), substitutions=dict(known))
                assert isinstance(found, QuerySolutions)
                return [str(name) for name in found.variables], [tuple(solution) for solution in found]

    def constructed(self, text: str, graphs: Sequence[NamedNode]) -> Iterable[Triple]:
        """What a CONSTRUCT over some graphs says."""
        with self._turn:
            try:
                predicates, subjects, objects = construct(self._columns.view(graphs), text)
            except NotForColumns:
                found = self.store.query(text, default_graph=list(graphs))
                assert isinstance(found, QueryTriples)
                return list(found)
            columns = map(self._columns.terms.told, (subjects, predicates, objects))
            return [Triple(*row) for row in zip(*columns, strict=True)]

    def construct(self, text: str, graphs: Sequence[NamedNode], into: NamedNode) -> None:
        """Add to a graph what a CONSTRUCT over some graphs says, as :meth:`extend` does.

        Raises :class:`NotForColumns` for a query that a store has to answer.
        """
        with self._turn:
            self._add(into, *construct(self._columns.view(graphs), text))

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, but for those of a shared graph that stand in another of these already."""
        given = list(quads)
        by_graph: dict[NamedNode, list[tuple[int, int, int]]] = {}
        typed = {
            quad.object for quad in given if isinstance(quad.object, Literal) and quad.object.datatype != XSD.string
        }
        stored = {literal: form for form, literal in rewritten(typed)}
        with self._turn:
            number = self._columns.terms.numbered
            for quad in given:
                value = stored.get(quad.object, quad.object)  # type: ignore[arg-type]
                row = number(quad.predicate), number(quad.subject), number(value)
                by_graph.setdefault(quad.graph_name, []).append(row)  # type: ignore[arg-type]
            for name, rows in by_graph.items():
                table = np.array(rows, dtype=np.int64)
                self._add(name, table[:, 0], table[:, 1], table[:, 2])

    bulk_extend = extend

    def clear_graph(self, name: NamedNode) -> None:
        """Empty a graph."""
        with self._turn:
            self._columns.clear(name)
            if "store" in self.__dict__:
                self.store.clear_graph(name)

    def _add(self, name: NamedNode, predicates: Ids, subjects: Ids, objects: Ids) -> None:
        keys = self._columns.add(name, predicates, subjects, objects)
        if "store" in self.__dict__ and len(keys):
            self._write(self.store, name, keys)


def _places(view: View, about: int | None, predicate: object, to: int | None) -> list[int]:
    """The places of the properties that a pattern can be about."""
    if predicate is not None:
        place = view.place(predicate) if isinstance(predicate, NamedNode) else None
        return [] if place is None else [place]
    if about is not None:
        return view.touching(about)
    if to is not None:
        return view.touching(to, backwards=True)
    found: list[int] = view.predicates().tolist()
    return found


def _ends(view: View, place: int, about: int | None, to: int | None) -> tuple[Ids, Ids]:
    """The subjects and objects of a property, of one subject or with one object where these are given."""
    mask = (1 << view.bits) - 1
    if about is not None:
        objects = view.range(place, about) & mask
        if to is not None:
            objects = objects[objects == to]
        return np.full(len(objects), about), objects
    if to is not None:
        subjects = view.range(place, to, backwards=True) & mask
        return subjects, np.full(len(subjects), to)
    return view.along(place).pairs(one(place))[1:]


Answer: TypeAlias = QuerySolution | Solution
"""One solution of a SELECT, of a store or of columns."""

FactStore: TypeAlias = Store | ColumnStore
"""What the stages read from: a store, or columns that are read like one."""


def constructed(store: FactStore, text: str, graphs: Sequence[NamedNode]) -> Iterable[Triple]:
    """What a CONSTRUCT over some graphs says."""
    if isinstance(store, ColumnStore):
        return store.constructed(text, graphs)
    found = store.query(text, default_graph=list(graphs))
    assert isinstance(found, QueryTriples)
    return found


def properties_of(store: FactStore, graphs: Sequence[NamedNode]) -> set[NamedNode]:
    """The properties of the facts of some graphs."""
    if isinstance(store, ColumnStore):
        return {name for graph in graphs for name in store.properties(graph)}
    return {quad.predicate for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph)}


def write_facts(store: Store, graph: NamedNode, facts: Facts) -> None:
    """Add facts to a graph of a store, as text where they can be."""
    write_columns(store, graph, facts.terms, *facts.columns)


def write_columns(
    store: Store, graph: NamedNode, dictionary: Dictionary, predicates: Ids, subjects: Ids, objects: Ids
) -> None:
    """Add facts, given as the numbers of their terms, to a graph of a store."""
    terms = dictionary.terms
    blank = np.fromiter((type(term) is BlankNode for term in terms), dtype=np.bool_, count=len(terms))
    named = blank[subjects] | blank[objects]
    # What reads a text gives blank nodes names of its own.
    rows = zip(*(column[named].tolist() for column in (subjects, predicates, objects)), strict=True)
    store.bulk_extend([Quad(terms[s], terms[p], terms[o], graph) for s, p, o in rows])
    for part in ntriples(terms, predicates[~named], subjects[~named], objects[~named]):
        # What is written is made of terms that were read before: there is nothing in it to refuse.
        store.bulk_load(part, RdfFormat.N_TRIPLES, to_graph=graph, lenient=True)


def quad_of(triple: Triple, graph: NamedNode) -> Quad:
    """A triple in a graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)
