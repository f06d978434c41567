"""The command line: exit codes, messages, files written whole."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import pytest
import SPARQLWrapper
from conftest import ORGS, ROOT
from test_model import BROKEN

from aiopkg.engine import assess
from aiopkg.errors import InputError
from aiopkg.report import schema

BANK = str(ORGS / "bank.ttl")
MAKER = str(ORGS / "manufacturer.ttl")
DAY = ("--as-of", "2026-06-30")


def run(*arguments: str, cwd: Path = ROOT, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "aiopkg", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=120,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def test_an_assessment_prints_gaps_with_places_and_remedies() -> None:
    done = run("assess", MAKER, *DAY)
    assert done.returncode == 1
    assert re.search(r"G101 violation Nobody is accountable for the outputs of", done.stdout)
    assert "manufacturer.ttl:" in done.stdout
    assert "do:" in done.stdout
    assert "What to do first" in done.stdout
    assert done.stderr == ""


def test_the_text_report_can_be_written_to_a_file(tmp_path: Path) -> None:
    done = run("assess", BANK, *DAY, "--fail-on", "never", "-o", str(tmp_path / "report.txt"))
    assert done.returncode == 0
    assert "T203 violation" in (tmp_path / "report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("level", "code"), [("violation", 1), ("info", 1), ("never", 0)])
def test_fail_on_sets_the_exit_code(level: str, code: int) -> None:
    assert run("assess", MAKER, *DAY, "--fail-on", level).returncode == code


def test_an_unknown_verdict_does_not_fail(tmp_path: Path) -> None:
    text = """
        @prefix aiop: <https://w3id.org/aiop#> . @prefix org: <http://www.w3.org/ns/org#> .
        <http://ex/acme> a org:FormalOrganization .
        <http://ex/use> a aiop:UseCase ; aiop:stage aiop:Production ; aiop:unreported aiop:AnyProperty .
    """
    (tmp_path / "quiet.ttl").write_text(text)
    done = run("assess", "quiet.ttl", "--fail-on", "info", "-f", "json", cwd=tmp_path)
    assert {finding["verdict"] for finding in json.loads(done.stdout)["findings"]} == {"unknown"}
    assert done.returncode == 0


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_ends_with_code_two_and_says_where_and_what_to_do(tmp_path: Path, name: str) -> None:
    content, code, line = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    done = run("assess", name, "-o", "out.json", "-f", "json", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"code: {code}" in done.stderr
    assert "fix: " in done.stderr
    assert done.stderr.startswith(f"{name}:{line}" if line else name)
    assert done.stdout == ""
    assert not (tmp_path / "out.json").exists()


def test_a_missing_file_says_where_one_is() -> None:
    done = run("assess", "nowhere.ttl")
    assert done.returncode == 2
    assert "There is no file nowhere.ttl." in done.stderr


def test_a_file_without_an_organization_is_refused_by_assess_and_welcome_to_materialise(tmp_path: Path) -> None:
    (tmp_path / "bare.ttl").write_text("<http://ex/a> a <https://w3id.org/aiop#Guardrail> .")
    refused = run("assess", "bare.ttl", cwd=tmp_path)
    assert refused.returncode == 2
    assert "describes no organization" in refused.stderr
    welcome = run("materialise", "bare.ttl", "-o", "out.nt", cwd=tmp_path)
    assert welcome.returncode == 0
    assert "<https://w3id.org/aiop#inPillar> <https://w3id.org/aiop#Governance> ." in (tmp_path / "out.nt").read_text()


def test_usage_errors_end_with_code_two() -> None:
    assert run("assess").returncode == 2
    assert run("assess", BANK, "--as-of", "soon").returncode == 2
    assert run("oops").returncode == 2
    assert run("assess", BANK, "--pack", "nowhere").returncode == 2


def test_an_output_file_is_written_whole_or_left_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("before")
    assert run("assess", "nowhere.ttl", "-f", "json", "-o", str(target)).returncode == 2
    assert target.read_text() == "before"
    assert run("assess", BANK, *DAY, "-f", "json", "-o", str(target), "--fail-on", "never").returncode == 0
    assert json.loads(target.read_text())["organization"]["label"]
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    refused = run("assess", BANK, *DAY, "-f", "json", "-o", str(tmp_path / "no" / "folder.json"))
    assert refused.returncode == 2
    assert "cannot be written" in refused.stderr


def test_a_model_may_come_from_standard_input() -> None:
    done = run("assess", "-", *DAY, "-f", "json", "--fail-on", "never", stdin=Path(BANK).read_bytes())
    assert done.returncode == 0
    assert json.loads(done.stdout)["findings"]


def test_nothing_is_fetched_for_an_import() -> None:
    text = b"<http://ex/o> <http://www.w3.org/2002/07/owl#imports> <http://192.0.2.1/never> ."
    started = time.monotonic()
    assert run("materialise", "-", stdin=text).returncode == 0
    assert time.monotonic() - started < 20


def test_materialise_reasons_over_the_files_alone_when_asked(tmp_path: Path) -> None:
    text = b"""
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <http://ex/a> a <http://ex/B> . <http://ex/B> rdfs:subClassOf <http://ex/C> .
    """
    done = run("materialise", "-", "--ontology", "none", stdin=text)
    assert sorted(done.stdout.splitlines()) == sorted(
        [
            "<http://ex/B> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://ex/C> .",
            "<http://ex/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://ex/B> .",
            "<http://ex/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://ex/C> .",
        ]
    )


def test_entails_says_which_triple_fails(tmp_path: Path) -> None:
    (tmp_path / "premise.ttl").write_text("<http://ex/g> a <https://w3id.org/aiop#Guardrail> .")
    (tmp_path / "true.ttl").write_text("<http://ex/g> a <https://w3id.org/aiop#RiskControl> .")
    (tmp_path / "false.ttl").write_text("<http://ex/g> a <https://w3id.org/aiop#Platform> .")
    assert run("entails", "premise.ttl", "true.ttl", cwd=tmp_path).returncode == 0
    fails = run("entails", "premise.ttl", "false.ttl", cwd=tmp_path)
    assert fails.returncode == 1
    assert "<https://w3id.org/aiop#Platform>" in fails.stdout
    assert run("entails", "premise.ttl", "true.ttl", "--ontology", "none", cwd=tmp_path).returncode == 1


def test_the_rules_are_listed_and_found_by_clause() -> None:
    rows = json.loads(run("rules", "--format", "json").stdout)
    keys = {"code", "label", "severity", "pillar", "pack", "cites", "valid_from", "valid_to"}
    assert all(keys <= set(row) for row in rows)
    assert {tuple(c) for row in rows for c in row["cites"]} == {("standard", "id", "relation")}
    cited = json.loads(run("rules", "--cites", "GOVERN 2.1", "--format", "json").stdout)
    assert "G101" in {row["code"] for row in cited}
    assert "G101" in run("rules").stdout


@pytest.mark.parametrize("command", ["assess", "import", "materialise", "entails", "rules", "serve"])
def test_every_command_shows_an_example_in_its_help(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"Example: aiopkg {command}" in " ".join(done.stdout.split())


def test_the_version_is_printed() -> None:
    import aiopkg

    assert run("--version").stdout.strip() == aiopkg.__version__


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the endpoint on a free port; give the process and the URL that it announces."""
    command = [sys.executable, "-m", "aiopkg", "serve", *arguments, "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = re.search(r"http://127\.0\.0\.1:\d+/sparql", process.stdout.readline())
        assert url is not None
        yield process, url[0]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_the_endpoint_ends_quietly_when_told(told: signal.Signals) -> None:
    with serving(BANK, *DAY) as (process, _):
        process.send_signal(told)
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0
        assert "Traceback" not in errors


def test_the_endpoint_answers_a_client_about_the_organization() -> None:
    with serving(MAKER, *DAY) as (_, url):
        client = SPARQLWrapper.SPARQLWrapper(url)
        client.setReturnFormat(SPARQLWrapper.JSON)
        client.setQuery("""
            PREFIX aiop: <https://w3id.org/aiop#>
            SELECT (COUNT(DISTINCT ?finding) AS ?count) WHERE {
              GRAPH <https://w3id.org/aiop/graph/findings> { ?finding aiop:verdict aiop:Violated }
            }
        """)
        count = int(client.query().convert()["results"]["bindings"][0]["count"]["value"])
    report = json.loads(run("assess", MAKER, *DAY, "-f", "json", "--fail-on", "never").stdout)
    assert count == report["summary"]["findings"]["violated"]


@pytest.mark.parametrize("port", ["99999", "-1", "x"])
def test_a_port_that_cannot_be_is_a_usage_error(port: str) -> None:
    done = run("serve", BANK, "--port", port)
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert done.stdout == ""


def test_a_label_does_not_reach_the_terminal_as_a_command(tmp_path: Path) -> None:
    (tmp_path / "evil.ttl").write_text(
        "@prefix aiop: <https://w3id.org/aiop#> . @prefix org: <http://www.w3.org/ns/org#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix ex: <https://example.org/> .\n"
        "ex:o a org:FormalOrganization ; rdfs:label '\\u001B[2J\\u202Eevil [red]org[/]' .\n"
        "ex:u a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label '\\u001B]0;x\\u0007[bold]case[/bold]' .\n",
        encoding="utf-8",
    )
    done = run("assess", str(tmp_path / "evil.ttl"), *DAY)
    assert done.returncode == 1
    assert "[red]org[/]" in done.stdout
    assert "[bold]case[/bold]" in done.stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout)


CLASHING = """@prefix aiop: <https://w3id.org/aiop#> . @prefix org: <http://www.w3.org/ns/org#> . @prefix : <urn:x:> .
:acme a org:FormalOrganization .
:desk a aiop:Guardrail, aiop:CareerPathway .
"""


def test_a_model_that_contradicts_itself_is_told_so_with_place_and_code_1(tmp_path: Path) -> None:
    path = tmp_path / "org.ttl"
    path.write_text(CLASHING, encoding="utf-8")
    told = run("assess", str(path), *DAY, "--format", "json")
    assert told.returncode == 1
    report = json.loads(told.stdout)
    assert not [finding for finding in report["findings"] if finding["verdict"] == "violated"]
    (clash,) = report["contradictions"]
    assert (clash["rule"], clash["severity"], clash["file"], clash["line"]) == ("cax-dw", "violation", str(path), 3)
    assert "Desk is a governance element." in clash["message"]
    assert len(clash["premises"]) == 3
    again = json.loads(run("assess", str(path), *DAY, "--format", "json").stdout)
    assert again["contradictions"][0]["id"] == clash["id"]
    assert run("assess", str(path), *DAY, "--fail-on", "never").returncode == 0
    text = run("assess", str(path), *DAY).stdout
    assert "contradicts itself in 1 place" in text and clash["id"] in text
    proof = run("explain", str(path), clash["id"], *DAY).stdout
    assert proof.startswith(clash["message"]) and "org.ttl:3" in proof and "shares no member with" in proof


def test_a_baseline_knows_contradictions_and_only_those_of_before(tmp_path: Path) -> None:
    path, known = tmp_path / "org.ttl", tmp_path / "known.json"
    path.write_text(CLASHING, encoding="utf-8")
    assert run("assess", str(path), *DAY, "--write-baseline", str(known)).returncode == 0
    assert run("assess", str(path), *DAY, "--baseline", str(known)).returncode == 0
    document = json.loads(known.read_text("utf-8"))
    assert len(document["contradictions"]) == 1
    text = " ".join(run("assess", str(path), *DAY, "--baseline", str(known)).stdout.split())
    assert "; 0 contradictions new, 1 carried over, 0 closed" in text
    known.write_text(json.dumps({**document, "contradictions": [{"id": "contradiction-000000000000"}]}))
    told = run("assess", str(path), *DAY, "--baseline", str(known), "--format", "json")
    assert told.returncode == 1
    report = json.loads(told.stdout)
    jsonschema.validate(report, schema())
    assert [clash["baseline"] for clash in report["contradictions"]] == ["new"]
    assert report["summary"]["baseline"]["contradictions"] == {"new": 1, "carried": 0, "closed": 1}
    assert [clash["id"] for clash in report["closed_contradictions"]] == ["contradiction-000000000000"]
    known.write_text(json.dumps({**document, "contradictions": ["other"]}))
    assert run("assess", str(path), *DAY, "--baseline", str(known)).returncode == 2


AS_INSTALLED = "import sys; sys.argv[0] = 'aiopkg'; from aiopkg.cli import main; main()"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("aiopkg as", {"assess", "ask"}), ("aiopkg explain --pro", {"--profile"}), ("aiopkg que", {"query"})],
)
def test_the_shell_completes_commands_and_options(typed: str, offered: set[str]) -> None:
    asked = {"_AIOPKG_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    done = subprocess.run(
        [sys.executable, "-c", AS_INSTALLED],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **asked},
    )
    assert set(done.stdout.split()) == offered


def test_a_completion_reads_no_engine() -> None:
    heavy = "{'pyoxigraph', 'numpy', 'rdflib'}"
    code = (
        f"{AS_INSTALLED.removesuffix('main()')}\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)"
    )
    asked = {"_AIOPKG_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "aiopkg expl", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **asked},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("output_format", ["text", "json"])
def test_output_that_cannot_be_written_is_an_error_of_input_and_output(output_format: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "aiopkg", "assess", MAKER, *DAY, "--format", output_format],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
            timeout=120,
        )
    assert done.returncode == 2
    assert b"unwritable-output" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("nothing", [None, [], [None], b"org.ttl", 3])
def test_what_cannot_be_read_at_all_is_refused_in_words(nothing: object) -> None:
    with pytest.raises(InputError, match="nothing that can be read"):
        assess(nothing)  # type: ignore[arg-type]
