"""Rules that had nothing to look at, and rules that do not bind here, each with its reason."""

from collections.abc import Iterable

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.explain import RuleApplicability
from aiopkg.rules import catalogue

__all__ = ["Idle", "IdleRule", "idle_of"]


@dataclass(frozen=True, slots=True)
class IdleRule:
    """A rule that looked at nothing, and why."""

    code: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Idle:
    """Rules in force that found nothing to look at, and rules that are not in force."""

    vacuous: tuple[IdleRule, ...]
    not_in_force: tuple[IdleRule, ...]


def idle_of(a: Assessment) -> Idle:
    """Return the rules that looked at nothing."""
    labels = {rule.code: rule.label for rule in catalogue()}

    def rows(found: Iterable[RuleApplicability]) -> tuple[IdleRule, ...]:
        return tuple(IdleRule(each.rule, labels[each.rule], each.reason) for each in found)

    idle = [each for each in a.applicability.values() if not each.applies]
    return Idle(rows(each for each in idle if each.in_force), rows(each for each in idle if not each.in_force))
