"""The premises of a derived fact, found again on demand from its rule and its round.

A fact remembers only which rule drew it and in which round. Its premises are whatever facts of earlier rounds
meet the rule's body, so following steps always ends at what was given. Every fact ever derived counts, also
those that a merge of equals rewrote later.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

import numpy as np

from aiopkg.dataclass import dataclass

from .dictionary import Dictionary
from .relations import Ids, Relation, one
from .vocabulary import (
    ALL_VALUES,
    CARDINALITY,
    CHAIN,
    CLASS,
    DATATYPE_PROPERTY,
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    FIRST,
    FUNCTIONAL,
    HAS_KEY,
    HAS_VALUE,
    INTERSECTION,
    INVERSE,
    INVERSE_FUNCTIONAL,
    MAX_CARDINALITY,
    MAX_QUALIFIED,
    NIL,
    OBJECT_PROPERTY,
    ON_CLASS,
    ON_DATA_RANGE,
    ON_PROPERTY,
    ONE_OF,
    QUALIFIED,
    RANGE,
    REST,
    SAME,
    SOME_VALUES,
    SUB_CLASS,
    SUB_PROPERTY,
    SYMMETRIC,
    THING,
    TRANSITIVE,
    TYPE,
    UNION,
)

__all__ = ["History"]

Fact = tuple[int, int, int]
Pattern: TypeAlias = tuple[str | int, str | int, str | int]
Binding: TypeAlias = dict[str, int]
Body: TypeAlias = tuple[Pattern, ...]

# Each rule's conclusion and the bodies that draw it; a body is matched from left to right. A name that begins
# with "=" stands for any term of the same value as the name without it; "#1" stands for any literal of the value one.
_ENDS_IN_TYPE: Final[Pattern] = ("x", TYPE, "c")
_RULES: Final[dict[str, tuple[Pattern, tuple[Body, ...]]]] = {
    "prp-dom": (_ENDS_IN_TYPE, ((("p", DOMAIN, "c"), ("x", "p", "y")),)),
    "prp-rng": (_ENDS_IN_TYPE, ((("p", RANGE, "c"), ("y", "p", "x")),)),
    "prp-symp": (("x", "p", "y"), ((("p", TYPE, SYMMETRIC), ("y", "p", "x")),)),
    "prp-trp": (("x", "p", "z"), ((("p", TYPE, TRANSITIVE), ("x", "p", "y"), ("y", "p", "z")),)),
    "prp-spo1": (("x", "q", "y"), ((("p", SUB_PROPERTY, "q"), ("x", "p", "y")),)),
    "prp-inv1": (("x", "q", "y"), ((("p", INVERSE, "q"), ("y", "p", "x")),)),
    "prp-inv2": (("x", "p", "y"), ((("p", INVERSE, "q"), ("y", "q", "x")),)),
    "prp-fp": (("x", SAME, "y"), ((("p", TYPE, FUNCTIONAL), ("z", "p", "x"), ("z", "p", "y")),)),
    "prp-ifp": (("x", SAME, "y"), ((("p", TYPE, INVERSE_FUNCTIONAL), ("x", "p", "z"), ("y", "p", "=z")),)),
    "cls-svf1": (
        _ENDS_IN_TYPE,
        ((("c", SOME_VALUES, "d"), ("c", ON_PROPERTY, "p"), ("x", "p", "y"), ("y", TYPE, "d")),),
    ),
    "cls-svf2": (_ENDS_IN_TYPE, ((("c", SOME_VALUES, THING), ("c", ON_PROPERTY, "p"), ("x", "p", "y")),)),
    "cls-avf": (
        _ENDS_IN_TYPE,
        ((("r", ALL_VALUES, "c"), ("r", ON_PROPERTY, "p"), ("y", "p", "x"), ("y", TYPE, "r")),),
    ),
    "cls-hv1": (("x", "p", "v"), ((("c", HAS_VALUE, "v"), ("c", ON_PROPERTY, "p"), ("x", TYPE, "c")),)),
    "cls-hv2": (_ENDS_IN_TYPE, ((("c", HAS_VALUE, "v"), ("c", ON_PROPERTY, "p"), ("x", "p", "=v")),)),
    "cls-maxc2": (
        ("x", SAME, "y"),
        tuple(
            (("c", bound, "#1"), ("c", ON_PROPERTY, "p"), ("z", TYPE, "c"), ("z", "p", "x"), ("z", "p", "y"))
            for bound in (MAX_CARDINALITY, CARDINALITY, MAX_QUALIFIED, QUALIFIED)
        ),
    ),
    "cls-maxqc3": (
        ("x", SAME, "y"),
        tuple(
            (
                ("c", bound, "#1"),
                ("c", ON_PROPERTY, "p"),
                ("c", filler, "d"),
                ("x", TYPE, "d"),
                ("y", TYPE, "d"),
                ("z", "p", "x"),
                ("z", "p", "y"),
                ("z", TYPE, "c"),
            )
            for bound in (MAX_QUALIFIED, QUALIFIED)
            for filler in (ON_CLASS, ON_DATA_RANGE)
        ),
    ),
    "cax-sco": (_ENDS_IN_TYPE, ((("b", SUB_CLASS, "c"), ("x", TYPE, "b")),)),
    "scm-cls": (("c", "p", "d"), ((("c", TYPE, CLASS),), (("d", TYPE, CLASS),))),
    "scm-op": (("c", "p", "d"), ((("c", TYPE, OBJECT_PROPERTY),),)),
    "scm-dp": (("c", "p", "d"), ((("c", TYPE, DATATYPE_PROPERTY),),)),
    "scm-sco": (("a", SUB_CLASS, "c"), ((("a", SUB_CLASS, "b"), ("b", SUB_CLASS, "c")),)),
    "scm-spo": (("a", SUB_PROPERTY, "c"), ((("a", SUB_PROPERTY, "b"), ("b", SUB_PROPERTY, "c")),)),
    "scm-eqc1": (
        ("a", SUB_CLASS, "b"),
        ((("a", EQUIVALENT_CLASS, "b"),), (("b", EQUIVALENT_CLASS, "a"),)),
    ),
    "scm-eqp1": (
        ("a", SUB_PROPERTY, "b"),
        ((("a", EQUIVALENT_PROPERTY, "b"),), (("b", EQUIVALENT_PROPERTY, "a"),)),
    ),
    "scm-eqc2": (("a", EQUIVALENT_CLASS, "b"), ((("a", SUB_CLASS, "b"), ("b", SUB_CLASS, "a")),)),
    "scm-eqp2": (("a", EQUIVALENT_PROPERTY, "b"), ((("a", SUB_PROPERTY, "b"), ("b", SUB_PROPERTY, "a")),)),
    "scm-dom1": (("p", DOMAIN, "c"), ((("p", DOMAIN, "b"), ("b", SUB_CLASS, "c")),)),
    "scm-dom2": (("p", DOMAIN, "c"), ((("p", SUB_PROPERTY, "q"), ("q", DOMAIN, "c")),)),
    "scm-rng1": (("p", RANGE, "c"), ((("p", RANGE, "b"), ("b", SUB_CLASS, "c")),)),
    "scm-rng2": (("p", RANGE, "c"), ((("p", SUB_PROPERTY, "q"), ("q", RANGE, "c")),)),
}


def _restricted(filler: int, *between: Pattern, value: str, on: str) -> Body:
    parts: Body = (("a", filler, "v"), ("a", ON_PROPERTY, "p"), ("b", filler, value), ("b", ON_PROPERTY, on))
    return (*parts, *between)


_SAME_PROPERTY: Final = {
    "scm-svf1": (SOME_VALUES, ("a", SUB_CLASS, "b")),
    "scm-avf1": (ALL_VALUES, ("a", SUB_CLASS, "b")),
}
_SAME_FILLER: Final = {
    "scm-svf2": (SOME_VALUES, ("a", SUB_CLASS, "b"), "v"),
    "scm-avf2": (ALL_VALUES, ("b", SUB_CLASS, "a"), "v"),
    "scm-hv": (HAS_VALUE, ("a", SUB_CLASS, "b"), "=v"),
}
_RULES.update(
    {
        name: (
            head,
            (
                _restricted(filler, ("v", SUB_CLASS, "w"), value="w", on="p"),
                _restricted(filler, value="v", on="p"),
            ),
        )
        for name, (filler, head) in _SAME_PROPERTY.items()
    }
)
_RULES.update(
    {
        name: (
            head,
            (
                _restricted(filler, ("p", SUB_PROPERTY, "q"), value=value, on="q"),
                _restricted(filler, value=value, on="p"),
            ),
        )
        for name, (filler, head, value) in _SAME_FILLER.items()
    }
)
_EQUALITY: Final = ("eq-rep-s", "eq-rep-p", "eq-rep-o", "eq-sym", "eq-trans")


@dataclass(frozen=True, slots=True)
class History:
    """Every fact ever derived, with its round."""

    facts: Relation
    rounds: Ids
    """Round of each fact, in the order of ``facts.by_subject``."""
    representative: Ids
    """Of each term, at the end."""
    terms: Dictionary

    def premises(self, rule: str, fact: Fact, before: int) -> tuple[Fact, ...] | None:
        """Facts of rounds below ``before`` from which the rule draws this fact; None where there are none."""
        found = next(self._derivations(rule, fact, before), None)
        return tuple(dict.fromkeys(found)) if found is not None else None

    def _derivations(self, rule: str, fact: Fact, before: int) -> Iterator[tuple[Fact, ...]]:
        subject, predicate, value = fact
        if rule in _EQUALITY:
            yield from self._rewritten(fact, before)
        elif rule in _RULES:
            head, bodies = _RULES[rule]
            bound: Binding = {}
            for name, number in zip(head, fact, strict=True):
                if isinstance(name, str):
                    bound[name] = number
            for body in bodies:
                yield from self._matches(body, bound, before)
        elif rule in ("scm-int", "scm-uni", "cls-oo"):
            yield from self._listed(rule, subject, value, before)
        elif rule == "cls-int1":
            for used, members in self._lists(value, INTERSECTION, before):
                kinds: Body = tuple((subject, TYPE, member) for member in members if member != THING)
                yield from ((*used, *more) for more in self._matches(kinds, {}, before))
        elif rule == "prp-spo2":
            for used, steps in self._lists(predicate, CHAIN, before):
                ends: list[str | int] = [subject, *(f"step{place}" for place in range(1, len(steps))), value]
                links: Body = tuple((ends[place], step, ends[place + 1]) for place, step in enumerate(steps))
                yield from ((*used, *more) for more in self._matches(links, {}, before))
        elif rule == "prp-key":
            yield from self._keyed(subject, value, before)

    def _listed(self, rule: str, subject: int, value: int, before: int) -> Iterator[tuple[Fact, ...]]:
        constructor, whole, part = {
            "scm-int": (INTERSECTION, subject, value),
            "scm-uni": (UNION, value, subject),
            "cls-oo": (ONE_OF, value, subject),
        }[rule]
        for used, members in self._lists(whole, constructor, before):
            if part in members:
                yield used

    def _keyed(self, left: int, right: int, before: int) -> Iterator[tuple[Fact, ...]]:
        _, kinds, heads = self.facts.pairs(one(HAS_KEY))
        for kind in dict.fromkeys(kinds[np.argsort(heads, kind="stable")].tolist()):
            for used, properties in self._lists(kind, HAS_KEY, before):
                body: list[Pattern] = [] if kind == THING else [(left, TYPE, kind), (right, TYPE, kind)]
                for place, on in enumerate(properties):
                    body += [(left, on, f"value{place}"), (right, on, f"=value{place}")]
                yield from ((*used, *more) for more in self._matches(tuple(body), {}, before))

    def _rewritten(self, fact: Fact, before: int) -> Iterator[tuple[Fact, ...]]:
        """The same fact about equal terms, with what makes them equal; for owl:sameAs only the latter."""
        if fact[1] == SAME:
            path = self._path(fact[0], fact[2], before)
            if path:
                yield path
            return
        subjects, predicates, values = (self._equals(term) for term in fact)
        for predicate in predicates:
            for subject in subjects:
                for other in self._facts(subject, predicate, None, before):
                    if other[2] in values and other != fact:
                        paths = [self._path(*ends, before) for ends in zip(other, fact, strict=True)]
                        if None not in paths:
                            yield (other, *(link for path in paths if path for link in path))

    def _equals(self, term: int) -> list[int]:
        members: list[int] = np.flatnonzero(self.representative == self.representative[term]).tolist()
        return sorted(members, key=self.terms.sort_key)

    def _path(self, start: int, end: int, before: int) -> tuple[Fact, ...] | None:
        """The shortest way from one term to an equal one over known equalities, forth or back."""
        ways: dict[int, tuple[Fact, ...]] = {start: ()}
        reached = [start]
        for term in reached:
            if term == end:
                return ways[term]
            links = [*self._facts(term, SAME, None, before), *self._facts(None, SAME, term, before)]
            for link in links:
                other = link[2] if link[0] == term else link[0]
                if other not in ways:
                    ways[other] = (*ways[term], link)
                    reached.append(other)
            if self.terms.literal[term]:
                for variant in self.terms.variants(term):
                    if variant not in ways:
                        ways[variant] = ways[term]
                        reached.append(variant)
        return None

    def _lists(self, node: int, constructor: int, before: int) -> Iterator[tuple[tuple[Fact, ...], list[int]]]:
        """The list axioms of a node: the facts that spell each, and its members."""
        for fact in self._facts(node, constructor, None, before):
            for used, members in self._sequences(fact[2], before):
                if members:
                    yield (fact, *used), members

    def _sequences(self, head: int, before: int) -> Iterator[tuple[tuple[Fact, ...], list[int]]]:
        """The ways to read a list: a merge of equals leaves a cell with its old and its new member."""
        waiting: list[tuple[int, tuple[Fact, ...]]] = [(head, ())]
        while waiting:
            cell, used = waiting.pop()
            if cell == NIL:
                yield used, [fact[2] for fact in used if fact[1] == FIRST]
            elif all(fact[0] != cell for fact in used):
                firsts = list(self._facts(cell, FIRST, None, before))
                rests = list(self._facts(cell, REST, None, before))
                waiting += [(rest[2], (*used, first, rest)) for first in firsts for rest in rests]

    def _matches(self, body: Body, bound: Binding, before: int) -> Iterator[tuple[Fact, ...]]:
        certain: list[Fact] = []
        for place, names in enumerate(body):
            subject, predicate, value = (self._number(name, bound) for name in names)
            assert predicate is not None
            facts = self._facts(subject, predicate, value, before)
            if subject is None or value is None:
                for fact in facts:
                    more = self._bind(names, fact, bound)
                    if more is not None:
                        for others in self._matches(body[place + 1 :], more, before):
                            yield (*certain, fact, *others)
                return
            # A pattern without unknowns is there or not: no branching, however long the body.
            found = next(facts, None)
            if found is None:
                return
            certain.append(found)
        yield tuple(certain)

    def _number(self, name: str | int, bound: Binding) -> int | None:
        return name if isinstance(name, int) else bound.get(name)

    def _bind(self, names: Pattern, fact: Fact, bound: Binding) -> Binding | None:
        more = dict(bound)
        for name, number in zip(names, fact, strict=True):
            if isinstance(name, int):
                continue
            if name == "#1":
                if self.terms.whole(number) != 1:
                    return None
            elif name.startswith("="):
                left, right = self.terms.values(np.array([more[name[1:]], number], dtype=np.int64)).tolist()
                if left != right:
                    return None
            elif more.setdefault(name, number) != number:
                return None
        return more

    def _facts(self, subject: int | None, predicate: int, value: int | None, before: int) -> Iterator[Fact]:
        """The facts of earlier rounds with these terms, the earliest rounds first."""
        layout = self.facts.layout
        if subject is not None and value is not None:
            keys = layout.pack(predicate, subject, value)
            keys = keys[self.facts.holds(predicate, one(subject), value)]
        elif subject is not None:
            keys = layout.pack(predicate, subject, self.facts.objects(predicate, one(subject))[1])
        elif value is not None:
            keys = layout.pack(predicate, self.facts.subjects(predicate, one(value))[1], value)
        else:
            _, subjects, objects = self.facts.pairs(one(predicate))
            keys = layout.pack(predicate, subjects, objects)
        rounds = self.rounds[np.searchsorted(self.facts.by_subject, keys)]
        keys, rounds = keys[rounds < before], rounds[rounds < before]
        _, subjects, objects = layout.unpack(keys)
        order = sorted(
            range(len(keys)),
            key=lambda place: (
                int(rounds[place]),
                self.terms.sort_key(int(subjects[place])),
                self.terms.sort_key(int(objects[place])),
            ),
        )
        for place in order:
            yield int(subjects[place]), predicate, int(objects[place])
