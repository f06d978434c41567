"""What literals denote: data values, value spaces and which value lies in which datatype.

Two literals denote the same value when their values are identical in the sense of OWL 2 (Structural
Specification, section 4): ``"1"^^xsd:integer``, ``"01"^^xsd:int`` and ``"1.0"^^xsd:decimal`` are one value;
``"1"^^xsd:double`` is another, since the spaces of double, float and real are disjoint; two dateTimes with
different offsets are two values even where they name the same instant. Nothing is claimed about a literal
of an unknown datatype or about a form outside its datatype's lexical space: it equals itself only.
"""

import base64
import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np
from pyoxigraph import Literal

from aiopkg.dataclass import dataclass

from .vocabulary import OWL, RDF, RDFS, XSD

__all__ = ["DATATYPES", "Value", "contained", "is_in", "value_of"]


@dataclass(frozen=True, slots=True)
class Value:
    """A data value: the value space it belongs to and its one canonical name inside this space."""

    space: str
    name: object


def _signed(bits: int) -> tuple[int, int]:
    return -(1 << (bits - 1)), (1 << (bits - 1)) - 1


_INTERVALS: Final[dict[str, tuple[int | None, int | None]]] = {
    XSD + "integer": (None, None),
    XSD + "nonNegativeInteger": (0, None),
    XSD + "positiveInteger": (1, None),
    XSD + "nonPositiveInteger": (None, 0),
    XSD + "negativeInteger": (None, -1),
    **{XSD + name: _signed(bits) for name, bits in (("long", 64), ("int", 32), ("short", 16), ("byte", 8))},
    **{
        XSD + "unsigned" + name: (0, (1 << bits) - 1)
        for name, bits in (("Long", 64), ("Int", 32), ("Short", 16), ("Byte", 8))
    },
}
_TEXTS: Final[dict[str, re.Pattern[str]]] = {
    XSD + "string": re.compile(r"[\s\S]*"),
    XSD + "normalizedString": re.compile(r"[^\t\n\r]*"),
    XSD + "token": re.compile(r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?"),
    XSD + "language": re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*"),
    XSD + "NMTOKEN": re.compile(r"[-\w.:·]+"),
    XSD + "Name": re.compile(r"[^\W\d][-\w.:·]*|:[-\w.:·]*"),
    XSD + "NCName": re.compile(r"[^\W\d][-\w.·]*"),
}
# What each datatype's values are a part of; integers and texts are compared by their own tables as well.
_PARENTS: Final[dict[str, str]] = {
    **dict.fromkeys(_INTERVALS, XSD + "decimal"),
    XSD + "decimal": OWL + "rational",
    OWL + "rational": OWL + "real",
    XSD + "NCName": XSD + "Name",
    XSD + "Name": XSD + "token",
    XSD + "NMTOKEN": XSD + "token",
    XSD + "language": XSD + "token",
    XSD + "token": XSD + "normalizedString",
    XSD + "normalizedString": XSD + "string",
    XSD + "string": RDF + "PlainLiteral",
    RDF + "langString": RDF + "PlainLiteral",
    XSD + "dateTimeStamp": XSD + "dateTime",
    XSD + "dayTimeDuration": XSD + "duration",
    XSD + "yearMonthDuration": XSD + "duration",
}
_DIGITS: Final = 4000
"""Python refuses to read longer numbers; a literal with more digits equals itself only."""
_UNBOUNDED: Final = frozenset(_TEXTS) | {XSD + name for name in ("hexBinary", "base64Binary", "anyURI")}
_INTEGER: Final = re.compile(r"[-+]?\d+", re.ASCII)
_DECIMAL: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_RATIONAL: Final = re.compile(r"([-+]?\d+)\s*/\s*(\d*[1-9]\d*)", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|[-+]?INF|NaN", re.ASCII)
_ZONE: Final = r"(Z|[-+](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR, _MONTH, _DAY = r"(-?(?:[1-9]\d{3,}|0\d{3}))", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
_CLOCK: Final = r"(?:([01]\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d+)?)|(24:00:00(?:\.0+)?))"
_MOMENTS: Final[dict[str, re.Pattern[str]]] = {
    name: re.compile(pattern + _ZONE, re.ASCII)
    for name, pattern in {
        "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}",
        "date": f"{_YEAR}-{_MONTH}-{_DAY}",
        "time": _CLOCK,
        "gYear": _YEAR,
        "gYearMonth": f"{_YEAR}-{_MONTH}",
        "gMonth": f"--{_MONTH}",
        "gDay": f"---{_DAY}",
        "gMonthDay": f"--{_MONTH}-{_DAY}",
    }.items()
}
_DURATION: Final = re.compile(
    r"(-)?P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)


def _real(number: Fraction) -> Value:
    # Whole numbers are int: most numbers are, and they are made and compared many times faster.
    return Value("real", number.numerator if number.denominator == 1 else number)


def _decimal(text: str) -> Value | None:
    return _real(Fraction(text)) if _DECIMAL.fullmatch(text) else None


def _rational(text: str) -> Value | None:
    match = _RATIONAL.fullmatch(text)
    return _real(Fraction(int(match[1]), int(match[2]))) if match else None


def _double(text: str) -> Value | None:
    return Value("double", float(text.replace("INF", "inf")).hex()) if _FLOAT.fullmatch(text) else None


def _float(text: str) -> Value | None:
    if not _FLOAT.fullmatch(text):
        return None
    with np.errstate(over="ignore"):
        return Value("float", float(np.float32(text.replace("INF", "inf"))).hex())


def _boolean(text: str) -> Value | None:
    names = {"true": True, "1": True, "false": False, "0": False}
    return Value("boolean", names[text]) if text in names else None


def _hexadecimal(text: str) -> Value | None:
    return Value("hexBinary", text.upper()) if re.fullmatch(r"(?:[0-9a-fA-F]{2})*", text) else None


def _base64(text: str) -> Value | None:
    packed = text.replace(" ", "")
    if not re.fullmatch(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", packed):
        return None
    return Value("base64Binary", base64.b64decode(packed))


def _duration(text: str) -> Value | None:
    match = _DURATION.fullmatch(text)
    if not match:
        return None
    sign = -1 if match[1] else 1
    years, months, days, hours, minutes = (int(match[place] or 0) for place in range(2, 7))
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + Fraction(match[7] or 0)
    return Value("duration", (sign * (12 * years + months), sign * seconds))


def _zone(text: str | None) -> int | None:
    if text is None:
        return None
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return -minutes if text[0] == "-" else minutes


def _moment(kind: str, text: str) -> Value | None:
    match = _MOMENTS[kind].fullmatch(text)
    if not match:
        return None
    *fields, zone = match.groups()
    numbers: list[Fraction | int | None]
    if kind in ("dateTime", "time"):
        *day, hour, minute, second, midnight = fields
        numbers = [int(part) for part in day]
        clock: list[Fraction | int | None] = [0, 0, Fraction(0)]
        if not midnight:
            clock = [int(hour), int(minute), Fraction(second)]
    else:
        numbers, clock, midnight = [int(part) for part in fields], [], None
    if kind in ("dateTime", "date"):
        year, month, of_month = (int(part) for part in fields[:3])
        try:
            # Years outside the calendar module repeat every 400 years.
            known = date((year - 1) % 400 + 401, month, of_month)
        except ValueError:
            return None
        if midnight:
            following = known + timedelta(days=1)
            numbers = [year + following.year - known.year, following.month, following.day]
    return Value(kind, (*numbers, *clock, _zone(zone)))


def _moment_reader(kind: str) -> Callable[[str], Value | None]:
    return lambda text: _moment(kind, text)


def _stamp(text: str) -> Value | None:
    value = _moment("dateTime", text)
    return value if value and isinstance(value.name, tuple) and value.name[-1] is not None else None


def _integer_reader(interval: tuple[int | None, int | None]) -> Callable[[str], Value | None]:
    def read(text: str) -> Value | None:
        if not _INTEGER.fullmatch(text):
            return None
        value = Value("real", int(text))
        return value if _within(value, interval) else None

    return read


def _text_reader(pattern: re.Pattern[str]) -> Callable[[str], Value | None]:
    return lambda text: Value("string", text) if pattern.fullmatch(text) else None


def _within(value: Value, interval: tuple[int | None, int | None]) -> bool:
    low, high = interval
    number = value.name
    return isinstance(number, int) and (low is None or number >= low) and (high is None or number <= high)


_READERS: Final[dict[str, Callable[[str], Value | None]]] = {
    **{name: _integer_reader(interval) for name, interval in _INTERVALS.items()},
    **{name: _text_reader(pattern) for name, pattern in _TEXTS.items()},
    XSD + "decimal": _decimal,
    OWL + "rational": _rational,
    XSD + "double": _double,
    XSD + "float": _float,
    XSD + "boolean": _boolean,
    XSD + "hexBinary": _hexadecimal,
    XSD + "base64Binary": _base64,
    XSD + "anyURI": lambda text: Value("anyURI", text),
    XSD + "duration": _duration,
    XSD + "dayTimeDuration": lambda text: _part_of_duration(text, 0),
    XSD + "yearMonthDuration": lambda text: _part_of_duration(text, 1),
    XSD + "dateTimeStamp": _stamp,
    **{XSD + kind: _moment_reader(kind) for kind in _MOMENTS},
}


def _part_of_duration(text: str, zero: int) -> Value | None:
    value = _duration(text)
    return value if value and isinstance(value.name, tuple) and value.name[zero] == 0 else None


DATATYPES: Final = frozenset(_READERS) | {
    OWL + "real",
    RDF + "PlainLiteral",
    RDF + "langString",
    RDFS + "Literal",
}
"""The datatypes whose value spaces are known: the OWL 2 datatype map and the calendar types of XSD."""


def value_of(literal: Literal) -> Value | None:
    """The data value of a literal, or None where its datatype is unknown or its form is not of it."""
    if literal.language:
        return Value("langString", (literal.value, literal.language.lower()))
    name, text = literal.datatype.value, literal.value
    reader = _READERS.get(name)
    if reader is None or (len(text) > _DIGITS and name not in _UNBOUNDED):
        return None
    return reader(text)


def is_in(literal: Literal, datatype: str) -> bool | None:
    """Whether a literal's value lies in a datatype; None where nothing is known about one of the two."""
    if datatype == RDFS + "Literal":
        return True
    if datatype not in DATATYPES:
        return True if literal.datatype.value == datatype else None
    if literal.datatype.value not in DATATYPES:
        return None
    value = value_of(literal)
    return value is not None and _lies_in(value, datatype)


@lru_cache(maxsize=4096)
def _lies_in(value: Value, datatype: str) -> bool:
    if datatype in _INTERVALS:
        return value.space == "real" and _within(value, _INTERVALS[datatype])
    if datatype in _TEXTS:
        return value.space == "string" and bool(_TEXTS[datatype].fullmatch(str(value.name)))
    if datatype == XSD + "decimal":
        return value.space == "real" and isinstance(value.name, Fraction | int) and _is_decimal(value.name)
    if datatype == XSD + "dateTimeStamp":
        return value.space == "dateTime" and isinstance(value.name, tuple) and value.name[-1] is not None
    if datatype in (XSD + "dayTimeDuration", XSD + "yearMonthDuration"):
        place = 0 if datatype.endswith("dayTimeDuration") else 1
        return value.space == "duration" and isinstance(value.name, tuple) and value.name[place] == 0
    spaces = {
        OWL + "real": ("real",),
        OWL + "rational": ("real",),
        RDF + "PlainLiteral": ("string", "langString"),
        RDF + "langString": ("langString",),
    }
    return value.space in spaces.get(datatype, (datatype.removeprefix(XSD),))


def _is_decimal(number: Fraction | int) -> bool:
    rest = number.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest == 1


def _ancestors(datatype: str) -> list[str]:
    line = [datatype]
    while line[-1] in _PARENTS:
        line.append(_PARENTS[line[-1]])
    return line


def contained(datatypes: frozenset[str], target: str) -> bool:
    """Whether every value that lies in all of these datatypes also lies in the target.

    An intersection without values is contained in everything. False where this is not known.
    """
    known = datatypes & DATATYPES - {RDFS + "Literal"}
    if target == RDFS + "Literal" or target in datatypes:
        return True
    lines = [_ancestors(name) for name in sorted(known)]
    if any(target in line for line in lines) or len({line[-1] for line in lines}) > 1:
        return True
    intervals = [_INTERVALS[name] for name in sorted(known) if name in _INTERVALS]
    if not intervals:
        return False
    low = max((bound for bound, _ in intervals if bound is not None), default=None)
    high = min((bound for _, bound in intervals if bound is not None), default=None)
    if low is not None and high is not None and low > high:
        return True
    if target not in _INTERVALS:
        return False
    least, most = _INTERVALS[target]
    return (least is None or (low is not None and low >= least)) and (
        most is None or (high is not None and high <= most)
    )
