"""Finds again what a query rested on: the facts that met its patterns, and what it looked for in vain.

A solution of a group of patterns is given; each pattern is instantiated with it, each alternative that held is
followed, and each EXISTS and MINUS is asked again. An aggregate rests on all the solutions that it counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store, Triple, Variable

from aiopkg.columns import ColumnStore, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.explain.proof import Absence, Term
from aiopkg.explain.sentences import Sentences
from aiopkg.explain.walks import Facts
from aiopkg.syntax.tree import (
    Bind,
    Element,
    Exists,
    Filter,
    Group,
    Minus,
    Optional,
    Pattern,
    Query,
    SubSelect,
    Token,
    Union,
    variables_of,
    visible_in,
    write_group,
)
from aiopkg.validate.terms import order_key

__all__ = ["Evidence", "Solution", "Witness"]

Solution = Mapping[str, Term]
"""The values of a group's variables; names begin with a question mark."""


@dataclass
class Evidence:
    """What a conclusion rests on, gathered in the order of the query; each thing once."""

    facts: dict[Triple, None] = field(default_factory=dict)
    absences: dict[Absence, None] = field(default_factory=dict)
    conditions: dict[str, None] = field(default_factory=dict)


class Witness:
    """Gathers the evidence for solutions of one query over some graphs of a store."""

    def __init__(self, store: FactStore, graphs: Sequence[NamedNode], prologue: str, sentences: Sentences) -> None:
        self._store = store
        self._graphs = list(graphs)
        self._prologue = prologue
        self._sentences = sentences
        self._facts = Facts(store, graphs)
        self._constants: dict[str, Term] = {}

    def solve(self, group: Group, bound: Solution) -> list[Solution]:
        """Return the solutions of a group that agree with what is bound already, in a fixed order."""
        assigned = _assigned(group)
        names = sorted(variables_of(group))
        chosen = {name: bound[name] for name in names if name in bound and name not in assigned}
        found = []
        for row in self._select(self._query(group, names), chosen):
            solution = {name: term for name, term in zip(names, row, strict=True) if term is not None}
            if all(solution.get(name, bound[name]) == bound[name] for name in assigned if name in bound):
                found.append(solution)
        return sorted(found, key=lambda solution: [order_key(solution.get(name)) for name in names])

    def _query(self, group: Group, names: Sequence[str]) -> str:
        return f"{self._prologue}SELECT DISTINCT {' '.join(names) or '(1 AS ?there)'} WHERE {write_group(group)}"

    def _select(self, query: str, chosen: Solution) -> list[tuple[Term | None, ...]]:
        substitutions = {Variable(name[1:]): term for name, term in chosen.items()}
        if isinstance(self._store, ColumnStore):
            return self._store.select(query, self._graphs, substitutions)  # type: ignore[return-value]
        rows = self._store.query(query, default_graph=self._graphs, substitutions=substitutions)  # type: ignore[arg-type]
        assert isinstance(rows, QuerySolutions)
        return [tuple(row) for row in rows]

    def gather(self, group: Group, solution: Solution, into: Evidence) -> None:
        """Add what one solution of a group rests on."""
        for element in group.elements:
            self._element(element, solution, into)

    def _element(self, element: Element, solution: Solution, into: Evidence) -> None:
        match element:
            case Pattern():
                into.facts.update(dict.fromkeys(self._walk(element, solution)))
            case Filter():
                self._expression(element.tokens, solution, into)
                if _compares(element.tokens):
                    into.conditions[self._sentences.expression(element.tokens, solution)] = None
            case Bind():
                self._expression(element.tokens, solution, into)
            case Optional():
                self._there_or_not(element.group, solution, into)
            case Minus():
                shared = {name: term for name, term in solution.items() if name in visible_in(element.group)}
                self.miss(element.group, shared, into)
            case Union():
                for branch in element.groups:
                    found = self.solve(branch, solution)
                    if found:
                        self.gather(branch, {**solution, **found[0]}, into)
                        break
            case SubSelect():
                self.select(element.query, solution, into)
            case _:
                pass

    def results(self, query: Query, bound: Solution, into: Evidence) -> None:
        """Add what every row of a SELECT that agrees with what is bound rests on."""
        if _aggregates(query):
            self.select(query, bound, into)
            return
        for solution in self.solve(query.where, bound):
            self.gather(query.where, solution, into)

    def select(self, query: Query, solution: Solution, into: Evidence) -> None:
        """Add what one row of a SELECT rests on: one solution below it, or all where it aggregates."""
        kept = query.projected
        named = visible_in(query.where) if kept is None else {f"?{name}" for name in kept} - query.assigned
        bound = {name: term for name, term in solution.items() if name in named}
        if not _aggregates(query):
            for found in self.solve(query.where, bound)[:1]:
                self.gather(query.where, found, into)
            return
        rows = self.solve(query.where, bound)
        for row in rows:
            self.gather(query.where, row, into)
        into.absences[self._absence(query.where, bound, rows)] = None

    def _expression(self, tokens: Sequence[Token], solution: Solution, into: Evidence) -> None:
        for token in tokens:
            if isinstance(token, Exists):
                self._there_or_not(token.group, solution, into)

    def _there_or_not(self, group: Group, solution: Solution, into: Evidence) -> None:
        found = self.solve(group, solution)
        if found:
            self.gather(group, {**solution, **found[0]}, into)
        else:
            self.miss(group, solution, into)

    def miss(self, group: Group, solution: Solution, into: Evidence) -> None:
        """Add that a group has no solution, and why what comes near it is none."""
        into.absences[self._absence(group, solution, [])] = None
        positive = Group([element for element in group.elements if not _denies(element)])
        if len(positive.elements) == len(group.elements):
            return
        for near in self.solve(positive, solution):
            whole = {**solution, **near}
            self.gather(positive, whole, into)
            for element in group.elements:
                if _denies(element):
                    self._deny(element, whole, into)

    def _deny(self, element: Element, solution: Solution, into: Evidence) -> None:
        match element:
            case Minus():
                self._there_or_not(element.group, solution, into)
            case Filter():
                self._expression(element.tokens, solution, into)
            case _:
                pass

    def _absence(self, group: Group, solution: Solution, besides: Sequence[Solution]) -> Absence:
        names = sorted(variables_of(group))
        assigned = _assigned(group)
        bound = {name: solution[name] for name in names if name in solution and name not in assigned}
        return Absence(
            query=self._query(group, names),
            bindings=tuple((name[1:], term) for name, term in bound.items()),
            besides=tuple(tuple((name[1:], row[name]) for name in names if name in row) for row in besides),
            sentence=self._sentences.absence(group, bound, len(besides)),
        )

    def _walk(self, pattern: Pattern, solution: Solution) -> Iterator[Triple]:
        start, end = self._term(pattern.subject, solution), self._term(pattern.object, solution)
        if start is None or end is None:
            return
        if pattern.path is not None:
            yield from self._facts.walk(start, pattern.path, end) or ()
        else:
            verb = self._term(pattern.verb, solution)
            if isinstance(verb, NamedNode) and not isinstance(start, Literal):
                yield Triple(start, verb, end)

    def _term(self, token: str, solution: Solution) -> Term | None:
        return solution.get(token) if token.startswith("?") else self.constant(token)

    def constant(self, token: str) -> Term:
        """Return the term that a token of the query stands for."""
        if token not in self._constants:
            rows = Store().query(f"{self._prologue}SELECT ?t WHERE {{ VALUES ?t {{ {token} }} }}")
            assert isinstance(rows, QuerySolutions)
            self._constants[token] = next(iter(rows))["t"]
        return self._constants[token]


def _compares(tokens: Sequence[Token]) -> bool:
    """Whether an expression compares values, rather than telling what is there."""
    return not any(isinstance(token, Exists) or token.upper() == "BOUND" for token in tokens)


def _denies(element: Element) -> bool:
    """Whether an element holds where something is not there."""
    return isinstance(element, Minus) or (
        isinstance(element, Filter) and any(isinstance(token, Exists) and token.negated for token in element.tokens)
    )


def _assigned(group: Group) -> set[str]:
    """The variables to which a group gives computed values, at any depth."""
    found: set[str] = set()
    for element in group.elements:
        match element:
            case Bind():
                found.add(element.variable)
            case Optional() | Minus():
                found |= _assigned(element.group)
            case Union():
                found |= {name for branch in element.groups for name in _assigned(branch)}
            case SubSelect():
                found |= element.query.assigned | _assigned(element.query.where)
            case _:
                pass
    return found


def _aggregates(query: Query) -> bool:
    counting = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "GROUP", "HAVING"}
    return any(isinstance(token, str) and token.upper() in counting for token in [*(query.head or []), *query.tail])
