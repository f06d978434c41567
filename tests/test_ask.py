"""The competency questions: their form, their answers on the examples, and the same answers at the endpoint."""

import csv
import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from asking import ASKED, MODELS, assessed, expected, names, shown, written
from conftest import ROOT
from examples import DAY, day_of
from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from rich.console import Console
from rich.table import Table

from aiopkg.ask import ask, given, questions, questions_json, questions_table
from aiopkg.engine import assess, materialise_model
from aiopkg.errors import InputError
from aiopkg.imports import convert
from aiopkg.model import load
from aiopkg.model.load import as_stored
from aiopkg.server.dataset import Dataset
from aiopkg.server.evaluate import evaluate
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Question as Posed
from aiopkg.sparql import DEFAULT_GRAPH
from aiopkg.vocab import GRAPH

FEWEST_QUESTIONS = 40
ARTICLE_ROWS = {
    *("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5", "C1", "C2", "D1", "D2", "D3", "D4"),
    *("E1", "E2", "E3", "E4", "E5", "F1", "F2", "F3", "F4", "G1", "H1", "H2", "H3"),
}
"""The rows of the source article that ask for something that a question can answer."""

NAMES = [question.name for question in questions()]
ANSWERS = sorted((path.parent.name, path.stem) for path in ASKED.glob("*/*.json"))
JSON_RESULTS = "application/sparql-results+json"


def by_name(name: str) -> str:
    return next(question.text for question in questions() if question.name == name)


def test_there_are_at_least_forty_questions() -> None:
    assert len(NAMES) >= FEWEST_QUESTIONS


def test_every_question_says_in_words_what_it_asks_and_whom_it_serves() -> None:
    asked = [question.question for question in questions()]
    assert all(text[0].isupper() and text.endswith("?") for text in asked)
    assert len(set(asked)) == len(asked)
    assert {row for question in questions() for row in question.rows} == ARTICLE_ROWS
    assert all(question.rows for question in questions())


def test_every_parameter_is_documented_with_what_happens_if_it_is_left_open() -> None:
    parameters = [parameter for question in questions() for parameter in question.parameters]
    assert len({parameter.kind for parameter in parameters}) == 3
    assert [p.name for p in parameters if not re.search(r"; .+ if it is left open$", p.meaning)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_is_a_column_of_its_answer(name: str) -> None:
    answer = ask(assessed("media"), name)
    assert {parameter.name for parameter in answer.question.parameters} <= set(answer.columns)


@pytest.mark.parametrize("name", NAMES)
def test_a_query_orders_its_answer_and_asks_no_other_service(name: str) -> None:
    text = by_name(name)
    assert "\nORDER BY " in text
    assert not re.search(r"\b(SERVICE|FROM|GROUP_CONCAT|SAMPLE|NOW|RAND|UUID|STRUUID|BNODE|LIMIT)\b", text)
    assert set(re.findall(r"GRAPH (\S+)", text)) <= {f"graph:{key}" for key in vars(GRAPH) if key.islower()}


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_an_answer_leaves_no_two_rows_level(name: str) -> None:
    text = by_name(name)
    keys = re.findall(r"\?(\w+)", text[text.rindex("\nORDER BY ") :])
    for model in MODELS:
        answer = ask(assessed(model), name)
        if set(keys) <= set(answer.columns):  # otherwise it is ordered by a number of its own for each row
            places = [answer.columns.index(key) for key in keys]
            assert len({tuple(str(row[place]) for place in places) for row in answer.rows}) == len(answer.rows)


def test_every_question_has_an_expected_answer_on_every_example() -> None:
    assert set(ANSWERS) == {(model, name) for model in MODELS for name in names(model)}


def test_every_question_is_answered_by_something_on_some_example() -> None:
    answered = {name for model, name in ANSWERS if expected(model, name)["rows"]}
    assert answered == set(NAMES)


@pytest.mark.parametrize(("model", "name"), ANSWERS)
def test_the_answer_is_the_expected_one(model: str, name: str) -> None:
    wanted = expected(model, name)
    given_before = wanted["parameters"]
    assert isinstance(given_before, dict)
    assert written(ask(assessed(model), name, **given_before), given_before) == wanted


def stored(term: object) -> object:
    """A literal as a store has it; the endpoint gives the spelling of the data."""
    return as_stored(Triple(NamedNode("urn:s"), NamedNode("urn:p"), term)).object if isinstance(term, Literal) else term


@pytest.mark.parametrize("model", MODELS)
def test_each_query_gives_the_same_answer_at_the_endpoint_as_it_stands(model: str, tmp_path: Path) -> None:
    path = tmp_path / "dataset.nq"
    path.write_bytes(assessed(model).dataset())
    endpoint = Dataset(path)
    for question in questions():
        answer = ask(assessed(model), question.name)
        posed = Posed(question.text, base="https://example.org/sparql", accept=JSON_RESULTS)
        reply = evaluate(endpoint, posed, Limits())
        assert reply.status == 200, (question.name, reply.body)
        solutions = parse_query_results(reply.body, QueryResultsFormat.JSON)
        assert isinstance(solutions, QuerySolutions)
        rows = [tuple(stored(solution[column]) for column in answer.columns) for solution in solutions]
        assert rows == list(answer.rows), question.name


@pytest.mark.parametrize("model", MODELS)
def test_answers_do_not_depend_on_the_order_of_triples(model: str, tmp_path: Path) -> None:
    lines = [f"{quad.triple} .\n" for quad in parse(path=MODELS[model], format=RdfFormat.TURTLE)]
    random.Random(model).shuffle(lines)
    path = tmp_path / "shuffled.nt"
    path.write_text("".join(lines), encoding="utf-8")
    shuffled = assess(path, as_of=day_of(model))
    for name in NAMES:
        assert ask(shuffled, name).rows == ask(assessed(model), name).rows, name


@pytest.mark.parametrize(
    "text",
    [
        "Demand forecast",
        "demand  FORECAST",
        "demand-forecast",
        ":demand-forecast",
        "https://example.org/brackenforge/demand-forecast",
        "<https://example.org/brackenforge/demand-forecast>",
    ],
)
def test_an_element_may_be_given_by_label_ending_or_iri(text: str) -> None:
    answer = ask(assessed("manufacturer"), "who-answers-for", useCase=text)
    assert answer.parameters == {"useCase": NamedNode("https://example.org/brackenforge/demand-forecast")}
    assert [answer.labels(row[2]) for row in answer.rows if row[2]] == ["Rolf Varden"]


def test_a_term_may_be_given_by_prefixed_name() -> None:
    answer = ask(assessed("manufacturer"), "recommended-actions", kind="aiop:BuildOnce")
    assert {str(row[0]) for row in answer.rows} == {"<https://w3id.org/aiop#BuildOnce>"}


def test_a_number_and_a_day_are_bound_as_such() -> None:
    assert len(ask(assessed("media"), "accountability-load", moreThan=0.5).rows) == 3
    assert len(ask(assessed("media"), "accountability-load", moreThan=1).rows) == 0
    ends = {str(row[0]) for row in ask(assessed("bank"), "expiries", until=DAY).rows}
    assert "<https://example.org/quillhaven/feldstrom-training>" not in ends
    assert "<https://example.org/quillhaven/ilves-training>" in ends


def test_what_is_given_never_becomes_query_text() -> None:
    injected = '"> . ?s ?p ?o } #'
    with pytest.raises(InputError, match="Nothing in the model is called"):
        ask(assessed("media"), "who-answers-for", useCase=injected)


@pytest.mark.parametrize(
    ("name", "parameters", "code", "fix"),
    [
        ("who-answer-for", {}, "unknown-question", "Did you mean 'who-answers-for'"),
        ("who-answers-for", {"usecase": "x"}, "unknown-parameter", "Did you mean 'useCase'?"),
        ("cadences", {"useCase": "x"}, "unknown-parameter", "It takes none."),
        ("who-answers-for", {"useCase": "Demand forcast"}, "unknown-element", "Did you mean 'Demand forecast'"),
        ("who-answers-for", {"useCase": "aiop:NoSuchTerm"}, "unknown-element", "Give a label"),
        ("depends-on", {"thing": "in progress"}, "ambiguous-element", "Give one of: <"),
        ("accountability-load", {"moreThan": "many"}, "parameter-value", "Write a number such as 3."),
        ("accountability-load", {"moreThan": "NaN"}, "parameter-value", "Write a number such as 3."),
        ("expiries", {"until": "soon"}, "parameter-value", "Write a day such as 2026-06-30."),
    ],
)
def test_what_cannot_be_understood_is_said_with_a_way_out(
    name: str, parameters: dict[str, str], code: str, fix: str
) -> None:
    with pytest.raises(InputError) as trouble:
        ask(assessed("manufacturer"), name, **parameters)
    assert trouble.value.code == code
    assert fix in trouble.value.fix


def test_bindings_are_read_before_any_model_is() -> None:
    assert given("who-answers-for", ["useCase=a=b"]) == {"useCase": "a=b"}
    with pytest.raises(InputError, match="binds nothing"):
        given("who-answers-for", ["useCase"])
    with pytest.raises(InputError, match="has no parameter 'case'"):
        given("who-answers-for", ["case=x"])


def printed(table: Table) -> str:
    console = Console(file=StringIO(), width=200)
    console.print(table)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_an_answer_is_written_as_a_table_and_as_json() -> None:
    answer = ask(assessed("manufacturer"), "waiting-requests")
    text = printed(answer.table())
    assert "Request to bring the demand forecast into production" in text
    assert "5 rows" in text
    content = json.loads(answer.to_json())
    first = content["rows"][0]
    assert content["as_of"] == "2026-06-30"
    assert first["request"]["label"] == "Request to bring the demand forecast into production"
    assert first["days"] == 322
    assert first["tooLong"] is True
    assert first["answered"] is None


@pytest.mark.parametrize("name", ["gap-reach", "who-answers-for", "data-quality"])
def test_an_answer_is_a_data_frame_of_labels_with_the_iris_beside_them(name: str) -> None:
    answer = ask(assessed("manufacturer"), name)
    asked = json.loads(answer.to_json())
    assert asked["rows"]
    frames = answer.to_pandas(), answer.to_polars()
    assert list(frames[0].columns) == list(frames[1].columns)
    for column in asked["columns"]:
        cells = [row[column] for row in asked["rows"]]
        labels = [cell["label"] if isinstance(cell, dict) else cell for cell in cells]
        assert list(frames[1][column]) == labels
        assert [
            None if missing else cell for cell, missing in zip(frames[0][column], frames[0][column].isna(), strict=True)
        ] == labels
        if any(isinstance(cell, dict) for cell in cells):
            assert list(frames[1][f"{column}_iri"]) == [cell and cell["iri"] for cell in cells]


def test_the_questions_are_listed_as_a_table_and_as_json() -> None:
    assert "who-answers-for" in printed(questions_table())
    listed = json.loads(questions_json())
    assert [question["name"] for question in listed] == NAMES
    assert all(question["query"].startswith("# question: ") for question in listed)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "160", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "aiopkg", "ask", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_command_lists_the_questions_and_answers_one() -> None:
    assert json.loads(run("-f", "json").stdout) == json.loads(questions_json())
    model = str(MODELS["manufacturer"])
    done = run("who-answers-for", model, "--as-of", DAY.isoformat(), "--bind", "useCase=demand forecast", "-f", "json")
    assert done.returncode == 0
    assert [row["person"]["label"] for row in json.loads(done.stdout)["rows"]] == ["Rolf Varden"]
    assert "Rolf Varden" in run("who-answers-for", model, "--as-of", DAY.isoformat()).stdout


def test_the_command_says_what_is_missing() -> None:
    assert "needs a model" in run("who-answers-for").stderr
    misspelt = run("who-answer-for", "missing.ttl")
    assert misspelt.returncode == 2
    assert "Did you mean 'who-answers-for'?" in misspelt.stderr


# The federal inventory: counts taken from the table itself, in its own words.

PRACTICES = {
    "hasPreDeploymentTest": ("hi_testing_conducted", {"Yes"}),
    "hasImpactAssessment": ("hi_assessment_completed", {"Yes"}),
    "hasOngoingMonitoring": ("hi_ongoing_monitoring", {"Yes - Monitoring Established"}),
    "hasOperatorTraining": ("hi_training_established", {"Training Established"}),
    "hasFailSafe": ("hi_failsafe_presence", {"Yes"}),
    "hasAppealRoute": ("hi_appeal_process", {"Appeal Process Established"}),
}
"""The column of each practice and the answers that say it is met. One answer in the column on training speaks of
monitoring protocols; it says nothing of training and is not counted."""

EXCUSES = {"Not Applicable", "Appeal Precluded by Law"}


def test_the_federal_counts_of_minimum_practices_are_those_of_the_table(data: Path, tmp_path: Path) -> None:
    table = data / "us-federal-ai-inventory" / "2025_individually_reported.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        deployed = [row for row in csv.DictReader(file) if row["development_stage"] == "Deployed"]
    uses = [row for row in deployed if row["is_high_impact"] == "High-impact"]
    met = Counter[str]()
    met_or_excused = Counter[str]()
    for row in uses:
        done = {name for name, (column, answers) in PRACTICES.items() if row[column] in answers}
        settled = done | {name for name, (column, _) in PRACTICES.items() if row[column] in EXCUSES}
        met.update([*done, *(["all six"] if len(done) == len(PRACTICES) else [])])
        met_or_excused.update([*settled, *(["all six"] if len(settled) == len(PRACTICES) else [])])
    model = tmp_path / "federal.ttl"
    convert("us-federal-2025", table, model)
    solutions = materialise_model(load([model])).store.query(
        by_name("minimum-practices-met"), default_graph=list(DEFAULT_GRAPH)
    )
    assert isinstance(solutions, QuerySolutions)
    assert len(uses) > 200
    counted = [
        [f"aiop:{name}" if name in PRACTICES else name, str(len(uses)), str(met[name]), str(met_or_excused[name])]
        for name in (*PRACTICES, "all six")
    ]
    assert [[shown(cell) for cell in solution] for solution in solutions] == counted
