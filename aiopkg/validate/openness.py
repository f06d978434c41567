"""What a graph declares unreported: where further facts may exist.

``n aiop:unreported p`` says that the record of n may lack facts with property p, in either direction.
``aiop:AnyElement`` in place of n means every node, ``aiop:AnyProperty`` in place of p every property. A record that
says nothing is complete. A *completion* of the graph adds facts such that each end of a new fact which the graph
describes is open for its property; classes and literals are nobody's record, and elements that the graph does
not mention may come in with such a fact, bringing facts of their own with properties that are open somewhere (a
property that is open nowhere is reported completely).
"""

from collections.abc import Iterable

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.validate.terms import AIOP, Term

__all__ = ["ANY_ELEMENT", "ANY_PROPERTY", "UNREPORTED", "Openness"]

UNREPORTED = AIOP("unreported")
ANY_ELEMENT = AIOP("AnyElement")
ANY_PROPERTY = AIOP("AnyProperty")


@dataclass(frozen=True)
class Openness:
    """The declarations of a graph: properties open at every node, and open (node, property) pairs."""

    everywhere: frozenset[Term]
    at_node: dict[Term, frozenset[Term]]

    @classmethod
    def of_declarations(cls, declarations: Iterable[tuple[Term, Term]]) -> "Openness":
        """Read (node, property) pairs as they stand in the graph."""
        everywhere: set[Term] = set()
        at_node: dict[Term, set[Term]] = {}
        for node, unreported in declarations:
            if node == ANY_ELEMENT:
                everywhere.add(unreported)
            else:
                at_node.setdefault(node, set()).add(unreported)
        return cls(frozenset(everywhere), {node: frozenset(found) for node, found in at_node.items()})

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.at_node)

    def is_open_everywhere(self, predicate: NamedNode) -> bool:
        """Whether every node may lack facts with the property."""
        return predicate in self.everywhere or ANY_PROPERTY in self.everywhere

    def is_open(self, node: Term, predicate: NamedNode) -> bool:
        """Whether the node may lack facts with the property."""
        if self.is_open_everywhere(predicate):
            return True
        declared = self.at_node.get(node, ())
        return predicate in declared or ANY_PROPERTY in declared

    def is_open_somewhere(self, predicate: NamedNode) -> bool:
        """Whether any node at all may lack facts with the property."""
        return self.is_open_everywhere(predicate) or any(
            predicate in declared or ANY_PROPERTY in declared for declared in self.at_node.values()
        )

    def is_open_beyond(self, node: Term, allowed: Iterable[NamedNode]) -> bool:
        """Whether the node may lack facts with a property other than the allowed ones."""
        declared = self.everywhere | self.at_node.get(node, frozenset())
        return bool(declared - set(allowed))
