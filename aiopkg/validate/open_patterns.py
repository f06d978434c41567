"""When a group of patterns that does not match now could match in a completion.

Suppose a completion makes the patterns t1 ... tn match. Let ti be the first that uses a new fact: the patterns before
it match already, and each end of ti that the graph describes is open for ti's property. So the group can come to match
only if, for some i, t1 ... t(i-1) match now and ti is open. Any order of the patterns will do; we take one in which
each pattern starts from something bound.
"""

from collections.abc import Collection
from enum import Enum

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Inverse, Path, Predicate, can_be_empty, path_text, steps_of
from aiopkg.syntax.tree import (
    Bind,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Optional,
    Pattern,
    SubSelect,
    Token,
    Union,
    variables_of,
    visible_in,
)  # fmt: skip
from aiopkg.validate.openness import ANY_PROPERTY, UNREPORTED, Openness
from aiopkg.validate.query_rewrite import order_patterns, split_sequences
from aiopkg.validate.terms import RDF

__all__ = ["Parts", "arising_expression", "open_expression", "pattern_can_open"]

_REACHED, _ANY, _HELD = "?_reached", "?_unreported", "?_held"


class Parts(Enum):
    """Which parts of a group are looked at."""

    REQUIRED = "what has to match"
    ARISING = "what matches more with more facts: optional parts too, negated ones not"
    ALL = "every part, optional and negated ones too"


@dataclass
class _Variant:
    """One alternative of a group without UNION: its patterns, and what restricts or extends them."""

    patterns: list[Pattern]
    others: list[Filter | Bind]


def predicates_of(pattern: Pattern) -> list[NamedNode]:
    """The properties that the pattern names."""
    return [] if pattern.path is None else [predicate for _, predicate in steps_of(pattern.path)]


def pattern_can_open(pattern: Pattern, openness: Openness) -> bool:
    """Whether facts for the pattern are declared missing anywhere."""
    if pattern.path is None:
        return bool(openness)
    return any(openness.is_open_somewhere(predicate) for predicate in predicates_of(pattern))


def open_expression(
    group: Group, outside: set[str], openness: Openness, parts: Parts = Parts.REQUIRED, held: Collection[NamedNode] = ()
) -> list[Token]:
    """The condition that the group could come to match; empty if it never could.

    ``outside`` are the variables that are bound where the condition stands; see :func:`arising_expression` for
    ``held``.
    """
    named = {v for element in group.elements for v in visible_in(Group([element]))}
    tokens: list[Token] = []
    for variant in _variants(group, parts):
        for found in _variant_opens(variant, outside, openness, named if parts is Parts.ARISING else None, held):
            tokens += [*(["||"] if tokens else []), found]
    return tokens


def arising_expression(group: Group, outside: set[str], openness: Openness, held: Collection[NamedNode]) -> list[Token]:
    """The condition that the group could come to have another solution; empty if it never could.

    What the group negates matches no less with more facts, so it keeps away now what it kept away before; whatever
    else restricts the solutions is left out as soon as it rests on more than facts that stand already. ``held`` are
    the properties of which an element has one value at the most: where it has one, no other will come.
    """
    return open_expression(group, outside, openness, Parts.ARISING, held)


def _variants(group: Group, parts: Parts) -> list[_Variant]:
    """The alternatives of a group."""
    variants = [_Variant([], [])]
    for element in group.elements:
        additions: list[_Variant] = []
        match element:
            case Pattern():
                additions = [_Variant([element], [])]
            case Union():
                additions = [variant for inner in element.groups for variant in _variants(inner, parts)]
            case Graph():
                additions = _variants(element.group, parts)
            case SubSelect():
                additions = _variants(element.query.where, parts)
            case Optional():
                additions = [_Variant([], [])]
                additions += _variants(element.group, parts) if parts is not Parts.REQUIRED else []
            case Filter() if len(element.tokens) == 1 and isinstance(element.tokens[0], Exists):
                exists = element.tokens[0]
                additions = [_Variant([], [element])] if exists.negated else []
                if not exists.negated or parts is Parts.ALL:
                    additions += _variants(exists.group, parts)
                elif parts is Parts.ARISING and _can_shrink(exists.group):
                    additions += _variants(exists.group, Parts.ALL)
            case Filter() | Bind():
                inner_groups = [token.group for token in element.tokens if isinstance(token, Exists)]
                additions = [_Variant([], [] if inner_groups and parts is Parts.ARISING else [element])]
                if parts is not Parts.REQUIRED:
                    additions += [variant for inner in inner_groups for variant in _variants(inner, Parts.ALL)]
            case _:
                continue
        variants = [
            _Variant([*before.patterns, *added.patterns], [*before.others, *added.others])
            for before in variants
            for added in additions
        ]
    return variants


def _can_shrink(group: Group) -> bool:
    """Whether the group may match less with more facts: something in it is optional, negated or counted."""
    for element in group.elements:
        match element:
            case Optional() | SubSelect():
                return True
            case Filter() | Bind():
                if any(
                    isinstance(token, Exists) and (token.negated or "!" in element.tokens) for token in element.tokens
                ):
                    return True
                if any(isinstance(token, Exists) and _can_shrink(token.group) for token in element.tokens):
                    return True
            case Union() if any(map(_can_shrink, element.groups)):
                return True
            case Graph() if _can_shrink(element.group):
                return True
            case _:
                continue
    return False


def _variant_opens(
    variant: _Variant,
    outside: set[str],
    openness: Openness,
    visible: set[str] | None,
    held: Collection[NamedNode],
) -> list[Token]:
    """The conditions under which one of the patterns is open and those before it match.

    With ``visible``, the variables of the whole group, a filter that rests on one which the patterns before do not
    bind is left out; without, such a variable is one of the filter's own.
    """
    named = {v for p in variant.patterns for v in variables_of(p)} | (
        {v for o in variant.others for v in variables_of(o)} if visible is None else visible
    )
    ordered = order_patterns(split_sequences(list(variant.patterns)), outside)
    bound = set(outside)
    found: list[Token] = []
    for place, pattern in enumerate(ordered):
        prefix: list[Element] = list(ordered[:place])
        known = set(bound)
        for other in variant.others:
            if isinstance(other, Bind) and variables_of(other) - {other.variable} <= known:
                prefix.append(other)
                known.add(other.variable)
        prefix += [o for o in variant.others if isinstance(o, Filter) and (variables_of(o) & named) <= known]
        for condition in _pattern_opens(pattern, known, openness, held):
            if prefix or condition:
                found.append(Exists(False, Group([*prefix, *condition])))
            else:
                return ["true"]
        bound |= variables_of(pattern)
    return found


def _pattern_opens(
    pattern: Pattern, bound: set[str], openness: Openness, held: Collection[NamedNode]
) -> list[list[Element]]:
    """Alternative conditions under which the pattern is open; an empty condition always holds."""
    if not pattern_can_open(pattern, openness):
        return []
    start, end = _is_known(pattern.subject, bound), _is_known(pattern.object, bound) and pattern.object in bound
    is_type = predicates_of(pattern) == [RDF("type")]
    if not start and (is_type or not end):
        return [[]]
    found: list[list[Element]] = []
    if start:
        found += _end_opens(pattern.subject, pattern.path, openness, held)
        if isinstance(pattern.path, Predicate) and pattern.path.iri in held:
            return found
    if (end or (start and not _is_literal(pattern.object) and _is_known(pattern.object, bound))) and not is_type:
        found += _end_opens(pattern.object, None if pattern.path is None else Inverse(pattern.path), openness)
    if end and not start:
        found.append([Filter(["isLiteral", "(", pattern.object, ")"])])
    return found


def _is_known(node: str, bound: set[str]) -> bool:
    return node in bound or not node.startswith("?")


def _is_literal(node: str) -> bool:
    return node[0] in "\"'+-.0123456789" or node in ("true", "false")


def _end_opens(
    node: str, path: Path | None, openness: Openness, held: Collection[NamedNode] = ()
) -> list[list[Element]]:
    """Conditions under which the path is open, walked from a bound node."""
    if path is None:
        return [[]] if openness.everywhere else [[Pattern(node, str(UNREPORTED), None, _ANY)]]
    found: list[list[Element]] = []
    for before, predicate in steps_of(path):
        walk: list[Element] = [] if before is None else [Pattern(node, path_text(before), before, _REACHED)]
        if isinstance(path, Predicate) and predicate in held:
            walk = [Filter([Exists(True, Group([Pattern(node, str(predicate), path, _HELD)]))])]
        reached = node if before is None else _REACHED
        if openness.is_open_everywhere(predicate):
            found.append([] if before is not None and can_be_empty(before) else walk)
        elif openness.is_open_somewhere(predicate):
            found += [
                [*walk, Pattern(reached, str(UNREPORTED), None, str(declared))]
                for declared in (predicate, ANY_PROPERTY)
            ]
    return found
