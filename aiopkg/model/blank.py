"""Names blank nodes by what is said of them, so that no output depends on a parser's labels."""

import hashlib
from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode, Triple

__all__ = ["name_blank_nodes"]

_MOST_ROUNDS = 12


def name_blank_nodes(triples: Iterable[Triple]) -> dict[BlankNode, BlankNode]:
    """Return a new name for each blank node: a digest of its surroundings.

    Colour refinement: a node's digest is that of its statements with its neighbours' digests, again and
    again until no two nodes are told apart any more. Nodes that stay alike get a number in order of
    appearance; where they are interchangeable, as is nearly always so, that order cannot be seen.
    """
    arms: dict[BlankNode, list[tuple[str, str, NamedNode, object]]] = {}
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if isinstance(subject, BlankNode):
            arms.setdefault(subject, []).append(("out", predicate.value, predicate, value))
        if isinstance(value, BlankNode):
            arms.setdefault(value, []).append(("in", predicate.value, predicate, subject))
    colours = dict.fromkeys(arms, "")
    distinct = 0
    for _ in range(_MOST_ROUNDS):
        colours = {
            node: _digest(
                sorted(
                    f"{way} {predicate} {colours[other] if isinstance(other, BlankNode) else other}"
                    for way, predicate, _, other in around
                )
            )
            for node, around in arms.items()
        }
        now = len(set(colours.values()))
        if now in (distinct, len(colours)):
            break
        distinct = now
    seen: dict[str, int] = {}
    names = {}
    for node, colour in colours.items():
        seen[colour] = seen.get(colour, 0) + 1
        number = "" if seen[colour] == 1 else f"n{seen[colour]}"
        names[node] = BlankNode(f"b{colour[:16]}{number}")
    return names


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
