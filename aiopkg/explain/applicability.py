"""Why a rule looks at an element or does not: each condition of what it targets, held against the facts."""

from collections.abc import Sequence

from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.explain.conditions import THING, Either, Kind, Part, Some, Way
from aiopkg.explain.record import Record, State
from aiopkg.explain.wording import Wording
from aiopkg.rules import Rule
from aiopkg.validate.findings import name_of
from aiopkg.validate.terms import RDF, Term
from aiopkg.vocab import SH

__all__ = ["Applicability", "Condition", "Node", "Weigher", "targets_of"]

Node = NamedNode | BlankNode

_DEEPEST = 6
_MOST_VALUES = 3
_MOST_RECORDED = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is asked of an element, and what the facts say.

    ``element`` is an IRI or the name of a blank node, ``label`` its label; ``asked`` follows the label in a
    sentence ("stage is pilot"). ``property`` and ``wanted`` say the same as IRIs: the property (rdf:type for a
    class) and the value or class asked for, empty where it is made of ``parts``. ``state`` is holds, fails or
    not_known; ``recorded`` are the labels of what stands there, ``facts`` the facts by which it holds,
    ``missing`` the element and property unreported (IRIs) that leave it open. ``join`` says whether ``all`` of
    the parts are needed or ``any``.
    """

    element: str
    label: str
    asked: str
    property: str
    wanted: str
    state: State
    recorded: tuple[str, ...] = ()
    facts: tuple[Triple, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    join: str = "all"
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Applicability:
    """Whether a rule looks at an element, and why.

    ``state`` is applies, does_not_apply or not_known; ``reason`` one or two sentences; ``conditions`` everything that
    the rule asks: the pack it belongs to, its dates, and the class that it targets.
    """

    rule: str
    element: str
    label: str
    state: str
    reason: str
    conditions: tuple[Condition, ...]

    def __bool__(self) -> bool:
        """Whether the rule looks at the element."""
        return self.state == "applies"


def targets_of(rule: Rule) -> tuple[NamedNode, ...]:
    """Return the classes that a rule targets, sorted."""
    found = (t.object for t in rule.triples if t.subject == rule.iri and t.predicate == SH.targetClass)
    return tuple(sorted((cls for cls in found if isinstance(cls, NamedNode)), key=str))


class Weigher:
    """Holds conditions against the facts about one element."""

    def __init__(self, record: Record, wording: Wording) -> None:
        self.record = record
        self.wording = wording

    def weigh(self, node: Term, part: Part, path: tuple[tuple[Term, Term], ...] = ()) -> Condition:
        """Return what a condition comes to at a node; ``path`` is what is being asked already, so that circles end."""
        if isinstance(part, Kind):
            return self._kind(node, part, path)
        if isinstance(part, Either):
            return self._ways(node, part, part.ways, "", "", path)
        return self._restriction(node, part, path)

    def _kind(self, node: Term, part: Kind, path: tuple[tuple[Term, Term], ...]) -> Condition:
        ways = self.record.ways.into(part.cls)
        seen = (node, part.cls) in path or len(path) >= _DEEPEST
        return self._ways(
            node, part, () if seen else ways, RDF("type").value, part.cls.value, (*path, (node, part.cls))
        )

    def _ways(
        self,
        node: Term,
        part: Kind | Either,
        ways: Sequence[Way],
        prop: str,
        wanted: str,
        path: tuple[tuple[Term, Term], ...],
    ) -> Condition:
        state = self.record.state(node, part)
        if state == "holds":
            ways = [way for way in ways if all(self.record.holds(node, each) for each in way)][:1]
        grouped = [tuple(self.weigh(node, each, path) for each in way) for way in ways]
        parts = grouped[0] if len(grouped) == 1 else tuple(self._group(node, way) for way in grouped)
        stated = state == "holds" and isinstance(part, Kind) and part.cls != THING and not ways
        return Condition(
            *(_name(node), self.wording.labels(node), self.wording.asked(part), prop, wanted, state),
            facts=self.record.fact(node, RDF("type"), part.cls) if stated and isinstance(part, Kind) else (),
            missing=self._missing(node, part) if state == "not_known" else (),
            join="all" if len(grouped) <= 1 else "any",
            parts=parts,
        )

    def _group(self, node: Term, parts: tuple[Condition, ...]) -> Condition:
        """One way of several, as a condition of its own."""
        if len(parts) == 1:
            return parts[0]
        states = [part.state for part in parts]
        state: State = "fails" if "fails" in states else "not_known" if "not_known" in states else "holds"
        asked = " and ".join(part.asked for part in parts)
        return Condition(_name(node), self.wording.labels(node), asked, "", "", state, parts=parts)

    def _restriction(self, node: Term, part: Part, path: tuple[tuple[Term, Term], ...]) -> Condition:
        assert not isinstance(part, Kind | Either)
        state = self.record.state(node, part)
        values = self.record.values(node, part.predicate)
        inner: tuple[Condition, ...] = ()
        met: list[Term] = []
        if isinstance(part, Some):
            met = [value for value in values if self.record.holds(value, part.filler)]
            rest = sorted(values, key=lambda value: self.record.state(value, part.filler) == "fails")
            asked_of = met[:1] if met else rest[:_MOST_VALUES]
            if not self.wording.is_spelt_out(part.filler):
                inner = tuple(self.weigh(value, part.filler, path) for value in asked_of)
        elif part.value in values:
            met = [part.value]
        filler = part.filler if isinstance(part, Some) else None
        wanted = filler.cls.value if isinstance(filler, Kind) else "" if filler else _name(part.value)  # type: ignore[union-attr]
        return Condition(
            *(_name(node), self.wording.labels(node), self.wording.asked(part), _name(part.predicate), wanted, state),
            recorded=tuple(self.wording.value(value) for value in (met or values)[:_MOST_RECORDED]),
            facts=tuple(fact for value in met[:1] for fact in self.record.fact(node, part.predicate, value)),
            missing=self._missing(node, part) if state == "not_known" else (),
            join="any",
            parts=inner,
        )

    def _missing(self, node: Term, part: Part) -> tuple[tuple[str, str], ...]:
        return tuple((_name(element), name.value) for element, name in self.record.missing(node, part))


def _name(term: Term) -> str:
    return str(term) if isinstance(term, Triple) else name_of(term)
