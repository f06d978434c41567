"""What a person calls a thing: its label rather than its IRI."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from aiopkg.model.layered import Layered
from aiopkg.vocab import PREFIXES, RDFS, SKOS, XSD

__all__ = ["NAMING", "Labels", "legible"]

NAMING = (
    RDFS.label,
    SKOS.prefLabel,
    NamedNode(PREFIXES["foaf"] + "name"),
    NamedNode(PREFIXES["dcterms"] + "title"),
)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_MIDNIGHT = "T00:00:00Z"
_LANGUAGE_ORDER = ("en", None)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
"""Characters that command a terminal, or that turn the direction of the text around them."""


def legible(text: str) -> str:
    """Return a text on one line without the characters that command a terminal or reorder what is shown.

    Runs of spaces and line ends become one space (Unicode: category Cc; UAX #9: explicit formatting characters).
    """
    return " ".join(_UNSEEN.sub(" ", text).split())


class Patterns(Protocol):
    """What can be asked for the quads of a pattern."""

    def quads_for_pattern(
        self,
        subject: NamedNode | BlankNode | None,
        predicate: NamedNode | None,
        object: NamedNode | BlankNode | Literal | None,
        graph_name: NamedNode | None = None,
        /,
    ) -> Iterable[Quad]:
        """The quads with these terms; None stands for any."""
        ...


class Labels:
    """Looks up the label of any term; what has none is called by the end of its IRI."""

    def __init__(self, labels: Mapping[object, str]) -> None:
        self._labels = labels

    @classmethod
    def of(cls, store: Patterns, graphs: Sequence[NamedNode]) -> "Labels":
        """Collect the labels in some graphs: ``rdfs:label`` before ``skos:prefLabel``, ``foaf:name`` and
        ``dcterms:title``; English before untagged before other languages; then by the alphabet.
        """
        return cls(_collect(store, graphs, None))

    def revised(self, store: Patterns, graphs: Sequence[NamedNode], subjects: Iterable[object]) -> "Labels":
        """Return these labels with those of some subjects read anew."""
        found: dict[object, str] = {}
        gone = set(subjects)
        for subject in gone:
            if isinstance(subject, NamedNode | BlankNode):
                found |= _collect(store, graphs, subject)
        labels = self._labels if isinstance(self._labels, Layered) else Layered(self._labels)
        return Labels(labels.revised(found, gone))

    def __contains__(self, term: object) -> bool:
        """Tell whether a term has a label of its own."""
        return term in self._labels

    def __call__(self, term: NamedNode | BlankNode | Literal | Triple) -> str:
        """Return the label of a term, a literal as a person writes it, or the end of an IRI."""
        if isinstance(term, Literal):
            return legible(_readable(term))
        known = self._labels.get(term)
        if known is not None:
            return known
        if isinstance(term, NamedNode):
            return re.split(r"[/#:]", term.value.rstrip("/#"))[-1] or term.value
        return "an unnamed element"


def _collect(store: Patterns, graphs: Sequence[NamedNode], subject: NamedNode | BlankNode | None) -> dict[object, str]:
    """The label of a subject, or of every subject (None)."""
    best: dict[object, tuple[int, int, str]] = {}
    for rank, predicate in enumerate(NAMING):
        for graph in graphs:
            for quad in store.quads_for_pattern(subject, predicate, None, graph):
                text = legible(quad.object.value) if isinstance(quad.object, Literal) else ""
                if isinstance(quad.object, Literal) and text:
                    rival = (rank, _language_rank(quad.object), text)
                    best[quad.subject] = min(rival, best.get(quad.subject, rival))
    return {named: label for named, (_, _, label) in best.items()}


def _language_rank(literal: Literal) -> int:
    language = literal.language.split("-")[0].lower() if literal.language else None
    return _LANGUAGE_ORDER.index(language) if language in _LANGUAGE_ORDER else len(_LANGUAGE_ORDER)


def _readable(literal: Literal) -> str:
    """Return the day of a time at midnight, a number without needless places, and any other text as it is."""
    if literal.datatype == XSD.dateTime:
        return literal.value.removesuffix(_MIDNIGHT)
    if literal.datatype == XSD.decimal and _DECIMAL.fullmatch(literal.value):
        return f"{Decimal(literal.value):.2f}".rstrip("0").rstrip(".")
    return literal.value
