"""The rules whose premises are axioms only: table 9 of the rule set, and cls-oo.

They are few facts, read from a relation anew each time; transitivity is left to
:mod:`aiopkg.reason.transitive`.
"""

import numpy as np

from .dictionary import Dictionary
from .record import Candidates
from .relations import Ids, Layout, Relation, expand, join, one
from .schema import Lists, Pairs, Schema
from .table import rule_number
from .vocabulary import (
    CLASS,
    DATATYPE_PROPERTY,
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    NOTHING,
    OBJECT_PROPERTY,
    RANGE,
    SUB_CLASS,
    SUB_PROPERTY,
    THING,
    TYPE,
)

__all__ = ["axiom_consequences"]

_INT, _UNI, _OO = rule_number("scm-int"), rule_number("scm-uni"), rule_number("cls-oo")
_EQUIVALENCES = (
    (EQUIVALENT_CLASS, SUB_CLASS, rule_number("scm-eqc1"), rule_number("scm-eqc2")),
    (EQUIVALENT_PROPERTY, SUB_PROPERTY, rule_number("scm-eqp1"), rule_number("scm-eqp2")),
)
_ENDS = (
    (DOMAIN, rule_number("scm-dom1"), rule_number("scm-dom2")),
    (RANGE, rule_number("scm-rng1"), rule_number("scm-rng2")),
)
_DECLARED = (
    (CLASS, SUB_CLASS, EQUIVALENT_CLASS, rule_number("scm-cls")),
    (OBJECT_PROPERTY, SUB_PROPERTY, EQUIVALENT_PROPERTY, rule_number("scm-op")),
    (DATATYPE_PROPERTY, SUB_PROPERTY, EQUIVALENT_PROPERTY, rule_number("scm-dp")),
)


def axiom_consequences(facts: Relation, schema: Schema, terms: Dictionary, equals: Ids) -> Candidates:
    """What follows from axioms alone in one step.

    ``equals`` are the representatives of more than one term: of them also the reflexive axioms are drawn,
    which say something about the terms that they stand for.
    """
    layout = facts.layout
    drawn: Candidates = []
    for whole, part, forth, back in _EQUIVALENCES:
        _, left, right = facts.pairs(one(whole))
        different = left != right
        left, right = left[different], right[different]
        drawn.append((forth, layout.pack(part, left, right)))
        drawn.append((forth, layout.pack(part, right, left)))
        lower, upper = schema.sub_class if part == SUB_CLASS else schema.sub_property
        mutual = facts.holds(part, upper, lower)
        drawn.append((back, layout.pack(whole, lower[mutual], upper[mutual])))
    for predicate, upward, downward in _ENDS:
        properties, kinds = schema.domain if predicate == DOMAIN else schema.range
        row, place = join(kinds, schema.sub_class[0])
        drawn.append((upward, layout.pack(predicate, properties[row], schema.sub_class[1][place])))
        row, place = join(properties, schema.sub_property[1])
        drawn.append((downward, layout.pack(predicate, schema.sub_property[0][place], kinds[row])))
    drawn.append((_INT, _along(layout, schema.intersections, downward=False)))
    drawn.append((_UNI, _along(layout, schema.unions, downward=True)))
    members, kinds = schema.enumerations.member, schema.enumerations.subject[schema.enumerations.row]
    named = ~terms.literal[members]
    drawn.append((_OO, layout.pack(TYPE, members[named], kinds[named])))
    drawn += _restrictions(layout, schema, terms)
    drawn += _extremes(facts, schema)
    for kind, part, whole, rule in _DECLARED:
        declared = equals[facts.holds(TYPE, equals, kind)]
        drawn.append((rule, layout.pack(part, declared, declared)))
        drawn.append((rule, layout.pack(whole, declared, declared)))
    return drawn


def _extremes(facts: Relation, schema: Schema) -> Candidates:
    """scm-cls for owl:Thing and owl:Nothing, where some axiom makes more of them than their being there."""
    lower, upper = schema.sub_class
    fillers = np.concatenate((schema.some_values[2], schema.all_values[2]))
    drawn: Candidates = []
    declared = facts.subjects(TYPE, one(CLASS))[1]
    if (lower == THING).any() or (fillers == THING).any():
        below = declared[declared != THING]
        drawn.append((rule_number("scm-cls"), facts.layout.pack(SUB_CLASS, below, THING)))
    bottom = np.concatenate((upper, fillers, schema.domain[1], schema.range[1]))
    if (bottom == NOTHING).any() or len(facts.subjects(TYPE, one(NOTHING))[1]):
        above = declared[declared != NOTHING]
        drawn.append((rule_number("scm-cls"), facts.layout.pack(SUB_CLASS, NOTHING, above)))
    return drawn


def _along(layout: Layout, lists: Lists, *, downward: bool) -> Ids:
    subjects = lists.subject[lists.row]
    different = subjects != lists.member
    whole, part = subjects[different], lists.member[different]
    return layout.pack(SUB_CLASS, part, whole) if downward else layout.pack(SUB_CLASS, whole, part)


def _restrictions(layout: Layout, schema: Schema, terms: Dictionary) -> Candidates:
    """scm-hv, scm-svf1, scm-svf2, scm-avf1, scm-avf2: restrictions that contain each other.

    The rules name two fillers (or properties) of which one contains the other; a filler contains itself,
    which the rule set says of declared classes only (scm-cls) and which holds for every class.
    """
    drawn: Candidates = []
    restriction, on, filler = schema.some_values
    wider = _matches(layout, (on, filler), filler, schema.sub_class, reflexive=True)
    drawn.append((rule_number("scm-svf1"), _contained(layout, restriction, *wider)))
    wider = _matches(layout, (filler, on), on, schema.sub_property)
    drawn.append((rule_number("scm-svf2"), _contained(layout, restriction, *wider)))
    restriction, on, filler = schema.all_values
    wider = _matches(layout, (on, filler), filler, schema.sub_class, reflexive=True)
    drawn.append((rule_number("scm-avf1"), _contained(layout, restriction, *wider)))
    row, place = _matches(layout, (filler, on), on, schema.sub_property)
    drawn.append((rule_number("scm-avf2"), _contained(layout, restriction, place, row)))
    restriction, on, value = schema.has_value
    wider = _matches(layout, (terms.values(value), on), on, schema.sub_property, reflexive=True)
    drawn.append((rule_number("scm-hv"), _contained(layout, restriction, *wider)))
    return drawn


def _contained(layout: Layout, restriction: Ids, lower: Ids, upper: Ids) -> Ids:
    part, whole = restriction[lower], restriction[upper]
    different = part != whole
    return layout.pack(SUB_CLASS, part[different], whole[different])


def _matches(layout: Layout, columns: Pairs, varying: Ids, order: Pairs, *, reflexive: bool = False) -> tuple[Ids, Ids]:
    """Rows i and j with equal first columns and ``order`` leading from i's varying column to j's."""
    fixed, _ = columns
    row, place = join(varying, order[0])
    upper = order[1][place]
    if reflexive:
        row = np.concatenate((row, np.arange(len(varying), dtype=np.int64)))
        upper = np.concatenate((upper, varying))
    if not len(row):
        return expand(row, row)
    asked = layout.pack(0, fixed[row], upper)
    offered = layout.pack(0, fixed, varying)
    left, right = join(asked, offered)
    return row[left], right
