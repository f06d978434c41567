"""The settings as one value, and what they do to the rules and to the model."""

import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.errors import AiopkgWarning, Place
from aiopkg.model import Model
from aiopkg.rules import Rule
from aiopkg.vocab import AIOP, PREFIXES, RDF, RDFS, RULE, SH, XSD

__all__ = ["FAIL_ON", "SEVERITIES", "Settings", "Threshold", "Waiver", "literal_of"]

SEVERITIES = ("violation", "warning", "info")
"""The severities that a rule may have, the gravest first."""

FAIL_ON = (*SEVERITIES, "never")
"""From which severity on a gap makes a command fail."""

_WAIVER = "https://w3id.org/aiop/waiver/"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Another value for a threshold: its term, the number or duration, and where that stands."""

    term: NamedNode
    value: Literal
    place: Place

    def triples(self) -> Iterator[Triple]:
        """Yield what an organization would state in its model."""
        yield Triple(self.term, AIOP.thresholdValue, self.value)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule that an element need not meet for a time: by whose decision, until when (not included), and why.

    ``focus`` is the element's IRI; ``by`` an IRI or a name.
    """

    rule: str
    focus: str
    reason: str
    by: str
    until: date | None
    place: Place

    def triples(self) -> Iterator[Triple]:
        """Yield what an organization would state in its model."""
        said = "\n".join((self.rule, self.focus, self.reason, self.by, str(self.until)))
        node = NamedNode(_WAIVER + hashlib.sha256(said.encode()).hexdigest()[:12])
        yield Triple(node, RDF.type, AIOP.Waiver)
        yield Triple(node, AIOP.waivedFor, NamedNode(self.focus))
        yield Triple(node, AIOP.ofRule, NamedNode(RULE + self.rule))
        yield Triple(node, AIOP.reason, Literal(self.reason))
        if self.until:
            yield Triple(node, AIOP.validUntil, Literal(self.until.isoformat(), datatype=XSD.date))
        if ":" in self.by:
            yield Triple(node, AIOP.grantedBy, NamedNode(self.by))
        elif self.by:
            grantor = NamedNode(_WAIVER + "by/" + hashlib.sha256(self.by.encode()).hexdigest()[:12])
            yield Triple(node, AIOP.grantedBy, grantor)
            yield Triple(grantor, RDFS.label, Literal(self.by))


@dataclass(frozen=True)
class Settings:
    """What is settled; everything has a default under which nothing is different.

    ``select`` and ``ignore`` hold codes of rules or beginnings of codes; of two that fit a rule the longer one
    decides, and ``ignore`` where both are as long. ``severity`` maps such beginnings to severities in the same way.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    thresholds: tuple[Threshold, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    packs: tuple[str, ...] = ()
    baseline: Path | None = None
    fail_on: str = "violation"

    def chooses(self, code: str) -> bool:
        """Tell whether a rule is judged."""
        chosen = _longest(code, self.select) if self.select else 0
        return chosen > _longest(code, self.ignore)

    def revised(self, rule: Rule) -> Rule:
        """Return a rule with the severity that is settled for it."""
        fitting = [start for start in self.severity if rule.code.startswith(start)]
        if not fitting:
            return rule
        name = self.severity[max(fitting, key=len)].title()
        if name == rule.severity:
            return rule
        iri = NamedNode(PREFIXES["sh"] + name)
        triples = tuple(
            Triple(t.subject, t.predicate, iri) if (t.subject, t.predicate) == (rule.iri, SH.severity) else t
            for t in rule.triples
        )
        return replace(rule, severity=name, triples=triples)

    def stated(self, model: Model) -> Model:
        """Return a model that states the thresholds and waivers that are settled; they go before those of its own.

        Warns of waivers that waive nothing; see :meth:`idle`.
        """
        for waiver in self.idle(model):
            said = f"The waiver of {waiver.rule} waives nothing: the model does not mention <{waiver.focus}>."
            warnings.warn(f"{waiver.place}: {said}", AiopkgWarning, stacklevel=1)
        settlements: tuple[Threshold | Waiver, ...] = (*self.thresholds, *self.waivers)
        added = {t: each.place for each in settlements for t in each.triples()}
        if not added:
            return model
        settled = {threshold.term for threshold in self.thresholds}
        own = [t for t in model.places if t.predicate == AIOP.thresholdValue and t.subject in settled]
        return model.edited(added, own)

    def idle(self, model: Model) -> tuple[Waiver, ...]:
        """Return the waivers that are settled for elements that a model does not mention."""
        own = {triple.subject for waiver in self.waivers for triple in waiver.triples()}
        return tuple(waiver for waiver in self.waivers if not model.mentions(NamedNode(waiver.focus), own))


def _longest(code: str, starts: Iterable[str]) -> int:
    """Return the length of the longest of some beginnings that a code has; -1 if it has none."""
    return max((len(start) for start in starts if code.startswith(start)), default=-1)


def literal_of(value: Decimal | str) -> Literal:
    """Return a number or a duration as a literal."""
    if isinstance(value, str):
        return Literal(value, datatype=XSD.duration)
    return Literal(f"{value:f}", datatype=XSD.decimal)
