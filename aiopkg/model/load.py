"""Loads documents into a model: all of them, or none."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from aiopkg.errors import InputError, Place
from aiopkg.model.blank import name_blank_nodes
from aiopkg.model.catalog import Catalog
from aiopkg.model.check import check_literals, check_terms
from aiopkg.model.parse import parse_source
from aiopkg.model.sources import Source, find_sources
from aiopkg.vocab import OWL, PREFIXES

__all__ = ["Model", "load"]

Term = NamedNode | BlankNode | Literal


@dataclass(frozen=True)
class Model:
    """The triples that an organization asserts, in a fixed order, and where each of them stands."""

    places: Mapping[Triple, Place]

    @cached_property
    def triples(self) -> tuple[Triple, ...]:
        """Every asserted triple once, sorted by its N-Triples form."""
        return tuple(sorted(self.places, key=str))

    @cached_property
    def _mentions(self) -> Mapping[NamedNode | BlankNode, Place]:
        mentions: dict[NamedNode | BlankNode, Place] = {}
        for triple, place in self.places.items():
            subject = triple.subject
            if isinstance(subject, NamedNode | BlankNode):
                mentions[subject] = min(place, mentions.get(subject, place))
        for triple, place in self.places.items():
            value = triple.object
            if isinstance(value, NamedNode | BlankNode) and value not in mentions:
                mentions[value] = place
        return mentions

    def place_of(self, element: object) -> Place | None:
        """Return where an element is first described, or mentioned if nothing is said of it."""
        return self._mentions.get(element)  # type: ignore[call-overload, no-any-return]

    @cached_property
    def _spellings(self) -> Mapping[Literal, Literal]:
        """Each literal as a store rewrites it, with the spelling that the user chose."""
        typed = sorted(
            {t.object for t in self.places if isinstance(t.object, Literal) and _may_be_rewritten(t.object)},
            key=str,
        )
        store = Store()
        predicate = NamedNode("urn:x:spelt")
        spellings: dict[Literal, Literal] = {}
        for number, literal in enumerate(typed):
            store.add(Quad(NamedNode(f"urn:x:{number}"), predicate, literal))
        for quad in store.quads_for_pattern(None, predicate, None):
            assert isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
            original = typed[int(quad.subject.value.removeprefix("urn:x:"))]
            if original != quad.object:
                spellings[quad.object] = min(original, spellings.get(quad.object, original), key=str)
        return spellings

    def as_written(self, term: Term) -> Term:
        """Return a literal as the user spelt it (1.50 and not 1.5); other terms as they are."""
        return self._spellings.get(term, term) if isinstance(term, Literal) else term


def _may_be_rewritten(literal: Literal) -> bool:
    return literal.language is None and literal.datatype.value != PREFIXES["xsd"] + "string"


def load(
    names: Sequence[str | Path],
    format_name: str | None = None,
    *,
    strict: bool = True,
    catalog: Path | None = None,
) -> Model:
    """Load files, folders, globs or standard input (``-``) into one model.

    Named graphs of the input are taken together. With ``strict``, terms of our namespace have to exist
    and typed literals have to be what they say. With a ``catalog``, a folder, imports are loaded from it;
    without one they are left alone. Nothing is fetched.

    Raises :class:`InputError` with place and fix, having kept nothing, for any document that is missing,
    empty or ill-formed.
    """
    queue = deque(find_sources(names, format_name))
    imports = Catalog(catalog) if catalog else None
    found: list[tuple[Triple, Place]] = []
    seen: set[str] = set()
    while queue:
        source = queue.popleft()
        if source.name in seen:
            continue
        seen.add(source.name)
        statements = list(_statements(source, len(seen)))
        if not statements:
            raise InputError(
                "empty-file",
                f"{source.name} holds no statement.",
                place=Place(source.name),
                fix="Check that it is the file you meant.",
            )
        found += statements
        if imports:
            asked = ((t.object, place) for t, place in statements if t.predicate == OWL.imports)
            queue += [imports.find(iri.value, place) for iri, place in asked if isinstance(iri, NamedNode)]
    return model_of(found, strict=strict)


def _statements(source: Source, number: int) -> Iterator[tuple[Triple, Place]]:
    labels: dict[BlankNode, BlankNode] = {}
    for quad, place in parse_source(source):
        yield _apart(quad, labels, number), place


def model_of(found: Iterable[tuple[Triple, Place]], *, strict: bool = True) -> Model:
    """Make a model of triples and their places, blank nodes named by what is said of them."""
    statements = list(found)
    names = name_blank_nodes(triple for triple, _ in statements)
    places: dict[Triple, Place] = {}
    for triple, place in statements:
        subject, value = triple.subject, triple.object
        renamed = Triple(
            names[subject] if isinstance(subject, BlankNode) else subject,
            triple.predicate,
            names[value] if isinstance(value, BlankNode) else value,
        )
        if renamed not in places:
            places[renamed] = place
    if strict:
        check_terms(places)
        check_literals(places.items())
    return Model(places)


def _apart(quad: Quad, labels: dict[BlankNode, BlankNode], number: int) -> Triple:
    """Return the triple of a quad with its blank nodes kept apart from those of other documents."""

    def label(node: BlankNode) -> BlankNode:
        return labels.setdefault(node, BlankNode(f"d{number}-{len(labels)}"))

    subject, value = quad.subject, quad.object
    return Triple(
        label(subject) if isinstance(subject, BlankNode) else subject,
        quad.predicate,
        label(value) if isinstance(value, BlankNode) else value,
    )
