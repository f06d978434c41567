"""SPARQL over files: the graphs of an assessment, or of what files without an organization state and imply."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, serialize

from aiopkg import assets
from aiopkg.engine import RdfGraph, Sources, assess_model, load_model
from aiopkg.errors import InputError
from aiopkg.limits import Budget, Limits
from aiopkg.model import Model, load
from aiopkg.reason import materialise
from aiopkg.settings import Settings
from aiopkg.sparql import Answered, Graphs, Value, evaluate
from aiopkg.vocab import GRAPH

__all__ = ["graphs_of", "query"]


def query(
    source: Sources, text: str, bindings: Mapping[str, Value] | None = None, *, with_ontology: bool = True
) -> Answered:
    """Load files or a graph and answer one SPARQL query over them; see :meth:`aiopkg.Assessment.query`.

    A model without an organization has the graphs asserted, ontology and inferred only. Without ``with_ontology``
    the files are reasoned with alone.
    """
    graphs = graphs_of(source, with_ontology=with_ontology)
    return graphs.answer(evaluate(graphs, text, bindings))


def graphs_of(
    source: Sources,
    *,
    as_of: date | None = None,
    packs: Sequence[str] = (),
    with_ontology: bool = True,
    input_format: str | None = None,
    settings: Settings | None = None,
    limits: Limits | Budget | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Graphs:
    """Return the named graphs that a query sees; raises as :func:`aiopkg.assess` does for what is given,
    but for a model without an organization.
    """
    budget = Budget.of(limits)
    progress("Loading")
    budget.enter("loading")
    if not with_ontology:
        alone = not isinstance(source, RdfGraph)
        model = load(_listed(source), input_format, strict=False) if alone else load_model(source)  # type: ignore[arg-type]
        return _graphs(model, budget, with_ontology=False)
    model = load_model(source, input_format)
    try:
        found = assess_model(model, as_of=as_of, packs=packs, settings=settings, limits=budget, progress=progress)
    except InputError as error:
        if error.code != "no-organization":
            raise
        return _graphs(model, budget, with_ontology=True)
    budget.enter("preparing the graphs")
    return found.served


def _listed(source: str | Path | Sequence[str | Path]) -> Sequence[str | Path]:
    return [source] if isinstance(source, str | Path) else source


def _graphs(model: Model, budget: Budget, *, with_ontology: bool) -> Graphs:
    ontology = assets.ontology() if with_ontology else ()
    declared = set(ontology) - set(model.places)
    budget.enter("drawing conclusions")
    closure = materialise([*model.triples, *ontology], budget)
    quads = [
        Quad(t.subject, t.predicate, t.object, graph)
        for graph, triples in (
            (GRAPH.asserted, model.triples),
            (GRAPH.ontology, declared),
            (GRAPH.inferred, closure.inferred),
        )
        for t in triples
    ]
    return Graphs.read(serialize(quads, format=RdfFormat.N_QUADS) or b"", model.prefixes)
