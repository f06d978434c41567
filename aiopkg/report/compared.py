"""How gaps and contradictions compare to those that were known before, in counts."""

from collections import Counter
from collections.abc import Iterable

from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.explain import Contradiction
from aiopkg.validate.findings import Finding

__all__ = ["Compared", "contradictions_compared", "gaps_compared"]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many are new since the baseline, how many it knows, and how many of those it knows are closed."""

    new: int
    carried: int
    closed: int

    def __bool__(self) -> bool:
        return any((self.new, self.carried, self.closed))


def gaps_compared(a: Assessment) -> Compared:
    """Count the gaps against the baseline."""
    return _compared(a, (finding for finding in a.findings if finding.verdict == "violated"), len(a.closed))


def contradictions_compared(a: Assessment) -> Compared:
    """Count the contradictions against the baseline."""
    return _compared(a, a.contradictions, len(a.settled))


def _compared(a: Assessment, found: Iterable[Finding | Contradiction], closed: int) -> Compared:
    states = Counter(map(a.state_of, found))
    return Compared(states["new"], states["carried"], closed)
