"""Answers that were given lately, for as long as nothing changes."""

import re
from collections import OrderedDict

from aiopkg.server.messages import Message, Question, Whole

__all__ = ["Recent"]

MOST_BYTES = 2**25
LARGEST = 2**16
"""Bytes of all answers that are kept together with their questions, and of one of them."""

AT_A_TIME = 4
"""Outdated answers that are let go of for each new one: all of them at once would hold up the loop."""

Key = tuple[str, str | None, str | None, bool]

CHANGING = re.compile(r"now|rand|uuid|bnode|\\u", re.IGNORECASE)
"""What stands in a query, in whatever place, whose answer may be another one the next time."""


class Recent:
    """The answers to the questions that were asked last, by all that decides an answer but the dataset.

    Only whole answers are kept, each of which kept within the limits that hold for the next one too.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[Key, tuple[bytes, bytes]] = OrderedDict()
        self._outdated: OrderedDict[Key, tuple[bytes, bytes]] = OrderedDict()
        self._bytes = 0

    def find(self, question: Message) -> Whole | None:
        """The answer, if it is known."""
        key = _key(question)
        if key not in self._answers:
            return None
        self._answers.move_to_end(key)
        header, body = self._answers[key]
        return Whole(header, [body])

    def keep(self, question: Message, answer: Whole) -> None:
        """Remember an answer in place of those that nobody has asked for since."""
        for _ in range(min(AT_A_TIME, len(self._outdated))):
            self._outdated.popitem()
        key = _key(question)
        if not key[0] or not answer.is_success or key in self._answers or CHANGING.search(key[0]):
            return
        entry = (answer.header, b"".join(answer.pieces))
        size = _size(key, entry)
        if size > LARGEST:
            return
        self._answers[key] = entry
        self._bytes += size
        while self._bytes > MOST_BYTES:
            self._bytes -= _size(*self._answers.popitem(last=False))

    def clear(self) -> None:
        """Forget all, because something has changed; their memory is given back a few at a time."""
        self._outdated, self._answers = self._answers, OrderedDict()
        self._bytes = 0


def _key(question: Message) -> Key:
    """What decides an answer that is worth keeping, in a form that the collector of garbage need not follow."""
    if not isinstance(question, Question) or question.default_graphs or question.named_graphs:
        return ("", None, None, False)
    return (question.text, question.accept, question.base, question.inferred)


def _size(key: Key, entry: tuple[bytes, bytes]) -> int:
    text, accept, base, _ = key
    return 4 * len(text) + len(accept or "") + len(base or "") + len(entry[1])
