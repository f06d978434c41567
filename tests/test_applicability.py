"""Why a rule applies or does not: held against the validator, element by element and fact by fact."""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from conftest import ORGS, ROOT, model_from
from examples import day_of
from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from aiopkg import Assessment, InputError, assess, assets, catalogue
from aiopkg.engine import assess_model, take_up, validate_model
from aiopkg.explain import Applicability, Condition, Tally
from aiopkg.explain.applicability import Weigher
from aiopkg.explain.conditions import Kind
from aiopkg.explain.record import Record
from aiopkg.explain.wording import Wording, number, plural, with_article
from aiopkg.model import load
from aiopkg.report import applicability_document, applicability_text, schema, to_html, to_json
from aiopkg.rules import prologue
from aiopkg.validate.findings import name_of
from aiopkg.vocab import GRAPH, OWL, PREFIXES, RDF

DAY = date(2026, 6, 30)
ORGANIZATIONS = ("bank", "media", "manufacturer")
PACKS = ("eu-ai-act", "us-omb-m-25-21")
EX = "https://example.org/"


@cache
def assessed(name: str, packs: tuple[str, ...] = (), day: date = DAY) -> Assessment:
    return assess(file_of(name), as_of=day, packs=packs)


def file_of(name: str) -> Path:
    return ROOT / "tests" / "asked" / "agency.ttl" if name == "agency" else ORGS / f"{name}.ttl"


def elements_of(a: Assessment) -> list[str]:
    """Every element that the organization itself speaks of, representatives of the same only."""
    terms = {triple.subject for triple in assets.ontology()}
    found = set()
    for quad in a.store.quads_for_pattern(None, None, None, GRAPH.asserted):
        for node in (quad.subject, quad.object):
            if quad.predicate not in (OWL.sameAs, RDF.type) and isinstance(node, NamedNode | BlankNode):
                found.add(node)
    return sorted(name_of(node) for node in found - terms)


def all_parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    for part in condition.parts:
        yield from all_parts(part)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        *((name, DAY) for name in (*ORGANIZATIONS, "agency")),
        ("bank", date(2028, 9, 1)),
        ("authority", day_of("authority")),
    ],
)
def test_it_applies_exactly_to_what_the_validator_looks_at(name: str, day: date) -> None:
    a = assessed(name, PACKS, day)
    matter = take_up(load([file_of(name)]), day, PACKS)
    ruling = validate_model(matter.known, matter.rules, day, matter.given)
    open_to = {(item.rule, item.focus) for item in ruling.not_known}
    elements = elements_of(a)
    assert len(elements) > 20
    assert name != "agency" or len(open_to) >= 20
    wrong = []
    for rule in catalogue():
        targets = set(ruling.targets.get(rule.code, ()))
        for element in elements:
            found = a.applies(rule.code, element)
            expected = "applies" if element in targets else "does_not_apply"
            if (rule.code, element) in open_to:
                expected = "not_known"
            if found.state != expected or bool(found) != (element in targets):
                wrong.append((rule.code, element, found.state, expected))
            if found.state not in stands(found):
                wrong.append((rule.code, element, found.state, "by its conditions"))
    assert wrong == []


def stands(found: Applicability) -> set[str]:
    """What the conditions allow the state to be: they are weighed one by one, and know nothing of the validator.

    An element that is looked at may leave open what is found. One of which everything is unreported counts as none.
    """
    asked = [condition for condition in found.conditions if condition.property == RDF.type.value]
    states = {condition.state for condition in asked}
    if any(condition.state == "fails" for condition in found.conditions if condition not in asked):
        return {"does_not_apply"}
    if "holds" in states:
        return {"applies", "not_known"}
    if "not_known" not in states:
        return {"does_not_apply"}
    definite = any(part.state == "holds" for condition in asked for part in all_parts(condition))
    return {"not_known"} if definite else {"does_not_apply", "not_known"}


@pytest.mark.parametrize("name", ORGANIZATIONS)
def test_conditions_bear_out_what_they_add_up_to(name: str) -> None:
    a = assessed(name, PACKS)
    for code in ("G103", "G105", "D310", "O101", "S505", "P407", "E126"):
        for element in elements_of(a)[::7]:
            for condition in a.applies(code, element).conditions:
                for part in all_parts(condition):
                    assert (part.state == "not_known") or not part.missing
                    for fact in part.facts:
                        assert any(
                            a.store.quads_for_pattern(fact.subject, fact.predicate, fact.object, g) for g in GRAPH.facts
                        )
                    states = {inner.state for inner in part.parts}
                    if part.property in ("", RDF.type.value) and part.parts and part.state == "fails":
                        assert "fails" in states
                    if part.parts and part.state == "holds":
                        assert states == {"holds"}


@pytest.mark.parametrize("name", ORGANIZATIONS)
def test_a_rule_that_looked_at_nothing_says_why(name: str) -> None:
    a = assessed(name)
    report = json.loads(to_json(a))
    jsonschema.validate(report, schema())
    told = report["applicability"]
    assert list(told) == [rule.code for rule in catalogue()]
    assert report["summary"]["vacuous"] == [c for c, row in told.items() if row["in_force"] and not row["applies"]]
    for code, row in told.items():
        judged = sum(a.verdicts[code].values()) if code in a.verdicts else 0
        assert (row["elements"], row["applies"]) == (judged, judged > 0), code
        assert row["reason"].endswith("."), row["reason"]
        assert row["not_known"] == sum(item.rule == code for item in a.not_known), code
        assert row["in_force"] == (code in a.verdicts)
    page = to_html(a)
    for found in a.applicability.values():
        if found.in_force and not found.applies:
            assert found.rule in page


def test_the_condition_that_nobody_meets_is_named_with_what_stands_there() -> None:
    reasons = {code: found.reason for code, found in assessed("manufacturer").applicability.items()}
    assert reasons["M804"] == (
        "There is no scaling use case: of 7 use cases, none meets “stage is scaling” "
        "(recorded: 4 pilot, 2 production, 1 design)."
    )
    assert reasons["G122"] == "There is no operated agent: there is no AI agent."
    assert reasons["T205"].startswith("There is no reskilling programme. That would be: a programme")
    assert "is not bound by EU AI Act" in reasons["E104"]


def test_a_rule_with_dates_says_from_when() -> None:
    a = assessed("bank")
    found = a.applicability["E109"]
    assert not found.in_force
    assert found.reason == (
        "E109 is valid from 2027-12-02, and the date of evaluation is 2026-06-30. "
        "If it were in force, it would apply to 2 provided high risk use cases."
    )
    assert assessed("bank", (), date(2027, 12, 2)).applicability["E109"].elements == 2


def test_each_condition_says_what_is_asked_and_what_is_recorded_instead() -> None:
    a = example('ex:uc a aiop:UseCase ; rdfs:label "Churn radar" ; aiop:stage aiop:Design .')
    found = a.applies("G103", EX + "uc")
    assert found.reason == (
        "Churn radar is not a live use case: “stage is production or scaling” is asked for, recorded is design."
    )
    assert a.applies("G103", EX + "bank").reason == "bank is not a live use case: it is not a use case."
    a = example('ex:uc a aiop:UseCase ; rdfs:label "Churn radar" ; aiop:stage aiop:Pilot .')
    assert a.applies("G101", EX + "uc").reason == (
        "Churn radar is an operated use case (stage is pilot, production or scaling: pilot)."
    )


def test_what_is_not_reported_leaves_it_open() -> None:
    a = example('ex:uc a aiop:UseCase ; rdfs:label "Churn radar" ; aiop:unreported aiop:stage .')
    found = a.applies("G103", EX + "uc")
    assert (found.state, bool(found)) == ("not_known", False)
    assert found.reason == (
        "Whether Churn radar is a live use case is not known. Not reported: “stage” of Churn radar."
    )
    assert a.applicability["G103"].reason.endswith("Of 1 element it cannot be told from what is reported.")


def test_one_that_is_the_same_as_another_is_told_of_under_both_names() -> None:
    a = example("ex:uc a aiop:UseCase ; aiop:stage aiop:Pilot . ex:other owl:sameAs ex:uc .")
    assert a.applies("G101", EX + "uc") == a.applies("G101", EX + "other")
    assert a.applies("G101", EX + "other")


def test_a_value_that_counts_only_later_says_so() -> None:
    a = example(
        "ex:bank aiop:boundBy aiop:pack-eu-ai-act ; aiop:hasInPortfolio ex:uc . ex:uc a aiop:UseCase ;"
        " aiop:stage aiop:Pilot ; aiop:riskClass aiop:HighRiskProduct ; aiop:regulatoryRole aiop:Provider .",
        date(2027, 12, 31),
    )
    found = a.applies("E109", EX + "uc")
    assert not found
    assert "recorded is high risk as a product (counts from 2028-08-02)" in found.reason


def test_what_nobody_speaks_of_is_an_error() -> None:
    a = assessed("bank")
    with pytest.raises(InputError, match="Nothing in the model is called"):
        a.applies("G101", EX + "nowhere")
    with pytest.raises(InputError, match="There is no rule 'G999'"):
        a.applies("G999", a.organization)


def test_as_text_and_as_values_it_says_the_same() -> None:
    a = example("ex:uc a aiop:UseCase ; aiop:stage aiop:Design .")
    found = a.applies("G103", EX + "uc")
    assert applicability_text(found) == (
        "G103 does not apply to uc.\n"
        "uc is not a live use case: “stage is production or scaling” is asked for, recorded is design.\n\n"
        "no: uc is a live use case\n"
        "  yes: uc is a use case\n"
        "  no: uc stage is production or scaling (recorded: design)\n"
    )
    told = json.loads(json.dumps(applicability_document(found)))
    assert told["conditions"][0]["parts"][1]["recorded"] == ["design"]


CLOSED = [
    ("G101", "ex:uc a aiop:UseCase ; aiop:stage aiop:Design ."),
    ("G103", "ex:uc a aiop:UseCase ; aiop:stage aiop:Pilot ."),
    ("G105", "ex:uc a aiop:Decision ."),
    ("P403", "ex:uc a aiop:Model ."),
    ("S501", "ex:uc a aiop:ServiceRequest ."),
    ("V702", "ex:uc a aiop:KPI ."),
    ("D301", 'ex:uc rdfs:label "nothing yet" .'),
    ("T213", 'ex:uc rdfs:label "nothing yet" .'),
    ("G116", "ex:uc a aiop:Decision ."),
    ("D312", "ex:uc a aiop:UseCase ; aiop:stage aiop:Pilot ."),
    ("M804", "ex:uc a aiop:UseCase ; aiop:stage aiop:Production ."),
    ("R605", "ex:uc a aiop:WorkflowStep ."),
    ("O101", "ex:uc a aiop:UseCase ; aiop:stage aiop:Production ."),
    ("E150", "ex:uc a aiop:UseCase ; aiop:stage aiop:Pilot ; aiop:regulatoryRole aiop:Provider ."),
    ("G118", 'ex:uc rdfs:label "nothing yet" .'),
    ("S506", "ex:uc a org:OrganizationalUnit ."),
    ("P410", "ex:uc a aiop:Model ."),
]


@pytest.mark.parametrize(("code", "facts"), CLOSED)
def test_what_is_missing_makes_the_rule_apply_once_it_is_stated(code: str, facts: str) -> None:
    """Follow what fails to its leaves, state each, and ask again."""
    day = max(date(2026, 12, 31), next(rule.valid_from or DAY for rule in catalogue() if rule.code == code))
    a = example(facts, day, PACKS)
    found = a.applies(code, EX + "uc")
    assert found.state == "does_not_apply"
    added: list[str] = []
    lost: set[str] = set()
    for condition in found.conditions[-1:]:
        state(condition, f"<{EX}uc>", added, lost)
    kept = " ".join(f"{part} ." for part in statements(facts) if not any(prop in part for prop in lost))
    after = example(f"{kept} {' '.join(added)}", day, PACKS)
    assert after.applies(code, EX + "uc"), (added, after.applies(code, EX + "uc").reason)


def statements(facts: str) -> list[str]:
    """The triples of an example, one text each."""
    quads = parse((prologue() + facts).encode(), format=RdfFormat.TURTLE)
    return [f"{quad.subject} {quad.predicate} {quad.object}" for quad in quads]


def state(condition: Condition, node: str, added: list[str], lost: set[str]) -> None:
    """State whatever a failing condition lacks: of several ways the first; a value asked for replaces another."""
    if condition.state != "fails":
        return
    if condition.property in ("", RDF.type.value):
        parts = condition.parts if condition.join == "all" else condition.parts[:1]
        for part in parts:
            state(part, node, added, lost)
        if not parts:
            added.append(f"{node} a <{condition.wanted}> .")
        return
    lost.add(condition.property)
    value = condition.wanted
    if value in ("true", ""):
        added.append(f"{node} <{condition.property}> {'true' if value else f'ex:new{len(added)}'} .")
    elif value in CLASSES:
        new = f"<{EX}new{len(added)}>"
        added.append(f"{node} <{condition.property}> {INDIVIDUALS.get(value, new)} .")
        if value not in INDIVIDUALS:
            fresh = example(f'{new} rdfs:label "new" .')
            reached = fresh_condition(fresh, new[1:-1], value)
            state(reached, new, added, lost)
    else:
        added.append(f"{node} <{condition.property}> <{value}> .")


def fresh_condition(a: Assessment, element: str, cls: str) -> Condition:
    record = Record.of(a.store, DAY)
    return Weigher(record, Wording(a.labels, record)).weigh(NamedNode(element), Kind(NamedNode(cls)))


CLASSES = {
    t.subject.value
    for path in sorted((ROOT / "ontology").glob("*.ttl"))
    for t in parse(path=path, format=RdfFormat.TURTLE)
    if t.predicate == RDF.type and t.object.value.endswith("#Class") and isinstance(t.subject, NamedNode)  # type: ignore[union-attr]
}
INDIVIDUALS = {
    PREFIXES["aiop"] + "OperatedStage": f"<{PREFIXES['aiop']}Pilot>",
    PREFIXES["aiop"] + "LiveStage": f"<{PREFIXES['aiop']}Production>",
}


def example(turtle: str, day: date = DAY, packs: tuple[str, ...] = ()) -> Assessment:
    return assess_model(model_from(f"ex:bank a org:FormalOrganization . {turtle}"), as_of=day, packs=packs)


def test_nouns_take_their_plural_and_their_article() -> None:
    assert [plural(noun) for noun in ("use case", "policy", "post affected by AI", "right of a post", "process")] == [
        *("use cases", "policies", "posts affected by AI", "rights of a post", "processes"),
    ]
    assert [with_article(noun) for noun in ("use case", "AI role", "unit", "incident")] == [
        *("a use case", "an AI role", "a unit", "an incident"),
    ]
    assert number(1200, "policy") == "1,200 policies"


def test_a_tally_counts_each_condition_among_those_that_meet_the_ones_before() -> None:
    def walk(tally: Tally) -> Iterator[Tally]:
        yield tally
        for part in tally.parts:
            yield from walk(part)

    for name in ORGANIZATIONS:
        for found in assessed(name, PACKS).applicability.values():
            for condition in found.conditions:
                for tally in walk(condition):
                    assert tally.among is None or tally.elements <= tally.among
                    assert not (tally.elements and tally.parts)


def test_an_answer_is_a_value() -> None:
    found = assessed("bank").applies("G101", assessed("bank").organization)
    assert isinstance(found, Applicability)
    assert hash(found) == hash(assessed("bank").applies("G101", assessed("bank").organization))
