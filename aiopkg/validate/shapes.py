"""Shapes read from a shapes graph, once, into constraints (SHACL 1.0, sections 2 and 4)."""

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from threading import RLock

from pyoxigraph import NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.validate.focus import Focus
from aiopkg.validate.membership import Definitions
from aiopkg.validate.parameters import ParameterReader
from aiopkg.validate.paths import read_path
from aiopkg.validate.run import Run, Shape
from aiopkg.validate.shapes_graph import ShapesGraph, ill_formed
from aiopkg.validate.terms import RDF, SH, Node, Term, order_key

__all__ = ["Shapes", "Target"]

_TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")


@dataclass(frozen=True, eq=False)
class Target:
    """A shape with targets of its own, read when it is first asked for: nobody asks where nothing is targeted."""

    read: Callable[[], Shape]
    name: Node
    nodes: tuple[Term, ...]
    classes: tuple[NamedNode, ...]
    subjects_of: tuple[NamedNode, ...]
    objects_of: tuple[NamedNode, ...]

    @cached_property
    def shape(self) -> Shape:
        """The shape; raises as :meth:`Shapes.compile` does."""
        return self.read()

    def focus(self, run: Run) -> Focus:
        """The pattern of the focus nodes in the data of a run (SHACL 2.1.3)."""
        parts = [Focus.of_instances(run.classes_below(cls)) for cls in self.classes]
        parts += [Focus.of_subjects(predicate) for predicate in self.subjects_of]
        parts += [Focus.of_objects(predicate) for predicate in self.objects_of]
        return Focus.union([Focus.of_nodes(self.nodes), *parts])


@dataclass(frozen=True, eq=False)
class Shapes:
    """Compiled shapes: immutable, and usable over any number of stores.

    ``names`` are the shapes with targets of their own, in our fixed order.
    """

    names: tuple[Node, ...]
    targets: tuple[Target, ...]
    definitions: Definitions
    triples: tuple[Triple, ...]

    @classmethod
    def compile(
        cls, triples: Iterable[Triple], definitions: Iterable[Triple] = (), *, well_formed: bool = False
    ) -> "Shapes":
        """Compile a shapes graph.

        ``definitions`` are the triples of the ontology, from which possible membership in a class follows.
        Raises InputError if the shapes graph breaks a syntax rule of SHACL or a shape refers to itself; where it is
        known to be ``well_formed``, a shape is read no sooner than it is needed.
        """
        graph = ShapesGraph(triples)
        reader = _ShapeReader(graph)
        targets = tuple(reader.target(name) for name in _targeted(graph) if not graph.flag(name, SH("deactivated")))
        if not well_formed:
            for name in (*_targeted(graph), *graph.instances(SH("NodeShape"), SH("PropertyShape"))):
                reader.shape(name)
        return cls(tuple(t.name for t in targets), targets, Definitions(tuple(definitions)), graph.triples)


def _targeted(graph: ShapesGraph) -> list[Node]:
    found = {node for name in _TARGETS for node in graph.subjects(SH(name))}
    found |= {node for node in graph.instances(SH("NodeShape"), SH("PropertyShape")) if graph.is_class(node)}
    return sorted(found, key=order_key)


class _ShapeReader:
    """Reads shapes on demand, each once, for one thread at a time, refusing those that refer to themselves."""

    def __init__(self, graph: ShapesGraph) -> None:
        self._graph = graph
        self._parameters = ParameterReader(graph, self.shape)
        self._known: dict[Term, Shape] = {}
        self._above: list[Term] = []
        self._turn = RLock()

    def shape(self, node: Term) -> Shape:
        """The shape at a node of the shapes graph."""
        with self._turn:
            return self._shape(node)

    def _shape(self, node: Term) -> Shape:
        known = self._known.get(node)
        if known is not None:
            return known
        if node in self._above:
            circle = " -> ".join(str(term) for term in [*self._above[self._above.index(node) :], node])
            raise InputError(
                "shapes-recursive",
                f"The shape {node} refers to itself: {circle}.",
                fix="Write the recursion as a property path (sh:zeroOrMorePath) or as a SPARQL constraint.",
            )
        self._above.append(node)
        found = self._read(node)
        self._above.pop()
        self._known[node] = found
        return found

    def _read(self, node: Term) -> Shape:
        graph = self._graph
        path_node = graph.one(node, SH("path"))
        types = set(graph.values(node, RDF("type")))
        if path_node is None and SH("PropertyShape") in types:
            raise ill_formed(node, "is a property shape without sh:path")
        if path_node is not None and SH("NodeShape") in types:
            raise ill_formed(node, "is a node shape and has a sh:path")
        path = None if path_node is None else read_path(graph, node, path_node)
        deactivated = graph.flag(node, SH("deactivated"))
        return Shape(
            node=node,
            path=path,
            path_node=path_node,
            severity=graph.iri(node, SH("severity")) or SH("Violation"),
            messages=graph.messages(node),
            deactivated=deactivated,
            constraints=() if deactivated else tuple(self._parameters.read(node, path)),
        )

    def target(self, name: Node) -> Target:
        """The shape at a node that has targets."""
        graph = self._graph
        nodes = graph.values(name, SH("targetNode"))
        if any(not isinstance(node, NamedNode) and not hasattr(node, "datatype") for node in nodes):
            raise ill_formed(name, "has a sh:targetNode that is neither an IRI nor a literal")
        classes = graph.iris(name, SH("targetClass"))
        if isinstance(name, NamedNode) and graph.is_class(name):
            classes = sorted({*classes, name}, key=order_key)
        return Target(
            read=partial(self.shape, name),
            name=name,
            nodes=tuple(nodes),
            classes=tuple(classes),
            subjects_of=tuple(graph.iris(name, SH("targetSubjectsOf"))),
            objects_of=tuple(graph.iris(name, SH("targetObjectsOf"))),
        )
