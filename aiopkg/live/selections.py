"""Grouped SELECTs read apart: what they group by, what they aggregate, and what they make of that."""

from collections.abc import Mapping, Sequence

from aiopkg.dataclass import dataclass
from aiopkg.syntax.tree import Exists, Group, Query, SubSelect, Token

__all__ = ["Aggregate", "Selection"]

_AGGREGATES = ("COUNT", "AVG", "SUM", "MIN", "MAX")


@dataclass(frozen=True)
class Aggregate:
    """One call of an aggregate function: of which variable, and whether each value counts once."""

    function: str
    distinct: bool
    variable: str


@dataclass(frozen=True)
class Selection:
    """A grouped SELECT whose head and HAVING use nothing but its groups and aggregates of variables.

    ``source`` is the grouped SELECT that its rows come from, or None where they come from ``where``.
    """

    groups: tuple[str, ...]
    aggregates: tuple[Aggregate, ...]
    outputs: tuple[str, ...]
    """The variables of the head, in its order."""
    computed: Mapping[str, Sequence[Token]]
    """The expressions of those that are no groups; the aggregate in place n is ``?_an`` in them."""
    having: Sequence[Token]
    where: Group
    source: "Selection | None"
    prologue: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The variables that are aggregated."""
        return tuple(dict.fromkeys(each.variable for each in self.aggregates))

    @classmethod
    def read(cls, query: Query, prologue: str) -> "Selection | None":
        """Read a grouped SELECT; None for what is none, or is more than this."""
        tail = list(query.tail)
        if [str(token).upper() for token in tail[:2]] != ["GROUP", "BY"]:
            return None
        groups: list[str] = []
        tail = tail[2:]
        while tail and isinstance(tail[0], str) and tail[0].startswith("?"):
            groups.append(str(tail.pop(0)))
        found: list[Aggregate] = []
        having: Sequence[Token] | None = ()
        if tail:
            having = _without_aggregates(tail[1:], found) if str(tail[0]).upper() == "HAVING" else None
        outputs, computed = _outputs(query.head or [], found)
        if not groups or having is None or computed is None:
            return None
        expressions = [token for tokens in (having, *computed.values()) for token in tokens]
        if any(not isinstance(t, str) or (t.startswith("?") and not t.startswith("?_a")) for t in expressions):
            return None
        if not set(outputs) <= {*groups, *computed}:
            return None
        only = query.where.elements[0] if len(query.where.elements) == 1 else None
        source = cls.read(only.query, prologue) if isinstance(only, SubSelect) else None
        if source is not None and not {*groups, *(a.variable for a in found)} <= set(source.outputs):
            return None
        return cls(tuple(groups), tuple(found), tuple(outputs), computed, having, query.where, source, prologue)


def _outputs(head: Sequence[Token], found: list[Aggregate]) -> tuple[list[str], dict[str, Sequence[Token]] | None]:
    """The variables of a head, and the expressions of those that have one; None for them where they say more."""
    names: list[str] = []
    computed: dict[str, Sequence[Token]] = {}
    tokens = list(head)
    while tokens:
        token = tokens.pop(0)
        if isinstance(token, str) and token.startswith("?"):
            names.append(token)
            continue
        if token != "(":
            return names, None
        depth, inner = 1, list[Token]([token])
        while depth:
            token = tokens.pop(0)
            depth += (token == "(") - (token == ")")
            inner.append(token)
        *expression, _, name, _ = inner[1:]
        replaced = _without_aggregates(expression, found)
        if replaced is None or not isinstance(name, str):
            return names, None
        names.append(name)
        computed[name] = replaced
    return names, computed


def _without_aggregates(tokens: Sequence[Token], found: list[Aggregate]) -> Sequence[Token] | None:
    """An expression with variables in place of aggregates, which are added to those found; None where one is other."""
    replaced: list[Token] = []
    rest = list(tokens)
    while rest:
        token = rest.pop(0)
        if isinstance(token, Exists):
            return None
        if token.upper() not in _AGGREGATES:
            replaced.append(token)
            continue
        distinct = str(rest[1]).upper() == "DISTINCT"
        variable, end = rest[1 + distinct : 3 + distinct]
        if not isinstance(variable, str) or not variable.startswith("?") or end != ")":
            return None
        del rest[: 3 + distinct]
        aggregate = Aggregate(token.upper(), distinct, variable)
        if aggregate not in found:
            found.append(aggregate)
        replaced.append(f"?_a{found.index(aggregate)}")
    return replaced
