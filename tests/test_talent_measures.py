"""Who answers for what and on whom live use cases rest, as measured from rights, posts and roles."""

import pytest
from conftest import EXAMPLE_DAY, materialised
from pyoxigraph import NamedNode

from aiopkg.engine import validate_model
from aiopkg.vocab import AIOP, GRAPH, PREFIXES, RDF

HELD = """
ex:ada a foaf:Person .
ex:chief a org:Post ; org:heldBy ex:ada .
ex:right aiop:letter aiop:RaciAccountable ; aiop:holder ex:chief ; aiop:overDecision ex:answer .
ex:answer aiop:decisionKind aiop:AnswerForOutputs ; aiop:concerns ex:scoring .
ex:scoring aiop:stage aiop:Production .
"""
"""A live use case for whose outputs a post, and so its holder, answers."""


def measured(turtle: str, subject: str, predicate: NamedNode) -> set[str]:
    known = materialised(turtle)
    validate_model(known, [], EXAMPLE_DAY)
    element = NamedNode("https://example.org/" + subject)
    return {
        str(q.object).strip("<>").replace("#", "/").rsplit("/", 1)[-1]
        for q in known.store.quads_for_pattern(element, predicate, None, GRAPH.measures)
    }


def answered(turtle: str, subject: str) -> set[str]:
    return measured(turtle, subject, NamedNode(PREFIXES["aiop"] + "answersFor"))


def test_post_and_holder_both_answer_for_the_use_case() -> None:
    assert answered(HELD, "chief") == {"scoring"}
    assert answered(HELD, "ada") == {"scoring"}
    assert answered(HELD.replace("aiop:holder ex:chief", "aiop:holder ex:ada"), "ada") == {"scoring"}
    assert answered(HELD.replace("RaciAccountable", "RapidDecide"), "ada") == {"scoring"}


@pytest.mark.parametrize(
    ("fact", "instead"),
    [
        ("RaciAccountable", "RaciConsulted"),
        ("AnswerForOutputs", "RetireUseCase"),
        ("aiop:holder", 'aiop:validUntil "2026-01-01T00:00:00Z"^^xsd:dateTime ; aiop:holder'),
        ("org:heldBy ex:ada", "org:heldBy ex:ben"),
    ],
)
def test_other_letters_other_decisions_past_rights_and_other_holders_do_not_count(fact: str, instead: str) -> None:
    assert answered(HELD.replace(fact, instead), "ada") == set()


def test_only_persons_who_answer_for_live_use_cases_are_accountable_persons() -> None:
    assert measured(HELD, "ada", RDF.type) == {"AccountablePerson"}
    assert measured(HELD.replace("Production", "Pilot"), "ada", RDF.type) == set()
    assert "AccountablePerson" not in measured(HELD, "chief", RDF.type)


def test_only_persons_whose_role_a_live_use_case_relies_on_are_needed_persons() -> None:
    needed = """
    ex:ada a foaf:Person .
    ex:seat org:role aiop:AIProductManager ; org:heldBy ex:ada .
    ex:a aiop:stage aiop:Scaling .
    """
    assert measured(needed, "ada", RDF.type) == {"NeededPerson"}
    assert measured(needed.replace("Scaling", "Pilot"), "ada", RDF.type) == set()
    assert measured(needed.replace("AIProductManager", "Translator"), "ada", RDF.type) == set()


def test_what_follows_from_an_unreported_property_is_unreported_too() -> None:
    unreported = measured("ex:seat a org:Post ; aiop:unreported org:role , org:postIn .", "seat", AIOP.unreported)
    assert {"fillsRole", "hasPost"} <= unreported
    assert "dependsOn" not in unreported
    assert "teamMember" not in unreported
