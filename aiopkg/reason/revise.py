"""Adding and removing facts of a finished closure without starting over.

Removal is delete-and-rederive (Gupta, Mumick and Subrahmanian, 1993) over the compiled rules: every conclusion that
has a lost fact among the premises of any of its derivations is taken out; what the rest still derives in one step
comes back; and from that, and from what was added, the rounds go on as in :mod:`aiopkg.reason.saturate`. What was
never taken out keeps its rule and round, and what comes back gets later rounds, so premises have lower rounds still.

Axioms, equal individuals and contradictory ones change what every other fact means: an edit that touches them is not
revised here.
"""

from dataclasses import replace

import numpy as np

from aiopkg.dataclass import dataclass

from .consequences import consequences, literal_types
from .dictionary import Dictionary
from .equality import Equality, equal_pairs
from .record import ASSERTED, Candidates, Record, Stretch
from .relations import EMPTY, Flags, Ids, Overlay, Relation, expand, merged_runs, present, unique, without
from .saturate import Saturation, speaks_of_schema
from .schema import Schema
from .table import rule_number
from .vocabulary import NOTHING, SAME, TYPE

__all__ = ["Revision", "revise"]

_TRP, _OO = rule_number("prp-trp"), rule_number("cls-oo")
_MANY, _MOST = 1000, 0.2
"""Where many facts may go, and more than this share of all, a full run is faster."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A closure after an edit, and the facts about representatives that came and went, ascending."""

    saturation: Saturation
    appeared: Ids
    vanished: Ids


def revise(before: Saturation, terms: Dictionary, added: Ids, removed: Ids) -> Revision | None:
    """The fixpoint of other asserted facts; None where only a full run can tell.

    ``terms`` knows the terms of all facts. ``added`` and ``removed`` are packed facts, ascending, that are not
    asserted, and asserted, so far.
    """
    facts, schema = before.record.facts, before.schema
    equality = _extended(before.equality, len(terms))
    guard = _Guard(terms, schema, equality)
    asserted = merged_runs(without(before.record.log[0].keys, removed), added)
    taken = _taken_out(facts, schema, asserted, removed, guard)
    fresh = added[~facts.has(added)]
    if taken is None or guard.forbids(facts, added):
        return None
    log = [Stretch(0, ASSERTED, asserted), *_without(before.record.log[1:], taken)]
    rest = Overlay.over(facts.without(taken))
    record = Record(facts.layout, rest, log, before.record.round)
    delta = record.absorb(_derived_again(rest, schema, terms, taken))
    given = Relation.of(facts.layout, fresh)
    record.facts = record.facts.merged(given)
    delta = delta.merged(given)
    while len(delta):
        if guard.forbids(record.facts, delta.by_subject) or guard.unites(record.facts, delta):
            return None
        delta = delta.merged(record.absorb(literal_types(record.facts, delta, schema, terms)))
        drawn = consequences(record.facts, delta, schema, terms)
        delta = record.absorb([*drawn, *_onward(record.facts, delta, schema)])
    assert isinstance(record.facts, Overlay)
    come = record.facts.recent.by_subject
    record.facts = record.facts.settled()
    return Revision(Saturation(record, equality, schema), come[~present(taken, come)], taken[~present(come, taken)])


def _extended(equality: Equality, terms: int) -> Equality:
    """The same classes of equal terms among more terms."""
    known = len(equality.representative)
    if known == terms:
        return equality
    more = np.arange(known, terms, dtype=np.int64)
    return Equality(np.concatenate((equality.representative, more)), np.concatenate((equality.grown, 0 * more)))


@dataclass(frozen=True, slots=True)
class _Guard:
    """Tells where a fact that comes or goes may change axioms or the classes of equal terms."""

    terms: Dictionary
    schema: Schema
    equality: Equality

    def forbids(self, facts: Relation, keys: Ids) -> bool:
        """Whether facts that come or go speak of axioms, of equality, of nothing, or of a term that has equals."""
        if not len(keys):
            return False
        delta = Relation(facts.layout, keys, EMPTY)
        predicates, subjects, objects = facts.layout.unpack(keys)
        if (predicates == SAME).any() or ((predicates == TYPE) & (objects == NOTHING)).any():
            return True
        if speaks_of_schema(facts, delta) or int(predicates.max()) >= facts.layout.predicates:
            return True
        shared = self.equality.shared()
        if not len(shared):
            return False
        stands_for = self.equality.representative
        bound = (predicates == TYPE) & np.isin(objects, self.schema.at_most_one[0])
        touching = [present(shared, stands_for[column]) for column in (predicates, subjects, objects)]
        return bool(np.logical_or.reduce([bound, *touching]).any())

    def unites(self, facts: Relation, delta: Relation) -> bool:
        """Whether new facts make some rule find two terms equal."""
        schema, terms = self.schema, self.terms
        row, subjects, _ = delta.pairs(schema.functional)
        owners = unique(facts.layout.pack(0, schema.functional[row], subjects)) if len(row) else EMPTY
        _, on, subjects = facts.layout.unpack(owners)
        row, objects = facts.objects(on, subjects)
        several = np.bincount(row, minlength=len(owners)) > 1
        if (several[row] & ~terms.literal[objects]).any():
            return True
        if not (len(schema.inverse_functional) or schema.keys or len(schema.at_most_one[0])):
            return False
        others = equal_pairs(facts, delta, replace(schema, functional=EMPTY), terms)
        stands_for = self.equality.representative
        return any((stands_for[left] != stands_for[right]).any() for _, left, right in others)


def _taken_out(facts: Relation, schema: Schema, asserted: Ids, removed: Ids, guard: _Guard) -> Ids | None:
    """The lost facts and all that some derivation rests on them, but for what is asserted still."""
    taken, frontier = EMPTY, removed
    while len(frontier):
        if guard.forbids(facts, frontier) or len(taken) > max(_MANY, _MOST * len(facts)):
            return None
        taken = merged_runs(taken, frontier)
        delta = Relation.of(facts.layout, frontier)
        drawn = [*consequences(facts, delta, schema, guard.terms), *_onward(facts, delta, schema)]
        reached = unique(np.concatenate([EMPTY, *(keys for _, keys in drawn)]))
        reached = reached[facts.has(reached)]
        frontier = reached[~(present(taken, reached) | present(asserted, reached))]
    return taken


def _onward(facts: Relation, delta: Relation, schema: Schema) -> Candidates:
    """prp-trp, one step: what follows from two facts of which at least one is in delta."""
    row, starts, middles = delta.pairs(schema.transitive)
    on = schema.transitive[row]
    edge, ends = facts.objects(on, middles)
    forth = facts.layout.pack(on[edge], starts[edge], ends)
    edge, before = facts.subjects(on, starts)
    back = facts.layout.pack(on[edge], before, middles[edge])
    return [(_TRP, np.concatenate((forth, back)))]


def _derived_again(rest: Relation, schema: Schema, terms: Dictionary, taken: Ids) -> Candidates:
    """Those facts taken out which what remains derives in one step.

    Each derivation of a fact has a premise about the fact's subject, and of one that is no type, unless some
    restriction gives the value, also a premise about its object: the side that fewer facts speak of is searched.
    """
    if not len(taken):
        return []
    layout = rest.layout
    predicates, subjects, objects = layout.unpack(taken)
    known = rest.predicates()
    ends, place = np.unique(np.concatenate((subjects, objects)), return_inverse=True)
    counts = _mentions(rest, known, ends)
    about, to = place[: len(taken)], place[len(taken) :]
    turn: Flags = (counts[to] < counts[about]) & (predicates != TYPE) & ~np.isin(predicates, schema.has_value[1])
    near = _around(rest, known, unique(np.where(turn, objects, subjects)))
    drawn = [*consequences(rest, near, schema, terms), *literal_types(rest, near, schema, terms)]
    drawn += _onward(rest, near, schema)
    members = schema.enumerations
    drawn.append((_OO, layout.pack(TYPE, members.member, members.subject[members.row])))
    return [(rule, keys[present(taken, keys)]) for rule, keys in drawn]


def _mentions(facts: Relation, predicates: Ids, ends: Ids) -> Ids:
    """How many facts each of the terms is subject or object of."""
    total = np.zeros(len(ends), dtype=np.int64)
    for column in (facts.by_subject, facts.by_object):
        low, high = _ranges(facts, column, predicates, ends)
        total += (high - low).reshape(len(predicates), len(ends)).sum(axis=0)
    return total


def _around(facts: Relation, predicates: Ids, ends: Ids) -> Relation:
    """The facts that one of the terms is subject or object of."""
    found: list[Ids] = []
    for column in (facts.by_subject, facts.by_object):
        _, places = expand(*_ranges(facts, column, predicates, ends))
        found.append(column[places])
    return Relation.of(facts.layout, unique(np.concatenate((found[0], facts.layout.turned(found[1])))))


def _ranges(facts: Relation, column: Ids, predicates: Ids, ends: Ids) -> tuple[Ids, Ids]:
    """Where the facts of each predicate about each term lie in a column, predicate by predicate."""
    bits = facts.layout.bits
    low = ((np.repeat(predicates, len(ends)) << bits) | np.tile(ends, len(predicates))) << bits
    return np.searchsorted(column, low), np.searchsorted(column, low + (1 << bits))


def _without(log: list[Stretch], keys: Ids) -> list[Stretch]:
    """The stretches of a log without some facts."""
    if not len(keys):
        return log
    kept = (Stretch(stretch.round, stretch.rule, without(stretch.keys, keys)) for stretch in log)
    return [stretch for stretch in kept if len(stretch.keys)]
