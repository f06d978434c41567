"""The facts derived so far and, for each, the rule and the round that first derived it."""

from collections.abc import Iterable
from dataclasses import field

import numpy as np

from aiopkg.dataclass import dataclass

from .relations import EMPTY, Ids, Layout, Relation, merged_runs, present, unique

__all__ = ["ASSERTED", "Candidates", "Record", "Stretch"]

Candidates = list[tuple[int, Ids]]
"""Conclusions as packed facts, each with the number of the rule that draws them; known facts may occur."""

ASSERTED = -1
"""The rule number of what was given."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one rule added in one round: packed facts, ascending."""

    round: int
    rule: int
    keys: Ids


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
        added = EMPTY
        waiting = sorted(candidates, key=lambda candidate: candidate[0])[::-1]
        del candidates  # each is let go once it was looked through
        while waiting:
            rule, fresh = self._fresh(*waiting.pop())
            fresh = fresh[~present(added, fresh)]
            if len(fresh):
                self.log.append(Stretch(self.round, rule, fresh))
                added = merged_runs(added, fresh)
        fresh_facts = Relation.of(self.layout, added)
        self.facts = self.facts.merged(fresh_facts)
        return fresh_facts

    def _fresh(self, rule: int, drawn: Ids) -> tuple[int, Ids]:
        found = unique(drawn)
        return rule, found[~self.facts.has(found)]

    def absorb_rounds(self, rule: int, rounds: Iterable[Ids]) -> Relation:
        """Take in the new facts of several rounds of one rule, which must be new and ascending."""
        parts: list[Ids] = []
        for keys in rounds:
            self.round += 1
            self.log.append(Stretch(self.round, rule, keys))
            parts.append(keys)
        if not parts:
            return Relation(self.layout, EMPTY, EMPTY)
        fresh_facts = Relation.of(self.layout, np.sort(np.concatenate(parts)))
        self.facts = self.facts.merged(fresh_facts)
        return fresh_facts

    def note(self, rule: int, keys: Ids) -> None:
        """Remember facts (ascending) of the current round that are kept in another form."""
        if len(keys):
            self.log.append(Stretch(self.round, rule, keys))
