"""Answers that were given lately, for as long as nothing changes."""

import re
from collections import OrderedDict

from aiopkg.server.messages import Message, Question, Whole

__all__ = ["Recent"]

MOST_BYTES = 2**25
LARGEST = 2**16
"""Bytes of all answers that are kept together with their questions, and of one of them."""

CHANGING = re.compile(r"now|rand|uuid|bnode|\\u", re.IGNORECASE)
"""What stands in a query, in whatever place, whose answer may be another one the next time."""


class Recent:
    """The answers to the questions that were asked last, by all that decides an answer but the dataset.

    Only whole answers are kept, each of which kept within the limits that hold for the next one too.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[Question, tuple[Whole, int]] = OrderedDict()
        self._bytes = 0

    def find(self, question: Message) -> Whole | None:
        """The answer, if it is known."""
        if not isinstance(question, Question) or question not in self._answers:
            return None
        self._answers.move_to_end(question)
        return self._answers[question][0]

    def keep(self, question: Message, answer: Whole) -> None:
        """Remember an answer in place of those that nobody has asked for since."""
        if not isinstance(question, Question) or not answer.is_success or question in self._answers:
            return
        size = answer.size + 4 * len(question.text) + len(question.accept or "") + len(question.base or "")
        if size > LARGEST or question.default_graphs or question.named_graphs or CHANGING.search(question.text):
            return
        self._answers[question] = (answer, size)
        self._bytes += size
        while self._bytes > MOST_BYTES:
            _, (_, freed) = self._answers.popitem(last=False)
            self._bytes -= freed

    def clear(self) -> None:
        """Forget all, because something has changed."""
        self._answers.clear()
        self._bytes = 0
