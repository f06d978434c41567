"""What the keeper holds: everything that is served, brought up to date with each change."""

from collections.abc import Iterable, Mapping
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

    def asserted(self) -> Iterable[Triple]:
        """The triples as they were written."""
        ...

    def edit(self, gone: set[Triple], come: set[Triple]) -> None:
        """Take triples out and put others in, all or none; raises InputError where that cannot be."""
        ...

    def derived(self) -> set[Quad]:
        """All that follows."""
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

    def asserted(self) -> Iterable[Triple]:
        return self._live.assessment.model.places

    def edit(self, gone: set[Triple], come: set[Triple]) -> None:
        with self._site.lock:
            self._live.edit(come, gone)
            self._site.renew(self._live.assessment)

    def derived(self) -> set[Quad]:
        quads = set(parse(self._live.assessment.dataset(), format=RdfFormat.N_QUADS))
        return {quad for quad in quads if quad.graph_name != self.home}

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

    def asserted(self) -> Iterable[Triple]:
        return self._asserted

    def edit(self, gone: set[Triple], come: set[Triple]) -> None:
        self._asserted = (self._asserted - gone) | come

    def derived(self) -> set[Quad]:
        if not self._reasons:
            return set()
        inferred = materialise(sorted(self._asserted, key=str)).inferred
        return {_quad(triple, GRAPH.inferred) for triple in set(inferred) - self._asserted}

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
        home = {_quad(triple, self._facts.home) for triple in self._facts.asserted()}
        return _lines(home | self._beside | self._derived)

    def change(self, patch: Patch) -> Patch:
        """Take in a change of what is asserted, all of it or nothing; returns all that changed with it.

        A literal of the quads to take out may be spelt as a store spells it. Raises InputError for a change
        that cannot be.
        """
        gone, come = (set(parse(lines, format=RdfFormat.N_QUADS)) for lines in (patch.gone, patch.come))
        home = self._facts.home
        asserted = {_quad(triple, home) for triple in self._facts.asserted()}
        gone = _as_kept(gone, asserted | self._beside) - come
        come -= asserted | self._beside
        left, entered = ({quad for quad in quads if quad.graph_name == home} for quads in (gone, come))
        if left or entered:
            self._facts.edit({quad.triple for quad in left}, {quad.triple for quad in entered})
        before, self._derived = self._derived, self._facts.derived() if left or entered else self._derived
        self._beside = (self._beside - gone) | (come - entered)
        still = (asserted - left) | self._beside
        gone |= before - self._derived
        come |= self._derived - before
        return Patch.of(_lines(gone), _lines(come | _siblings(gone, still)))

    def visit(self, visit: Visit) -> Reply:
        """Give a page; raises Refusal (404) where there is none."""
        return self._facts.visit(visit)


def keep(holding: Holding) -> Kept:
    """Work out all that is served; raises InputError as :func:`aiopkg.assess` does."""
    return Kept(_Organization(holding) if holding.kind == "organization" else _Triples(holding))


def _as_kept(quads: set[Quad], kept: set[Quad]) -> set[Quad]:
    """Those quads of what is kept that a store does not tell from the given ones."""
    found = quads & kept
    if not any(isinstance(quad.object, Literal) for quad in quads):
        return found
    return found | _siblings(quads, kept)


def _siblings(quads: Iterable[Quad], kept: Iterable[Quad]) -> set[Quad]:
    """Those quads of what is kept that say the same as one of the given ones in another spelling."""
    wanted = {(quad.subject, quad.predicate, quad.graph_name) for quad in quads if isinstance(quad.object, Literal)}
    if not wanted:
        return set()
    near = [q for q in kept if isinstance(q.object, Literal) and (q.subject, q.predicate, q.graph_name) in wanted]
    stored = _stored([quad.object for quad in (*near, *quads)])
    same = {_with(quad, stored) for quad in quads}
    return {quad for quad in near if _with(quad, stored) in same}


def _stored(terms: Iterable[object]) -> Mapping[object, Literal]:
    return {written: stored for stored, written in rewritten({t for t in terms if isinstance(t, Literal)})}


def _with(quad: Quad, stored: Mapping[object, Literal]) -> Quad:
    return Quad(quad.subject, quad.predicate, stored.get(quad.object, quad.object), quad.graph_name)


def _quad(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _lines(quads: Iterable[Quad]) -> bytes:
    content = serialize(sorted(quads, key=str), format=RdfFormat.N_QUADS)
    assert content is not None
    return content
