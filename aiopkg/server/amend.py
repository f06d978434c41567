"""One update request or one document for the graph store, to the quads that would come and go.

Nothing is changed here: an update runs on a copy of the dataset, and what it did there is the answer.
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from aiopkg.errors import AiopkgError
from aiopkg.model.load import rewritten
from aiopkg.model.parse import parse_source
from aiopkg.model.sources import Source
from aiopkg.server.dataset import Dataset, quad_lines, triple_lines
from aiopkg.server.diagnose import diagnose
from aiopkg.server.layout import Layout
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Amendment, Patch, Upload
from aiopkg.server.negotiate import UPLOAD_FORMATS
from aiopkg.server.operations import Operation, as_written, literals_in, read_operations, with_marked_graphs
from aiopkg.server.prescan import Outline, prescan
from aiopkg.server.problem import Problem, Refusal
from aiopkg.sparql.conform import conform_to_own

__all__ = ["amend", "has_graph", "upload"]

VIEW = NamedNode("urn:aiopkg:view")
"""In the copy: what is asserted together with what is inferred, for patterns to look at."""

Effect = tuple[set[Quad], set[Quad]]


def amend(dataset: Dataset, amendment: Amendment, limits: Limits) -> Patch:
    """Work out what an update changes; raises Refusal when it cannot be done whole."""
    outline = prescan(amendment.text, amendment.base, limits, update=True)
    _check_syntax(amendment)
    operations = read_operations(amendment.text, outline)
    _check_targets(dataset, operations)
    given = amendment.default_graphs is not None or amendment.named_graphs is not None
    if given and any(operation.has_dataset for operation in operations):
        detail = "The graphs are given both by the request and by USING or WITH in the update."
        raise Refusal(Problem(400, "two-datasets", "Bad request", detail))
    if all(operation.is_data for operation in operations):
        gone, come = _stated(dataset, amendment, operations)
    else:
        copy = _Copy(dataset, amendment)
        for operation in operations:
            copy.run(operation)
        gone, come = copy.effect()
    cleared = any(operation.clears_all for operation in operations)
    gone = _writable(dataset.layout, gone, come, cleared=cleared)
    if len(come) > limits.rows:
        detail = f"The update would add more than {limits.rows} triples. Do it in several updates."
        raise Refusal(Problem(422, "row-limit", "Too many triples", detail))
    return _patch(gone, _respelt(come, dataset, amendment.text, outline), limits)


def upload(dataset: Dataset, request: Upload, limits: Limits) -> Patch:
    """Work out what putting documents into a graph changes; raises Refusal (400) for one that cannot be read."""
    graph = dataset.layout.home_graph if request.graph is None else NamedNode(request.graph)
    _check_target(dataset, graph)
    if request.deletes and not has_graph(dataset, request.graph):
        raise Refusal(Problem(404, "no-such-graph", "Not found", f"There is no graph {graph}."))
    come: list[Quad] = []
    start = 0
    for number, (media_type, length) in enumerate(request.parts):
        content = request.body[start : start + length]
        start += length
        labels: dict[BlankNode, BlankNode] = {}
        come += _read(content, media_type, request.base, number, graph, labels)
    old = set(dataset.store.quads_for_pattern(None, None, None, graph)) if request.replaces else set()
    return _patch(old, come, limits)


def has_graph(dataset: Dataset, name: str | None) -> bool:
    """Whether a dataset has a graph of a name; it always has the default graph, whose name is None."""
    return name is None or NamedNode(name) in dataset.names


def _read(
    content: bytes,
    media_type: str,
    base: str,
    number: int,
    graph: NamedNode | DefaultGraph,
    labels: dict[BlankNode, BlankNode],
) -> Iterable[Quad]:
    """Read one document; its blank nodes get names that nothing else has."""

    def own(term: NamedNode | BlankNode | Literal) -> NamedNode | BlankNode | Literal:
        return labels.setdefault(term, BlankNode()) if isinstance(term, BlankNode) else term

    source = Source(f"document {number + 1}" if number else "document", content, UPLOAD_FORMATS[media_type])
    try:
        for quad, _ in parse_source(source, base):
            yield Quad(own(quad.subject), quad.predicate, own(quad.object), graph)  # type: ignore[arg-type]
    except AiopkgError as error:
        line = error.place.line if error.place else None
        column = (error.place.column or 1) if error.place else None
        status = 413 if error.code in {"large-statement", "deep-json"} else 400
        detail = f"{error.cause} {error.fix}".strip()
        raise Refusal(Problem(status, error.code, "The document cannot be read", detail, line, column)) from error


def _check_syntax(amendment: Amendment) -> None:
    """Have the whole text parsed; it runs on nothing."""

    def parse(text: str) -> str | None:
        try:
            Store().update(with_marked_graphs(text), base_iri=amendment.base)
        except SyntaxError as error:
            return as_written(str(error), text)
        except (OSError, RuntimeError, ValueError):
            return None  # what is wrong with running it shows on the copy
        return None

    message = parse(amendment.text)
    if message is not None:
        raise Refusal(diagnose(amendment.text, message, parse))


def _check_targets(dataset: Dataset, operations: Sequence[Operation]) -> None:
    for operation in operations:
        for iri in sorted(operation.written & set(dataset.layout.derived)):
            _check_target(dataset, NamedNode(iri))


def _check_target(dataset: Dataset, graph: NamedNode | DefaultGraph) -> None:
    if isinstance(graph, NamedNode) and graph.value in dataset.layout.derived:
        detail = f"The graph {graph} follows from what is asserted; it changes with that and cannot be written to."
        raise Refusal(Problem(403, "derived-graph", "Derived graph", detail))


def _stated(dataset: Dataset, amendment: Amendment, operations: Sequence[Operation]) -> Effect:
    """What operations do that only name quads: it takes no look at the others."""
    gone: set[Quad] = set()
    come: set[Quad] = set()
    for operation in operations:
        named = Store()
        named.update(operation.as_insertion(amendment.text), base_iri=amendment.base)
        home = dataset.layout.home_graph
        for quad in {q if q.graph_name != DefaultGraph() else _moved([q], home)[0] for q in named}:
            is_there = quad in dataset.store
            if operation.words[0] == "INSERT":
                gone.discard(quad)
                come |= set() if is_there else {quad}
            else:
                come.discard(quad)
                gone |= {quad} if is_there else set()
    return gone, come


class _Copy:
    """A copy of a dataset on which an update runs, one operation after the other.

    What is asserted is the default graph of the copy. Where it also has a name, the graph of that name holds
    the same before and after each operation. Graphs are compared as lines of N-Triples.
    """

    def __init__(self, dataset: Dataset, amendment: Amendment) -> None:
        self._amendment = amendment
        self._home = dataset.layout.home_graph
        self._before = dataset.lines()
        self._inferred = {
            line for graph in dataset.layout.inferred_graphs for line in triple_lines(dataset.store, graph)
        }
        self._store = Store()
        self._store.bulk_extend(parse(b"".join(self._before), format=RdfFormat.N_QUADS))
        if self._home != DefaultGraph():
            self._store.bulk_extend(_read_into(self._in(self._home), DefaultGraph()))
        self._given = amendment.default_graphs is not None or amendment.named_graphs is not None
        self._views = amendment.inferred and bool(self._inferred) and not self._given

    def _in(self, graph: NamedNode | DefaultGraph) -> set[bytes]:
        return triple_lines(self._store, graph)

    def run(self, operation: Operation) -> None:
        """Run one operation; raises Refusal when it fails."""
        if operation.is_silent_load:
            return
        default: Sequence[NamedNode] = ()
        named: Sequence[NamedNode] = ()
        if operation.has_pattern and self._given:
            default = [NamedNode(iri) for iri in self._amendment.default_graphs or ()]
            named = [NamedNode(iri) for iri in self._amendment.named_graphs or ()]
        elif operation.has_pattern and self._views and not operation.has_dataset:
            named = sorted((n for n in self._store.named_graphs() if isinstance(n, NamedNode)), key=str)
            default = [VIEW]
            self._store.bulk_extend(_read_into(self._in(DefaultGraph()) | self._inferred, VIEW))
        agrees = self._home == DefaultGraph()
        before = (set(), set()) if agrees else (self._in(DefaultGraph()), self._in(self._home))
        text = with_marked_graphs(operation.text(self._amendment.text, default, named))
        try:
            self._update(text, operation)
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            raise Refusal(Problem(409, "update-failed", "The update cannot be done", f"{error}.")) from error
        if VIEW in default:
            self._store.remove_graph(VIEW)
        if not agrees:
            self._agree(*before)

    def _update(self, text: str, operation: Operation) -> None:
        """Have the store do an operation, its pattern found as the recommendation has it."""
        conforming = conform_to_own(text, list(self._store.named_graphs())) if operation.has_pattern else text
        try:
            self._store.update(conforming, base_iri=self._amendment.base)
        except SyntaxError:
            if conforming == text:
                raise
            self._store.update(text, base_iri=self._amendment.base)

    def _agree(self, default: set[bytes], home: set[bytes]) -> None:
        """Have the default graph and the graph of its name hold the same again."""
        for graph, before, other in ((DefaultGraph(), default, self._home), (self._home, home, DefaultGraph())):
            now = self._in(graph)
            for quad in _read_into(before - now, other):
                self._store.remove(quad)
            self._store.extend(_read_into(now - before, other))

    def effect(self) -> Effect:
        """What all operations did: quads that are gone and quads that came."""
        if self._home != DefaultGraph():
            self._store.clear_graph(DefaultGraph())
        after = quad_lines(self._store)
        gone, come = (
            parse(b"".join(each), format=RdfFormat.N_QUADS) for each in (self._before - after, after - self._before)
        )
        return set(gone), set(come)


def _writable(layout: Layout, gone: set[Quad], come: set[Quad], *, cleared: bool) -> set[Quad]:
    """The quads that may go; raises Refusal where derived graphs would change.

    With ``cleared``, derived graphs were emptied together with those that they follow from.
    """
    derived = {NamedNode(iri) for iri in layout.derived}
    for quad in come if cleared else come | gone:
        if quad.graph_name in derived:
            detail = f"The graph {quad.graph_name} follows from what is asserted and cannot be written to."
            raise Refusal(Problem(403, "derived-graph", "Derived graph", detail))
    return {quad for quad in gone if quad.graph_name not in derived}


def _read_into(lines: Iterable[bytes], graph: NamedNode | DefaultGraph) -> list[Quad]:
    return _moved(parse(b"".join(lines), format=RdfFormat.N_TRIPLES), graph)


def _moved(quads: Iterable[Quad], graph: NamedNode | DefaultGraph) -> list[Quad]:
    return [Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads]


def _respelt(come: Iterable[Quad], dataset: Dataset, text: str, outline: Outline) -> list[Quad]:
    """The quads with their literals as the update or the dataset writes them."""
    own = dict(rewritten(literals_in(text, outline)))

    def written(quad: Quad) -> Quad:
        value = quad.object
        if isinstance(value, Literal):
            value = own.get(value) or dataset.spelling.written(value)
        return Quad(quad.subject, quad.predicate, value, quad.graph_name)

    return [written(quad) for quad in come]


def _patch(gone: Iterable[Quad], come: Iterable[Quad], limits: Limits) -> Patch:
    return Patch.of(_lines(gone, limits), _lines(come, limits))


def _lines(quads: Iterable[Quad], limits: Limits) -> bytes:
    buffer = BytesIO()
    serialize(sorted(quads, key=str), buffer, format=RdfFormat.N_QUADS)
    if buffer.tell() > limits.bytes:
        detail = f"The change is larger than {limits.bytes} bytes. Do it in several requests."
        raise Refusal(Problem(422, "byte-limit", "Change too large", detail))
    return buffer.getvalue()
