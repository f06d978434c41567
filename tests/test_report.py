"""The JSON report keeps its contract, and the text report says what matters."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from conftest import EXAMPLE_DAY, ORGS, model_from
from examples import NAMES, day_of
from rich.console import Console

from aiopkg.assessment import Assessment
from aiopkg.engine import assess, assess_model
from aiopkg.errors import InputError, LimitReached
from aiopkg.report import SCHEMA, document, schema, to_json, to_text
from aiopkg.report.write import Spool, write
from aiopkg.validate.findings import VERDICTS

KEYS = [
    *("schema", "organization", "as_of", "summary", "findings", "verdicts", "recommendations", "cascades"),
    *("root_causes", "archetype", "maturity", "pillars", "principles", "not_known"),
]
FINDING_KEYS = {
    *("id", "rule", "severity", "verdict", "pillar", "focus", "label", "message", "values", "file", "line"),
    *("failure_mode", "recommendation"),
}


@pytest.fixture(scope="module", params=NAMES)
def assessment(request: pytest.FixtureRequest) -> Assessment:
    return assess(ORGS / f"{request.param}.ttl", as_of=day_of(request.param))


def test_the_report_is_valid_against_its_schema(assessment: Assessment) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(to_json(assessment)), schema(), format_checker=jsonschema.FormatChecker())


def test_the_schema_notices_a_missing_key(assessment: Assessment) -> None:
    for key in KEYS:
        broken = json.loads(to_json(assessment))
        del broken[key]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema())


def test_the_keys_of_the_contract_are_there(assessment: Assessment) -> None:
    report = json.loads(to_json(assessment))
    assert set(KEYS) <= set(report)
    assert report["schema"] == SCHEMA == schema()["$id"]
    assert all(set(finding) >= FINDING_KEYS for finding in report["findings"])
    assert all(tuple(row) == VERDICTS for row in report["verdicts"].values())
    assert {"declared", "operated", "recommended", "differences", "moves"} <= set(report["archetype"])
    assert len(report["pillars"]) == 4


def test_the_counts_of_verdicts_agree_with_the_findings(assessment: Assessment) -> None:
    report = document(assessment)
    for code, row in report["verdicts"].items():
        for verdict in VERDICTS[1:]:
            elements = {f["focus"] for f in report["findings"] if f["rule"] == code and f["verdict"] == verdict}
            assert row[verdict] <= len(elements)
        failing = {f["focus"] for f in report["findings"] if f["rule"] == code}
        assert sum(row[verdict] for verdict in VERDICTS[1:]) == len(failing)


def test_identifiers_are_unique_and_stable(assessment: Assessment) -> None:
    report = document(assessment)
    for key in ("findings", "recommendations", "cascades"):
        identifiers = [item["id"] for item in report[key]]
        assert len(set(identifiers)) == len(identifiers)


def test_no_message_has_an_unfilled_place(assessment: Assessment) -> None:
    for finding in assessment.findings:
        assert "{" not in finding.message + finding.recommendation


def verdict_of(turtle: str, code: str = "G101", focus: str = "use") -> list[tuple[str, str]]:
    text = "ex:acme a org:FormalOrganization . ex:use a aiop:UseCase ; aiop:stage aiop:Production . " + turtle
    found = assess_model(model_from(text), as_of=EXAMPLE_DAY)
    return [(f.verdict, f.note) for f in found.findings if f.rule == code and f.focus.endswith(f"/{focus}")]


WAIVER = "ex:w a aiop:Waiver ; aiop:waivedFor ex:use ; aiop:ofRule rule:G101 ; aiop:reason 'Taken over' "
STATED = "ex:s a aiop:StatedStatus ; aiop:statusOf ex:use ; "


@pytest.mark.parametrize(
    ("turtle", "verdict"),
    [
        ("", "violated"),
        ("[] a aiop:Incompleteness ; aiop:ofProperty aiop:concerns .", "unknown"),
        ("[] a aiop:Incompleteness ; aiop:ofElement ex:use .", "unknown"),
        ("[] a aiop:Incompleteness ; aiop:ofProperty aiop:purpose .", "violated"),
        ("[] a aiop:Incompleteness ; aiop:ofElement ex:other .", "violated"),
        (STATED + "aiop:ofRule rule:G101 ; aiop:status aiop:InProgress .", "in_progress"),
        (STATED + "aiop:ofProperty aiop:concerns ; aiop:status aiop:NotApplicable .", "not_applicable"),
        (STATED + "aiop:ofRule rule:G101 ; aiop:status aiop:PrecludedByLaw .", "not_applicable"),
        (STATED + "aiop:ofRule rule:G103 ; aiop:status aiop:InProgress .", "violated"),
        (WAIVER + ".", "waived"),
        (WAIVER + '; aiop:validUntil "2026-03-01"^^xsd:date .', "waived"),
        (WAIVER + '; aiop:validUntil "2025-12-31"^^xsd:date .', "violated"),
        (WAIVER + '; aiop:validFrom "2026-03-01T00:00:00Z"^^xsd:dateTime .', "violated"),
        (WAIVER + ". " + STATED + "aiop:ofRule rule:G101 ; aiop:status aiop:InProgress .", "waived"),
        (
            "[] a aiop:Incompleteness ; aiop:ofElement ex:use . "
            + STATED
            + "aiop:ofRule rule:G101 ; aiop:status aiop:InProgress .",
            "in_progress",
        ),
    ],
)
def test_what_is_stated_and_what_is_not_reported_decide_the_verdict(turtle: str, verdict: str) -> None:
    assert [found for found, _ in verdict_of(turtle)] == [verdict]


def test_an_unknown_says_what_would_settle_it_and_claims_nothing() -> None:
    text = """
        ex:acme a org:FormalOrganization . ex:use a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label "Scoring" ;
            aiop:unreported aiop:concerns .
    """
    found = assess_model(model_from(text), as_of=EXAMPLE_DAY)
    finding = next(f for f in found.findings if f.rule == "G101")
    assert finding.missing == (("https://example.org/use", "concerns"),)
    assert finding.message.startswith("Not known of Scoring: ")
    assert all(f.missing == () for f in found.findings if f.verdict != "unknown")


def test_a_satisfied_rule_stays_satisfied_whatever_is_not_reported() -> None:
    facts = """
        ex:d a aiop:Decision ; aiop:concerns ex:use ; aiop:decisionKind aiop:AnswerForOutputs .
        ex:r aiop:overDecision ex:d ; aiop:letter aiop:RaciAccountable ; aiop:holder ex:lead .
        [] a aiop:Incompleteness ; aiop:ofElement ex:use .
    """
    assert verdict_of(facts) == []


def test_a_waiver_says_by_whom_until_when_and_why() -> None:
    said = verdict_of(
        WAIVER + '; aiop:grantedBy ex:board ; aiop:validUntil "2026-03-01"^^xsd:date . ex:board rdfs:label "Board" .'
    )
    assert said == [("waived", "Taken over (granted by Board until 2026-03-01)")]


def test_an_element_whose_stage_is_not_reported_is_not_known() -> None:
    text = "ex:acme a org:FormalOrganization . ex:use a aiop:UseCase ; aiop:unreported aiop:stage ."
    found = assess_model(model_from(text), as_of=EXAMPLE_DAY)
    waiting = {item.rule: item.missing for item in found.not_known if item.focus.endswith("/use")}
    assert waiting["G101"] == (("https://example.org/use", "stage"),)
    assert [f for f in found.findings if f.focus.endswith("/use") and f.rule == "G101"] == []


def test_individuals_that_are_the_same_count_once() -> None:
    text = """
        ex:acme a org:FormalOrganization .
        ex:use a aiop:UseCase ; aiop:stage aiop:Production ; owl:sameAs ex:alias . ex:alias rdfs:label "Alias" .
    """
    found = assess_model(model_from(text), as_of=EXAMPLE_DAY)
    assert sum(found.verdicts["G101"].values()) == 1


def test_the_text_report_fits_a_narrow_terminal(assessment: Assessment) -> None:
    stream = io.StringIO()
    to_text(assessment, Console(file=stream, width=60))
    lines = stream.getvalue().splitlines()
    assert lines
    assert all(len(line) <= 60 for line in lines)


def test_a_pack_that_was_asked_for_binds_the_organization() -> None:
    text = """
        ex:acme a org:FormalOrganization ; org:hasUnit ex:care .
        ex:use a aiop:UseCase ; aiop:stage aiop:Production ; aiop:operatedBy ex:care ; aiop:hasFallback ex:hand .
    """
    kinds = {
        packs: {
            f.kind for f in assess_model(model_from(text), as_of=EXAMPLE_DAY, packs=packs).findings if f.rule == "G109"
        }
        for packs in ((), ("us-omb-m-25-21",))
    }
    assert "regulation" not in kinds[()]
    assert "regulation" in kinds[("us-omb-m-25-21",)]


def test_a_long_report_waits_on_disk_without_a_name_and_is_written_whole(tmp_path: Path) -> None:
    pieces = [bytes([65 + number % 26]) * 2**20 for number in range(20)]
    spool = Spool(pieces, tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []
    write(tmp_path / "report.json", spool)
    assert (tmp_path / "report.json").read_bytes() == b"".join(pieces)
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_ends_in_the_midst_leaves_what_was_there(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * 2**25
        raise LimitReached("time-limit", "The time was over.")

    (tmp_path / "report.json").write_text("earlier")
    with pytest.raises(LimitReached):
        Spool(pieces(), tmp_path / "report.json")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["earlier"]


def test_a_long_report_for_a_folder_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        Spool([b"x" * 2**25], tmp_path / "nowhere" / "report.json")
    assert error.value.code == "unwritable-file"
