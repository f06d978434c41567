"""What follows from files: a model with all its conclusions in a store of named graphs, or as text, and entailment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.columns import ColumnStore, FactStore, quad_of, write_facts
from aiopkg.dataclass import dataclass
from aiopkg.limits import UNLIMITED, Budget, Limits
from aiopkg.model import Model, load
from aiopkg.model.load import rewritten
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


MANY = 20_000
"""With so many facts stated, columns are faster than a store."""


@dataclass(frozen=True)
class Materialised:
    """A model with what follows from it.

    ``closure`` says everything of everyone; ``stated`` are the premises without facts of the evaluation itself.
    :attr:`facts` and :attr:`store` hold the graphs asserted, ontology and inferred, of which no two share a triple,
    with one representative of each group of individuals that are the same, and without memberships in the unnamed
    classes that spell definitions.
    """

    model: Model
    closure: Closure
    stated: Facts
    same: Mapping[object, NamedNode | BlankNode]
    """The representative of each individual that is the same as another."""

    @cached_property
    def facts(self) -> FactStore:
        """What the stages of an assessment read and write: columns for many facts, a store for few."""
        return self.columns if len(self.stated) > MANY else self.store

    @cached_property
    def columns(self) -> ColumnStore:
        """The graphs in columns."""
        ontology, asserted, inferred = self._graphs
        graphs = {GRAPH.ontology: ontology, GRAPH.asserted: asserted, GRAPH.inferred: inferred}
        return ColumnStore(graphs, GRAPH.facts, {**_stored_by_the_ontology(), **self.model.stored})

    @cached_property
    def store(self) -> Store:
        """The graphs in a store."""
        store, alone = Store(), ontology_closure()
        _, asserted, inferred = self._graphs
        write_facts(store, GRAPH.asserted, asserted)
        store.bulk_extend(_ontology())
        if not self.same and not alone.inferred.meets(self.closure.asserted):
            store.bulk_extend(_follows_from_the_ontology())
            inferred = inferred.without(alone.inferred)
        write_facts(store, GRAPH.inferred, inferred)
        return store

    @property
    def _graphs(self) -> tuple[Facts, Facts, Facts]:
        """The ontology, what is stated besides, and what follows."""
        alone, same = ontology_closure(), self.same
        asserted = self.stated.without(alone.asserted).represented(same)
        inferred = self.closure.inferred.of_named_kinds()
        if same:  # what follows of one may be stated of the other
            inferred = inferred.represented(same).without(asserted).without(alone.asserted)
        return alone.asserted, asserted, inferred

    def given(self, facts: Sequence[Triple], budget: Budget = UNLIMITED) -> "Materialised":
        """This model with what follows from it and from facts of the evaluation itself; this one is used up."""
        closure = materialise(facts, budget, self.closure)
        found = Materialised(self.model, closure, self.stated, _representatives(closure))
        if "store" in self.__dict__ and found.same == self.same:
            before, now = (each.inferred.of_named_kinds().represented(self.same) for each in (self.closure, closure))
            for triple in before.without(now):
                self.store.remove(quad_of(triple, GRAPH.inferred))
            self.store.extend(quad_of(triple, GRAPH.inferred) for triple in now.without(before))
            found.__dict__["store"] = self.store
        return found


def materialise_model(model: Model, given: Sequence[Triple] = (), budget: Budget = UNLIMITED) -> Materialised:
    """Draw every conclusion from a model and the ontology together, and from facts of the evaluation itself."""
    closure = materialise(model.table, budget, ontology_closure())
    known = Materialised(model, closure, closure.asserted, _representatives(closure))
    return known.given(given, budget) if given else known


@cache
def ontology_closure() -> Closure:
    """What follows from the ontology alone; drawn once in a process."""
    return materialise(assets.ontology())


def spells_a_definition(triple: Triple) -> bool:
    """Tell whether a triple that follows is membership in an unnamed class, which stores go without."""
    return isinstance(triple.object, BlankNode) and triple.predicate == RDF.type


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
    names = [source] if isinstance(source, str | Path) else source
    model = load(names, input_format, strict=with_ontology, may_be_empty=True)
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
    reading = partial(load, format_name=input_format, strict=False, catalog=catalog, may_be_empty=True)
    stated, asked = reading([premise]).triples, reading([conclusion]).triples
    budget.enter("drawing conclusions")
    return entails([*stated, *assets.ontology()] if with_ontology else stated, asked, budget)


@cache
def _ontology() -> Sequence[Quad]:
    return [quad_of(triple, GRAPH.ontology) for triple in dict.fromkeys(assets.ontology())]


@cache
def _follows_from_the_ontology() -> Sequence[Quad]:
    return [quad_of(triple, GRAPH.inferred) for triple in ontology_closure().inferred.of_named_kinds()]


@cache
def _stored_by_the_ontology() -> Mapping[Literal, Literal]:
    """How a store writes literals of the ontology that it writes otherwise."""
    written = {triple.object for triple in assets.ontology() if isinstance(triple.object, Literal)}
    return {literal: form for form, literal in rewritten(written)}


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
