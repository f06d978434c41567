"""Conditions and expressions, decided once for each different row of their variables."""

from collections.abc import Callable, Sequence
from itertools import count

import numpy as np
import numpy.typing as npt
from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from aiopkg.columns.plan import All, Any, Bound, Condition, Naming, Negation, NotForColumns, Opaque
from aiopkg.columns.rows import Rows
from aiopkg.columns.terms import UNBOUND, Terms
from aiopkg.reason.dictionary import Term
from aiopkg.reason.relations import EMPTY, Flags, Ids
from aiopkg.syntax.tree import Exists, Token, variables_of, write_tokens

__all__ = ["Conditions"]

_Truth = npt.NDArray[np.int8]
"""1 for true, 0 for false, -1 for an error (SPARQL 1.1, section 17.2)."""

_BLANK = "urn:x:blank:"
_TELL_BLANK_NODES_APART = ("ISIRI", "ISURI", "ISBLANK", "STR", "IRI", "URI", "DATATYPE", "LANG")
_CHANGING = ("NOW", "RAND", "UUID", "STRUUID", "BNODE")


class Conditions:
    """Decides conditions and works out expressions over solutions; ``exists`` answers EXISTS."""

    def __init__(self, terms: Terms, naming: Naming, exists: Callable[[Exists, Rows], Flags]) -> None:
        self.terms = terms
        self._naming = naming
        self._exists = exists
        self._nothing = Store()
        self._fresh = count()

    def holds(self, condition: Condition, rows: Rows) -> Flags:
        """The rows for which a condition is true."""
        return np.asarray(self._truth(condition, rows) == 1)

    def _truth(self, condition: Condition, rows: Rows) -> _Truth:
        match condition:
            case All(parts):
                return self._folded(parts, rows, decisive=0)
            case Any(parts):
                return self._folded(parts, rows, decisive=1)
            case Negation(part):
                found = self._truth(part, rows)
                return np.where(found < 0, found, 1 - found).astype(np.int8)
            case Bound(name):
                column = rows.columns.get(name)
                return np.zeros(rows.count, dtype=np.int8) if column is None else (column >= 0).astype(np.int8)
            case Exists():
                return self._exists(condition, rows).astype(np.int8)
            case Opaque(tokens):
                quick = self._compared(tokens, rows) if len(tokens) == 3 else self._named(tokens, rows)
                return self._asked(tokens, rows) if quick is None else quick

    def _folded(self, parts: Sequence[Condition], rows: Rows, *, decisive: int) -> _Truth:
        """``&&`` where nought decides, ``||`` where one does; what is decided is not asked any more."""
        found = np.full(rows.count, 1 - decisive, dtype=np.int8)
        for part in sorted(parts, key=lambda part: isinstance(part, Exists)):
            open_ones = np.flatnonzero(found != decisive)
            truth = self._truth(part, rows.take(open_ones))
            found[open_ones] = np.where(truth == 1 - decisive, found[open_ones], truth)
        return found

    def _compared(self, tokens: Sequence[Token], rows: Rows) -> _Truth | None:
        """Whether two terms, none of them a literal, are the same or not."""
        if tokens[1] not in ("=", "!="):
            return None
        ends = [self._column(str(tokens[place]), rows) for place in (0, 2)]
        if any(end is None or bool(self.terms.literal(end).any()) for end in ends):
            return None
        left, right = ends
        assert left is not None and right is not None
        same = (left == right) if tokens[1] == "=" else (left != right)
        return np.where((left < 0) | (right < 0), -1, same).astype(np.int8)

    def _named(self, tokens: Sequence[Token], rows: Rows) -> _Truth | None:
        """``isIRI(?name)``, which is about the terms themselves."""
        if len(tokens) != 4 or str(tokens[0]).upper() not in ("ISIRI", "ISURI"):
            return None
        column = rows.columns.get(str(tokens[2]))
        if column is None:
            return None
        different, place = np.unique(column, return_inverse=True)
        truth = [-1 if n < 0 else int(isinstance(self.terms[n], NamedNode)) for n in different.tolist()]
        return np.array(truth, dtype=np.int8)[place.reshape(-1)]

    def _column(self, token: str, rows: Rows) -> Ids | None:
        if token.startswith("?"):
            return rows.columns.get(token, np.full(rows.count, UNBOUND, dtype=np.int64))
        if token[0] not in '<"' and ":" not in token and token not in ("true", "false") and not token[0].isdigit():
            return None
        return np.full(rows.count, self.terms.numbered(self._naming.term(token)), dtype=np.int64)

    def values(self, tokens: Sequence[Token], rows: Rows) -> Ids:
        """The value of an expression for each row; unbound where it is an error."""
        if len(tokens) == 1 and isinstance(tokens[0], str):
            column = self._column(tokens[0], rows)
            if column is not None:
                return column
        if len(tokens) == 1 and isinstance(tokens[0], Exists):
            return self._booleans(self._exists(tokens[0], rows))
        told, group = self._told(tokens, rows, "({} AS ?_told)")
        found = np.full(rows.count, UNBOUND, dtype=np.int64)
        for place, term in told.items():
            found[place] = self.terms.numbered(term)
        return found[group]

    def _booleans(self, flags: Flags) -> Ids:
        true, false = (self.terms.numbered(Literal(value)) for value in (True, False))
        return np.where(flags, true, false).astype(np.int64)

    def _asked(self, tokens: Sequence[Token], rows: Rows) -> _Truth:
        told, group = self._told(tokens, rows, "(IF({}, 1, 0) AS ?_told)")
        found = np.full(rows.count, -1, dtype=np.int8)
        for place, term in told.items():
            found[place] = term == _ONE
        return found[group]

    def _told(self, tokens: Sequence[Token], rows: Rows, form: str) -> tuple[dict[int, Term], Ids]:
        """The value of an expression for each different row of its variables, and which of these each row is."""
        if not rows.count:
            return {}, EMPTY
        words: list[Token] = []
        for token in tokens:
            if isinstance(token, Exists):
                name = f"?_e{next(self._fresh)}"
                rows = rows.having(name, self._booleans(self._exists(token, rows)))
                words.append(name)
            else:
                words.append(token)
        names = sorted({name for token in words for name in variables_of(token)} & set(rows.columns))
        first, group = rows.grouped(names)
        written = write_tokens(words)
        calls = {str(token).upper() for token in words}
        if calls & set(_CHANGING):
            raise NotForColumns("a function that never says the same twice")
        table = self.written(
            [rows.columns[name][first] for name in names], apart=bool(calls & {*_TELL_BLANK_NODES_APART})
        )
        lines = "\n".join(f"({place} {row})" for place, row in enumerate(table))
        query = (
            f"{self._naming.prologue} SELECT ?_row {form.format(written)}"
            f" WHERE {{ VALUES (?_row {' '.join(names)}) {{ {lines} }} }}"
        )
        return self.solved(query), group

    def solved(self, query: str) -> dict[int, Term]:
        """What a query over listed rows says of each of them."""
        found = self._nothing.query(query)
        assert isinstance(found, QuerySolutions)
        told: dict[int, Term] = {}
        for row, value in found:
            if value is not None and isinstance(row, Literal):
                told[int(row.value)] = self._back(value)
        return told

    def rank(self, column: Ids) -> Ids:
        """What rows are ordered by: the place of each term in the order of SPARQL (1.1, section 15.1)."""
        different, place = np.unique(column, return_inverse=True)
        kinds: dict[type, list[tuple[str, int]]] = {BlankNode: [], NamedNode: []}
        literals: list[tuple[str, int]] = []
        for number in different[different >= 0].tolist():
            term = self.terms[number]
            text = term.value if isinstance(term, NamedNode | BlankNode) else str(term)
            kinds.get(type(term), literals).append((text, number))
        order = [number for kind in kinds.values() for _, number in sorted(kind)]
        order += self._in_order(sorted(literals))
        ranks = dict(zip(order, range(1, len(order) + 1), strict=True))
        return np.array([ranks.get(n, 0) for n in different.tolist()], dtype=np.int64)[place.reshape(-1)]

    def _in_order(self, literals: Sequence[tuple[str, int]]) -> list[int]:
        """The numbers of some literals, each given with its text, in the order of SPARQL."""
        if not literals:
            return []
        lines = "\n".join(f"({number} {text})" for text, number in literals)
        found = self._nothing.query(f"SELECT ?_row WHERE {{ VALUES (?_row ?_v) {{ {lines} }} }} ORDER BY ?_v")
        assert isinstance(found, QuerySolutions)
        return [int(row[0].value) for row in found]

    def written(self, columns: Sequence[Ids], *, apart: bool = False) -> list[str]:
        """The rows of some columns as text of SPARQL; with ``apart`` there may be no blank node in them."""
        if not columns:
            return [""]
        texts: dict[int, str] = {UNBOUND: "UNDEF"}
        for number in np.unique(np.concatenate(columns)).tolist():
            if number >= 0:
                term = self.terms[number]
                if isinstance(term, BlankNode):
                    if apart:
                        raise NotForColumns("a blank node, where it matters that it is one")
                    term = NamedNode(f"{_BLANK}{term.value}")
                texts[number] = str(term)
        return [" ".join(map(texts.__getitem__, row)) for row in zip(*(c.tolist() for c in columns), strict=True)]

    @staticmethod
    def _back(term: Term) -> Term:
        if isinstance(term, NamedNode) and term.value.startswith(_BLANK):
            return BlankNode(term.value.removeprefix(_BLANK))
        return term


_ONE = Literal(1)
