"""Groups of patterns, evaluated from the solutions that are known already (SPARQL 1.1, section 18.2 to 18.5)."""

from collections.abc import Collection, Iterable, Sequence
from itertools import count
from typing import TypeAlias

import numpy as np

from aiopkg.columns.conditions import Conditions
from aiopkg.columns.facts import View
from aiopkg.columns.patterns import Choices, choices_of, extended, in_steps, worth
from aiopkg.columns.plan import Modifiers, Naming, NotForColumns, condition_of, modifiers_of
from aiopkg.columns.rows import NOTHING_ASKED, Rows, aligned, joined, meeting, stacked
from aiopkg.columns.terms import UNBOUND
from aiopkg.columns.totals import totals
from aiopkg.reason.relations import Flags
from aiopkg.syntax.parser import read_values
from aiopkg.syntax.tree import (
    Bind,
    Exists,
    Filter,
    Group,
    Minus,
    Optional,
    Pattern,
    Query,
    Raw,
    SubSelect,
    Union,
    variables_of,
    visible_in,
)

__all__ = ["Evaluation"]

Joinable: TypeAlias = Pattern | Union | SubSelect | Raw
_FREELY = frozenset[str]()
_ROW = "?#"
_BETWEEN = "?/"
"""What the names of variables between two steps of a path begin with; those of a query never do."""
_TRIED_FIRST = 4
_MANY = 50_000
_UNGUESSED = 1e6


class Evaluation:
    """The evaluation of one query over columns.

    Solutions flow from the left to the right: what is known of the variables of a nested group is handed to it
    wherever that cannot change what it means, which is where a pattern of its own binds them, and in EXISTS, which
    is about the solution at hand.
    """

    def __init__(self, view: View, naming: Naming) -> None:
        self._view = view
        self._naming = naming
        self._fresh = count()
        self._conditions = Conditions(view.terms, naming, self._exists)
        self._selected: dict[int, Rows] = {}

    def query(self, query: Query, known: Rows = NOTHING_ASKED) -> Rows:
        """The solutions of a SELECT, with its variables alone."""
        asked = modifiers_of(query)
        rows = self._group(query.where, known, _FREELY)
        rows = totals(self._conditions, asked, rows) if asked.aggregates else self._assigned(asked, rows)
        if asked.selected is not None:
            names = [each.name for each in asked.selected]
            nothing = np.full(rows.count, UNBOUND, dtype=np.int64)
            rows = Rows(rows.count, {name: rows.columns.get(name, nothing) for name in names})
        else:
            rows = rows.only({name for name in rows.columns if name in visible_in(query.where)})
        return self._ordered(rows.distinct() if asked.distinct else rows, asked)

    def _ordered(self, rows: Rows, asked: Modifiers) -> Rows:
        keys = []
        for name, descends in asked.order:
            if name not in rows.columns:
                raise NotForColumns("an order by what is not selected")
            rank = self._conditions.rank(rows.columns[name])
            keys.append(-rank if descends else rank)
        return rows.take(np.lexsort(keys[::-1]).astype(np.int64)) if keys else rows

    def _assigned(self, asked: Modifiers, rows: Rows) -> Rows:
        for each in asked.selected or ():
            if each.tokens:
                rows = rows.having(each.name, self._conditions.values(each.tokens, rows))
        if asked.having:
            raise NotForColumns("HAVING without groups")
        return rows

    def _group(self, group: Group, rows: Rows, given: Collection[str]) -> Rows:
        """The solutions of a group that extend some rows; ``given`` are variables that stand for their values."""
        waiting = [element for element in group.elements if isinstance(element, Filter)]
        bindable = visible_in(group) | set(rows.columns)
        run: list[Joinable] = []
        for element in group.elements:
            match element:
                case Pattern():
                    run += in_steps(element, f"{_BETWEEN}{next(self._fresh)}")
                case Union() | SubSelect() | Raw():
                    run.append(element)
                case Filter():
                    pass
                case Optional() | Minus() | Bind():
                    rows = self._joined(run, rows, waiting, bindable, given)
                    run = []
                    rows = self._beside(element, rows, given)
                case _:
                    raise NotForColumns(type(element).__name__)
        rows = self._joined(run, rows, waiting, bindable, given)
        for condition in waiting:
            rows = rows.take(self._conditions.holds(condition_of(condition.tokens), rows))
        return rows.only([name for name in rows.columns if not name.startswith(_BETWEEN)])

    def _joined(
        self, run: list[Joinable], rows: Rows, waiting: list[Filter], bindable: set[str], given: Collection[str]
    ) -> Rows:
        """Join what is asked between two OPTIONALs, the cheapest next; filters as soon as they can be decided."""
        rest = list(run)
        rows = self._filtered(rows, waiting, bindable)
        while rest and rows.count:
            best = min(range(len(rest)), key=lambda place: (self._worth(rest[place], rows), place))
            rows = self._with(rest.pop(best), rows, given)
            rows = self._filtered(rows, waiting, bindable)
        for element in rest:  # nothing is left, but for the names
            for name in visible_in(Group([element])) - set(rows.columns):
                rows = rows.having(name, np.empty(0, dtype=np.int64))
        return rows

    def _filtered(self, rows: Rows, waiting: list[Filter], bindable: set[str]) -> Rows:
        for condition in list(waiting):
            if rows.bound(variables_of(condition) & bindable):
                waiting.remove(condition)
                rows = rows.take(self._conditions.holds(condition_of(condition.tokens), rows))
        return rows

    def _worth(self, element: Joinable, rows: Rows) -> float:
        match element:
            case Pattern():
                return worth(self._view, self._naming, element, rows)
            case Union(groups):
                return sum(self._least(group, rows) for group in groups)
            case SubSelect(query):
                return self._least(query.where, NOTHING_ASKED) * (1 if rows.columns else 0)
            case Raw():
                return 1 if rows.columns else 0

    def _least(self, group: Group, rows: Rows) -> float:
        found = (self._worth(e, rows) for e in group.elements if isinstance(e, Pattern | Union | SubSelect | Raw))
        return min(found, default=_UNGUESSED)

    def _with(self, element: Joinable, rows: Rows, given: Collection[str]) -> Rows:
        match element:
            case Pattern():
                return extended(self._view, self._naming, element, rows)
            case Union(groups):
                return stacked([joined(rows, self._nested(group, rows, given)) for group in groups])
            case SubSelect(query):
                return joined(rows, self._subselect(query, rows))
            case Raw():
                return joined(rows, self._values(element))

    def _nested(self, group: Group, rows: Rows, given: Collection[str]) -> Rows:
        """The solutions of a group, of those only that can go with the rows."""
        handed = _mandatory(group) | (variables_of(group) & set(given))
        return self._group(group, self._handed(handed, rows), given)

    def _handed(self, names: Iterable[str], rows: Rows) -> Rows:
        names = [name for name in names if rows.bound([name])]
        return rows.only(names).distinct() if names else NOTHING_ASKED

    def _subselect(self, query: Query, rows: Rows) -> Rows:
        asked = modifiers_of(query)
        shared = _mandatory(query.where) & set(rows.columns)
        projected = {each.name for each in asked.selected} if asked.selected is not None else shared
        shared &= set(asked.groups or ()) if asked.aggregates else projected
        seed = self._handed(shared, rows)
        if not seed.columns:
            found = self._selected.get(id(query))
            if found is None:
                found = self._selected[id(query)] = self.query(query)
            return found
        return self.query(query, seed)

    def _values(self, element: Raw) -> Rows:
        names, table = read_values(element.text)
        numbers = [
            [UNBOUND if token == "UNDEF" else self._view.terms.numbered(self._naming.term(token)) for token in row]
            for row in table
        ]
        cells = np.array(numbers, dtype=np.int64).reshape(len(table), len(names))
        return Rows(len(table), {name: cells[:, place] for place, name in enumerate(names)})

    def _beside(self, element: Optional | Minus | Bind, rows: Rows, given: Collection[str]) -> Rows:
        match element:
            case Optional(group):
                return self._optional(group, rows, given)
            case Minus(group):
                return rows.take(~meeting(rows, self._nested(group, rows, given)))
            case Bind(tokens, variable):
                values = self._conditions.values(tokens, rows)
                if variable in rows.columns:
                    return rows.take((rows.columns[variable] == values) & (values >= 0))
                return rows.having(variable, values)

    def _optional(self, group: Group, rows: Rows, given: Collection[str]) -> Rows:
        filters = [element for element in group.elements if isinstance(element, Filter)]
        found = self._nested(Group([e for e in group.elements if not isinstance(e, Filter)]), rows, given)
        places, more = aligned(rows, found)
        for condition in filters:
            kept = self._conditions.holds(condition_of(condition.tokens), more)
            places, more = places[kept], more.take(kept)
        alone = np.ones(rows.count, dtype=np.bool_)
        alone[places] = False
        return stacked([more, rows.take(alone)])

    def _exists(self, condition: Exists, rows: Rows) -> Flags:
        """For which rows the group has a solution, the variables of the row standing for their values."""
        holds = np.zeros(rows.count, dtype=np.bool_)
        asked = [name for name in rows.columns if name in variables_of(condition.group)]
        for known, places in rows.patterns(asked):
            part = rows.take(places).only(known)
            first, group = part.grouped(list(part.columns))
            holds[places] = self._met(condition.group, part.take(first), known)[group]
        return ~holds if condition.negated else holds

    def _met(self, group: Group, rows: Rows, given: Collection[str]) -> Flags:
        """For which rows a group has a solution; where a pattern has many, a few are tried first, then more."""
        seed = rows.having(_ROW, np.arange(rows.count, dtype=np.int64))
        met = np.zeros(rows.count, dtype=np.bool_)
        ways = self._ways(group, seed)
        if ways is None:
            met[self._group(group, seed, given).columns[_ROW]] = True
            return met
        first, choices = ways
        rest = Group([element for element in group.elements if element is not first])
        tried, more = 0, _TRIED_FIRST
        waiting = np.arange(rows.count, dtype=np.int64)
        while len(waiting):
            places, values = choices.some(waiting, tried, more)
            tried, more = tried + more, more * 4
            found = self._group(rest, seed.take(places).having(choices.name, values), given)
            met[found.columns[_ROW]] = True
            waiting = waiting[~met[waiting] & choices.has_more(waiting, tried)]
        return met

    def _ways(self, group: Group, rows: Rows) -> tuple[Pattern, Choices] | None:
        """The pattern of a group to begin with, where it has many solutions, and its solutions."""
        patterns = []
        for element in group.elements:
            if isinstance(element, Optional | Minus | Bind):
                break
            if isinstance(element, Pattern):
                patterns.append(element)
        if not patterns:
            return None
        first = min(patterns, key=lambda pattern: worth(self._view, self._naming, pattern, rows))
        choices = choices_of(self._view, self._naming, first, rows)
        return (first, choices) if choices is not None and choices.count > _MANY else None


def _mandatory(group: Group) -> set[str]:
    """The variables that a group certainly binds, and binds before anything depends on whether they are bound."""
    found: set[str] = set()
    soft: set[str] = set()
    for element in group.elements:
        match element:
            case Pattern() | Raw():
                found |= variables_of(element) - soft
            case Union(groups):
                found |= set.intersection(*map(_mandatory, groups)) - soft
            case SubSelect(query):
                found |= _certain(query) - soft
            case Optional(inner) | Minus(inner):
                soft |= visible_in(inner) - found
            case Bind(_, variable):
                soft.add(variable)
            case _:
                pass
    return found


def _certain(query: Query) -> set[str]:
    asked = modifiers_of(query)
    inside = _mandatory(query.where)
    if asked.selected is None:
        return inside
    chosen: Sequence[str] = [each.name for each in asked.selected if not each.tokens]
    return inside.intersection(chosen)
