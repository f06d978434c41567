"""An element by its name and its label: what views show of the elements that they rest on."""

from collections.abc import Iterable

from pyoxigraph import BlankNode, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.model.labels import Labels
from aiopkg.validate.findings import name_of

__all__ = ["Named", "name", "names"]


@dataclass(frozen=True, slots=True)
class Named:
    """An element: its IRI, or ``_:`` and a name, and its label."""

    element: str
    label: str


def name(term: NamedNode | BlankNode, labels: Labels) -> Named:
    """Return an element with its label."""
    return Named(name_of(term), labels(term))


def names(terms: Iterable[NamedNode | BlankNode], labels: Labels) -> tuple[Named, ...]:
    """Return elements with their labels, each once, by label."""
    return tuple(sorted({name(term, labels) for term in terms}, key=lambda named: (named.label, named.element)))
