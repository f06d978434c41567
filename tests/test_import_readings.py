"""How one cell is read: coded answers, lists, dates, links; and what is never guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from aiopkg.imports.dates import read_date
from aiopkg.imports.mapping import Column, fold
from aiopkg.imports.mapping_file import mapping
from aiopkg.imports.readings import Account, read_cell
from aiopkg.imports.turtle import TurtleWriter

AIOP = "https://w3id.org/aiop#"


def column(name: str, number: int = 0) -> Column:
    return [c for c in mapping("us-federal-2025").columns if c.name == name][number]


def values(name: str, cell: str) -> list[str]:
    return [v.value.removeprefix(AIOP) for item in read_cell(column(name), cell).items for v in item.values]


FORMATS = column("operational_date").formats


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-10-01 00:00:00", date(2024, 10, 1)),
        ("01/15/2015 00:00:00", date(2015, 1, 15)),
        ("09/24/2024 12:00:00 AM", date(2024, 9, 24)),
        ("9/1/2019 0:00", date(2019, 9, 1)),
        ("11/3/2023", date(2023, 11, 3)),
        ("01/2024", date(2024, 1, 1)),
        ("Jul-25", date(2025, 7, 1)),
        ("2024-02-29 00:00:00", date(2024, 2, 29)),
    ],
)
def test_dates_are_read_by_the_declared_patterns(cell: str, day: date) -> None:
    assert read_date(cell, FORMATS) == day


@pytest.mark.parametrize(
    "cell",
    ["2025", "13/2024", "31/12/2024", "2/30/2024", "Q3 2024", "Juli-25", "2024-13-01 00:00:00", "²/1/2024", "soon"],
)
def test_what_is_no_whole_date_or_month_is_not_read_as_one(cell: str) -> None:
    assert read_date(cell, FORMATS) is None
    assert read_cell(column("operational_date"), cell).account is Account.UNRECOGNISED


def test_letter_case_and_white_space_do_not_count_in_coded_cells() -> None:
    assert values("development_stage", "  DEPLOYED ") == ["Production"]
    assert values("is_high_impact", "presumed high-impact,\n but not   high-impact") == ["PresumedHighImpactRefuted"]


def test_an_answer_to_another_question_is_not_recognised() -> None:
    outcome = read_cell(column("hi_training_established"), "Yes, sufficient monitoring protocols have been established")
    assert outcome.account is Account.UNRECOGNISED
    assert outcome.open
    assert outcome.items == ()


def test_a_list_is_read_item_by_item_and_what_is_strange_in_it_is_kept_apart() -> None:
    assert values("demographic_features", "['a) Race/Ethnicity', \"b) Sex\"]") == ["RaceFeature", "SexFeature"]
    mixed = read_cell(column("demographic_features"), "['c) Age', 'shoe size']")
    assert [v for item in mixed.items for v in item.values] == [NamedNode(AIOP + "AgeFeature")]
    assert mixed.unrecognised == ("shoe size",)
    assert mixed.open


def test_an_escaped_line_break_in_a_list_counts_as_white_space() -> None:
    cell = "['General solicitations of \\ncomments from the public']"
    assert read_cell(column("hi_public_consultation"), cell).account is Account.STATED


def test_none_of_the_above_closes_a_list_and_an_empty_list_is_a_blank() -> None:
    assert read_cell(column("demographic_features"), "['k) None of the above']").account is Account.ABSENT
    assert read_cell(column("demographic_features"), "[]").account is Account.BLANK


@pytest.mark.parametrize("cell", ["['c) Age'", "c) Age", "['c) Age' 'b) Sex']", "['c) Age',]", "[c) Age]", "[", "[']"])
def test_what_is_no_list_is_not_recognised(cell: str) -> None:
    assert read_cell(column("demographic_features"), cell).account is Account.UNRECOGNISED


def test_in_progress_is_a_status_and_a_plain_no_is_an_absence() -> None:
    testing = column("hi_testing_conducted")
    assert read_cell(testing, "In-progress").items[0].status == NamedNode(AIOP + "InProgress")
    assert read_cell(testing, "No").account is Account.ABSENT
    assert read_cell(testing, "CAIO Waived").account is Account.WAIVED
    assert not read_cell(testing, "No").open


def test_a_link_cell_holds_addresses_and_nothing_else() -> None:
    pia = column("pia_url")
    two = read_cell(pia, "https://example.org/a%20b; https://example.org/c, https://example.org/c")
    assert two.items[0].links == ("https://example.org/a%20b", "https://example.org/c")
    assert read_cell(pia, "see https://example.org/a for more").account is Account.UNRECOGNISED
    assert read_cell(pia, "javascript:alert(1)").account is Account.UNRECOGNISED
    assert read_cell(pia, "not publicly available").account is Account.LEFT_OPEN
    assert read_cell(pia, "Yes").items[0].present


def test_vendors_are_parted_by_semicolons_only() -> None:
    assert [i.words for i in read_cell(column("vendor_name"), "Ask Sage, Inc.; Google ;").items] == [
        "Ask Sage, Inc.",
        "Google",
    ]


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error_and_a_text_cell_says_itself(cell: str) -> None:
    for reading in mapping("us-federal-2025").columns:
        outcome = read_cell(reading, cell)
        assert (outcome.account is Account.BLANK) == (not cell.strip()) or fold(cell) == "[]"
    if cell.strip() and fold(cell) != "not available":
        assert read_cell(column("problem_solved"), cell).items[0].values == (Literal(cell.strip()),)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
def test_text_survives_being_written_as_turtle(text: str) -> None:
    writer = TurtleWriter("https://example.org/", {"ex": "https://example.org/ns#"})
    triple = Triple(NamedNode("https://example.org/s"), NamedNode("https://example.org/ns#p"), Literal(text))
    written = writer.header() + writer.block([triple])
    assert [quad.triple for quad in parse(written, format=RdfFormat.TURTLE)] == [triple]


def test_a_long_cell_of_brackets_and_spaces_is_read_in_no_time() -> None:
    for cell in ("[" + " " * 100_000 + "x", "['" + "\\" * 100_001 + "']", "https://" * 15_000, "[" * 100_000):
        for reading in mapping("us-federal-2025").columns:
            read_cell(reading, cell)
