"""What follows from files: a model with all its conclusions in a store of named graphs, or as text, and entailment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.limits import UNLIMITED, Budget, Limits
from aiopkg.model import Model, load
from aiopkg.reason import Closure, Entailment, entails, materialise
from aiopkg.vocab import GRAPH, OWL

__all__ = ["Materialised", "closure_of", "entailment", "materialise_model"]


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
    if with_ontology:
        ontology = assets.ontology()
        known = materialise([*model.triples, *ontology], budget)
        alone = {*ontology, *materialise(ontology).inferred} - set(model.places)
        spelt = {t.subject for t in ontology if isinstance(t.subject, BlankNode)}
    else:
        known = materialise(model.triples, budget)
        alone, spelt = set(), set()
    told = (t for t in known.inferred if t not in alone and t.subject not in spelt and t.object not in spelt)
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
) -> Entailment:
    """Tell whether one document follows from another, with our ontology or without.

    ``catalog`` is a folder from which imports are loaded. Raises :class:`InputError` as
    :func:`aiopkg.model.load` does, and :class:`LimitReached` when one of ``limits`` is passed.
    """
    budget = Budget.of(limits)
    budget.enter("loading")
    stated = load([premise], input_format, strict=False, catalog=catalog).triples
    asked = load([conclusion], input_format, strict=False, catalog=catalog).triples
    budget.enter("drawing conclusions")
    return entails([*stated, *assets.ontology()] if with_ontology else stated, asked, budget)


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
