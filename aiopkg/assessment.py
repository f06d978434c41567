"""What an assessment came to, as one value that nothing changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import cached_property
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple, serialize

from aiopkg import assets
from aiopkg.baseline import Baseline, Known, KnownContradiction
from aiopkg.columns import ColumnStore, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.derive import Cascades, Overview, Recommendation, Upcoming
from aiopkg.errors import InputError, LimitReached
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.model.names import element_called
from aiopkg.notebook import element
from aiopkg.reason import Closure, Inconsistency
from aiopkg.rules import Rule
from aiopkg.settings import Waiver
from aiopkg.validate.findings import Finding, NotKnown
from aiopkg.validate.listing import Findings
from aiopkg.vocab import AIOP, GRAPH, PREFIXES, RDF

if TYPE_CHECKING:
    from decimal import Decimal

    from aiopkg.ask import Answer
    from aiopkg.explain import (
        Applicability,
        Contradiction,
        Explainer,
        Matter,
        NotFollowing,
        Proof,
        Reasons,
        RuleApplicability,
    )
    from aiopkg.frames import PandasFrame, PolarsFrame
    from aiopkg.graphs import Graph
    from aiopkg.sparql import Answered, Graphs, Value

__all__ = ["STAGES", "Assessment", "Cut", "Unfinished", "spoken"]

STAGES = ("load", "materialise", "measure", "validate", "recommend", "cascade")
"""The stages of an assessment that a limit can leave complete, in their order."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a limit ended an assessment: the limit's code, what was reached while doing what, and what is whole.

    ``stages`` are those that are complete; ``rules`` are codes of the rules that were not judged any more, or not
    to their end.
    """

    code: str
    cause: str
    stages: tuple[str, ...]
    rules: tuple[str, ...]

    def in_words(self, judged: int) -> str:
        """Say that a report is not whole, and how many rules were judged."""
        some = f"{judged} rules were judged, {len(self.rules)} were not"
        done = some if self.rules or not judged else "All rules were judged"
        return (
            f"This report is not complete. {self.cause} The last complete stage is {self.stages[-1]}. "
            f"{done}; what it does not list may be wrong as well."
        )


@dataclass(frozen=True)
class Assessment:
    """What an assessment came to; nothing in it changes, and any number of threads may ask it things.

    ``verdicts`` maps a rule's code to how many elements got each verdict. ``facts`` holds what was judged,
    :attr:`store` holds every named graph; :meth:`dataset` writes them out. ``upcoming`` is None unless it was asked
    for, ``baseline`` where nothing was known before.
    """

    model: Model
    as_of: date
    packs: tuple[str, ...]
    rules: tuple[Rule, ...]
    organization: str
    organization_label: str
    findings: Findings
    verdicts: Mapping[str, Mapping[str, int]]
    not_known: tuple[NotKnown, ...]
    recommendations: tuple[Recommendation, ...]
    cascades: Cascades
    labels: Labels
    facts: FactStore
    closure: Closure
    overlook: Callable[[], Overview]
    """Sums everything up, when that is first asked for."""
    derived: Callable[[], Iterable[Quad]] = tuple
    """Gives what the last stages say as quads, when the whole store is first asked for."""
    upcoming: tuple[Upcoming, ...] | None = None
    baseline: Baseline | None = None
    left_out: tuple[str, ...] = ()
    """The codes of rules that would apply and that the settings leave out."""
    idle_waivers: tuple[Waiver, ...] = ()
    """The waivers of the settings whose element the model does not mention."""
    cut: Cut | None = None
    """None where the assessment is whole. Else it holds the verdicts of the rules that were judged; what other
    stages would have found is not in it unless they are among ``cut.stages``."""

    def __post_init__(self) -> None:
        kept = MappingProxyType({code: MappingProxyType(counts) for code, counts in self.verdicts.items()})
        object.__setattr__(self, "verdicts", kept)

    _turn: RLock = field(default_factory=RLock, init=False, repr=False, compare=False)
    """Explanations remember what they have worked out; one thread at a time adds to it."""

    @cached_property
    def everything(self) -> FactStore:
        """Every named graph, in the store or the columns that the assessment was made from; to be read only."""
        with self._turn:
            self.facts.bulk_extend(self.derived())
        return self.facts

    @property
    def store(self) -> Store:
        """Every named graph, to be read only."""
        everything = self.everything
        return everything.store if isinstance(everything, ColumnStore) else everything

    @cached_property
    def overview(self) -> Overview:
        """Everything seen from above."""
        return self.overlook()

    @property
    def applicability(self) -> "Mapping[str, RuleApplicability]":
        """Why each rule of the catalogue applies here, does not, or found nothing to look at, by its code.

        Nothing where the assessment was cut short.
        """
        with self._turn:
            return self._reasons.of_rules if self.cut is None else {}

    def applies(self, rule: str, element: str | NamedNode | BlankNode) -> "Applicability":
        """Return why a rule looks at an element or does not; true exactly if it does.

        ``rule`` is a code, ``element`` an IRI, a prefixed name, a label or ``_:name``. Raises :class:`InputError` for
        a code that no rule has, and for an element that no fact is about.
        """
        with self._turn:
            if isinstance(element, str):
                element = element_called(element, self.store, self.labels, self.model.prefixes)
            return self._reasons.of(rule, element)

    @cached_property
    def _reasons(self) -> "Reasons":
        from aiopkg.explain import Reasons  # noqa: PLC0415 - it takes long to import

        known_as = (self.organization, self.organization_label)
        return Reasons(self.facts, self.labels, self.as_of, self.packs, known_as, self.not_known, self.left_out)

    def state_of(self, gap: "Finding | Contradiction") -> str:
        """Return ``carried`` for a finding or a contradiction that the baseline knows, else ``new``; without a
        baseline all are new.
        """
        return self.baseline.state_of(gap) if self.baseline else "new"

    @cached_property
    def closed(self) -> tuple[Known, ...]:
        """The gaps that the baseline knows and that are gaps no more."""
        return (
            self.baseline.closed(self.findings, (rule.code for rule in self.rules))
            if self.baseline and self.cut is None
            else ()
        )

    @cached_property
    def contradictions(self) -> "tuple[Contradiction, ...]":
        """What the model states and the ontology says that cannot all be true, told as findings are."""
        from aiopkg.explain import contradictions_of  # noqa: PLC0415 - it takes long to import

        return contradictions_of(self.closure, self.model, self._explainer.sentences) if self.inconsistencies else ()

    @cached_property
    def settled(self) -> tuple[KnownContradiction, ...]:
        """The contradictions that the baseline knows and that are none any more."""
        return self.baseline.settled(self.contradictions) if self.baseline and self.cut is None else ()

    def cut_short(self, limit: LimitReached) -> "Assessment":
        """Return this assessment as one that is whole and whose report a limit ended."""
        return replace(self, cut=Cut(limit.code, limit.cause, STAGES, ()))

    @property
    def inconsistencies(self) -> tuple[Inconsistency, ...]:
        """The contradictions as the reasoner finds them: its rule and the premises, as triples."""
        return self.closure.inconsistencies

    def explain(self, matter: "Matter") -> "Proof":
        """Return the proof of a finding, a recommendation, a cascade, a contradiction, an archetype or a triple.

        ``matter`` is one of these, its id, one of ``archetype``, ``archetype.operated`` and
        ``archetype.recommended``, or a triple in three words: prefixed names, IRIs or labels.
        Raises :class:`InputError` for what does not exist, and for a triple that does not follow.
        """
        from aiopkg.explain import conclusion_of  # noqa: PLC0415 - it takes long to import

        conclusion = conclusion_of(self, matter)
        with self._turn:
            proof = self._explainer.proof(conclusion)
        if proof is None:
            raise InputError(
                "not-known",
                f"Nothing says or implies this: {self._explainer.sentences.fact(conclusion)}",
                fix="Ask with --not why it does not follow.",
            )
        return proof

    def ask(self, question: str, /, **parameters: "str | float | Decimal | date") -> "Answer":
        """Answer one of the ready questions by its name; ``aiopkg ask`` lists them, with their parameters.

        An element is given as an IRI, a prefixed name, a label, or the end of an IRI; a number as such; a day
        as a date or as ``YYYY-MM-DD``. Raises :class:`InputError` for a question or parameter that does not
        exist, for a value of the wrong kind, and for a name that no element or more than one element has.
        """
        from aiopkg.ask import ask  # noqa: PLC0415 - it takes long to import

        with self._turn:
            return ask(self, question, **parameters)

    def why_not(self, matter: Triple | Sequence[str]) -> "NotFollowing":
        """Return why a triple does not follow: the rules that could conclude it, and what each of them lacks.

        ``matter`` is a triple, or its three words: prefixed names, IRIs or labels. Of one that does follow, the
        answer says so. Raises :class:`InputError` for words that name nothing.
        """
        from aiopkg.explain import NotFollowing, triple_of, why_not  # noqa: PLC0415 - it takes long to import
        from aiopkg.explain.walks import Facts  # noqa: PLC0415

        triple = matter if isinstance(matter, Triple) else triple_of(self, matter)
        with self._turn:
            if self._explainer.proof(triple) is not None:
                sentence = self._explainer.sentences.fact(triple)
                return NotFollowing(triple, sentence, True, "It follows; ask without --not why.", ())
            subject, value = triple.subject, triple.object
            is_kind = triple.predicate == RDF.type and isinstance(value, NamedNode)
            lacking = self._reasons.lacking(subject, value) if is_kind else ""  # type: ignore[arg-type]
            return why_not(triple, Facts(self.facts, GRAPH.facts), self._explainer.sentences, lacking)

    def sentence(self, triple: Triple) -> str:
        """Return a fact as a sentence, its terms by their labels."""
        return self._explainer.sentences.fact(triple)

    @cached_property
    def _explainer(self) -> "Explainer":
        from aiopkg.explain import Explainer  # noqa: PLC0415 - it takes long to import

        return Explainer(self)

    def query(self, text: str, bindings: "Mapping[str, Value] | None" = None) -> "Answered":
        """Answer a SPARQL query: the rows of a SELECT, the truth of an ASK, the rdflib graph of a CONSTRUCT.

        It sees what the endpoint shows: the default graph is what is asserted together with what follows from it,
        and each stage has its named graph. ``bindings`` gives variables of the query values: terms of rdflib or
        pyoxigraph, texts, numbers, truth values, dates. Raises :class:`InputError` for a query that cannot be read,
        for SERVICE, and for a binding that is no variable of the query or no value.
        """
        from aiopkg.sparql import evaluate  # noqa: PLC0415 - only what is asked needs it

        return self.served.answer(evaluate(self.served, text, bindings))

    @property
    def served(self) -> "Graphs":
        """The graphs of :meth:`dataset`, to be queried."""
        with self._turn:
            return self._served

    @cached_property
    def _served(self) -> "Graphs":
        from aiopkg.sparql import Graphs  # noqa: PLC0415

        return Graphs.read(self.dataset(), self.model.prefixes)

    def graph(self, name: str) -> "Graph":
        """Return what one stage wrote as a new rdflib graph.

        ``name`` is one of asserted, ontology, inferred, measures, findings, recommendations and cascades.
        Raises :class:`InputError` for any other.
        """
        from aiopkg.graphs import rdflib_graph  # noqa: PLC0415

        known = {key: iri for key, iri in vars(GRAPH).items() if isinstance(iri, NamedNode)}
        if name not in known:
            raise InputError(
                "unknown-graph", f"There is no graph called '{name}'.", fix=f"Graphs are {', '.join(known)}."
            )
        if name == "asserted":
            return rdflib_graph(self.model.triples, {**PREFIXES, **self.model.prefixes}.items())
        quads = self.served.store.quads_for_pattern(None, None, None, known[name])
        return rdflib_graph(sorted((quad.triple for quad in quads), key=str), self.served.prefixes.items())

    def to_pandas(self) -> "PandasFrame":
        """Return the findings as a pandas data frame, one row each; see :meth:`Findings.to_pandas`."""
        return self.findings.to_pandas()

    def to_polars(self) -> "PolarsFrame":
        """Return the findings as a polars data frame, one row each; see :meth:`Findings.to_polars`."""
        return self.findings.to_polars()

    def _repr_html_(self) -> str:
        head = element("h3", f"{self.organization_label}, as of {self.as_of}")
        return head + self.findings._repr_html_()

    def __repr__(self) -> str:
        return f"<Assessment of {self.organization_label} as of {self.as_of}: {len(self.findings)} findings>"

    def dataset(self) -> bytes:
        """Return all named graphs as N-Quads, sorted: what the organization states, in its own spelling,
        and what each stage wrote.
        """
        quads = [Quad(t.subject, t.predicate, t.object, GRAPH.asserted) for t in self.model.triples]
        content = serialize(sorted([*quads, *self._written()], key=str), format=RdfFormat.N_QUADS)
        assert content is not None
        return content

    def worked_out(self) -> bytes:
        """Return the named graphs but for what the organization states, as N-Quads, in no order."""
        content = serialize(self._written(), format=RdfFormat.N_QUADS)
        assert content is not None
        return content

    def _written(self) -> list[Quad]:
        declared = {*assets.ontology(), *spoken(self.rules)} - set(self.model.places)
        quads = [Quad(t.subject, t.predicate, t.object, GRAPH.ontology) for t in declared]
        quads += [Quad(t.subject, t.predicate, t.object, GRAPH.inferred) for t in self.closure.inferred]
        for graph in (GRAPH.measures, GRAPH.findings, GRAPH.recommendations, GRAPH.cascades):
            quads += self.store.quads_for_pattern(None, None, None, graph)
        return quads


class Unfinished(LimitReached):
    """A limit ended an assessment; ``so_far`` is what was complete, and says so."""

    def __init__(self, limit: LimitReached, so_far: Assessment) -> None:
        super().__init__(limit.code, limit.cause, fix=limit.fix, place=limit.place, excerpt=limit.excerpt)
        self.so_far = so_far


def spoken(rules: Sequence[Rule]) -> list[Triple]:
    """Return what rules say of themselves, without their examples."""
    return [t for rule in rules for t in rule.triples if t.predicate not in (AIOP.fails, AIOP.passes)]
