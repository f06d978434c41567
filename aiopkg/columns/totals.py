"""Groups of solutions and what is counted, summed or chosen in them (SPARQL 1.1, section 18.5.1)."""

from collections.abc import Sequence

import numpy as np
from pyoxigraph import Literal

from aiopkg.columns.conditions import Conditions
from aiopkg.columns.plan import AGGREGATES, Modifiers, NotForColumns, closing, condition_of
from aiopkg.columns.rows import Rows
from aiopkg.columns.terms import UNBOUND
from aiopkg.reason.relations import EMPTY, Ids
from aiopkg.syntax.tree import Token

__all__ = ["totals"]


def totals(conditions: Conditions, asked: Modifiers, rows: Rows) -> Rows:
    """One row for each group, with its variables, what is worked out for it, and only where HAVING holds."""
    keys = [name for name in asked.groups or () if name in rows.columns]
    first, group = rows.grouped(keys)
    found = Rows(len(first), {name: rows.columns[name][first] for name in keys})
    if not asked.groups:
        found = Rows(1, {})
    summing = _Summing(conditions, rows, group, found.count)
    waiting = []
    for condition in asked.having:
        tokens, found = summing.replaced(condition, found)
        waiting.append(tokens)
    for each in asked.selected or ():
        if each.tokens:
            tokens, found = summing.replaced(each.tokens, found)
            found = found.having(each.name, conditions.values(tokens, found))
    for tokens in waiting:
        found = found.take(conditions.holds(condition_of(tokens), found))
    return found


class _Summing:
    def __init__(self, conditions: Conditions, rows: Rows, group: Ids, count: int) -> None:
        self._conditions = conditions
        self._rows = rows
        self._group = group
        self._count = count
        self._named = 0

    def replaced(self, tokens: Sequence[Token], found: Rows) -> tuple[list[Token], Rows]:
        """An expression with a variable in place of each aggregate, and the groups with these variables."""
        words: list[Token] = []
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if isinstance(token, str) and token.upper() in AGGREGATES and tokens[place + 1] == "(":
                end = closing(tokens, place + 1)
                self._named += 1
                name = f"?_a{self._named}"
                found = found.having(name, self._total(token.upper(), list(tokens[place + 2 : end])))
                words.append(name)
                place = end
            else:
                words.append(token)
            place += 1
        return words, found

    def _total(self, kind: str, tokens: list[Token]) -> Ids:
        distinct = bool(tokens) and str(tokens[0]).upper() == "DISTINCT"
        inside = tokens[1:] if distinct else tokens
        if ";" in inside or kind == "GROUP_CONCAT":
            raise NotForColumns("values that are strung together")
        if inside == ["*"]:
            if distinct or kind != "COUNT":
                raise NotForColumns("different rows counted")
            return self._numbers(np.bincount(self._group, minlength=self._count))
        values = self._conditions.values(inside, self._rows)
        group = self._group
        if distinct:
            first, _ = Rows(len(values), {"?g": group, "?v": values}).grouped(["?g", "?v"])
            values, group = values[first], group[first]
        if kind == "COUNT":
            return self._numbers(np.bincount(group[values >= 0], minlength=self._count))
        return self._asked(kind, group, values)

    def _numbers(self, counts: Ids) -> Ids:
        different, place = np.unique(counts, return_inverse=True)
        terms = [self._conditions.terms.numbered(Literal(int(count))) for count in different.tolist()]
        return np.array(terms, dtype=np.int64)[place.reshape(-1)]

    def _asked(self, kind: str, group: Ids, values: Ids) -> Ids:
        """A total as SPARQL itself works it out."""
        if not self._count:
            return EMPTY
        table = self._conditions.written([values])
        lines = "\n".join(f"({number} {row})" for number, row in zip(group.tolist(), table, strict=True))
        head = f"SELECT ?_row ({kind}(?_v) AS ?_told)" if len(group) else f"SELECT (0 AS ?_row) ({kind}(?_v) AS ?_told)"
        tail = "GROUP BY ?_row" if len(group) else ""
        told = self._conditions.solved(
            f"{head} WHERE {{ VALUES (?_row ?_v) {{ {lines if len(group) else ''} }} }} {tail}"
        )
        found = np.full(self._count, UNBOUND, dtype=np.int64)
        for place, term in told.items():
            found[place] = self._conditions.terms.numbered(term)
        return found
