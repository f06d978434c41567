"""The W3C test suites of the graph store protocol and of the service description, against the running server."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from serving import running_server

from aiopkg.server import Limits

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TOKEN = "let-me-in"
ROOT = Path(__file__).parent.parent
SUITE = Path(os.environ.get("AIOPKG_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "sparql11"


def manifest() -> Graph:
    graph = Graph()
    for path in sorted((SUITE / "graph-store-protocol").glob("manifest-*.ttl")):
        graph.parse(path)
    return graph


MANIFEST = manifest()
CASES = sorted(str(case).partition("#")[2] for case in MANIFEST.subjects(RDF.type, MF.GraphStoreProtocolTest))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("store")
    with (
        running_server(folder, "", Limits(workers=1), kind="reasoned", token=TOKEN) as url,
        httpx.Client(base_url=url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=30) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def nothing(client: httpx.Client) -> None:
    assert client.post("sparql", data={"update": "DROP ALL"}).status_code == 204


def test_the_whole_suite_is_collected(conformance: Path) -> None:
    assert (conformance / "sparql11" / "graph-store-protocol" / "manifest.ttl").is_file()
    assert len(CASES) >= 13


@pytest.mark.parametrize("name", CASES)
def test_graph_store(client: httpx.Client, name: str) -> None:
    case = next(each for each in MANIFEST.subjects(RDF.type, MF.GraphStoreProtocolTest) if each.endswith(f"#{name}"))
    places: dict[str, str] = {}
    for request in Collection(MANIFEST, MANIFEST.value(MANIFEST.value(case, MF.action), HT.requests)):
        address = str(MANIFEST.value(request, HT.absolutePath)).replace("/gsp", "/store", 1)
        for variable, place in places.items():
            address = address.replace(variable, place)
        headers = {}
        if (listed := MANIFEST.value(request, HT.headers)) is not None:
            for header in Collection(MANIFEST, listed):
                headers[str(MANIFEST.value(header, HT.fieldName))] = str(MANIFEST.value(header, HT.fieldValue))
        body = MANIFEST.value(request, HT.body)
        content = None
        if body is not None:
            text = str(MANIFEST.value(body, CNT.chars))
            content = text.encode(str(MANIFEST.value(body, CNT.characterEncoding)))
        response = client.request(
            str(MANIFEST.value(request, HT.methodName)), address, headers=headers, content=content
        )
        expected = MANIFEST.value(request, HT.resp)
        names = {str(status).partition("#")[2] for status in MANIFEST.objects(expected, MF.expectedStatus)}
        statuses = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404, "StatusCode2xx": response.status_code}
        assert response.status_code in {statuses[each] for each in names}, response.text
        if (location := MANIFEST.value(expected, MF.expectedLocation)) is not None:
            places[str(location)] = response.headers["location"]
        if (answer := MANIFEST.value(expected, HT.body)) is not None:
            wanted = Graph().parse(data=str(MANIFEST.value(answer, CNT.chars)), format="turtle")
            assert response.headers["content-type"] == "text/turtle; charset=utf-8"
            assert isomorphic(Graph().parse(data=response.text, format="turtle"), wanted)


def description(client: httpx.Client) -> Graph:
    response = client.get("sparql", headers={"accept": "application/rdf+xml;q=0.5, text/turtle"})
    assert response.headers["content-type"].startswith("text/turtle")
    return Graph().parse(data=response.text, format="turtle")


def test_a_get_without_a_query_returns_rdf(client: httpx.Client) -> None:
    assert len(description(client)) > 20
    for media_type in ("application/rdf+xml", "application/n-triples", "application/ld+json"):
        response = client.get("sparql", headers={"accept": media_type})
        assert response.headers["content-type"] == media_type


def test_the_description_names_the_endpoint_at_which_it_was_found(client: httpx.Client) -> None:
    assert list(description(client).objects(None, SD.endpoint)) == [URIRef(f"{client.base_url}sparql")]


def test_the_description_conforms_to_the_schema(client: httpx.Client) -> None:
    """Each service has one endpoint and one default dataset; terms are used with the classes of their domains."""
    put = {"content": b"<urn:a> a <urn:C> .", "headers": {"content-type": "text/turtle"}}
    client.put("store", params={"graph": "urn:graph"}, **put)
    graph = description(client)
    services = set(graph.subjects(RDF.type, SD.Service))
    assert services == set(graph.subjects(SD.endpoint)) == set(graph.subjects(SD.defaultDataset))
    for service in services:
        assert len(list(graph.objects(service, SD.endpoint))) == 1
    for predicate, kind in ((SD.defaultDataset, SD.Dataset), (SD.namedGraph, SD.NamedGraph), (SD.graph, SD.Graph)):
        assert {(each, RDF.type, kind) in graph for each in graph.objects(None, predicate)} == {True}
    for named in graph.subjects(RDF.type, SD.NamedGraph):
        assert len(list(graph.objects(named, SD.name))) == 1
    assert (None, SD.name, URIRef("urn:graph")) in graph
    languages = set(graph.objects(None, SD.supportedLanguage))
    assert languages == {SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update}
    used = {str(term) for triple in graph for term in triple if str(term).startswith(str(SD))}
    assert {each.removeprefix(str(SD)) for each in used} <= {
        *("Service", "Dataset", "Graph", "NamedGraph", "endpoint", "supportedLanguage", "resultFormat", "inputFormat"),
        *("defaultEntailmentRegime", "defaultSupportedEntailmentProfile", "defaultDataset", "defaultGraph", "name"),
        *("namedGraph", "graph", "entailmentRegime", "SPARQL10Query", "SPARQL11Query", "SPARQL11Update"),
    }
