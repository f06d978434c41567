"""What is said of an element: by the organization, by what follows from it, and by the ontology."""

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.report.wording import where
from aiopkg.validate.findings import name_of
from aiopkg.vocab import GRAPH, PREFIXES, RDF
from aiopkg.web.addresses import mark_of
from aiopkg.web.shown import Node, Shown

__all__ = ["Fact", "Group", "concluded", "declared", "fact_marked", "spoken_of", "stated"]

_MOST_OF_A_GROUP = 60
_LOGICAL = tuple(PREFIXES[name] for name in ("owl", "rdf", "rdfs"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of a property: what a person reads, its full name if it has one, and where it leads.

    ``place`` is the file and line where it stands, ``why`` the address of its proof; one of the two is empty.
    """

    value: str
    name: str
    address: str
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one property, up to a number."""

    label: str
    name: str
    facts: tuple[Fact, ...]
    more: int


def stated(shown: Shown, node: Node) -> tuple[Group, ...]:
    """Return what the organization states of an element, as it wrote it."""
    return _grouped(shown, shown.assessment.model.statements_about(node), "object")


def concluded(shown: Shown, node: Node) -> tuple[Group, ...]:
    """Return what follows or was measured, without the nameless classes that reasoning passes through."""
    return _grouped(shown, _derived(shown, node), "object")


def declared(shown: Shown, node: Node) -> tuple[Group, ...]:
    """Return what the ontology or the rules declare of a term."""
    quads = shown.assessment.store.quads_for_pattern(node, None, None, GRAPH.ontology)
    return _grouped(shown, [quad.triple for quad in quads if not isinstance(quad.object, BlankNode)], "object")


def spoken_of(shown: Shown, node: Node) -> tuple[Group, ...]:
    """Return what is said of an element where others are described: their properties, and who they are."""
    store = shown.assessment.store
    triples = [
        quad.triple
        for graph in (GRAPH.asserted, GRAPH.inferred)
        for quad in store.quads_for_pattern(None, None, node, graph)
        if quad.subject != node
        and isinstance(quad.subject, NamedNode | BlankNode)
        and not _spells(quad.subject, quad.predicate)
    ]
    return _grouped(shown, triples, "subject")


def fact_marked(shown: Shown, node: Node, mark: str) -> Triple | None:
    """Return the fact about an element that has a mark; nothing where none has."""
    everything = (*shown.assessment.model.statements_about(node), *_derived(shown, node))
    return next((triple for triple in everything if mark_of(triple) == mark), None)


def _derived(shown: Shown, node: Node) -> Iterator[Triple]:
    seen: set[Triple] = set()
    for graph in (GRAPH.inferred, GRAPH.measures):
        for quad in shown.assessment.store.quads_for_pattern(node, None, None, graph):
            spelling = quad.predicate == RDF.type and isinstance(quad.object, BlankNode)
            if not spelling and not _spells(quad.object, quad.predicate) and quad.triple not in seen:
                seen.add(quad.triple)
                yield quad.triple


def _spells(other: object, predicate: NamedNode) -> bool:
    """Tell whether a fact only ties a term to a nameless class or list, of which definitions are made."""
    logical = predicate != RDF.type and predicate.value.startswith(_LOGICAL)
    return logical and isinstance(other, BlankNode)


def _grouped(shown: Shown, triples: Iterable[Triple], end: str) -> tuple[Group, ...]:
    """Gather facts by property: first what an element is, then by the labels."""
    by_property: dict[NamedNode, list[Triple]] = {}
    for triple in triples:
        by_property.setdefault(triple.predicate, []).append(triple)
    ordered = sorted(by_property.items(), key=lambda item: (item[0] != RDF.type, shown.labels(item[0]), str(item[0])))
    return tuple(_group(shown, name, same, end) for name, same in ordered)


def _group(shown: Shown, predicate: NamedNode, triples: list[Triple], end: str) -> Group:
    triples.sort(key=lambda triple: (shown.labels(getattr(triple, end)), str(getattr(triple, end))))
    facts = tuple(_fact(shown, triple, getattr(triple, end)) for triple in triples[:_MOST_OF_A_GROUP])
    return Group(shown.labels(predicate), predicate.value, facts, max(0, len(triples) - _MOST_OF_A_GROUP))


def _fact(shown: Shown, triple: Triple, value: Node | Literal) -> Fact:
    place = shown.assessment.model.places.get(triple)
    ends = (triple.subject, triple.predicate, triple.object)
    is_declared = next(shown.assessment.store.quads_for_pattern(*ends, GRAPH.ontology), None) is not None
    name = name_of(value) if isinstance(value, NamedNode | BlankNode) else ""
    return Fact(
        value=shown.labels(value),
        name=name if isinstance(value, NamedNode) else "",
        address=shown.links.element(name) if name and shown.is_known(value) else "",  # type: ignore[arg-type]
        place=where(place),
        why="" if place or is_declared else shown.links.fact(triple),
    )
