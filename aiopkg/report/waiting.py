"""A queue in one sentence."""

from aiopkg.derive.queues import Queue, Queues

__all__ = ["queue_in_words"]


def queue_in_words(queue: Queue, queues: Queues) -> str:
    """Say how many requests stand open and how long they wait; dates that are missing are counted apart."""
    waits = queue.waits
    said = [f"{queue.open:,} open"]
    if waits.count:
        said.append(f"waits of half of them up to {_days(waits.median_days)}, of nine in ten {_days(waits.p90_days)}")
        said.append(f"the longest {_days(waits.longest_days)} days")
        said.append(f"{waits.too_long:,} of {waits.count:,} over {queues.limit_days:g} days")
    if queue.unknown:
        said.append(f"{queue.unknown:,} without dates that tell")
    return ", ".join(said)


def _days(days: float | None) -> str:
    return "-" if days is None else f"{days:,.0f}"
