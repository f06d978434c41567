"""The facts derived so far and, for each, the rule and the round that first derived it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .relations import EMPTY, Ids, Layout, Relation, present, unique

__all__ = ["Candidates", "Record", "Stretch"]

Candidates = list[tuple[int, Ids]]
"""Conclusions as packed facts, each with the number of the rule that draws them; known facts may occur."""

RuleNumbers = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one round added: packed facts, ascending, with the number of the rule of each."""

    round: int
    keys: Ids
    rules: RuleNumbers


@dataclass(slots=True)
class Record:
    """A growing set of facts; nothing that was derived is ever taken out of ``log``."""

    layout: Layout
    facts: Relation
    log: list[Stretch] = field(default_factory=list)
    round: int = 0

    def absorb(self, candidates: Candidates) -> Relation:
        """Begin a round, take in what is new, and return it.

        Where several rules draw the same conclusion in one round, the rule that comes first in the
        standard's tables is remembered, so that the outcome does not depend on the order of evaluation.
        """
        self.round += 1
        keys: list[Ids] = []
        rules: list[RuleNumbers] = []
        for rule, drawn in sorted(candidates, key=lambda candidate: candidate[0]):
            fresh = unique(drawn)
            fresh = fresh[~present(self.facts.by_subject, fresh)]
            if len(fresh):
                keys.append(fresh)
                rules.append(np.full(len(fresh), rule, dtype=np.int16))
        if not keys:
            return Relation(self.layout, EMPTY, EMPTY)
        added, applied = keys[0], rules[0]
        if len(keys) > 1:
            added, applied = np.concatenate(keys), np.concatenate(rules)
            order = np.argsort(added, kind="stable")
            added, applied = added[order], applied[order]
            first = np.concatenate(([True], added[1:] != added[:-1]))
            added, applied = added[first], applied[first]
        self.log.append(Stretch(self.round, added, applied))
        fresh_facts = Relation.of(self.layout, added)
        self.facts = self.facts.merged(fresh_facts)
        return fresh_facts

    def absorb_rounds(self, rule: int, rounds: Iterable[Ids]) -> Relation:
        """Take in the new facts of several rounds of one rule, which must be new and ascending."""
        parts: list[Ids] = []
        for keys in rounds:
            self.round += 1
            self.log.append(Stretch(self.round, keys, np.full(len(keys), rule, dtype=np.int16)))
            parts.append(keys)
        if not parts:
            return Relation(self.layout, EMPTY, EMPTY)
        fresh_facts = Relation.of(self.layout, np.sort(np.concatenate(parts)))
        self.facts = self.facts.merged(fresh_facts)
        return fresh_facts

    def note(self, keys: Ids, rules: RuleNumbers) -> None:
        """Remember facts of the current round that are kept in another form (as representatives)."""
        if len(keys):
            order = np.argsort(keys, kind="stable")
            self.log.append(Stretch(self.round, keys[order], rules[order]))
