"""Where names lead: to another place of the one page, or to another address of the web page."""

from collections.abc import Mapping
from typing import Protocol

from pyoxigraph import Triple

from aiopkg.dataclass import dataclass

__all__ = ["Links", "WithinPage"]


class Links(Protocol):
    """Gives the address of what is named; the empty text where it has none, so that the name stands alone."""

    @property
    def gaps(self) -> str:
        """Where all gaps are listed."""

    @property
    def units(self) -> str:
        """The page of the units; empty if it is the same page."""

    def rule(self, code: str) -> str:
        """Return where the gaps of a rule are."""

    def cascade(self, focus: str) -> str:
        """Return where it is shown what the gaps of an element drag down."""

    def element(self, name: str) -> str:
        """Return where all is shown that is known of an element."""

    def proof(self, identifier: str) -> str:
        """Return where the proof of a finding, a recommendation or a cascade is shown."""

    def fact(self, triple: Triple) -> str:
        """Return where the proof of a fact is shown."""


@dataclass(frozen=True, slots=True)
class WithinPage:
    """The links of the report, in which elements have no page or proof of their own; ``anchors`` are its cascades."""

    anchors: Mapping[str, str]
    gaps: str = "#gaps"
    units: str = ""

    def rule(self, code: str) -> str:
        """Return the place of a rule in the list of gaps."""
        return f"#rule-{code}"

    def cascade(self, focus: str) -> str:
        """Return the place of a cascade, if it is one of those shown."""
        return f"#{self.anchors[focus]}" if focus in self.anchors else ""

    def element(self, name: str) -> str:
        """Return nothing."""
        return ""

    def proof(self, identifier: str) -> str:
        """Return nothing: proofs are pages of their own."""
        return ""

    def fact(self, triple: Triple) -> str:
        """Return nothing: proofs are pages of their own."""
        return ""
