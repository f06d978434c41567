"""Reinforcing loops among failures: each open here, each making the next one likely, back to the first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import prod

from aiopkg.dataclass import dataclass
from aiopkg.derive.arrows import Mechanism
from aiopkg.derive.circles import circles_among
from aiopkg.validate.findings import Finding

__all__ = ["ModeLoop", "mode_loops"]


@dataclass(frozen=True, slots=True)
class ModeLoop:
    """Failure modes that keep one another alive: a link from each to the next, the last back to the first.

    ``strength`` is the product of the strengths of the links; ``findings`` are those that open one of the modes.
    ``confirmed`` tells whether each link was seen at both ends: some finding that opens its first mode has a cascade
    that meets the second. Where it was not, the loop is known to happen and has not been seen in these facts.
    """

    mechanisms: tuple[Mechanism, ...]
    strength: float
    findings: tuple[str, ...]
    confirmed: bool


def mode_loops(
    mechanisms: Iterable[Mechanism], violated: Iterable[Finding], met: Iterable[Sequence[str]]
) -> tuple[ModeLoop, ...]:
    """Return one loop for each group of open failure modes that lead to one another, the strongest first.

    ``met`` are the failure modes met on the way of each cascade, that of its own finding first.
    """
    opened: dict[str, list[str]] = defaultdict(list)
    for finding in violated:
        opened[finding.failure_mode].append(finding.id)
    links = {(m.from_mode, m.to_mode): m for m in mechanisms if m.from_mode in opened and m.to_mode in opened}
    after: dict[str, list[str]] = defaultdict(list)
    for start, end in links:
        after[start].append(end)
    seen = {(modes[0], other) for modes in met for other in modes[1:]}
    loops = []
    for circle in circles_among(after):
        steps = list(zip(circle, (*circle[1:], circle[0]), strict=True))
        working = tuple(links[step] for step in steps)
        loops.append(
            ModeLoop(
                working,
                round(prod(mechanism.strength for mechanism in working), 4),
                tuple(sorted(name for mode in circle for name in opened[mode])),
                seen.issuperset(steps),
            )
        )
    return tuple(sorted(loops, key=lambda loop: (-loop.strength, loop.mechanisms[0].from_mode)))
