"""What is complete of an assessment when a limit ends it, as an assessment that says that it was cut short."""

from collections.abc import Sequence
from dataclasses import field
from datetime import date

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from aiopkg import assets
from aiopkg.assessment import Assessment, Cut, Unfinished, spoken
from aiopkg.dataclass import dataclass
from aiopkg.derive import Recommendation, cascade, overlook
from aiopkg.errors import LimitReached
from aiopkg.measure import write_measures
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.reason import Closure, materialise
from aiopkg.rules import Rule, catalogue
from aiopkg.validate.findings import Ruling, name_of
from aiopkg.validate.listing import Findings
from aiopkg.validate.telling import finding_triples
from aiopkg.vocab import GRAPH, ORG, RDF

__all__ = ["Complete"]


@dataclass
class Complete:
    """What an assessment has brought to its end so far; the pipeline fills it in, stage by stage."""

    model: Model
    as_of: date
    packs: Sequence[str]
    stages: list[str] = field(default_factory=lambda: ["load"])
    organization: NamedNode | BlankNode | None = None
    rules: tuple[Rule, ...] = ()
    closure: Closure | None = None
    ruling: Ruling | None = None
    labels: Labels | None = None
    recommendations: tuple[Recommendation, ...] = ()

    def unfinished(self, limit: LimitReached) -> LimitReached:
        """Return the error that carries what is complete; the limit itself where no organization is known yet.

        What is put together here is read from the ontology and from what was complete, never from the organization's
        facts, of which there may be too many.
        """
        organization = self.organization or self._stated()
        if organization is None:
            return limit
        ruling = self.ruling or Ruling((), {}, {}, ())
        judged = tuple(rule for rule in self.rules if rule.code in ruling.verdicts)
        store = Store()
        written = finding_triples(ruling.findings, {rule.code: rule for rule in judged})
        about = self.model.statements_about(organization)
        for graph, triples in (
            (GRAPH.ontology, (*assets.ontology(), *spoken(judged))),
            (GRAPH.findings, written),
            (GRAPH.asserted, about),
        ):
            store.extend([Quad(t.subject, t.predicate, t.object, graph) for t in triples])
        write_measures(store, self.as_of)
        labels = self.labels or Labels.of(store, (GRAPH.asserted, GRAPH.ontology))
        cascades = cascade(store, (), labels)
        overview = overlook(store, organization, judged, ruling, (), labels)
        would = self.rules or [rule for rule in catalogue() if not rule.pack and rule.in_force(self.as_of)]
        left = tuple(rule.code for rule in would if rule.code not in ruling.verdicts)
        so_far = Assessment(
            model=self.model,
            as_of=self.as_of,
            packs=tuple(self.packs),
            rules=judged,
            organization=name_of(organization),
            organization_label=labels(organization),
            findings=Findings(ruling.findings),
            verdicts=ruling.verdicts,
            not_known=ruling.not_known,
            recommendations=self.recommendations,
            cascades=cascades,
            labels=labels,
            facts=store,
            closure=self.closure or materialise(()),
            overlook=lambda: overview,
            cut=Cut(limit.code, limit.cause, tuple(self.stages), left),
        )
        return Unfinished(limit, so_far)

    def _stated(self) -> NamedNode | BlankNode | None:
        """Return what the model itself says to be an organization, formal ones and parts of none first."""
        kinds = (ORG.FormalOrganization, ORG.Organization)
        found = [t for t in self.model.triples if t.predicate == RDF.type and t.object in kinds]
        parts = {t.subject for t in self.model.triples if t.predicate == ORG.subOrganizationOf}
        found.sort(key=lambda t: (t.subject in parts, kinds.index(t.object), str(t.subject)))
        return found[0].subject if found else None  # type: ignore[return-value]
