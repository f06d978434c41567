"""Every rule with its reason: why it applies, why it does not, and why it found nothing to look at."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from pyoxigraph import BlankNode, NamedNode

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.explain.applicability import Applicability, Condition, Weigher, targets_of
from aiopkg.explain.conditions import Kind
from aiopkg.explain.record import Record
from aiopkg.explain.tally import Tallier, Tally
from aiopkg.explain.wording import Wording, listing, number, plural
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule, catalogue, rule_called
from aiopkg.validate.findings import NotKnown, element_named, name_of
from aiopkg.vocab import AIOP, RDF, SKOS

__all__ = ["Reasons", "RuleApplicability"]


@dataclass(frozen=True, slots=True)
class RuleApplicability:
    """Whether a rule applies in an organization, to how many elements, and why.

    ``in_force`` says that its pack binds and that its dates include the evaluation date; a rule in force that
    applies to no element is vacuous. ``not_known`` counts elements of which it cannot be told. ``conditions`` are
    what the rule asks of an element, with how many meet each.
    """

    rule: str
    applies: bool
    in_force: bool
    elements: int
    not_known: int
    reason: str
    conditions: tuple[Tally, ...]


class Reasons:
    """Says of each rule why it applies or not, in an organization and to an element; facts are read when asked for."""

    def __init__(
        self,
        store: FactStore,
        labels: Labels,
        as_of: date,
        packs: Sequence[str],
        organization: tuple[str, str],
        not_known: Sequence[NotKnown],
        left_out: Sequence[str] = (),
    ) -> None:
        """Read a store of facts; ``packs`` are the ids of those that bind, ``organization`` is its name and label,
        ``not_known`` what validation could not tell, ``left_out`` the codes of rules that are not judged.
        """
        self._left_out = frozenset(left_out)
        self._not_known: dict[str, dict[str, NotKnown]] = defaultdict(dict)
        for item in not_known:
            self._not_known[item.rule][item.focus] = item
        self._labels = labels
        self._as_of = as_of
        self._packs = frozenset(packs)
        self._organization, self._called = organization
        self._record = Record.of(store, as_of)
        self._wording = Wording(labels, self._record)
        self._weigher = Weigher(self._record, self._wording)
        self._tallier = Tallier(self._record, self._wording)

    @cached_property
    def of_rules(self) -> Mapping[str, RuleApplicability]:
        """Every rule of the catalogue by its code, those that do not bind included."""
        return {rule.code: self._of_rule(rule) for rule in catalogue()}

    def _of_rule(self, rule: Rule) -> RuleApplicability:
        classes = targets_of(rule)
        bars = tuple(condition for condition in self._terms(rule) if condition.state == "fails")
        members = set().union(*(self._record.members(cls) for cls in classes))
        open_to = self._not_known.get(rule.code, {})
        reached = [node for node in members if name_of(node) not in open_to]
        looked_at = 0 if bars else len(reached)
        met = tuple(Tally(condition.asked, int(condition.state == "holds")) for condition in self._terms(rule))
        return RuleApplicability(
            *(rule.code, bool(looked_at), not bars, looked_at, len(open_to)),
            reason=self._barred(rule, bars, len(members)) if bars else self._said(rule, len(reached), len(open_to)),
            conditions=(*met, *(self._tallier.tally(Kind(cls)) for cls in classes)),
        )

    def _said(self, rule: Rule, reached: int, open_to: int) -> str:
        classes = targets_of(rule)
        doubt = f" Of {number(open_to, 'element')} it cannot be told from what is reported." if open_to else ""
        if reached:
            return f"It applies to {self._counted(reached, classes)}.{doubt}"
        told = [self._none(cls) for cls in classes if not self._record.members(cls)]
        return " ".join([*told, doubt.strip()]).strip()

    def _none(self, cls: NamedNode) -> str:
        why = self._tallier.why_none(cls)
        if why:
            return f"There is no {self._labels(cls)}: {why}."
        meaning = self._definitions.get(cls, "")
        return f"There is no {self._labels(cls)}." + (f" That would be: {_lowered(meaning)}" if meaning else "")

    def _barred(self, rule: Rule, bars: Sequence[Condition], reached: int) -> str:
        told = [self._bar(rule, condition) for condition in bars]
        would = (
            f" If it were in force, it would apply to {self._counted(reached, targets_of(rule))}." if reached else ""
        )
        return " ".join(told) + would

    def _counted(self, count: int, classes: Sequence[NamedNode]) -> str:
        """Say how many elements of some classes there are: "3 live models or platforms in use"."""
        nouns = [self._labels(cls) for cls in classes if self._record.members(cls)]
        return f"{count:,} {listing([noun if count == 1 else plural(noun) for noun in nouns], 'or')}"

    def _bar(self, rule: Rule, condition: Condition) -> str:
        if not condition.property:
            return f"The settings leave {rule.code} out."
        if condition.property == AIOP.boundBy.value:
            scope = self._scopes.get(NamedNode(condition.wanted), "")
            return f"{self._called} is not bound by {self._labels(NamedNode(condition.wanted))}." + (
                f" That binds: {_lowered(scope)}" if scope else ""
            )
        return f"{rule.code} is {condition.asked}, and the date of evaluation is {self._as_of}."

    def _terms(self, rule: Rule) -> Iterator[Condition]:
        """What a rule asks of the organization and of the day, before it looks at any element."""
        if rule.code in self._left_out:
            yield Condition(rule.iri.value, rule.code, "chosen by the settings", "", "", "fails")
        for pack in (t.object for t in rule.triples if t.subject == rule.iri and t.predicate == AIOP.ofPack):
            assert isinstance(pack, NamedNode)
            yield Condition(
                self._organization,
                self._called,
                f"{self._labels(AIOP.boundBy)} {self._labels(pack)}",
                AIOP.boundBy.value,
                pack.value,
                "holds" if rule.pack in self._packs else "fails",
                recorded=tuple(sorted(self._packs)),
            )
        for day, predicate, holds in (
            (rule.valid_from, AIOP.validFrom, rule.valid_from is None or rule.valid_from <= self._as_of),
            (rule.valid_to, AIOP.validUntil, rule.valid_to is None or self._as_of < rule.valid_to),
        ):
            if day is not None:
                asked = f"{self._labels(predicate)} {day}"
                yield Condition(
                    *(rule.iri.value, rule.code, asked, predicate.value, day.isoformat()),
                    state="holds" if holds else "fails",
                    recorded=(self._as_of.isoformat(),),
                )

    def of(self, code: str, element: str | NamedNode | BlankNode) -> Applicability:
        """Return why a rule applies to an element or not; an element may be named by its IRI or ``_:name``.

        Raises :class:`InputError` for a code that no rule has and for an element that no fact is about.
        """
        rule = rule_called(code)
        node = self._element(element)
        classes = targets_of(rule)
        terms = tuple(self._terms(rule))
        asked = tuple(self._weigher.weigh(node, Kind(cls)) for cls in classes)
        label = self._labels(node)
        bars = [condition for condition in terms if condition.state == "fails"]
        if bars:
            state, reason = "does_not_apply", " ".join(self._bar(rule, condition) for condition in bars)
        elif (open_one := self._not_known.get(rule.code, {}).get(name_of(node))) is not None:
            state, reason = "not_known", self._open(open_one, asked)
        elif (held := _held(asked)) is not None:
            state, reason = "applies", f"{label} {held.asked}{_because(held)}."
        else:
            state, reason = "does_not_apply", self._missed(label, classes, asked)
        doubt = " The wording of the rule is contested." if rule.contested else ""
        return Applicability(rule.code, name_of(node), label, state, reason + doubt, (*terms, *asked))

    def lacking(self, element: NamedNode | BlankNode, cls: NamedNode) -> str:
        """Return in a sentence what an element lacks to be in a class; empty where the ontology defines no way in."""
        node = self._record.stands_for(element)
        if node is None or not self._record.ways.into(cls):
            return ""
        return self._missed(self._labels(node), [cls], [self._weigher.weigh(node, Kind(cls))])

    def _missed(self, label: str, classes: Sequence[NamedNode], asked: Sequence[Condition]) -> str:
        """Say that an element is none of some classes, and what it lacks."""
        kinds = listing([self._wording.kind(cls) for cls in classes], "nor")
        found = "; ".join(dict.fromkeys(text for condition in asked for text in _lacking(condition)))
        if not found and any(condition.state == "not_known" for condition in asked):
            found = "nothing that is recorded speaks for it"
        return f"{label} is {'neither' if len(classes) > 1 else 'not'} {kinds}" + (f": {found}." if found else ".")

    def _open(self, item: NotKnown, asked: Sequence[Condition]) -> str:
        """Say that it is not known whether an element is looked at, or whether what is looked for is there."""
        told = [f"“{name}” of {self._labels(element_named(element))}" for element, name in item.missing]
        lacking = f" Not reported: {listing(told, 'and')}." if told else ""
        held = _held(asked)
        if held is not None:
            return f"{item.label} {held.asked}, but it is not known what the rule would find.{lacking}"
        named = listing([condition.asked for condition in asked], "or")
        return f"Whether {item.label} {named} is not known.{lacking}"

    def _element(self, element: str | NamedNode | BlankNode) -> NamedNode | BlankNode:
        wanted = element_named(element) if isinstance(element, str) else element
        found = self._record.stands_for(wanted)
        if found is None:
            raise InputError(
                "unknown-element",
                f"Nothing is said of {name_of(wanted)}.",
                fix="Name an element by its IRI, as a finding's focus does.",
            )
        return found

    @cached_property
    def _definitions(self) -> Mapping[object, str]:
        return _texts(SKOS.definition)

    @cached_property
    def _scopes(self) -> Mapping[object, str]:
        return _texts(AIOP.appliesTo)


def _texts(predicate: NamedNode) -> Mapping[object, str]:
    return {t.subject: t.object.value for t in assets.stated(predicate)}  # type: ignore[union-attr]


def _lowered(text: str) -> str:
    """Return a sentence as it continues one: no capital where the word is not an acronym."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _held(asked: Sequence[Condition]) -> Condition | None:
    return next((condition for condition in asked if condition.state == "holds"), None)


def _leaves(condition: Condition, state: str) -> Iterator[Condition]:
    """The conditions in a state that decide it, of the same element: those without parts in that state."""
    below = [part for part in condition.parts if part.state == state and part.element == condition.element]
    if not below:
        yield condition
    for part in below:
        yield from _leaves(part, state)


def _because(held: Condition) -> str:
    """Say in brackets by which facts a condition holds."""
    said = [f"{leaf.asked}: {', '.join(leaf.recorded)}" for leaf in _leaves(held, "holds") if leaf.recorded]
    return f" ({'; '.join(dict.fromkeys(said))})" if said else ""


def _lacking(condition: Condition) -> Iterator[str]:
    """Say what an element lacks; where it is of another kind altogether, only that."""
    leaves = [leaf for leaf in _leaves(condition, "fails") if leaf is not condition]
    other_kind = [leaf for leaf in leaves if leaf.property == RDF.type.value and not leaf.parts]
    for leaf in other_kind[:1]:
        yield f"it {leaf.asked.replace('is ', 'is not ', 1)}"
    for leaf in leaves if not other_kind else ():
        yield f"“{leaf.asked}” is asked for, recorded is {', '.join(leaf.recorded) or 'nothing'}{_why_not(leaf)}"


def _why_not(leaf: Condition) -> str:
    """Say why what is recorded does not do."""
    told = [f"{part.label} does not meet “{part.asked}”" for part in leaf.parts if part.state == "fails" and part.parts]
    return f" ({'; '.join(told)})" if told else ""
