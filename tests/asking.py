"""Expected answers to the competency questions: where they lie, what they look like, and how to write them anew.

An expected answer names elements by the end of their IRI after a colon, as the organization's own file does,
terms of a known vocabulary by prefix, and literals by their value. Sentences that stand in a rule file are left
out, since the tests of the rules read those. Run this file to write every answer from a run, then read each
change against the organization before it is committed.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from examples import NAMES, ORGS, day_of
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.ask import Answer, ask, questions
from aiopkg.assessment import Assessment
from aiopkg.engine import assess
from aiopkg.vocab import shorten

TESTS = Path(__file__).parent
ASKED = TESTS / "asked"
MODELS = {"agency": ASKED / "agency.ttl", **{name: ORGS / f"{name}.ttl" for name in NAMES}}
EXAMPLES = "https://example.org/"
SENTENCES = {"message", "remedy", "blockedBy", "mechanism"}
AGENCY_QUESTIONS = ("agents", "excuses", "expiries", "minimum-practices-met", "not-known", "unreported")
"""The questions that the agency was made up for."""


@cache
def assessed(model: str) -> Assessment:
    """Return the assessment of an example organization; one for all tests."""
    return assess(MODELS[model], as_of=day_of(model))


def names(model: str) -> tuple[str, ...]:
    """Return the questions of which an expected answer is kept for an example organization."""
    return AGENCY_QUESTIONS if model == "agency" else tuple(question.name for question in questions())


def shown(term: NamedNode | BlankNode | Literal | Triple | None) -> str | None:
    """Return a term as an expected answer writes it."""
    if isinstance(term, NamedNode):
        return ":" + term.value.split("/")[-1] if term.value.startswith(EXAMPLES) else shorten(term.value)
    if isinstance(term, Literal):
        return term.value
    return None if term is None else "an element without a name"


def written(answer: Answer, given: dict[str, str]) -> dict[str, object]:
    """Return an answer as an expected answer is written."""
    kept = [place for place, column in enumerate(answer.columns) if column not in SENTENCES]
    rows = [[shown(row[place]) for place in kept] for row in answer.rows]
    return {"parameters": given, "columns": [answer.columns[place] for place in kept], "rows": rows}


def expected(model: str, question: str) -> dict[str, object]:
    """Read one expected answer."""
    content: dict[str, object] = json.loads((ASKED / model / f"{question}.json").read_text(encoding="utf-8"))
    return content


def lines(document: dict[str, object]) -> Iterator[str]:
    """Yield an expected answer as JSON with one row a line."""
    rows = document["rows"]
    assert isinstance(rows, list)
    yield "{"
    yield f'"parameters": {json.dumps(document["parameters"], ensure_ascii=False)},'
    yield f'"columns": {json.dumps(document["columns"])},'
    yield '"rows": [' + ("" if rows else "]")
    for position, row in enumerate(rows):
        yield json.dumps(row, ensure_ascii=False) + ("," if position + 1 < len(rows) else "\n]")
    yield "}"


def main() -> None:
    """Write each expected answer anew, with the parameters that it was given before."""
    for model in MODELS:
        for name in names(model):
            path = ASKED / model / f"{name}.json"
            given = expected(model, name)["parameters"] if path.exists() else {}
            assert isinstance(given, dict)
            answer = written(ask(assessed(model), name, **given), given)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines(answer)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
