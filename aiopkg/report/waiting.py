"""A queue in one sentence, in the words of the ontology."""

from pyoxigraph import Literal

from aiopkg.assessment import Assessment
from aiopkg.derive.placement import look_up
from aiopkg.derive.queues import Queue
from aiopkg.validate.results import fill

__all__ = ["queue_in_words"]


def queue_in_words(a: Assessment, queue: Queue) -> str:
    """Say how many requests stand open and how long they wait; dates that are missing are counted apart."""
    waits = queue.waits
    numbers = {"open": f"{queue.open:,}"}
    if waits.count:
        numbers |= {
            "median": _days(waits.median_days),
            "ninth": _days(waits.p90_days),
            "longest": _days(waits.longest_days),
            "late": f"{waits.too_long:,}",
            "counted": f"{waits.count:,}",
            "limit": f"{a.overview.queues.limit_days:g}",
        }
    if queue.unknown:
        numbers["unknown"] = f"{queue.unknown:,}"
    terms = {name: Literal(number) for name, number in numbers.items()}
    said = (fill(row["wording"], terms).value for row in look_up(a.facts, "queue-figures"))
    return ", ".join(words for words in said if "{" not in words)


def _days(days: float | None) -> str:
    return "-" if days is None else f"{days:,.0f}"
