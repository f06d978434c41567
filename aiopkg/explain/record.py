"""What the facts say about a condition: who meets it, by which facts, and where it cannot be told."""

from collections.abc import Set
from datetime import date
from functools import cached_property, reduce
from typing import Literal as OneOf

from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.dataclass import dataclass
from aiopkg.explain.conditions import THING, Either, Kind, Part, Some, Ways
from aiopkg.validate.membership import Definitions, Membership
from aiopkg.validate.run import Run
from aiopkg.validate.terms import RDF, Term, order_terms
from aiopkg.vocab import AIOP, GRAPH, OWL

__all__ = ["Record", "State"]

State = OneOf["holds", "fails", "not_known"]


@dataclass(eq=False)
class Record:
    """The facts of an assessed store, read by the definitions of the ontology; relations are read once."""

    membership: Membership
    ways: Ways
    as_of: date

    @classmethod
    def of(cls, store: FactStore, as_of: date) -> "Record":
        """Read a store that is materialised and measured."""
        definitions = Definitions(assets.ontology())
        run = Run(store, GRAPH.facts, definitions, (), None, materialised=True)
        return cls(definitions.over(run), Ways(definitions), as_of)

    def members(self, cls: NamedNode) -> set[Term]:
        """The members of a class."""
        return self.membership.members(cls)

    def values(self, node: Term, predicate: Term) -> list[Term]:
        """The values that a node has of a property, in our fixed order."""
        return order_terms(self.membership.relation(predicate).get(node, ()))

    def holds(self, node: Term, part: Part) -> bool:
        """Tell whether a node meets a condition as the facts stand."""
        if isinstance(part, Kind):
            return part.cls == THING or node in self.members(part.cls)
        if isinstance(part, Either):
            return any(all(self.holds(node, each) for each in way) for way in part.ways)
        values = self.membership.relation(part.predicate).get(node, ())
        if isinstance(part, Some):
            return any(self.holds(value, part.filler) for value in values)
        return part.value in values

    def holding(self, nodes: Set[Term], part: Part) -> frozenset[Term]:
        """Those of some nodes that meet a condition, as :meth:`holds` tells of one."""
        if isinstance(part, Kind):
            return frozenset(nodes) if part.cls == THING else frozenset(nodes & self.members(part.cls))
        if isinstance(part, Either):
            return frozenset().union(*(reduce(self.holding, way, frozenset(nodes)) for way in part.ways))
        relation = self.membership.relation(part.predicate)
        if isinstance(part, Some):
            filling = self.holding(frozenset().union(*(relation.get(node, ()) for node in nodes)), part.filler)
            return frozenset(node for node in nodes if not filling.isdisjoint(relation.get(node, ())))
        return frozenset(node for node in nodes if part.value in relation.get(node, ()))

    def state(self, node: Term, part: Part) -> State:
        """Tell whether a node meets a condition, does not, or does in some completion of what is unreported."""
        if self.holds(node, part):
            return "holds"
        if not self.membership.run.openness:
            return "fails"
        expression = part.cls if isinstance(part, Kind) else part.expression
        return "not_known" if node in self.membership.possible_in(expression) else "fails"

    def missing(self, node: Term, part: Part) -> tuple[tuple[Term, NamedNode], ...]:
        """The element and property that stand unreported between a node and a condition, if any do."""
        if isinstance(part, Kind):
            return ((node, RDF("type")),) if node in self.membership.typed_openly else ()
        if isinstance(part, Either):
            return ()
        return tuple(sorted(self.membership.missing_at(node, part.predicate) or (), key=str))

    def fact(self, node: Term, predicate: Term, value: Term) -> tuple[Triple, ...]:
        """The fact that a node has a value, if it can be written."""
        if isinstance(predicate, NamedNode) and isinstance(node, NamedNode | BlankNode):
            return (Triple(node, predicate, value),)
        return ()

    def listed(self, cls: NamedNode) -> list[Term]:
        """The members of a class, if the ontology itself names all of them; else none."""
        found = self.members(cls)
        places = self._individuals
        return sorted(found, key=lambda term: places[term]) if found <= places.keys() else []

    @cached_property
    def _individuals(self) -> dict[Term, int]:
        """The terms of the ontology, each with its place in it."""
        found = dict.fromkeys(triple.subject for triple in assets.ontology())
        return {term: place for place, term in enumerate(found)}

    def is_individual(self, term: Term) -> bool:
        """Tell whether the ontology itself speaks of a term."""
        return term in self._individuals

    def begins_later(self, term: Term) -> date | None:
        """The day after the evaluation date from which a term of the ontology counts, if there is one."""
        start = self._starts.get(term)
        return start if start is not None and start > self.as_of else None

    @cached_property
    def _starts(self) -> dict[object, date]:
        starts = (t for t in assets.ontology() if t.predicate == AIOP.validFrom)
        return {t.subject: date.fromisoformat(t.object.value[:10]) for t in starts}  # type: ignore[union-attr]

    def stands_for(self, element: NamedNode | BlankNode) -> NamedNode | BlankNode | None:
        """The element, or the one that stands for it among those that are the same; None if no fact is about it."""
        store = self.membership.run.store
        same = {element}
        for graph in (GRAPH.asserted, GRAPH.inferred):
            for quad in store.quads_for_pattern(element, OWL.sameAs, None, graph):
                if isinstance(quad.object, NamedNode | BlankNode):
                    same.add(quad.object)
        described = [n for n in order_terms(same) if self._is_described(n)]
        return next((n for n in described if isinstance(n, NamedNode | BlankNode)), None)

    def _is_described(self, node: Term) -> bool:
        """Tell whether a fact other than one of identity is about the node."""
        store = self.membership.run.store
        return isinstance(node, NamedNode | BlankNode) and any(
            quad.predicate != OWL.sameAs
            for graph in (GRAPH.asserted, GRAPH.inferred, GRAPH.measures)
            for quads in (
                store.quads_for_pattern(node, None, None, graph),
                store.quads_for_pattern(None, None, node, graph),
            )
            for quad in quads
        )
