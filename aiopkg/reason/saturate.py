"""The loop: close the axioms, compile them, close the facts, and again where new axioms appeared.

Each round looks only at what the round before added (semi-naive evaluation); it draws every conclusion
before it takes any in, so the round of a fact does not depend on an order of evaluation.
"""

from aiopkg.dataclass import dataclass
from aiopkg.limits import UNLIMITED, Budget

from .axioms import axiom_consequences
from .consequences import consequences, literal_types
from .dictionary import Dictionary
from .equality import Equality, equal_pairs, merge
from .record import ASSERTED, Record, Stretch
from .relations import Ids, Layout, Relation, merged_runs, one, present
from .schema import Schema, compile_schema
from .table import rule_number
from .transitive import close_transitively
from .vocabulary import (
    CLASS,
    DATATYPE_PROPERTY,
    NOTHING,
    OBJECT_PROPERTY,
    SAME,
    SCHEMA_CLASS_END,
    SCHEMA_PROPERTY_END,
    SUB_CLASS,
    SUB_PROPERTY,
    TYPE,
)

__all__ = ["Saturation", "saturate", "saturate_upon", "speaks_of_schema"]


@dataclass(frozen=True, slots=True)
class Saturation:
    """A fixpoint: the facts about representatives, how each came about, and the axioms at the end."""

    record: Record
    equality: Equality
    schema: Schema


def saturate(terms: Dictionary, layout: Layout, asserted: Ids, budget: Budget = UNLIMITED) -> Saturation:
    """Draw every conclusion of the OWL 2 RL/RDF rules from packed facts (ascending, different).

    The budget is heeded between rounds.
    """
    record = Record(layout, Relation.of(layout, asserted))
    record.log.append(Stretch(0, ASSERTED, asserted))
    return _go_on(record, Equality.of(len(terms)), terms, None, record.facts, budget)


def saturate_upon(
    before: Saturation, terms: Dictionary, layout: Layout, added: Ids, budget: Budget = UNLIMITED
) -> Saturation | None:
    """Draw what follows from a fixpoint and more packed facts (ascending, different).

    ``terms`` and ``layout`` are those of all facts together. None where the fixpoint knows of equal terms: what is
    said of these would have to be rewritten first. The budget is heeded between rounds.
    """
    if len(before.equality.shared()):
        return None
    narrow = before.record.layout
    log = [Stretch(each.round, each.rule, narrow.repacked(each.keys, layout)) for each in before.record.log]
    log[0] = Stretch(0, ASSERTED, merged_runs(log[0].keys, added[~present(log[0].keys, added)]))
    facts = before.record.facts.within(layout)
    delta = Relation.of(layout, added[~facts.has(added)])
    record = Record(layout, facts.merged(delta), log, before.record.round)
    _, nothing = delta.subjects(TYPE, one(NOTHING))
    axioms = len(nothing) or speaks_of_schema(record.facts, delta)
    return _go_on(record, Equality.of(len(terms)), terms, None if axioms else before.schema, delta, budget)


def _go_on(
    record: Record, equality: Equality, terms: Dictionary, schema: Schema | None, delta: Relation, budget: Budget
) -> Saturation:
    """Run the rounds to the end, first over ``delta``; without a schema, over all facts once the axioms are closed."""
    while True:
        if schema is None:
            schema = _close_axioms(record, equality, terms, budget)
            delta = record.facts
        while len(delta):
            budget.heed()
            delta = _advance(record, equality, schema, terms, delta)
            if speaks_of_schema(record.facts, delta):
                schema = None
                break
        else:
            return Saturation(record, equality, schema)


def _advance(record: Record, equality: Equality, schema: Schema, terms: Dictionary, delta: Relation) -> Relation:
    """One round over the facts; returns what it added."""
    added = record.absorb(literal_types(record.facts, delta, schema, terms))
    delta = delta.merged(added)
    closed = close_transitively(record, rule_number("prp-trp"), schema.transitive, delta)
    delta = delta.merged(closed)
    same = equal_pairs(record.facts, delta, schema, terms)
    fresh = record.absorb(consequences(record.facts, delta, schema, terms))
    return merge(record, equality, terms, same, fresh)


def _close_axioms(record: Record, equality: Equality, terms: Dictionary, budget: Budget) -> Schema:
    """Close the facts that are axioms under the rules over axioms, and compile the outcome."""
    while True:
        budget.heed()
        for predicate, rule in ((SUB_CLASS, "scm-sco"), (SUB_PROPERTY, "scm-spo")):
            close_transitively(record, rule_number(rule), one(predicate), record.facts)
        schema = compile_schema(record.facts, terms)
        drawn = axiom_consequences(record.facts, schema, terms, equality.shared())
        if not len(record.absorb(drawn)):
            return schema


def speaks_of_schema(facts: Relation, delta: Relation) -> bool:
    """Whether new facts are axioms, or make two declared classes or properties equal."""
    predicates, subjects, objects = delta.layout.unpack(delta.by_subject)
    axioms = predicates < SCHEMA_PROPERTY_END
    kinds = (predicates == TYPE) & (objects >= SCHEMA_PROPERTY_END) & (objects < SCHEMA_CLASS_END)
    if (axioms | kinds).any():
        return True
    equals = subjects[predicates == SAME]
    return any(facts.holds(TYPE, equals, kind).any() for kind in (CLASS, OBJECT_PROPERTY, DATATYPE_PROPERTY))
