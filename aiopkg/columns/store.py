"""Columns that are read as a store is read, and that become one where that is needed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import RLock
from typing import Any, TypeAlias

import numpy as np
from pyoxigraph import (
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
from aiopkg.columns.terms import UNBOUND, in_store
from aiopkg.model.load import rewritten
from aiopkg.reason import Facts
from aiopkg.reason.dictionary import Term
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
            terms = self._columns.terms.dictionary()
            for name in self._columns.names():
                write_facts(store, name, Facts(terms, self._columns.layout, self._columns.graph(name)))
            return store

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
        about, on, to = (
            UNBOUND if term is None else terms.number(in_store(term))  # type: ignore[arg-type]
            for term in (subject, predicate, value)
        )
        if about is None or on is None or to is None:
            return
        for name in self._columns.names() if graph is None else (graph,):
            view = self._columns.view((name,))  # type: ignore[arg-type]
            for key in [on] if on >= 0 else _properties(view, about, to):
                subjects, objects = _ends(view, key, about, to)
                if len(subjects):
                    property_ = terms[key]
                    for start, end in zip(terms.told(subjects), terms.told(objects), strict=True):
                        yield Quad(start, property_, end, name)  # type: ignore[arg-type]

    def properties(self, graph: NamedNode) -> Iterator[NamedNode]:
        """The properties of the facts of a graph."""
        for number in self._columns.view((graph,)).predicates().tolist():
            term = self._columns.terms[number]
            assert isinstance(term, NamedNode)
            yield term

    def pairs(self, predicate: NamedNode, graph: NamedNode) -> tuple[Ids, Ids]:
        """The numbers of the subjects and objects of a property in a graph; see :meth:`terms`."""
        number = self._columns.terms.number(predicate)
        if number is None:
            return EMPTY, EMPTY
        return self._columns.view((graph,)).along(number).pairs(one(number))[1:]

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
            write_facts(self.store, name, Facts(self._columns.terms.dictionary(), self._columns.layout, keys))


def _properties(view: View, about: int, to: int) -> list[int]:
    """The properties that a pattern without one can be about."""
    if about != UNBOUND:
        return view.touching(about)
    if to != UNBOUND:
        return view.touching(to, backwards=True)
    found: list[int] = view.predicates().tolist()
    return found


def _ends(view: View, predicate: int, about: int, to: int) -> tuple[Ids, Ids]:
    """The subjects and objects of a property, of one subject or with one object where these are bound."""
    if about == to == UNBOUND:
        return view.along(predicate).pairs(one(predicate))[1:]
    mask = (1 << view.bits) - 1
    if about == UNBOUND:
        subjects = view.range(predicate, to, backwards=True) & mask
        return subjects, np.full(len(subjects), to)
    objects = view.range(predicate, about) & mask
    if to != UNBOUND:
        objects = objects[objects == to]
    return np.full(len(objects), about), objects


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
    # What reads a text gives blank nodes names of its own.
    blank = facts.of_blank_nodes()
    store.bulk_extend([quad_of(triple, graph) for triple in blank])
    for part in facts.without(blank).ntriples():
        # What is written is made of terms that were read before: there is nothing in it to refuse.
        store.bulk_load(part, RdfFormat.N_TRIPLES, to_graph=graph, lenient=True)


def quad_of(triple: Triple, graph: NamedNode) -> Quad:
    """A triple in a graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)
