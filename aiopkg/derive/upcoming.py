"""What rules that begin later will find, should nothing change until then.

The law changes on known days: a rule comes into force, or a term of the ontology does, such as a class of
systems that an act reaches later than others. On each of these days today's facts are judged as of that day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from pyoxigraph import Store, Triple

from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.measure import write_measures
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding, Ruling, rule_upon
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["Upcoming", "look_ahead"]


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What one rule finds from a day on: all of it if the rule begins that day, else what it did not find before.

    ``elements`` is how many elements it looks at then.
    """

    date: date
    rule: Rule
    findings: tuple[Finding, ...]
    elements: int


def look_ahead(
    store: FactStore, rules: Sequence[Rule], as_of: date, model: Model, given: Sequence[Triple] = ()
) -> tuple[Upcoming, ...]:
    """Return what some rules will find on the days after ``as_of`` on which the law changes, by day and code.

    A rule that begins on such a day is listed even when it finds nothing. ``store`` holds what is stated and
    what follows from it, and is left as it was; ``given`` are facts of the evaluation itself.
    """
    future = Store()
    for graph in GRAPH.facts:
        if graph != GRAPH.measures:
            future.bulk_extend(store.quads_for_pattern(None, None, None, graph))

    def judge(chosen: Sequence[Rule], day: date) -> Ruling:
        write_measures(future, day, given, model.place_of)
        return rule_upon(future, chosen, day, model, Labels.of(future, GRAPH.facts))

    starts = {rule.valid_from for rule in rules if rule.valid_from}
    terms = set(_starts_of_terms(future))
    coming: list[Upcoming] = []
    for day in sorted(day for day in starts | terms if day > as_of):
        eve = day - timedelta(days=1)
        old = [rule for rule in rules if rule.in_force(eve) and rule.in_force(day) and day in terms]
        new = [rule for rule in rules if rule.valid_from == day]
        before = {(finding.id, finding.verdict) for finding in judge(old, eve).findings} if old else set()
        ruling = judge([*old, *new], day)
        found = [f for f in ruling.findings if (f.id, f.verdict) not in before]
        for rule in sorted([*old, *new], key=lambda rule: rule.code):
            findings = tuple(finding for finding in found if finding.rule == rule.code)
            if findings or rule in new:
                coming.append(Upcoming(day, rule, findings, len(ruling.targets[rule.code])))
    return tuple(coming)


def _starts_of_terms(store: FactStore) -> Iterator[date]:
    """Yield the days from which terms of the ontology itself hold, of those terms that the organization uses."""
    for quad in store.quads_for_pattern(None, AIOP.validFrom, None, GRAPH.ontology):
        used = (store.quads_for_pattern(None, None, quad.subject, graph) for graph in (GRAPH.asserted, GRAPH.inferred))
        if any(user.subject != quad.subject for users in used for user in users):
            yield date.fromisoformat(quad.object.value[:10])  # type: ignore[union-attr]
