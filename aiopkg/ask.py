"""Asks the competency questions: each a SPARQL query in ``queries/ask/``, answered for one known.

A query sees what an endpoint shows: the default graph is what is asserted together with what follows
from it, and every stage has its named graph. The comment at the head of its file holds the question in
an architect's words, its parameters, and the rows of the source article that it serves::

    # question: Who answers for what a use case puts out?
    # parameter useCase (element): the use case; all of them if it is left open
    # article: D3 F2

A parameter is a projected variable of the query. Left open, the query answers for every value of it or
takes the default that the query itself names; given, it is bound as a term and never becomes query text.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple, Variable
from rich.table import Table

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.explain.known import Known
from aiopkg.explain.wording import number
from aiopkg.frames import pandas_frame, polars_frame
from aiopkg.limits import Budget
from aiopkg.model.labels import Labels
from aiopkg.model.names import element_called, nearest
from aiopkg.sparql import DEFAULT_GRAPH
from aiopkg.vocab import XSD

if TYPE_CHECKING:
    from aiopkg.frames import PandasFrame, PolarsFrame

__all__ = [
    "Answer",
    "Parameter",
    "Question",
    "ask",
    "given",
    "questions",
    "questions_json",
    "questions_table",
]

Term = NamedNode | BlankNode | Literal | Triple
Value = str | int | float | Decimal | date

_STAGE = "ask"
_ENTRY = re.compile(r"(question|parameter (?P<name>\w+) \((?P<kind>element|number|day)\)|article): (?P<words>.*)")


@dataclass(frozen=True)
class Parameter:
    """Something that may be given to a question: a variable of its query, as an element, a number or a day."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class Question:
    """One competency question: its name, the words, the query's text, and the article rows that it serves."""

    name: str
    question: str
    parameters: tuple[Parameter, ...]
    text: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What a question came to: its columns, and its rows in the order of the query, unbound cells as None."""

    question: Question
    as_of: date
    parameters: Mapping[str, Term]
    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    labels: Labels

    def table(self) -> Table:
        """Return the answer as a table with the label of each element."""
        table = Table(title=self.question.question, title_justify="left", caption=number(len(self.rows), "row"))
        for column in self.columns:
            table.add_column(_spaced(column), overflow="fold")
        for row in self.rows:
            table.add_row(*("" if cell is None else self.labels(cell) for cell in row))
        return table

    def to_json(self) -> str:
        """Return the answer as JSON: elements by IRI and label, literals as plain values, unbound cells as null."""
        document = {
            "question": self.question.name,
            "asked": self.question.question,
            "as_of": self.as_of.isoformat(),
            "parameters": {name: self._plain(term) for name, term in self.parameters.items()},
            "columns": list(self.columns),
            "rows": [
                {column: self._plain(cell) for column, cell in zip(self.columns, row, strict=True)} for row in self.rows
            ],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def to_pandas(self) -> "PandasFrame":
        """Return the rows as a pandas data frame: elements by label, literals as plain values, unbound cells missing.

        After a column of elements comes one of their IRIs, ``<column>_iri``. Raises :class:`MissingExtra` where pandas
        is not installed.
        """
        return pandas_frame(*self._framed())

    def to_polars(self) -> "PolarsFrame":
        """Return the rows as a polars data frame, with the columns of :meth:`to_pandas`; raises as that does."""
        return polars_frame(*self._framed())

    def _framed(self) -> tuple[list[str], list[tuple[object, ...]]]:
        columns: dict[str, list[object]] = {}
        for place, name in enumerate(self.columns):
            cells = [row[place] for row in self.rows]
            columns[name] = [self._shown(cell) for cell in cells]
            if any(isinstance(cell, NamedNode) for cell in cells):
                columns[f"{name}_iri"] = [cell.value if isinstance(cell, NamedNode) else None for cell in cells]
        return list(columns), list(zip(*columns.values(), strict=True))

    def _shown(self, term: Term | None) -> object:
        if isinstance(term, Literal):
            return _plain_literal(term)
        return None if term is None else self.labels(term)

    def _plain(self, term: Term | None) -> object:
        if isinstance(term, Literal):
            return _plain_literal(term)
        if isinstance(term, NamedNode):
            return {"iri": term.value, "label": self.labels(term)}
        return None if term is None else {"label": self.labels(term)}


@cache
def questions() -> tuple[Question, ...]:
    """Return the competency questions, sorted by name."""
    return tuple(_read(path.stem, path.read_text(encoding="utf-8")) for path in assets.queries(_STAGE))


def questions_table() -> Table:
    """Return the questions with their parameters as a table."""
    table = Table(title="Questions")
    for column in ("name", "question", "parameters"):
        table.add_column(column, overflow="fold", no_wrap=column == "name")
    for question in questions():
        table.add_row(question.name, question.question, ", ".join(p.name for p in question.parameters))
    return table


def questions_json() -> str:
    """Return the questions as a JSON list: name, question, parameters, article rows, and the query's text."""
    rows = [
        {
            "name": question.name,
            "question": question.question,
            "parameters": [{"name": p.name, "kind": p.kind, "meaning": p.meaning} for p in question.parameters],
            "article": list(question.rows),
            "query": question.text,
        }
        for question in questions()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def given(name: str, bindings: Sequence[str]) -> dict[str, Value]:
    """Read bindings written as ``NAME=VALUE`` for one question.

    Raises :class:`InputError` for a question or parameter that does not exist, and for a binding without
    an equals sign.
    """
    question, read = _question(name), dict[str, Value]()
    for binding in bindings:
        parameter, equals, value = binding.partition("=")
        if not equals:
            raise InputError(
                "parameter-value", f"'{binding}' binds nothing.", fix="Write a name, an equals sign and a value."
            )
        read[_parameter(question, parameter).name] = value
    return read


def ask(known: Known, name: str, /, **parameters: Value) -> Answer:
    """Answer one question for an known.

    An element is given as an IRI, a prefixed name, a label, or the end of an IRI; a number as such; a day
    as a date or as ``YYYY-MM-DD``. Raises :class:`InputError` for a question or parameter that does not
    exist, for a value of the wrong kind, and for a name that no element or more than one element has.
    """
    question, budget = _question(name), Budget.of(None)
    budget.enter("asking")
    bound = {key: _term(known, _parameter(question, key), value) for key, value in parameters.items()}
    solutions = known.store.query(
        question.text,
        default_graph=list(DEFAULT_GRAPH),
        substitutions={Variable(variable): term for variable, term in bound.items()},
    )
    assert isinstance(solutions, QuerySolutions)
    columns = tuple(variable.value for variable in solutions.variables)
    rows = tuple(tuple(solution[column] for column in columns) for solution in budget.heeding(solutions))
    return Answer(question, known.as_of, bound, columns, rows, known.labels)


def _read(name: str, text: str) -> Question:
    """Read the comment at the head of a query file; a line that is indented continues the one before."""
    words: dict[str, str] = {}
    parameters: dict[str, tuple[str, str]] = {}
    rows: tuple[str, ...] = ()
    for entry in _entries(text):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise InputError("question-header", f"queries/{_STAGE}/{name}.rq has a comment that is no entry: {entry}")
        if match["name"]:
            parameters[match["name"]] = (match["kind"], match["words"])
        elif entry.startswith("question"):
            words["question"] = match["words"]
        else:
            rows = tuple(match["words"].split())
    taken = tuple(Parameter(key, kind, meaning) for key, (kind, meaning) in parameters.items())
    return Question(name, words.get("question", ""), taken, text, rows)


def _entries(text: str) -> Iterator[str]:
    entry = ""
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if line.startswith("#  "):
            entry += " " + line[1:].strip()
        else:
            if entry:
                yield entry
            entry = line[1:].strip()
    if entry:
        yield entry


def _question(name: str) -> Question:
    known = {question.name: question for question in questions()}
    if name not in known:
        raise InputError(
            "unknown-question",
            f"There is no question called '{name}'.",
            fix=nearest(name, known) or _holding(name, known),
        )
    return known[name]


def _holding(part: str, names: Iterable[str]) -> str:
    """Say which questions have a word in their name, and how to see all of them."""
    found = [each for each in names if part and part in each]
    return f"There are {', '.join(found)}; all: aiopkg ask" if found else "All that there are: aiopkg ask"


def _parameter(question: Question, name: str) -> Parameter:
    known = {parameter.name: parameter for parameter in question.parameters}
    if name not in known:
        raise InputError(
            "unknown-parameter",
            f"The question '{question.name}' has no parameter '{name}'.",
            fix=nearest(name, known) or (f"It has: {', '.join(known)}." if known else "It takes none."),
        )
    return known[name]


def _term(known: Known, parameter: Parameter, value: Value) -> Term:
    if parameter.kind == "element":
        return element_called(str(value), known.store, known.labels, known.model.prefixes)
    try:
        if parameter.kind == "number":
            return _number(Decimal(str(value)))
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except (InvalidOperation, ValueError) as error:
        raise InputError(
            "parameter-value",
            f"The parameter '{parameter.name}' is a {parameter.kind}, and '{value}' is none.",
            fix="Write a number such as 3." if parameter.kind == "number" else "Write a day such as 2026-06-30.",
        ) from error
    return Literal(f"{day:%Y-%m-%d}T00:00:00Z", datatype=XSD.dateTime)


def _number(number: Decimal) -> Literal:
    if not number.is_finite():
        raise ValueError(number)
    return Literal(format(number, "f"), datatype=XSD.decimal)


def _spaced(column: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column).lower()


def _plain_literal(literal: Literal) -> object:
    if literal.datatype == XSD.boolean:
        return literal.value in ("true", "1")
    if literal.datatype == XSD.integer:
        return int(literal.value)
    if literal.datatype == XSD.decimal:
        return float(literal.value)
    return literal.value
