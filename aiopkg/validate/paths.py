"""Property paths as shapes write them (SHACL 1.0, 2.3.1)."""

from pyoxigraph import BlankNode, NamedNode

from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence
from aiopkg.validate.shapes_graph import ShapesGraph, ill_formed
from aiopkg.validate.terms import RDF, SH, Term

__all__ = ["read_path"]

_REPEATS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


def read_path(graph: ShapesGraph, shape: Term, node: Term, above: tuple[Term, ...] = ()) -> Path:
    """The path that a node of the shapes graph stands for.

    A node that is both a list and another kind of path is read as the list, as the W3C suite expects
    (path-strange-001). Raises InputError for anything else that is not a path.
    """
    if isinstance(node, NamedNode) and node != RDF("nil"):
        return Predicate(node)
    if not isinstance(node, BlankNode) or node in above:
        raise ill_formed(shape, f"has a path with {node}, which is not a property path")
    above = (*above, node)
    if graph.is_list(node):
        return _in_sequence(
            [read_path(graph, shape, m, above) for m in _members(graph, shape, node)],
        )
    alternatives = graph.one(node, SH("alternativePath"))
    if alternatives is not None:
        options = [read_path(graph, shape, m, above) for m in _members(graph, shape, alternatives)]
        return Alternative(tuple(options))
    inverse = graph.one(node, SH("inversePath"))
    if inverse is not None:
        return Inverse(read_path(graph, shape, inverse, above))
    for name, sign in _REPEATS.items():
        repeated = graph.one(node, SH(name))
        if repeated is not None:
            return Repeat(read_path(graph, shape, repeated, above), sign)
    raise ill_formed(shape, "has a blank node for a path that is no property path")


def _members(graph: ShapesGraph, shape: Term, head: Term) -> list[Term]:
    members = graph.members(shape, head)
    if len(members) < 2:
        raise ill_formed(shape, "has a path whose list has fewer than two members")
    return members


def _in_sequence(parts: list[Path]) -> Path:
    whole = parts[-1]
    for part in reversed(parts[:-1]):
        whole = Sequence(part, whole)
    return whole
