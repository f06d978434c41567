"""The tutorial is what happens, and the pages around the reference lead somewhere."""

import re

import pytest
from conftest import ROOT
from tutorial import BLOCK, TUTORIAL, with_real_output

DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if DOCS / "reference" not in path.parents)


def test_the_tutorial_shows_what_is_printed() -> None:
    text = TUTORIAL.read_text(encoding="utf-8")
    assert with_real_output(text) == text, "run python tests/readme.py and look at the difference"


def test_the_tutorial_begins_with_gaps_and_comes_to_none() -> None:
    answers = [block[2] for block in BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")) if block[1] == "console"]
    assert "3 violations, 4 warnings" in answers[0]
    assert "no gap found" in answers[3]
    assert "was last reviewed on" in answers[4]
    assert not any("error:" in answer for answer in answers)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_every_link_leads_somewhere(page: object) -> None:
    path = DOCS / str(page)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", path.read_text(encoding="utf-8"))
    inside = [link for link in links if not link.startswith(("http:", "https:"))]
    assert [link for link in inside if not (path.parent / link).exists()] == []


def test_every_page_is_reached_from_the_index() -> None:
    links = re.findall(r"\]\(([^)#\s]+)", (DOCS / "index.md").read_text(encoding="utf-8"))
    named = {(DOCS / link).resolve() for link in links if not link.startswith("http")}
    assert [path for path in PAGES if path.name != "index.md" and path.resolve() not in named] == []
