"""A model with everything that follows from it and the ontology, in a store of named graphs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.limits import UNLIMITED, Budget
from aiopkg.model import Model
from aiopkg.reason import Closure, materialise
from aiopkg.vocab import GRAPH, OWL

__all__ = ["Materialised", "materialise_model"]


@dataclass(frozen=True)
class Materialised:
    """A model with what follows from it.

    ``store`` holds the graphs asserted, ontology and inferred with one representative of each group of
    individuals that are the same; ``closure`` says everything of everyone.
    """

    model: Model
    closure: Closure
    store: Store
    same: Mapping[object, NamedNode | BlankNode]
    """The representative of each individual that is the same as another."""


def materialise_model(model: Model, given: Sequence[Triple] = (), budget: Budget = UNLIMITED) -> Materialised:
    """Draw every conclusion from a model and the ontology together, and from facts of the evaluation itself."""
    ontology = assets.ontology()
    closure = materialise([*model.triples, *ontology, *given], budget)
    base = set(ontology)
    same = _representatives(closure, model, {triple.subject for triple in ontology})
    store = Store()
    asserted = {_represent(triple, same) for triple in model.triples} - base
    inferred = {_represent(triple, same) for triple in closure.inferred} - asserted - base
    for graph, triples in ((GRAPH.asserted, asserted), (GRAPH.ontology, base), (GRAPH.inferred, inferred)):
        store.bulk_extend([Quad(t.subject, t.predicate, t.object, graph) for t in triples])
    return Materialised(model, closure, store, same)


def _representatives(closure: Closure, model: Model, terms: Collection[object]) -> dict[object, NamedNode | BlankNode]:
    """Map each element that is the same as another to the first of its group.

    Terms of the ontology come first, because rules name them; then other IRIs; then by the alphabet.
    """
    groups: dict[object, set[NamedNode | BlankNode]] = {}
    pairs = [t for source in (model.triples, closure.inferred) for t in source if t.predicate == OWL.sameAs]
    for triple in pairs:
        ends = {end for end in (triple.subject, triple.object) if isinstance(end, NamedNode | BlankNode)}
        known = [groups.get(end, {end}) for end in ends]
        if all(group is known[0] and ends <= group for group in known) and ends <= groups.keys():
            continue
        merged = set().union(*known)
        for element in merged:
            groups[element] = merged

    def rank(element: NamedNode | BlankNode) -> tuple[bool, bool, str]:
        return element not in terms, isinstance(element, BlankNode), str(element)

    first = {id(group): min(group, key=rank) for group in groups.values()}
    return {element: first[id(group)] for element, group in groups.items()}


def _represent(triple: Triple, same: Mapping[object, NamedNode | BlankNode]) -> Triple:
    if not same or triple.predicate == OWL.sameAs:
        return triple
    subject, value = same.get(triple.subject), same.get(triple.object)
    if subject is None and value is None:
        return triple
    return Triple(subject or triple.subject, triple.predicate, value or triple.object)
