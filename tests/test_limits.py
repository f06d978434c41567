"""Limits: what was complete is written with exit code 3, whatever ends the work, and never taken for the whole."""

import csv
import html
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import rdflib
from conftest import ROOT

import aiopkg
from aiopkg import ask, conformance, imports, materialised, report
from aiopkg.assessment import Unfinished
from aiopkg.errors import InputError, LimitReached
from aiopkg.formats import Format
from aiopkg.imports import mapping_file
from aiopkg.limits import Budget, Limits

BANK = ROOT / "tests" / "orgs" / "bank.ttl"
DAY = "2026-06-30"
BEFORE, STUCK_AT = "P402", "P403"
"""The rule at which the tests get stuck, and the one before, which takes a while."""

MAPPING = "us-federal-2025"
LEFT = "https://w3id.org/aiop#leftUnjudged"

posix = pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be forked")

STUCK = """
import os, sys, time
from aiopkg.validate import judgement
judge = judgement.judge_target
def stuck(run, target, focus):
    if target.name.value.endswith({before!r}):
        time.sleep(1)
    if target.name.value.endswith({code!r}):
        {deed}
    return judge(run, target, focus)
judgement.judge_target = stuck
from aiopkg.cli import main
main()
"""


class Spent(Budget):
    """A budget that is used up at a stage, after some questions."""

    def __init__(self, stage: str, questions: int = 0) -> None:
        super().__init__(Limits(seconds=1.0))
        self._at, self._left = stage, questions

    def look(self) -> None:
        if self.stage == self._at:
            self._left -= 1
            if self._left < 0:
                raise self.passed("time")


def run_stuck(deed: str, tmp_path: Path, *limits: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    output = tmp_path / "report.json"
    words = ["assess", str(BANK), "--as-of", DAY, "-f", "json", "-o", str(output)]
    words += [word for limit in limits for word in ("--limit", limit)]
    code = STUCK.format(before=BEFORE, code=STUCK_AT, deed=deed)
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=120, check=False, cwd=ROOT
    )
    return done, output


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        (["60s"], Limits(seconds=60)),
        (["2"], Limits(seconds=2)),
        (["time=1.5min"], Limits(seconds=90)),
        (["memory=2GB", "time=1h"], Limits(3600, 2 * 10**9)),
        (["512MiB"], Limits(memory=512 * 2**20)),
        ([], Limits()),
    ],
)
def test_limits_are_read_as_people_write_them(words: list[str], limits: Limits) -> None:
    assert Limits.read(words) == limits


@pytest.mark.parametrize("words", [["soon"], ["5 parsecs"], ["memory=5s"], ["time=5MB"], ["0s"], ["5s", "6s"], ["-1s"]])
def test_what_is_no_limit_is_refused(words: list[str]) -> None:
    with pytest.raises(InputError, match="not a limit"):
        Limits.read(words)


@pytest.mark.parametrize(
    ("stage", "questions", "stages"),
    [
        ("drawing conclusions", 2, ("load",)),
        ("measuring", 3, ("load", "materialise")),
        ("judging by the rules", 50, ("load", "materialise", "measure")),
        ("deriving recommendations", 0, ("load", "materialise", "measure", "validate")),
        ("following cascades", 0, ("load", "materialise", "measure", "validate", "recommend")),
    ],
)
def test_what_was_complete_is_told_at_every_stage(stage: str, questions: int, stages: tuple[str, ...]) -> None:
    whole = aiopkg.assess(BANK, as_of=date.fromisoformat(DAY))
    with pytest.raises(Unfinished) as caught:
        aiopkg.assess(BANK, as_of=date.fromisoformat(DAY), limits=Spent(stage, questions))
    found = caught.value.so_far
    assert isinstance(caught.value, LimitReached) and stage in caught.value.cause
    assert found.cut is not None and found.cut.stages == stages
    judged = {rule.code for rule in found.rules}
    assert judged.isdisjoint(found.cut.rules)
    if "materialise" in stages:
        assert judged | set(found.cut.rules) == {rule.code for rule in whole.rules}
    assert found.findings == tuple(finding for finding in whole.findings if finding.rule in judged)
    assert found.verdicts == {code: row for code, row in whole.verdicts.items() if code in judged}
    document = json.loads(report.to_json(found))
    jsonschema.validate(document, report.schema())
    assert document["summary"]["complete"] is False
    assert "not complete" in report.to_html(found)


def test_a_whole_report_says_so() -> None:
    found = aiopkg.assess(BANK, as_of=date.fromisoformat(DAY), limits=Limits(seconds=600, memory=10**12))
    assert found.cut is None
    assert json.loads(report.to_json(found))["summary"]["complete"] is True


def test_nothing_is_judged_of_what_could_not_be_loaded() -> None:
    with pytest.raises(LimitReached, match="while loading") as caught:
        aiopkg.assess(BANK, limits=Spent("loading"))
    assert not isinstance(caught.value, Unfinished)


@posix
@pytest.mark.parametrize(
    ("deed", "limits", "code"),
    [
        pytest.param("time.sleep(100)", ["time=30s"], "time-limit", marks=pytest.mark.slow),
        (
            "held = bytearray(10**9)\n        held[:] = b'x' * 10**9\n        time.sleep(100)",
            ["memory=700MB"],
            "memory-limit",
        ),
        ("os.abort()", ["time=100s"], "memory-limit"),
    ],
)
def test_a_step_that_does_not_come_back_costs_nothing_that_was_complete(
    deed: str, limits: list[str], code: str, tmp_path: Path
) -> None:
    done, output = run_stuck(deed, tmp_path, *limits)
    assert done.returncode == 3, done.stderr
    assert code in done.stderr
    document = json.loads(output.read_text("utf-8"))
    jsonschema.validate(document, report.schema())
    assert document["summary"]["complete"] is False
    left = document["summary"]["cut"]["rules"]
    assert STUCK_AT in left
    assert document["verdicts"] and STUCK_AT not in document["verdicts"]
    assert {finding["rule"] for finding in document["findings"]}.isdisjoint(left)


@posix
def test_limits_that_suffice_change_nothing(tmp_path: Path) -> None:
    done, output = run_stuck("pass", tmp_path, "time=100s", "memory=10GB")
    assert done.returncode == 1, done.stderr
    (tmp_path / "other").mkdir()
    plain, other = run_stuck("pass", tmp_path / "other")
    assert plain.returncode == 1
    assert output.read_bytes() == other.read_bytes()


@posix
def test_errors_keep_their_codes_under_limits(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "aiopkg", "assess", str(tmp_path / "none.ttl"), "--limit", "60s"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert "missing-file" in done.stderr


def test_an_axiom_that_makes_everything_the_same_is_refused(tmp_path: Path) -> None:
    model = tmp_path / "all.ttl"
    model.write_text(
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix org: <http://www.w3.org/ns/org#> .\n"
        "rdf:type rdfs:subPropertyOf owl:sameAs .\n"
        "<https://example.org/a> a org:FormalOrganization .\n"
    )
    with pytest.raises(LimitReached, match="facts follow") as caught:
        aiopkg.assess(model)
    assert caught.value.code == "too-many-facts"


@pytest.fixture(scope="module")
def cut_short() -> aiopkg.Assessment:
    """An assessment whose time was over while it judged."""
    with pytest.raises(Unfinished) as caught:
        aiopkg.assess(BANK, as_of=date.fromisoformat(DAY), limits=Spent("judging by the rules", 50))
    return caught.value.so_far


def sheets_of(book: bytes) -> str:
    with zipfile.ZipFile(BytesIO(book)) as archive:
        return archive.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("form", Format)
def test_every_form_says_that_it_was_cut_short_and_after_which_stage(
    form: Format, cut_short: aiopkg.Assessment
) -> None:
    whole = aiopkg.assess(BANK, as_of=date.fromisoformat(DAY))
    written, complete = (report.render(each, form) for each in (cut_short, whole))
    text, other = (sheets_of(each) if isinstance(each, bytes) else each for each in (written, complete))
    assert cut_short.cut is not None
    words = " ".join(html.unescape(text).split())
    assert "while judging by the rules" in words
    assert '"measure"' in words if form is Format.json else "The last complete stage is measure." in words
    assert "not complete" not in other and "while judging" not in other


def test_what_readers_of_each_form_look_at_is_not_that_of_a_whole_report(cut_short: aiopkg.Assessment) -> None:
    first = next(csv.DictReader(StringIO(report.render(cut_short, Format.csv), newline="")))  # type: ignore[arg-type]
    assert first["verdict"] == "not complete" and not first["rule"] and not first["id"]
    graph = rdflib.Graph().parse(data=report.render(cut_short, Format.turtle), format="turtle")
    of_report = rdflib.URIRef("https://w3id.org/aiop/report")
    assert [value.toPython() for value in graph.objects(of_report, rdflib.SH.conforms)] == [False]
    assert str(graph.value(of_report, rdflib.URIRef("https://w3id.org/aiop#endedAfter"))) == "measure"
    left = {str(code).rpartition("/")[2] for code in graph.objects(of_report, rdflib.URIRef(LEFT))}
    assert cut_short.cut is not None and left == set(cut_short.cut.rules)
    runs = json.loads(report.render(cut_short, Format.sarif))["runs"]
    assert [run["invocations"][0]["executionSuccessful"] for run in runs] == [False]
    suites = ElementTree.fromstring(report.render(cut_short, Format.junit))
    assert suites.get("errors") == "1" and suites.find("testsuite/testcase/error") is not None
    assert json.loads(report.render(cut_short, Format.json))["summary"]["complete"] is False


def test_nothing_conforms_that_was_not_judged() -> None:
    with pytest.raises(Unfinished) as caught:
        aiopkg.assess(BANK, as_of=date.fromisoformat(DAY), limits=Spent("measuring"))
    graph = rdflib.Graph().parse(data=report.render(caught.value.so_far, Format.turtle), format="turtle")
    assert [value.toPython() for value in graph.objects(None, rdflib.SH.conforms)] == [False]


def test_every_page_of_a_site_says_that_it_was_cut_short(cut_short: aiopkg.Assessment) -> None:
    pages = report.render_site(cut_short, Format.html)
    assert all("This report is not complete" in page for name, page in pages.items() if name.endswith(".html"))


COMMANDS = {
    "ask": ["ask", "who-answers-for", str(BANK)],
    "materialise": ["materialise", str(BANK)],
    "entails": ["entails", str(BANK), str(BANK)],
    "explain": ["explain", str(BANK), "archetype"],
    "validate": ["validate", str(BANK)],
    "query": ["query", str(BANK), "SELECT * { ?s ?p ?o }"],
    "migrate": ["migrate", str(BANK)],
}


def run(code: str, words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{code}\nfrom aiopkg.cli import main\nmain()", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )


NEVER_ENDING = """
import sys, time, aiopkg.model.sources as sources
read = sources.find_sources
def endless(*given):
    yield from read(*given)
    time.sleep(100)
sources.find_sources = sys.modules["aiopkg.model.load"].find_sources = endless
"""


@posix
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_works_ends_with_code_3_and_writes_nothing_in_part(name: str) -> None:
    done = run(NEVER_ENDING, [*COMMANDS[name], "--limit", "300ms"])
    assert done.returncode == 3, done.stderr
    assert not done.stdout
    assert "time limit of 0.3 s was reached while" in done.stderr and "code: time-limit" in done.stderr


def test_an_import_that_is_cut_short_leaves_no_file(tmp_path: Path) -> None:
    table, output = tmp_path / "table.csv", tmp_path / "model.ttl"
    chosen = mapping_file.mapping(MAPPING)
    table.write_text(chosen.delimiter.join(chosen.headers) + "\n", chosen.encoding)
    with pytest.raises(LimitReached, match="mapping the rows"), Spent("mapping the rows"):
        imports.convert(MAPPING, table, output)
    assert not output.exists()
    imports.convert(MAPPING, table, output)
    assert output.exists()


WITHOUT_FORK = "import os\ndel os.fork\n"


@posix
@pytest.mark.parametrize(
    ("deed", "limit", "code"),
    [
        ("time.sleep(100)", "time=3s", "time-limit"),
        ("held = b'x' * 10**9\n        time.sleep(100)", "memory=700MB", "memory-limit"),
    ],
)
def test_where_nothing_can_be_forked_a_thread_writes_what_was_complete(
    deed: str, limit: str, code: str, tmp_path: Path
) -> None:
    output = tmp_path / "report.json"
    words = ["assess", str(BANK), "--as-of", DAY, "-f", "json", "-o", str(output), "--limit", limit]
    stuck = WITHOUT_FORK + STUCK.format(before=BEFORE, code=STUCK_AT, deed=deed).replace("time.sleep(1)", "pass")
    done = subprocess.run(
        [sys.executable, "-c", stuck, *words], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert done.returncode == 3, done.stderr
    assert code in done.stderr
    summary = json.loads(output.read_text("utf-8"))["summary"]
    assert summary["complete"] is False and STUCK_AT in summary["cut"]["rules"]


@posix
def test_a_limit_that_suffices_without_forks_ends_nothing(tmp_path: Path) -> None:
    done = run(WITHOUT_FORK, ["entails", str(BANK), str(BANK), "--limit", "30s"])
    assert done.returncode == 0 and done.stdout == "It follows.\n"


def explaining(found: aiopkg.Assessment) -> object:
    return found.explain("archetype")


def asking_sparql(found: aiopkg.Assessment) -> object:
    return found.query("ASK {}")


def asking_a_question(found: aiopkg.Assessment) -> object:
    return ask.ask(found, "who-answers-for")


def reasoning(_: aiopkg.Assessment) -> object:
    return materialised.closure_of(BANK)


def entailing(_: aiopkg.Assessment) -> object:
    return materialised.entailment(BANK, BANK)


def validating(_: aiopkg.Assessment) -> object:
    return conformance.conform([BANK])


def querying(_: aiopkg.Assessment) -> object:
    return aiopkg.query(BANK, "ASK {}")


@pytest.mark.parametrize(
    "work", [explaining, asking_sparql, asking_a_question, reasoning, entailing, validating, querying]
)
def test_limits_of_a_context_hold_for_all_that_is_done_in_it(work: Callable[[aiopkg.Assessment], object]) -> None:
    found = aiopkg.assess(BANK, as_of=date.fromisoformat(DAY))
    with Limits(seconds=1e-9), pytest.raises(LimitReached, match="time limit"):
        work(found)
    assert work(found) is not None
