"""What an organization stated in place of a fact, and the waivers that it granted."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from pyoxigraph import BlankNode, NamedNode

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.vocab import GRAPH, PREFIXES

__all__ = ["Excuse", "Excuses"]

_VERDICTS = {
    "Waived": "waived",
    "NotApplicable": "not_applicable",
    "PrecludedByLaw": "not_applicable",
    "InProgress": "in_progress",
}
_ORDER = ("waived", "not_applicable", "in_progress")


@dataclass(frozen=True, slots=True)
class Excuse:
    """A verdict that something stated gives, the words with which it was stated, and the statement's node."""

    verdict: str
    note: str
    stated: NamedNode | BlankNode


class Excuses:
    """Finds what was stated about an element and a rule, or about an element and a property.

    A waiver counts from its first moment up to, and not at, its last; an expired one counts no more.
    """

    def __init__(self, store: FactStore, as_of: date) -> None:
        now = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
        self._excuses: dict[tuple[object, object], list[Excuse]] = {}
        rows = store.query(assets.query("validate", "excuses"), default_graph=list(GRAPH.facts))
        for row in rows:  # type: ignore[union-attr]
            begins, ends = row["begins"], row["ends"]
            if (begins and _instant(begins.value) > now) or (ends and _instant(ends.value) <= now):
                continue
            name = row["status"].value.removeprefix(PREFIXES["aiop"])
            said = row["words"]
            excuse = Excuse(_VERDICTS[name], said.value if said else "", row["stated"])
            self._excuses.setdefault((row["element"], row["scope"]), []).append(excuse)

    def find(self, element: NamedNode | BlankNode, scopes: Iterable[NamedNode]) -> Excuse | None:
        """Return the first excuse that counts for an element under any of the given rules or properties.

        Waived comes before not applicable, and that before in progress.
        """
        found = [excuse for scope in scopes for excuse in self._excuses.get((element, scope), ())]
        return min(found, key=lambda e: (_ORDER.index(e.verdict), e.note, str(e.stated)), default=None)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
