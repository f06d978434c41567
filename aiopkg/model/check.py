"""Refuses what would be misread later: misspelt terms of ours, literals that are not what they say, and values
that are not of the kind which a property of ours asks for.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg import assets
from aiopkg.errors import InputError, Place
from aiopkg.model.renames import renames
from aiopkg.vocab import AIOP, OWL, PREFIXES, RDF, RDFS, shorten

__all__ = ["check_literals", "check_terms", "check_values"]

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
    return frozenset(t.subject.value for t in assets.ontology() if t.predicate == RDFS.isDefinedBy)  # type: ignore[union-attr]


def check_terms(places: Mapping[Triple, Place]) -> None:
    """Raise :class:`InputError` when a triple names a term of our namespace that does not exist."""
    unknown: dict[str, Place] = {}
    for triple, place in places.items():
        for term in (triple.subject, triple.predicate, triple.object):
            if (
                isinstance(term, NamedNode)
                and term.value.startswith(PREFIXES["aiop"])
                and term.value not in _declared()
                and term.value != PREFIXES["aiop"]
            ):
                unknown[term.value] = min(place, unknown.get(term.value, place))
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
    asked: dict[NamedNode, str] = {}
    for triple in assets.ontology():
        subject, value = triple.subject, triple.object
        if not isinstance(subject, NamedNode) or not subject.value.startswith(PREFIXES["aiop"]):
            continue
        if triple.predicate in (AIOP.heldAs, RDFS.range) and isinstance(value, NamedNode):
            name = value.value.removeprefix(PREFIXES["xsd"])
            if name in _KINDS:
                asked[subject] = name
        elif triple.predicate == RDF.type and value == OWL.ObjectProperty:
            asked[subject] = ""
    return asked


def check_values(places: Iterable[tuple[Triple, Place]]) -> None:
    """Raise :class:`InputError` for a value that a property of ours cannot have: a text for a time, number, duration
    or truth value, an element for any of these, or a literal for an element. Rules would read such a value as absent.
    """
    kinds = _kinds()
    for triple, place in places:
        asked = kinds.get(triple.predicate)
        if asked is None or _fits(triple.object, asked):
            continue
        noun, _, sample = _KINDS.get(asked, ("an element", (), ""))
        shown = _shown(triple.object)
        raise InputError(
            "value",
            f"{shown}, given for {shorten(triple.predicate.value)}, is not {noun}.",
            place=place,
            fix=f"Write it like {sample}." if asked else "Give the element an IRI, and its name as its rdfs:label.",
        )


def _fits(value: object, asked: str) -> bool:
    if not isinstance(value, Literal):
        return not asked
    return bool(asked) and value.datatype.value.removeprefix(PREFIXES["xsd"]) in _KINDS[asked][1]


def _shown(value: object) -> str:
    if isinstance(value, Literal):
        return f'"{_cut(value.value)}"'
    return shorten(value.value) if isinstance(value, NamedNode) else "An element without a name"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


def check_literals(places: Iterable[tuple[Triple, Place]]) -> None:
    """Raise :class:`InputError` for a typed literal whose text is not one of its type.

    The lexical spaces are those of XML Schema 1.1 part 2. A number whose exponent is beyond what a
    double can hold is refused before anything tries to compute it, and so is a day outside the years 1 to
    9999, with which nothing could be compared.
    """
    for triple, place in places:
        value = triple.object
        if not isinstance(value, Literal):
            continue
        datatype, text = value.datatype.value, value.value
        if datatype in _DOUBLES:
            match = _DOUBLE.fullmatch(text)
            exponent = match.group("exponent") if match else None
            if match and (exponent is None or (len(exponent) < 6 and int(exponent) <= _LARGEST_EXPONENT)):
                continue
        else:
            pattern = _LEXICAL.get(datatype)
            if pattern is None or (pattern.fullmatch(text) and (datatype not in _DAYS or _is_a_day(text))):
                continue
        name = datatype.removeprefix(PREFIXES["xsd"])
        raise InputError(
            "literal",
            f'"{_cut(text)}", given for {shorten(triple.predicate.value)}, is not an xsd:{name} that can be held.',
            place=place,
            fix=f'Write it as the type asks, for example "{_SAMPLES.get(name, "1.5")}", or change the type.',
        )


def _is_a_day(text: str) -> bool:
    """Tell whether a date, or a time by its date, lies on a day that the calendar has."""
    try:
        date.fromisoformat(text[:_LENGTH_OF_A_DAY])
    except ValueError:
        return False
    return text[_LENGTH_OF_A_DAY : _LENGTH_OF_A_DAY + 1] in ("", "T", "Z", "+", "-")
