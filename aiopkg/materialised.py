"""What follows from files: a model with all its conclusions in a store of named graphs, or as text, and entailment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.limits import UNLIMITED, Budget, Limits
from aiopkg.model import Model, load
from aiopkg.reason import Closure, Facts, materialise
from aiopkg.vocab import GRAPH, RDF

if TYPE_CHECKING:
    from aiopkg.reason.entail import Entailment

__all__ = [
    "Materialised",
    "closure_of",
    "entailment",
    "materialise_model",
    "ontology_closure",
    "spells_a_definition",
]


@dataclass(frozen=True)
class Materialised:
    """A model with what follows from it.

    ``store`` holds the graphs asserted, ontology and inferred with one representative of each group of
    individuals that are the same, and without memberships in the unnamed classes that spell definitions;
    ``closure`` says everything of everyone.
    """

    model: Model
    closure: Closure
    store: Store
    same: Mapping[object, NamedNode | BlankNode]
    """The representative of each individual that is the same as another."""

    def given(self, facts: Sequence[Triple], budget: Budget = UNLIMITED) -> "Materialised":
        """This model with what follows from it and from facts of the evaluation itself; this one's store is used up."""
        closure = materialise(facts, budget, self.closure)
        same = _representatives(closure)
        if same != self.same:
            return _written(self.model, closure, self.closure.asserted, same)
        before, now = (each.inferred.of_named_kinds().represented(same) for each in (self.closure, closure))
        for triple in before.without(now):
            self.store.remove(_quad(triple, GRAPH.inferred))
        self.store.extend(_quad(triple, GRAPH.inferred) for triple in now.without(before))
        return Materialised(self.model, closure, self.store, same)


def materialise_model(model: Model, given: Sequence[Triple] = (), budget: Budget = UNLIMITED) -> Materialised:
    """Draw every conclusion from a model and the ontology together, and from facts of the evaluation itself."""
    closure = materialise(model.table, budget, ontology_closure())
    known = _written(model, closure, closure.asserted, _representatives(closure))
    return known.given(given, budget) if given else known


@cache
def ontology_closure() -> Closure:
    """What follows from the ontology alone; drawn once in a process."""
    return materialise(assets.ontology())


def spells_a_definition(triple: Triple) -> bool:
    """Tell whether a triple that follows is membership in an unnamed class, which stores go without."""
    return isinstance(triple.object, BlankNode) and triple.predicate == RDF.type


def _written(
    model: Model, closure: Closure, stated: Facts, same: Mapping[object, NamedNode | BlankNode]
) -> Materialised:
    """A store with what is stated, the ontology, and what follows; no triple is in two graphs."""
    store, alone = Store(), ontology_closure()
    asserted = stated.without(alone.asserted).represented(same)
    inferred = closure.inferred.of_named_kinds()
    if same:  # what follows of one may be stated of the other
        inferred = inferred.represented(same).without(asserted).without(alone.asserted)
    _write(store, GRAPH.asserted, asserted)
    store.bulk_extend(_ontology())
    if not same and not alone.inferred.meets(closure.asserted):
        store.bulk_extend(_follows_from_the_ontology())
        inferred = inferred.without(alone.inferred)
    _write(store, GRAPH.inferred, inferred)
    return Materialised(model, closure, store, same)


def closure_of(
    source: str | Path | Sequence[str | Path],
    *,
    with_ontology: bool = True,
    input_format: str | None = None,
    limits: Limits | Budget | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> str:
    """Return asserted and inferred triples of some files as N-Triples, sorted.

    With ``with_ontology`` our ontology is reasoned with; what follows from it alone, and membership in the
    class expressions that spell its definitions, is left out.
    Raises :class:`InputError` as :func:`aiopkg.model.load` does, and :class:`LimitReached` when one of ``limits`` is
    passed.
    """
    budget = Budget.of(limits)
    progress("Loading")
    budget.enter("loading")
    model = load([source] if isinstance(source, str | Path) else source, input_format, strict=with_ontology)
    progress("Drawing conclusions")
    budget.enter("drawing conclusions")
    alone = ontology_closure() if with_ontology else materialise(())
    known = materialise(model.table, budget, alone)
    spelt = {t.subject for t in alone.asserted if isinstance(t.subject, BlankNode)}
    told = (t for t in known.inferred.without(alone.inferred) if t.subject not in spelt and t.object not in spelt)
    budget.enter("writing what follows")
    lines = {f"{triple} .\n" for triple in budget.heeding((*model.triples, *told))}
    return "".join(sorted(lines))


def entailment(
    premise: str | Path,
    conclusion: str | Path,
    *,
    with_ontology: bool = True,
    catalog: Path | None = None,
    input_format: str | None = None,
    limits: Limits | Budget | None = None,
) -> "Entailment":
    """Tell whether one document follows from another, with our ontology or without.

    ``catalog`` is a folder from which imports are loaded. Raises :class:`InputError` as
    :func:`aiopkg.model.load` does, and :class:`LimitReached` when one of ``limits`` is passed.
    """
    from aiopkg.reason.entail import entails  # noqa: PLC0415 - nothing else needs it

    budget = Budget.of(limits)
    budget.enter("loading")
    stated = load([premise], input_format, strict=False, catalog=catalog).triples
    asked = load([conclusion], input_format, strict=False, catalog=catalog).triples
    budget.enter("drawing conclusions")
    return entails([*stated, *assets.ontology()] if with_ontology else stated, asked, budget)


def _write(store: Store, graph: NamedNode, facts: Facts) -> None:
    # What reads a text gives blank nodes names of its own.
    blank = facts.of_blank_nodes()
    store.bulk_extend([_quad(triple, graph) for triple in blank])
    for part in facts.without(blank).ntriples():
        # What is written is made of terms that were read before: there is nothing in it to refuse.
        store.bulk_load(part, RdfFormat.N_TRIPLES, to_graph=graph, lenient=True)


@cache
def _ontology() -> Sequence[Quad]:
    return [_quad(triple, GRAPH.ontology) for triple in dict.fromkeys(assets.ontology())]


@cache
def _follows_from_the_ontology() -> Sequence[Quad]:
    return [_quad(triple, GRAPH.inferred) for triple in ontology_closure().inferred.of_named_kinds()]


def _quad(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _representatives(closure: Closure) -> dict[object, NamedNode | BlankNode]:
    """Map each element that is the same as another to the first of its group.

    Terms of the ontology come first, because rules name them; then other IRIs; then by the alphabet.
    """
    groups: dict[object, set[NamedNode | BlankNode]] = {}
    for triple in closure.equalities:
        ends = {end for end in (triple.subject, triple.object) if isinstance(end, NamedNode | BlankNode)}
        known = [groups.get(end, {end}) for end in ends]
        if all(group is known[0] and ends <= group for group in known) and ends <= groups.keys():
            continue
        merged = set().union(*known)
        for element in merged:
            groups[element] = merged
    terms: Collection[object] = {triple.subject for triple in assets.ontology()} if groups else ()

    def rank(element: NamedNode | BlankNode) -> tuple[bool, bool, str]:
        return element not in terms, isinstance(element, BlankNode), str(element)

    first = {id(group): min(group, key=rank) for group in groups.values()}
    return {element: first[id(group)] for element, group in groups.items()}
