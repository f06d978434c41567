"""Entailment: whether a graph follows from another one.

Blank nodes of the conclusion are existential variables, except those that spell class expressions and axioms
of several nodes: these are read and checked, since the rules conclude facts and not expressions.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.limits import UNLIMITED, Budget

from .dictionary import Term
from .expressions import Boolean, Expression, Graph, Named
from .hypothesis import Assumption, Theory
from .literals import DATATYPES, contained
from .vocabulary import OWL, RDF, RDFS

__all__ = ["Entailment", "entails"]

Bindings = dict[BlankNode, Term]

_TYPE: Final = NamedNode(RDF + "type")
_SAME: Final = NamedNode(OWL + "sameAs")
_THING, _NOTHING = NamedNode(OWL + "Thing"), NamedNode(OWL + "Nothing")
_ANYTHING: Final = (_THING, NamedNode(RDFS + "Resource"))
_SUB_CLASS: Final = NamedNode(RDFS + "subClassOf")
_CLASS: Final = NamedNode(OWL + "Class")
_DATATYPE: Final = NamedNode(RDFS + "Datatype")
_REFLEXIVE: Final = frozenset(
    {OWL + "sameAs", OWL + "equivalentClass", OWL + "equivalentProperty"}
    | {RDFS + "subClassOf", RDFS + "subPropertyOf"}
)
_ANNOTATIONS: Final = frozenset(
    {RDFS + name for name in ("label", "comment", "seeAlso", "isDefinedBy")}
    | {OWL + name for name in ("deprecated", "versionInfo", "priorVersion")}
    | {OWL + name for name in ("backwardCompatibleWith", "incompatibleWith")}
)
_IMPLIED_KINDS: Final = {
    RDFS + "Class": (OWL + "Class", RDFS + "Datatype", OWL + "Restriction"),
    OWL + "Class": (RDFS + "Class", OWL + "Restriction"),
    RDF + "Property": (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty"),
    OWL + "ObjectProperty": tuple(
        f"{OWL}{name}Property"
        for name in ("Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive", "InverseFunctional")
    ),
}


@dataclass(frozen=True, slots=True)
class Entailment:
    """The answer: the triples of the conclusion that do not follow, and whether the premises contradict."""

    missing: tuple[Triple, ...]
    inconsistent: bool = False

    @property
    def holds(self) -> bool:
        """Whether the whole conclusion follows; from contradicting premises everything does."""
        return self.inconsistent or not self.missing


def entails(premises: Iterable[Triple], conclusion: Iterable[Triple], budget: Budget = UNLIMITED) -> Entailment:
    """Whether a graph follows from another one under the OWL 2 RL/RDF rules.

    Beyond the rules, what is true of everything holds; class expressions and axioms of the conclusion are
    checked by reasoning from assumptions (see :mod:`aiopkg.reason.hypothesis`). Sound, and complete for the
    facts that the rules conclude. Raises LimitReached when the budget is used up.
    """
    given, wanted = tuple(premises), tuple(dict.fromkeys(conclusion))
    theory = Theory((*given, *_reflexive_facts(given, wanted)), budget)
    if theory.under().inconsistencies:
        return Entailment((), inconsistent=True)
    return Entailment(_Conclusion(theory, wanted).missing())


def _reflexive_facts(given: tuple[Triple, ...], wanted: tuple[Triple, ...]) -> list[Triple]:
    """What owl:ReflexiveProperty says of the individuals that the conclusion names."""
    kind = NamedNode(OWL + "ReflexiveProperty")
    properties = [
        triple.subject
        for triple in given
        if triple.predicate == _TYPE and triple.object == kind and isinstance(triple.subject, NamedNode)
    ]
    individuals = dict.fromkeys(
        term for triple in wanted for term in (triple.subject, triple.object) if isinstance(term, NamedNode)
    )
    return [Triple(term, on, term) for on in properties for term in individuals]


class _Conclusion:
    """One conclusion being checked against a theory."""

    def __init__(self, theory: Theory, wanted: tuple[Triple, ...]) -> None:
        self.theory = theory
        self.wanted = wanted
        self.graph = Graph(wanted)
        self.expressions: dict[Term, Expression] = {}
        self.structure: set[Triple] = set()
        for node in self.graph.nodes():
            read = self.graph.expression(node) if isinstance(node, BlankNode) else None
            if read:
                self.expressions[node] = read[0]
                self.structure |= read[1]

    def missing(self) -> tuple[Triple, ...]:
        """The triples that do not follow, in the order of the conclusion."""
        lost: set[Triple] = set()
        for node, spelling, check in self._spelt_axioms():
            self.expressions[node] = Named(node)
            self.structure |= spelling
            if not check():
                lost |= spelling
        claims = [triple for triple in self.wanted if triple not in self.structure]
        for component in self._components(claims):
            if not self._satisfiable(component, {}):
                lost.update(component)
        return tuple(triple for triple in self.wanted if triple in lost)

    def _spelt_axioms(self) -> Iterator[tuple[Term, set[Triple], Callable[[], bool]]]:
        """Axioms that are nodes of their own, with their triples and their check."""
        pairs: dict[str, Callable[[Term, Term], bool]] = {
            "AllDifferent": lambda left, right: self.theory.differ((), left, right),
            "AllDisjointClasses": lambda left, right: self.theory.excludes(self._read(left), self._read(right)),
            "AllDisjointProperties": self._disjoint_properties,
        }
        for triple in self.wanted:
            node, kind = triple.subject, triple.object
            if triple.predicate != _TYPE or not isinstance(node, BlankNode) or not isinstance(kind, NamedNode):
                continue
            about = {other for other in self.wanted if other.subject == node}
            name = kind.value.removeprefix(OWL)
            if name == "NegativePropertyAssertion":
                yield node, about, lambda about=about: self._denied(about)  # type: ignore[misc]
            elif name in pairs:
                heads = [self.graph.value(node, NamedNode(OWL + key)) for key in ("members", "distinctMembers")]
                listed = next((self.graph.members(head) for head in heads if head is not None), None)
                if listed:
                    chosen, check = list(combinations(listed[0], 2)), pairs[name]
                    yield (
                        node,
                        about | listed[1],
                        lambda chosen=chosen, check=check: all(check(*pair) for pair in chosen),  # type: ignore[misc]
                    )

    def _denied(self, about: set[Triple]) -> bool:
        said = {triple.predicate.value.removeprefix(OWL): triple.object for triple in about}
        source, on = said.get("sourceIndividual"), said.get("assertionProperty")
        target = said.get("targetIndividual", said.get("targetValue"))
        if not isinstance(source, NamedNode) or not isinstance(on, NamedNode) or target is None:
            return False
        return self.theory.refutes((Triple(source, on, target),))

    def _disjoint_properties(self, left: Term, right: Term) -> bool:
        if not isinstance(left, NamedNode) or not isinstance(right, NamedNode):
            return False
        subject, value = BlankNode(), BlankNode()
        return self.theory.refutes((Triple(subject, left, value), Triple(subject, right, value)))

    def _variables(self, triple: Triple) -> set[BlankNode]:
        return {
            term
            for term in (triple.subject, triple.object)
            if isinstance(term, BlankNode) and term not in self.expressions
        }

    def _components(self, claims: list[Triple]) -> list[list[Triple]]:
        """The claims in groups that share no variable."""
        groups: list[tuple[set[BlankNode], list[Triple]]] = []
        for claim in claims:
            variables, members = self._variables(claim), [claim]
            apart = []
            for others, group in groups:
                if others & variables:
                    variables |= others
                    members = group + members
                else:
                    apart.append((others, group))
            groups = [*apart, (variables, members)]
        return [members for _, members in groups]

    def _satisfiable(self, claims: list[Triple], bound: Bindings) -> bool:
        """Whether some binding of the variables makes all claims follow."""
        open_claims = []
        for claim in claims:
            if self._variables(claim) - bound.keys():
                open_claims.append(claim)
            elif not self._follows(self._bind(claim.subject, bound), claim.predicate, self._bind(claim.object, bound)):
                return False
        if not open_claims:
            return True
        # The claim with the fewest unknowns first; one about an expression can only be tested, not searched.
        chosen = min(
            open_claims,
            key=lambda claim: (claim.object in self.expressions, len(self._variables(claim) - bound.keys())),
        )
        return any(self._satisfiable(open_claims, {**bound, **more}) for more in self._candidates(chosen, bound))

    def _candidates(self, claim: Triple, bound: Bindings) -> Iterator[Bindings]:
        closure = self.theory.under()
        subject, value = self._bind(claim.subject, bound), self._bind(claim.object, bound)
        anything = claim.predicate == _TYPE and claim.object in _ANYTHING
        if anything or claim.object in self.expressions:
            assert isinstance(claim.subject, BlankNode)
            for node in dict.fromkeys(triple.subject for triple in closure.match(None, None, None)):
                yield {claim.subject: node}
            return
        known_subject = None if claim.subject in self._variables(claim) - bound.keys() else subject
        known_value = None if claim.object in self._variables(claim) - bound.keys() else value
        for triple in closure.match(known_subject, claim.predicate, known_value):
            more: Bindings = {}
            if known_subject is None and isinstance(claim.subject, BlankNode):
                more[claim.subject] = triple.subject
            if known_value is None and isinstance(claim.object, BlankNode):
                if more.get(claim.object, triple.object) != triple.object:
                    continue
                more[claim.object] = triple.object
            yield more

    def _bind(self, term: Term, bound: Bindings) -> Term:
        return bound.get(term, term) if isinstance(term, BlankNode) else term

    def _read(self, term: Term) -> Expression:
        return self.expressions.get(term, Named(term))

    def _follows(self, subject: Term, predicate: NamedNode, value: Term) -> bool:
        """Whether one claim without variables follows."""
        if _always(subject, predicate, value) or self.theory.knows((), subject, predicate, value):
            return True
        name = predicate.value
        if predicate == _TYPE:
            if value in self.expressions:
                return self.theory.belongs((), subject, self.expressions[value])
            return self._kind(subject, value)
        if name.startswith((OWL, RDFS)):
            if (
                isinstance(subject, NamedNode)
                and isinstance(value, NamedNode)
                and self._of_properties(subject, name, value)
            ):
                return True
            return self._of_classes(subject, name, value)
        return False

    def _kind(self, subject: Term, kind: Term) -> bool:
        """Claims that a term is a class or a property of some kind."""
        if not isinstance(kind, NamedNode):
            return False
        stronger = _IMPLIED_KINDS.get(kind.value, ())
        if any(self.theory.knows((), subject, _TYPE, NamedNode(name)) for name in stronger):
            return True
        if not isinstance(subject, NamedNode) or not kind.value.startswith(OWL):
            return False
        x, y, z = BlankNode(), BlankNode(), BlankNode()
        xy, xz, yz, zy = (Triple(left, subject, right) for left, right in ((x, y), (x, z), (y, z), (z, y)))
        knows, refutes = self.theory.knows, self.theory.refutes
        checks: dict[str, Callable[[], bool]] = {
            "Transitive": lambda: knows((xy, yz), x, subject, z),
            "Symmetric": lambda: knows((xy,), y, subject, x),
            "Functional": lambda: self.theory.same((xy, xz), y, z),
            "InverseFunctional": lambda: self.theory.same((xy, zy), x, z),
            "Asymmetric": lambda: refutes((xy, Triple(y, subject, x))),
            "Irreflexive": lambda: refutes((Triple(x, subject, x),)),
            "Reflexive": lambda: False,
        }
        check = checks.get(kind.value.removeprefix(OWL).removesuffix("Property"))
        return kind.value.endswith("Property") and check is not None and check()

    def _of_properties(  # noqa: PLR0911 - one return for each kind of axiom
        self, subject: NamedNode, name: str, value: NamedNode
    ) -> bool:
        x, y = BlankNode(), BlankNode()
        forth: Assumption = (Triple(x, subject, y),)
        back: Assumption = (Triple(x, value, y),)
        knows = self.theory.knows
        match name.removeprefix(OWL).removeprefix(RDFS):
            case "subPropertyOf":
                return knows(forth, x, value, y)
            case "equivalentProperty":
                return knows(forth, x, value, y) and knows(back, x, subject, y)
            case "inverseOf":
                return knows(forth, y, value, x) and knows(back, y, subject, x)
            case "propertyDisjointWith":
                return self.theory.refutes(forth + back)
            case "range" if value.value in DATATYPES:
                return contained(self.theory.ranges(subject), value.value)
            case "differentFrom":
                return self.theory.differ((), subject, value)
        return False

    def _of_classes(  # noqa: PLR0911 - one return for each kind of axiom
        self, subject: Term, name: str, value: Term
    ) -> bool:
        theory = self.theory
        match name.removeprefix(OWL).removeprefix(RDFS):
            case "subClassOf":
                return theory.contains(self._read(subject), self._read(value))
            case "equivalentClass":
                left, right = self._read(subject), self._read(value)
                return theory.contains(left, right) and theory.contains(right, left)
            case "complementOf":
                left, right = self._read(subject), Boolean("complementOf", (self._read(value),))
                return theory.contains(left, right) and theory.contains(right, left)
            case "disjointWith":
                return theory.excludes(self._read(subject), self._read(value))
            case "differentFrom":
                return theory.differ((), subject, value)
            case "sameAs":
                return theory.same((), subject, value)
            case ("domain" | "range") as end if isinstance(subject, NamedNode):
                x, y = BlankNode(), BlankNode()
                member = x if end == "domain" else y
                return theory.belongs((Triple(x, subject, y),), member, self._read(value))
        return False


def _always(subject: Term, predicate: NamedNode, value: Term) -> bool:
    """Whether a claim is true whatever the premises."""
    if predicate.value in _REFLEXIVE and subject == value:
        return True
    if predicate == _SUB_CLASS:
        return value in _ANYTHING or subject == _NOTHING
    if predicate != _TYPE:
        return False
    if value in _ANYTHING:
        return not isinstance(subject, Literal)
    name = subject.value if isinstance(subject, NamedNode) else ""
    return (
        (value == _DATATYPE and name in DATATYPES)
        or (value == _CLASS and subject in (_THING, _NOTHING))
        or (value == NamedNode(OWL + "AnnotationProperty") and name in _ANNOTATIONS)
    )
