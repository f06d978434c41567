"""What is not known, as the page counts it: by rule, by the fact to ask for, and by the part to ask."""

from collections import Counter
from datetime import date

import pytest
from conftest import EXAMPLE_DAY, ROOT, model_from

from aiopkg.assessment import Assessment
from aiopkg.derive.parts import part_of_each
from aiopkg.engine import assess, assess_model
from aiopkg.report.page.unknowns import unknowns_of
from aiopkg.report.wording import element, percent


@pytest.fixture(scope="module")
def agency() -> Assessment:
    return assess(ROOT / "tests" / "asked" / "agency.ttl", as_of=date(2026, 6, 30), packs=["us-omb-m-25-21"])


def test_the_share_of_a_rule_that_is_not_known_is_that_of_its_verdicts(agency: Assessment) -> None:
    found = unknowns_of(agency)
    may_apply = Counter(rule for rule, _ in {(item.rule, item.focus) for item in agency.not_known})
    assert any(row.unknown for row in found.rules)
    for row in found.rules:
        verdicts = agency.verdicts[row.code]
        assert (row.unknown, row.judged, row.open) == (
            verdicts["unknown"],
            sum(verdicts.values()),
            may_apply[row.code],
        )
        assert row.share == percent(row.unknown / row.judged if row.judged else None)
    told = {row.code for row in found.rules}
    assert told == {code for code, row in agency.verdicts.items() if row["unknown"]} | set(may_apply)


def test_a_question_settles_the_checks_of_which_nothing_else_is_missing(agency: Assessment) -> None:
    """Counts every open check again, those of which it is open whether a rule applies as well as those undecided."""
    found = unknowns_of(agency)
    missing = [item.missing for item in agency.not_known]
    missing += [finding.missing for finding in agency.findings if finding.verdict == "unknown"]
    assert found.questions
    for question in found.questions:
        name = next(n for pairs in missing for _, n in pairs if n[:1].upper() + n[1:] == question.name)
        asked = [pairs for pairs in missing if any(n == name for _, n in pairs)]
        assert question.checks == len(asked)
        assert question.settles == sum({n for _, n in pairs} == {name} for pairs in asked)
        assert question.elements == len({who for pairs in asked for who, n in pairs if n == name})
    alone = [question.settles for question in found.questions]
    assert alone == sorted(alone, reverse=True)


TWO_BUREAUS = """
    ex:acme a org:FormalOrganization .
    ex:east a org:OrganizationalUnit ; org:unitOf ex:acme .
    ex:west a org:OrganizationalUnit ; org:unitOf ex:acme .
    ex:one a aiop:UseCase ; aiop:stage aiop:Production ; aiop:operatedBy ex:east ; aiop:unreported aiop:purpose .
    ex:two a aiop:UseCase ; aiop:stage aiop:Production ; aiop:operatedBy ex:west ; aiop:unreported aiop:AnyProperty .
"""


def test_each_part_is_asked_for_what_is_missing_about_its_own() -> None:
    found = assess_model(model_from(TWO_BUREAUS), as_of=EXAMPLE_DAY)
    parts = unknowns_of(found).parts
    assert [asked.label for asked in parts] == ["west", "east"]
    assert parts[1].questions[0][0] == "purpose"
    of_east = sum(f.verdict == "unknown" and f.label == "one" for f in found.findings)
    of_east += sum(item.label == "one" for item in found.not_known)
    assert parts[1].checks == of_east > 0


def test_an_organization_with_one_part_is_asked_as_a_whole() -> None:
    one = TWO_BUREAUS.replace("ex:west", "ex:east")
    found = assess_model(model_from(one), as_of=EXAMPLE_DAY)
    assert unknowns_of(found).parts == ()
    assert set(part_of_each(found.store, element(found.organization)).values()) == {"https://example.org/east"}
