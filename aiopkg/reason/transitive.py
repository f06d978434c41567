"""Transitive closure inside a relation: prp-trp, and scm-sco and scm-spo, which have the same form."""

import numpy as np

from .record import Record
from .relations import EMPTY, Ids, Layout, Relation, present, unique

__all__ = ["close_transitively"]


def close_transitively(record: Record, rule: int, properties: Ids, delta: Relation) -> Relation:
    """Close these properties, given that the facts outside delta are closed already; return what is new.

    A new path is C? (D C?)+ with D the new edges and C the old paths. The walk extends it by one (D C?) at a
    time, so each pair is drawn once for each new edge into its end, and each step counts as a round.
    """
    properties = unique(properties)
    properties = properties[delta.touched(properties)] if len(properties) and len(delta) else EMPTY
    if not len(properties):
        return Relation(record.layout, EMPTY, EMPTY)
    layout = record.layout
    known = _edges(record.facts, properties)
    edges = _edges(delta, properties)
    old = known[~present(edges, known)]
    steps, paths = edges, edges
    if len(old):
        before = Relation.of(layout, old)
        steps = unique(np.concatenate((edges, _composed(layout, edges, before))))
        paths = unique(np.concatenate((steps, _composed(layout, old, Relation.of(layout, steps)))))
    onward = Relation.of(layout, steps)
    rounds: list[Ids] = []
    fresh = paths[~present(known, paths)]
    while True:
        if len(fresh):
            rounds.append(fresh)
            known = np.concatenate((known, fresh))
            known.sort(kind="stable")
        paths = unique(_composed(layout, paths, onward))
        fresh = paths = paths[~present(known, paths)]
        if not len(paths):
            return record.absorb_rounds(rule, rounds)


def _edges(facts: Relation, properties: Ids) -> Ids:
    row, subjects, objects = facts.pairs(properties)
    return facts.layout.pack(properties[row], subjects, objects) if len(row) else EMPTY


def _composed(layout: Layout, left: Ids, right: Relation) -> Ids:
    predicates, starts, middles = layout.unpack(left)
    row, ends = right.objects(predicates, middles)
    return layout.pack(predicates[row], starts[row], ends) if len(row) else EMPTY
