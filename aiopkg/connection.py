"""The Python API on a remote SPARQL 1.1 endpoint: queries run there, an assessment is made here of what it asserts."""

from collections.abc import Mapping, Sequence
from datetime import date

from pyoxigraph import NamedNode, QueryBoolean, RdfFormat

from aiopkg import ask as asking
from aiopkg.assessment import Assessment
from aiopkg.dataclass import dataclass
from aiopkg.engine import assess_model
from aiopkg.errors import InputError, Place
from aiopkg.graphs import rdflib_graph
from aiopkg.model import Model
from aiopkg.model.endpoint import Endpoint
from aiopkg.model.load import model_of
from aiopkg.model.parse import parse_source
from aiopkg.model.sources import Source
from aiopkg.sparql import Answered, Solutions, Value, bind, declare
from aiopkg.sparql.tokens import read_tokens
from aiopkg.vocab import PREFIXES

__all__ = ["Connection", "connect"]

_GRAPH_FORMS = ("CONSTRUCT", "DESCRIBE")
_FORMS = (*_GRAPH_FORMS, "SELECT", "ASK")


def connect(url: str, *, graph: str | None = None, seconds: float = 60.0) -> "Connection":
    """Return the API on a SPARQL 1.1 endpoint; nothing is asked of it yet.

    ``graph`` names the graph that holds the model (the default graph if it is left out, or what the organization
    asserts where the endpoint is one of ours); ``seconds`` is how long one request may take.
    Raises :class:`InputError` for what is no address or no IRI.
    """
    try:
        named = None if graph is None else NamedNode(graph)
    except ValueError as error:
        raise InputError(
            "endpoint-graph", f"'{graph}' is no IRI: {error}.", fix="Give the graph's whole IRI."
        ) from error
    return Connection(Endpoint(url, seconds), named)


@dataclass(frozen=True)
class Connection:
    """A remote endpoint. Its methods raise as those of an assessment do, :class:`InputError` where the endpoint cannot
    be reached or refuses, and :class:`LimitReached` where it takes too long.
    """

    endpoint: Endpoint
    graph: NamedNode | None = None

    def assess(self, *, as_of: date | None = None, packs: Sequence[str] = (), upcoming: bool = False) -> Assessment:
        """Fetch the model and assess it here; the findings have the ids that they have anywhere."""
        return assess_model(self.model(), as_of=as_of, packs=packs, upcoming=upcoming)

    def model(self) -> Model:
        """Fetch what the endpoint asserts; each triple comes from the endpoint's address, without a line."""
        document = self.endpoint.document(self.graph)
        source = Source(self.endpoint.url, document, RdfFormat.N_TRIPLES, has_lines=False)
        return model_of((quad.triple, place) for quad, place in parse_source(source))

    def query(self, text: str, bindings: Mapping[str, Value] | None = None) -> Answered:
        """Have the endpoint answer a SPARQL query, variables bound as in :meth:`aiopkg.Assessment.query`."""
        bound = bind(declare(text), bindings or {})
        form = next((token.text.upper() for token in read_tokens(text) if token.text.upper() in _FORMS), None)
        if form is None:
            raise InputError(
                "query-syntax", "This is no query.", place=Place("query"), fix="Begin with SELECT, ASK or CONSTRUCT."
            )
        if form in _GRAPH_FORMS:
            return rdflib_graph(self.endpoint.triples(bound), PREFIXES.items())
        found = self.endpoint.rows(bound)
        return bool(found) if isinstance(found, QueryBoolean) else Solutions.read(found)

    def ask(self, name: str, *, as_of: date | None = None, **parameters: asking.Value) -> asking.Answer:
        """Fetch and assess the model, and answer one of the ready questions; see :func:`aiopkg.ask.ask`."""
        return asking.ask(self.assess(as_of=as_of), name, **parameters)
