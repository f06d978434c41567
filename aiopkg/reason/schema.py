"""The axioms of an input as tables: what the rules are compiled into.

A table is a tuple of equally long columns; row ``i`` of all columns is one axiom. The tables are read from
whatever facts say so, asserted or derived, so a new axiom means a new reading.
"""

import numpy as np

from aiopkg.dataclass import dataclass

from .dictionary import Dictionary
from .lists import read_lists
from .relations import EMPTY, Flags, Ids, Relation, join, one
from .vocabulary import (
    ALL_VALUES,
    ASYMMETRIC,
    CARDINALITY,
    CHAIN,
    COMPLEMENT,
    DOMAIN,
    FUNCTIONAL,
    HAS_KEY,
    HAS_VALUE,
    INTERSECTION,
    INVERSE,
    INVERSE_FUNCTIONAL,
    IRREFLEXIVE,
    MAX_CARDINALITY,
    MAX_QUALIFIED,
    ON_CLASS,
    ON_DATA_RANGE,
    ON_PROPERTY,
    ONE_OF,
    QUALIFIED,
    RANGE,
    SOME_VALUES,
    SUB_CLASS,
    SUB_PROPERTY,
    SYMMETRIC,
    THING,
    TRANSITIVE,
    TYPE,
    UNION,
)

__all__ = ["Chain", "Key", "Lists", "Schema", "compile_schema"]

Pairs = tuple[Ids, Ids]
Triples = tuple[Ids, Ids, Ids]


@dataclass(frozen=True, slots=True)
class Chain:
    """``owl:propertyChainAxiom``: the steps together make the property."""

    property: int
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """``owl:hasKey``: instances of the class that share a value of each property are the same."""

    of: int
    properties: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """A table whose second column is a list: members of row ``i`` lie in ``bounds[i]:bounds[i + 1]``."""

    subject: Ids
    row: Ids
    member: Ids
    bounds: Ids


@dataclass(frozen=True, slots=True)
class Schema:
    """Every axiom that a rule over data reads; columns are named in the order of the rule's tables."""

    sub_class: Pairs
    sub_property: Pairs
    domain: Pairs
    range: Pairs
    inverse: Pairs
    symmetric: Ids
    transitive: Ids
    functional: Ids
    inverse_functional: Ids
    irreflexive: Ids
    asymmetric: Ids
    pair_chains: Triples
    """First step, second step and property of every chain of two steps."""
    long_chains: tuple[Chain, ...]
    keys: tuple[Key, ...]
    has_value: Triples
    """Restriction, property, value; the other restrictions below in the same order."""
    some_values: Triples
    all_values: Triples
    at_most_none: Triples
    """Restriction, property and class (``owl:Thing`` where unqualified)."""
    at_most_one: Triples
    intersections: Lists
    unions: Lists
    enumerations: Lists
    datatypes: Ids
    """Datatypes whose literals some rule asks for: their literals get internal type facts."""
    value_types: Ids
    """Datatypes that are a range or an allValuesFrom: what they say of a literal is checked at the end."""


def compile_schema(facts: Relation, terms: Dictionary) -> Schema:
    """Read every axiom that the facts state."""
    restricted, on = _of(facts, ON_PROPERTY)
    chains, keys = _chains(facts), _keys(facts)
    some = _restriction(facts, restricted, on, SOME_VALUES)
    intersections = _lists(facts, INTERSECTION)
    unions = _lists(facts, UNION)
    inverse, sub_property = _of(facts, INVERSE), _proper(_of(facts, SUB_PROPERTY))
    facts.layout.check_predicates(
        on,
        *inverse,
        *sub_property,
        *(_instances(facts, kind) for kind in (TRANSITIVE, SYMMETRIC, FUNCTIONAL, INVERSE_FUNCTIONAL)),
        *(_instances(facts, kind) for kind in (IRREFLEXIVE, ASYMMETRIC)),
        *(_of(facts, predicate)[0] for predicate in (DOMAIN, RANGE)),
        *(np.array((chain.property, *chain.steps), dtype=np.int64) for chain in chains),
        *(np.array(key.properties, dtype=np.int64) for key in keys),
    )
    at_most_none, at_most_one = _cardinalities(facts, terms, restricted, on)
    sub_class = _of(facts, SUB_CLASS)
    ranges, all_values = _of(facts, RANGE), _restriction(facts, restricted, on, ALL_VALUES)
    asked = (some[2], at_most_none[2], at_most_one[2], intersections.member, unions.member, sub_class[0])
    return Schema(
        sub_class=_proper(sub_class),
        sub_property=sub_property,
        domain=_of(facts, DOMAIN),
        range=ranges,
        inverse=inverse,
        symmetric=_instances(facts, SYMMETRIC),
        transitive=_instances(facts, TRANSITIVE),
        functional=_instances(facts, FUNCTIONAL),
        inverse_functional=_instances(facts, INVERSE_FUNCTIONAL),
        irreflexive=_instances(facts, IRREFLEXIVE),
        asymmetric=_instances(facts, ASYMMETRIC),
        pair_chains=_columns([(*chain.steps, chain.property) for chain in chains if len(chain.steps) == 2]),
        long_chains=tuple(chain for chain in chains if len(chain.steps) != 2),
        keys=keys,
        has_value=_restriction(facts, restricted, on, HAS_VALUE),
        some_values=some,
        all_values=all_values,
        at_most_none=at_most_none,
        at_most_one=at_most_one,
        intersections=intersections,
        unions=unions,
        enumerations=_lists(facts, ONE_OF),
        datatypes=terms.datatypes(np.concatenate((*asked, *_of(facts, COMPLEMENT)))),
        value_types=terms.datatypes(np.concatenate((ranges[1], all_values[2]))),
    )


def _of(facts: Relation, predicate: int) -> Pairs:
    _, subjects, objects = facts.pairs(one(predicate))
    return subjects, objects


def _proper(pairs: Pairs) -> Pairs:
    different = pairs[0] != pairs[1]
    return pairs[0][different], pairs[1][different]


def _instances(facts: Relation, kind: int) -> Ids:
    return facts.subjects(TYPE, one(kind))[1]


def _restriction(facts: Relation, restricted: Ids, on: Ids, predicate: int) -> Triples:
    subjects, fillers = _of(facts, predicate)
    left, right = join(subjects, restricted)
    return subjects[left], on[right], fillers[left]


def _cardinalities(facts: Relation, terms: Dictionary, restricted: Ids, on: Ids) -> tuple[Triples, Triples]:
    """Restrictions to at most none and at most one; an exact cardinality is an upper bound as well."""
    parts: list[tuple[Triples, Ids]] = []
    for predicate in (MAX_CARDINALITY, CARDINALITY):
        restriction, on_property, number = _restriction(facts, restricted, on, predicate)
        parts.append(((restriction, on_property, np.full_like(number, THING)), number))
    for predicate in (MAX_QUALIFIED, QUALIFIED):
        restriction, on_property, number = _restriction(facts, restricted, on, predicate)
        for filler in (ON_CLASS, ON_DATA_RANGE):
            row, kind = facts.objects(filler, restriction)
            parts.append(((restriction[row], on_property[row], kind), number[row]))
    bounds = np.concatenate([number for _, number in parts])
    columns = [np.concatenate([table[place] for table, _ in parts]) for place in range(3)]
    meaning = {number: terms.whole(number) for number in set(bounds.tolist())}
    found = [meaning[number] for number in bounds.tolist()]

    def those(limit: int) -> Triples:
        chosen: Flags = np.array([number == limit for number in found], dtype=np.bool_)
        return columns[0][chosen], columns[1][chosen], columns[2][chosen]

    return those(0), those(1)


def _lists(facts: Relation, predicate: int) -> Lists:
    subjects, heads = _of(facts, predicate)
    row, member = read_lists(facts, heads)
    bounds = np.searchsorted(row, np.arange(len(subjects) + 1, dtype=np.int64))
    return Lists(subjects, row, member, bounds.astype(np.int64))


def _sequences(facts: Relation, predicate: int) -> list[tuple[int, tuple[int, ...]]]:
    table = _lists(facts, predicate)
    bounds, member = table.bounds.tolist(), table.member.tolist()
    return [
        (subject, tuple(member[bounds[row] : bounds[row + 1]]))
        for row, subject in enumerate(table.subject.tolist())
        if bounds[row] < bounds[row + 1]
    ]


def _chains(facts: Relation) -> list[Chain]:
    return [Chain(made, steps) for made, steps in dict.fromkeys(_sequences(facts, CHAIN))]


def _keys(facts: Relation) -> tuple[Key, ...]:
    return tuple(Key(of, properties) for of, properties in dict.fromkeys(_sequences(facts, HAS_KEY)))


def _columns(rows: list[tuple[int, ...]]) -> Triples:
    if not rows:
        return EMPTY, EMPTY, EMPTY
    table = np.array(rows, dtype=np.int64)
    return table[:, 0], table[:, 1], table[:, 2]
