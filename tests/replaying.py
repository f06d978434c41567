"""Replays proofs: each step is done again by other means, and a proof that does not add up is refused.

Nothing of the engine or of the explainer is used here. Reasoning rules are a table of patterns of our own (W3C OWL 2
Profiles, section 4.3); queries are run as they stand in their files, over nothing but a step's premises; shapes are
validated by pyshacl over the same; what was looked for in vain is asked of everything that is known.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeAlias

import owlrl
import pyshacl
import rdflib
from conftest import ROOT
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, Variable, serialize

from aiopkg.errors import Place
from aiopkg.explain.proof import Proof, Step

__all__ = ["RefusedProofError", "World", "replay"]

Fact: TypeAlias = tuple[object, ...]
RDF_ = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMES = {
    "type": RDF_ + "type",
    "first": RDF_ + "first",
    "rest": RDF_ + "rest",
    **{n: f"http://www.w3.org/2000/01/rdf-schema#{n}" for n in ("subClassOf", "subPropertyOf", "domain", "range")},
    **{
        n: f"http://www.w3.org/2002/07/owl#{n}"
        for n in (
            *("sameAs", "inverseOf", "equivalentClass", "equivalentProperty", "someValuesFrom", "allValuesFrom"),
            *("hasValue", "onProperty", "Thing", "TransitiveProperty", "SymmetricProperty", "FunctionalProperty"),
            *("InverseFunctionalProperty", "intersectionOf", "unionOf", "oneOf", "propertyChainAxiom", "hasKey"),
        )
    },
}
RULES = {
    "prp-dom": ["p domain c, x p y -> x type c"],
    "prp-rng": ["p range c, x p y -> y type c"],
    "prp-symp": ["p type SymmetricProperty, x p y -> y p x"],
    "prp-trp": ["p type TransitiveProperty, x p y, y p z -> x p z"],
    "prp-spo1": ["p subPropertyOf q, x p y -> x q y"],
    "prp-inv1": ["p inverseOf q, x p y -> y q x"],
    "prp-inv2": ["p inverseOf q, x q y -> y p x"],
    "prp-fp": ["p type FunctionalProperty, z p x, z p y -> x sameAs y"],
    "prp-ifp": ["p type InverseFunctionalProperty, x p z, y p z -> x sameAs y"],
    "cls-svf1": ["c someValuesFrom d, c onProperty p, x p y, y type d -> x type c"],
    "cls-svf2": ["c someValuesFrom Thing, c onProperty p, x p y -> x type c"],
    "cls-avf": ["c allValuesFrom d, c onProperty p, x type c, x p y -> y type d"],
    "cls-hv1": ["c hasValue v, c onProperty p, x type c -> x p v"],
    "cls-hv2": ["c hasValue v, c onProperty p, x p v -> x type c"],
    "cax-sco": ["b subClassOf c, x type b -> x type c"],
    "scm-sco": ["a subClassOf b, b subClassOf c -> a subClassOf c"],
    "scm-spo": ["a subPropertyOf b, b subPropertyOf c -> a subPropertyOf c"],
    "scm-eqc1": ["a equivalentClass b -> a subClassOf b", "a equivalentClass b -> b subClassOf a"],
    "scm-eqp1": ["a equivalentProperty b -> a subPropertyOf b", "a equivalentProperty b -> b subPropertyOf a"],
    "scm-eqc2": ["a subClassOf b, b subClassOf a -> a equivalentClass b"],
    "scm-eqp2": ["a subPropertyOf b, b subPropertyOf a -> a equivalentProperty b"],
    "scm-dom1": ["p domain b, b subClassOf c -> p domain c"],
    "scm-dom2": ["p subPropertyOf q, q domain c -> p domain c"],
    "scm-rng1": ["p range b, b subClassOf c -> p range c"],
    "scm-rng2": ["p subPropertyOf q, q range c -> p range c"],
    "scm-hv": ["a hasValue v, a onProperty p, b hasValue v, b onProperty q, p subPropertyOf q -> a subClassOf b"],
    "scm-svf1": [
        "a someValuesFrom v, a onProperty p, b someValuesFrom w, b onProperty p, v subClassOf w -> a subClassOf b",
        "a someValuesFrom v, a onProperty p, b someValuesFrom v, b onProperty p -> a subClassOf b",
    ],
    "scm-svf2": [
        "a someValuesFrom v, a onProperty p, b someValuesFrom v, b onProperty q, p subPropertyOf q -> a subClassOf b"
    ],
    "scm-avf1": [
        "a allValuesFrom v, a onProperty p, b allValuesFrom w, b onProperty p, v subClassOf w -> a subClassOf b"
    ],
    "scm-avf2": [
        "a allValuesFrom v, a onProperty p, b allValuesFrom v, b onProperty q, p subPropertyOf q -> b subClassOf a"
    ],
}
AIOP_ = "https://w3id.org/aiop#"
GRAPHS = "https://w3id.org/aiop/graph/"
FACTS = [NamedNode(GRAPHS + name) for name in ("asserted", "ontology", "inferred", "measures")]
FINDINGS = NamedNode(GRAPHS + "findings")


class RefusedProofError(Exception):
    """A step does not follow from what it is said to follow from."""


def demand(condition: object, step: Step, why: str) -> None:
    if not condition:
        raise RefusedProofError(f"{step.kind} {step.rule}: {step.conclusion}: {why}")


class World:
    """Everything that is known, against which absences are checked."""

    def __init__(self, dataset: bytes, as_of: date) -> None:
        self.store = Store()
        self.store.bulk_load(dataset, format=RdfFormat.N_QUADS)
        self.as_of = as_of
        self._written: dict[str, set[Triple]] = {}

    def about(self, node: object, graph: NamedNode) -> list[Triple]:
        return [quad.triple for quad in self.store.quads_for_pattern(node, None, None, graph)]  # type: ignore[arg-type]

    def holds(self, triple: Triple) -> bool:
        return any(Quad(triple.subject, triple.predicate, triple.object, graph) in self.store for graph in FACTS)

    def rows(
        self, query: str, bindings: Mapping[str, object], graphs: list[NamedNode]
    ) -> set[frozenset[tuple[str, object]]]:
        given = {Variable(name): term for name, term in bindings.items()}
        found = self.store.query(query, default_graph=graphs, substitutions=given)  # type: ignore[arg-type]
        names = [variable.value for variable in found.variables]  # type: ignore[union-attr]
        return {
            frozenset((name, row[name]) for name in names if row[name] is not None)
            for row in found  # type: ignore[union-attr]
        }

    def written_by(self, path: str, graphs: list[NamedNode]) -> set[Triple]:
        if path not in self._written:
            self._written[path] = construct(path, self.store, graphs)
        return self._written[path]


def construct(path: str, store: Store, graphs: list[NamedNode]) -> set[Triple]:
    text = (ROOT / path).read_text(encoding="utf-8")
    return set(store.query(text, default_graph=graphs))  # type: ignore[arg-type]


def replay(proof: Proof, world: World, done: set[tuple[object, ...]] | None = None) -> int:
    """Do every step of a proof again; return how many were done anew.

    ``done`` remembers steps that were done for other proofs. Raises RefusedProofError for a step that does not follow.
    """
    done = set() if done is None else done
    grounded(proof)
    count = 0
    for step in proof.steps.values():
        key = (step.conclusion, step.rule, step.premises, step.absences)
        if key not in done:
            again(step, world)
            done.add(key)
            count += 1
    return count


def grounded(proof: Proof) -> None:
    """Refuse a proof with a premise that no step concludes, or that rests on itself."""
    order: dict[Triple, int] = {}
    waiting: list[tuple[Triple, bool]] = [(proof.root, False)]
    open_: set[Triple] = set()
    while waiting:
        conclusion, leaving = waiting.pop()
        if leaving:
            open_.discard(conclusion)
            order[conclusion] = len(order)
            continue
        if conclusion in order:
            continue
        step = proof.steps.get(conclusion)
        if step is None or step.conclusion != conclusion:
            raise RefusedProofError(f"nothing concludes {conclusion}")
        if conclusion in open_:
            raise RefusedProofError(f"{conclusion} rests on itself")
        open_.add(conclusion)
        waiting.append((conclusion, True))
        for premise in step.premises:
            if premise in open_:
                raise RefusedProofError(f"{premise} rests on itself")
            waiting.append((premise, False))


def again(step: Step, world: World) -> None:
    """Do one step again."""
    for absence in step.absences:
        graphs = [*FACTS, FINDINGS] if step.kind == "recommendation" else FACTS
        found = world.rows(absence.query, dict(absence.bindings), graphs)
        demand(found == {frozenset(row) for row in absence.besides}, step, f"there is more: {absence.sentence}")
    match step.kind:
        case "asserted" | "declared":
            demand(states(step.place, step.conclusion), step, f"{step.place} does not say so")
        case "given":
            demand(step.conclusion.predicate.value in (AIOP_ + "evaluationDate", AIOP_ + "boundBy"), step, "not given")
        case "inferred":
            demand(follows(step), step, f"does not follow from {[str(p) for p in step.premises]}")
        case "measured" if step.rule.startswith("queries/"):
            demand(step.conclusion in world.written_by(step.rule, FACTS), step, "the query does not write it")
            over = alone(step.premises)
            demand(normal(step.conclusion) in construct(step.rule, over, FACTS[:1]), step, "not from these premises")
        case "measured":
            demand(reckoned(step, world), step, "is reckoned otherwise")
        case "finding":
            judged(step, world)
        case "contradiction":
            demand(clashes(step), step, f"another reasoner finds {[str(p) for p in step.premises]} consistent")
        case "recommendation":
            recommended(step, world)
        case "cascade":
            reaches = {t for t in world.about(step.conclusion.subject, graph_of("cascades")) if is_reach(t)}
            demand(reaches == {p for p in step.premises if is_reach(p)}, step, "reaches other elements")
            demand(bool(step.premises), step, "starts from nothing")
        case "reach":
            demand(reached(step, world), step, "no chain leads there")
        case _:
            demand(False, step, "of no known kind")


def graph_of(name: str) -> NamedNode:
    return NamedNode(GRAPHS + name)


def is_reach(triple: Triple) -> bool:
    return triple.predicate.value == AIOP_ + "reaches"


def alone(premises: Iterable[Triple], world: World | None = None) -> Store:
    """A store of premises; a finding among them stands for all that is said of it."""
    store = Store()
    for premise in premises:
        node = premise.subject
        told = [premise]
        if world is not None and str(node).startswith("<https://w3id.org/aiop/finding/"):
            told = world.about(node, FINDINGS)
        store.extend([Quad(t.subject, t.predicate, t.object, FACTS[0]) for t in told])
    return store


def normal(triple: Triple) -> Triple:
    """A triple as a store spells it."""
    return next(iter(alone([triple]).quads_for_pattern(None, None, None, None))).triple


# reasoning
def follows(step: Step) -> bool:
    premises = [tuple(term for term in (p.subject, p.predicate, p.object)) for p in step.premises]
    conclusion = (step.conclusion.subject, step.conclusion.predicate, step.conclusion.object)
    if step.rule in RULES:
        if any(conclusion in drawn(rule, premises) for rule in RULES[step.rule]):
            return True
        known = [*premises, *true_of_everything(premises)]  # what need not be said has no step of its own
        if any(conclusion in drawn(rule, known) for rule in RULES[step.rule]):
            return True
        for _ in range(3):
            known += [fact for rules in RULES.values() for rule in rules for fact in drawn(rule, known)]
            known = list(dict.fromkeys(known))
        return any(conclusion in drawn(rule, known) for rule in RULES[step.rule])
    if step.rule.startswith("eq-"):
        return renamed(conclusion, premises)
    return by_list(step.rule, conclusion, premises)


def clashes(step: Step) -> bool:
    """Whether owlrl finds a contradiction in the premises."""
    graph = rdflib.Graph()
    content = serialize(list(step.premises), format=RdfFormat.N_TRIPLES)
    assert content is not None
    graph.parse(data=content.decode(), format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return (None, rdflib.RDF.type, rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")) in graph


def true_of_everything(premises: list[Fact]) -> Iterator[Fact]:
    kind, thing = NamedNode(NAMES["type"]), NamedNode(NAMES["Thing"])
    for term in {term for fact in premises for term in fact}:
        yield term, kind, thing
        yield term, NamedNode(NAMES["subClassOf"]), thing
        yield term, NamedNode(NAMES["subClassOf"]), term
        yield term, NamedNode(NAMES["subPropertyOf"]), term


@cache
def parsed(rule: str) -> tuple[tuple[Fact, ...], Fact]:
    body, _, head = rule.partition(" -> ")

    def pattern(text: str) -> Fact:
        return tuple(NamedNode(NAMES[word]) if word in NAMES else word for word in text.split())

    return tuple(map(pattern, body.split(", "))), pattern(head)


def drawn(rule: str, facts: list[Fact]) -> set[Fact]:
    body, head = parsed(rule)
    bindings: list[dict[str, object]] = [{}]
    for pattern in body:
        bindings = [more for known in bindings for fact in facts if (more := bound(pattern, fact, known)) is not None]
    return {tuple(known.get(word, word) if isinstance(word, str) else word for word in head) for known in bindings}


def bound(pattern: Fact, fact: Fact, known: Mapping[str, object]) -> dict[str, object] | None:
    found = dict(known)
    for word, term in zip(pattern, fact, strict=True):
        if not isinstance(word, str):
            if word != term:
                return None
        elif not same_value(found.setdefault(word, term), term):
            return None
    return found


def same_value(one: object, other: object) -> bool:
    if one == other or not (isinstance(one, Literal) and isinstance(other, Literal)):
        return bool(one == other)
    node = NamedNode("urn:x:x")
    return normal(Triple(node, node, one)) == normal(Triple(node, node, other))


def renamed(conclusion: Fact, premises: list[Fact]) -> bool:
    """Whether a conclusion is a premise, or an equality, with equals in place of equals."""
    same = NamedNode(NAMES["sameAs"])
    groups: dict[object, set[object]] = {}
    for subject, predicate, value in premises:
        if predicate == same:
            merged = groups.get(subject, {subject}) | groups.get(value, {value})
            groups.update(dict.fromkeys(merged, merged))

    def equal(one: object, other: object) -> bool:
        return same_value(one, other) or other in groups.get(one, ())

    if conclusion[1] == same and equal(conclusion[0], conclusion[2]):
        return True
    return any(all(map(equal, fact, conclusion)) for fact in premises)


LISTS = {
    "cls-int1": "intersectionOf",
    "scm-int": "intersectionOf",
    "scm-uni": "unionOf",
    "cls-oo": "oneOf",
    "prp-spo2": "propertyChainAxiom",
    "prp-key": "hasKey",
}


def by_list(rule: str, conclusion: Fact, premises: list[Fact]) -> bool:
    """The rules whose axioms are lists."""
    facts = set(premises)
    axiom = NamedNode(NAMES[LISTS[rule]]) if rule in LISTS else None
    return any(
        from_list(rule, conclusion, whole, listed(head, facts), facts)
        for whole, said, head in premises
        if said == axiom
    )


def from_list(rule: str, conclusion: Fact, whole: object, members: list[object], facts: set[Fact]) -> bool:
    subject, predicate, value = conclusion
    match rule:
        case "cls-int1":
            kind, thing = NamedNode(NAMES["type"]), NamedNode(NAMES["Thing"])
            met = all((subject, kind, member) in facts for member in members if member != thing)
            return (predicate, value) == (kind, whole) and met
        case "scm-int":
            return subject == whole and value in members
        case "scm-uni" | "cls-oo":
            return value == whole and subject in members
        case "prp-spo2":
            edge = {subject}
            for member in members:
                edge = {o for s, p, o in facts if p == member and s in edge}
            return predicate == whole and value in edge
        case _:
            pairs = [[{o for s, p, o in facts if (s, p) == (e, m)} for e in (subject, value)] for m in members]
            return all(any(same_value(a, b) for a in one for b in other) for one, other in pairs)


def listed(head: object, facts: set[Fact]) -> list[object]:
    members = []
    while head != NamedNode(RDF_ + "nil"):
        first = [o for s, p, o in facts if s == head and p == NamedNode(NAMES["first"])]
        rest = [o for s, p, o in facts if s == head and p == NamedNode(NAMES["rest"])]
        if not first or not rest:
            return [object()]
        members.append(first[0])
        head = rest[0]
    return members


# what is stated
@cache
def document(path: Path) -> frozenset[tuple[str, str, str]]:
    """The triples of a file, by another parser than the product's; nameless nodes are alike."""
    usual, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False  # 0.50 stays 0.50
    graph = rdflib.Graph().parse(path, format="turtle")
    rdflib.NORMALIZE_LITERALS = usual
    return frozenset(tuple("_" if isinstance(t, rdflib.BNode) else str(t) for t in triple) for triple in graph)  # type: ignore[misc]


def states(place: Place | None, triple: Triple) -> bool:
    if place is None:
        return False
    path = Path(place.file)
    path = path if path.is_absolute() else ROOT / path
    terms = (triple.subject, triple.predicate, triple.object)
    words = tuple("_" if isinstance(t, BlankNode) else t.value for t in terms)  # type: ignore[union-attr]
    lines = len(path.read_text(encoding="utf-8").splitlines())
    return words in document(path) and (place.line is None or 1 <= place.line <= lines)


# what is worked out without a query
def reckoned(step: Step, world: World) -> bool:
    result, premises = step.conclusion, list(step.premises)
    day = datetime(world.as_of.year, world.as_of.month, world.as_of.day)
    match step.rule:
        case "limit":
            (value,) = premises
            return value.subject == result.subject and Decimal(result.object.value) == in_days(value.object.value)
        case "cutoff":
            value = next(p for p in premises if p.predicate.value.endswith("#thresholdValue"))
            past = Decimal((day - datetime.fromisoformat(result.object.value.rstrip("Z"))).days)
            return value.subject == result.subject and abs(past - in_days(value.object.value)) <= 3  # of the calendar
        case "days":
            stated = next(p for p in premises if p.subject == result.subject)
            counted = next(p for p in premises if p.subject == stated.predicate)
            days = in_days(stated.object.value)
            return counted.object == result.predicate and abs(Decimal(result.object.value) - days) < Decimal("0.00001")
        case "moment":
            stated = next(p for p in premises if p.subject == result.subject)
            text = stated.object.value if "T" in stated.object.value else f"{stated.object.value}T00:00:00"
            return stated.predicate == result.predicate and result.object.value[:19] == text[:19]
        case "incompleteness":
            ends = {p.object for p in premises} | {NamedNode(AIOP_ + "AnyElement"), NamedNode(AIOP_ + "AnyProperty")}
            member = any(p.subject == result.subject for p in premises)
            return result.object in ends and (member or result.subject in ends)
    return False


def in_days(text: str) -> Decimal:
    """A number, or an ISO 8601 duration in days, a month being a twelfth of 365.25 of them."""
    if not text.startswith("P"):
        return Decimal(text)
    found = rdflib.Literal(text, datatype=rdflib.XSD.duration).toPython()
    if isinstance(found, timedelta):
        return Decimal(found.days) + Decimal(found.seconds) / 86400
    rest = found.tdelta
    months = Decimal(found.years) * 12 + Decimal(found.months)
    return months * Decimal("30.4375") + Decimal(rest.days) + Decimal(rest.seconds) / 86400


# judgements and what follows from them
@cache
def shape_file(code: str) -> rdflib.Graph:
    (path,) = (ROOT / "shapes").rglob(f"{code}-*.ttl")
    return rdflib.Graph().parse(path, format="turtle")


def judged(step: Step, world: World) -> None:
    said = {(t.predicate.value.rpartition("#")[2], t.object) for t in world.about(step.conclusion.subject, FINDINGS)}
    focus = next(o for p, o in said if p == "focus")
    verdict = next(o for p, o in said if p == "verdict").value.rpartition("#")[2]
    data = rdflib.Graph()
    content = serialize(
        [Triple(p.subject, p.predicate, p.object) for p in map(normal, step.premises)], format=RdfFormat.N_TRIPLES
    )
    assert content is not None
    data.parse(data=content.decode(), format="nt")
    conforms, report, _ = pyshacl.validate(data, shacl_graph=shape_file(step.rule), inplace=True, inference="none")
    demand(not conforms, step, "the premises satisfy the rule")
    named = {str(o) for o in report.objects(None, rdflib.SH.focusNode)}
    demand(isinstance(focus, BlankNode) or focus.value in named, step, "another element fails")
    predicates = {p.predicate.value.rpartition("#")[2] for p in step.premises}
    needed = {"Unknown": {"unreported"}, "Waived": {"waivedFor", "status"}}.get(verdict)
    excused = {"NotApplicableVerdict": {"status"}, "InProgressVerdict": {"status"}}.get(verdict, needed)
    demand(excused is None or predicates & excused, step, f"nothing makes it {verdict}")


def recommended(step: Step, world: World) -> None:
    node = step.conclusion.subject
    produced = {t for t in construct(step.rule, alone(step.premises, world), FACTS[:1]) if t.subject == node}
    written = set(world.about(node, graph_of("recommendations")))
    closes = {t for t in written if t.predicate.value == AIOP_ + "closes"}
    demand(normal(step.conclusion) in produced, step, "not from these premises")
    demand(closes <= produced, step, "closes other findings")
    demand(written <= produced, step, f"differs in {[str(t) for t in written - produced][:3]}")


def reached(step: Step, world: World) -> bool:
    finding = next(p for p in step.premises if str(p.subject).startswith("<https://w3id.org/aiop/finding/"))
    start = Triple(step.conclusion.subject, NamedNode(AIOP_ + "startsFrom"), finding.subject)
    demand(start in world.about(start.subject, graph_of("cascades")), step, "the cascade starts elsewhere")
    focus = next(t.object for t in world.about(finding.subject, FINDINGS) if t.predicate.value == AIOP_ + "focus")
    tops = {NamedNode(AIOP_ + name): forward for name, forward in (("impacts", 1), ("burdens", 1), ("dependsOn", 0))}
    above = tops | {p.subject: tops[p.object] for p in step.premises if p.object in tops}
    edges = [(p.subject, p.object) if above[p.predicate] else (p.object, p.subject) for p in links(step, above)]
    here = {focus}
    for _ in edges:
        here |= {end for start, end in edges if start in here}
    return step.conclusion.object in here


def links(step: Step, above: Mapping[object, int]) -> Iterator[Triple]:
    return (p for p in step.premises if p.predicate in above)
