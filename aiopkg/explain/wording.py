"""Puts conditions into words: every noun and verb is a label of the ontology, the rest is grammar."""

import re
from collections.abc import Sequence

from pyoxigraph import Literal, NamedNode

from aiopkg.explain.conditions import THING, Either, Kind, Part, Some
from aiopkg.explain.record import Record
from aiopkg.model.labels import Labels
from aiopkg.validate.terms import Term

__all__ = ["Wording", "listing", "number", "plural", "with_article"]

_MOST_LISTED = 6
_MODAL = ("may", "can", "has")
_CUT = re.compile(r"^(.*?)(?= (?:\w+ed )?(?:of|by|in|on|to|for|under)\b|$)(.*)$")


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
            return f"{self._verb(part.predicate)} {self._thing(part.filler)}"
        if isinstance(part.value, Literal) and part.value.value == "true":
            return self.labels(part.predicate)
        return f"{self._verb(part.predicate)} {self.labels(part.value)}"

    def kind(self, cls: NamedNode) -> str:
        """Return a class with its article: "a live use case"."""
        return with_article(self.labels(cls))

    def _thing(self, filler: Part) -> str:
        if not isinstance(filler, Kind):
            return f"something that {self.asked(filler)}"
        if filler.cls == THING:
            return "someone or something"
        listed = self._record.listed(filler.cls)
        if 0 < len(listed) <= _MOST_LISTED:
            return listing([self.labels(term) for term in listed], "or")
        return self.kind(filler.cls)

    def _verb(self, predicate: Term) -> str:
        """Return a property as a verb: its label if that begins with one (third person), else "<label> is"."""
        label = self.labels(predicate)
        first = label.split(" ", 1)[0]
        is_verb = first in _MODAL or (first.endswith("s") and not first.endswith("ss"))
        return label if is_verb else f"{label} is"

    def value(self, term: Term) -> str:
        """Return a value by its label, and from when it counts if that is yet to come."""
        start = self._record.begins_later(term)
        return f"{self.labels(term)} (counts from {start})" if start else self.labels(term)


def with_article(noun: str) -> str:
    """Return a noun phrase with "a" or "an", by its first sound as English spells it."""
    is_vowel = noun[:1].lower() in "aeiou" and not re.match(r"(?i)uni|us|eu|one", noun)
    return f"{'an' if is_vowel else 'a'} {noun}"


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
