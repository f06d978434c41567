"""A proof as provenance (W3C PROV-O): each step an activity that used its premises and generated its conclusion."""

import hashlib

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from aiopkg.explain import Proof, Step
from aiopkg.explain.proof import Term
from aiopkg.vocab import PREFIXES, RDF, RDFS, RULE, SKOS

__all__ = ["proof_to_prov"]

_PROV = PREFIXES["prov"]
_BASE = "https://w3id.org/aiop/proof/"
_AGENT = NamedNode("https://w3id.org/aiop")


def _prov(name: str) -> NamedNode:
    return NamedNode(_PROV + name)


def proof_to_prov(proof: Proof) -> str:
    """Return a proof in Turtle; the same proof gives the same bytes.

    Conclusions are entities named by a digest of their triple, and carry it (RDF reification); the plan of an
    activity's association is the rule. What was looked for in vain stands at the activity as a ``skos:note``.
    """
    triples = {triple for step in proof.steps.values() for triple in _step(step)}
    triples.add(Triple(_AGENT, RDF.type, _prov("SoftwareAgent")))
    prefixes = {name: PREFIXES[name] for name in ("aiop", "prov", "rdf", "rdfs", "rule", "skos")}
    content = serialize(sorted(triples, key=str), format=RdfFormat.TURTLE, prefixes=prefixes)
    assert content is not None
    return content.decode()


def _entity(triple: Triple) -> NamedNode:
    return NamedNode(f"{_BASE}fact/{hashlib.sha256(str(triple).encode()).hexdigest()[:16]}")


def _step(step: Step) -> list[Triple]:
    entity = _entity(step.conclusion)
    conclusion = step.conclusion
    found: list[tuple[NamedNode, NamedNode, Term]] = [
        (entity, RDF.type, _prov("Entity")),
        (entity, RDF.type, RDF.Statement),
        (entity, RDF.subject, conclusion.subject),  # type: ignore[list-item]
        (entity, RDF.predicate, conclusion.predicate),
        (entity, RDF.object, conclusion.object),  # type: ignore[list-item]
        (entity, RDFS.comment, Literal(step.sentence, language="en")),
    ]
    if step.place:
        found.append((entity, _prov("atLocation"), Literal(str(step.place))))
    if step.rule:
        activity = NamedNode(entity.value.replace("/fact/", "/step/"))
        association = NamedNode(f"{activity.value}/association")
        found += [
            (entity, _prov("wasGeneratedBy"), activity),
            (activity, RDF.type, _prov("Activity")),
            (activity, _prov("qualifiedAssociation"), association),
            (association, RDF.type, _prov("Association")),
            (association, _prov("agent"), _AGENT),
            (association, _prov("hadPlan"), _plan(step)),
            (_plan(step), RDF.type, _prov("Plan")),
            (activity, RDFS.comment, Literal(step.because, language="en")),
        ]
        found += [(activity, _prov("used"), _entity(premise)) for premise in step.premises]
        found += [(entity, _prov("wasDerivedFrom"), _entity(premise)) for premise in step.premises]
        found += [(activity, SKOS.note, Literal(absence.sentence, language="en")) for absence in step.absences]
    return [Triple(subject, predicate, value) for subject, predicate, value in found]


def _plan(step: Step) -> NamedNode:
    if step.kind == "finding":
        return NamedNode(RULE + step.rule)
    if step.rule.startswith("queries/"):
        return NamedNode(f"https://w3id.org/aiop/query/{step.rule.removeprefix('queries/').removesuffix('.rq')}")
    return NamedNode(f"https://w3id.org/aiop/inference/{step.rule}")
