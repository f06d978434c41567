"""Loads documents into a model: all of them, or none."""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError, Place
from aiopkg.limits import Budget
from aiopkg.model.catalog import Catalog
from aiopkg.model.check import check
from aiopkg.model.gather import Gathering
from aiopkg.model.layered import Layered
from aiopkg.model.parse import pointed_out
from aiopkg.model.renames import Deprecation, deprecations
from aiopkg.model.sources import Source, content_of, find_sources
from aiopkg.model.table import Grouped, Places, Table
from aiopkg.vocab import OWL, PREFIXES

__all__ = ["Model", "as_stored", "load", "rewritten"]

Node = NamedNode | BlankNode
Term = Node | Literal


@dataclass(frozen=True)
class Model:
    """The triples that an organization asserts, in a fixed order, and where each of them stands."""

    places: Mapping[Triple, Place]
    former: Mapping[Triple, tuple[NamedNode, ...]] = field(default_factory=dict)
    """The triples that were written with terms that have another name now, and these terms."""

    prefixes: Mapping[str, str] = field(default_factory=dict)
    """The prefixes that the documents declare, those left out that two of them declare differently."""

    @property
    def deprecations(self) -> tuple[Deprecation, ...]:
        """The terms in use that have another name now, and where they stand."""
        return deprecations(self.former, self.places)

    @cached_property
    def table(self) -> Table:
        """The triples and their places as columns."""
        return self.places.table if isinstance(self.places, Places) else Table.of(self.places)

    @cached_property
    def triples(self) -> tuple[Triple, ...]:
        """Every asserted triple once, sorted by its N-Triples form."""
        return tuple(self.table.chosen(self.table.order))

    @property
    def size(self) -> int:
        """How many triples are asserted."""
        return len(self.places)

    @cached_property
    def _described(self) -> Mapping[Node, Sequence[Triple]]:
        """The triples about each subject."""
        return Grouped(self.table)

    @cached_property
    def _mentioned(self) -> Mapping[Node, Sequence[Triple]]:
        """The triples that mention each thing as their object."""
        return Grouped(self.table, by_object=True)

    def statements_about(self, element: object) -> Sequence[Triple]:
        """Return the triples whose subject is an element."""
        return self._described.get(element, ())  # type: ignore[call-overload, no-any-return]

    def describes(self, element: object) -> bool:
        """Tell whether anything is said of an element."""
        return bool(self._described.get(element))  # type: ignore[call-overload]

    def mentions(self, element: object, apart_from: Collection[object] = ()) -> bool:
        """Tell whether a triple has an element as its subject or object, those about some other things aside."""
        speaking = self._mentioned.get(element, ())  # type: ignore[call-overload]
        return self.describes(element) or any(triple.subject not in apart_from for triple in speaking)

    def place_of(self, element: object) -> Place | None:
        """Return where an element is first described, or mentioned if nothing is said of it."""
        if isinstance(self._described, Grouped) and isinstance(self._mentioned, Grouped):
            return self._described.place_of(element) or self._mentioned.place_of(element)
        speaking = self._described.get(element) or self._mentioned.get(element, ())  # type: ignore[call-overload]
        return min((self.places[triple] for triple in speaking), default=None)

    @cached_property
    def _written(self) -> Mapping[Literal, Mapping[Literal, int]]:
        """Each literal as a store rewrites it, with the spellings that the user chose and how often each occurs."""
        numbers, times = np.unique(self.table.objects, return_counts=True)
        said = zip(map(self.table.terms.__getitem__, numbers.tolist()), times.tolist(), strict=True)
        typed = {term: often for term, often in said if isinstance(term, Literal) and _may_be_rewritten(term)}
        spellings: dict[Literal, dict[Literal, int]] = {}
        for stored, original in rewritten(typed):
            spellings.setdefault(stored, {})[original] = typed[original]
        return spellings

    @property
    def stored(self) -> Mapping[Literal, Literal]:
        """How a store writes those literals that it writes otherwise."""
        return {written: form for form, spellings in self._written.items() for written in spellings}

    def as_written(self, term: Term) -> Term:
        """Return a literal as the user spelt it (1.50 and not 1.5); other terms as they are."""
        if not isinstance(term, Literal):
            return term
        return min(self._written.get(term, (term,)), key=str)

    def edited(
        self,
        added: Mapping[Triple, Place],
        removed: Collection[Triple],
        former: Mapping[Triple, tuple[NamedNode, ...]] | None = None,
    ) -> "Model":
        """Return this model without some triples and with others; what is both removed and added stays.

        ``former`` are the triples of the new model that were written with former terms; as before if not given.
        """
        gone = [triple for triple in removed if triple not in added and triple in self.places]
        come = [triple for triple in added if triple not in self.places]
        places = self.places if isinstance(self.places, Layered) else Layered(self.places)
        revised = places.revised(added, gone)
        written_so = self.former if former is None else former
        former_now = {triple: terms for triple, terms in written_so.items() if triple in revised}
        model = Model(revised, former_now, self.prefixes)
        for name, end in (("_described", "subject"), ("_mentioned", "object")):
            model.__dict__[name] = _sorted_in(getattr(self, name), come, gone, end)
        spellings: dict[Literal, dict[Literal, int]] = {}
        for triples, change in ((come, 1), (gone, -1)):
            typed = Counter(t.object for t in triples if isinstance(t.object, Literal) and _may_be_rewritten(t.object))
            for stored, original in rewritten(typed):
                known = spellings.setdefault(stored, dict(self._written.get(stored, {})))
                known[original] = known.get(original, 0) + change * typed[original]
        kept = {stored: {o: times for o, times in known.items() if times} for stored, known in spellings.items()}
        written = self._written if isinstance(self._written, Layered) else Layered(self._written)
        nothing = [stored for stored, known in kept.items() if not known]
        model.__dict__["_written"] = written.revised({s: known for s, known in kept.items() if known}, nothing)
        return model

    def relocated(self, other: "Model") -> frozenset[Triple]:
        """Return the triples that both this model and the one that it was edited from have, at different places."""
        changed = self.places.differing(other.places) if isinstance(self.places, Layered) else ()
        return frozenset(t for t in changed if t in self.places and self.places[t] != other.places.get(t))

    def respelt(self, other: "Model") -> frozenset[Literal]:
        """Return the literals, as a store has them, that another model edited from this one writes otherwise."""
        mine, theirs = self._written, other._written
        changed = theirs.differing(mine) if isinstance(theirs, Layered) else ()
        return frozenset(literal for literal in changed if self.as_written(literal) != other.as_written(literal))


def _sorted_in(
    index: Mapping[Node, Sequence[Triple]], come: Iterable[Triple], gone: Iterable[Triple], end: str
) -> Mapping[Node, Sequence[Triple]]:
    """An index of triples by one of their ends, with some more and without others."""
    changed: dict[Node, list[Triple]] = {}
    for triples, adding in ((come, True), (gone, False)):
        for triple in triples:
            element = getattr(triple, end)
            if isinstance(element, NamedNode | BlankNode):
                row = changed.setdefault(element, list(index.get(element, ())))
                row.append(triple) if adding else row.remove(triple)
    layered = index if isinstance(index, Layered) else Layered(index)
    return layered.revised(changed)


def rewritten(literals: Iterable[Literal]) -> Iterator[tuple[Literal, Literal]]:
    """Yield each literal that a store rewrites: as the store has it, and as it is."""
    ordered = sorted(literals, key=str)
    store = Store()
    predicate = NamedNode("urn:x:spelt")
    for number, literal in enumerate(ordered):
        store.add(Quad(NamedNode(f"urn:x:{number}"), predicate, literal))
    for quad in store.quads_for_pattern(None, predicate, None):
        assert isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
        original = ordered[int(quad.subject.value.removeprefix("urn:x:"))]
        if original != quad.object:
            yield quad.object, original


def as_stored(triple: Triple) -> Triple:
    """Return a triple as a store gives it back, which writes some literals in a form of its own."""
    if not isinstance(triple.object, Literal) or not _may_be_rewritten(triple.object):
        return triple
    stored = next((stored for stored, _ in rewritten([triple.object])), triple.object)
    return Triple(triple.subject, triple.predicate, stored)


def _may_be_rewritten(literal: Literal) -> bool:
    return literal.language is None and literal.datatype.value != PREFIXES["xsd"] + "string"


def load(
    names: Sequence[str | Path],
    format_name: str | None = None,
    *,
    strict: bool = True,
    catalog: Path | None = None,
    may_be_empty: bool = False,
) -> Model:
    """Load files, folders, globs or standard input (``-``) into one model.

    Named graphs of the input are taken together. With ``strict``, terms of our namespace have to exist
    and typed literals have to be what they say; terms that have another name now are read by that. With a
    ``catalog``, a folder, imports are loaded from it; without one they are left alone. Nothing is fetched. A document
    without a statement is taken for a mistake unless it ``may_be_empty``.

    Raises :class:`InputError` with place and fix, having kept nothing, for any document that is missing,
    empty or ill-formed.
    """
    found = find_sources(names, format_name)
    return load_sources(found, strict=strict, catalog=catalog, may_be_empty=may_be_empty)


def load_sources(
    sources: Iterable[Source], *, strict: bool = True, catalog: Path | None = None, may_be_empty: bool = False
) -> Model:
    """Load documents that were found already into one model; see :func:`load`."""
    budget = Budget.of(None)
    queue = deque(sources)
    imports = Catalog(catalog) if catalog else None
    gathering = Gathering()
    seen: set[str] = set()
    while queue:
        source = queue.popleft()
        if source.name in seen:
            continue
        seen.add(source.name)
        rows = gathering.take_in(source, budget)
        if not rows and not may_be_empty:
            raise InputError(
                "empty-file",
                f"{source.name} holds no statement.",
                place=Place(source.name),
                fix="Check that it is the file you meant.",
            )
        if imports:
            asked = gathering.naming(OWL.imports, rows)
            queue += [imports.find(iri.value, place) for iri, place in asked if isinstance(iri, NamedNode)]
    try:
        return _model(gathering, strict=strict)
    except InputError as error:
        content = None if error.place is None else content_of(error.place.file)
        raise error if content is None else pointed_out(error, content) from None


def model_of(
    found: Iterable[tuple[Triple, Place]], *, prefixes: Mapping[str, str] = MappingProxyType({}), strict: bool = True
) -> Model:
    """Make a model of triples and their places, blank nodes named by what is said of them; see :func:`load`."""
    gathering = Gathering()
    gathering.declare(prefixes)
    gathering.take_in_triples(found)
    return _model(gathering, strict=strict)


def _model(gathering: Gathering, *, strict: bool) -> Model:
    table, former = gathering.finished(present=strict)
    if strict:
        check(table)
    return Model(Places(table), former, gathering.prefixes)
