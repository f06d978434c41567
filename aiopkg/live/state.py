"""A store of facts with all that is kept about it, and how an edit goes through it, stage by stage."""

from collections.abc import Iterable, Sequence
from datetime import date

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from aiopkg import assets
from aiopkg.assessment import Assessment, spoken
from aiopkg.baseline import read_baseline
from aiopkg.derive import overlook
from aiopkg.derive.overview import Overview
from aiopkg.engine import rank_of_organization, take_up, write_graph
from aiopkg.errors import AiopkgError
from aiopkg.live.changes import Changes
from aiopkg.live.measures import Measures
from aiopkg.live.remedies import Remedies
from aiopkg.live.rulings import Revised, Rulings
from aiopkg.live.trails import Trails
from aiopkg.materialised import spells_a_definition
from aiopkg.model import Model
from aiopkg.model.labels import NAMING, Labels
from aiopkg.model.load import as_stored
from aiopkg.settings import Settings
from aiopkg.validate.findings import name_of
from aiopkg.validate.listing import Findings
from aiopkg.validate.telling import finding_triples
from aiopkg.validate.terms import Term
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["State"]

_FUNDAMENTAL = (AIOP.thresholdValue, AIOP.boundBy)
"""Statements that bear on everything."""
_NO_RANK = (True, True, True, "")


class State:
    """A model with all that was worked out from it; raises as :func:`aiopkg.assess` does."""

    def __init__(self, model: Model, as_of: date, packs: Sequence[str], settings: Settings) -> None:
        self._as_of = as_of
        self._edits = 0
        self._baseline = read_baseline(settings.baseline) if settings.baseline else None
        self._matter = matter = take_up(model, as_of, packs, settings)
        self.model = model
        self._store = store = matter.known.store
        self._rank = rank_of_organization(store, model, matter.organization) or _NO_RANK
        self._closure = matter.known.closure
        self._fixed = frozenset((*assets.ontology(), *matter.given))
        self._ontology = frozenset(assets.ontology())
        self._rules = {rule.code: rule for rule in matter.rules}
        self._told = spoken(matter.rules)
        self._measures = Measures(store, as_of, matter.given, model.place_of, self._told)
        self._plain = Labels.of(store, GRAPH.facts)
        self._rulings = Rulings(store, matter.rules, as_of, model, self._plain, self._told)
        self._derived = derived = Store()
        write_graph(derived, GRAPH.findings, finding_triples(self._rulings.ruling.findings, self._rules))
        write_graph(store, GRAPH.ontology, self._told)
        self._labels = self._plain.revised(store, GRAPH.facts, {triple.subject for triple in self._told})
        self._remedies = Remedies(store, derived, self._labels)
        self._trails = Trails(store, derived, self._rulings.ruling.findings, self._labels)

    def assessment(self) -> Assessment:
        """All of it, as one value."""
        matter, ruling, cascades, labels = self._matter, self._rulings.ruling, self._trails.cascades, self._labels
        edits = self._edits

        def sum_up() -> Overview:
            if self._edits != edits:
                raise AiopkgError(
                    "stale", "This assessment has been edited since.", fix="Ask for its overview before the next edit."
                )
            return overlook(self._store, matter.organization, matter.rules, ruling, cascades.arrows, labels)

        return Assessment(
            model=self.model,
            as_of=self._as_of,
            packs=matter.packs,
            rules=matter.rules,
            organization=name_of(matter.organization),
            organization_label=labels(matter.organization),
            findings=Findings(ruling.findings),
            verdicts=ruling.verdicts,
            not_known=ruling.not_known,
            recommendations=self._remedies.recommendations,
            cascades=cascades,
            labels=labels,
            facts=self._store,
            derived=lambda: self._derived,
            closure=self._closure,
            overlook=sum_up,
            baseline=self._baseline,
            left_out=matter.left_out,
            idle_waivers=matter.idle_waivers,
        )

    def take_in(self, model: Model, fresh: Sequence[Triple], lost: Sequence[Triple]) -> Revised | None:
        """Go over to another model, which has some triples more and others less; None where this needs a new state.

        After None the state is not to be used any more.
        """
        self._edits += 1
        self._part()
        restatement = self._restate(model, fresh, lost)
        if restatement is None:
            return None
        facts, restated = restatement
        concerned = self._rulings.failing_among(_ends((*fresh, *lost, *model.relocated(self.model))))
        moved = {end for end in concerned if self.model.place_of(end) != model.place_of(end)}
        respelt = self.model.respelt(model)
        self.model = model
        changes = self._measures.update(facts)
        if self._is_another_organization((*restated, *fresh, *lost)):
            return None
        named = {t.subject for name in NAMING for t in changes.by_predicate.get(name, ())}
        renamed = self._rename(named) if named else set()
        revised = self._rulings.update(changes, moved, renamed | respelt, model, self._plain)
        gone = set(finding_triples(revised.removed, self._rules))
        come = set(finding_triples(revised.added, self._rules))
        for triple in gone - come:
            self._derived.remove(_quad(triple, GRAPH.findings))
        self._derived.extend(_quad(triple, GRAPH.findings) for triple in come - gone)
        stored = Changes(frozenset(come - gone), frozenset(gone - come))
        self._remedies.update(changes.and_then(stored), self._labels)
        self._trails.update(changes, restated, revised.added, revised.removed, renamed, self._labels)
        return revised

    def _part(self) -> None:
        """Leave the facts alone in their store, whoever had all graphs put into it: it answers sooner so."""
        for graph in self._derived.named_graphs():
            self._store.remove_graph(graph)

    def _restate(
        self, model: Model, fresh: Sequence[Triple], lost: Sequence[Triple]
    ) -> tuple[Changes, Sequence[Triple]] | None:
        """Draw conclusions and bring the asserted and inferred graphs up to date; None where that takes a full run.

        Returns what came and went in the two together, and all triples that came or went in one of them.
        """
        if any(triple.predicate in _FUNDAMENTAL for triple in (*fresh, *lost)):
            return None
        edit = self._closure.edited(fresh, [triple for triple in lost if triple not in self._fixed])
        if edit.changes is None:
            return None
        appeared, vanished = (
            [triple for triple in triples if triple not in self._ontology and not spells_a_definition(triple)]
            for triples in (edit.changes.appeared, edit.changes.vanished)
        )
        fresh = [triple for triple in fresh if triple not in self._ontology]
        lost = [triple for triple in lost if triple not in self._ontology]
        touched = (*appeared, *vanished, *fresh, *lost)
        same = self._matter.known.same
        if same and any(end in same for t in touched for end in (t.subject, t.object)):
            return None
        if any(_is_told_twice(triple, each) for triple in (*lost, *vanished) for each in (self.model, model)):
            return None
        self._closure = edit.closure
        for triple in lost:
            self._store.remove(_quad(triple, GRAPH.asserted))
        for triple in vanished:
            self._store.remove(_quad(triple, GRAPH.inferred))
        self._store.extend(_quad(triple, GRAPH.asserted) for triple in fresh)
        self._store.extend(_quad(triple, GRAPH.inferred) for triple in appeared)
        come, gone = set(map(as_stored, (*fresh, *appeared))), set(map(as_stored, (*lost, *vanished)))
        return Changes(frozenset(come - gone), frozenset(gone - come)), touched

    def _is_another_organization(self, triples: Iterable[Triple]) -> bool:
        """Whether the model may be about another organization since some triples came or went."""
        own = self._matter.organization
        ranks = {e: rank_of_organization(self._store, self.model, e) for e in {own, *_subjects(triples)}}
        return ranks[own] != self._rank or any(rank < self._rank for rank in ranks.values() if rank is not None)

    def _rename(self, subjects: Iterable[Term]) -> set[Term]:
        """Look up the labels of some terms anew; returns those that are called otherwise since."""
        before, told = self._labels, {triple.subject for triple in self._told}
        self._plain = self._plain.revised(self._store, GRAPH.facts, set(subjects) - told)
        self._labels = self._labels.revised(self._store, GRAPH.facts, subjects)
        return {subject for subject in subjects if before(subject) != self._labels(subject)}


def _quad(triple: Triple, graph: NamedNode) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _subjects(triples: Iterable[Triple]) -> set[NamedNode | BlankNode]:
    return {triple.subject for triple in triples if isinstance(triple.subject, NamedNode | BlankNode)}


def _ends(triples: Iterable[Triple]) -> set[NamedNode | BlankNode]:
    return {end for t in triples for end in (t.subject, t.object) if isinstance(end, NamedNode | BlankNode)}


def _is_told_twice(triple: Triple, model: Model) -> bool:
    """Whether a model tells the same of a subject in two spellings, which a store does not tell apart."""
    if not isinstance(triple.object, Literal):
        return False
    stored = as_stored(triple).object
    others = (t for t in model.statements_about(triple.subject) if isinstance(t.object, Literal))
    return any(t.object != triple.object and as_stored(t).object == stored for t in others)
