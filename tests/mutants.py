"""Takes one thing away from a rule: a triple of a constraint, a pattern of a query."""

from collections.abc import Iterator
from dataclasses import replace

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.rules import Rule
from aiopkg.syntax.parser import parse_query
from aiopkg.syntax.tree import Bind, Exists, Filter, Group, Pattern, Query, write_query
from aiopkg.vocab import PREFIXES, RDF, SH

WORDS_ONLY = {"message", "severity", "name", "description", "order", "group"}
"""Terms of SHACL that say nothing about what conforms."""


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Yield each mutant of a rule with a name for it."""
    for triple in rule.triples:
        name = triple.predicate.value.removeprefix(PREFIXES["sh"])
        if triple.predicate.value.startswith(PREFIXES["sh"]) and name not in WORDS_ONLY | {"select"}:
            yield f"without {_short(triple)}", without(rule, triple)
        elif triple.predicate == RDF.first:
            yield f"without the list member {triple.object}", without_member(rule, triple)
        elif triple.predicate == SH.select:
            yield from query_mutants(rule, triple)


def without(rule: Rule, gone: Triple) -> Rule:
    return replace(rule, triples=tuple(t for t in rule.triples if t != gone))


def without_member(rule: Rule, first: Triple) -> Rule:
    """Take one member out of an RDF list: what pointed to its cell points to the rest of it."""
    cell = first.subject
    rest = next(t.object for t in rule.triples if t.subject == cell and t.predicate == RDF.rest)
    kept = [Triple(t.subject, t.predicate, rest) if t.object == cell else t for t in rule.triples if t.subject != cell]
    return replace(rule, triples=tuple(kept))


def query_mutants(rule: Rule, triple: Triple) -> Iterator[tuple[str, Rule]]:
    """Leave out each pattern, filter, optional part and union branch of a query in turn."""
    assert isinstance(triple.object, Literal)
    text = triple.object.value
    count = sum(1 for _ in places(parse_query(text, {}).where))
    for number in range(count):
        query = parse_query(text, {})
        group, index = list(places(query.where))[number]
        removed = group.elements.pop(index)
        changed = Triple(triple.subject, triple.predicate, Literal(write_query(query)))
        yield (
            f"without {_tell(removed)} in {_local(triple.subject)}",
            replace(rule, triples=tuple(changed if t == triple else t for t in rule.triples)),
        )


def places(group: Group) -> Iterator[tuple[Group, int]]:
    """Yield each place of a group and of the groups inside it, but for BINDs, whose loss unbinds a name."""
    for index, element in enumerate(group.elements):
        if not isinstance(element, Bind):
            yield group, index
        inner: list[Group] = []
        if isinstance(element, Filter):
            inner += [token.group for token in element.tokens if isinstance(token, Exists)]
        inner += getattr(element, "groups", [])
        if isinstance(getattr(element, "group", None), Group):
            inner.append(element.group)  # type: ignore[union-attr]
        if isinstance(getattr(element, "query", None), Query):
            inner.append(element.query.where)  # type: ignore[union-attr]
        for nested in inner:
            yield from places(nested)


def _tell(element: object) -> str:
    if isinstance(element, Pattern):
        return f"{element.subject} {element.verb.rsplit('#', 1)[-1].rstrip('>')} {element.object}"
    return type(element).__name__


def _local(term: object) -> str:
    return term.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1] if isinstance(term, NamedNode) else str(term)


def _short(triple: Triple) -> str:
    return " ".join(_local(term) for term in (triple.subject, triple.predicate, triple.object))


__all__ = ["mutants"]
