"""CONSTRUCT queries whose outcome is kept row by row, so that only the rows that changed are worked out again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from aiopkg.dataclass import dataclass
from aiopkg.live.changes import Changes, Reach, Reads
from aiopkg.live.routes import apart, reads_of
from aiopkg.live.tallies import solutions_of
from aiopkg.syntax.parser import parse_construct
from aiopkg.syntax.tree import Pattern, Query
from aiopkg.validate.focus import HERE, Focus
from aiopkg.validate.terms import Term, order_terms
from aiopkg.vocab import GRAPH, RDF

__all__ = ["Rows", "View", "aside", "only"]

Rows = Mapping[Term, frozenset[Triple]]
"""What a query constructs, by the value of its key."""

_CHOSEN = NamedNode("urn:aiopkg:chosen")
"""The graph that names, for the time of one query, the blank nodes that it is asked about."""


@contextmanager
def only(store: Store, nodes: Iterable[Term]) -> Iterator[Focus]:
    """Some nodes as a focus that can be written into a query on the store; blank nodes are marked in it meanwhile."""
    named: list[Term] = []
    blank: list[Term] = []
    for node in order_terms(nodes):
        (blank if isinstance(node, BlankNode) else named).append(node)
    patterns = Focus.of_nodes(named).patterns
    if not blank:
        yield Focus(patterns)
        return
    marks = [Quad(node, RDF.type, _CHOSEN, _CHOSEN) for node in blank]  # type: ignore[arg-type]
    store.extend(marks)
    try:
        yield Focus((*patterns, f"GRAPH {_CHOSEN} {{ {HERE} a {_CHOSEN} }}"))
    finally:
        for mark in marks:
            store.remove(mark)


@contextmanager
def aside(store: Store, triples: Iterable[Triple]) -> Iterator[None]:
    """Take triples out of the ontology's graph for a time.

    What rules say of themselves is written there once they have been applied; who asks about everything must not
    find it.
    """
    quads = [Quad(triple.subject, triple.predicate, triple.object, GRAPH.ontology) for triple in triples]
    present = [quad for quad in quads if quad in store]
    for quad in present:
        store.remove(quad)
    try:
        yield
    finally:
        store.extend(present)


@dataclass(frozen=True)
class View:
    """One CONSTRUCT query: each of its rows belongs to the value of one variable, its key.

    The key is that variable of the template from which most of what the query looks at can be reached, and most of
    that at once.
    """

    template: Sequence[tuple[str | Term, str | Term, str | Term]]
    query: Query
    key: str
    reads: Reads = field(repr=False)

    @classmethod
    @cache
    def read(cls, path: Path) -> "View":
        """Read a query file, once."""
        template, query = parse_construct(path.read_text(encoding="utf-8"))
        query = apart(query)
        variables = dict.fromkeys(v for t in template for v in (t.subject, t.object) if v.startswith("?"))
        reads = {variable: reads_of(query, variable) for variable in variables}

        def distance(variable: str) -> tuple[int, int]:
            found = reads[variable]
            return sum(read.everywhere for read in found), sum(read.way is not None for read in found)

        key = min(reads, key=distance)
        return cls([_compiled(part, query.prologue) for part in template], query, key, Reads.of(reads[key]))

    def rows(self, store: Store, graphs: Sequence[NamedNode], focus: Focus | None = None) -> Rows:
        """What the query constructs, of the keys in a focus or of all."""
        return self.rows_of(self.query, store, graphs, focus)

    def rows_of(self, query: Query, store: Store, graphs: Sequence[NamedNode], focus: Focus | None) -> Rows:
        """What the template makes of a query that answers as this one's does."""
        names = [f"?{name}" for name in query.projected or ()]
        blocks = {} if focus is None else {self.key: focus.block(self.key)}
        found: dict[Term, set[Triple]] = {}
        for solution in solutions_of(store, query, graphs, blocks):
            values = dict(zip(names, solution, strict=True))
            key = values[self.key]
            if key is not None:
                found.setdefault(key, set()).update(self._instances(values))
        return {key: frozenset(triples) for key, triples in found.items()}

    def _instances(self, values: Mapping[str, Term | None]) -> Iterator[Triple]:
        for part in self.template:
            subject, predicate, value = (values[each] if isinstance(each, str) else each for each in part)
            if isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode) and value is not None:
                yield Triple(subject, predicate, value)

    @property
    def writes(self) -> set[Term]:
        """The properties that the template names."""
        return {part[1] for part in self.template if not isinstance(part[1], str)}

    def reached(self, store: Store, changes: Changes, graphs: Sequence[NamedNode]) -> Reach:
        """The keys whose rows may have changed."""
        return self.reads.reached(store, changes, graphs)


def _compiled(part: Pattern, prologue: str) -> tuple[str | Term, str | Term, str | Term]:
    """A triple of a template with its constants as terms."""
    subject, predicate, value = (
        token if token.startswith("?") else _constant(token, prologue)
        for token in (part.subject, part.verb, part.object)
    )
    return subject, predicate, value


def _constant(token: str, prologue: str) -> Term:
    """The term that a token of a query names."""
    if token == "a":
        return RDF.type
    solutions = Store().query(f"{prologue}SELECT ({token} AS ?term) WHERE {{}}")
    assert isinstance(solutions, QuerySolutions)
    found = next(solutions)[0]
    assert isinstance(found, NamedNode | Literal)
    return found
