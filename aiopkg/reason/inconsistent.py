"""The rules that conclude false, read off a finished closure.

A contradiction does not stop the reasoning and nothing follows from it here: each is reported with the facts
that meet the rule's premises, about the representatives of equal terms.
"""

from collections.abc import Iterable
from dataclasses import field

import numpy as np

from aiopkg.dataclass import dataclass

from .dictionary import Dictionary
from .lists import cells, read_lists
from .relations import Flags, Ids, Relation, expand, one
from .saturate import Saturation
from .table import rule_number
from .vocabulary import (
    ALL_DIFFERENT,
    ALL_DISJOINT_CLASSES,
    ALL_DISJOINT_PROPERTIES,
    ALL_VALUES,
    ASSERTION_PROPERTY,
    ASYMMETRIC,
    CARDINALITY,
    COMPLEMENT,
    DIFFERENT,
    DISJOINT,
    DISTINCT_MEMBERS,
    FUNCTIONAL,
    IRREFLEXIVE,
    MAX_CARDINALITY,
    MAX_QUALIFIED,
    MEMBERS,
    NOTHING,
    ON_CLASS,
    ON_DATA_RANGE,
    ON_PROPERTY,
    PROPERTY_DISJOINT,
    QUALIFIED,
    RANGE,
    SAME,
    SOURCE_INDIVIDUAL,
    TARGET_INDIVIDUAL,
    TARGET_VALUE,
    THING,
    TYPE,
)

__all__ = ["Clash", "clashes"]

Fact = tuple[int, int, int]
Column = Ids | int


@dataclass(frozen=True, slots=True, order=True)
class Clash:
    """A rule that concludes false and the facts (subject, predicate, object) that meet its premises."""

    rule: str
    premises: tuple[Fact, ...]


@dataclass(slots=True)
class _Findings:
    found: set[Clash] = field(default_factory=set)

    def add(self, rule: str, rows: int, *premises: tuple[Column, Column, Column]) -> None:
        if not rows:
            return
        columns = [
            np.broadcast_to(np.asarray(column, dtype=np.int64), (rows,)).tolist()
            for premise in premises
            for column in premise
        ]
        for row in zip(*columns, strict=True):
            facts = [(row[place], row[place + 1], row[place + 2]) for place in range(0, len(row), 3)]
            self.add_one(rule, facts)

    def add_one(self, rule: str, facts: Iterable[Fact]) -> None:
        self.found.add(Clash(rule, tuple(sorted(set(facts)))))


def clashes(saturation: Saturation, terms: Dictionary) -> tuple[Clash, ...]:
    """Every contradiction, each once, ordered by number (which depends on the input's order)."""
    findings = _Findings()
    facts = saturation.record.facts
    _classes(findings, facts)
    _members(findings, facts)
    _properties(findings, saturation, terms)
    _negative_assertions(findings, facts, terms)
    _cardinalities(findings, saturation, terms)
    _single_values(findings, saturation, terms)
    _differences(findings, saturation, terms)
    _datatypes(findings, saturation, terms)
    return tuple(sorted(findings.found))


def _instances(facts: Relation, kinds: Ids, subjects: Ids) -> Flags:
    return np.asarray(facts.holds(TYPE, subjects, kinds) | (kinds == THING))


def _classes(findings: _Findings, facts: Relation) -> None:
    _, nothing = facts.subjects(TYPE, one(NOTHING))
    findings.add("cls-nothing2", len(nothing), (nothing, TYPE, NOTHING))
    for rule, axiom in (("cax-dw", DISJOINT), ("cls-com", COMPLEMENT)):
        _, left, right = facts.pairs(one(axiom))
        for former, latter in ((left, right), (right, left)):
            row, instance = facts.subjects(TYPE, former)
            clash = _instances(facts, latter[row], instance)
            row, instance = row[clash], instance[clash]
            typed = facts.holds(TYPE, instance, latter[row])
            second = np.where(typed, latter[row], former[row])
            findings.add(
                rule,
                len(row),
                (left[row], axiom, right[row]),
                (instance, TYPE, former[row]),
                (instance, TYPE, second),
            )


def _listed(facts: Relation, kind: int, predicate: int) -> tuple[Ids, Ids, Ids, Ids]:
    """Axioms of a kind, their lists, and row and member of the lists."""
    _, axioms = facts.subjects(TYPE, one(kind))
    row, heads = facts.objects(predicate, axioms)
    axioms = axioms[row]
    return axioms, heads, *read_lists(facts, heads)


def _couples(*group: Ids) -> tuple[Ids, Ids]:
    """Positions of every two elements of the same group, given as equally long columns."""
    order = np.lexsort(tuple(reversed(group)))
    ordered = [column[order] for column in group]
    if not len(order):
        return order, order
    starts = np.ones(len(order), dtype=np.bool_)
    starts[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in ordered])
    ends = np.append(np.flatnonzero(starts)[1:], len(order))[np.cumsum(starts) - 1]
    left, right = expand(np.arange(1, len(order) + 1, dtype=np.int64), ends)
    return order[left], order[right]


def _members(findings: _Findings, facts: Relation) -> None:
    axioms, heads, row, member = _listed(facts, ALL_DISJOINT_CLASSES, MEMBERS)
    entry, instance = facts.subjects(TYPE, member)
    left, right = _couples(row[entry], instance)
    for former, latter in zip(left.tolist(), right.tolist(), strict=True):
        axiom, head = int(axioms[row[entry[former]]]), int(heads[row[entry[former]]])
        kinds = member[entry[[former, latter]]].tolist()
        findings.add_one(
            "cax-adc",
            [
                (axiom, TYPE, ALL_DISJOINT_CLASSES),
                (axiom, MEMBERS, head),
                *cells(facts, head),
                *((int(instance[former]), TYPE, kind) for kind in kinds),
            ],
        )


def _properties(findings: _Findings, saturation: Saturation, terms: Dictionary) -> None:
    facts, schema = saturation.record.facts, saturation.schema
    row, subjects, objects = facts.pairs(schema.irreflexive)
    loop = subjects == objects
    row, subjects = row[loop], subjects[loop]
    on = schema.irreflexive[row]
    findings.add("prp-irp", len(row), (on, TYPE, IRREFLEXIVE), (subjects, on, subjects))
    row, subjects, objects = facts.pairs(schema.asymmetric)
    on = schema.asymmetric[row]
    both = facts.holds(on, objects, subjects)
    on, subjects, objects = on[both], subjects[both], objects[both]
    findings.add("prp-asyp", len(on), (on, TYPE, ASYMMETRIC), (subjects, on, objects), (objects, on, subjects))
    _, left, right = facts.pairs(one(PROPERTY_DISJOINT))
    for place, subject, value, other in _shared(facts, terms, left, right):
        findings.add_one(
            "prp-pdw",
            [
                (int(left[place]), PROPERTY_DISJOINT, int(right[place])),
                (subject, int(left[place]), value),
                (subject, int(right[place]), other),
            ],
        )
    axioms, heads, row_of, member = _listed(facts, ALL_DISJOINT_PROPERTIES, MEMBERS)
    first, second = _couples(row_of)
    for place, subject, value, other in _shared(facts, terms, member[first], member[second]):
        axiom, head = int(axioms[row_of[first[place]]]), int(heads[row_of[first[place]]])
        findings.add_one(
            "prp-adp",
            [
                (axiom, TYPE, ALL_DISJOINT_PROPERTIES),
                (axiom, MEMBERS, head),
                *cells(facts, head),
                (subject, int(member[first[place]]), value),
                (subject, int(member[second[place]]), other),
            ],
        )


def _shared(facts: Relation, terms: Dictionary, left: Ids, right: Ids) -> list[tuple[int, int, int, int]]:
    """Row, subject and the two equal values that a subject has of both properties of a row."""
    row, subjects, values = facts.pairs(left)
    edge, others = facts.objects(right[row], subjects)
    equal = terms.values(values[edge]) == terms.values(others)
    edge, others = edge[equal], others[equal]
    columns = (row[edge], subjects[edge], values[edge], others)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _negative_assertions(findings: _Findings, facts: Relation, terms: Dictionary) -> None:
    for rule, target in (("prp-npa1", TARGET_INDIVIDUAL), ("prp-npa2", TARGET_VALUE)):
        _, statement, denied = facts.pairs(one(target))
        edge, source = facts.objects(SOURCE_INDIVIDUAL, statement)
        statement, denied = statement[edge], denied[edge]
        edge, on = facts.objects(ASSERTION_PROPERTY, statement)
        statement, denied, source = statement[edge], denied[edge], source[edge]
        edge, value = facts.objects(on, source)
        equal = terms.values(value) == terms.values(denied[edge])
        edge, value = edge[equal], value[equal]
        findings.add(
            rule,
            len(edge),
            (statement[edge], SOURCE_INDIVIDUAL, source[edge]),
            (statement[edge], ASSERTION_PROPERTY, on[edge]),
            (statement[edge], target, denied[edge]),
            (source[edge], on[edge], value),
        )


def _bound(facts: Relation, terms: Dictionary, restriction: int, limit: int) -> list[Fact]:
    """The facts that make a restriction one to at most ``limit`` values."""
    found: list[Fact] = []
    for predicate in (MAX_CARDINALITY, CARDINALITY, MAX_QUALIFIED, QUALIFIED):
        for number in facts.objects(predicate, one(restriction))[1].tolist():
            if terms.whole(number) == limit:
                found.append((restriction, predicate, number))
    return sorted(found, key=lambda fact: (fact[1], terms.sort_key(fact[2])))[:1]


def _cardinalities(findings: _Findings, saturation: Saturation, terms: Dictionary) -> None:
    facts = saturation.record.facts
    restriction, on, kind = saturation.schema.at_most_none
    row, owners = facts.subjects(TYPE, restriction)
    edge, values = facts.objects(on[row], owners)
    row, owners = row[edge], owners[edge]
    counted = _instances(facts, kind[row], values)
    columns = (restriction[row], on[row], kind[row], owners, values)
    for node, prop, filler, owner, value in zip(*(c[counted].tolist() for c in columns), strict=True):
        bound = _bound(facts, terms, node, 0)
        qualified = bool(bound) and bound[0][1] in (MAX_QUALIFIED, QUALIFIED)
        premises = [*bound, (node, ON_PROPERTY, prop), (owner, TYPE, node), (owner, prop, value)]
        if qualified:
            filled = ON_CLASS if facts.holds(ON_CLASS, one(node), filler).all() else ON_DATA_RANGE
            premises.append((node, filled, filler))
        if filler != THING:
            premises.append((value, TYPE, filler))
        rule = ("cls-maxqc2" if filler == THING else "cls-maxqc1") if qualified else "cls-maxc1"
        findings.add_one(rule, premises)


def _single_values(findings: _Findings, saturation: Saturation, terms: Dictionary) -> None:
    """Two literals of different value where there may be one: no rule can make them equal."""
    facts, schema = saturation.record.facts, saturation.schema
    row, subjects, objects = facts.pairs(schema.functional)
    for first, second in _unequal(terms, row, subjects, objects):
        on, subject = int(schema.functional[row[first]]), int(subjects[first])
        values = (int(objects[first]), int(objects[second]))
        findings.add_one("prp-fp", [(on, TYPE, FUNCTIONAL), *((subject, on, value) for value in values)])
    restriction, on_property, kind = schema.at_most_one
    row, owners = facts.subjects(TYPE, restriction)
    edge, objects = facts.objects(on_property[row], owners)
    row, owners = row[edge], owners[edge]
    counted = _instances(facts, kind[row], objects)
    row, owners, objects = row[counted], owners[counted], objects[counted]
    for first, second in _unequal(terms, row, owners, objects):
        node, owner, on = int(restriction[row[first]]), int(owners[first]), int(on_property[row[first]])
        bound = _bound(facts, terms, node, 1)
        qualified = bool(bound) and bound[0][1] in (MAX_QUALIFIED, QUALIFIED)
        premises = [*bound, (node, ON_PROPERTY, on), (owner, TYPE, node)]
        premises += [(owner, on, int(objects[place])) for place in (first, second)]
        findings.add_one("cls-maxqc3" if qualified else "cls-maxc2", premises)


def _unequal(terms: Dictionary, row: Ids, subjects: Ids, objects: Ids) -> list[tuple[int, int]]:
    """Positions of two literals of one row and subject that are known to be of different value."""
    literal = np.flatnonzero(terms.literal[objects])
    left, right = _couples(row[literal], subjects[literal])
    left, right = literal[left], literal[right]
    values = terms.values(objects)
    apart = values[left] != values[right]
    return [
        (first, second)
        for first, second in zip(left[apart].tolist(), right[apart].tolist(), strict=True)
        if terms.valued(int(objects[first])) and terms.valued(int(objects[second]))
    ]


def _differences(findings: _Findings, saturation: Saturation, terms: Dictionary) -> None:
    """eq-diff1 to eq-diff3, about the terms as they were given, not their representatives."""
    record, stands_for = saturation.record, saturation.equality.representative
    rewritten = [rule_number(name) for name in ("eq-rep-s", "eq-rep-p", "eq-rep-o")]
    for stretch in record.log:
        if stretch.rule in rewritten:
            continue
        predicates, subjects, objects = record.layout.unpack(stretch.keys)
        about = predicates == DIFFERENT
        subjects, objects = subjects[about], objects[about]
        equal = terms.values(stands_for[subjects]) == terms.values(stands_for[objects])
        subjects, objects = subjects[equal], objects[equal]
        findings.add("eq-diff1", len(subjects), (subjects, SAME, objects), (subjects, DIFFERENT, objects))
    given = Relation.of(record.layout, record.log[0].keys)
    for rule, predicate in (("eq-diff2", MEMBERS), ("eq-diff3", DISTINCT_MEMBERS)):
        axioms, heads, row, member = _listed(given, ALL_DIFFERENT, predicate)
        left, right = _couples(row, terms.values(stands_for[member]))
        for first, second in zip(left.tolist(), right.tolist(), strict=True):
            axiom, head = int(axioms[row[first]]), int(heads[row[first]])
            findings.add_one(
                rule,
                [
                    (axiom, TYPE, ALL_DIFFERENT),
                    (axiom, predicate, head),
                    *cells(given, head),
                    (int(member[first]), SAME, int(member[second])),
                ],
            )
    # A literal is never its class's representative where the class has another kind of term.
    merged = np.flatnonzero(terms.literal & (stands_for != np.arange(len(terms), dtype=np.int64)))
    for first, second in _unequal(terms, stands_for[merged], stands_for[merged], merged):
        shared = int(stands_for[merged[first]])
        premises = [(shared, SAME, int(merged[place])) for place in (first, second)]
        findings.add_one("eq-diff1", premises)


def _datatypes(findings: _Findings, saturation: Saturation, terms: Dictionary) -> None:
    facts, schema = saturation.record.facts, saturation.schema
    if not len(schema.value_types):
        return
    chosen = np.isin(schema.range[1], schema.value_types)
    on, datatype = schema.range[0][chosen], schema.range[1][chosen]
    row, subjects, objects = facts.pairs(on)
    wrong = _outside(terms, objects, datatype[row])
    row, subjects, objects = row[wrong], subjects[wrong], objects[wrong]
    findings.add("dt-not-type", len(row), (on[row], RANGE, datatype[row]), (subjects, on[row], objects))
    restriction, on, datatype = schema.all_values
    row, subjects = facts.subjects(TYPE, restriction)
    edge, objects = facts.objects(on[row], subjects)
    row, subjects = row[edge], subjects[edge]
    wrong = np.isin(datatype[row], schema.value_types) & _outside(terms, objects, datatype[row])
    row, subjects, objects = row[wrong], subjects[wrong], objects[wrong]
    findings.add(
        "dt-not-type",
        len(row),
        (restriction[row], ON_PROPERTY, on[row]),
        (restriction[row], ALL_VALUES, datatype[row]),
        (subjects, TYPE, restriction[row]),
        (subjects, on[row], objects),
    )


def _outside(terms: Dictionary, literals: Ids, datatypes: Ids) -> Flags:
    """Which values are known to lie outside their datatype."""
    wrong = np.zeros(len(literals), dtype=np.bool_)
    places = np.flatnonzero(terms.literal[literals])
    if not len(places):
        return wrong
    pairs = (datatypes[places] << 32) | literals[places]
    different, back = np.unique(pairs, return_inverse=True)
    bad = [terms.is_in(pair & 0xFFFFFFFF, pair >> 32) is False for pair in different.tolist()]
    wrong[places] = np.array(bad, dtype=np.bool_)[back]
    return wrong
