"""CONSTRUCT queries over counts, sums and extremes of many rows, each of which is kept as a tally."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field

from pyoxigraph import BlankNode, NamedNode, Store

from aiopkg.dataclass import dataclass
from aiopkg.live.changes import EVERYTHING, Changes, Reach, Reads
from aiopkg.live.routes import reads_of
from aiopkg.live.selections import Selection
from aiopkg.live.tallies import Tally
from aiopkg.live.views import Rows, View, only
from aiopkg.syntax.tree import Element, Group, Query, Raw, SubSelect, Union
from aiopkg.validate.terms import Term
from aiopkg.vocab import RDF

__all__ = ["Summed"]


@dataclass
class Summed:
    """A view, the tallies of the grouped SELECTs in it, and the reads of the rest of its query."""

    view: View
    tallies: Mapping[int, Tally]
    """By the identity of the SELECT in the view's query."""
    reads: Reads = field(repr=False)
    many: int
    """All rows of a tally are counted anew rather than more than so many."""

    @classmethod
    def of(cls, view: View, store: Store, graphs: Sequence[NamedNode], many: int) -> "Summed | None":
        """Begin tallies for a view; None where none can be kept, or none is worth it."""
        tallies: dict[int, Tally] = {}
        for element in _selects(view.query.where):
            selection = Selection.read(element.query, view.query.prologue)
            tally = Tally.begin(store, selection, graphs) if selection else None
            if tally is not None and tally.is_worth_keeping and not _reads_own(tally, view):
                tallies[id(element)] = tally
        if not tallies:
            return None
        blanks = {place: Raw("", tally.selection.outputs) for place, tally in tallies.items()}
        rest = Query(view.query.head, _with(view.query.where, blanks), view.query.tail, view.query.prologue)
        return cls(view, tallies, Reads.of(reads_of(rest, view.key)), many)

    def take_in(self, store: Store, changes: Changes, graphs: Sequence[NamedNode]) -> Reach:
        """Count what came and went; returns the keys of the view whose rows may have changed."""
        reach = self.reads.reached(store, changes, graphs)
        for tally in self.tallies.values():
            nodes = tally.nodes_reached(store, changes)
            if nodes is None or len(nodes) > self.many:
                places = tally.update(store, (), None)
            elif nodes:
                with only(store, nodes) as focus:
                    places = tally.update(store, nodes, focus)
            else:
                continue
            groups = tally.selection.groups
            if places and self.view.key not in groups:
                reach = EVERYTHING
            elif places:
                at = groups.index(self.view.key)
                reach = reach | Reach(frozenset(term for place in places if (term := place[at]) is not None))
        return reach

    def rows(self, store: Store, graphs: Sequence[NamedNode], nodes: Collection[Term] | None) -> Rows:
        """What the view constructs, of some keys or of all."""
        filled: dict[int, Raw] = {}
        for place, tally in self.tallies.items():
            values = self._values(tally, nodes)
            if values is None:
                return self._plainly(store, graphs, nodes)
            filled[place] = values
        query = self.view.query
        query = Query(query.head, _with(query.where, filled), query.tail, query.prologue)
        if nodes is None:
            return self.view.rows_of(query, store, graphs, None)
        with only(store, nodes) as focus:
            return self.view.rows_of(query, store, graphs, focus)

    def _plainly(self, store: Store, graphs: Sequence[NamedNode], nodes: Collection[Term] | None) -> Rows:
        if nodes is None:
            return self.view.rows(store, graphs)
        with only(store, nodes) as focus:
            return self.view.rows(store, graphs, focus)

    def _values(self, tally: Tally, nodes: Collection[Term] | None) -> Raw | None:
        """The results of a tally that bear on some keys, as text; None where blank nodes are among them."""
        groups, outputs = tally.selection.groups, tally.selection.outputs
        rows = tally.results.values()
        if nodes is not None and groups == (self.view.key,):
            rows = [tally.results[(node,)] for node in nodes if (node,) in tally.results]  # type: ignore[assignment]
        elif nodes is not None and self.view.key in groups:
            at = groups.index(self.view.key)
            rows = [row for place, row in tally.results.items() if place[at] in nodes]  # type: ignore[assignment]
        lines = []
        for row in rows:
            if any(isinstance(value, BlankNode) for value in row):
                return None
            lines.append(f"({' '.join('UNDEF' if value is None else str(value) for value in row)})")
        return Raw(f"VALUES ({' '.join(outputs)}) {{ {' '.join(sorted(lines))} }}", outputs)


def _reads_own(tally: Tally, view: View) -> bool:
    """Whether the rows of a tally rest on what its view writes."""
    while tally.source is not None:
        tally = tally.source
    written = {(part[1], part[2] if part[1] == RDF.type else None) for part in view.template}
    reads = [read for found in tally.reads.by_predicate.values() for read in found]
    return any(
        (read.predicate is None)
        or (predicate == read.predicate and (value is None or value == read.object))
        or (predicate == read.predicate == RDF.type and (read.object is None or isinstance(value, str)))
        for read in reads
        for predicate, value in written
    )


def _selects(group: Group) -> list[SubSelect]:
    """The SELECTs that stand in a group and in the branches of its unions."""
    found: list[SubSelect] = []
    for element in group.elements:
        if isinstance(element, SubSelect):
            found.append(element)
        elif isinstance(element, Union):
            found += [select for inner in element.groups for select in _selects(inner)]
    return found


def _with(group: Group, filled: Mapping[int, Raw]) -> Group:
    """A group with other text in place of some SELECTs."""

    def put(element: Element) -> Element:
        match element:
            case SubSelect() if id(element) in filled:
                return filled[id(element)]
            case Union():
                return Union([_with(inner, filled) for inner in element.groups])
            case _:
                return element

    return Group([put(element) for element in group.elements])
