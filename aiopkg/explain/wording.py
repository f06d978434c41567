"""Puts conditions into words: every noun and verb is a label of the ontology, the rest is grammar."""

import re
from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode

from aiopkg.explain.conditions import THING, Either, Kind, Part, Some
from aiopkg.explain.record import Record
from aiopkg.model.labels import Labels
from aiopkg.validate.terms import Term

__all__ = ["Wording", "joined", "listing", "number", "plural", "with_article", "with_articles"]

_MOST_LISTED = 6
_MODAL = ("may", "can")
_PREPOSITIONS = ("by", "for", "from", "in", "of", "on", "to", "under", "with")
_BEFORE_A_VOWEL = re.compile(r"\ba (?=[aeiou]|hour|honest)(?!uni(?![dmn])|u[st][aeiu]|[Ee]u[a-z]|one\b)", re.IGNORECASE)
_CUT = re.compile(rf"^(.*?)(?= (?:\w+ed )?(?:{'|'.join(_PREPOSITIONS)})\b|$)(.*)$")


class Wording:
    """Says what a condition asks for, so that it can follow the name of an element: "stage is pilot"."""

    def __init__(self, labels: Labels, record: Record) -> None:
        self.labels = labels
        self._record = record

    def asked(self, part: Part) -> str:
        """Return what a condition asks for."""
        if isinstance(part, Kind):
            return f"is {self.kind(part.cls)}"
        if isinstance(part, Either):
            return listing([" and ".join(self.asked(each) for each in way) for way in part.ways], "or")
        if isinstance(part, Some):
            return f"{joined(self.labels(part.predicate))} {self._thing(part.filler)}"
        if isinstance(part.value, Literal) and part.value.value == "true":
            return self.labels(part.predicate)
        return f"{joined(self.labels(part.predicate))} {self.labels(part.value)}"

    def kind(self, cls: NamedNode) -> str:
        """Return a class with its article: "a live use case"."""
        return with_article(self.labels(cls))

    def _thing(self, filler: Part) -> str:
        if not isinstance(filler, Kind):
            return f"something that {self.asked(filler)}"
        if filler.cls == THING:
            return "someone or something"
        listed = self._listed(filler)
        return listing([self.labels(term) for term in listed], "or") if listed else self.kind(filler.cls)

    def _listed(self, filler: Kind) -> list[Term]:
        found = self._record.listed(filler.cls)
        return found if len(found) <= _MOST_LISTED else []

    def is_spelt_out(self, filler: Part) -> bool:
        """Tell whether naming what a value has to be leaves nothing to explain: anything, or one of those listed."""
        return isinstance(filler, Kind) and (filler.cls == THING or bool(self._listed(filler)))

    def value(self, term: Term) -> str:
        """Return a value by its label, and from when it counts if that is yet to come."""
        start = self._record.begins_later(term)
        return f"{self.labels(term)} (counts from {start})" if start else self.labels(term)


def with_article(noun: str) -> str:
    """Return a noun phrase with "a" or "an", by its first sound as English spells it."""
    return with_articles(f"a {noun}")


def with_articles(text: str) -> str:
    """Return a text in which each "a" before a vowel, as it sounds, is "an"."""
    return _BEFORE_A_VOWEL.sub("an ", text)


def joined(label: str) -> str:
    """Return the label of a property so that an object can follow: "reads", "runs on", "uses feature:", "stage is".

    A label that begins with a verb stands by itself; one that goes on to a noun takes a colon.
    """
    words = label.split(" ")
    if words[0] not in _MODAL and (not words[0].endswith("s") or words[0].endswith("ss")):
        return f"{label} is"
    return label if len(words) == 1 or words[0] in _MODAL or words[-1] in _PREPOSITIONS else f"{label}:"


def plural(noun: str) -> str:
    """Return the plural of a noun phrase; its head ends before the first preposition."""
    match = _CUT.match(noun)
    head, rest = (match[1], match[2]) if match else (noun, "")
    if re.search(r"[^aeiou]y$", head):
        return f"{head[:-1]}ies{rest}"
    return f"{head}{'es' if re.search(r'(s|x|ch|sh)$', head) else 's'}{rest}"


def number(count: int, noun: str) -> str:
    """Return how many there are: "1 use case", "1,200 use cases"."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def listing(words: Sequence[str], conjunction: str) -> str:
    """Return words as a list with a conjunction before the last."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
