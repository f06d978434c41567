"""What the keeper holds: everything that is served, brought up to date with each change."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Protocol

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse, serialize

from aiopkg.live import Live
from aiopkg.model.load import rewritten
from aiopkg.reason import materialise
from aiopkg.server.holding import Holding
from aiopkg.server.messages import Patch, Reply, Visit
from aiopkg.server.problem import Problem, Refusal
from aiopkg.vocab import GRAPH
from aiopkg.web import Site

__all__ = ["Kept", "keep"]


class _Facts(Protocol):
    """What is asserted in one graph, and all that follows from it."""

    @property
    def home(self) -> NamedNode | DefaultGraph:
        """The graph of what is asserted."""
        ...

    def asserted(self) -> Collection[Triple]:
        """The triples as they were written."""
        ...

    def edit(self, gone: set[Triple], come: set[Triple]) -> None:
        """Take triples out and put others in, all or none; raises InputError where that cannot be."""
        ...

    def derived(self) -> set[bytes]:
        """All that follows, as lines of N-Quads."""
        ...

    def visit(self, visit: Visit) -> Reply:
        """A page."""
        ...


class _Organization:
    """An organization, kept assessed."""

    home = GRAPH.asserted

    def __init__(self, holding: Holding) -> None:
        day = date.fromisoformat(holding.as_of) if holding.as_of else None
        self._live = Live(holding.model, as_of=day, packs=holding.packs, settings=holding.settings)
        self._site = Site(self._live.assessment)

    def asserted(self) -> Collection[Triple]:
        return self._live.assessment.model.places

    def edit(self, gone: set[Triple], come: set[Triple]) -> None:
        with self._site.lock:
            self._live.edit(come, gone)
            self._site.renew(self._live.assessment)

    def derived(self) -> set[bytes]:
        return set(self._live.assessment.worked_out().splitlines(keepends=True))

    def visit(self, visit: Visit) -> Reply:
        if visit.path not in self._site.paths:
            raise Refusal(Problem(404, "not-found", "Not found", f"There is nothing at /{visit.path}."))
        answer = self._site.answer(visit.path, visit.query)
        return Reply(answer.status, answer.headers, answer.body)


class _Triples:
    """Any triples, with what follows from them by themselves if that is asked for."""

    home = DefaultGraph()

    def __init__(self, holding: Holding) -> None:
        self._asserted = set(holding.model.places)
        self._reasons = bool(holding.layout.inferred_graphs)

    def asserted(self) -> Collection[Triple]:
        return self._asserted

    def edit(self, gone: set[Triple], come: set[Triple]) -> None:
        self._asserted = (self._asserted - gone) | come

    def derived(self) -> set[bytes]:
        if not self._reasons:
            return set()
        inferred = materialise(sorted(self._asserted, key=str)).inferred
        return set(_lines(_quad(triple, GRAPH.inferred) for triple in set(inferred) - self._asserted))

    def visit(self, visit: Visit) -> Reply:
        raise Refusal(Problem(404, "not-found", "Not found", f"There is nothing at /{visit.path}."))


class Kept:
    """All quads that are served: the facts, what follows from them, and graphs beside that nothing follows from."""

    def __init__(self, facts: _Facts) -> None:
        self._facts = facts
        self._beside: set[Quad] = set()
        self._derived = facts.derived()

    def quads(self) -> bytes:
        """All quads, as N-Quads, sorted."""
        home = (_quad(triple, self._facts.home) for triple in self._facts.asserted())
        return b"".join(sorted({*_lines(home), *_lines(self._beside), *self._derived}))

    def change(self, patch: Patch) -> Patch:
        """Take in a change of what is asserted, all of it or nothing; returns all that changed with it.

        A literal of the quads to take out may be spelt as a store spells it. Raises InputError for a change
        that cannot be.
        """
        gone, come = (set(parse(lines, format=RdfFormat.N_QUADS)) for lines in (patch.gone, patch.come))
        home = self._facts.home
        gone = ({quad for quad in gone if self._keeps(quad)} | self._siblings(gone)) - come
        come = {quad for quad in come if not self._keeps(quad)}
        left, entered = ({quad for quad in quads if quad.graph_name == home} for quads in (gone, come))
        before = self._derived
        if left or entered:
            self._facts.edit({quad.triple for quad in left}, {quad.triple for quad in entered})
            self._derived = self._facts.derived()
        self._beside = (self._beside - gone) | (come - entered)
        come |= self._siblings(gone)
        lines = ({*_lines(gone), *(before - self._derived)}, {*_lines(come), *(self._derived - before)})
        return Patch.of(*(b"".join(sorted(each)) for each in lines))

    def _keeps(self, quad: Quad) -> bool:
        return quad.triple in self._facts.asserted() if quad.graph_name == self._facts.home else quad in self._beside

    def _siblings(self, quads: Iterable[Quad]) -> set[Quad]:
        """Those quads of what is kept that say the same as one of the given ones, maybe in another spelling."""
        wanted = {(quad.subject, quad.predicate, quad.graph_name) for quad in quads if isinstance(quad.object, Literal)}
        if not wanted:
            return set()
        home = self._facts.home
        near = [quad for quad in self._beside if (quad.subject, quad.predicate, quad.graph_name) in wanted]
        for subject, predicate in {(subject, predicate) for subject, predicate, graph in wanted if graph == home}:
            near += [
                _quad(t, home) for t in self._facts.asserted() if t.subject == subject and t.predicate == predicate
            ]
        stored = _stored([quad.object for quad in (*near, *quads)])
        same = {_with(quad, stored) for quad in quads}
        return {quad for quad in near if isinstance(quad.object, Literal) and _with(quad, stored) in same}

    def visit(self, visit: Visit) -> Reply:
        """Give a page; raises Refusal (404) where there is none."""
        return self._facts.visit(visit)


def keep(holding: Holding) -> Kept:
    """Work out all that is served; raises InputError as :func:`aiopkg.assess` does."""
    return Kept(_Organization(holding) if holding.kind == "organization" else _Triples(holding))


def _stored(terms: Iterable[object]) -> Mapping[object, Literal]:
    return {written: stored for stored, written in rewritten({t for t in terms if isinstance(t, Literal)})}


def _with(quad: Quad, stored: Mapping[object, Literal]) -> Quad:
    return Quad(quad.subject, quad.predicate, stored.get(quad.object, quad.object), quad.graph_name)


def _quad(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _lines(quads: Iterable[Quad]) -> list[bytes]:
    content = serialize(quads, format=RdfFormat.N_QUADS)
    assert content is not None
    return content.splitlines(keepends=True)
