"""The rules that draw facts from facts under the axioms of a schema, one step, semi-naively.

Every conclusion drawn has at least one premise in ``delta``; ``facts`` holds everything, delta included. A
rule is one or two joins over all its axioms at once, so an ontology of hundreds of axioms costs as many
array operations as one of three.
"""

import numpy as np

from .dictionary import Dictionary
from .record import Candidates
from .relations import EMPTY, Ids, Layout, Relation, expand, one, unique
from .schema import Chain, Lists, Schema
from .table import rule_number
from .vocabulary import THING, TYPE

__all__ = ["consequences", "literal_types"]

_DOM, _RNG = rule_number("prp-dom"), rule_number("prp-rng")
_SYMP, _SPO1, _SPO2 = rule_number("prp-symp"), rule_number("prp-spo1"), rule_number("prp-spo2")
_INV1, _INV2 = rule_number("prp-inv1"), rule_number("prp-inv2")
_INT1, _AVF = rule_number("cls-int1"), rule_number("cls-avf")
_SVF1, _SVF2 = rule_number("cls-svf1"), rule_number("cls-svf2")
_HV1, _HV2, _SCO = rule_number("cls-hv1"), rule_number("cls-hv2"), rule_number("cax-sco")
_TYPE2 = rule_number("dt-type2")


def consequences(facts: Relation, delta: Relation, schema: Schema, terms: Dictionary) -> Candidates:
    """What follows in one step from facts of which at least one is in delta."""
    layout = facts.layout
    drawn: Candidates = []

    def typed(rule: int, subjects: Ids, kinds: Ids) -> None:
        drawn.append((rule, layout.pack(TYPE, subjects, kinds)))

    def linked(rule: int, predicates: Ids, subjects: Ids, objects: Ids) -> None:
        able = ~terms.literal[subjects]
        drawn.append((rule, layout.pack(predicates[able], subjects[able], objects[able])))

    properties, kinds = _telling(schema, *schema.domain)
    row, subjects, _ = delta.pairs(properties)
    typed(_DOM, subjects, kinds[row])
    # What a literal's range says of its value is read off at the end (dt-not-type).
    able = ~np.isin(schema.range[1], schema.value_types)
    properties, kinds = _telling(schema, schema.range[0][able], schema.range[1][able])
    row, _, objects = delta.pairs(properties)
    typed(_RNG, objects, kinds[row])
    lower, upper = schema.sub_property
    row, subjects, objects = delta.pairs(lower)
    linked(_SPO1, upper[row], subjects, objects)
    row, subjects, objects = delta.pairs(schema.symmetric)
    linked(_SYMP, schema.symmetric[row], objects, subjects)
    for rule, (former, latter) in ((_INV1, schema.inverse), (_INV2, schema.inverse[::-1])):
        row, subjects, objects = delta.pairs(former)
        linked(rule, latter[row], objects, subjects)
    lower, upper = _telling(schema, *schema.sub_class)
    row, subjects = delta.subjects(TYPE, lower)
    typed(_SCO, subjects, upper[row])
    restriction, on, value = schema.has_value
    row, subjects = delta.subjects(TYPE, restriction)
    linked(_HV1, on[row], subjects, value[row])
    row, subjects, objects = delta.pairs(on)
    row, subjects = _valued(terms, value, row, subjects, objects)
    typed(_HV2, subjects, restriction[row])
    drawn += _some_values(facts, delta, schema)
    drawn += _all_values(facts, delta, schema)
    drawn.append((_INT1, _intersections(facts, delta, schema.intersections)))
    drawn.append((_SPO2, _pair_chains(facts, delta, schema)))
    drawn += [(_SPO2, _long_chain(facts, delta, chain)) for chain in schema.long_chains]
    return drawn


def literal_types(facts: Relation, delta: Relation, schema: Schema, terms: Dictionary) -> Candidates:
    """dt-type2: the types of the literals in delta, for the datatypes that some axiom asks for."""
    if not len(schema.datatypes):
        return []
    _, _, objects = facts.layout.unpack(delta.by_subject)
    literals = unique(objects[terms.literal[objects]]).tolist()
    found = [
        (literal, datatype)
        for datatype in schema.datatypes.tolist()
        for literal in literals
        if terms.is_in(literal, datatype)
    ]
    if not found:
        return []
    table = np.array(found, dtype=np.int64)
    return [(_TYPE2, facts.layout.pack(TYPE, table[:, 0], table[:, 1]))]


def _valued(terms: Dictionary, value: Ids, row: Ids, subjects: Ids, objects: Ids) -> tuple[Ids, Ids]:
    """Those rows whose object denotes the value that the row asks for."""
    if not len(row):
        return row, subjects
    wanted = value[row]
    equal = objects == wanted
    readable = ~equal & terms.literal[wanted] & terms.literal[objects]
    places = np.flatnonzero(readable)
    equal[places] = terms.values(objects[places]) == terms.values(wanted[places])
    return row[equal], subjects[equal]


def _telling(schema: Schema, subjects: Ids, kinds: Ids) -> tuple[Ids, Ids]:
    """Axioms without those that conclude the type owl:Thing, unless some axiom asks for that type."""
    if (schema.sub_class[0] == THING).any():
        return subjects, kinds
    telling = kinds != THING
    return subjects[telling], kinds[telling]


def _some_values(facts: Relation, delta: Relation, schema: Schema) -> Candidates:
    layout = facts.layout
    restriction, on, filler = schema.some_values
    anything = filler == THING
    row, subjects, _ = delta.pairs(on[anything])
    drawn: Candidates = [(_SVF2, layout.pack(TYPE, subjects, restriction[anything][row]))]
    restriction, on, filler = restriction[~anything], on[~anything], filler[~anything]
    row, subjects, objects = delta.pairs(on)
    held = facts.holds(TYPE, objects, filler[row])
    drawn.append((_SVF1, layout.pack(TYPE, subjects[held], restriction[row[held]])))
    row, values = delta.subjects(TYPE, filler)
    edge, subjects = facts.subjects(on[row], values)
    drawn.append((_SVF1, layout.pack(TYPE, subjects, restriction[row[edge]])))
    return drawn


def _all_values(facts: Relation, delta: Relation, schema: Schema) -> Candidates:
    layout = facts.layout
    restriction, on, filler = schema.all_values
    able = ~np.isin(filler, schema.value_types)
    restriction, on, filler = restriction[able], on[able], filler[able]
    row, subjects = delta.subjects(TYPE, restriction)
    edge, values = facts.objects(on[row], subjects)
    drawn: Candidates = [(_AVF, layout.pack(TYPE, values, filler[row[edge]]))]
    row, subjects, values = delta.pairs(on)
    held = facts.holds(TYPE, subjects, restriction[row])
    drawn.append((_AVF, layout.pack(TYPE, values[held], filler[row[held]])))
    return drawn


def _intersections(facts: Relation, delta: Relation, lists: Lists) -> Ids:
    """cls-int1; a member owl:Thing is met by everything."""
    layout = facts.layout
    row, instances = delta.subjects(TYPE, lists.member)
    pairs = unique(layout.pack(0, lists.row[row], instances)) if len(row) else EMPTY
    if not len(pairs):
        return EMPTY
    _, axiom, instance = layout.unpack(pairs)
    pair, place = expand(lists.bounds[axiom], lists.bounds[axiom + 1])
    member = lists.member[place]
    held = facts.holds(TYPE, instance[pair], member) | (member == THING)
    whole = np.bincount(pair[held], minlength=len(pairs)) == np.bincount(pair, minlength=len(pairs))
    return layout.pack(TYPE, instance[whole], lists.subject[axiom[whole]])


def _pair_chains(facts: Relation, delta: Relation, schema: Schema) -> Ids:
    first, second, made = schema.pair_chains
    layout = facts.layout
    row, starts, middles = delta.pairs(first)
    edge, ends = facts.objects(second[row], middles)
    forward = layout.pack(made[row[edge]], starts[edge], ends)
    row, middles, ends = delta.pairs(second)
    edge, starts = facts.subjects(first[row], middles)
    return np.concatenate((forward, layout.pack(made[row[edge]], starts, ends[edge])))


def _long_chain(facts: Relation, delta: Relation, chain: Chain) -> Ids:
    """prp-spo2 for one step or more than two: from each new edge back to the start and on to the end."""
    layout = facts.layout
    steps = np.array(chain.steps, dtype=np.int64)
    found: list[Ids] = [EMPTY]
    for place in np.flatnonzero(delta.touched(steps)).tolist():
        _, starts, ends = delta.pairs(one(chain.steps[place]))
        for step in reversed(chain.steps[:place]):
            row, starts = facts.subjects(step, starts)
            starts, ends = _distinct(layout, starts, ends[row])
        for step in chain.steps[place + 1 :]:
            row, ends = facts.objects(step, ends)
            starts, ends = _distinct(layout, starts[row], ends)
        found.append(layout.pack(chain.property, starts, ends))
    return np.concatenate(found)


def _distinct(layout: Layout, starts: Ids, ends: Ids) -> tuple[Ids, Ids]:
    if not len(starts):
        return starts, ends
    _, starts, ends = layout.unpack(unique(layout.pack(0, starts, ends)))
    return starts, ends
