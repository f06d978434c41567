"""Writes Turtle that a person can read: one block an element, in the order given, the same bytes each time."""

import re
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.vocab import RDF, XSD

__all__ = ["TurtleWriter"]

_LOCAL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?")
_RELATIVE = re.compile(r"[A-Za-z0-9_%~.-]+(/[A-Za-z0-9_%~.-]+)*")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_BOOLEANS = {"true", "false"}


class TurtleWriter:
    """Turns triples into text with prefixed names and with IRIs relative to a base (W3C Turtle 1.1)."""

    def __init__(self, base: str, prefixes: Mapping[str, str]) -> None:
        self._base = base
        self._prefixes = dict(sorted(prefixes.items()))

    def header(self) -> str:
        """Return the declarations that stand at the head of the document."""
        lines = [f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in self._prefixes.items()]
        return "".join([f"@base <{self._base}> .\n", *lines])

    def block(self, triples: Iterable[Triple]) -> str:
        """Return the triples of one subject as one block; predicates and values keep their order."""
        grouped: dict[NamedNode, dict[str, None]] = {}
        subject: NamedNode | BlankNode | None = None
        for triple in triples:
            subject = triple.subject  # type: ignore[assignment]
            grouped.setdefault(triple.predicate, {})[self.term(triple.object)] = None  # type: ignore[arg-type]
        if subject is None:
            return ""
        parts = [f"{self._verb(predicate)} {', '.join(values)}" for predicate, values in grouped.items()]
        joined = " ;\n    ".join(parts)
        return f"{self.term(subject)} {joined} .\n"

    def nameless(self, statements: Iterable[tuple[NamedNode, NamedNode | Literal]]) -> str:
        """Return one line for a thing without a name: its properties and their values."""
        parts = (f"{self._verb(predicate)} {self.term(value)}" for predicate, value in statements)
        return f"[ {' ; '.join(parts)} ] .\n"

    def _verb(self, predicate: NamedNode) -> str:
        return "a" if predicate == RDF.type else self.term(predicate)

    def term(self, term: NamedNode | BlankNode | Literal) -> str:
        """Return one term; text is escaped so that it can only ever be text."""
        if isinstance(term, NamedNode):
            return self._iri(term.value)
        if isinstance(term, BlankNode):
            return str(term)
        if (term.datatype == XSD.integer and _INTEGER.fullmatch(term.value)) or (
            term.datatype == XSD.boolean and term.value in _BOOLEANS
        ):
            return term.value
        if term.language or term.datatype == XSD.string:
            return str(term)
        return f"{Literal(term.value)}^^{self._iri(term.datatype.value)}"

    def _iri(self, iri: str) -> str:
        for prefix, namespace in self._prefixes.items():
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        rest = iri.removeprefix(self._base)
        if rest != iri and _RELATIVE.fullmatch(rest) and not {".", ".."} & set(rest.split("/")):
            return f"<{rest}>"
        return f"<{iri}>"
