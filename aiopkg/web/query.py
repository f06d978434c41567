"""The query editor: the bundled one where it was built, a plain one elsewhere, and the questions to begin with."""

from collections.abc import Mapping
from pathlib import Path

from aiopkg.ask import questions
from aiopkg.dataclass import dataclass
from aiopkg.model.labels import NAMING
from aiopkg.vocab import GRAPH, PREFIXES

__all__ = ["EDITOR", "STATIC", "Editor", "Example", "editor_of"]

STATIC = Path(__file__).parent / "static"
"""The scripts and style sheets of the pages."""

EDITOR = ("editor.js", "editor.css")
"""What ``frontend/`` builds; it is not there where no Node.js was."""

_FIRST = """SELECT ?element ?kind WHERE {
  ?element a ?kind .
}
LIMIT 100"""


@dataclass(frozen=True, slots=True)
class Example:
    """A query to begin with, and what it answers."""

    name: str
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Editor:
    """What the page of the editor shows; ``bundled`` tells whether the bundled editor was built.

    ``terms`` is what the scripts need to call terms by their names: prefixes, the properties that name, the first
    before the others, and the graph of the vocabulary.
    """

    bundled: bool
    text: str
    examples: tuple[Example, ...]
    terms: Mapping[str, object]


def editor_of() -> Editor:
    """Return the editor; its examples are the competency questions."""
    examples = tuple(
        Example(question.name, question.question, _without_header(question.text)) for question in questions()
    )
    bundled = all((STATIC / name).is_file() for name in EDITOR)
    terms = {"prefixes": PREFIXES, "naming": [each.value for each in NAMING], "ontology": GRAPH.ontology.value}
    return Editor(bundled, f"PREFIX aiop: <{PREFIXES['aiop']}>\n\n{_FIRST}", examples, terms)


def _without_header(text: str) -> str:
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if not line.startswith("#")), 0)
    return "\n".join(lines[start:]).strip()
