"""Which properties each constraint of a rule looks at: what is stated of them, or missing, speaks about it."""

import re
from collections import defaultdict
from collections.abc import Mapping

from pyoxigraph import BlankNode, Literal, NamedNode

from aiopkg.rules import Rule
from aiopkg.validate.openness import Openness
from aiopkg.vocab import PREFIXES, RDF, SH

__all__ = ["missing_at", "properties_of"]

_PREFIXED = re.compile(r"\b([a-z]+):([A-Za-z][\w-]*)")


def _named_in(text: str) -> set[NamedNode]:
    return {NamedNode(PREFIXES[prefix] + name) for prefix, name in _PREFIXED.findall(text) if prefix in PREFIXES}


def properties_of(rule: Rule) -> Mapping[object, tuple[NamedNode, ...]]:
    """Return, for each constraint of a rule, the properties that it looks at.

    Something stated of one of these properties speaks about the constraint. They are the IRIs found
    anywhere below the constraint in the rule's file, and the names in its SPARQL text.
    """
    below: dict[object, list[NamedNode | BlankNode | Literal]] = defaultdict(list)
    for triple in rule.triples:
        below[triple.subject].append(triple.object)  # type: ignore[arg-type]

    def gather(start: object) -> tuple[NamedNode, ...]:
        found: set[NamedNode] = set()
        seen: set[object] = set()
        stack = [start]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for value in below.get(node, ()):
                if isinstance(value, Literal):
                    found.update(_named_in(value.value))
                else:
                    stack.append(value)
                    if isinstance(value, NamedNode):
                        found.add(value)
        return tuple(sorted(found, key=str))

    parts = {t.object for t in rule.triples if t.subject == rule.iri} | {rule.iri}
    return {part: gather(part) for part in parts if not isinstance(part, Literal)}


def missing_at(
    rule: Rule,
    scope: Mapping[object, tuple[NamedNode, ...]],
    constraint: object,
    focus: NamedNode | BlankNode,
    openness: Openness,
) -> tuple[NamedNode, ...]:
    """Return the properties of an element that are unreported and that a failing constraint asks for first.

    They are the first steps of the constraint's path, or where it has none, all that it looks at; a fact about
    one of them is the least evidence that can settle the constraint.
    """
    first = _first_steps(rule, constraint) or scope.get(constraint, ())
    return tuple(sorted({name for name in first if openness.is_open(focus, name)}, key=str))


def _first_steps(rule: Rule, constraint: object) -> set[NamedNode]:
    values: dict[object, dict[NamedNode, list[object]]] = defaultdict(lambda: defaultdict(list))
    for triple in rule.triples:
        values[triple.subject][triple.predicate].append(triple.object)
    found: set[NamedNode] = set()
    stack = list(values[constraint].get(SH.path, []))
    while stack:
        step = stack.pop()
        if isinstance(step, NamedNode):
            found.add(step)
        else:
            inner = values[step]
            stack += inner.get(RDF.first) or [node for nodes in inner.values() for node in nodes]
    return found - {RDF.nil}
