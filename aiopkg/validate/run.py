"""One validation of one store: queries asked once, and the sets of nodes that constraints share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Store, Triple, Variable

from aiopkg.columns import ColumnStore, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.syntax.paths import Path, Predicate, match_values, steps_of
from aiopkg.validate.focus import Focus
from aiopkg.validate.openness import ANY_PROPERTY, UNREPORTED, Openness
from aiopkg.validate.terms import OWL, RDFS, Term, order_key, order_terms

if TYPE_CHECKING:
    from aiopkg.validate.membership import Definitions, Membership

__all__ = ["Constraint", "Mode", "Row", "Run", "Shape"]


_FEW = 500


class Mode(Enum):
    """Which completions of the graph a constraint is asked about."""

    CLOSED = "the graph as it stands"
    POSSIBLE = "some completion"
    NECESSARY = "every completion"


@dataclass(frozen=True, slots=True)
class Row:
    """One failure of a constraint at a node, before it becomes a result."""

    this: Term
    value: Term | None = None
    path: NamedNode | None = None
    messages: tuple[Literal, ...] = ()
    bindings: tuple[tuple[str, Term], ...] = ()


class Constraint(Protocol):
    """One constraint of a shape: a component with its parameters."""

    @property
    def component(self) -> NamedNode:
        """The constraint component."""
        ...

    @property
    def source(self) -> Term | None:
        """The node that sh:sourceConstraint names, for SPARQL-based constraints."""
        ...

    def rows(self, run: "Run", path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The failures among the focus nodes; in the modes other than CLOSED only their nodes count."""
        ...


@dataclass(frozen=True, eq=False)
class Shape:
    """A node shape (no path) or property shape with its constraints."""

    node: Term
    path: Path | None
    path_node: Term | None
    severity: NamedNode
    messages: tuple[Literal, ...]
    deactivated: bool
    constraints: tuple[Constraint, ...]


def holds_only(store: Store, graphs: Sequence[NamedNode]) -> bool:
    """Whether some graphs are all that a store has: it then looks into all of them at once, not one by one."""
    if not set(store.named_graphs()) <= set(graphs):
        return False
    return next(iter(store.quads_for_pattern(None, None, None, DefaultGraph())), None) is None


@dataclass
class Run:
    """The data of one validation: a store, the graphs whose union is read, and what was asked already."""

    store: FactStore
    graphs: Sequence[NamedNode] | None
    definitions: "Definitions"
    shapes_triples: Sequence[Triple]
    originals: Mapping[Triple, Sequence[Literal]] | None
    materialised: bool = False
    declared: Openness | None = None
    """What the data declares unreported, where the caller knows it already."""
    _answers: dict[tuple[str, Term | None], list[tuple[Term | None, ...]]] = field(default_factory=dict)
    _failures: dict[tuple[Term, Focus, Mode], frozenset[Term]] = field(default_factory=dict)

    def select(self, query: str, this: Term | None = None) -> list[tuple[Term | None, ...]]:
        """The solutions of a query, in the order of its SELECT clause; the same text is asked once.

        ``this`` narrows the query to one value of ``?this``, and is needed for blank nodes only.
        """
        found = self._answers.get((query, this))
        if found is None:
            found = self._ask(self.store, query, this)
            self._answers[query, this] = found
        return found

    def _ask(self, store: FactStore, query: str, this: Term | None) -> list[tuple[Term | None, ...]]:
        chosen: dict[Variable, Term] = {Variable("this"): this} if isinstance(this, BlankNode) else {}
        if isinstance(store, ColumnStore):
            return store.select(query, self.graphs or (), chosen)
        graphs: list[NamedNode | BlankNode | DefaultGraph] | None = None
        whole = self.graphs is not None and holds_only(store, self.graphs)
        if self.graphs is not None and not whole:
            graphs = list(self.graphs)
        try:
            solutions = store.query(query, default_graph=graphs, use_default_graph_as_union=whole, substitutions=chosen)
        except SyntaxError as error:
            raise InputError("shapes-sparql", f"A query of the shapes cannot be evaluated: {error}.") from None
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("only SELECT queries are asked of the data")
        return [tuple(solution) for solution in solutions]

    def ask_with_shapes(self, query: str, name: NamedNode, this: Term | None) -> list[tuple[Term | None, ...]]:
        """The solutions of a query that reads the shapes graph as the named graph ``name``."""
        return self._ask(self._with_shapes(name), query, this)

    def _with_shapes(self, name: NamedNode) -> Store:
        """A copy of the data beside the shapes; slow, and only for queries with ``$shapesGraph``."""
        store = Store()
        graphs: Sequence[NamedNode | DefaultGraph] = [DefaultGraph()] if self.graphs is None else self.graphs
        for graph in graphs:
            store.extend(self.store.quads_for_pattern(None, None, None, graph))
        store.extend(Quad(t.subject, t.predicate, t.object, name) for t in self.shapes_triples)
        return store

    def nodes_of(self, query: str) -> set[Term]:
        """The first column of a query's solutions, as a set."""
        return {row[0] for row in self.select(query) if row[0] is not None}

    def nodes(self, focus: Focus) -> set[Term]:
        """The focus nodes."""
        return self.nodes_of(focus.select("?this", [""])) if focus.patterns else set()

    def reached(self, focus: Focus, path: Path | None) -> Focus:
        """The value nodes as a new focus: listed where they are few and can be named, else by their pattern.

        Constraints on them then cost what they are worth, however long the way to them was.
        """
        if path is None:
            return focus
        values = focus.then(path)
        found = self.nodes(values)
        if len(found) > _FEW or any(isinstance(node, BlankNode) for node in found):
            return values
        return Focus(Focus.of_nodes(order_terms(found)).patterns, values.depth)

    def pairs(self, focus: Focus, path: Path | None) -> list[tuple[Term, Term]]:
        """Each focus node with each of its value nodes, once."""
        if not focus.patterns:
            return []
        query = focus.select("?this ?value", match_values(path, "?this", "?value"))
        return [(row[0], row[1]) for row in self.select(query) if row[0] is not None and row[1] is not None]

    def counts(self, focus: Focus, path: Path | None) -> dict[Term, int]:
        """The number of distinct value nodes of each focus node that has any."""
        found: dict[Term, int] = {}
        for this, _ in self.pairs(focus, path):
            found[this] = found.get(this, 0) + 1
        return found

    @property
    def knows_originals(self) -> bool:
        """Whether the caller has given the literals that the store rewrote."""
        return self.originals is not None

    @cached_property
    def _originals_by_value(self) -> dict[Term, tuple[Literal, ...]]:
        found: dict[Term, set[Literal]] = {}
        for triple, written in (self.originals or {}).items():
            found.setdefault(triple.object, set()).update(written)
        return {value: tuple(sorted(written, key=order_key)) for value, written in found.items()}

    def as_written(self, this: Term, path: Path | None, value: Term) -> Sequence[Term]:
        """The literals that stand for a value in the user's file; the value itself where none was rewritten."""
        if not self.originals or not isinstance(value, Literal):
            return (value,)
        if isinstance(path, Predicate) and not isinstance(this, Literal):
            return self.originals.get(Triple(this, path.iri, value), (value,))
        return self._originals_by_value.get(value, (value,))

    @cached_property
    def _narrower(self) -> dict[Term, list[Term]]:
        """Direct subclasses of each class that has any, in the data."""
        narrower: dict[Term, list[Term]] = {}
        for below, above in self.select(f"SELECT ?below ?above WHERE {{ ?below {RDFS('subClassOf')} ?above }}"):
            if below is not None and above is not None and below != above:
                narrower.setdefault(above, []).append(below)
        return narrower

    def classes_below(self, cls: NamedNode) -> list[NamedNode]:
        """The class, and those of its subclasses whose instances the data does not also type with it.

        On a materialised graph this is the class alone, and nothing is looked up where the graph is known to be one.
        """
        if self.materialised:
            return [cls]
        found: set[Term] = {cls}
        pending: list[Term] = [cls]
        while pending:
            for below in self._narrower.get(pending.pop(), ()):
                if below not in found:
                    found.add(below)
                    pending.append(below)
        named = [str(term) for term in order_terms(found - {cls}) if isinstance(term, NamedNode)]
        if not named:
            return [cls]
        query = (
            f"SELECT DISTINCT ?class WHERE {{ VALUES ?class {{ {' '.join(named)} }} ?node a ?class ."
            f" FILTER NOT EXISTS {{ ?node a {cls} }} }}"
        )
        return [cls, *(t for t in order_terms(self.nodes_of(query)) if isinstance(t, NamedNode))]

    def instances(self, cls: NamedNode) -> set[Term]:
        """The SHACL instances of a class in the data."""
        return self.nodes(Focus.of_instances(self.classes_below(cls)))

    @cached_property
    def openness(self) -> Openness:
        """What the data declares unreported."""
        if self.declared is not None:
            return self.declared
        found = self.select(f"SELECT ?node ?property WHERE {{ ?node {UNREPORTED} ?property }}")
        return Openness.of_declarations((n, p) for n, p in found if n is not None and p is not None)

    @cached_property
    def functional(self) -> frozenset[NamedNode]:
        """The properties of which an element has one value at the most."""
        found = self.select(f"SELECT ?property WHERE {{ ?property a {OWL('FunctionalProperty')} }}")
        return frozenset(row[0] for row in found if isinstance(row[0], NamedNode))

    @cached_property
    def membership(self) -> "Membership":
        """Who may belong to which class in some completion."""
        return self.definitions.over(self)

    def open_nodes(self, focus: Focus, path: Path | None) -> set[Term]:
        """The focus nodes at which the path is open: some step along it may lack facts."""
        if path is None or not self.openness or not focus.patterns:
            return set()
        found: set[Term] = set()
        for before, predicate in steps_of(path):
            reached = match_values(before, "?this", "?reached")
            if self.openness.is_open_everywhere(predicate):
                found |= self.nodes_of(focus.select("?this", reached))
            elif self.openness.is_open_somewhere(predicate):
                declared = f"VALUES ?open {{ {predicate} {ANY_PROPERTY} }} ?reached {UNREPORTED} ?open ."
                found |= self.nodes_of(focus.select("?this", [f"{body} {declared}" for body in reached]))
        return found

    def failures(self, shape: Shape, focus: Focus, mode: Mode) -> frozenset[Term]:
        """The focus nodes that do not conform to the shape, asked in the mode."""
        if shape.deactivated or not focus.patterns:
            return frozenset()
        key = (shape.node, focus, mode)
        found = self._failures.get(key)
        if found is None:
            found = frozenset(
                row.this for constraint in shape.constraints for row in constraint.rows(self, shape.path, focus, mode)
            )
            self._failures[key] = found
        return found
