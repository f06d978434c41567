"""Queries whose solutions are violations, read over completions: which violations survive every completion.

Facts are only added, so a solution can vanish only where the query rests on absence. ``with_excuses`` rewrites such
places so that a solution is dropped if facts that the graph declares unreported could make it vanish:

- NOT EXISTS with patterns t1 ... tn: if for some i the patterns before ti match and ti is open. A pattern is open
  where a bound end of it may lack facts with its property, a path where any step along it may. A pattern with no bound
  end is open if its property is open anywhere. A filter of the group is kept as soon as its variables are bound.
- OPTIONAL whose variables an expression uses: the same, where the OPTIONAL found nothing.
- anything else that rests on absence (EXISTS under a negation or inside a function, an aggregate that is not just
  compared as ``COUNT(...) > n``): if any pattern concerned is open, starting from ``$this``.

Each rule drops at least the solutions that some completion removes, so what remains is violated in every completion.
"""

import re
from collections import Counter
from collections.abc import Iterator

from aiopkg.syntax.tree import (
    Bind,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Optional,
    Pattern,
    Query,
    SubSelect,
    Token,
    Union,
    variables_of,
    visible_in,
    write_group,
    write_tokens,
)  # fmt: skip
from aiopkg.validate.focus import Focus
from aiopkg.validate.open_patterns import Parts, arising_expression, open_expression, pattern_can_open
from aiopkg.validate.openness import Openness
from aiopkg.validate.query_rewrite import chained
from aiopkg.validate.run import Run
from aiopkg.validate.terms import Term

__all__ = ["arising_nodes", "excused_nodes", "patterns_sought", "touches_openness", "with_excuses"]

_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_MORE_THAN = re.compile(r"^HAVING\s*\(\s*COUNT\s*\([^()]*\)\s*>=?\s*(\d+|\?\w+)\s*\)$", re.IGNORECASE)


def touches_openness(query: Query, openness: Openness) -> bool:
    """Whether missing facts could change the query's solutions at all."""
    return bool(openness) and any(pattern_can_open(p, openness) for p in _patterns(query.where))


def excused_nodes(run: Run, groups: list[Group], prologue: str, focus: Focus) -> set[Term]:
    """The focus nodes at which some pattern of a group is open, starting from ``?this``."""
    found: set[Term] = set()
    for group in groups:
        found |= _nodes_where(run, open_expression(group, {"?this"}, run.openness, Parts.ALL), prologue, focus)
    return found


def arising_nodes(run: Run, query: Query, focus: Focus) -> set[Term]:
    """The focus nodes for which some completion may give the query solutions that it does not have now."""
    tokens = arising_expression(query.where, {"?this"}, run.openness, run.functional)
    return _nodes_where(run, tokens, query.prologue, focus)


def _nodes_where(run: Run, tokens: list[Token], prologue: str, focus: Focus) -> set[Term]:
    if not tokens:
        return set()
    where = chained(Group([Filter(["(", *tokens, ")"])]))
    return run.nodes_of(prologue + focus.select("?this", [write_group(where)[1:-1]]))


def with_excuses(query: Query, openness: Openness, known: set[str]) -> tuple[Query, list[Group]]:
    """The query with excused solutions dropped, and the groups that must be excused node by node.

    ``known`` are the variables that are bound before the query is evaluated.
    """
    excuser = _Excuser(openness, known, _usage(query), [*_expressions(query.where), query.tail])
    return excuser.query(query, set()), excuser.coarse


class _Excuser:
    def __init__(
        self, openness: Openness, known: set[str], usage: Counter[str], expressions: list[list[Token]]
    ) -> None:
        self._openness = openness
        self._known = known
        self._usage = usage
        self._expressions = expressions
        self.coarse: list[Group] = []

    def query(self, query: Query, used_outside: set[str]) -> Query:
        """A SELECT, whose ``used_outside`` variables some expression around it uses."""
        tokens = [*(query.head or []), *query.tail]
        words = {token.upper() for token in tokens if isinstance(token, str)}
        aggregated = words & _AGGREGATES
        if aggregated:
            having = _having(query.tail)
            counts_up = not having or _MORE_THAN.match(write_tokens(having)) is not None
            if not counts_up or (used_outside & query.assigned):
                self._excuse_coarsely(query.where)
        if words & {"LIMIT", "OFFSET"}:
            self._excuse_coarsely(query.where)
        return Query(query.head, self.group(query.where, self._known), query.tail, query.prologue)

    def _excuse_coarsely(self, group: Group) -> None:
        if any(pattern_can_open(pattern, self._openness) for pattern in _patterns(group)):
            self.coarse.append(group)

    def group(self, group: Group, outside: set[str]) -> Group:
        """A group whose solutions all count as violations."""
        visible = outside | visible_in(group)
        elements: list[Element] = []
        excuses: list[Element] = []
        for element in group.elements:
            match element:
                case Filter():
                    elements.append(Filter(self._expression(element.tokens, visible)))
                case Bind():
                    for token in element.tokens:
                        if isinstance(token, Exists):
                            self._excuse_coarsely(token.group)
                    elements.append(element)
                case Optional():
                    elements.append(element)
                    excuses += self._unmatched(element, group, outside)
                case Union():
                    elements.append(Union([self.group(inner, outside) for inner in element.groups]))
                case Graph():
                    elements.append(Graph(element.name, self.group(element.group, outside)))
                case SubSelect():
                    elements.append(SubSelect(self.query(element.query, self._counted_loosely(element.query))))
                case _:
                    elements.append(element)
        return Group([*elements, *excuses])

    def _counted_loosely(self, query: Query) -> set[str]:
        """The variables a nested SELECT assigns that expressions use for more than ``COUNT(...) > n``."""
        counted = _counts(query.head or [])
        return {v for v in query.assigned if self._usage[v] > 0 and not (v in counted and self._only_exceeds(v))}

    def _only_exceeds(self, variable: str) -> bool:
        """Whether each mention in an expression says that the variable is greater than something."""
        for tokens in self._expressions:
            for place, token in enumerate(tokens):
                if isinstance(token, Exists):
                    continue
                if token == variable and (
                    "!" in tokens or not (tokens[place - 1] in ("<", "<=") or tokens[place + 1] in (">", ">="))
                ):
                    return False
        return True

    def _expression(self, tokens: list[Token], visible: set[str]) -> list[Token]:
        found: list[Token] = []
        for place, token in enumerate(tokens):
            if not isinstance(token, Exists):
                found.append(token)
            elif not _stands_plainly(tokens, place):
                self._excuse_coarsely(token.group)
                found.append(token)
            elif token.negated:
                opening = open_expression(token.group, visible, self._openness)
                found += ["(", token, "&&", "!", "(", *opening, ")", ")"] if opening else [token]
            else:
                found.append(Exists(False, self.group(token.group, visible)))
        return found

    def _unmatched(self, optional: Optional, around: Group, outside: set[str]) -> list[Element]:
        """The filter that drops solutions for which an OPTIONAL that matters found nothing and could."""
        siblings = {v for e in around.elements if e is not optional and not isinstance(e, Filter | Bind)
                    for v in variables_of(e)}  # fmt: skip
        own = variables_of(optional.group) - siblings - outside
        inner_usage = Counter(_expression_variables(optional.group))
        if not any(self._usage[v] > inner_usage[v] for v in own):
            return []
        for element in optional.group.elements:
            if isinstance(element, Filter | Bind):
                for token in element.tokens:
                    if isinstance(token, Exists):
                        self._excuse_coarsely(token.group)
        opening = open_expression(optional.group, siblings | outside, self._openness)
        required = sorted(
            v for e in optional.group.elements if isinstance(e, Pattern) for v in variables_of(e) if v in own
        )
        if not opening:
            return []
        matched: list[Token] = ["BOUND", "(", required[0], ")", "||"] if required else []
        return [Filter(["(", *matched, "!", "(", *opening, ")", ")"])]


def _having(tail: list[Token]) -> list[Token]:
    words = [token.upper() if isinstance(token, str) else "" for token in tail]
    if "HAVING" not in words:
        return []
    rest = tail[words.index("HAVING") :]
    end = next(
        (p for p, w in enumerate(rest) if isinstance(w, str) and w.upper() in ("ORDER", "LIMIT", "OFFSET")), len(rest)
    )
    return rest[:end]


def _stands_plainly(tokens: list[Token], place: int) -> bool:
    """Whether the expression is true more often the more often the token at the place is."""
    before: Token | None = tokens[place - 1] if place else "("
    after: Token | None = tokens[place + 1] if place + 1 < len(tokens) else ")"
    if before not in ("(", "&&", "||") or after not in (")", "&&", "||"):
        return False
    depth = 0
    for position in range(place - 1, -1, -1):
        token = tokens[position]
        depth += (token == ")") - (token == "(")
        if depth < 0:
            depth = 0
            if position > 0 and tokens[position - 1] not in ("(", "&&", "||"):
                return False
    return True


def patterns_sought(group: Group) -> Iterator[Pattern]:
    """The triple patterns that a solution of the group matches, or may match; those that it must not are left out."""
    return _patterns(group, negated=False)


def _patterns(group: Group, negated: bool = True) -> Iterator[Pattern]:
    """Every triple pattern inside, at any depth; on request, those of negated groups left out."""
    for element in group.elements:
        match element:
            case Pattern():
                yield element
            case Filter() | Bind():
                for token in element.tokens:
                    if isinstance(token, Exists) and (negated or not token.negated):
                        yield from _patterns(token.group, negated)
            case Optional() | Graph():
                yield from _patterns(element.group, negated)
            case Union():
                for inner in element.groups:
                    yield from _patterns(inner, negated)
            case SubSelect():
                yield from _patterns(element.query.where, negated)
            case _:
                pass


def _expressions(group: Group) -> Iterator[list[Token]]:
    """Each expression of a filter or assignment inside, at any depth, those within EXISTS apart."""
    for element in group.elements:
        match element:
            case Filter() | Bind():
                yield element.tokens
                for token in element.tokens:
                    if isinstance(token, Exists):
                        yield from _expressions(token.group)
            case Optional() | Graph():
                yield from _expressions(element.group)
            case Union():
                for inner in element.groups:
                    yield from _expressions(inner)
            case SubSelect():
                yield from _expressions(element.query.where)
                yield element.query.tail
            case _:
                pass


def _expression_variables(group: Group) -> Iterator[str]:
    """Each mention of a variable in an expression inside, at any depth."""
    for tokens in _expressions(group):
        for token in tokens:
            yield from variables_of(token)


def _counts(head: list[Token]) -> set[str]:
    """The variables that a SELECT clause gives a plain count: ``(COUNT(?x) AS ?n)``."""
    found = re.findall(r"\( ?COUNT\([^()]*\) AS (\?\w+) \)", write_tokens(head), re.IGNORECASE)
    return set(found)


def _usage(query: Query) -> Counter[str]:
    found = Counter(_expression_variables(query.where))
    for token in query.tail:
        found.update(variables_of(token))
    return found
