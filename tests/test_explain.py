"""Explaining: anything derived has a proof that a person can read, and what does not exist is refused by name."""

import json
import re
from datetime import date
from io import StringIO

import jsonschema
import pytest
import rdflib
from conftest import ORGS, model_from
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from rich.console import Console
from test_cli import run

from aiopkg.assessment import Assessment
from aiopkg.engine import assess, assess_model
from aiopkg.errors import InputError, Place
from aiopkg.explain import Proof
from aiopkg.explain.sentences import inferences
from aiopkg.explain.wording import with_article
from aiopkg.reason.table import RULES
from aiopkg.report import proof_schema, proof_to_html, proof_to_json, proof_to_prov, proof_to_text
from aiopkg.report.proof import lines_of
from aiopkg.vocab import AIOP, GRAPH, RDF

DAY = date(2026, 3, 31)
AIOP_ = "https://w3id.org/aiop#"
PROV = "http://www.w3.org/ns/prov#"


@pytest.fixture(scope="module")
def bank() -> Assessment:
    return assess(ORGS / "bank.ttl", as_of=DAY)


@pytest.fixture(scope="module")
def proof(bank: Assessment) -> Proof:
    return bank.explain(bank.findings[0])


def small(turtle: str) -> Assessment:
    return assess_model(model_from("ex:firm a org:FormalOrganization . " + turtle), as_of=DAY)


def shown(proof: Proof) -> str:
    text = StringIO()
    proof_to_text(proof, Console(width=200, file=text))
    return text.getvalue()


def test_a_proof_ends_in_what_is_not_derived(bank: Assessment) -> None:
    for matter in (*bank.findings, *bank.recommendations, *bank.cascades.cascades, "archetype"):
        for step in bank.explain(matter).steps.values():
            underived = step.kind in ("asserted", "declared", "given")
            assert underived == (not step.premises and not step.absences and not step.conditions), step
            assert (step.place is not None) or step.kind != "asserted"


def test_no_conclusion_rests_on_itself(bank: Assessment) -> None:
    for matter in (*bank.findings, *bank.recommendations, *bank.cascades.cascades):
        proof = bank.explain(matter)
        settled: set[Triple] = set()
        for conclusion in reversed([*proof.steps]):
            below(proof, conclusion, frozenset(), settled)


def below(proof: Proof, conclusion: Triple, above: frozenset[Triple], settled: set[Triple]) -> None:
    assert conclusion not in above
    if conclusion not in settled:
        settled.add(conclusion)
        for premise in proof.steps[conclusion].premises:
            below(proof, premise, above | {conclusion}, settled)


def test_an_asserted_triple_is_explained_by_its_place(bank: Assessment) -> None:
    step = bank.explain(["Retail Lending", "org:unitOf", "Quillhaven Bank"]).step
    assert step.kind == "asserted"
    line = (ORGS / "bank.ttl").read_text(encoding="utf-8").splitlines()[(step.place or Place("")).line or 0]
    assert step.place is not None and step.place.file.endswith("bank.ttl") and line


def test_absence_is_a_reason() -> None:
    found = small("ex:scoring a aiop:UseCase ; rdfs:label 'Scoring' ; aiop:stage aiop:Production .")
    finding = next(f for f in found.findings if f.rule == "G101")
    step = found.explain(finding).step
    assert [absence.sentence for absence in step.absences] == ["something concerns Scoring"]
    assert (
        Triple(NamedNode("https://example.org/scoring"), RDF.type, NamedNode(f"{AIOP_}OperatedUseCase"))
        in step.premises
    )


def test_an_unknown_rests_on_what_is_unreported() -> None:
    found = small(
        "ex:scoring a aiop:UseCase ; aiop:stage aiop:Production . "
        "ex:gap a aiop:Incompleteness ; aiop:ofElement ex:scoring ; aiop:ofProperty aiop:concerns ."
    )
    unknown = [f for f in found.findings if f.verdict == "unknown"]
    assert unknown
    for finding in unknown:
        assert any(p.predicate == AIOP.unreported for p in found.explain(finding).step.premises), finding.rule


def test_a_waived_finding_rests_on_its_waiver() -> None:
    found = small(
        "ex:scoring a aiop:UseCase ; aiop:stage aiop:Production . "
        "ex:waiver a aiop:Waiver ; aiop:waivedFor ex:scoring ; aiop:ofRule rule:G101 ; aiop:reason 'A test.' ; "
        "aiop:grantedBy ex:board . ex:board a foaf:Person ."
    )
    finding = next(f for f in found.findings if f.rule == "G101")
    assert finding.verdict == "waived"
    assert any(p.predicate.value.endswith("#waivedFor") for p in found.explain(finding).step.premises)


def test_the_same_element_by_another_name_is_explained_through_the_equality() -> None:
    found = small(
        "ex:scoring a aiop:UseCase ; aiop:stage aiop:Production ; owl:sameAs ex:alias . "
        "ex:right a aiop:DecisionRight ; aiop:validFrom '2020-01-01'^^xsd:date ; owl:sameAs ex:other ."
    )
    alias, other = NamedNode("https://example.org/alias"), NamedNode("https://example.org/other")
    rules = {
        step.rule for step in found.explain(Triple(alias, RDF.type, NamedNode(f"{AIOP_}LiveUseCase"))).steps.values()
    }
    assert rules & {"eq-rep-s", "cax-sco"}
    in_force = found.explain(Triple(other, RDF.type, NamedNode(f"{AIOP_}InForce")))
    assert any(step.rule.startswith("queries/measure/") for step in in_force.steps.values())


def test_a_number_is_explained_as_it_was_written() -> None:
    found = small("aiop:CentralShare aiop:thresholdValue 0.50 .")
    proof = found.explain(["aiop:CentralShare", "aiop:limit", "0.5"])
    assert any(str(conclusion.object).startswith('"0.50"') for conclusion in proof.steps)


@pytest.mark.parametrize(
    ("matter", "code", "help_"),
    [
        ("R602-0000", "unknown-id", "R602-"),
        ("archetyp", "unknown-id", "archetype"),
        (["Retail Lending", "org:unitOf", "Quillhaven Bnk"], "unknown-element", "Quillhaven Bank"),
        (["Retail Lending", "a"], "three-words", "in quotes"),
        (["G101", "Retail Lending"], "no-finding", "--not G101"),
        (["Retail Lending", "a", "aiop:LiveUseCase"], "not-known", "--not"),
    ],
)
def test_what_does_not_exist_is_refused_by_name(bank: Assessment, matter: str, code: str, help_: str) -> None:
    with pytest.raises(InputError) as caught:
        bank.explain(matter)
    assert caught.value.code == code and help_ in caught.value.fix


def test_the_start_of_an_id_will_do(bank: Assessment) -> None:
    identifier = bank.findings[0].id
    assert bank.explain(identifier[:8]).root == bank.explain(identifier).root


def test_a_finding_is_asked_for_by_its_rule_and_its_element(bank: Assessment) -> None:
    finding = bank.findings[0]
    assert bank.explain([finding.rule, finding.label]).root == bank.explain(finding).root


def test_several_findings_of_a_rule_at_one_element_are_told_apart() -> None:
    found = small(
        "ex:scoring a aiop:UseCase ; aiop:stage aiop:Production ; aiop:hasGuardrail ex:log . ex:log a aiop:Guardrail ."
    )
    ids = sorted(finding.id for finding in found.findings if finding.rule == "G109")
    assert len(ids) > 1
    with pytest.raises(InputError) as caught:
        found.explain(["G109", "scoring"])
    assert caught.value.code == "ambiguous-finding" and all(each in caught.value.fix for each in ids)


def test_what_is_only_mentioned_has_a_name_too() -> None:
    found = small("ex:first a aiop:UseCase ; rdfs:seeAlso ex:notes .")
    assert found.explain(["first", "rdfs:seeAlso", "notes"]).step.kind == "asserted"


def test_every_reasoning_rule_that_writes_facts_has_a_sentence() -> None:
    writing = {
        r.name for r in RULES if r.manner in ("derives", "merges") and not r.remark.startswith("reached through")
    }
    assert writing - inferences().keys() == {"dt-type2"}


def test_the_text_names_file_and_line_and_shows_each_step_once(bank: Assessment) -> None:
    text = shown(bank.explain("archetype"))
    assert re.search(r"bank\.ttl:\d+\]", text) and "(shown above, step " in text
    assert "goes on with nothing more" not in text


def test_the_json_is_valid_against_its_schema(proof: Proof) -> None:
    jsonschema.Draft202012Validator.check_schema(proof_schema())
    document = json.loads(proof_to_json(proof))
    jsonschema.validate(document, proof_schema())
    del document["steps"][0]["premises"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, proof_schema())


def test_the_provenance_links_each_conclusion_to_its_step_rule_and_premises(proof: Proof) -> None:
    triples = {quad.triple for quad in parse(proof_to_prov(proof), format=RdfFormat.TURTLE)}

    def said(name: str) -> int:
        return sum(triple.predicate.value == PROV + name for triple in triples)

    derived = [step for step in proof.steps.values() if step.rule]
    assert said("wasGeneratedBy") == said("hadPlan") == len(derived)
    assert said("used") == sum(len(step.premises) for step in derived)


def test_the_page_is_whole_and_asks_for_nothing(bank: Assessment) -> None:
    page = proof_to_html(bank.explain("archetype"))
    for tag in ("ul", "li", "details", "summary", "div"):
        assert page.count(f"<{tag}") - page.count("<link") * (tag == "li") == page.count(f"</{tag}>"), tag
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    numbers = re.findall(r'id="step-(\d+)"', page)
    assert len(numbers) == len(set(numbers))
    assert set(re.findall(r'href="#step-(\d+)"', page)) <= set(numbers)


def test_labels_cannot_break_out_of_the_page() -> None:
    found = small("ex:scoring a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label '<script>alert(1)</script>' .")
    page = proof_to_html(found.explain(next(f for f in found.findings if f.rule == "G101")))
    assert "<script" not in page


def test_the_same_proof_gives_the_same_bytes(bank: Assessment) -> None:
    again = assess(ORGS / "bank.ttl", as_of=DAY)
    for write in (proof_to_json, proof_to_prov, proof_to_html):
        assert write(bank.explain("archetype")) == write(again.explain("archetype"))


def test_explaining_changes_nothing() -> None:
    found = assess(ORGS / "bank.ttl", as_of=DAY)
    before = found.dataset()
    found.explain("archetype")
    assert found.dataset() == before
    assert sum(1 for _ in found.store.quads_for_pattern(None, None, None, GRAPH.measures))


def test_what_a_definition_asks_for_is_told_in_a_clause() -> None:
    found = assess(ORGS / "bank.ttl", as_of=date(2026, 6, 30))
    proof = found.explain(["Business credit line approval", "a", "aiop:HighStakesDecision"])
    first, *below = lines_of(proof)
    assert first.because == ("it is a decision and its decision kind is credit approval, which is a high stakes kind.")
    assert re.fullmatch(r"cax-sco, ontology/decisions\.ttl:\d+", first.origin)
    assert {line.depth for line in below} == {1, 2}
    assert not [line for line in below if "thing whose" in line.step.sentence + line.because]
    assert len(proof.steps) > 2 * len(below)
    text = StringIO()
    proof_to_text(proof, Console(file=text, width=200))
    assert "that is also" not in text.getvalue() + proof_to_html(proof)
    assert "that is also" in proof_to_json(proof)


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("output handler", "an output handler"),
        ("audit", "an audit"),
        ("unit", "a unit"),
        ("unintended use", "an unintended use"),
        ("use case", "a use case"),
        ("European unit", "a European unit"),
        ("one-off", "a one-off"),
        ("post", "a post"),
    ],
)
def test_an_article_fits_its_noun(noun: str, expected: str) -> None:
    assert with_article(noun) == expected


def test_what_does_not_follow_says_what_it_lacks() -> None:
    found = assess(ORGS / "manufacturer.ttl", as_of=date(2026, 6, 30))
    lives = found.why_not(["Demand forecast", "a", "aiop:LiveUseCase"])
    assert not lives.follows
    assert lives.reason == (
        "Demand forecast is not a live use case: “stage is production or scaling” is asked for, recorded is pilot."
    )
    (owned, *_) = found.why_not(["Demand forecast", "aiop:ownedBy", "Finance"]).misses
    assert (owned.rule, owned.missing) == ("prp-inv1", "Finance — owns: Demand forecast.")
    assert found.why_not(["Demand forecast", "a", "aiop:UseCase"]).follows
    with pytest.raises(InputError, match="Nothing in the model is called"):
        found.why_not(["Demand forecats", "a", "aiop:UseCase"])


def test_adding_what_is_missing_makes_it_follow() -> None:
    model = rdflib.Graph().parse(ORGS / "manufacturer.ttl")
    found = assess(model, as_of=date(2026, 6, 30))
    graph = {str(found.labels(q.subject)): q.subject for q in found.store.quads_for_pattern(None, None, None, None)}
    owns = rdflib.URIRef("https://w3id.org/aiop#owns")
    model.add((rdflib.URIRef(graph["Finance"].value), owns, rdflib.URIRef(graph["Demand forecast"].value)))
    more = assess(model, as_of=date(2026, 6, 30))
    assert more.why_not(["Demand forecast", "aiop:ownedBy", "Finance"]).follows


def test_the_command_says_why_not() -> None:
    maker = str(ORGS / "manufacturer.ttl")
    rule = run("explain", "--not", maker, "G105", "Demand forecast")
    assert rule.returncode == 0
    assert rule.stdout.startswith("G105 does not apply to Demand forecast.\n")
    fact = run("explain", "--not", maker, "Demand forecast", "a", "aiop:LiveUseCase", "-f", "json")
    assert not json.loads(fact.stdout)["follows"]
    assert run("explain", "--not", maker, "G105", "Demand forecast", "-f", "html").returncode == 2


def test_what_was_looked_for_in_vain_reads_as_a_sentence(bank: Assessment) -> None:
    said = {
        absence.sentence
        for finding in bank.findings
        for step in bank.explain(finding).steps.values()
        for absence in step.absences
    }
    assert len(said) > 8
    assert not [each for each in said if re.search(r"[;<>=»{}?]|NOT EXISTS|FILTER", each)]
    assert "Early arrears outreach has a literacy measure" in said
    assert (
        "the guardrail kind of Quarterly fairness sample for firms is some kind, and that kind is a data guard kind"
        in said
    )


def test_a_property_is_meant_where_a_property_stands_and_an_element_alone_is_told_what_to_add() -> None:
    found = small("ex:scoring a aiop:UseCase ; rdfs:label 'Scoring' ; aiop:stage aiop:Pilot .")
    assert found.explain(["scoring", "stage", "pilot"]).step.kind == "asserted"
    with pytest.raises(InputError) as caught:
        found.explain("Scoring")
    assert "G101" in caught.value.fix and "That is an element" in caught.value.fix
