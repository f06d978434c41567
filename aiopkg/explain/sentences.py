"""Puts steps into words: facts read aloud, rules by their sentences, and what was looked for in vain."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.explain.proof import Term
from aiopkg.explain.seeking import Seeking, bare, expression_in_words, path_in_words
from aiopkg.explain.wording import joined, with_articles
from aiopkg.model.labels import Labels
from aiopkg.reason.table import RULES
from aiopkg.syntax.parser import parse_construct
from aiopkg.syntax.paths import Path, Predicate
from aiopkg.syntax.tree import Group, Pattern, Token
from aiopkg.vocab import OWL, PREFIXES, RDF, RDFS, SH, SKOS, shorten

__all__ = ["Inference", "Sentences", "bare", "inferences", "matched", "read_aloud"]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LONGEST = 400
_OWNED = {"it": "its", "which": "whose"}


@dataclass(frozen=True, slots=True)
class Inference:
    """A reasoning rule in words; ``head`` and ``body`` are its patterns, empty where it is not one pattern, the head
    also where it concludes false.
    """

    name: str
    sentence: str
    head: tuple[Pattern, ...]
    body: tuple[Pattern, ...]


@cache
def _words() -> tuple[Triple, ...]:
    path = assets.folder("ontology") / "inference" / "rules.ttl"
    return tuple(quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE))


@cache
def inferences() -> Mapping[str, Inference]:
    """Return the reasoning rules and the other ways in which a step comes about, by name."""
    values: dict[object, dict[NamedNode, str]] = {}
    for triple in _words():
        if isinstance(triple.object, Literal):
            values.setdefault(triple.subject, {})[triple.predicate] = triple.object.value
    prologue = "".join(f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in PREFIXES.items())
    found = {}
    for said in values.values():
        if SKOS.definition not in said:
            continue
        head: tuple[Pattern, ...] = ()
        body: tuple[Pattern, ...] = ()
        if SH.construct in said:
            template, query = parse_construct(prologue + said[SH.construct])
            head = tuple(template)
            body = tuple(part for part in query.where.elements if isinstance(part, Pattern))
        found[said[RDFS.label]] = Inference(said[RDFS.label], said[SKOS.definition], head, body)
    return found


@cache
def _equating() -> frozenset[str]:
    """Return the names of the rules that make two things the same."""
    return frozenset(rule.name for rule in RULES if rule.manner == "merges")


@cache
def _verbs() -> Mapping[NamedNode, str]:
    """Return how terms of RDF, RDFS and OWL are read aloud."""
    return {
        t.subject: t.object.value
        for t in _words()
        if isinstance(t.subject, NamedNode) and t.predicate == RDFS.label and isinstance(t.object, Literal)
        if not t.subject.value.startswith(PREFIXES["aiop"][:-1] + "/")
    }


def read_aloud(term: NamedNode) -> str:
    """Return how a term of the vocabularies of RDF, RDFS and OWL is read, empty for any other."""
    return _verbs().get(term, "")


class Sentences:
    """Reads facts, rules and absences aloud, in the names that people gave to things."""

    def __init__(self, labels: Labels, store: FactStore) -> None:
        self._labels = labels
        self._store = store

    def name(self, term: Term) -> str:
        """Return what a term is called; a class without a name by what it asks for."""
        if isinstance(term, NamedNode) and read_aloud(term):
            return read_aloud(term)
        if isinstance(term, BlankNode):
            return self._described(term)
        return self._labels(term)

    def fact(self, triple: Triple) -> str:
        """Return a triple as a sentence."""
        subject, verb, value = triple.subject, self.name(triple.predicate), triple.object
        assert isinstance(subject, NamedNode | BlankNode) and isinstance(value, NamedNode | BlankNode | Literal)
        named = self.name(value)
        if triple.predicate == RDF.type:
            return _sentence(with_articles(f"{self.name(subject)} {verb} {named}"))
        said = verb if triple.predicate in _verbs() else f"— {verb}:"
        return _sentence(f"{self.name(subject)} {said} {named}")

    def clause(self, triple: Triple, beginning: str = "it") -> str:
        """Return a fact as a clause about its subject: "it is a decision", or "which is" one with that beginning."""
        value = triple.object
        assert isinstance(value, NamedNode | BlankNode | Literal)
        if triple.predicate == RDF.type:
            return with_articles(f"{beginning} is a {self.name(value)}")
        verb = joined(self.name(triple.predicate))
        if isinstance(value, Literal) and value.value == "true":
            return f"{beginning} {self.name(triple.predicate)}"
        if verb.endswith(" is"):
            return f"{_OWNED.get(beginning, beginning)} {verb} {self.name(value)}"
        return f"{beginning} {verb} {self.name(value)}"

    def rule(self, name: str, conclusion: Triple, premises: Iterable[Triple]) -> str:
        """Return the sentence of a reasoning rule, filled with what its variables stand for."""
        inference = inferences()[name]
        values = next(_fits(inference, conclusion, [*premises]), {})
        if conclusion.predicate == RDF.type:
            values.setdefault("?c", conclusion.object)  # type: ignore[arg-type]
        elif name == "prp-spo2":
            values.setdefault("?p", conclusion.predicate)
        return self._filled(inference, values)

    def clash(self, name: str, premises: Iterable[Triple]) -> str:
        """Return why premises contradict each other: the rule that concludes false from them, or one that makes two
        values the same which are not.
        """
        inference = inferences()[name]
        said = self._filled(inference, next(_fits(inference, None, [*premises]), {}))
        return f"{said} {inferences()['different'].sentence}" if name in _equating() else said

    def _filled(self, inference: Inference, values: Mapping[str, Term]) -> str:
        def replacement(match: re.Match[str]) -> str:
            term = values.get(f"?{match[1]}")
            return "thing" if term is None else self.name(term)

        return _sentence(with_articles(_PLACEHOLDER.sub(replacement, inference.sentence)))

    def absence(self, group: Group, bound: Mapping[str, Term], besides: int) -> str:
        """Return what was looked for and not found, or not found again."""
        looked = Seeking(self.name, bound).sentence(group)
        if len(looked) > _LONGEST:
            looked = looked[:_LONGEST].rsplit(" ", 1)[0] + " ..."
        return f"{looked} ({besides} found, and no other)" if besides else looked

    def path(self, path: Path) -> str:
        """Return a property path in words."""
        return path_in_words(path, self.name)

    def expression(self, tokens: Sequence[Token], bound: Mapping[str, Term]) -> str:
        """Return an expression with each variable by what it stands for."""
        return expression_in_words(tokens, bound, self.name)

    def _described(self, node: BlankNode, above: frozenset[BlankNode] = frozenset()) -> str:
        """Return what a nameless class asks for, or what a nameless list holds."""
        said: dict[NamedNode, list[Term]] = {}
        for quad in self._store.quads_for_pattern(node, None, None, None):
            said.setdefault(quad.predicate, []).append(quad.object)  # type: ignore[arg-type]

        def one(predicate: NamedNode) -> list[str]:
            """The names of the first value, several where it is a list."""
            values = sorted(said.get(predicate, []), key=str)
            if not values or not isinstance(values[0], BlankNode):
                return [self.name(value) for value in values[:1]]
            return self._members(values[0], above | {node})

        on = "".join(one(OWL.onProperty))
        if node in above or not said:
            return self._labels(node)
        if on:
            kind = "" if OWL.hasValue in said else "some "
            wanted = one(OWL.someValuesFrom) or one(OWL.hasValue)
            return f"thing whose “{on}” is {kind}{wanted[0]}" if wanted else f"thing bound in its “{on}”"
        if RDF.first in said:
            return ", ".join(self._members(node, above))
        first, *others = one(OWL.intersectionOf) or [""]
        if first:
            return " ".join([first, *(f"that is also a {other}" for other in others)])
        any_of = one(OWL.unionOf) or one(OWL.oneOf)
        return " or ".join(any_of) if any_of else self._labels(node)

    def _members(self, node: BlankNode, above: frozenset[BlankNode]) -> list[str]:
        """Return the names of a list's members, or of the node itself where it is no list."""
        names: list[str] = []
        cell: object = node
        while isinstance(cell, BlankNode) and cell not in above:
            firsts = [q.object for q in self._store.quads_for_pattern(cell, RDF.first, None, None)]
            if not firsts:
                return names or [self._described(cell, above)]
            member = firsts[0]
            above |= {cell}
            names.append(self._described(member, above) if isinstance(member, BlankNode) else self.name(member))  # type: ignore[arg-type]
            cell = next((q.object for q in self._store.quads_for_pattern(cell, RDF.rest, None, None)), None)
        return names


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _fits(inference: Inference, conclusion: Triple | None, premises: Sequence[Triple]) -> Iterator[dict[str, Term]]:
    """Yield what the variables of a rule stand for, given its conclusion, if any, and premises in any order."""
    if not inference.body or (conclusion and not inference.head):
        return
    start = matched(inference.head[0], conclusion, {}) if conclusion else {}
    waiting = [(0, start)] if start is not None else []
    while waiting:
        place, values = waiting.pop()
        if place == len(inference.body):
            yield values
            continue
        for premise in reversed(premises):
            more = matched(inference.body[place], premise, values)
            if more is not None:
                waiting.append((place + 1, more))


def matched(pattern: Pattern, triple: Triple, values: Mapping[str, Term]) -> dict[str, Term] | None:
    """Return what variables stand for where a pattern matches a triple, those known already included; else None."""
    verb = shorten(pattern.path.iri.value) if isinstance(pattern.path, Predicate) else pattern.verb
    found = dict(values)
    for token, term in zip(
        (pattern.subject, verb, pattern.object), (triple.subject, triple.predicate, triple.object), strict=True
    ):
        if token.startswith("?"):
            if found.setdefault(token, term) != term:  # type: ignore[arg-type]
                return None
        elif not isinstance(term, NamedNode) or shorten(term.value) != token:
            return None
    return found
