"""Who may belong to a class in some completion, by the definitions of the ontology."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from aiopkg.validate.terms import RDF, Term

if TYPE_CHECKING:
    from aiopkg.validate.run import Run

__all__ = ["Definitions", "Membership"]


@dataclass(frozen=True, eq=False)
class Definitions:
    """What an ontology says a class consists of."""

    @classmethod
    def read(cls, triples: Iterable[Triple]) -> "Definitions":
        """Read the definitions from an ontology's triples."""
        return cls()

    def over(self, run: "Run") -> "Membership":
        """The definitions applied to the data of a run."""
        return Membership(self, run)


@dataclass(eq=False)
class Membership:
    """Possible membership in the data of one run."""

    definitions: Definitions
    run: "Run"

    def is_possible(self, node: Term | None, cls: NamedNode) -> bool:
        """Whether the node is an instance of the class in some completion."""
        return node is not None and self.run.openness.is_open(node, RDF("type"))
