"""The rows of the source article, each with the terms, rules, recommendations, questions and views behind it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pyoxigraph import NamedNode

from aiopkg import ask, assets
from aiopkg.rules import catalogue
from aiopkg.vocab import AIOP, SKOS
from writing import markdown
from writing.facts import ROOT, Facts, anchor, iri, linked, ontology, read

__all__ = ["Row", "requirements", "rows", "unresolved"]

FILE = "alignments/article-rows.ttl"
REFERENCES = NamedNode("http://purl.org/dc/terms/references")
RELATION = NamedNode("http://purl.org/dc/terms/relation")
SOURCE = NamedNode("http://purl.org/dc/terms/source")
SEE_ALSO = iri("rdfs:seeAlso")
VIEW = "https://w3id.org/aiop/"
TEMPLATES = ROOT / "aiopkg" / "report" / "page" / "templates"
SCHEMA = ROOT / "aiopkg" / "report" / "report.schema.json"


@dataclass(frozen=True)
class Row:
    """One row of the article: what it says in our words, and everything that stands behind it.

    ``rules`` are codes, ``questions`` are names, ``links`` failure links, ``views`` such as ``json/maturity``.
    """

    id: str
    label: str
    meaning: str
    terms: tuple[NamedNode, ...]
    rules: tuple[str, ...]
    recommendations: tuple[NamedNode, ...]
    questions: tuple[str, ...]
    links: tuple[NamedNode, ...]
    views: tuple[str, ...]

    @property
    def lacks(self) -> tuple[str, ...]:
        """What a row needs and does not have."""
        runs = self.rules or self.recommendations or self.questions or self.views
        return (*(() if self.terms else ("term",)), *(() if runs else ("rule, recommendation or view",)))


@cache
def rows() -> tuple[Row, ...]:
    """Return the rows in the order of their ids."""
    facts = read(assets.folder("ontology") / FILE)
    return tuple(sorted((_row(facts, each) for each in facts.of_type(iri("skos:Concept"))), key=lambda row: row.id))


def _row(facts: Facts, node: NamedNode) -> Row:
    row = facts.text(node, SKOS.notation)
    return Row(
        id=row,
        label=facts.text(node, SKOS.prefLabel),
        meaning=facts.text(node, SKOS.definition),
        terms=tuple(facts.names(node, REFERENCES)),
        rules=tuple(
            rule.code for rule in catalogue() if any((c.standard, c.id) == ("article", row) for c in rule.cites)
        ),
        recommendations=tuple(facts.names(node, RELATION)),
        questions=tuple(question.name for question in ask.questions() if row in question.rows),
        links=tuple(each for each in ontology().of_type(AIOP.FailureLink) if _source(each) == f"article/{row}"),
        views=tuple(view.value.removeprefix(VIEW).removeprefix("view/") for view in facts.names(node, SEE_ALSO)),
    )


def _source(link: NamedNode) -> str:
    return ontology().text(link, SOURCE)


def unresolved(row: Row) -> Iterator[str]:
    """Yield what a row points to and is not there: a term, a kind of recommendation, a view."""
    for term in (*row.terms, *row.recommendations):
        if term not in ontology().subjects:
            yield term.value
    yield from (kind.value for kind in row.recommendations if kind not in _derived())
    yield from (view for view in row.views if not _exists(view))


@cache
def _derived() -> dict[NamedNode, str]:
    """Return each kind of recommendation with the query that derives it."""
    return {
        iri(name): path.name
        for path in assets.queries("derive")
        for name in re.findall(r"aiop:recommendationKind (aiop:\w+)", path.read_text(encoding="utf-8"))
    }


def _exists(view: str) -> bool:
    kind, _, name = view.partition("/")
    if kind == "json":
        return name in json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]
    if kind == "page":
        return any(f'id="{name}"' in path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    return kind == "example" and (ROOT / "tests" / "orgs" / f"{name}.expected.md").is_file()


def _shown(view: str) -> str:
    kind, _, name = view.partition("/")
    target, words = {
        "json": ("../../aiopkg/report/report.schema.json", f"`{name}` in the JSON"),
        "page": (f"../../aiopkg/report/page/templates/{name}.html", f"{name} section of the page"),
        "example": (f"../../tests/orgs/{name}.expected.md", f"{name} example, as expected"),
    }[kind]
    return f"[{words}]({target})"


def requirements() -> str:
    """Return the page of the rows."""
    return markdown.page(
        "What the article says, and what stands behind it",
        "Each row is something that the source article says, in our words. Behind it stand the terms that model it; "
        "the rules that cite it, each with a remedy of its own; the recommendations that go beyond one rule; the "
        "questions that serve it; the failure links that come from it, along which cascades are explained; and the "
        "parts of an assessment that show it.",
        markdown.table(
            ("Row", "It says", "Terms", "Rules", "Recommendations", "Questions", "Failure links", "Shown in"),
            (_line(row) for row in rows()),
        ),
    )


def _line(row: Row) -> tuple[str, ...]:
    kinds = (
        f"[{ontology().text(k, iri('rdfs:label'))}](../../queries/derive/{_derived()[k]})" for k in row.recommendations
    )
    return (
        markdown.anchored(row.id.lower(), row.id),
        f"**{markdown.cell(row.label)}**: {markdown.cell(row.meaning)}",
        ", ".join(linked(term) for term in row.terms),
        ", ".join(f"[{code}](rules.md#{code.lower()})" for code in row.rules),
        ", ".join(kinds),
        ", ".join(f"[{name}](questions.md#{name})" for name in row.questions),
        ", ".join(f"[{number}](failure-modes.md#{anchor(link)})" for number, link in enumerate(row.links, 1)),
        ", ".join(map(_shown, row.views)),
    )
