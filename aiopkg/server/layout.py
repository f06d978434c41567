"""What the graphs of a dataset are for: which one is asserted, and which ones follow from it."""

from pyoxigraph import DefaultGraph, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.vocab import GRAPH

__all__ = ["ORGANIZATION", "PLAIN", "REASONED", "Layout"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which graph holds what is asserted, and which ones follow from it.

    ``home`` is the name of the graph that the default graph of updates is, None if it has no name.
    The default graph of queries holds it and that of the ``derived`` graphs which is inferred, if there is one.
    """

    home: str | None
    derived: tuple[str, ...]

    @property
    def home_graph(self) -> NamedNode | DefaultGraph:
        """The graph that holds what is asserted."""
        return DefaultGraph() if self.home is None else NamedNode(self.home)

    @property
    def inferred_graphs(self) -> list[NamedNode]:
        """The graph that holds what is inferred; nothing where nothing is."""
        return [GRAPH.inferred] if GRAPH.inferred.value in self.derived else []


DERIVED = (GRAPH.inferred, GRAPH.ontology, GRAPH.measures, GRAPH.findings, GRAPH.recommendations, GRAPH.cascades)
ORGANIZATION = Layout(GRAPH.asserted.value, tuple(graph.value for graph in DERIVED))
"""Everything that is known of an organization, each graph named for the stage that wrote it."""

REASONED = Layout(None, (GRAPH.inferred.value,))
"""Any graphs, and what follows from the default graph by itself."""

PLAIN = Layout(None, ())
"""Any graphs, and nothing else."""
