"""Circles in a graph: one for each group of nodes that all lead to one another."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypeVar

__all__ = ["circles_among"]

Node = TypeVar("Node")


def circles_among(after: Mapping[Node, Iterable[Node]]) -> tuple[tuple[Node, ...], ...]:
    """Return one circle for each group of nodes that lead to one another, in the order of the nodes' text.

    ``after`` maps a node to those that it leads to. The groups are the strongly connected components with more than
    one node; the circle is a shortest one through the group's first node, which it begins with and does not repeat.
    """
    import rustworkx  # noqa: PLC0415

    ways = {node: sorted(ends, key=str) for node, ends in after.items()}
    graph: rustworkx.PyDiGraph[Node, None] = rustworkx.PyDiGraph()
    nodes = sorted({*ways, *(end for ends in ways.values() for end in ends)}, key=str)
    number = {node: graph.add_node(node) for node in nodes}
    graph.add_edges_from_no_data([(number[node], number[end]) for node, ends in ways.items() for end in ends])
    groups = [component for component in rustworkx.strongly_connected_components(graph) if len(component) > 1]
    firsts = sorted((min((graph[index] for index in group), key=str) for group in groups), key=str)
    return tuple(_circle(first, ways) for first in firsts)


def _circle(first: Node, ways: Mapping[Node, Iterable[Node]]) -> tuple[Node, ...]:
    """Return a shortest circle through a node; the first by text among those of one length."""
    trails: dict[Node, tuple[Node, ...]] = {first: (first,)}
    queue = deque([first])
    while queue:
        here = queue.popleft()
        for there in ways.get(here, ()):
            if there not in trails:
                trails[there] = (*trails[here], there)
                queue.append(there)
    closing = [trail for node, trail in trails.items() if node != first and first in ways.get(node, ())]
    return min(closing, key=lambda trail: (len(trail), [str(node) for node in trail]))
