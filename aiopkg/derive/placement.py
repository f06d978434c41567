"""Where policies, platforms and use cases lie: with the centre or with units, and through whom."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from pyoxigraph import BlankNode, Literal, NamedNode, QueryBoolean, QueryTriples, Triple, Variable

from aiopkg import assets
from aiopkg.columns import Answer, FactStore
from aiopkg.dataclass import dataclass
from aiopkg.vocab import GRAPH

__all__ = ["Element", "Placed", "look_up", "placements"]

Element = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an element lies, and through whom: places and holders, each with whether it is of the centre.

    ``link`` is the property that leads to the holders; an element may have none, where it counts by who runs it.
    """

    link: NamedNode
    sides: Mapping[Element, bool]
    holders: Mapping[Element, bool]

    @property
    def central(self) -> Fraction:
        """The share of the places that are of the centre."""
        return Fraction(sum(self.sides.values()), len(self.sides))

    @property
    def places(self) -> tuple[Element, ...]:
        """The places, in the order of their names."""
        return tuple(self.sides)


def look_up(store: FactStore, name: str, organization: Element | None = None) -> Iterator[Answer]:
    """Yield the rows of an overview query over the facts, of one organization if one is given."""
    bound: dict[Variable, Term] = {} if organization is None else {Variable("organization"): organization}
    solutions = store.query(assets.query("overview", name), default_graph=list(GRAPH.facts), substitutions=bound)
    assert not isinstance(solutions, QueryBoolean | QueryTriples)
    yield from solutions


def placements(store: FactStore, organization: Element) -> Mapping[NamedNode, Mapping[Element, Placed]]:
    """Return by aspect each element that is counted in it."""
    sides: dict[tuple[NamedNode, Element], dict[Element, bool]] = defaultdict(dict)
    holders: dict[tuple[NamedNode, Element], dict[Element, bool]] = defaultdict(dict)
    links: dict[NamedNode, NamedNode] = {}
    for row in look_up(store, "placements", organization):
        aspect, thing, central = row["aspect"], row["thing"], row["central"].value == "true"
        links[aspect] = row["link"]
        sides[aspect, thing][row["place"]] = central
        if row["holder"] is not None:
            known = holders[aspect, thing]
            known[row["holder"]] = central or known.get(row["holder"], False)
    found: dict[NamedNode, dict[Element, Placed]] = defaultdict(dict)
    for (aspect, thing), places in sides.items():
        found[aspect][thing] = Placed(links[aspect], places, holders[aspect, thing])
    return found
