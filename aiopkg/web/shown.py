"""One assessment with what its pages share, each part worked out when it is first asked for."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.assessment import Assessment
from aiopkg.derive.cascade import Cascade, Reach, RootCause
from aiopkg.explain.sentences import read_aloud
from aiopkg.report.page import Page
from aiopkg.report.page.gaps import RuleGaps
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding
from aiopkg.vocab import GRAPH, RDF
from aiopkg.web.addresses import Addresses

__all__ = ["Node", "Shown"]

Node = NamedNode | BlankNode


class Shown:
    """An assessment as the pages show it."""

    def __init__(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self.links = Addresses()

    def labels(self, term: Node | Literal | Triple) -> str:
        """Return what a term is called; the words of RDF, RDFS and OWL as they are read aloud."""
        known = read_aloud(term) if isinstance(term, NamedNode) else ""
        return known or self.assessment.labels(term)

    @cached_property
    def report(self) -> Page:
        """What the report shows, part by part, with links to the pages."""
        return Page(self.assessment, self.links)

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules that were applied, by code."""
        return {rule.code: rule for rule in self.assessment.rules}

    @cached_property
    def rule_gaps(self) -> Mapping[str, RuleGaps]:
        """What the report says of each rule that something does not satisfy, by code."""
        return {rule.code: rule for rule in self.report.gaps}

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """The findings by id."""
        return {finding.id: finding for finding in self.assessment.findings}

    @cached_property
    def findings_at(self) -> Mapping[str, list[Finding]]:
        """The findings of each element."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.assessment.findings:
            found[finding.focus].append(finding)
        return found

    @cached_property
    def root_causes(self) -> Mapping[str, RootCause]:
        """The elements where gaps start, those first that matter most."""
        return {cause.focus: cause for cause in self.assessment.cascades.root_causes}

    @cached_property
    def reached(self) -> Mapping[str, Mapping[str, tuple[Cascade, Reach]]]:
        """For each element that a cascade reaches, the elements where such cascades start, with one of each."""
        found: dict[str, dict[str, tuple[Cascade, Reach]]] = defaultdict(dict)
        for cascade in self.assessment.cascades.cascades:
            for reach in cascade.reaches:
                if reach.element != cascade.focus:
                    found[reach.element].setdefault(cascade.focus, (cascade, reach))
        return found

    @cached_property
    def units(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the gaps that lie in each unit, by the unit."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for score in self.assessment.overview.units:
            found[score.unit].update(dict.fromkeys(score.findings))
        return {unit: tuple(gaps) for unit, gaps in found.items()}

    def is_in(self, node: Node, kind: NamedNode) -> bool:
        """Tell whether an element is stated or concluded to be in a class."""
        store = self.assessment.store
        return any(
            next(store.quads_for_pattern(node, RDF.type, kind, graph), None) is not None
            for graph in (GRAPH.asserted, GRAPH.inferred)
        )

    def is_known(self, node: Node) -> bool:
        """Tell whether anything is said of an element, or with it."""
        store = self.assessment.store
        ends = ((node, None), (None, node))
        return any(
            next(store.quads_for_pattern(subject, None, value, graph), None) is not None
            for graph in (GRAPH.asserted, GRAPH.inferred, GRAPH.ontology)
            for subject, value in ends
        )
