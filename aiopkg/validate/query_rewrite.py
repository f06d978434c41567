"""Rewritings that make a SHACL query work over all focus nodes at once, and fast.

*Pre-binding.* SHACL evaluates a query once a focus node, with ``$this`` bound from the start wherever it is visible.
Here every group that SPARQL evaluates on its own and that mentions a pre-bound variable begins with the values of that
variable, so that one evaluation answers for all focus nodes. Groups of EXISTS need none: the values come from outside.

*Chains.* Some engines join the patterns inside EXISTS without using what is bound outside, at the full cost of the
join for every row. ``EXISTS { A . B }`` is therefore written ``EXISTS { A FILTER EXISTS { B } }``, which says the
same, in an order in which each pattern starts from something bound.
"""

from collections.abc import Iterable, Mapping

from aiopkg.syntax.paths import Sequence, path_text
from aiopkg.syntax.tree import (
    Bind,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Minus,
    Optional,
    Pattern,
    Query,
    Raw,
    SubSelect,
    Token,
    Union,
    variables_of,
    visible_in,
)  # fmt: skip

__all__ = ["chain", "chained", "concerning", "expand", "order_patterns", "prebind", "split_sequences"]

_TYPE = ("a", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>")


# pre-binding
def concerning(query: Query, variable: str) -> tuple[Query, list[Filter]]:
    """The query without those filters of its group that rest on one pre-bound variable alone, and these filters.

    They may be applied to the values of the variable before anything else is looked at.
    """
    others = {v for e in query.where.elements if not isinstance(e, Filter) for v in variables_of(e)} - {variable}
    early = [
        element
        for element in query.where.elements
        if isinstance(element, Filter) and variable in (used := variables_of(element)) and not used & others
    ]
    if not early:
        return query, early
    rest = Group([element for element in query.where.elements if element not in early])
    return Query(query.head, rest, query.tail, query.prologue), early


def prebind(query: Query, blocks: Mapping[str, str]) -> Query:
    """The query with each pre-bound variable's block of text put into every group that needs it.

    ``blocks`` maps a variable (``?this``) to the group content that binds it. The outermost group gets ``?this`` even
    where it is not mentioned.
    """
    where = _prebind(query.where, blocks, {"?this"} if "?this" in blocks else set())
    return Query(query.head, where, query.tail, query.prologue)


def _prebind(group: Group, blocks: Mapping[str, str], needed: set[str]) -> Group:
    own: set[str] = set(needed)
    elements: list[Element] = []
    for element in group.elements:
        match element:
            case Optional():
                elements.append(Optional(_prebind(element.group, blocks, set())))
            case Minus():
                elements.append(Minus(_prebind(element.group, blocks, set())))
            case Union():
                elements.append(Union([_prebind(inner, blocks, set()) for inner in element.groups]))
            case Graph():
                inside = {name: text for name, text in blocks.items() if name != "?this"}
                elements.append(Graph(element.name, _prebind(element.group, inside, set())))
                own |= variables_of(element.name)
            case SubSelect():
                where = _prebind(element.query.where, blocks, {"?this"} & set(blocks))
                elements.append(SubSelect(Query(element.query.head, where, element.query.tail)))
            case Bind(tokens, variable) if variable in blocks:  # bound already: what it would get has to be that
                elements.append(Filter(["sameTerm", "(", *tokens, ",", variable, ")"]))
                own |= variables_of(element)
            case _:
                elements.append(element)
                own |= variables_of(element)
    heads = [Raw(blocks[name], (name,)) for name in sorted(own & set(blocks))]
    return Group([*heads, *elements])


# chains
def chained(group: Group) -> Group:
    """The group with every EXISTS inside it, at any depth, written as a chain."""
    return _chained(group, set())


def _chained(group: Group, outside: set[str]) -> Group:
    bound = outside | visible_in(group)
    elements: list[Element] = []
    for element in group.elements:
        match element:
            case Filter():
                elements.append(Filter([_chained_token(token, bound) for token in element.tokens]))
            case Bind():
                elements.append(Bind([_chained_token(t, bound) for t in element.tokens], element.variable))
            case Optional():
                elements.append(Optional(_chained(element.group, outside)))
            case Minus():
                elements.append(Minus(_chained(element.group, set())))
            case Union():
                elements.append(Union([_chained(inner, outside) for inner in element.groups]))
            case Graph():
                elements.append(Graph(element.name, _chained(element.group, outside)))
            case SubSelect():
                inner = element.query
                query = Query(inner.head, _chained(inner.where, outside), inner.tail)
                elements.append(SubSelect(query))
            case _:
                elements.append(element)
    return Group(elements)


def _chained_token(token: Token, outside: set[str]) -> Token:
    return chain(token, outside) if isinstance(token, Exists) else token


def chain(exists: Exists, outside: set[str]) -> Exists:
    """EXISTS as a chain; ``outside`` are the variables that may be bound where it stands."""
    variants = expand(exists.group, outside)
    if variants is None:
        return Exists(exists.negated, _chained(exists.group, outside))
    groups = [_link(elements, outside) for elements in variants]
    if len(groups) == 1:
        return Exists(exists.negated, groups[0])
    tokens: list[Token] = []
    for group in groups:
        tokens += [*(["||"] if tokens else []), Exists(False, group)]
    return Exists(exists.negated, Group([Filter(["(", *tokens, ")"])]))


def expand(group: Group, outside: set[str]) -> list[list[Element]] | None:
    """The group as alternatives without UNION, each a list of elements; None where that would change its meaning."""
    variants: list[list[Element]] = [[]]
    for element in group.elements:
        branches: list[list[Element]] = [[element]]
        if isinstance(element, Union):
            if not all(_can_be_opened(inner, group, outside) for inner in element.groups):
                return None
            branches = []
            for inner in element.groups:
                found = expand(inner, outside)
                if found is None:
                    return None
                branches += found
        variants = [[*before, *branch] for before in variants for branch in branches]
    return variants if len(variants) <= 16 else None


def _can_be_opened(inner: Group, around: Group, outside: set[str]) -> bool:
    """Whether the inner group may be merged with what surrounds it.

    Its filters must not mention a variable that only its surroundings bind, and neither may hold forms whose meaning
    depends on their place.
    """
    if not all(isinstance(e, Pattern | Filter | Union) for e in [*inner.elements, *around.elements]):
        return False
    used = {v for e in inner.elements if isinstance(e, Filter) for v in variables_of(e)}
    own, near = (
        {v for e in group.elements if isinstance(e, Pattern | Union) for v in variables_of(e)}
        for group in (inner, around)
    )
    return not ((used - own - outside) & near)


def _link(elements: list[Element], outside: set[str]) -> Group:
    """The elements as a chain: leading patterns one by one, then all that must stay together, then the filters."""
    filters = [e for e in elements if isinstance(e, Filter)]
    units = [e for e in elements if not isinstance(e, Filter)]
    fixed = next((place for place, e in enumerate(units) if not isinstance(e, Pattern)), len(units))
    ordered = order_patterns(split_sequences(units[:fixed]), outside)
    rest = units[fixed:]
    last: list[Element] = list(rest) if rest else list(ordered[-1:])
    group = _chained(Group([*last, *filters]), outside | {v for e in ordered for v in variables_of(e)})
    for pattern in reversed(ordered if rest else ordered[:-1]):
        group = Group([pattern, Filter([Exists(False, group)])])
    return group


def split_sequences(elements: Iterable[Element]) -> list[Pattern]:
    """Patterns with sequence paths taken apart into single steps."""
    found: list[Pattern] = []
    for number, element in enumerate(elements):
        if not isinstance(element, Pattern):
            continue
        start, path, step = element.subject, element.path, 0
        while isinstance(path, Sequence):
            middle = f"?_s{number}_{step}_{_letters(element.subject + element.object)}"
            found.append(Pattern(start, path_text(path.first), path.first, middle))
            start, path, step = middle, path.second, step + 1
        verb = element.verb if path is element.path or path is None else path_text(path)
        found.append(Pattern(start, verb, path, element.object))
    return found


def _letters(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text)[:40]


def order_patterns(patterns: list[Pattern], outside: set[str]) -> list[Pattern]:
    """The patterns in an order in which each one starts from as much as possible that is bound."""
    pending, ordered, bound = list(patterns), [], set(outside)

    def ease(pattern: Pattern) -> float:
        score = 0.0
        for end in (pattern.subject, pattern.object):
            if end in bound:
                score += 2
            elif not end.startswith("?"):
                score += 0.25 if pattern.verb in _TYPE else 1
        return score

    while pending:
        best = max(pending, key=ease)
        pending.remove(best)
        ordered.append(best)
        bound |= variables_of(best)
    return ordered
