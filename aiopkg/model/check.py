"""Refuses what would be misread later: misspelt terms of ours, literals that are not what they say, and values
that are not of the kind which a property of ours asks for.
"""

import difflib
import re
from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np
from pyoxigraph import Literal, NamedNode

from aiopkg import assets
from aiopkg.errors import InputError, Place
from aiopkg.model.renames import renames
from aiopkg.model.table import Table
from aiopkg.vocab import AIOP, OWL, PREFIXES, RDF, RDFS, shorten

__all__ = ["check"]

_DECIMAL = r"[+-]?(\d+(\.\d*)?|\.\d+)"
_DATE = r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_ZONE = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)?"
_DOUBLE = re.compile(rf"{_DECIMAL}([eE][+-]?(?P<exponent>\d+))?|[+-]?INF|NaN")
_LEXICAL = {
    PREFIXES["xsd"] + name: re.compile(pattern)
    for name, pattern in {
        "integer": r"[+-]?\d+",
        "nonNegativeInteger": r"[+]?\d+|-0+",
        "decimal": _DECIMAL,
        "boolean": "true|false|1|0",
        "date": _DATE + _ZONE,
        "dateTime": _DATE + r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?" + _ZONE,
        "duration": r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?",
    }.items()
}
_SAMPLES = {
    "integer": "12",
    "decimal": "0.5",
    "boolean": "true",
    "date": "2026-03-31",
    "dateTime": "2026-03-31T09:00:00Z",
    "duration": "P14D",
}
_WHOLE = {
    *("integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
    *("long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
}
_KINDS = {
    "dateTime": ("a day or a time", {"date", "dateTime", "dateTimeStamp"}, '"2026-03-31"^^xsd:date'),
    "duration": ("a duration", {"duration", "dayTimeDuration", "yearMonthDuration"}, '"P14D"^^xsd:duration'),
    "decimal": ("a number", {*_WHOLE, "decimal", "double", "float"}, "0.5"),
    "integer": ("a whole number", _WHOLE, "12"),
    "boolean": ("true or false", {"boolean"}, "true"),
}
"""By the datatype that a property asks for: what its values are, in which datatypes, and one of them."""
_LARGEST_EXPONENT = 308
_DOUBLES = {PREFIXES["xsd"] + "double", PREFIXES["xsd"] + "float"}
_DAYS = {PREFIXES["xsd"] + "date", PREFIXES["xsd"] + "dateTime"}
_LENGTH_OF_A_DAY = len("2026-03-31")
_MOST_SHOWN = 40


@cache
def _declared() -> frozenset[str]:
    """Return every term that the ontology declares in our namespace."""
    return frozenset(t.subject.value for t in assets.stated(RDFS.isDefinedBy))  # type: ignore[union-attr]


def check(table: Table) -> None:
    """Raise :class:`InputError` for the first triple that would be misread: one that names a term of our namespace
    that does not exist, one with a typed literal whose text is not one of its type, and one that gives a property of
    ours a value that it cannot have.
    """
    _check_terms(table)
    _check_literals(table)
    _check_values(table)


def _check_terms(table: Table) -> None:
    ours = PREFIXES["aiop"]
    names = ((number, term.value) for number, term in enumerate(table.terms) if type(term) is NamedNode)
    wrong = {number: name for number, name in names if name.startswith(ours) and name not in _declared()}
    unknown: dict[str, Place] = {}
    for column in (table.subjects, table.predicates, table.objects) if wrong else ():
        for row in np.flatnonzero(np.isin(column, list(wrong))).tolist():
            name, place = wrong[int(column[row])], table.place(row)
            unknown[name] = min(place, unknown.get(name, place))
    unknown.pop(ours, None)
    if not unknown:
        return
    first, place = min(unknown.items(), key=lambda item: (item[1], item[0]))
    others = len(unknown) - 1
    also = f" {others} more are unknown too." if others > 1 else " One more is unknown too." if others else ""
    near = difflib.get_close_matches(first, sorted(_declared() - {old.value for old in renames()}), n=1, cutoff=0.6)
    raise InputError(
        "unknown-term",
        f"Our namespace has no term {shorten(first)}.{also}",
        place=place,
        fix=f"Did you mean {shorten(near[0])}?" if near else "Keep names of your own in a namespace of your own.",
    )


@cache
def _kinds() -> Mapping[NamedNode, str]:
    """Return what each property of ours asks for: the datatype that its values are held in, or nothing: an element."""
    asked = {triple.subject: "" for triple in assets.stated(RDF.type) if triple.object == OWL.ObjectProperty}
    for triple in (*assets.stated(RDFS.range), *assets.stated(AIOP.heldAs)):
        name = triple.object.value.removeprefix(PREFIXES["xsd"])  # type: ignore[union-attr]
        if name in _KINDS:
            asked[triple.subject] = name
    return {
        subject: name
        for subject, name in asked.items()
        if isinstance(subject, NamedNode) and subject.value.startswith(PREFIXES["aiop"])
    }


def _check_values(table: Table) -> None:
    """Rules would read as absent a text for a time, number, duration or truth value, an element for any of these, or a
    literal for an element.
    """
    kinds = _kinds()
    # For each term the number of what it is: of a datatype, or nought for what is no literal.
    datatypes: dict[str, int] = {"": 0}
    types = (term.datatype.value if type(term) is Literal else "" for term in table.terms)
    numbers = np.fromiter((datatypes.setdefault(name, len(datatypes)) for name in types), dtype=np.int64)
    names = [name.removeprefix(PREFIXES["xsd"]) for name in datatypes]
    fitting = {asked: np.array([_fits(name, asked) for name in names], dtype=np.bool_) for asked in {*kinds.values()}}
    fits = np.ones(len(table), dtype=np.bool_)
    for predicate in np.flatnonzero(np.bincount(table.predicates)).tolist():
        asked = kinds.get(table.terms[predicate])  # type: ignore[arg-type]
        if asked is not None:
            rows = np.flatnonzero(table.predicates == predicate)
            fits[rows] = fitting[asked][numbers[table.objects[rows]]]
    if not fits.all():
        row = int(np.argmin(fits))
        triple = next(table.chosen(np.array([row])))
        asked = kinds[triple.predicate]
        noun, _, sample = _KINDS.get(asked, ("an element", (), ""))
        shown = _shown(triple.object)
        raise InputError(
            "value",
            f"{shown}, given for {shorten(triple.predicate.value)}, is not {noun}.",
            place=table.place(row),
            fix=f"Write it like {sample}." if asked else "Give the element an IRI, and its name as its rdfs:label.",
        )


def _fits(datatype: str, asked: str) -> bool:
    return datatype in _KINDS[asked][1] if asked else not datatype


def _shown(value: object) -> str:
    if isinstance(value, Literal):
        return f'"{_cut(value.value)}"'
    return shorten(value.value) if isinstance(value, NamedNode) else "An element without a name"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def _check_literals(table: Table) -> None:
    """The lexical spaces are those of XML Schema 1.1 part 2. A number whose exponent is beyond what a
    double can hold is refused before anything tries to compute it, and so is a day outside the years 1 to
    9999, with which nothing could be compared.
    """
    wrong = [n for n, term in enumerate(table.terms) if type(term) is Literal and not _may_stand(term)]
    if wrong:
        row = int(np.flatnonzero(np.isin(table.objects, wrong))[0])
        triple = next(table.chosen(np.array([row])))
        assert isinstance(triple.object, Literal)
        name, text = triple.object.datatype.value.removeprefix(PREFIXES["xsd"]), triple.object.value
        raise InputError(
            "literal",
            f'"{_cut(text)}", given for {shorten(triple.predicate.value)}, is not an xsd:{name} that can be held.',
            place=table.place(row),
            fix=f'Write it as the type asks, for example "{_SAMPLES.get(name, "1.5")}", or change the type.',
        )


def _may_stand(literal: Literal) -> bool:
    """Tell whether the text of a literal is one of its type, and one that can be held."""
    datatype, text = literal.datatype.value, literal.value
    if datatype in _DOUBLES:
        match = _DOUBLE.fullmatch(text)
        exponent = match.group("exponent") if match else None
        return bool(match) and (exponent is None or (len(exponent) < 6 and int(exponent) <= _LARGEST_EXPONENT))
    pattern = _LEXICAL.get(datatype)
    return pattern is None or bool(pattern.fullmatch(text) and (datatype not in _DAYS or _is_a_day(text)))


def _is_a_day(text: str) -> bool:
    """Tell whether a date, or a time by its date, lies on a day that the calendar has."""
    try:
        date.fromisoformat(text[:_LENGTH_OF_A_DAY])
    except ValueError:
        return False
    return text[_LENGTH_OF_A_DAY : _LENGTH_OF_A_DAY + 1] in ("", "T", "Z", "+", "-")
