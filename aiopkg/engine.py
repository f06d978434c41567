"""The pipeline: load, materialise, measure, validate, derive; each stage writes one named graph."""

import reprlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol, runtime_checkable

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple

from aiopkg.assessment import Assessment, spoken
from aiopkg.baseline import read_baseline
from aiopkg.columns import FactStore
from aiopkg.cut import Complete
from aiopkg.dataclass import dataclass
from aiopkg.derive import Overview, cascade, cascade_triples, findings_told, look_ahead, overlook, recommend
from aiopkg.errors import InputError, LimitReached, Place
from aiopkg.graphs import prefixes_of, refuse_what_is_no_iri
from aiopkg.limits import UNLIMITED, Budget, Limits, alone
from aiopkg.materialised import Materialised, materialise_model
from aiopkg.measure import write_measures
from aiopkg.measure.calendar import day_given
from aiopkg.model import Model, load
from aiopkg.model.labels import NAMING, Labels
from aiopkg.model.load import model_of
from aiopkg.model.parse import parse_source
from aiopkg.model.sources import Source
from aiopkg.rules import Rule, catalogue
from aiopkg.settings import Settings, Waiver
from aiopkg.validate.findings import Ruling, name_of, rule_upon
from aiopkg.validate.listing import Findings
from aiopkg.validate.telling import finding_triples
from aiopkg.validators import Validator
from aiopkg.vocab import AIOP, GRAPH, ORG, RDF, SKOS

__all__ = [
    "Assessment",
    "Matter",
    "RdfGraph",
    "assess",
    "assess_model",
    "find_organization",
    "load_model",
    "materialise_model",
    "rank_of_organization",
    "statements_of",
    "take_up",
    "validate_model",
    "write_graph",
]

Progress = Callable[[str], None]


@runtime_checkable
class RdfGraph(Protocol):
    """An rdflib graph, or anything that writes itself as N-Triples in the same way."""

    def serialize(self, *, format: str) -> str:
        """Return the graph in a format."""
        ...


Sources = str | Path | Sequence[str | Path] | RdfGraph | Model
"""What can be assessed: files, folders, globs, ``-`` for standard input, a graph, or a model that is loaded."""


def _silent(_: str) -> None:
    """Report nothing."""


def validate_model(known: Materialised, rules: Sequence[Rule], as_of: date, given: Sequence[Triple] = ()) -> Ruling:
    """Measure a materialised model and judge it by some rules; writes its graph of measures.

    ``given`` are facts of the evaluation itself; see :func:`aiopkg.measure.write_measures`.
    """
    write_measures(known.facts, as_of, given, known.model.place_of)
    return rule_upon(known.facts, rules, as_of, known.model, Labels.of(known.facts, GRAPH.facts))


def assess(
    source: Sources,
    *,
    as_of: date | None = None,
    packs: Sequence[str] = (),
    upcoming: bool = False,
    input_format: str | None = None,
    settings: Settings | None = None,
    limits: Limits | Budget | None = None,
    store: str | Path | None = None,
    validator: str = Validator.aiopkg,
    progress: Progress = _silent,
) -> Assessment:
    """Assess an organization: load its model, draw conclusions, measure, validate and derive.

    ``as_of`` is the one date at which everything is judged (today in UTC if not given); ``packs`` are ids
    of rule packs to apply beside those that the organization names itself. With ``upcoming``, the assessment
    also says what rules that begin later will find, should nothing change. ``settings`` choose among the rules, set
    severities and thresholds, and waive; no file is looked for here. ``store`` names a folder in which models are
    kept, so that files that were read once are not parsed again. ``validator`` is who decides what fails, ``aiopkg``
    or, much slower, ``pyshacl``.

    Raises :class:`InputError` for input that cannot be read, has no organization in it, or names a pack
    that does not exist; :class:`LimitReached` when one of ``limits`` is passed, with what was complete as
    ``so_far`` once the model is loaded. Limits are heeded between two steps: a step that takes long is not interrupted.
    """
    budget = Budget.of(limits)
    progress("Loading")
    budget.enter("loading")
    model = load_model(source, input_format, store)
    return assess_model(
        model,
        as_of=as_of,
        packs=packs,
        upcoming=upcoming,
        settings=settings,
        limits=budget,
        validator=validator,
        progress=progress,
    )


def load_model(source: Sources, input_format: str | None = None, store: str | Path | None = None) -> Model:
    """Load what can be assessed, from a store where one is named; raises as :func:`assess` does."""
    if isinstance(source, Model):
        return source
    if isinstance(source, str | Path):
        source = [source]
    if isinstance(source, RdfGraph):
        return model_of(statements_of(source), prefixes=prefixes_of(source))
    given: object = source
    if isinstance(given, Sequence) and given and all(isinstance(name, str | Path) for name in given):
        if not store:
            return load(given, input_format)
        from aiopkg.model.kept import load_kept  # noqa: PLC0415 - few keep what they load

        return load_kept(Path(store), given, input_format).model
    raise InputError(
        "unknown-source",
        f"This is nothing that can be read: {reprlib.repr(given)}.",
        fix="Give a path, a glob, a sequence of them that is not empty, or a graph of rdflib.",
    )


def packs_given(packs: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of packs that a caller gives, where one may stand by itself."""
    return (packs,) if isinstance(packs, str) else tuple(packs)


def statements_of(graph: RdfGraph) -> Iterator[tuple[Triple, Place]]:
    """Yield the triples of a graph, each with a place that names no file."""
    if isinstance(graph, Iterable):
        refuse_what_is_no_iri(graph)
    content = graph.serialize(format="nt").encode()
    return ((quad.triple, place) for quad, place in parse_source(Source("graph", content, RdfFormat.N_TRIPLES)))


def assess_model(
    model: Model,
    *,
    as_of: date | None = None,
    packs: Sequence[str] = (),
    upcoming: bool = False,
    settings: Settings | None = None,
    limits: Limits | Budget | None = None,
    validator: str = Validator.aiopkg,
    progress: Progress = _silent,
) -> Assessment:
    """Assess a model that is loaded already; see :func:`assess`."""
    budget = Budget.of(limits)
    settings = settings or Settings()
    if validator not in [*Validator]:
        raise InputError("validator", f"There is no validator '{validator}'.", fix=f"Take {' or '.join(Validator)}.")
    complete = Complete(settings.stated(model), day_given(as_of), packs_given(packs))
    budget.so_far = complete.unfinished
    try:
        return _assess(complete, upcoming, settings, budget, Validator(validator), progress)
    except MemoryError:
        raise complete.unfinished(budget.passed("memory")) from None
    except LimitReached as limit:
        raise complete.unfinished(limit) from limit
    finally:
        budget.so_far = alone


def _assess(
    complete: Complete,
    upcoming: bool,
    settings: Settings,
    budget: Budget,
    validator: Validator,
    progress: Progress,
) -> Assessment:
    model, day = complete.model, complete.as_of
    progress("Drawing conclusions")
    budget.enter("drawing conclusions")
    matter = take_up(model, day, complete.packs, settings, budget)
    store, rules = matter.known.facts, matter.rules
    complete.organization, complete.rules, complete.packs = matter.organization, rules, matter.packs
    complete.closure = matter.known.closure
    complete.stages.append("materialise")
    progress("Measuring and validating")
    budget.enter("measuring")
    write_measures(store, day, matter.given, model.place_of, budget)
    complete.stages.append("measure")
    budget.enter("judging by the rules")
    complete.labels = labels = Labels.of(store, GRAPH.facts)
    complete.ruling = ruling = rule_upon(store, rules, day, model, labels, budget, validator)
    if ruling.ended:
        raise ruling.ended
    complete.stages.append("validate")
    if upcoming:
        progress("Looking ahead")
        budget.enter("looking ahead")
    coming = look_ahead(store, matter.applicable, day, model, matter.given) if upcoming else None
    by_code = {rule.code: rule for rule in rules}
    write_graph(store, GRAPH.findings, findings_told(ruling.findings, rules))
    told = spoken(rules)
    write_graph(store, GRAPH.ontology, told)
    labels = labels.revised(store, GRAPH.facts, {triple.subject for triple in told if triple.predicate in NAMING})
    progress("Deriving recommendations")
    budget.enter("deriving recommendations")
    remedies = recommend(store, ruling.findings, rules, labels)
    complete.recommendations = remedies.recommendations
    complete.stages.append("recommend")
    progress("Following cascades")
    budget.enter("following cascades")
    cascades = cascade(store, ruling.findings, labels)
    budget.enter("summing up")

    def derived() -> Iterator[Quad]:
        for graph, triples in (
            (GRAPH.findings, finding_triples(ruling.findings, by_code)),
            (GRAPH.recommendations, remedies.write()),
            (GRAPH.cascades, cascade_triples(cascades.cascades)),
        ):
            yield from (Quad(t.subject, t.predicate, t.object, graph) for t in triples)

    def look() -> Overview:
        return overlook(store, matter.organization, rules, ruling, cascades.arrows, labels)

    overview = look() if budget.limits else None
    complete.stages.append("cascade")
    return Assessment(
        model=model,
        as_of=day,
        packs=matter.packs,
        rules=rules,
        organization=name_of(matter.organization),
        organization_label=labels(matter.organization),
        findings=Findings(ruling.findings),
        verdicts=ruling.verdicts,
        not_known=ruling.not_known,
        recommendations=remedies.recommendations,
        cascades=cascades,
        labels=labels,
        facts=store,
        derived=derived,
        closure=matter.known.closure,
        overlook=lambda: overview or look(),
        upcoming=coming,
        baseline=read_baseline(settings.baseline) if settings.baseline else None,
        left_out=matter.left_out,
        idle_waivers=matter.idle_waivers,
    )


@dataclass(frozen=True)
class Matter:
    """What an assessment is about: a materialised model, its organization and packs, and the rules that apply.

    ``applicable`` are the rules whatever their dates, ``rules`` those in force; ``given`` are facts of the
    evaluation itself; ``left_out`` the codes of rules in force that the settings leave out, ``idle_waivers``
    the waivers of the settings that waive nothing here.
    """

    known: Materialised
    organization: NamedNode | BlankNode
    packs: tuple[str, ...]
    given: tuple[Triple, ...]
    applicable: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    left_out: tuple[str, ...]
    idle_waivers: tuple[Waiver, ...]


def take_up(
    model: Model,
    as_of: date,
    packs: Sequence[str] = (),
    settings: Settings | None = None,
    budget: Budget = UNLIMITED,
) -> Matter:
    """Draw conclusions from a model and find out what it is about; raises as :func:`assess` does."""
    settings = settings or Settings()
    packs = (*packs, *settings.packs)
    known = materialise_model(model, budget=budget)
    organization = find_organization(known.facts, model)
    bound = _packs(known.facts, packs)
    given = [Triple(organization, AIOP.boundBy, pack) for pack, name in _pack_ids(known.facts).items() if name in packs]
    if given:
        known = known.given(given, budget)
    bearing = [rule for rule in catalogue() if not rule.pack or rule.pack in bound]
    applicable = tuple(settings.revised(rule) for rule in bearing if settings.chooses(rule.code))
    rules = tuple(rule for rule in applicable if rule.in_force(as_of))
    left_out = tuple(r.code for r in bearing if r.in_force(as_of) and not settings.chooses(r.code))
    return Matter(known, organization, bound, tuple(given), applicable, rules, left_out, settings.idle(model))


def write_graph(store: FactStore, graph: NamedNode, triples: Iterable[Triple]) -> None:
    """Add triples to a graph of a store."""
    store.bulk_extend(Quad(t.subject, t.predicate, t.object, graph) for t in triples)


def find_organization(store: FactStore, model: Model) -> NamedNode | BlankNode:
    """Return the organization that a model is about: the one above the others, formal ones first."""
    graphs = (GRAPH.asserted, GRAPH.inferred)
    described = {q.subject for g in graphs for q in store.quads_for_pattern(None, RDF.type, ORG.Organization, g)}
    ranks = {element: rank_of_organization(store, model, element) for element in described}  # type: ignore[arg-type]
    organizations = {element: rank for element, rank in ranks.items() if rank is not None}
    if not organizations:
        raise InputError(
            "no-organization",
            "The model describes no organization.",
            place=Place(min(place.file for place in model.places.values())) if model.places else None,
            fix="State that something in it is an org:Organization or an org:FormalOrganization.",
        )
    return min(organizations, key=organizations.__getitem__)  # type: ignore[return-value]


def rank_of_organization(
    store: FactStore, model: Model, element: NamedNode | BlankNode
) -> tuple[bool, bool, bool, str] | None:
    """Return what organizations are ordered by to find the one that a model is about; None for anything else."""

    def stated(predicate: NamedNode, value: NamedNode | None) -> bool:
        graphs = (GRAPH.asserted, GRAPH.inferred)
        return any(True for graph in graphs for _ in store.quads_for_pattern(element, predicate, value, graph))

    kind = RDF.type
    if not stated(kind, ORG.Organization) or stated(kind, AIOP.Vendor) or stated(kind, AIOP.StandingBody):
        return None
    part, formal = stated(ORG.subOrganizationOf, None), stated(kind, ORG.FormalOrganization)
    return part, not formal, not model.describes(element), str(element)


def _packs(store: FactStore, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the packs that were asked for or that an organization in the model is bound by."""
    ids = _pack_ids(store)
    for name in asked:
        if name not in ids.values():
            raise InputError(
                "unknown-pack",
                f"There is no rule pack called '{name}'.",
                fix=f"Packs are {', '.join(sorted(ids.values()))}.",
            )
    own = {q.object for q in store.quads_for_pattern(None, AIOP.boundBy, None, GRAPH.asserted)}
    return tuple(sorted({*asked, *(name for pack, name in ids.items() if pack in own)}))


def _pack_ids(store: FactStore) -> dict[NamedNode, str]:
    """Return the id of each rule pack."""
    return {
        pack.subject: notation.object.value  # type: ignore[misc, union-attr]
        for pack in store.quads_for_pattern(None, RDF.type, AIOP.Pack, GRAPH.ontology)
        for notation in store.quads_for_pattern(pack.subject, SKOS.notation, None, GRAPH.ontology)
    }
