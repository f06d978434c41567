"""The catalogue of governance rules, read from the rule files; nothing is registered anywhere else.

A rule file holds one ``aiop:Rule`` that is a SHACL node shape, together with its message, source,
recommendation and examples. What a rule file must hold is said by ``shapes/meta/rule.ttl``.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.vocab import AIOP, PREFIXES, RDF, RDFS, RULE, SH, SKOS, shorten

__all__ = ["Citation", "Rule", "catalogue", "prologue", "read_rule", "rule_called"]


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A clause that asks for a rule: the list it stands in, its id there, and how close the two are."""

    standard: str
    id: str
    relation: str


@dataclass(frozen=True)
class Rule:
    """One governance rule.

    ``triples`` are the whole file; ``severity`` is the name of a SHACL severity ("Violation", "Warning",
    "Info"), ``pillar`` and ``effort`` are labels, ``failure_mode`` is an IRI, ``pack`` the id of a pack or
    empty. ``valid_from`` and ``valid_to`` bound the time in which the rule is in force. ``fails`` and
    ``passes`` are Turtle documents without their prefixes; see :func:`prologue`.
    """

    iri: NamedNode
    code: str
    label: str
    why: str
    severity: str
    pillar: NamedNode
    failure_mode: NamedNode
    effort: NamedNode
    remedy: str
    pack: str
    cites: tuple[Citation, ...]
    valid_from: date | None
    valid_to: date | None
    contested: bool
    thresholds: tuple[NamedNode, ...]
    part_of: tuple[NamedNode, ...]
    beside: tuple[NamedNode, ...]
    fails: tuple[str, ...]
    passes: tuple[str, ...]
    triples: tuple[Triple, ...]
    path: Path

    def in_force(self, day: date) -> bool:
        """Tell whether the rule is in force on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)

    @cached_property
    def kinds(self) -> Mapping[object, str]:
        """The constraints that are reported apart, each with the name of its kind; often none."""
        return {t.subject: t.object.value for t in self.triples if t.predicate == AIOP.kind}  # type: ignore[union-attr]

    @cached_property
    def messages(self) -> Mapping[object, str]:
        """The message template of each shape and SPARQL constraint that carries one."""
        return {t.subject: t.object.value for t in self.triples if t.predicate == SH.message}  # type: ignore[union-attr]


def prologue() -> str:
    """Return the prefix declarations that examples in rule files are read with, ``ex:`` included."""
    lines = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in sorted(PREFIXES.items())]
    return "\n".join([*lines, "@prefix ex: <https://example.org/> .", ""])


class _Facts:
    """Looks up the values of a subject in a handful of triples."""

    def __init__(self, triples: Iterable[Triple], path: Path) -> None:
        self.path = path
        self.index: dict[tuple[object, NamedNode], list[NamedNode | BlankNode | Literal]] = {}
        for triple in triples:
            self.index.setdefault((triple.subject, triple.predicate), []).append(triple.object)  # type: ignore[arg-type]

    def all(self, subject: object, predicate: NamedNode) -> list[NamedNode | BlankNode | Literal]:
        return self.index.get((subject, predicate), [])

    def texts(self, subject: object, predicate: NamedNode) -> tuple[str, ...]:
        return tuple(value.value for value in self.all(subject, predicate))

    def one(self, subject: object, predicate: NamedNode) -> NamedNode | BlankNode | Literal:
        values = self.all(subject, predicate)
        if len(values) != 1:
            raise InputError(
                "rule-file",
                f"{self.path.name} gives {len(values)} values of {shorten(predicate.value)}, not one.",
                fix="Copy a neighbouring rule file and edit it.",
            )
        return values[0]

    def iri(self, subject: object, predicate: NamedNode) -> NamedNode:
        value = self.one(subject, predicate)
        if not isinstance(value, NamedNode):
            raise InputError("rule-file", f"{self.path.name}: {shorten(predicate.value)} has to be an IRI.")
        return value

    def day(self, subject: object, predicate: NamedNode) -> date | None:
        values = self.texts(subject, predicate)
        return date.fromisoformat(values[0][:10]) if values else None


def read_rule(path: Path) -> Rule:
    """Read one rule file.

    Raises :class:`InputError` when it does not hold exactly one rule or lacks a part of it.
    """
    triples = tuple(assets.steady(parse(path=path, format=RdfFormat.TURTLE), path.stem))
    facts = _Facts(triples, path)
    subjects = [t.subject for t in triples if t.predicate == RDF.type and t.object == AIOP.Rule]
    if len(subjects) != 1 or not isinstance(subjects[0], NamedNode):
        raise InputError("rule-file", f"{path.name} holds {len(subjects)} rules; a rule file holds one.")
    iri = subjects[0]
    packs = facts.all(iri, AIOP.ofPack)
    return Rule(
        iri=iri,
        code=facts.one(iri, AIOP.code).value,
        label=facts.one(iri, RDFS.label).value,
        why=facts.one(iri, AIOP.why).value,
        severity=facts.iri(iri, SH.severity).value.removeprefix(PREFIXES["sh"]),
        pillar=facts.iri(iri, AIOP.weakens),
        failure_mode=facts.iri(iri, AIOP.opens),
        effort=facts.iri(iri, AIOP.effort),
        remedy=facts.one(iri, AIOP.remedy).value,
        pack=_pack_ids()[packs[0]] if packs else "",
        cites=tuple(sorted(_citations(facts, iri))),
        valid_from=facts.day(iri, AIOP.validFrom),
        valid_to=facts.day(iri, AIOP.validUntil),
        contested="true" in facts.texts(iri, AIOP.contested),
        thresholds=tuple(t for t in facts.all(iri, AIOP.restsOn) if isinstance(t, NamedNode)),
        beside=tuple(t for t in facts.all(iri, AIOP.standsBeside) if isinstance(t, NamedNode)),
        part_of=tuple(t for t in facts.all(iri, AIOP.partOf) if isinstance(t, NamedNode)),
        fails=facts.texts(iri, AIOP.fails),
        passes=facts.texts(iri, AIOP.passes),
        triples=triples,
        path=path,
    )


@cache
def _pack_ids() -> Mapping[object, str]:
    """The id of each rule pack."""
    packs = {t.subject for t in assets.stated(RDF.type) if t.object == AIOP.Pack}
    return {t.subject: t.object.value for t in assets.stated(SKOS.notation) if t.subject in packs}  # type: ignore[union-attr]


def _citations(facts: _Facts, iri: NamedNode) -> Iterator[Citation]:
    for node in facts.all(iri, AIOP.cites):
        yield Citation(
            facts.one(node, AIOP.standard).value,
            facts.one(node, AIOP.clause).value,
            facts.iri(node, AIOP.relation).value.removeprefix(PREFIXES["skos"]),
        )


@cache
def catalogue() -> tuple[Rule, ...]:
    """Return every rule, sorted by code.

    Raises :class:`InputError` when a file is ill-formed, a code is used twice, or a file's name or IRI
    does not begin with its code.
    """
    rules = sorted((read_rule(path) for path in assets.shape_files()), key=lambda rule: rule.code)
    for before, rule in pairwise(rules):
        if before.code == rule.code:
            raise InputError("rule-file", f"{before.path.name} and {rule.path.name} share a code.")
    for rule in rules:
        if rule.iri.value != RULE + rule.code or not rule.path.name.startswith(rule.code + "-"):
            raise InputError("rule-file", f"{rule.path.name}: file name, IRI and code have to agree.")
    return tuple(rules)


def rule_called(code: str) -> Rule:
    """Return the rule of a code; case does not count.

    Raises :class:`InputError` when no rule has it.
    """
    rules = {rule.code: rule for rule in catalogue()}
    if code.upper() in rules:
        return rules[code.upper()]
    near = difflib.get_close_matches(code.upper(), rules, n=3)
    raise InputError(
        "unknown-rule",
        f"There is no rule '{code}'.",
        fix=f"Did you mean {' or '.join(near)}?" if near else "To see them all, say: aiopkg rules",
    )
