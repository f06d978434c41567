"""Choosing a media type by the Accept header (RFC 9110, 12.5.1)."""

from collections.abc import Sequence
from functools import lru_cache

from pyoxigraph import RdfFormat

from aiopkg.dataclass import dataclass
from aiopkg.server.problem import Problem, Refusal

__all__ = ["GRAPH_FORMATS", "GRAPH_TYPES", "RESULT_TYPES", "UPLOAD_FORMATS", "choose"]

RESULT_TYPES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/xml",
    "text/xml",
)
"""What SELECT and ASK are written in, best first."""

GRAPH_TYPES = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "text/plain",
    "application/xml",
    "application/json",
)
"""What CONSTRUCT and DESCRIBE are written in, best first; plain text is N-Triples."""

GRAPH_FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/plain": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/json": RdfFormat.JSON_LD,
}
"""The format of each of these types."""

UPLOAD_FORMATS = {
    media_type: GRAPH_FORMATS[media_type]
    for media_type in ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
}
"""What a graph may be sent in."""


USUAL = 300
"""The choice by a header of up to so many characters is remembered."""


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One element of an Accept header: a type, ``text/*`` or ``*/*``, and its quality from 0 to 1."""

    type: str
    quality: float

    def precision(self, media_type: str) -> int:
        """How exactly the range covers a type: 3 exactly, 2 by its first half, 1 at all, 0 not."""
        if self.type == media_type:
            return 3
        if self.type == media_type.partition("/")[0] + "/*":
            return 2
        return int(self.type == "*/*")


def choose(accept: str | None, offered: Sequence[str]) -> str:
    """Choose the best of the offered types, the first of equals.

    For each offered type the most precise range decides its quality. Raises Refusal (406) when the
    header rules out all of them. No header, or an empty one, accepts everything.
    """
    if not (accept or "").strip():
        return offered[0]
    choice = _known_choice if len(accept or "") <= USUAL else _choice
    return choice(accept or "", tuple(offered))


def _choice(accept: str, offered: Sequence[str]) -> str:
    ranges = _parse(accept)
    best, best_quality = "", 0.0
    for media_type in offered:
        covering = [(each.precision(media_type), each.quality) for each in ranges]
        precision, quality = max(covering, default=(0, 0.0))
        if precision and quality > best_quality:
            best, best_quality = media_type, quality
    if not best:
        detail = f"The answer can be written as {', '.join(offered)}; the Accept header allows none of these."
        raise Refusal(Problem(406, "not-acceptable", "No acceptable media type", detail))
    return best


_known_choice = lru_cache(maxsize=128)(_choice)


def _parse(accept: str) -> list[MediaRange]:
    ranges = []
    for element in accept.split(","):
        media_type, *parameters = (part.strip().lower() for part in element.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                quality = _quality(value.strip())
        if media_type:
            ranges.append(MediaRange(media_type, quality))
    return ranges


def _quality(text: str) -> float:
    """Read a weight; one that is not a number from 0 to 1 accepts nothing."""
    whole, _, fraction = text.partition(".")
    if whole not in {"0", "1"} or (fraction and not (fraction.isascii() and fraction.isdigit())):
        return 0.0
    return min(float(text), 1.0)
