"""The graph along which gaps spread: what depends on what, each link a fact with a name."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from aiopkg.columns import FactStore
from aiopkg.derive.circles import circles_among
from aiopkg.derive.links import Carrier, Element, Link, LinkTable, rank_of_property
from aiopkg.model.layered import Layered
from aiopkg.vocab import AIOP, GRAPH, RDFS

__all__ = ["Dependencies", "Link", "carriers_in"]


class Dependencies:
    """Every dependency among the elements of a materialised store, read once."""

    def __init__(self, links: Iterable[Link], names: Sequence[Carrier] = ()) -> None:
        after: dict[Element, list[Link]] = {}
        for link in _best(links):
            after.setdefault(link.cause, []).append(link)
        self._after: Mapping[Element, Sequence[Link]] = after
        self._names = names

    @classmethod
    def of(cls, store: FactStore) -> "Dependencies":
        """Read the links that the sub-properties of ``aiop:dependsOn``, ``impacts`` and ``burdens`` state."""
        names = carriers_in(store)
        found = cls((), names)
        found._after = LinkTable(store, names)
        return found

    def revised(self, store: FactStore, triples: Iterable[Triple]) -> tuple["Dependencies", set[Element]]:
        """Return the dependencies after some triples came or went, and the causes of links that are others since."""
        named = {name for name, _, _ in self._names}
        touched: dict[Element, set[tuple[Element, bool]]] = {}
        for triple in triples:
            if triple.predicate in named:
                for name, forward, last in self._names:
                    ends = (triple.subject, triple.object) if forward else (triple.object, triple.subject)
                    if name == triple.predicate and all(isinstance(end, NamedNode | BlankNode) for end in ends):
                        touched.setdefault(ends[0], set()).add((ends[1], last))  # type: ignore[arg-type]
        changed: dict[Element, Sequence[Link]] = {}
        for cause, effects in touched.items():
            kept = [link for link in self.after(cause) if (link.effect, link.last) not in effects]
            found = (link for effect, last in effects for link in self._between(store, cause, effect, last=last))
            links = _best((*kept, *found))
            if links != list(self.after(cause)):
                changed[cause] = links
        after = self._after if isinstance(self._after, Layered) else Layered(self._after)
        gone = [cause for cause, links in changed.items() if not links]
        kept_links = {cause: links for cause, links in changed.items() if links}
        revised = Dependencies((), self._names)
        revised._after = after.revised(kept_links, gone)
        return revised, set(changed)

    def _between(self, store: FactStore, cause: Element, effect: Element, *, last: bool) -> Iterable[Link]:
        for name, forward, ends in self._names:
            subject, value = (cause, effect) if forward else (effect, cause)
            for graph in (GRAPH.asserted, GRAPH.inferred):
                if ends == last and Quad(subject, name, value, graph) in store:
                    yield Link(cause, effect, subject, name, value, graph == GRAPH.asserted, last)

    def links(self) -> Iterable[Link]:
        """Return every link."""
        return (link for links in self._after.values() for link in links)

    def after(self, cause: Element) -> Sequence[Link]:
        """Return the links that lead away from an element, in a fixed order."""
        return self._after.get(cause, ())

    def chains(self, start: Element) -> Mapping[Element, Sequence[Link]]:
        """Return one shortest chain of links from ``start`` to each element that it reaches.

        Breadth first; among chains of the same length the first in the order of names. ``start`` itself is
        reached by the empty chain. A chain goes on from an element only if the failure is passed on to it.
        """
        passing, ending = self._spread(start)
        shorter = {e: chain for e, chain in ending.items() if e not in passing or len(chain) < len(passing[e])}
        return {**passing, **shorter}

    def _spread(self, start: Element) -> tuple[dict[Element, tuple[Link, ...]], dict[Element, tuple[Link, ...]]]:
        """Return the chains to elements that pass a failure on, and those to elements that end it."""
        passing: dict[Element, tuple[Link, ...]] = {start: ()}
        ending: dict[Element, tuple[Link, ...]] = {}
        queue = deque([start])
        while queue:
            here = queue.popleft()
            for link in self.after(here):
                found = ending if link.last else passing
                if link.effect not in found:
                    found[link.effect] = (*passing[here], link)
                    if not link.last:
                        queue.append(link.effect)
        return passing, ending

    def loops(self) -> tuple[tuple[Link, ...], ...]:
        """Return one loop of links for each group of elements that drag one another down.

        The groups are the strongly connected components with more than one element; the loop is a shortest
        one through the group's first element.
        """
        passed_on = (
            self._after.circling()
            if isinstance(self._after, LinkTable)
            else {cause: [k.effect for k in links if not k.last] for cause, links in self._after.items()}
        )
        return tuple(
            tuple(self._passing(cause, effect) for cause, effect in zip(circle, (*circle[1:], circle[0]), strict=True))
            for circle in circles_among(passed_on)
        )

    def _passing(self, cause: Element, effect: Element) -> Link:
        return next(link for link in self.after(cause) if link.effect == effect and not link.last)


def carriers_in(store: FactStore) -> list[Carrier]:
    """Return the properties that carry failures."""
    return [
        (name, forward, top == AIOP.burdens)
        for top, forward in ((AIOP.impacts, True), (AIOP.burdens, True), (AIOP.dependsOn, False))
        for name in _subproperties(store, top)
    ]


def _best(links: Iterable[Link]) -> list[Link]:
    """Return one link for each cause, effect and manner, in a fixed order."""
    best: dict[tuple[Element, Element, bool], Link] = {}
    for link in links:
        pair = (link.cause, link.effect, link.last)
        if link.cause != link.effect and (pair not in best or _rank(link) < _rank(best[pair])):
            best[pair] = link
    return sorted(best.values(), key=lambda link: (str(link.cause), str(link.effect), link.last))


def _rank(link: Link) -> tuple[bool, bool, str]:
    return (not link.asserted, *rank_of_property(link.predicate))


def _subproperties(store: FactStore, top: NamedNode) -> list[NamedNode]:
    found = {top}
    for graph in GRAPH.facts:
        found |= {q.subject for q in store.quads_for_pattern(None, RDFS.subPropertyOf, top, graph)}  # type: ignore[misc]
    return sorted(found, key=str)
