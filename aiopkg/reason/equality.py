"""owl:sameAs: one representative for each class of equal terms, and the rules that find equals.

A merge rewrites the facts about the terms that lost their place; the closure writes every fact out again for
every member when it is read.
"""

from typing import TypeAlias

import numpy as np

from aiopkg.dataclass import dataclass

from .dictionary import Dictionary
from .record import Record
from .relations import EMPTY, Flags, Ids, Relation, one, present, unique
from .schema import Key, Schema
from .table import rule_number
from .vocabulary import SAME, THING, TYPE

__all__ = ["Equality", "equal_pairs", "merge"]

_FP, _IFP, _KEY = rule_number("prp-fp"), rule_number("prp-ifp"), rule_number("prp-key")
_MAXC2, _MAXQC3 = rule_number("cls-maxc2"), rule_number("cls-maxqc3")
_REP_S, _REP_P, _REP_O = rule_number("eq-rep-s"), rule_number("eq-rep-p"), rule_number("eq-rep-o")
_TRANS = rule_number("eq-trans")

Pairs: TypeAlias = list[tuple[int, Ids, Ids]]
"""Terms found equal: the number of the rule and two columns."""


@dataclass(slots=True)
class Equality:
    """For each term its representative, and the round in which its class last grew (0: never)."""

    representative: Ids
    grown: Ids

    @classmethod
    def of(cls, terms: int) -> "Equality":
        """Everything equal to itself alone."""
        return cls(np.arange(terms, dtype=np.int64), np.zeros(terms, dtype=np.int64))

    def shared(self) -> Ids:
        """The representatives of more than one term."""
        stand_ins = self.representative != np.arange(len(self.representative), dtype=np.int64)
        return unique(self.representative[stand_ins])

    def unite(self, terms: Dictionary, left: Ids, right: Ids, round_number: int) -> Flags:
        """Merge pairs of terms; returns which terms have another representative than before.

        The representative is the first member in the dictionary's own order, whatever the order of pairs.
        """
        parent: dict[int, int] = {}

        def root(number: int) -> int:
            while (above := parent.get(number, number)) != number:
                parent[number] = parent.get(above, above)
                number = above
            return number

        sources = self.representative[left].tolist()
        targets = self.representative[right].tolist()
        for former, latter in zip(sources, targets, strict=True):
            one_root, other_root = root(former), root(latter)
            if one_root != other_root:
                first, second = sorted((one_root, other_root), key=terms.sort_key)
                parent[second] = first
        changed: Flags = np.zeros(len(self.representative), dtype=np.bool_)
        if not parent:
            return changed
        losers = np.fromiter(parent, dtype=np.int64)
        move = np.arange(len(self.representative), dtype=np.int64)
        move[losers] = [root(number) for number in parent]
        before = self.representative
        self.representative = move[before]
        changed = np.asarray(self.representative != before)
        self.grown[np.isin(self.representative, unique(move[losers]))] = round_number
        return changed


def merge(record: Record, equality: Equality, terms: Dictionary, found: Pairs, fresh: Relation) -> Relation:
    """Take in equals that the current round found; returns what the next round has to look at.

    ``fresh`` holds the facts that the round added; of them, those about terms that are no representatives
    any more are replaced by their rewritten form, and so are all such facts of the record.
    """
    left = np.concatenate([EMPTY, *(pair[1] for pair in found)])
    right = np.concatenate([EMPTY, *(pair[2] for pair in found)])
    left, right = _with_variants(terms, left, right)
    before = equality.representative
    changed = equality.unite(terms, left, right, record.round)
    if not changed.any():
        return fresh
    layout = record.layout
    for rule, former, latter in found:
        new = before[former] != before[latter]
        keys = unique(layout.pack(SAME, former[new], latter[new]))
        record.note(rule, keys)
    predicates, subjects, objects = layout.unpack(record.facts.by_subject)
    moved = changed[predicates] | changed[subjects] | changed[objects]
    old = record.facts.by_subject[moved]
    rest = record.facts.without(old)
    represent = equality.representative
    layout.check_predicates(represent[predicates[moved]])
    fresh_keys = fresh.by_subject[~present(old, fresh.by_subject)]
    candidates = []
    for rule, chosen in (
        (_REP_S, changed[subjects]),
        (_REP_P, changed[predicates] & ~changed[subjects]),
        (_REP_O, changed[objects] & ~changed[subjects] & ~changed[predicates]),
    ):
        about = chosen & moved
        rule_here = np.where(predicates[about] == SAME, _TRANS, rule)
        keys = layout.pack(represent[predicates[about]], represent[subjects[about]], represent[objects[about]])
        candidates += [(number, keys[rule_here == number]) for number in (_TRANS, rule)]
    representatives = unique(represent[np.flatnonzero(changed)])
    # Known already or not, these go into the next round: they tell it which terms were merged.
    standing = layout.pack(SAME, representatives, representatives)
    candidates.append((_TRANS, standing))
    record.facts = rest
    added = record.absorb(candidates)
    return Relation.of(layout, unique(np.concatenate((fresh_keys, added.by_subject, standing))))


def _with_variants(terms: Dictionary, left: Ids, right: Ids) -> tuple[Ids, Ids]:
    """The pairs, and for each literal among them its other forms, which denote the same value."""
    literals = unique(np.concatenate((left[terms.literal[left]], right[terms.literal[right]])))
    more = [(number, variant) for number in literals.tolist() for variant in terms.variants(number)]
    if not more:
        return left, right
    table = np.array(more, dtype=np.int64)
    return np.concatenate((left, table[:, 0])), np.concatenate((right, table[:, 1]))


def equal_pairs(facts: Relation, delta: Relation, schema: Schema, terms: Dictionary) -> Pairs:
    """The terms that some rule makes equal because of a fact in delta. Literals are never paired."""
    found: Pairs = []
    _, subjects, objects = delta.pairs(one(SAME))
    different = subjects != objects
    found.append((_TRANS, subjects[different], objects[different]))
    functional = schema.functional[delta.touched(schema.functional)]
    row, subjects, objects = facts.pairs(functional)
    found.append((_FP, *_alike(terms, [row, subjects], objects)))
    inverse = schema.inverse_functional[delta.touched(schema.inverse_functional)]
    row, subjects, objects = facts.pairs(inverse)
    found.append((_IFP, *_alike(terms, [row, terms.values(objects)], subjects)))
    for key in schema.keys:
        found.append((_KEY, *_keyed(facts, delta, key, terms)))
    found += _at_most_one(facts, schema, terms)
    return found


def _alike(terms: Dictionary, group: list[Ids], members: Ids) -> tuple[Ids, Ids]:
    """Pairs that connect the members of each group, given as equally long columns.

    Each group becomes a star around its first member that is no literal, in the dictionary's own order; so a
    group of literals only stays unconnected: equal ones are equal by their values, and different ones are a
    contradiction.
    """
    if not len(members):
        return EMPTY, EMPTY
    order = np.lexsort((members, *reversed(group)))
    group, members = [column[order] for column in group], members[order]
    starts = _starts(group)
    repeated = ~starts
    repeated[1:] &= members[1:] != members[:-1]
    if not repeated.any():
        return EMPTY, EMPTY
    # Few groups have two members; only their members are put into an order that names decide.
    number = np.cumsum(starts) - 1
    several = np.isin(number, number[repeated])
    number, members = number[several], members[several]
    different, places = np.unique(members, return_inverse=True)
    rank = np.empty(len(different), dtype=np.int64)
    rank[sorted(range(len(different)), key=lambda place: terms.sort_key(int(different[place])))] = np.arange(
        len(different), dtype=np.int64
    )
    order = np.lexsort((rank[places], terms.literal[members], number))
    number, members = number[order], members[order]
    starts = _starts([number])
    centre = members[starts][np.cumsum(starts) - 1]
    linked = (centre != members) & ~terms.literal[centre]
    return centre[linked], members[linked]


def _starts(group: list[Ids]) -> Flags:
    """Where another group begins in ordered columns."""
    starts = np.ones(len(group[0]), dtype=np.bool_)
    starts[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in group])
    return starts


def _keyed(facts: Relation, delta: Relation, key: Key, terms: Dictionary) -> tuple[Ids, Ids]:
    """prp-key: instances that share a value of every property of the key."""
    properties = np.array(key.properties, dtype=np.int64)
    if key.of == THING:
        fresh = False
        instances = unique(facts.pairs(properties[:1])[1])
    else:
        fresh = bool(len(delta.subjects(TYPE, one(key.of))[1]))
        instances = facts.subjects(TYPE, one(key.of))[1]
    if not fresh and not delta.touched(properties).any():
        return EMPTY, EMPTY
    owner = instances[~terms.literal[instances]]
    code = np.zeros(len(owner), dtype=np.int64)
    for number in key.properties:
        row, values = facts.objects(number, owner)
        _, values = np.unique(terms.values(values), return_inverse=True)
        # Codes stay dense, so a code for the tuple read so far never overflows.
        width = int(values.max(initial=0)) + 1
        owner = owner[row]
        _, code = np.unique(code[row] * width + values, return_inverse=True)
    return _alike(terms, [code], owner)


def _at_most_one(facts: Relation, schema: Schema, terms: Dictionary) -> Pairs:
    """cls-maxc2 (and cls-maxqc4, its like) and cls-maxqc3: the values where there is one at most."""
    restriction, on, kind = schema.at_most_one
    row, owners = facts.subjects(TYPE, restriction)
    edge, values = facts.objects(on[row], owners)
    row, owners = row[edge], owners[edge]
    counted = (kind[row] == THING) | facts.holds(TYPE, values, kind[row])
    row, owners, values = row[counted], owners[counted], values[counted]
    plain = kind[row] == THING
    return [
        (rule, *_alike(terms, [row[chosen], owners[chosen]], values[chosen]))
        for rule, chosen in ((_MAXC2, plain), (_MAXQC3, ~plain))
    ]
