"""The parts right below an organization, and how each stands by pillar and in the rules of each pack."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pyoxigraph import BlankNode, NamedNode

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule
from aiopkg.validate.findings import VERDICTS, Finding, Ruling, element_named
from aiopkg.vocab import GRAPH, ORG

__all__ = ["PartScore", "PracticeScore", "part_of_each", "parts_of_elements", "score_parts"]

Element = NamedNode | BlankNode

_WORST_FIRST = ("violated", "unknown", "in_progress", "not_applicable", "waived")


@dataclass(frozen=True, slots=True)
class PartScore:
    """How one part of the organization stands in one pillar: how many elements of each rule got each verdict.

    A part with the name "" holds the elements that belong to no part.
    """

    part: str
    label: str
    pillar: str
    verdicts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PracticeScore:
    """How one part of the organization stands in one rule of a pack, elements counted by verdict."""

    part: str
    label: str
    rule: str
    verdicts: Mapping[str, int]


def part_of_each(store: FactStore, organization: Element) -> Mapping[str, str]:
    """Map each unit and organization below ``organization`` to the part of it right below that it lies in.

    A part maps to itself. An organization that is not below, such as a vendor, is left out.
    """
    parents: dict[object, set[object]] = defaultdict(set)
    for graph in (GRAPH.asserted, GRAPH.inferred):
        for predicate in (ORG.subOrganizationOf, ORG.unitOf):
            for quad in store.quads_for_pattern(None, predicate, None, graph):
                parents[quad.subject].add(quad.object)
    parts = {}
    for unit in list(parents):
        above = _above(unit, parents)
        if organization in above and unit != organization:
            within = {e: _above(e, parents) - {organization, e} for e in {unit, *above} - {organization}}
            part = min(within, key=lambda e: (len(within[e]), str(e)))
            parts[_name(unit)] = _name(part)
    return parts


def _above(start: object, parents: Mapping[object, set[object]]) -> set[object]:
    found: set[object] = set()
    stack = [start]
    while stack:
        for parent in parents.get(stack.pop(), ()):
            if parent not in found:
                found.add(parent)
                stack.append(parent)
    return found


def parts_of_elements(store: FactStore, part_of: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Map each element to the parts that it belongs to; ``part_of`` maps units to theirs."""
    homes: dict[str, set[str]] = defaultdict(set)
    for row in store.query(assets.query("overview", "parts"), default_graph=list(GRAPH.facts)):  # type: ignore[union-attr]
        if _name(row["place"]) in part_of:
            homes[_name(row["element"])].add(part_of[_name(row["place"])])
    return homes


def score_parts(
    store: FactStore, organization: Element, rules: Sequence[Rule], ruling: Ruling, labels: Labels
) -> tuple[tuple[PartScore, ...], tuple[PracticeScore, ...]]:
    """Count the elements of each rule by part and verdict, an element once in each part that it belongs to."""
    homes = parts_of_elements(store, part_of_each(store, organization))
    worst = _worst(ruling.findings)
    by_pillar: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(VERDICTS, 0))
    by_rule: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(VERDICTS, 0))
    for rule in rules:
        pillar = labels(rule.pillar)
        for focus in ruling.targets[rule.code]:
            verdict = worst.get((rule.code, focus), "satisfied")
            for part in homes.get(focus, {""}):
                by_pillar[part, pillar][verdict] += 1
                if rule.pack:
                    by_rule[part, rule.code][verdict] += 1
    names = {part: labels(element_named(part)) if part else "" for part, _ in by_pillar}
    return (
        tuple(PartScore(part, names[part], pillar, row) for (part, pillar), row in sorted(by_pillar.items())),
        tuple(PracticeScore(part, names[part], code, row) for (part, code), row in sorted(by_rule.items())),
    )


def _worst(findings: Sequence[Finding]) -> Mapping[tuple[str, str], str]:
    worst: dict[tuple[str, str], str] = {}
    for finding in findings:
        rivals = (finding.verdict, worst.get((finding.rule, finding.focus), finding.verdict))
        worst[finding.rule, finding.focus] = min(rivals, key=_WORST_FIRST.index)
    return worst


def _name(term: object) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)
