"""The page of the questions that are ready to be asked."""

from collections.abc import Iterator

from aiopkg.ask import Question, questions
from writing import markdown

__all__ = ["questions_page"]


def questions_page() -> str:
    """Return the page of the questions, each with its parameters and the command that asks it."""
    return markdown.page(
        "Questions",
        f"{len(questions())} questions that `aiopkg ask` answers for a model. A parameter that is left out leaves the "
        "question open.",
        *("\n\n".join(_section(question)) for question in questions()),
    )


def _section(question: Question) -> Iterator[str]:
    yield f"## {markdown.anchored(question.name, question.name)}"
    yield question.question
    if question.parameters:
        yield "\n".join(f"- `{p.name}` ({p.kind}): {p.meaning}" for p in question.parameters)
    rows = ", ".join(f"[{row}](requirements.md#{row.lower()})" for row in question.rows)
    yield f"Serves {rows}. Ask: `aiopkg ask {question.name} MODEL.ttl`. " + (
        f"Query: [{question.name}.rq](../../queries/ask/{question.name}.rq)."
    )
