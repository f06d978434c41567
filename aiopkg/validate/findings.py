"""Turns failing constraints into findings: one verdict for each rule and element, with its words."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import date

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.errors import LimitReached
from aiopkg.limits import UNLIMITED, Budget
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule
from aiopkg.validate.arbiter import by_pyshacl
from aiopkg.validate.excuses import Excuses
from aiopkg.validate.judgement import Candidates, Judgement, Verdict, judge_each, possible_targets
from aiopkg.validate.openness import Openness
from aiopkg.validate.results import Result
from aiopkg.validate.scope import missing_at, properties_of
from aiopkg.validate.shapes import Shapes
from aiopkg.validate.terms import Term
from aiopkg.validators import Validator
from aiopkg.vocab import AIOP, GRAPH

__all__ = [
    "FINDING",
    "VERDICTS",
    "Clerk",
    "Finding",
    "NotKnown",
    "Ruling",
    "decided",
    "element_named",
    "name_of",
    "openness_of",
    "rule_upon",
    "shapes_of",
    "worst_verdict",
]

FINDING = "https://w3id.org/aiop/finding/"
"""The namespace of findings; a finding's IRI is this and its id."""

Element = NamedNode | BlankNode
Scopes = Mapping[NamedNode, Mapping[object, tuple[NamedNode, ...]]]
"""For each rule the properties that each of its constraints looks at."""

VERDICTS = ("satisfied", "violated", "unknown", "not_applicable", "in_progress", "waived")
"""Every verdict, in the order in which reports show them."""

_WORST_FIRST = ("violated", "unknown", "in_progress", "not_applicable", "waived")
_MOST_NAMED = 5
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that an element does not satisfy.

    ``id`` is stable across runs; ``severity`` is one of violation, warning, info; ``verdict`` one of
    :data:`VERDICTS` but satisfied; ``focus`` the element's IRI or blank-node name; ``values`` what offends,
    as written in the model; ``kind`` tells apart what one rule reports apart; ``note`` gives the stated
    reason behind a verdict that excuses; ``missing`` the least evidence that would settle an unknown, as the
    element and the label of its property.
    """

    id: str
    rule: str
    severity: str
    verdict: str
    pillar: str
    focus: str
    label: str
    message: str
    values: tuple[str, ...]
    file: str | None
    line: int | None
    failure_mode: str
    recommendation: str
    kind: str = ""
    note: str = ""
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NotKnown:
    """An element of which it cannot be told whether a rule applies to it, or finds anything to object to, and the
    facts that would tell.
    """

    rule: str
    focus: str
    label: str
    missing: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ruling:
    """What validation came to: the findings, the elements that each rule targets, how many of them got each
    verdict, and what is not known.

    ``ended`` is the limit that was reached, where there are rules that were not judged any more; they are in none
    of the mappings.
    """

    findings: tuple[Finding, ...]
    targets: Mapping[str, tuple[str, ...]]
    verdicts: Mapping[str, Mapping[str, int]]
    not_known: tuple[NotKnown, ...]
    ended: LimitReached | None = None


def rule_upon(
    store: FactStore,
    rules: Sequence[Rule],
    as_of: date,
    model: Model,
    labels: Labels,
    budget: Budget = UNLIMITED,
    validator: Validator = Validator.aiopkg,
) -> Ruling:
    """Judge a materialised and measured store by some rules.

    Ordinary SHACL decides what fails; what was stated in place of a fact and what nobody reported decide
    the verdict of a failure, in the order that :mod:`aiopkg.validate.excuses` and :func:`judge_each` describe.
    Where the budget is used up, the ruling is about the rules that were judged until then, and says so.
    """
    shapes = shapes_of(rules)
    possible: Candidates = {}
    verdicts: dict[object, Verdict] = {}
    ended = None
    try:
        possible = possible_targets(store, shapes, graphs=GRAPH.facts, budget=budget)
        for verdict in judge_each(store, shapes, graphs=GRAPH.facts, budget=budget):
            verdicts[verdict.shape] = verdict
    except LimitReached as error:
        ended = error
        rules = tuple(rule for rule in rules if rule.iri in verdicts)
    known: dict[Element, Verdict] = {rule.iri: verdicts[rule.iri] for rule in rules if rule.iri in verdicts}
    if validator is Validator.pyshacl:
        known = by_pyshacl(store, rules, known)
    clerk = Clerk(rules, Excuses(store, as_of), openness_of(store), model, labels)
    findings = clerk.findings(judgement for verdict in known.values() for judgement in verdict.judgements)
    undecided = {iri: verdict.undecided for iri, verdict in known.items() if verdict.undecided}
    targets = {iri: decided(verdict.targets, verdict.undecided) for iri, verdict in known.items()}
    open_to = {shape: elements for shape, elements in possible.items() if shape in known}
    return Ruling(
        tuple(findings),
        {rule.code: tuple(name_of(e) for e in targets.get(rule.iri, ())) for rule in rules},
        _count(rules, targets, findings),
        clerk.not_known(open_to, undecided),
        ended,
    )


def decided(targets: Iterable[Term], undecided: Iterable[tuple[Term, object]]) -> tuple[Term, ...]:
    """Return the targets of a rule without those at which it cannot be told whether it has anything to object to.

    What nothing speaks against, and nothing for either, is no element that satisfies the rule: an unknown is never
    counted as a pass.
    """
    open_ones = {node for node, _ in undecided}
    return tuple(target for target in targets if target not in open_ones)


def shapes_of(rules: Iterable[Rule]) -> Shapes:
    """Compile the shapes of some rules of the catalogue."""
    triples = (triple for rule in rules for triple in rule.triples)
    return Shapes.compile(triples, definitions=assets.ontology(), well_formed=True)


class _Scopes(dict[NamedNode, Mapping[object, tuple[NamedNode, ...]]]):
    """For each rule the properties that each of its constraints looks at, found when it is first asked about."""

    def __init__(self, rules: Mapping[NamedNode, Rule]) -> None:
        super().__init__()
        self._rules = rules

    def __missing__(self, rule: NamedNode) -> Mapping[object, tuple[NamedNode, ...]]:
        found = self[rule] = properties_of(self._rules[rule])
        return found


class Clerk:
    """Turns judgements into findings: the verdict of each, and its words."""

    def __init__(
        self, rules: Sequence[Rule], excuses: Excuses, openness: Openness, model: Model, labels: Labels
    ) -> None:
        self._rules = {rule.iri: rule for rule in rules}
        self._scopes = _Scopes(self._rules)
        self._excuses = excuses
        self._writer = _Writer(model, labels, openness, self._scopes)

    def informed(self, excuses: Excuses, openness: Openness, model: Model, labels: Labels) -> "Clerk":
        """A clerk for the same rules who knows other things about the organization."""
        other = copy(self)
        other._excuses = excuses
        other._writer = _Writer(model, labels, openness, self._scopes)
        return other

    def findings(self, judgements: Iterable[Judgement]) -> list[Finding]:
        """Write the findings of some judgements, of which those of a rule and element come together; sorted."""
        groups: dict[tuple[NamedNode, Element, str], list[tuple[Judgement, str, str]]] = defaultdict(list)
        for judgement in judgements:
            rule = self._rules[judgement.shape]  # type: ignore[index]
            scopes = [rule.iri, *self._scopes[rule.iri][judgement.constraint]]
            excuse = self._excuses.find(judgement.focus, scopes)  # type: ignore[arg-type]
            verdict = excuse.verdict if excuse else "unknown" if judgement.possible else "violated"
            key = (rule.iri, judgement.focus, rule.kinds.get(judgement.constraint, ""))
            groups[key].append((judgement, verdict, excuse.note if excuse else ""))  # type: ignore[index]
        found = [
            self._writer.finding(self._rules[iri], focus, kind, failures)
            for (iri, focus, kind), failures in groups.items()
        ]
        return sorted(found, key=lambda f: (f.rule, f.focus, f.kind))

    def not_known(self, *candidates: Candidates) -> tuple[NotKnown, ...]:
        """Say of which elements it cannot be told whether a rule applies, or has anything to object to; sorted."""
        labels = self._writer.labels
        found = (
            NotKnown(
                self._rules[shape].code,  # type: ignore[index]
                name_of(focus),
                labels(focus),
                tuple((name_of(node), labels(name)) for node, name in missing),
            )
            for open_targets in candidates
            for shape, elements in open_targets.items()
            for focus, missing in elements
        )
        return tuple(sorted(found, key=lambda n: (n.rule, n.focus)))


def openness_of(store: FactStore) -> Openness:
    """Read what a measured store declares unreported."""
    return Openness.of_declarations(
        (quad.subject, quad.object)
        for graph in GRAPH.facts
        for quad in store.quads_for_pattern(None, AIOP.unreported, None, graph)
    )


def name_of(element: Element | Literal | Triple) -> str:
    """Return the IRI of an element, or its name with ``_:`` if it has none."""
    return element.value if isinstance(element, NamedNode | Literal) else str(element)


def element_named(name: str) -> Element:
    """Return the element that :func:`name_of` gave a name."""
    return BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)


def worst_verdict(verdicts: Iterable[str]) -> str:
    """Return which of some verdicts, none of them satisfied, counts for an element."""
    return min(verdicts, key=_WORST_FIRST.index)


def _count(
    rules: Iterable[Rule], targets: Mapping[NamedNode | BlankNode, Sequence[object]], findings: Iterable[Finding]
) -> dict[str, dict[str, int]]:
    """Count the elements that each rule targets by verdict; an element's verdict is its worst."""
    verdicts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in findings:
        verdicts[finding.rule, finding.focus].append(finding.verdict)
    worst = {key: worst_verdict(found) for key, found in verdicts.items()}
    failed = Counter((rule, verdict) for (rule, _), verdict in worst.items())
    counts = {}
    for rule in rules:
        row = {verdict: failed[rule.code, verdict] for verdict in VERDICTS}
        row["satisfied"] = len(targets.get(rule.iri, ())) - sum(row.values())
        counts[rule.code] = row
    return counts


class _Writer:
    """Puts findings into words."""

    def __init__(self, model: Model, labels: Labels, openness: Openness, scopes: Scopes) -> None:
        self.model = model
        self.labels = labels
        self.openness = openness
        self.scopes = scopes

    def finding(self, rule: Rule, focus: Element, kind: str, failures: Sequence[tuple[Judgement, str, str]]) -> Finding:
        verdict = min((verdict for _, verdict, _ in failures), key=_WORST_FIRST.index)
        telling = [failure for failure in failures if failure[1] == verdict]
        place = self.model.place_of(focus)
        values = sorted(
            {
                self.model.as_written(value)  # type: ignore[arg-type]
                for judgement, _, _ in telling
                for result in judgement.results
                for value in _offending(result, focus)
            },
            key=str,
        )
        messages = (
            [f"Not known of {self.labels(focus)}: {rule.label[0].lower()}{rule.label[1:]}."]
            if verdict == "unknown"
            else sorted({self._message(rule, judgement, focus) for judgement, _, _ in telling})
        )
        return Finding(
            id=_identifier(rule.code, kind, name_of(focus)),
            rule=rule.code,
            severity=rule.severity.lower(),
            verdict=verdict,
            pillar=self.labels(rule.pillar),
            focus=name_of(focus),
            label=self.labels(focus),
            message=" ".join(messages),
            values=tuple(name_of(value) for value in values),
            file=place.file if place else None,
            line=place.line if place else None,
            failure_mode=rule.failure_mode.value,
            recommendation=self._fill(rule.remedy, {"this": {self.labels(focus)}}),
            kind=kind,
            note="; ".join(sorted({note for _, _, note in telling if note})),
            missing=self._missing(rule, focus, telling) if verdict == "unknown" else (),
        )

    def _missing(
        self, rule: Rule, focus: Element, telling: Sequence[tuple[Judgement, str, str]]
    ) -> tuple[tuple[str, str], ...]:
        scope = self.scopes[rule.iri]
        names = {name for j, _, _ in telling for name in missing_at(rule, scope, j.constraint, focus, self.openness)}
        return tuple(sorted((name_of(focus), self.labels(name)) for name in names))

    def _message(self, rule: Rule, judgement: Judgement, focus: Element) -> str:
        """Say what fails: in one sentence if one variable of it varies, else in one for each row, so that what
        belongs together stays together.
        """
        template = rule.messages.get(judgement.constraint) or rule.messages.get(rule.iri) or rule.label
        named = set(_PLACEHOLDER.findall(template)) - {"this"}
        rows = {tuple(sorted(self._words(result, named).items())) for result in judgement.results}
        together: dict[str, set[str]] = defaultdict(set)
        for name, word in (pair for row in rows for pair in row):
            together[name].add(word)
        this = {"this": {self.labels(focus)}}
        if sum(len(words) > 1 for words in together.values()) < 2:
            return self._fill(template, {**together, **this})
        told = [self._fill(template, {**{name: {word} for name, word in row}, **this}) for row in sorted(rows)]
        more = len(told) - _MOST_NAMED
        return " ".join([*told[:_MOST_NAMED], *([f"There are {more} more."] if more > 0 else [])])

    def _words(self, result: Result, named: Collection[str]) -> dict[str, str]:
        """Return the label of what one result binds to each name."""
        shown = {**result.bindings}
        if result.value is not None:
            shown.setdefault("value", result.value)
        return {name: self.labels(self.model.as_written(term)) for name, term in shown.items() if name in named}  # type: ignore[arg-type]

    @staticmethod
    def _fill(template: str, words: Mapping[str, Collection[str]]) -> str:
        """Replace ``{$name}`` and ``{?name}`` by words, several joined, many cut short with their number."""

        def replacement(match: re.Match[str]) -> str:
            found = words.get(match[1])
            if not found:
                return match[0]
            named = sorted(found)
            more = len(named) - _MOST_NAMED
            return ", ".join(named[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

        return _PLACEHOLDER.sub(replacement, template)


def _offending(result: Result, focus: Element) -> Iterable[object]:
    if result.value is not None and result.value != focus:
        yield result.value
    for name, term in result.bindings.items():
        if name not in ("this", "value", "path") and term != focus:
            yield term


def _identifier(code: str, kind: str, focus: str) -> str:
    digest = hashlib.sha256(f"{code}\n{kind}\n{focus}".encode()).hexdigest()
    return f"{code}-{digest[:12]}"
