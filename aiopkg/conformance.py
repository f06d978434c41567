"""Validates files against shapes, ours or anybody's, into the report of the W3C (SHACL 1.0, section 3)."""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.engine import take_up
from aiopkg.errors import AiopkgWarning
from aiopkg.limits import Budget, Limits
from aiopkg.measure import write_measures
from aiopkg.model import Model, load
from aiopkg.model.labels import Labels
from aiopkg.model.load import rewritten
from aiopkg.reason import materialise
from aiopkg.settings import Settings
from aiopkg.validate import Outcome, Shapes, report, validate
from aiopkg.validate.findings import shapes_of
from aiopkg.vocab import GRAPH

__all__ = ["Conformance", "conform"]


@dataclass(frozen=True)
class Conformance:
    """What a validation came to: its results, and the model and labels to tell them with."""

    outcome: Outcome
    model: Model
    labels: Labels

    def __bool__(self) -> bool:
        """Whether the data conforms: there is no result of any severity."""
        return not self.outcome.results

    def triples(self) -> Sequence[Triple]:
        """The W3C validation report."""
        return report(self.outcome)


def conform(
    sources: Sequence[str | Path],
    shapes: Sequence[str | Path] = (),
    *,
    infer: bool = False,
    as_of: date | None = None,
    packs: Sequence[str] = (),
    input_format: str | None = None,
    settings: Settings | None = None,
    limits: Limits | Budget | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Conformance:
    """Validate files against the shapes in some files, or against our rules in force if there are none.

    Shapes of the user's see what the files state; with ``infer`` also what follows from it and our ontology. Our
    rules see everything that an assessment knows, and need an organization.
    Raises :class:`InputError` as :func:`aiopkg.assess` does, and for shapes that SHACL does not allow;
    :class:`LimitReached` when one of ``limits`` is passed.
    """
    budget = Budget.of(limits)
    progress("Loading")
    budget.enter("loading")
    model = load(sources, input_format, strict=not shapes)
    if not shapes:
        day = as_of or datetime.now(UTC).date()
        return _by_rules(model, day, packs, settings or Settings(), budget, progress)
    asked = Shapes.compile(load(shapes, strict=False).triples)
    if not asked.targets:
        said = f"No shape in {', '.join(map(str, shapes))} has a target, so that nothing is looked at."
        warnings.warn(said, AiopkgWarning, stacklevel=1)
    progress("Drawing conclusions" if infer else "Validating")
    budget.enter("drawing conclusions" if infer else "validating")
    stated = [*model.triples, *(_implied(model, budget) if infer else ())]
    budget.enter("validating")
    store = Store()
    store.bulk_extend([Quad(t.subject, t.predicate, t.object, GRAPH.asserted) for t in stated])
    labels = Labels.of(store, [GRAPH.asserted])
    return Conformance(_outcome(store, asked, [GRAPH.asserted], stated, budget), model, labels)


def _by_rules(
    model: Model, day: date, packs: Sequence[str], settings: Settings, budget: Budget, progress: Callable[[str], None]
) -> Conformance:
    progress("Drawing conclusions")
    budget.enter("drawing conclusions")
    model = settings.stated(model)
    matter = take_up(model, day, packs, settings, budget)
    store = matter.known.store
    progress("Measuring and validating")
    budget.enter("measuring")
    write_measures(store, day, matter.given, model.place_of, budget)
    budget.enter("validating")
    found = _outcome(store, shapes_of(matter.rules), GRAPH.facts, model.triples, budget)
    return Conformance(found, model, Labels.of(store, GRAPH.facts))


def _implied(model: Model, budget: Budget) -> Iterable[Triple]:
    ontology = assets.ontology()
    return sorted({*ontology, *materialise([*model.triples, *ontology], budget).inferred} - set(model.places), key=str)


def _outcome(
    store: Store, shapes: Shapes, graphs: Sequence[NamedNode], stated: Iterable[Triple], budget: Budget
) -> Outcome:
    return validate(store, shapes, graphs=graphs, originals=_originals(stated), budget=budget)


def _originals(stated: Iterable[Triple]) -> Mapping[Triple, Sequence[Literal]]:
    """Return the literals as they were written of each triple that the store has rewritten."""
    held = [t for t in stated if isinstance(t.object, Literal)]
    stored = {original: kept for kept, original in rewritten({t.object for t in held if isinstance(t.object, Literal)})}
    written: dict[Triple, list[Literal]] = defaultdict(list)
    for triple in held:
        assert isinstance(triple.object, Literal)
        kept = stored.get(triple.object, triple.object)
        written[Triple(triple.subject, triple.predicate, kept)].append(triple.object)
    return {triple: spelt for triple, spelt in written.items() if spelt != [triple.object]}
