"""What a proof is drawn from: an assessment, seen as its model, its closure and its store."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple

from aiopkg import assets
from aiopkg.columns import FactStore
from aiopkg.derive import Cascades, Recommendation
from aiopkg.errors import Place
from aiopkg.explain.contradictions import Contradiction
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.model.parse import parse_source
from aiopkg.model.sources import Source
from aiopkg.reason import Closure
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding

__all__ = ["Known", "declared_in", "spelt_alike"]


class Known(Protocol):
    """What is known of an organization; an assessment is one."""

    @property
    def model(self) -> Model:
        """What the organization asserts."""
        ...

    @property
    def closure(self) -> Closure:
        """What follows from it and the ontology."""
        ...

    @property
    def store(self) -> Store:
        """What :attr:`everything` is, as a store."""
        ...

    @property
    def everything(self) -> FactStore:
        """Every named graph, with one representative of each group of individuals that are the same."""
        ...

    @property
    def labels(self) -> Labels:
        """What things are called."""
        ...

    @property
    def as_of(self) -> date:
        """The day at which everything was judged."""
        ...

    @property
    def organization(self) -> str:
        """The IRI of the organization."""
        ...

    @property
    def contradictions(self) -> Sequence[Contradiction]:
        """What contradicts what."""
        ...

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that were applied."""
        ...

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found."""
        ...

    @property
    def recommendations(self) -> Sequence[Recommendation]:
        """What there is to do."""
        ...

    @property
    def cascades(self) -> Cascades:
        """What findings drag down."""
        ...


@cache
def _declarations() -> dict[Triple, Place]:
    """Return where each triple of the ontology stands."""
    places: dict[Triple, Place] = {}
    for path in sorted(assets.folder("ontology").glob("*.ttl")):
        name = f"ontology/{path.name}"
        stated = list(parse_source(Source(name, path.read_bytes(), RdfFormat.TURTLE)))
        triples = assets.steady((quad for quad, _ in stated), path.stem)
        for triple, (_, place) in zip(triples, stated, strict=True):
            places.setdefault(triple, place)
    return places


def declared_in(triple: Triple, rules: Sequence[Rule]) -> Place | None:
    """Return where the ontology or a rule file declares a triple, None where neither does."""
    if triple in _declarations():
        return _declarations()[triple]
    for rule in rules:
        if triple in rule.triples:
            return Place(f"shapes/{rule.path.relative_to(assets.folder('shapes')).as_posix()}")
    return None


def spelt_alike(one: Triple, other: Triple) -> bool:
    """Tell whether two triples are one to a store, which rewrites 1.50 as 1.5."""
    if not isinstance(one.object, Literal) or not isinstance(other.object, Literal):
        return one == other
    store = Store()
    anything = NamedNode("urn:x:value")
    for literal in (one.object, other.object):
        store.add(Quad(BlankNode("x"), anything, literal))
    return len(store) == 1 and (one.subject, one.predicate) == (other.subject, other.predicate)
