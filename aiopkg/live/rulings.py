"""Judgements and findings kept up to date: an element is judged again where facts that its verdict rests on changed."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.live.changes import EVERYTHING, Changes, Reach, Reads
from aiopkg.live.dependence import Dependence
from aiopkg.live.routes import apart, reads_of
from aiopkg.live.views import aside, only
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule
from aiopkg.syntax.parser import parse_own_query
from aiopkg.validate.excuses import Excuses
from aiopkg.validate.findings import (
    VERDICTS,
    Clerk,
    Finding,
    Ruling,
    name_of,
    openness_of,
    shapes_of,
    worst_verdict,
)
from aiopkg.validate.judgement import Candidates, Judgement, judge, judge_target, possible_targets, undecided_targets
from aiopkg.validate.run import Run
from aiopkg.validate.shapes import Target
from aiopkg.validate.terms import Node, Term, order_key, order_terms
from aiopkg.validate.validation import start
from aiopkg.vocab import AIOP, GRAPH, RDF

__all__ = ["Revised", "Rulings"]

_MANY = 5000
"""A rule is judged anew at all its elements rather than at more of them than this."""
Element = NamedNode | BlankNode
_Pair = tuple[Node, Term]


@dataclass(frozen=True)
class Revised:
    """The findings that came and went with an edit; one that only reads differently did both.

    ``judged`` counts the focus nodes at which rules were judged again, each once for each rule.
    """

    added: Sequence[Finding]
    removed: Sequence[Finding]
    judged: int


class Elements:
    """The elements that a rule targets, with their names in our fixed order."""

    def __init__(self, members: Iterable[Term]) -> None:
        self.members = set(members)
        ordered = order_terms(self.members)
        self._keys = [order_key(element) for element in ordered]
        self._names = [name_of(element) for element in ordered]
        self._told: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.members)

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        if self._told is None:
            self._told = tuple(self._names)
        return self._told

    def replace(self, nodes: Iterable[Term], now: Collection[Term]) -> None:
        """Of some nodes, let these be targeted and no others."""
        for node in nodes:
            if (node in now) == (node in self.members):
                continue
            self._told = None
            place = bisect_left(self._keys, order_key(node))
            if node in now:
                self.members.add(node)
                self._keys.insert(place, order_key(node))
                self._names.insert(place, name_of(node))
            else:
                self.members.remove(node)
                del self._keys[place], self._names[place]


class Rulings:
    """What validation came to over a materialised and measured store, with all that its parts rest on."""

    def __init__(
        self,
        store: Store,
        rules: Sequence[Rule],
        as_of: date,
        model: Model,
        labels: Labels,
        told: Sequence[Triple],
    ) -> None:
        self._store = store
        self._told = told
        self._rules = rules
        self._as_of = as_of
        self._shapes = shapes_of(rules)
        self._dependence = {target.name: Dependence.of(target) for target in self._shapes.targets}
        query = apart(parse_own_query(assets.query("validate", "excuses")))
        self._excusing = Reads.of(reads_of(query, "?element"))
        judged = judge(store, self._shapes, graphs=GRAPH.facts, materialised=True)
        self._targets = {name: Elements(found) for name, found in judged.targets.items()}
        self._judgements: dict[_Pair, list[Judgement]] = {}
        for judgement in judged.judgements:
            self._judgements.setdefault((judgement.shape, judgement.focus), []).append(judgement)
        self._naming: dict[Term, set[_Pair]] = {}
        for pair, found in self._judgements.items():
            self._note(pair, found)
        self._openness = openness_of(store)
        self._excuses = Excuses(store, as_of)
        self._clerk = clerk = Clerk(rules, self._excuses, self._openness, model, labels)
        self._findings = {pair: clerk.findings(found) for pair, found in self._judgements.items()}
        self._ordered = sorted((f for found in self._findings.values() for f in found), key=_place)
        self._keys = [_place(finding) for finding in self._ordered]
        self._failed: dict[Node, Counter[str]] = {rule.iri: Counter() for rule in rules}
        for (rule_iri, _), findings in self._findings.items():
            self._failed[rule_iri][worst_verdict(finding.verdict for finding in findings)] += 1
        self._undecided = self._open_targets()
        self._not_known = clerk.not_known(self._candidates(), self._undecided)

    @property
    def ruling(self) -> Ruling:
        """All of it, as one value."""
        return Ruling(
            tuple(self._ordered),
            {rule.code: self._names(rule.iri) for rule in self._rules},
            {rule.code: self._count(rule.iri) for rule in self._rules},
            self._not_known,
        )

    def _count(self, rule: Node) -> Mapping[str, int]:
        row = {verdict: self._failed[rule][verdict] for verdict in VERDICTS}
        row["satisfied"] = len(self._targets.get(rule, ())) - len(self._undecided.get(rule, ())) - sum(row.values())
        return row

    def _names(self, rule: Node) -> tuple[str, ...]:
        if rule not in self._targets:
            return ()
        undecided = {name_of(node) for node, _ in self._undecided.get(rule, ())}
        names = self._targets[rule].names
        return tuple(name for name in names if name not in undecided) if undecided else names

    def update(
        self, changes: Changes, moved: Iterable[Term], renamed: Collection[Term], model: Model, labels: Labels
    ) -> Revised:
        """Take in changes of the facts.

        ``moved`` are elements that stand elsewhere in the files since, ``renamed`` terms that are called or spelt
        otherwise.
        """
        opened = changes.touches([AIOP.unreported])
        if opened:
            self._openness = openness_of(self._store)
        reaches = {target.name: self._reach(target.name, changes, opened=opened) for target in self._shapes.targets}
        broadly = bool(self._openness) or any(reach.everything for reach in reaches.values())
        touched: set[_Pair] = set()
        judged = 0
        with aside(self._store, self._told if broadly else ()):
            run = start(self._store, self._shapes, GRAPH.facts, None, True, self._openness)
            for target in self._shapes.targets:
                if reaches[target.name]:
                    changed, nodes = self._judge(run, target, reaches[target.name])
                    touched |= changed
                    judged += nodes
            candidates = self._candidates()
            self._undecided = self._open_targets()
        touched |= self._excused(changes)
        if opened:  # what would settle a failure may be another, though the failure is the same
            touched |= self._judgements.keys()
        pairs = {(rule.iri, element) for rule in self._rules for element in moved}
        touched |= {pair for pair in pairs if pair in self._judgements}
        touched |= {pair for term in renamed for pair in self._naming.get(term, ())}
        clerk = self._clerk.informed(self._excuses, self._openness, model, labels)
        self._not_known = clerk.not_known(candidates, self._undecided)
        return self._rewrite(touched, clerk, judged)

    def failing_among(self, elements: Iterable[Element]) -> set[Element]:
        """Those of some elements at which a rule fails: where others stand in the files is told nowhere."""
        return {element for element in elements if any((rule.iri, element) in self._judgements for rule in self._rules)}

    def _reach(self, name: Node, changes: Changes, *, opened: bool) -> Reach:
        """The elements at which a rule is to be judged again."""
        dependence = self._dependence[name]
        if opened or (self._openness and dependence.on_definitions):
            return EVERYTHING
        reach = dependence.reads.reached(self._store, changes)
        return EVERYTHING if len(reach.nodes) > _MANY else reach

    def _judge(self, run: Run, target: Target, reach: Reach) -> tuple[set[_Pair], int]:
        """Judge a rule at some nodes anew; returns those with another judgement, and how many were judged."""
        before = self._targets[target.name]
        if reach.everything:
            focus = target.focus(run)
            now = run.nodes(focus)
            found = list(judge_target(run, target, focus))
            nodes: set[Term] = before.members | now
        else:
            nodes = set(reach.nodes)
            now = {node for node in nodes if self._is_target(target, node)}
            with only(self._store, now) as focus:
                found = list(judge_target(run, target, focus)) if now else []
        before.replace(nodes, now)
        judged: dict[Term, list[Judgement]] = {}
        for judgement in found:
            judged.setdefault(judgement.focus, []).append(judgement)
        changed: set[_Pair] = set()
        for node in nodes:
            pair = (target.name, node)
            if judged.get(node, []) != self._judgements.get(pair, []):
                changed.add(pair)
                for term in _terms_in(self._judgements.pop(pair, [])):
                    self._naming[term].discard(pair)
                if node in judged:
                    self._judgements[pair] = judged[node]
                    self._note(pair, judged[node])
        return changed, len(now)

    def _is_target(self, target: Target, node: Term) -> bool:
        if node in target.nodes:
            return True
        if isinstance(node, NamedNode | BlankNode):
            if any(
                Quad(node, RDF.type, kind, graph) in self._store for kind in target.classes for graph in GRAPH.facts
            ):
                return True
            if any(self._any(node, predicate, None) for predicate in target.subjects_of):
                return True
        return any(self._any(None, predicate, node) for predicate in target.objects_of)

    def _any(self, subject: NamedNode | BlankNode | None, predicate: NamedNode, value: Term | None) -> bool:
        return any(
            next(iter(self._store.quads_for_pattern(subject, predicate, value, graph)), None) is not None
            for graph in GRAPH.facts
        )

    def _excused(self, changes: Changes) -> set[_Pair]:
        """The failures of elements about which something is stated that was not, or no more."""
        reach = self._excusing.reached(self._store, changes)
        if not reach:
            return set()
        self._excuses = Excuses(self._store, self._as_of)
        return {pair for pair in self._judgements if reach.everything or pair[1] in reach.nodes}

    def _note(self, pair: _Pair, judgements: Iterable[Judgement]) -> None:
        """Remember the terms with which failures are put into words."""
        for term in _terms_in(judgements):
            self._naming.setdefault(term, set()).add(pair)

    def _rewrite(self, touched: Iterable[_Pair], clerk: Clerk, judged: int) -> Revised:
        """Write the findings of some pairs anew."""
        added: list[Finding] = []
        removed: list[Finding] = []
        for pair in touched:
            old = self._findings.pop(pair, [])
            new = clerk.findings(self._judgements.get(pair, []))
            if new:
                self._findings[pair] = new
            if old != new:
                removed += [finding for finding in old if finding not in new]
                added += [finding for finding in new if finding not in old]
                for findings, change in ((old, -1), (new, 1)):
                    if findings:
                        self._failed[pair[0]][worst_verdict(finding.verdict for finding in findings)] += change
        self._splice(added, removed)
        return Revised(tuple(sorted(added, key=_place)), tuple(sorted(removed, key=_place)), judged)

    def _splice(self, added: Iterable[Finding], removed: Iterable[Finding]) -> None:
        for finding in removed:
            place = bisect_left(self._keys, _place(finding))
            del self._keys[place], self._ordered[place]
        for finding in added:
            place = bisect_left(self._keys, _place(finding))
            self._keys.insert(place, _place(finding))
            self._ordered.insert(place, finding)

    def _candidates(self) -> Candidates:
        """The elements that rules might apply to."""
        return possible_targets(self._store, self._shapes, graphs=GRAPH.facts) if self._openness else {}

    def _open_targets(self) -> Candidates:
        """The elements at which nothing fails and something might."""
        if not self._openness:
            return {}
        return undecided_targets(self._store, self._shapes, self._judgements.keys(), graphs=GRAPH.facts)


def _place(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.focus, finding.kind


def _terms_in(judgements: Iterable[Judgement]) -> set[Term]:
    """The focus of each failure, and the values and other terms of its results."""
    found: set[Term] = set()
    for judgement in judgements:
        found.add(judgement.focus)
        for result in judgement.results:
            found.update(result.bindings.values())
            if result.value is not None:
                found.add(result.value)
    return found
