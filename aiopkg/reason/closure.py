"""The closure: what an input and its axioms entail, as an immutable value over the caller's terms."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain

import numpy as np
from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.limits import UNLIMITED, Budget
from aiopkg.model.table import Table

from .dictionary import NOTHING_KNOWN, Dictionary, Term, encode
from .facts import Facts, packed
from .inconsistent import Fact, clashes
from .record import ASSERTED
from .relations import Ids, Layout, Relation, merged_runs, one, present, unique, without
from .revise import Revision, revise
from .saturate import Saturation, saturate, saturate_upon
from .steps import History
from .table import RULES
from .vocabulary import SAME
from .written import clutter, written_out

__all__ = ["Changes", "Closure", "Edit", "Facts", "Inconsistency", "Step", "materialise"]


@dataclass(frozen=True, slots=True)
class Step:
    """An inference: the W3C name of the rule, what it concludes, and the facts that it concludes it from."""

    rule: str
    conclusion: Triple
    premises: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """A rule that concludes false and the facts that meet it.

    Where a rule would have to make two literals of different value equal, ``rule`` is that rule.
    """

    rule: str
    premises: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The inferred triples that came and went with an edit."""

    appeared: tuple[Triple, ...]
    vanished: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A closure after an edit, and what changed in it; no changes are told where it took a full run."""

    closure: "Closure"
    changes: Changes | None


def _numbered(terms: Dictionary, layout: Layout, triples: Iterable[Triple]) -> Ids | None:
    """The packed facts of triples whose terms are known, ascending; None where one does not fit the layout."""
    rows = [[terms.number(term) for term in triple] for triple in triples]
    table = np.array([row for row in rows if None not in row], dtype=np.int64).reshape(-1, 3)
    if len(table) and int(table[:, 1].max()) >= layout.predicates:
        return None
    return unique(layout.pack(table[:, 1], table[:, 0], table[:, 2]))


def _ordered(terms: Dictionary, layout: Layout, keys: Ids) -> tuple[Triple, ...]:
    """Few packed facts as triples, in an order that depends on nothing but the set."""
    columns = (column.tolist() for column in layout.unpack(keys))
    triples = (Triple(terms.terms[s], terms.terms[p], terms.terms[o]) for p, s, o in zip(*columns, strict=True))
    return tuple(sorted(triples, key=str))


class Closure:
    """An immutable closure under the OWL 2 RL/RDF rules.

    ``inferred`` holds exactly the triples that are not among the premises, without those that are true of
    everything (reflexive owl:sameAs and sub-/equivalence axioms, types and superclasses owl:Thing and
    rdfs:Resource, statements about the RDF, RDFS, OWL and XSD terms) and without triples that RDF cannot
    write (literal subjects, blank predicates). Literals keep their form: a fact is not repeated for other
    forms of the same value.
    """

    def __init__(self, terms: Dictionary, saturation: Saturation, inferred: Ids | None = None) -> None:
        self._terms = terms
        self._saturation = saturation
        self._layout = saturation.record.layout
        self._asserted = saturation.record.log[0].keys
        self._read_off = inferred

    def __contains__(self, triple: object) -> bool:
        key = packed(self._terms, self._layout, triple)
        if key is None:
            return False
        return bool(present(self._asserted, key)[0] or present(self._inferred_keys, key)[0])

    def match(self, subject: Term | None, predicate: Term | None, value: Term | None) -> Iterator[Triple]:
        """The asserted and inferred triples with these terms; None stands for any term.

        In an order that depends on nothing but the closure.
        """
        numbers = [self._terms.number(term) if term is not None else None for term in (subject, predicate, value)]
        wanted = [number for number, term in zip(numbers, (subject, predicate, value), strict=True) if term is not None]
        if None in wanted:
            return iter(())
        about, on, to = numbers
        facts = self._everything
        if on is None:
            keys = facts.by_subject
        elif about is not None:
            keys = self._layout.pack(on, about, facts.objects(on, one(about))[1])
        elif to is not None:
            keys = self._layout.pack(on, facts.subjects(on, one(to))[1], to)
        else:
            _, subjects, objects = facts.pairs(one(on))
            keys = self._layout.pack(on, subjects, objects)
        columns = self._layout.unpack(keys)
        kept = np.ones(len(keys), dtype=np.bool_)
        for column, number in zip(columns, (on, about, to), strict=True):
            if number is not None:
                kept &= column == number
        return iter(Facts(self._terms, self._layout, keys[kept]))

    @cached_property
    def _everything(self) -> Relation:
        return Relation.of(self._layout, unique(np.concatenate((self._asserted, self._inferred_keys))))

    @cached_property
    def inferred(self) -> Facts:
        """The triples that the rules add."""
        return Facts(self._terms, self._layout, self._inferred_keys)

    @cached_property
    def inconsistencies(self) -> tuple[Inconsistency, ...]:
        """The contradictions, each with its premises, in an order that depends on nothing but the set."""
        found = [
            Inconsistency(clash.rule, tuple(sorted(map(self._triple, clash.premises), key=str)))
            for clash in clashes(self._saturation, self._terms)
            if all(self._writable(fact) for fact in clash.premises)
        ]
        return tuple(sorted(found, key=lambda each: (each.rule, [str(triple) for triple in each.premises])))

    @property
    def asserted(self) -> Facts:
        """The premises."""
        return Facts(self._terms, self._layout, self._asserted)

    @property
    def equalities(self) -> Iterator[Triple]:
        """What is asserted or inferred to be the same."""
        return (triple for facts in (self.asserted, self.inferred) for triple in facts.equalities())

    def edited(self, added: Iterable[Triple] = (), removed: Iterable[Triple] = ()) -> "Edit":
        """The closure of the premises without some triples and with others; this closure stays as it is.

        What is both removed and added stays. Facts about individuals are revised; an edit that touches axioms
        or equal individuals is a full run, with the same closure. Raises LimitReached as :func:`materialise` does.
        """
        coming = dict.fromkeys(added)
        going = [triple for triple in removed if triple not in coming]
        terms = self._terms.extended(chain.from_iterable(coming))
        layout = self._layout
        if len(terms) <= 1 << layout.bits:
            came, went = _numbered(terms, layout, coming), _numbered(terms, layout, going)
            if came is not None and went is not None:
                came, went = came[~present(self._asserted, came)], went[present(self._asserted, went)]
                revision = revise(self._saturation, terms, came, went)
                if revision is not None:
                    return self._revised(terms, revision, np.concatenate((came, went)))
        gone = set(going)
        return Edit(materialise([*(t for t in self.asserted if t not in gone), *coming]), None)

    def _revised(self, terms: Dictionary, revision: Revision, stated: Ids) -> "Edit":
        saturation = revision.saturation
        moved = unique(np.concatenate((revision.appeared, revision.vanished)))
        touched = unique(np.concatenate((stated, written_out(moved, saturation.equality, self._layout))))
        represent = saturation.equality.representative
        kept = self._layout.pack(*(represent[column] for column in self._layout.unpack(touched)))
        holds = saturation.record.facts.has(kept) & ~present(saturation.record.log[0].keys, touched)
        now = touched[holds & ~clutter(touched, terms, self._layout)]
        before = touched[present(self._inferred_keys, touched)]
        appeared, vanished = now[~present(before, now)], before[~present(now, before)]
        inferred = merged_runs(without(self._inferred_keys, vanished), appeared)
        changes = Changes(_ordered(terms, self._layout, appeared), _ordered(terms, self._layout, vanished))
        return Edit(Closure(terms, saturation, inferred), changes)

    def rule_of(self, triple: Triple) -> str | None:
        """The W3C name of the rule that first derived a triple; None for an asserted one.

        Raises KeyError for a triple that is not in the closure.
        """
        return self._origin(triple)[0]

    def round_of(self, triple: Triple) -> int:
        """The round in which a triple was first derived; 0 for an asserted one.

        The premises of a derived triple have lower rounds. Raises KeyError for a triple that is not in the
        closure.
        """
        return self._origin(triple)[1]

    def step_of(self, triple: Triple) -> Step | None:
        """How a triple was first derived; None for an asserted one.

        The premises are found again: triples of the closure of lower rounds that meet the rule's body. A
        premise that RDF cannot write, or that is true of everything, is replaced by its own premises. Raises
        KeyError for a triple that is not in the closure.
        """
        rule, latest = self._origin(triple)
        if rule is None:
            return None
        facts: dict[Fact, None] = {}
        self._explain(self._fact(triple), rule, latest, facts)
        return Step(rule, triple, tuple(map(self._triple, facts)))

    def _explain(self, fact: Fact, rule: str, latest: int, into: dict[Fact, None]) -> None:
        keys, rules, rounds = self._history
        for premise in self._past.premises(rule, fact, latest) or ():
            if self._writable(premise) and self._triple(premise) in self:
                into[premise] = None
                continue
            place = int(np.searchsorted(keys, self._layout.pack(premise[1], premise[0], premise[2]))[0])
            if rules[place] != ASSERTED:
                self._explain(premise, RULES[int(rules[place])].name, int(rounds[place]), into)

    def _fact(self, triple: Triple) -> Fact:
        key = packed(self._terms, self._layout, triple)
        if key is None:
            raise KeyError(triple)
        predicate, subject, value = (int(column[0]) for column in self._layout.unpack(key))
        return subject, predicate, value

    @cached_property
    def _past(self) -> History:
        keys, _, rounds = self._history
        stands_for = self._saturation.equality.representative
        facts = self._saturation.record.facts
        if not np.array_equal(facts.by_subject, keys):  # some were rewritten since, and are no facts any more
            facts = Relation.of(self._layout, keys)
        return History(facts, rounds, stands_for, self._terms)

    def _origin(self, triple: Triple) -> tuple[str | None, int]:
        key = packed(self._terms, self._layout, triple)
        if key is None or triple not in self:
            raise KeyError(triple)
        keys, rules, rounds = self._history
        place = int(np.searchsorted(keys, key)[0])
        if place < len(keys) and keys[place] == key[0]:
            rule = int(rules[place])
            return (None if rule == ASSERTED else RULES[rule].name), int(rounds[place])
        predicate, subject, value = (int(column[0]) for column in self._layout.unpack(key))
        equality = self._saturation.equality
        stands_for = equality.representative
        kept = self._layout.pack(int(stands_for[predicate]), int(stands_for[subject]), int(stands_for[value]))
        place = int(np.searchsorted(keys, kept)[0])
        latest = max(int(rounds[place]), *(int(equality.grown[term]) for term in (subject, predicate, value)))
        if predicate == SAME:
            turned = self._layout.pack(SAME, value, subject)
            return ("eq-sym" if present(keys, turned)[0] else "eq-trans"), latest + 1
        changed = [int(stands_for[term]) != term for term in (subject, predicate)]
        return ("eq-rep-s" if changed[0] else "eq-rep-p" if changed[1] else "eq-rep-o"), latest + 1

    @cached_property
    def _history(self) -> tuple[Ids, Ids, Ids]:
        """Every fact ever derived, ascending, with the rule and the round that derived it first."""
        log = self._saturation.record.log
        sizes = np.array([len(stretch.keys) for stretch in log], dtype=np.int64)
        keys = np.concatenate([stretch.keys for stretch in log])
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.ones(len(keys), dtype=np.bool_)
        first[1:] = keys[1:] != keys[:-1]
        origin = np.repeat(np.arange(len(log), dtype=np.int32), sizes)[order[first]]
        rules, rounds = (
            np.array(column, dtype=np.int64)[origin]
            for column in ([stretch.rule for stretch in log], [stretch.round for stretch in log])
        )
        return keys[first], rules, rounds

    @cached_property
    def _inferred_keys(self) -> Ids:
        if self._read_off is not None:
            return self._read_off
        keys = written_out(self._saturation.record.facts.by_subject, self._saturation.equality, self._layout)
        keys = keys[~present(self._asserted, keys)]
        return keys[~clutter(keys, self._terms, self._layout)]

    def _triple(self, fact: Fact) -> Triple:
        subject, predicate, value = (self._terms.terms[number] for number in fact)
        return Triple(subject, predicate, value)  # type: ignore[arg-type]

    def _writable(self, fact: Fact) -> bool:
        subject, predicate, _ = (self._terms.terms[number] for number in fact)
        return isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode)


def materialise(triples: Iterable[Triple] | Table, budget: Budget = UNLIMITED, upon: Closure | None = None) -> Closure:
    """Draw every conclusion of the OWL 2 RL/RDF rules (W3C OWL 2 Profiles, section 4.3) from triples.

    Axioms are whatever triples say so, wherever they stand. ``upon`` is the closure of further premises: what
    follows from these alone is not drawn again. A contradiction is reported in the closure's ``inconsistencies`` and
    raises nothing. Raises LimitReached for an input with too many different terms or consequences, and when the
    budget, which is heeded between rounds, is used up.
    """
    terms, layout, asserted = encode(triples, upon._terms if upon else NOTHING_KNOWN)
    if upon is None:
        return Closure(terms, saturate(terms, layout, asserted, budget))
    saturation = saturate_upon(upon._saturation, terms, layout, asserted, budget)
    if saturation is None:
        known = upon._layout.repacked(upon._asserted, layout)
        saturation = saturate(terms, layout, merged_runs(known, asserted[~present(known, asserted)]), budget)
    return Closure(terms, saturation)
