"""What an assessment came to, as one value that nothing changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyoxigraph import Quad, RdfFormat, Store, Triple, serialize

from aiopkg import assets
from aiopkg.derive import Cascades, Overview, Recommendation, Upcoming
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.reason import Closure, Inconsistency
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding, NotKnown
from aiopkg.vocab import AIOP, GRAPH

__all__ = ["Assessment", "spoken"]


@dataclass(frozen=True)
class Assessment:
    """What an assessment came to; nothing in it changes.

    ``verdicts`` maps a rule's code to how many elements got each verdict. ``store`` holds every named
    graph; :meth:`dataset` writes them out. ``upcoming`` is None unless it was asked for.
    """

    model: Model
    as_of: date
    packs: tuple[str, ...]
    rules: tuple[Rule, ...]
    organization: str
    organization_label: str
    findings: tuple[Finding, ...]
    verdicts: Mapping[str, Mapping[str, int]]
    not_known: tuple[NotKnown, ...]
    recommendations: tuple[Recommendation, ...]
    cascades: Cascades
    overview: Overview
    inconsistencies: tuple[Inconsistency, ...]
    labels: Labels
    store: Store
    closure: Closure
    upcoming: tuple[Upcoming, ...] | None = None

    def dataset(self) -> bytes:
        """Return all named graphs as N-Quads, sorted: what the organization states, in its own spelling,
        and what each stage wrote.
        """
        quads = [Quad(t.subject, t.predicate, t.object, GRAPH.asserted) for t in self.model.triples]
        declared = {*assets.ontology(), *spoken(self.rules)} - set(self.model.places)
        quads += [Quad(t.subject, t.predicate, t.object, GRAPH.ontology) for t in declared]
        quads += [Quad(t.subject, t.predicate, t.object, GRAPH.inferred) for t in self.closure.inferred]
        for graph in (GRAPH.measures, GRAPH.findings, GRAPH.recommendations, GRAPH.cascades):
            quads += self.store.quads_for_pattern(None, None, None, graph)
        content = serialize(sorted(quads, key=str), format=RdfFormat.N_QUADS)
        assert content is not None
        return content


def spoken(rules: Sequence[Rule]) -> list[Triple]:
    """Return what rules say of themselves, without their examples."""
    return [t for rule in rules for t in rule.triples if t.predicate not in (AIOP.fails, AIOP.passes)]
