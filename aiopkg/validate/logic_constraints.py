"""Constraints that refer to other shapes (SHACL 1.0, sections 4.6 and 4.7).

With P(S, n) for "n conforms to S in some completion" and N(S, n) for "in every completion": P of a conjunction is
taken as the conjunction of P (an over-estimate), N of a disjunction as the disjunction of N (an under-estimate),
P(not S) = not N(S), N(not S) = not P(S). So what P denies is denied in each completion.
"""

from collections.abc import Iterable

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Path
from aiopkg.validate.focus import Focus
from aiopkg.validate.run import Mode, Row, Run, Shape
from aiopkg.validate.terms import SH, Term

__all__ = ["AllOf", "AnyOf", "ExactlyOne", "HasProperty", "Negation", "Qualified"]

_PROPERTYSHAPE = SH("PropertyShapeComponent")
_OR = SH("OrConstraintComponent")
_NOT = SH("NotConstraintComponent")
_XONE = SH("XoneConstraintComponent")

_DUAL = {Mode.CLOSED: Mode.CLOSED, Mode.POSSIBLE: Mode.NECESSARY, Mode.NECESSARY: Mode.POSSIBLE}


def _failing_values(
    run: Run, path: Path | None, focus: Focus, mode: Mode, failing: set[Term] | frozenset[Term]
) -> Iterable[Row]:
    """A row for each value that fails, and in every completion one for each node whose path is open."""
    if failing:
        yield from (Row(this, value) for this, value in run.pairs(focus, path) if value in failing)
    if mode is Mode.NECESSARY:
        yield from map(Row, run.open_nodes(focus, path))


@dataclass(frozen=True, eq=False)
class HasProperty:
    """sh:property: each value node conforms to a property shape, whose results are reported themselves (4.7.2)."""

    shape: Shape
    component: NamedNode = _PROPERTYSHAPE
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that fail."""
        return _failing_values(run, path, focus, mode, run.failures(self.shape, run.reached(focus, path), mode))


@dataclass(frozen=True, eq=False)
class AllOf:
    """sh:and, and sh:node with its one shape (4.6.2, 4.7.1)."""

    shapes: tuple[Shape, ...]
    component: NamedNode
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that fail any of the shapes."""
        values = run.reached(focus, path)
        failing = {node for shape in self.shapes for node in run.failures(shape, values, mode)}
        return _failing_values(run, path, focus, mode, failing)


@dataclass(frozen=True, eq=False)
class AnyOf:
    """sh:or (4.6.3)."""

    shapes: tuple[Shape, ...]
    component: NamedNode = _OR
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that fail all of the shapes."""
        values = run.reached(focus, path)
        failing = set(run.failures(self.shapes[0], values, mode)) if self.shapes else run.nodes(values)
        for shape in self.shapes[1:]:
            if failing:
                failing &= run.failures(shape, values, mode)
        return _failing_values(run, path, focus, mode, failing)


@dataclass(frozen=True, eq=False)
class Negation:
    """sh:not (4.6.1)."""

    shape: Shape
    component: NamedNode = _NOT
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that conform; in some completion, those that conform in every completion."""
        values = run.reached(focus, path)
        failing = run.nodes(values) - run.failures(self.shape, values, _DUAL[mode])
        return _failing_values(run, path, focus, mode, failing)


@dataclass(frozen=True, eq=False)
class ExactlyOne:
    """sh:xone (4.6.4)."""

    shapes: tuple[Shape, ...]
    component: NamedNode = _XONE
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values for which no shape can be the only one that they conform to."""
        values = run.reached(focus, path)
        nodes = run.nodes(values)
        conforming = [nodes - run.failures(shape, values, mode) for shape in self.shapes]
        others = [nodes - run.failures(shape, values, _DUAL[mode]) for shape in self.shapes]
        passing: set[Term] = set()
        for place, chosen in enumerate(conforming):
            rest = (found for other, found in enumerate(others) if other != place)
            passing |= chosen.difference(*rest)
        return _failing_values(run, path, focus, mode, nodes - passing)


@dataclass(frozen=True, eq=False)
class Qualified:
    """sh:qualifiedValueShape with sh:qualifiedMinCount or sh:qualifiedMaxCount (4.7.3).

    ``siblings`` are the shapes that a counted value must not conform to (sh:qualifiedValueShapesDisjoint).
    """

    shape: Shape
    siblings: tuple[Shape, ...]
    least: int | None
    most: int | None
    component: NamedNode
    source: None = None

    def _counts(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> dict[Term, int]:
        values = run.reached(focus, path)
        failing = run.failures(self.shape, values, mode)
        nodes = run.nodes(values) if self.siblings else set()
        for sibling in self.siblings:
            failing = failing | (nodes - run.failures(sibling, values, _DUAL[mode]))
        counts: dict[Term, int] = {}
        for this, value in run.pairs(focus, path):
            if value not in failing:
                counts[this] = counts.get(this, 0) + 1
        return counts

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The nodes with too few or too many conforming values."""
        if self.least is not None:
            counts = self._counts(run, path, focus, mode)
            failing = {node for node in run.nodes(focus) if counts.get(node, 0) < self.least}
            if mode is Mode.POSSIBLE and failing:
                failing -= run.open_nodes(focus, path)
            yield from map(Row, failing)
        if self.most is not None:
            counts = self._counts(run, path, focus, _DUAL[mode])
            failing = {node for node, count in counts.items() if count > self.most}
            if mode is Mode.NECESSARY:
                failing |= run.open_nodes(focus, path)
            yield from map(Row, failing)
