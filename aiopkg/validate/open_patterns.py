"""When a group of patterns that does not match now could match in a completion.

Suppose a completion makes the patterns t1 ... tn match. Let ti be the first that uses a new fact: the patterns before
it match already, and each end of ti that the graph describes is open for ti's property. So the group can come to match
only if, for some i, t1 ... t(i-1) match now and ti is open. Any order of the patterns will do; we take one in which
each pattern starts from something bound.
"""

from dataclasses import dataclass

from pyoxigraph import NamedNode

from aiopkg.validate.openness import ANY_PROPERTY, UNREPORTED, Openness
from aiopkg.validate.paths import Inverse, Path, can_be_empty, path_text, steps_of
from aiopkg.validate.query_rewrite import order_patterns, split_sequences
from aiopkg.validate.query_tree import (
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
)  # fmt: skip
from aiopkg.validate.terms import RDF

__all__ = ["open_expression", "pattern_can_open"]

_REACHED, _ANY = "?_reached", "?_unreported"


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


def open_expression(group: Group, outside: set[str], openness: Openness, *, in_any_way: bool = False) -> list[Token]:
    """The condition that the group could come to match; empty if it never could.

    ``outside`` are the variables that are bound where the condition stands. ``in_any_way`` asks whether the solutions
    of the group could change at all, for which its optional and negated parts count too.
    """
    tokens: list[Token] = []
    for variant in _variants(group, in_any_way):
        for found in _variant_opens(variant, outside, openness):
            tokens += [*(["||"] if tokens else []), found]
    return tokens


def _variants(group: Group, in_any_way: bool) -> list[_Variant]:
    """The alternatives of a group; parts that are optional or negated make alternatives only ``in_any_way``."""
    variants = [_Variant([], [])]
    for element in group.elements:
        additions: list[_Variant] = []
        match element:
            case Pattern():
                additions = [_Variant([element], [])]
            case Union():
                additions = [variant for inner in element.groups for variant in _variants(inner, in_any_way)]
            case Graph():
                additions = _variants(element.group, in_any_way)
            case SubSelect():
                additions = _variants(element.query.where, in_any_way)
            case Optional():
                additions = [_Variant([], [])]
                additions += _variants(element.group, in_any_way) if in_any_way else []
            case Filter() if len(element.tokens) == 1 and isinstance(element.tokens[0], Exists):
                exists = element.tokens[0]
                additions = [_Variant([], [element])] if exists.negated else []
                additions += _variants(exists.group, in_any_way) if in_any_way or not exists.negated else []
            case Filter() | Bind():
                additions = [_Variant([], [element])]
                if in_any_way:
                    inner_groups = [token.group for token in element.tokens if isinstance(token, Exists)]
                    additions += [variant for inner in inner_groups for variant in _variants(inner, True)]
            case _:
                continue
        variants = [
            _Variant([*before.patterns, *added.patterns], [*before.others, *added.others])
            for before in variants
            for added in additions
        ]
    return variants


def _variant_opens(variant: _Variant, outside: set[str], openness: Openness) -> list[Token]:
    named = {v for p in variant.patterns for v in variables_of(p)} | {
        v for o in variant.others for v in variables_of(o)
    }
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
        for condition in _pattern_opens(pattern, known, openness):
            if prefix or condition:
                found.append(Exists(False, Group([*prefix, *condition])))
            else:
                return ["true"]
        bound |= variables_of(pattern)
    return found


def _pattern_opens(pattern: Pattern, bound: set[str], openness: Openness) -> list[list[Element]]:
    """Alternative conditions under which the pattern is open; an empty condition always holds."""
    if not pattern_can_open(pattern, openness):
        return []
    start, end = _is_known(pattern.subject, bound), _is_known(pattern.object, bound) and pattern.object in bound
    is_type = predicates_of(pattern) == [RDF("type")]
    if not start and (is_type or not end):
        return [[]]
    found: list[list[Element]] = []
    if start:
        found += _end_opens(pattern.subject, pattern.path, openness)
    if (end or (start and not _is_literal(pattern.object) and _is_known(pattern.object, bound))) and not is_type:
        found += _end_opens(pattern.object, None if pattern.path is None else Inverse(pattern.path), openness)
    if end and not start:
        found.append([Filter(["isLiteral", "(", pattern.object, ")"])])
    return found


def _is_known(node: str, bound: set[str]) -> bool:
    return node in bound or not node.startswith("?")


def _is_literal(node: str) -> bool:
    return node[0] in "\"'+-.0123456789" or node in ("true", "false")


def _end_opens(node: str, path: Path | None, openness: Openness) -> list[list[Element]]:
    """Conditions under which the path is open, walked from a bound node."""
    if path is None:
        return [[]] if openness.everywhere else [[Pattern(node, str(UNREPORTED), None, _ANY)]]
    found: list[list[Element]] = []
    for before, predicate in steps_of(path):
        walk: list[Element] = [] if before is None else [Pattern(node, path_text(before), before, _REACHED)]
        reached = node if before is None else _REACHED
        if openness.is_open_everywhere(predicate):
            found.append([] if before is None or can_be_empty(before) else walk)
        elif openness.is_open_somewhere(predicate):
            found += [
                [*walk, Pattern(reached, str(UNREPORTED), None, str(declared))]
                for declared in (predicate, ANY_PROPERTY)
            ]
    return found
