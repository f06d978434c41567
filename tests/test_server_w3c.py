"""The W3C test suite of the SPARQL 1.1 protocol, against the running server."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rdflib import RDF, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from serving import running_server

from aiopkg.server import Limits

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
TOKEN = "let-me-in"
PLACE = "http://kasei.us/2009/09/sparql/data/"
ROOT = Path(__file__).parent.parent
FOLDER = Path(os.environ.get("AIOPKG_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "sparql11/protocol"


def manifest() -> Graph:
    graph = Graph()
    if FOLDER.is_dir():
        graph.parse(FOLDER / "manifest.ttl")
    return graph


MANIFEST = manifest()
CASES = sorted(str(case) for case in MANIFEST.subjects(RDF.type, MF.ProtocolTest))


def parameters() -> list[object]:
    cases = []
    for case in CASES:
        name = case.partition("#")[2]
        cases.append(pytest.param(case, id=name))
    return cases


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("protocol")
    limits = Limits(workers=1)
    with (
        running_server(folder, "", limits, kind="reasoned", token=TOKEN) as url,
        httpx.Client(base_url=url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=30) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def data(client: httpx.Client) -> None:
    """The graphs that the suite asks for, and no others."""
    assert client.post("sparql", data={"update": "DROP ALL"}).status_code == 204
    for path in sorted(FOLDER.glob("data*.nt")):
        headers = {"content-type": "application/n-triples"}
        put = client.put(
            "store", params={"graph": f"{PLACE}{path.stem}.rdf"}, content=path.read_bytes(), headers=headers
        )
        assert put.status_code == 201


def test_the_whole_suite_is_collected(conformance: Path) -> None:
    assert (conformance / "sparql11" / "protocol" / "manifest.ttl").is_file()
    assert len(CASES) >= 34


def send(client: httpx.Client, request: BNode) -> httpx.Response:
    address = str(MANIFEST.value(request, HT.absolutePath)).replace("/sparql/", "/sparql", 1)
    headers = {}
    if (listed := MANIFEST.value(request, HT.headers)) is not None:
        for header in Collection(MANIFEST, listed):
            headers[str(MANIFEST.value(header, HT.fieldName))] = str(MANIFEST.value(header, HT.fieldValue))
    content = None
    if (body := MANIFEST.value(request, HT.body)) is not None:
        encoding = str(MANIFEST.value(body, CNT.characterEncoding))
        content = str(MANIFEST.value(body, CNT.chars)).encode(encoding)
    method = str(MANIFEST.value(request, HT.methodName))
    return client.request(method, address, headers=headers, content=content)


@pytest.mark.parametrize("case", parameters())
def test_protocol(client: httpx.Client, case: str) -> None:
    action = MANIFEST.value(URIRef(case), MF.action)
    requests = list(Collection(MANIFEST, MANIFEST.value(action, HT.requests)))
    assert requests
    for request in requests:
        response = send(client, request)
        expected = MANIFEST.value(request, HT.resp)
        classes = {
            str(status).rpartition("StatusCode")[2][0] for status in MANIFEST.objects(expected, MF.expectedStatus)
        }
        assert str(response.status_code)[0] in classes, response.text
        if (boolean := MANIFEST.value(expected, MF.expectedBoolean)) is not None:
            assert response.json()["boolean"] is bool(boolean)
        shape = str(MANIFEST.value(expected, MF.expectedFormat) or "")
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if shape:
            assert (media_type == "text/turtle") == (shape == "RDF")
