"""The description of the service as triples: what it can do, what it holds, and how to ask it.

SPARQL 1.1 Service Description; VoID for what the graphs hold; ``sh:declare`` for prefixes and
``sh:SPARQLExecutable`` for example queries, from which editors complete.
"""

from collections.abc import Iterator, Sequence

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QuerySolutions, Triple

from aiopkg.ask import questions
from aiopkg.server.dataset import Dataset, GraphName
from aiopkg.server.evaluate import write_triples
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Portrait, Reply
from aiopkg.server.negotiate import GRAPH_TYPES, RESULT_TYPES, UPLOAD_FORMATS
from aiopkg.vocab import PREFIXES, RDF, RDFS, XSD

__all__ = ["describe", "read_examples"]

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
SHACL = PREFIXES["sh"]
FORMATS = "http://www.w3.org/ns/formats/"
ENTAILMENT = "http://www.w3.org/ns/entailment/"
OWL_RL = NamedNode("http://www.w3.org/ns/owl-profile/RL")
FORMAT_NAMES = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/ld+json": "JSON-LD",
}
CLASSES = "SELECT ?term (COUNT(*) AS ?times) { ?s a ?term FILTER(isIRI(?term)) } GROUP BY ?term ORDER BY ?term"
PROPERTIES = "SELECT ?term (COUNT(*) AS ?times) { ?s ?term ?o } GROUP BY ?term ORDER BY ?term"


def describe(dataset: Dataset, portrait: Portrait, limits: Limits) -> Reply:
    """Describe the service at an address, in the format that is asked for."""
    return write_triples(dataset, _Description(dataset, portrait).triples(), portrait.accept, limits)


def read_examples() -> None:
    """Read the sample queries while files can still be opened."""
    questions()


class _Description:
    """The triples that describe one dataset at one address."""

    def __init__(self, dataset: Dataset, portrait: Portrait) -> None:
        self._dataset = dataset
        self._layout = dataset.layout
        self._updates = portrait.updates
        self._endpoint = portrait.endpoint
        self._service = NamedNode(f"{portrait.endpoint}#service")

    def _own(self, name: str) -> NamedNode:
        return NamedNode(f"{self._endpoint}#{name}")

    def triples(self) -> Iterator[Triple]:
        """Yield all of it."""
        yield from self._capabilities()
        yield from self._graphs()
        yield from _prefixes(self._own("prefixes"))
        if self._layout.home is not None:
            yield from self._examples()

    def _capabilities(self) -> Iterator[Triple]:
        service = self._service
        reasons = bool(self._layout.inferred_graphs)
        yield Triple(service, RDF.type, _sd("Service"))
        yield Triple(service, _sd("endpoint"), NamedNode(self._endpoint))
        for language in ("SPARQL10Query", "SPARQL11Query", *(["SPARQL11Update"] if self._updates else [])):
            yield Triple(service, _sd("supportedLanguage"), _sd(language))
        for media_type in (*RESULT_TYPES, *GRAPH_TYPES):
            if media_type in FORMAT_NAMES:
                yield Triple(service, _sd("resultFormat"), NamedNode(FORMATS + FORMAT_NAMES[media_type]))
        for media_type in UPLOAD_FORMATS if self._updates else ():
            yield Triple(service, _sd("inputFormat"), NamedNode(FORMATS + FORMAT_NAMES[media_type]))
        regime = "OWL-RDF-Based" if reasons else "Simple"
        yield Triple(service, _sd("defaultEntailmentRegime"), NamedNode(ENTAILMENT + regime))
        if reasons:
            yield Triple(service, _sd("defaultSupportedEntailmentProfile"), OWL_RL)

    def _graphs(self) -> Iterator[Triple]:
        whole, default = self._own("dataset"), self._own("default-graph")
        yield Triple(self._service, _sd("defaultDataset"), whole)
        yield Triple(whole, RDF.type, _sd("Dataset"))
        yield Triple(whole, RDF.type, NamedNode(VOID + "Dataset"))
        yield Triple(whole, NamedNode(VOID + "sparqlEndpoint"), NamedNode(self._endpoint))
        yield Triple(whole, _sd("defaultGraph"), default)
        usual: list[GraphName] = [self._layout.home_graph, *self._layout.inferred_graphs]
        yield from self._statistics(default, usual)
        for number, name in enumerate(self._dataset.names, 1):
            if isinstance(name, BlankNode):
                continue
            named, graph = self._own(f"named-graph-{number}"), self._own(f"graph-{number}")
            yield Triple(whole, _sd("namedGraph"), named)
            yield Triple(named, RDF.type, _sd("NamedGraph"))
            yield Triple(named, _sd("name"), name)
            yield Triple(named, _sd("entailmentRegime"), NamedNode(ENTAILMENT + "Simple"))
            yield Triple(named, _sd("graph"), graph)
            yield from self._statistics(graph, [name])

    def _statistics(self, node: NamedNode, graphs: list[GraphName]) -> Iterator[Triple]:
        yield Triple(node, RDF.type, _sd("Graph"))
        yield Triple(node, RDF.type, NamedNode(VOID + "Dataset"))
        properties = self._counted(PROPERTIES, graphs)
        total = sum(times for _, times in properties)
        yield Triple(node, NamedNode(VOID + "triples"), _number(total))
        for kind, rows, size in (
            ("class", self._counted(CLASSES, graphs), "entities"),
            ("property", properties, "triples"),
        ):
            for number, (term, times) in enumerate(rows, 1):
                part = NamedNode(f"{node.value}-{kind}-{number}")
                yield Triple(node, NamedNode(f"{VOID}{kind}Partition"), part)
                yield Triple(part, NamedNode(VOID + kind), term)
                yield Triple(part, NamedNode(VOID + size), _number(times))

    def _counted(self, query: str, graphs: Sequence[GraphName]) -> list[tuple[NamedNode, int]]:
        rows = self._dataset.store.query(query, default_graph=list(graphs) or [DefaultGraph()])
        assert isinstance(rows, QuerySolutions)
        return [(row["term"], int(row["times"].value)) for row in rows]

    def _examples(self) -> Iterator[Triple]:
        for question in questions():
            example = self._own(f"example-{question.name}")
            yield Triple(example, RDF.type, NamedNode(SHACL + "SPARQLExecutable"))
            yield Triple(example, RDF.type, NamedNode(SHACL + "SPARQLSelectExecutable"))
            yield Triple(example, RDFS.comment, Literal(question.question, language="en"))
            yield Triple(example, NamedNode(SHACL + "select"), Literal(question.text))
            yield Triple(example, NamedNode("https://schema.org/target"), NamedNode(self._endpoint))
            yield Triple(example, NamedNode(SHACL + "prefixes"), self._own("prefixes"))


def _prefixes(node: NamedNode) -> Iterator[Triple]:
    for prefix, namespace in PREFIXES.items():
        declaration = NamedNode(f"{node.value}-{prefix}")
        yield Triple(node, NamedNode(SHACL + "declare"), declaration)
        yield Triple(declaration, NamedNode(SHACL + "prefix"), Literal(prefix))
        yield Triple(declaration, NamedNode(SHACL + "namespace"), Literal(namespace, datatype=_ANY_URI))


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


_ANY_URI = NamedNode(PREFIXES["xsd"] + "anyURI")
