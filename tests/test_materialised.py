"""What a store holds of a model: the same as drawing every conclusion anew and writing it triple by triple."""

from collections.abc import Mapping

import pytest
from conftest import ORGS, model_from
from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.materialised import materialise_model, spells_a_definition
from aiopkg.model import Model, load
from aiopkg.reason import materialise
from aiopkg.vocab import AIOP, GRAPH, OWL

MODELS: Mapping[str, str] = {
    "nothing": "",
    "facts of the ontology": "aiop:UseCase a owl:Class . aiop:Hybrid a aiop:Archetype .",
    "what follows from the ontology alone": "aiop:UseCase rdfs:subClassOf aiop:Element .",
    "axioms": "ex:Bot rdfs:subClassOf aiop:UseCase . ex:b a ex:Bot . ex:p owl:inverseOf ex:q . ex:b ex:p ex:c .",
    "blank nodes": "ex:o a org:FormalOrganization ; org:hasPost [ org:heldBy ex:p ] , [ org:heldBy ex:q ] .",
    "equal things": "ex:b owl:sameAs ex:a . ex:a a aiop:UseCase ; aiop:runsOn ex:p . ex:c owl:sameAs ex:c .",
    "equal to a term": "ex:x owl:sameAs aiop:Hybrid . ex:o aiop:declaredArchetype ex:x .",
    "spellings": 'ex:a a aiop:UseCase ; ex:size 1.50 , 01 ; rdfs:label "a\\n\\"b\\"\\\\ \U0001f600"@en-GB .',
    "nothing that can be": "ex:a a owl:Nothing , aiop:UseCase .",
}


def graph(store: Store, name: NamedNode) -> set[Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, name)}


def written_plainly(model: Model, same: Mapping[object, NamedNode | BlankNode], given: tuple[Triple, ...]) -> Store:
    base = set(assets.ontology())

    def represent(triple: Triple) -> Triple:
        if triple.predicate == OWL.sameAs:
            return triple
        return Triple(
            same.get(triple.subject, triple.subject), triple.predicate, same.get(triple.object, triple.object)
        )

    closure = materialise([*model.triples, *base, *given])
    asserted = {represent(t) for t in model.triples} - base
    inferred = {represent(t) for t in closure.inferred if not spells_a_definition(t)} - asserted - base
    store = Store()
    for name, triples in ((GRAPH.asserted, asserted), (GRAPH.ontology, base), (GRAPH.inferred, inferred)):
        store.extend(Quad(t.subject, t.predicate, t.object, name) for t in triples)
    return store


def check(model: Model, given: tuple[Triple, ...] = ()) -> None:
    known = materialise_model(model, given)
    plain = written_plainly(model, known.same, given)
    for name in (GRAPH.asserted, GRAPH.ontology, GRAPH.inferred):
        assert graph(known.store, name) == graph(plain, name)
    whole = materialise([*model.triples, *assets.ontology(), *given])
    assert list(known.closure.inferred) == list(whole.inferred)
    assert known.closure.inconsistencies == whole.inconsistencies


@pytest.mark.parametrize("name", MODELS)
def test_the_store_of_a_model_holds_what_follows(name: str) -> None:
    check(model_from(MODELS[name], strict=False))


@pytest.mark.parametrize("name", ["blank nodes", "equal things"])
def test_facts_of_the_evaluation_add_what_follows_from_them(name: str) -> None:
    pack = next(t.subject for t in assets.ontology() if t.object == AIOP.Pack and isinstance(t.subject, NamedNode))
    firm = NamedNode("https://example.org/o")
    check(model_from(MODELS[name], strict=False), (Triple(firm, AIOP.boundBy, pack),))


def test_the_store_of_an_organization_holds_what_follows() -> None:
    check(load([ORGS / "bank.ttl"]))
