"""Grouped SELECTs whose counts, sums and extremes are kept, so that one row more does not count all others again.

A SELECT with GROUP BY is taken apart: its WHERE gives rows, each of which belongs to the value of one variable, the
row's key; a fact that comes or goes reaches some keys, whose rows are asked for again; the groups that these rows are
in count them in or out (the counting algorithm of Gupta, Mumick and Subrahmanian, 1993, for aggregates). What is
computed from a count, a sum or an extreme is left to the store.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from types import MappingProxyType

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from aiopkg.dataclass import dataclass
from aiopkg.live.changes import Changes, Reads
from aiopkg.live.routes import reads_of
from aiopkg.live.selections import Aggregate, Selection
from aiopkg.syntax.tree import (
    Element,
    Group,
    Pattern,
    Query,
    SubSelect,
    variables_of,
    write_query,
)
from aiopkg.syntax.tree import write_tokens as written
from aiopkg.validate.focus import Focus
from aiopkg.validate.query_rewrite import chained, prebind
from aiopkg.validate.run import holds_only
from aiopkg.validate.terms import Term
from aiopkg.vocab import XSD

__all__ = ["Row", "Tally", "solutions_of"]

Row = tuple[Term | None, ...]
_Place = tuple[Term | None, ...]
"""The values of the variables by which rows are grouped."""

_FEW, _MANY = 20, 50
"""Numbers of groups, and of rows in one."""
_SUMMED = (XSD.integer, XSD.decimal)


def solutions_of(store: Store, query: Query, graphs: Sequence[NamedNode], blocks: Mapping[str, str]) -> list[Row]:
    """The solutions of a query over some graphs, of which some variables are bound by blocks of text beforehand."""
    ready = prebind(query, blocks)
    text = write_query(Query(ready.head, chained(ready.where), ready.tail, ready.prologue))
    whole = holds_only(store, graphs)
    solutions = store.query(text, default_graph=None if whole else list(graphs), use_default_graph_as_union=whole)
    assert isinstance(solutions, QuerySolutions)
    return [tuple(solution) for solution in solutions]


@dataclass
class Tally:
    """The groups of a grouped SELECT over a store, counted row by row.

    ``key`` is the variable that its rows belong to, None where they come from another tally; ``reads`` are those of
    the rows.
    """

    selection: Selection
    key: str | None
    reads: Reads
    source: "Tally | None"
    graphs: Sequence[NamedNode]
    results: dict[_Place, Row] = field(default_factory=dict)
    """The values of the head of each group that is in the answer."""
    _rows: dict[Hashable, Counter[Row]] = field(default_factory=dict)
    _sizes: Counter[_Place] = field(default_factory=Counter)
    _values: dict[_Place, tuple[Counter[Term | None], ...]] = field(default_factory=dict)

    @classmethod
    def begin(cls, store: Store, selection: Selection, graphs: Sequence[NamedNode]) -> "Tally | None":
        """Count all rows; None where no variable tells which of them an edit reaches."""
        if selection.source is not None:
            source = cls.begin(store, selection.source, graphs)
            if source is None:
                return None
            tally = cls(selection, None, Reads(), source, graphs)
            tally._take(store, {place: tally._from_source(row) for place, row in source.results.items()})
            return tally
        query = Query([], selection.where, [], selection.prologue)
        reads = {variable: reads_of(query, variable) for variable in _sure(selection.where)}
        fewest = min((sum(read.everywhere for read in found) for found in reads.values()), default=0)
        candidates = [name for name, found in reads.items() if sum(read.everywhere for read in found) == fewest]
        if not candidates:
            return None
        place, rows = _ask(store, selection, candidates, graphs)
        key = min(candidates, key=lambda name: _most(row[place[name]] for row in rows))
        tally = cls(selection, key, Reads.of(reads[key]), None, graphs)
        tally._take(store, _bags(selection, key, place, rows))
        return tally

    @property
    def is_worth_keeping(self) -> bool:
        """Whether its groups are few, or one of them is large; asking again for small ones costs little."""
        worth = len(self._sizes) <= _FEW or max(self._sizes.values()) >= _MANY
        return worth or (self.source is not None and self.source.is_worth_keeping)

    def nodes_reached(self, store: Store, changes: Changes) -> frozenset[Term] | None:
        """The keys whose rows changes reach; None for all of them."""
        if self.source is not None:
            return self.source.nodes_reached(store, changes)
        reach = self.reads.reached(store, changes, self.graphs)
        return None if reach.everything else reach.nodes

    def update(self, store: Store, nodes: Iterable[Term], focus: Focus | None) -> set[_Place]:
        """Ask for the rows of some keys again, or of all (no focus); returns the groups that came out otherwise."""
        if self.source is not None:
            changed = self.source.update(store, nodes, focus)
            results = self.source.results
            return self._take(
                store,
                {place: self._from_source(results[place]) if place in results else Counter() for place in changed},
            )
        assert self.key is not None
        blocks = {} if focus is None else {self.key: focus.block(self.key)}
        bags = _bags(self.selection, self.key, *_ask(store, self.selection, [self.key], self.graphs, blocks))
        known = self._rows if focus is None else nodes
        return self._take(store, {key: bags.get(key, Counter()) for key in {*known, *bags}})

    def _from_source(self, row: Row) -> Counter[Row]:
        assert self.selection.source is not None
        names = self.selection.source.outputs
        return Counter([tuple(row[names.index(n)] for n in (*self.selection.groups, *self.selection.arguments))])

    def _take(self, store: Store, found: Mapping[Hashable, Counter[Row]]) -> set[_Place]:
        touched: set[_Place] = set()
        for key, rows in found.items():
            before = self._rows.get(key, Counter())
            if rows == before:
                continue
            for row, times in before.items():
                touched.add(self._count(row, -times))
            for row, times in rows.items():
                touched.add(self._count(row, times))
            if rows:
                self._rows[key] = rows
            else:
                self._rows.pop(key, None)
        standing = [place for place in touched if self._sizes[place]]
        computed = dict(zip(standing, self._compute(store, standing), strict=True))
        changed: set[_Place] = set()
        for place in touched:
            if not self._sizes[place]:
                del self._sizes[place], self._values[place]
            result = computed.get(place)
            if result != self.results.get(place):
                changed.add(place)
                if result is None:
                    del self.results[place]
                else:
                    self.results[place] = result
        return changed

    def _count(self, row: Row, times: int) -> _Place:
        width = len(self.selection.groups)
        place = row[:width]
        self._sizes[place] += times
        if place not in self._values:
            self._values[place] = tuple(Counter() for _ in self.selection.arguments)
        for counter, value in zip(self._values[place], row[width:], strict=True):
            counter[value] += times
            if not counter[value]:
                del counter[value]
        return place

    def _compute(self, store: Store, places: Sequence[_Place]) -> list[Row | None]:
        """What the head says of some groups; None for those that HAVING leaves out."""
        selection = self.selection
        if not places or not (selection.computed or selection.having):
            return [self._result(place, {}) for place in places]
        names = " ".join(f"?_a{number}" for number in range(len(selection.aggregates)))
        rows = " ".join(
            f"({number} {' '.join(self._aggregated(store, each, place) for each in selection.aggregates)})"
            for number, place in enumerate(places)
        )
        shown = " ".join(f"({written(list(tokens))} AS {name})" for name, tokens in selection.computed.items())
        kept = f"FILTER ( {written(list(selection.having))} )" if selection.having else ""
        text = f"{selection.prologue}SELECT ?_row {shown} WHERE {{ VALUES (?_row {names}) {{ {rows} }} {kept} }}"
        solutions = store.query(text)
        assert isinstance(solutions, QuerySolutions)
        found = {int(row[0].value): tuple(row)[1:] for row in solutions}
        return [
            self._result(place, dict(zip(selection.computed, found[number], strict=True))) if number in found else None
            for number, place in enumerate(places)
        ]

    def _result(self, place: _Place, computed: Mapping[str, Term | None]) -> Row:
        named = dict(zip(self.selection.groups, place, strict=True)) | dict(computed)
        return tuple(named[name] for name in self.selection.outputs)

    def _aggregated(self, store: Store, aggregate: Aggregate, place: _Place) -> str:
        """An aggregate of a group as SPARQL text; what has no value is UNDEF."""
        values = self._values[place][self.selection.arguments.index(aggregate.variable)]
        if aggregate.function == "COUNT":
            return str(sum(1 if aggregate.distinct else n for value, n in values.items() if value is not None))
        if any(isinstance(value, BlankNode) for value in values):  # without an order and without a sum
            return "UNDEF"
        if aggregate.function in ("MIN", "MAX") and len(values) == 1 and None not in values:
            return str(next(iter(values)))
        if aggregate.function == "AVG" and not aggregate.distinct and all(map(_is_summed, values)):
            total = sum((Decimal(value.value) * n for value, n in values.items()), Decimal(0))  # type: ignore[union-attr]
            return _evaluated(store, f'"{total:f}"^^{XSD.decimal} / {sum(values.values())}')
        listed = " ".join(
            "UNDEF" if value is None else str(value)
            for value, n in values.items()
            for _ in range(n if aggregate.function in ("AVG", "SUM") and not aggregate.distinct else 1)
        )
        once = "DISTINCT " if aggregate.distinct else ""
        return _evaluated(store, f"{aggregate.function}({once}?value)", f"VALUES ?value {{ {listed} }}")


def _evaluated(store: Store, expression: str, where: str = "") -> str:
    solutions = store.query(f"SELECT ({expression} AS ?found) WHERE {{ {where} }}")
    assert isinstance(solutions, QuerySolutions)
    value = next(solutions)[0]
    return "UNDEF" if value is None else str(value)


def _is_summed(value: Term | None) -> bool:
    return isinstance(value, Literal) and value.datatype in _SUMMED


def _ask(
    store: Store,
    selection: Selection,
    first: Iterable[str],
    graphs: Sequence[NamedNode],
    blocks: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Mapping[str, int], list[Row]]:
    """The rows of a selection with some more variables, and where in them each variable is."""
    names = list(dict.fromkeys([*first, *selection.groups, *selection.arguments]))
    rows = solutions_of(store, Query([*names], selection.where, [], selection.prologue), graphs, blocks)
    return {name: place for place, name in enumerate(names)}, rows


def _bags(
    selection: Selection, key: str, place: Mapping[str, int], rows: Iterable[Row]
) -> dict[Hashable, Counter[Row]]:
    """How often each row of groups and arguments occurs, by the value of the key."""
    wanted = [place[name] for name in (*selection.groups, *selection.arguments)]
    found: dict[Hashable, Counter[Row]] = defaultdict(Counter)
    for row in rows:
        found[row[place[key]]][tuple(row[at] for at in wanted)] += 1
    return dict(found)


def _most(values: Iterable[Term | None]) -> int:
    """How often the most frequent value occurs."""
    return max(Counter(values).values(), default=0)


def _sure(group: Group) -> list[str]:
    """The variables that every solution of a group binds, as far as its patterns and SELECTs tell."""
    found: dict[str, None] = {}
    for element in group.elements:
        found |= dict.fromkeys(sorted(_bound(element)))
    return list(found)


def _bound(element: Element) -> set[str]:
    if isinstance(element, Pattern):
        return variables_of(element)
    if isinstance(element, SubSelect):
        inner, query = set(_sure(element.query.where)), element.query
        grouped = [token for token in query.tail if isinstance(token, str)]
        kept = {f"?{name}" for name in query.projected or ()}
        return inner & kept & (set(grouped) if "BY" in map(str.upper, grouped) else kept)
    return set()
