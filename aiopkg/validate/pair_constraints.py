"""Constraints on how many values there are, and on how they relate to another property (4.2, 4.5, 4.8)."""

from collections.abc import Iterable

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Path, Predicate, is_direct, match_values
from aiopkg.validate.focus import Focus
from aiopkg.validate.run import Mode, Row, Run
from aiopkg.validate.terms import SH, Term, order_terms, text_of

__all__ = ["Closed", "Disjoint", "Equal", "HasValue", "LessThan", "MaxCount", "MinCount", "UniqueLanguage"]

_MINCOUNT = SH("MinCountConstraintComponent")
_MAXCOUNT = SH("MaxCountConstraintComponent")
_HASVALUE = SH("HasValueConstraintComponent")
_UNIQUELANG = SH("UniqueLangConstraintComponent")
_EQUALS = SH("EqualsConstraintComponent")
_DISJOINT = SH("DisjointConstraintComponent")
_CLOSED = SH("ClosedConstraintComponent")


@dataclass(frozen=True)
class MinCount:
    """sh:minCount (4.2.1). In some completion: enough values, or an open path. In every: enough values."""

    least: int
    component: NamedNode = _MINCOUNT
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The nodes with too few values."""
        if self.least <= 0 or path is None or not focus.patterns:
            return
        if self.least == 1 and is_direct(path):
            absent = f"FILTER NOT EXISTS {{ {match_values(path, '?this', '?value')[0]} }}"
            failing = run.nodes_of(focus.select("?this", [absent]))
        elif self.least == 1:
            present = run.nodes_of(focus.select("?this", match_values(path, "?this", "?value")))
            failing = run.nodes(focus) - present
        else:
            counts = run.counts(focus, path)
            failing = {node for node in run.nodes(focus) if counts.get(node, 0) < self.least}
        if mode is Mode.POSSIBLE and failing:
            failing -= run.open_nodes(focus, path)
        yield from map(Row, failing)


@dataclass(frozen=True)
class MaxCount:
    """sh:maxCount (4.2.2). Values are only added: in every completion, an open path fails too."""

    most: int
    component: NamedNode = _MAXCOUNT
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The nodes with too many values."""
        if not focus.patterns:
            return
        query = focus.select(
            "?this",
            match_values(path, "?this", "?value"),
            f"GROUP BY ?this HAVING (COUNT(DISTINCT ?value) > {self.most})",
            distinct=False,
        )
        failing = run.nodes_of(query)
        if mode is Mode.NECESSARY:
            failing |= run.open_nodes(focus, path)
        yield from map(Row, failing)


@dataclass(frozen=True)
class HasValue:
    """sh:hasValue (4.8.2). In some completion: present, or an open path."""

    value: Term
    component: NamedNode = _HASVALUE
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The nodes without the value."""
        if not focus.patterns:
            return
        if path is not None and is_direct(path):
            absent = f"FILTER NOT EXISTS {{ {match_values(path, '?this', text_of(self.value))[0]} }}"
            failing = run.nodes_of(focus.select("?this", [absent]))
        else:
            same = f"FILTER(sameTerm(?value, {text_of(self.value)}))"
            bodies = [f"{body} {same}" for body in match_values(path, "?this", "?value")]
            failing = run.nodes(focus) - run.nodes_of(focus.select("?this", bodies))
        if mode is Mode.POSSIBLE and failing:
            failing -= run.open_nodes(focus, path)
        yield from map(Row, failing)


@dataclass(frozen=True)
class UniqueLanguage:
    """sh:uniqueLang (4.4.5): one row for each language tag that several values have."""

    component: NamedNode = _UNIQUELANG
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The nodes with two values in one language."""
        if not focus.patterns:
            return
        bodies = [
            f'{body} FILTER(isLiteral(?value) && LANG(?value) != "")' for body in match_values(path, "?this", "?value")
        ]
        rest = "GROUP BY ?this (LCASE(LANG(?value)) AS ?language) HAVING (COUNT(DISTINCT ?value) > 1)"
        for row in run.select(focus.select("?this", bodies, rest, distinct=False)):
            if row[0] is not None:
                yield Row(row[0])
        if mode is Mode.NECESSARY:
            yield from map(Row, run.open_nodes(focus, path))


@dataclass(frozen=True)
class Equal:
    """sh:equals (4.5.1). In some completion a side that lacks a value passes if it is open."""

    predicate: NamedNode
    component: NamedNode = _EQUALS
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that one side has and the other has not."""
        other = Predicate(self.predicate)
        here, there = set(run.pairs(focus, path)), set(run.pairs(focus, other))
        open_here = open_there = frozenset[Term]()
        if mode is not Mode.CLOSED:
            open_here = frozenset(run.open_nodes(focus, path))
            open_there = frozenset(run.open_nodes(focus, other))
        excused = mode is Mode.POSSIBLE
        yield from (Row(*pair) for pair in here - there if not (excused and pair[0] in open_there))
        yield from (Row(*pair) for pair in there - here if not (excused and pair[0] in open_here))
        if mode is Mode.NECESSARY:
            yield from map(Row, open_here | open_there)


@dataclass(frozen=True)
class Disjoint:
    """sh:disjoint (4.5.2). Values are only added: in every completion, an open side fails too."""

    predicate: NamedNode
    component: NamedNode = _DISJOINT
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that both sides have."""
        if not focus.patterns:
            return
        bodies = [f"{b} ?this {self.predicate} ?value ." for b in match_values(path, "?this", "?value")]
        for this, value in run.select(focus.select("?this ?value", bodies)):
            if this is not None:
                yield Row(this, value)
        if mode is Mode.NECESSARY:
            yield from map(Row, run.open_nodes(focus, path) | run.open_nodes(focus, Predicate(self.predicate)))


@dataclass(frozen=True)
class LessThan:
    """sh:lessThan and sh:lessThanOrEquals (4.5.3, 4.5.4): one row for each pair out of order."""

    predicate: NamedNode
    sign: str
    component: NamedNode
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that are not less than some value of the other property."""
        if not focus.patterns:
            return
        test = f"?this {self.predicate} ?other . FILTER(!COALESCE(?value {self.sign} ?other, false))"
        bodies = [f"{body} {test}" for body in match_values(path, "?this", "?value")]
        for this, value, _ in run.select(focus.select("?this ?value ?other", bodies)):
            if this is not None:
                yield Row(this, value)
        if mode is Mode.NECESSARY:
            yield from map(Row, run.open_nodes(focus, path) | run.open_nodes(focus, Predicate(self.predicate)))


@dataclass(frozen=True)
class Closed:
    """sh:closed with the properties that are allowed (4.8.1)."""

    allowed: tuple[NamedNode, ...]
    component: NamedNode = _CLOSED
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values of value nodes by properties that are not allowed."""
        if not focus.patterns:
            return
        other = f"FILTER(?property NOT IN ({', '.join(map(text_of, self.allowed))}))" if self.allowed else ""
        bodies = [f"{b} ?node ?property ?value . {other}" for b in match_values(path, "?this", "?node")]
        for this, value, predicate in run.select(focus.select("?this ?value ?property", bodies)):
            if this is not None:
                yield Row(this, value, predicate if isinstance(predicate, NamedNode) else None)
        if mode is Mode.NECESSARY:
            found = run.open_nodes(focus, path)
            for this, node in run.pairs(focus, path):
                if run.openness.is_open_beyond(node, self.allowed):
                    found.add(this)
            yield from map(Row, order_terms(found))
