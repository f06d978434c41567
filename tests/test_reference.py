"""The reference says what is so: it is written anew and compared, and nothing that it has to name is missing."""

import dataclasses
import html
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT
from pyoxigraph import Literal, NamedNode
from test_docs import commands

from aiopkg import assets
from aiopkg.ask import questions
from aiopkg.rules import catalogue
from aiopkg.vocab import AIOP, PREFIXES, RDF, RDFS, SKOS, shorten

sys.path.append(str(ROOT / "docs"))

from build import REFERENCE, pages
from writing.article import Row, rows, unresolved
from writing.code_pages import refusals
from writing.facts import ontology

ROWS = [
    *("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "B5", "C1", "C2", "D1", "D2", "D3", "D4"),
    *("E1", "E2", "E3", "E4", "E5", "F1", "F2", "F3", "F4", "G1", "G2", "H1", "H2", "H3"),
]
DOCUMENTS = [ROOT / "docs" / "index.md", *sorted(REFERENCE.glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
CODE = re.compile(r'(?:Error|LimitReached|Problem)\((?:\s*\d+,)?\s*"([a-z][a-z0-9-]+)"')


@cache
def today() -> dict[str, str]:
    return pages()


def text(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in REFERENCE.iterdir()))
def test_a_page_says_what_would_be_written_today(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == today()[name], "run python docs/build.py"


def test_every_page_is_there_and_no_other() -> None:
    assert {path.name for path in REFERENCE.iterdir()} == set(today())


def test_the_page_of_the_ontology_has_each_term_of_ours_with_its_name_and_definition() -> None:
    site = today()["ontology.html"]
    links = set(ontology().of_type(AIOP.FailureLink))
    own = {t.subject for t in assets.ontology() if t.predicate == RDFS.isDefinedBy} - links
    assert len(own) > 700
    shown = html.unescape(site)
    for term in own:
        name = shorten(term.value)  # type: ignore[union-attr]
        assert f'<article class="term" id="{name.replace(":", "-")}">' in site
        assert f"<code>{name}</code>" in site
        assert ontology().text(term, SKOS.definition) in shown


def test_the_page_of_the_ontology_stands_alone_and_each_link_in_it_leads_somewhere() -> None:
    site = today()["ontology.html"]
    assert not re.findall(r"<(?:script|img|iframe|link)[^>]*(?:src|href)=.(?!data:)", site)
    places = re.findall(r' id="([^"]+)"', site)
    assert len(places) == len(set(places))
    inner = re.findall(r'href="#([^"]+)"', site)
    assert len(inner) > 2000
    assert set(inner) <= set(places)
    for page, place in re.findall(r'href="(rules\.md)#([^"]+)"', site):
        assert f'<a id="{place}"></a>' in today()[page]


def test_the_page_of_the_ontology_says_what_the_ontology_says_of_itself() -> None:
    site = today()["ontology.html"]
    header = NamedNode(PREFIXES["aiop"])
    said = [t.object for t in assets.ontology() if t.subject == header and t.predicate != RDF.type]
    named = [value for value in said if isinstance(value, Literal | NamedNode)]
    assert len(named) >= 12
    backward = {t.object for t in assets.ontology() if t.predicate.value.endswith("backwardCompatibleWith")}
    assert [value for value in named if value.value not in html.unescape(site) and value not in backward] == []


def test_the_rows_are_those_of_the_article() -> None:
    assert [row.id for row in rows()] == ROWS


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_row_has_something_behind_it(row: Row) -> None:
    assert row.lacks == (), f"{row.id} ({row.label}) has no {' and no '.join(row.lacks)}"
    assert list(unresolved(row)) == []
    assert f'<a id="{row.id.lower()}"></a>{row.id}' in text("requirements")


def test_a_row_with_nothing_behind_it_is_noticed() -> None:
    empty = dataclasses.replace(rows()[0], terms=(), rules=(), recommendations=(), questions=(), views=())
    assert empty.lacks == ("term", "rule, recommendation or view")
    assert dataclasses.replace(empty, terms=rows()[0].terms, questions=("stuck-pilots",)).lacks == ()


def test_what_a_row_names_and_nobody_has_is_noticed() -> None:
    astray = dataclasses.replace(rows()[0], terms=(NamedNode(PREFIXES["aiop"] + "Nothing"),), views=("json/nothing",))
    assert list(unresolved(astray)) == [PREFIXES["aiop"] + "Nothing", "json/nothing"]


def test_only_rows_of_the_article_are_cited() -> None:
    cited = {cite.id for rule in catalogue() for cite in rule.cites if cite.standard == "article"}
    served = {row for question in questions() for row in question.rows}
    assert cited | served <= set(ROWS)


def test_every_rule_has_a_section() -> None:
    assert [rule.code for rule in catalogue() if f'## <a id="{rule.code.lower()}"></a>' not in text("rules")] == []


def test_every_question_has_a_section() -> None:
    assert [each.name for each in questions() if f'## <a id="{each.name}"></a>' not in text("questions")] == []


def test_every_command_and_option_is_listed() -> None:
    named = set(commands())
    assert {name for name in named if f'## <a id="{name}"></a>' not in text("commands")} == set()
    written = "".join(path.read_text("utf-8") for path in sorted((ROOT / "aiopkg" / "cli").glob("*.py")))
    options = re.findall(r'"(--?[a-z][a-z-]*)"', written)
    assert {option for option in options if option not in text("commands")} <= {"--help", "-h"}


def test_every_threshold_is_listed() -> None:
    shown = text("settings")
    found = list(ontology().of_type(AIOP.Threshold))
    assert found
    assert [term for term in found if f"`aiop:{term.value.removeprefix(PREFIXES['aiop'])}`" not in shown] == []


def test_every_error_code_in_the_source_is_listed() -> None:
    written = {
        code for path in sorted((ROOT / "aiopkg").rglob("*.py")) for code in CODE.findall(path.read_text("utf-8"))
    }
    assert len(written) > 40
    assert written <= {each.code for each in refusals()}
    assert [code for code in sorted(written) if f"| `{code}` |" not in text("errors")] == []


def test_every_term_of_ours_is_listed() -> None:
    shown = text("ontology") + text("failure-modes")
    declared = {
        triple.subject.value.removeprefix(PREFIXES["aiop"])
        for triple in assets.ontology()
        if triple.predicate == RDF.type and isinstance(triple.subject, NamedNode)
        if triple.subject.value.startswith(PREFIXES["aiop"])
    }
    assert len(declared) > 300
    assert [name for name in sorted(declared - {""}) if f'<a id="aiop-{name}"></a>' not in shown] == []


def links(document: Path) -> Iterator[tuple[Path, str]]:
    for target, anchor in LINK.findall(document.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            yield (document.parent / target).resolve() if target else document, anchor


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(document: Path) -> None:
    pointed = list(links(document))
    known = {path: path.read_text(encoding="utf-8") for path in {path for path, anchor in pointed if anchor}}
    assert [str(path) for path, _ in pointed if not path.exists()] == []
    assert [anchor for path, anchor in pointed if anchor and f'id="{anchor}"' not in known[path]] == []
