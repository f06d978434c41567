"""Constraints that test each value node by itself (SHACL 1.0, sections 4.1, 4.3, 4.4, 4.8)."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Path, match_values
from aiopkg.validate.focus import Focus
from aiopkg.validate.run import Mode, Row, Run
from aiopkg.validate.terms import RDF, SH, XSD, Term, text_of

__all__ = [
    "AnyValueTest", "InstanceTest", "WholeNumberTest", "fails_datatype", "fails_in", "fails_languages", "fails_length",
    "fails_node_kind", "fails_pattern", "fails_range", "is_whole_number_type",
]  # fmt: skip

_CLASS = SH("ClassConstraintComponent")
_DATATYPE = SH("DatatypeConstraintComponent")


@dataclass(frozen=True)
class AnyValueTest:
    """A test that fails where a SPARQL condition on ``?value`` is true; missing facts cannot change it."""

    component: NamedNode
    condition: str
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The (node, value) pairs that the condition is true of; in every completion, also open paths fail."""
        if not focus.patterns:
            return
        bodies = [f"{body} FILTER({self.condition})" for body in match_values(path, "?this", "?value")]
        for this, value in run.select(focus.select("?this ?value", bodies)):
            if this is not None:
                yield Row(this, value)
        if mode is Mode.NECESSARY:
            yield from map(Row, run.open_nodes(focus, path))


@dataclass(frozen=True)
class InstanceTest:
    """sh:class: each value node is a SHACL instance of the class (4.1.1)."""

    cls: NamedNode
    component: NamedNode = _CLASS
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values without the type; in some completion, only those that cannot come to have it."""
        typed = " || ".join(f"EXISTS {{ ?value a {cls} }}" for cls in run.classes_below(self.cls))
        for row in AnyValueTest(self.component, f"!({typed})").rows(run, path, focus, mode):
            if mode is not Mode.POSSIBLE or not run.membership.is_possible(row.value, self.cls):
                yield row


@dataclass(frozen=True)
class WholeNumberTest:
    """sh:datatype with a type derived from xsd:integer, which the store keeps as xsd:integer.

    The literals as they were written decide, where the caller has given them; otherwise a stored xsd:integer within
    the range of the type passes.
    """

    datatype: NamedNode
    component: NamedNode = _DATATYPE
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The values that are not well-formed literals of the type."""
        for this, value in run.pairs(focus, path):
            for written in run.as_written(this, path, value):
                if not isinstance(written, Literal) or not self._accepts(written, run.knows_originals):
                    yield Row(this, written)
        if mode is Mode.NECESSARY:
            yield from map(Row, run.open_nodes(focus, path))

    def _accepts(self, literal: Literal, exactly: bool) -> bool:
        if literal.datatype != self.datatype and (exactly or literal.datatype != XSD("integer")):
            return False
        return is_valid(Literal(literal.value, datatype=self.datatype))


def fails_node_kind(kind: NamedNode) -> str | None:
    """The condition that a value is not of the node kind; None for an unknown kind."""
    tests = {
        "IRI": "isIRI(?value)",
        "BlankNode": "isBlank(?value)",
        "Literal": "isLiteral(?value)",
        "BlankNodeOrIRI": "(isBlank(?value) || isIRI(?value))",
        "BlankNodeOrLiteral": "(isBlank(?value) || isLiteral(?value))",
        "IRIOrLiteral": "(isIRI(?value) || isLiteral(?value))",
    }
    test = next((text for name, text in tests.items() if SH(name) == kind), None)
    return None if test is None else f"!{test}"


_WHOLE = "^[+-]?[0-9]+$"
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1),
}
_CAST = ("dateTime", "date", "time", "gYear", "gYearMonth", "gMonthDay", "gDay", "gMonth",
         "duration", "dayTimeDuration", "yearMonthDuration")  # fmt: skip
_FORMS = {
    "boolean": "^(true|false|1|0)$",
    "decimal": r"^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)$",
    "double": r"^([+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN)$",
    "float": r"^([+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?INF|NaN)$",
}


def is_whole_number_type(datatype: NamedNode) -> bool:
    """Whether the datatype is derived from xsd:integer; the store keeps such values as xsd:integer."""
    return any(XSD(name) == datatype for name in _RANGES) and datatype != XSD("integer")


def is_valid(literal: Literal) -> bool:
    """Whether a literal of a type derived from xsd:integer is well-formed and within the type's range."""
    digits = literal.value[1:] if literal.value[:1] in ("+", "-") else literal.value
    if not (digits.isascii() and digits.isdigit()):
        return False
    for name, (low, high) in _RANGES.items():
        if XSD(name) == literal.datatype:
            return (low is None or int(literal.value) >= low) and (high is None or int(literal.value) <= high)
    return True


def fails_datatype(datatype: NamedNode) -> str:
    """The condition that a value is not a well-formed literal of the datatype (4.1.2)."""
    wrong = f"!isLiteral(?value) || DATATYPE(?value) != {datatype}"
    for name in _RANGES:
        if XSD(name) == datatype:
            return f'{wrong} || !REGEX(STR(?value), "{_WHOLE}")'
    for name, form in _FORMS.items():
        if XSD(name) == datatype:
            return f'{wrong} || !REGEX(STR(?value), "{form}")'
    for name in _CAST:
        if XSD(name) == datatype:
            return f"{wrong} || !COALESCE(isLiteral({datatype}(STR(?value))), false)"
    if datatype == RDF("langString"):
        return '!isLiteral(?value) || LANG(?value) = ""'
    return wrong


def fails_range(sign: str, bound: Literal) -> str:
    """The condition that ``?value sign bound`` does not hold, incomparable values included (4.3)."""
    return f"!COALESCE(?value {sign} {bound}, false)"


def fails_length(sign: str, length: int) -> str:
    """The condition that the text of a value is too short (``<``) or too long (``>``) (4.4.1, 4.4.2)."""
    return f"isBlank(?value) || STRLEN(STR(?value)) {sign} {length}"


def fails_pattern(pattern: str, flags: str) -> str:
    """The condition that the text of a value does not match the regular expression (4.4.3)."""
    return f"isBlank(?value) || !REGEX(STR(?value), {Literal(pattern)}, {Literal(flags)})"


def fails_languages(tags: Iterable[str]) -> str:
    """The condition that a value has none of the languages (4.4.4)."""
    matches = [f"LANGMATCHES(LANG(?value), {Literal(tag)})" for tag in tags]
    return f"!isLiteral(?value) || !({' || '.join(matches) or 'false'})"


def fails_in(members: Iterable[Term]) -> str:
    """The condition that a value is none of the members, compared as terms (4.8.3)."""
    same = [f"sameTerm(?value, {text_of(member)})" for member in members]
    return f"!({' || '.join(same) or 'false'})"
