"""The ontology: in its profile, coherent, in its own style, and inferring what it promises."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import materialised
from owl_profile import outside_rl
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from aiopkg import assets, vocab
from aiopkg.reason import materialise
from aiopkg.validate import Shapes, validate
from aiopkg.vocab import AIOP, PREFIXES, RDF, RDFS

PILLARS = ("GovernanceElement", "TalentElement", "DataElement", "TechnologyElement")


def aiop(name: str) -> NamedNode:
    return NamedNode(PREFIXES["aiop"] + name)


def owl(name: str) -> NamedNode:
    return NamedNode(PREFIXES["owl"] + name)


def holds(turtle: str, *expected: tuple[str, str, str]) -> Iterator[bool]:
    closure = materialised(turtle).closure
    for subject, predicate, value in expected:
        yield Triple(example(subject), example(predicate), example(value)) in closure


def example(name: str) -> NamedNode:
    prefix, _, local = name.partition(":")
    return NamedNode({**PREFIXES, "ex": "https://example.org/"}[prefix] + local) if local else aiop(name)


def test_the_ontology_is_in_the_rl_profile() -> None:
    assert sorted(set(outside_rl(assets.ontology()))) == []


def test_the_profile_check_finds_what_is_outside() -> None:
    text = """
        ex:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:p ; owl:someValuesFrom ex:B ] .
        ex:A owl:equivalentClass [ owl:unionOf ( ex:B ex:C ) ] .
        ex:p a owl:DatatypeProperty ; rdfs:range xsd:duration .
    """
    prologue = "".join(f"@prefix {p}: <{n}> .\n" for p, n in {**PREFIXES, "ex": "https://example.org/"}.items())
    found = set(outside_rl(quad.triple for quad in parse(prologue + text, RdfFormat.TURTLE)))
    assert len(found) == 3


def test_the_ontology_satisfies_its_own_style() -> None:
    store = Store()
    store.extend([Quad(t.subject, t.predicate, t.object) for t in assets.ontology()])
    style = assets.folder("shapes") / "meta" / "ontology-style.ttl"
    shapes = Shapes.compile(quad.triple for quad in parse(path=style, format=RdfFormat.TURTLE))
    outcome = validate(store, shapes)
    assert all(len(focus) > 100 for focus in outcome.targets.values())
    assert [f"{r.focus} {r.path} {[m.value for m in r.messages]}" for r in outcome.results] == []


def test_the_style_notices_a_term_without_a_definition() -> None:
    store = Store()
    bare = [t for t in assets.ontology() if not (t.subject == AIOP.UseCase and "definition" in t.predicate.value)]
    store.extend([Quad(t.subject, t.predicate, t.object) for t in bare])
    style = assets.folder("shapes") / "meta" / "ontology-style.ttl"
    outcome = validate(store, Shapes.compile(quad.triple for quad in parse(path=style, format=RdfFormat.TURTLE)))
    assert [result.focus for result in outcome.results] == [AIOP.UseCase]


def test_every_term_that_the_program_names_is_declared() -> None:
    declared = {t.subject for t in assets.ontology() if t.predicate == RDFS.isDefinedBy}
    named = {term for name, term in vars(vocab.AIOP).items() if isinstance(term, NamedNode)}
    assert named - declared == set()


def test_every_term_that_the_ontology_uses_is_declared() -> None:
    declared = {t.subject for t in assets.ontology() if t.predicate == RDFS.isDefinedBy}
    used = {
        term
        for triple in assets.ontology()
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, NamedNode) and term.value.startswith(PREFIXES["aiop"]) and term.value != PREFIXES["aiop"]
    }
    assert used - declared == set()


def test_the_ontology_says_its_title_version_licence_source_and_prefix() -> None:
    header = NamedNode(PREFIXES["aiop"])
    said = {t.predicate.value.rpartition("/")[2].rpartition("#")[2] for t in assets.ontology() if t.subject == header}
    assert {"title", "description", "license", "source", "versionIRI", "versionInfo"} <= said
    assert {"preferredNamespacePrefix", "preferredNamespaceUri"} <= said


def test_no_term_is_declared_twice() -> None:
    declared = [t.subject for t in assets.ontology() if t.predicate == RDFS.label]
    assert sorted({str(t) for t in declared if declared.count(t) > 1}) == []


def test_every_class_has_a_label_that_reads_as_a_noun() -> None:
    """A sentence says that something is a role or a live use case; what ends in a participle or preposition is none."""
    owl_class = NamedNode(PREFIXES["owl"] + "Class")
    classes = {t.subject for t in assets.ontology() if (t.predicate, t.object) == (RDF.type, owl_class)}
    labels = {t.subject: t.object.value for t in assets.ontology() if t.predicate == RDFS.label}
    assert [each for each in classes if str(each).startswith(f"<{PREFIXES['aiop']}") and each not in labels] == []
    read = [labels[each] for each in classes if each in labels]
    no_noun = re.compile(r"(ed|\b(on|of|by|to|in|for|with|from|read|held|built|run))$")
    assert [label for label in read if no_noun.search(label) and " that is " not in label] == []
    assert len(read) > 200


def test_the_ontology_contradicts_nothing() -> None:
    assert materialise(assets.ontology()).inconsistencies == ()


def test_every_class_that_an_organization_can_own_is_in_exactly_one_pillar() -> None:
    closure = materialise(assets.ontology())
    everything = [*assets.ontology(), *closure.inferred]
    above: dict[object, set[object]] = {}
    for triple in everything:
        if triple.predicate == RDFS.subClassOf:
            above.setdefault(triple.subject, set()).add(triple.object)
    ownable = [c for c, parents in above.items() if aiop("Element") in parents and isinstance(c, NamedNode)]
    pillars = {aiop(name) for name in PILLARS}
    wrong = {
        str(c): [str(p) for p in above[c] & pillars]
        for c in ownable
        if c not in pillars and len(above[c] & pillars) != 1
    }
    assert wrong == {}
    assert len(ownable) > 60


def test_an_element_of_two_pillars_is_a_contradiction() -> None:
    clashes = materialised("ex:x a aiop:Guardrail, aiop:Platform .").closure.inconsistencies
    assert {clash.rule for clash in clashes} == {"cax-dw"}


def test_the_pillar_of_an_element_follows_from_its_class() -> None:
    text = "ex:g a aiop:Guardrail . ex:m aiop:suppliedBy ex:v ; a aiop:Model . ex:right aiop:overDecision ex:d ."
    expected = (
        ("ex:g", "inPillar", "Governance"),
        ("ex:m", "inPillar", "Technology"),
        ("ex:right", "inPillar", "Governance"),
    )
    assert all(holds(text, *expected))


def test_high_stakes_follow_from_the_kind_of_a_decision_and_from_its_effects() -> None:
    text = """
        ex:loan a aiop:Decision ; aiop:decisionKind aiop:CreditApproval .
        ex:advice a aiop:Decision ; aiop:decisionKind aiop:MarketingTargeting ; aiop:hasEffect aiop:SafetyEffect .
        ex:banner a aiop:Decision ; aiop:decisionKind aiop:MarketingTargeting .
        ex:scoring a aiop:UseCase ; aiop:informs ex:loan .
        ex:own a aiop:DecisionKind ; aiop:typicalEffect aiop:LegalEffect .
        ex:verdict a aiop:Decision ; aiop:decisionKind ex:own .
    """
    high = [(name, "rdf:type", "HighStakesDecision") for name in ("ex:loan", "ex:advice", "ex:verdict", "ex:banner")]
    assert list(holds(text, *high)) == [True, True, True, False]
    assert all(holds(text, ("ex:scoring", "rdf:type", "HighStakesUseCase")))


def test_a_use_case_is_live_by_its_stage() -> None:
    text = "ex:a a aiop:UseCase ; aiop:stage aiop:Scaling . ex:b a aiop:UseCase ; aiop:stage aiop:Pilot ."
    expected = [
        ("ex:a", "rdf:type", "LiveUseCase"),
        ("ex:b", "rdf:type", "OperatedUseCase"),
        ("ex:b", "rdf:type", "LiveUseCase"),
    ]
    assert list(holds(text, *expected)) == [True, True, False]


def test_a_failure_link_and_the_plain_statement_of_it_agree() -> None:
    plain = {(t.subject, t.object) for t in assets.ontology() if t.predicate == aiop("leadsTo")}
    ends: dict[object, dict[str, object]] = {}
    for triple in assets.ontology():
        if triple.predicate in (AIOP.fromMode, AIOP.toMode, AIOP.strength):
            ends.setdefault(triple.subject, {})[triple.predicate.value.rsplit("#", 1)[-1]] = triple.object
    assert {(link["fromMode"], link["toMode"]) for link in ends.values()} == plain
    strengths = [link["strength"] for link in ends.values()]
    assert all(isinstance(s, Literal) and 0 < float(s.value) < 1 for s in strengths)
    assert len(plain) >= 40


CROSSINGS = [
    ("UnclearDecisionRights", "CorruptedIncentives"),
    ("NobodyAnswers", "UnownedData"),
    ("UntrainedReviewers", "UncheckedHighStakes"),
    ("MissingRoles", "UnintegratedTools"),
    ("PoorDataQuality", "UnprovenPlatform"),
    ("UnownedData", "StalePolicy"),
    ("DuplicatedAssets", "ForkedPipelines"),
    ("UnmonitoredModel", "UncontrolledRisk"),
    ("ArchetypeMismatch", "UnclearDecisionRights"),
    ("UnanchoredUnits", "MissingRoles"),
    ("UnanchoredUnits", "DataSilos"),
    ("FragmentedFunding", "DuplicatedAssets"),
]
"""How pillars undermine each other as the catalogue of rules asks: governance and talent, governance and data, talent
and governance, talent and technology, data and technology, data and governance, technology and data, technology and
governance, and the structure and each of the four."""


def test_each_crossing_that_is_asked_for_is_a_link_with_mechanism_strength_and_source() -> None:
    facts: dict[object, dict[str, object]] = {}
    for triple in assets.ontology():
        facts.setdefault(triple.subject, {})[triple.predicate.value.rpartition("/")[2].rpartition("#")[2]] = (
            triple.object
        )
    links = {(said["fromMode"], said["toMode"]): said for said in facts.values() if "fromMode" in said}
    assert len([mode for mode, said in facts.items() if "failsIn" in said]) >= 40
    for said in links.values():
        assert {"mechanism", "strength", "source"} <= said.keys()
    crossed = {(facts[start]["failsIn"], facts[end]["failsIn"]) for start, end in links}
    for start, end in CROSSINGS:
        assert (aiop(start), aiop(end)) in links
        assert facts[aiop(start)]["failsIn"] != facts[aiop(end)]["failsIn"]
    areas = ("Governance", "Talent", "Data", "Technology")
    assert {(aiop("Structure"), aiop(area)) for area in areas} <= crossed
    asked = {(facts[aiop(start)]["failsIn"], facts[aiop(end)]["failsIn"]) for start, end in CROSSINGS}
    assert len(asked) == len(CROSSINGS)


@pytest.mark.parametrize(
    ("fact", "cause", "effect"),
    [
        ("ex:search aiop:hiringFor ex:post", "ex:search", "ex:post"),
        ("ex:check aiop:stepOf ex:claims", "ex:check", "ex:claims"),
        ("ex:first aiop:onPath ex:path", "ex:first", "ex:path"),
        ("ex:first aiop:escalatesTo ex:post", "ex:post", "ex:first"),
        ("ex:agent aiop:mayBeStoppedBy ex:post", "ex:post", "ex:agent"),
        ("ex:pipeline aiop:runBy ex:unit", "ex:unit", "ex:pipeline"),
        ("ex:model aiop:integratedInto ex:desk", "ex:desk", "ex:model"),
        ("ex:policy odrl:permission ex:permission", "ex:permission", "ex:policy"),
        ("ex:policy odrl:target ex:data", "ex:policy", "ex:data"),
        ("ex:policy aiop:onDataset ex:data", "ex:policy", "ex:data"),
        ("ex:programme aiop:programmeFor ex:unit", "ex:programme", "ex:unit"),
    ],
)
def test_a_gap_spreads_along_what_needs_what(fact: str, cause: str, effect: str) -> None:
    assert all(holds(f"{fact} .", (cause, "impacts", effect)))


@pytest.mark.skipif(shutil.which("java") is None, reason="HermiT needs Java, which is not installed")
def test_the_ontology_is_coherent_under_hermit(tmp_path: Path) -> None:
    owlready2 = pytest.importorskip("owlready2")
    hidden = (PREFIXES["xsd"] + "duration", PREFIXES["xsd"] + "date")
    plain = [t for t in assets.ontology() if not (isinstance(t.object, Literal) and t.object.datatype.value in hidden)]
    content = serialize(plain, format=RdfFormat.N_TRIPLES)
    assert content is not None
    path = tmp_path / "ontology.nt"
    path.write_bytes(content)
    world = owlready2.World()
    loaded = world.get_ontology(path.as_uri()).load()
    with loaded:
        owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
    assert list(world.inconsistent_classes()) == []
    live, operated = world[PREFIXES["aiop"] + "LiveUseCase"], world[PREFIXES["aiop"] + "OperatedUseCase"]
    assert operated in live.ancestors()
