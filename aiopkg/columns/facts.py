"""What is known, as columns: named graphs, and views of some of them together."""

from collections.abc import Collection, Iterator, Mapping

import numpy as np
from pyoxigraph import Literal, NamedNode

from aiopkg.columns.terms import Terms
from aiopkg.reason import Facts
from aiopkg.reason.relations import EMPTY, Flags, Ids, Layout, Relation, unique

__all__ = ["Columns", "View"]

_ROOM = 2
"""So many times as many terms as there are now fit before everything is packed anew."""


class Properties:
    """Properties by small numbers of their own, however many terms there are: a fact has few bits left for them."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._numbers: list[int] = []

    def place(self, number: int) -> int | None:
        """The place of the property that is the term with a number, None where no fact has had it."""
        return self._places.get(number)

    def places(self, numbers: Ids) -> Ids:
        """The places of some properties, which have one from now on."""
        different, at = np.unique(numbers, return_inverse=True)
        for number in different.tolist():
            if number not in self._places:
                self._places[number] = len(self._numbers)
                self._numbers.append(number)
        found = np.array([self._places[number] for number in different.tolist()], dtype=np.int64)
        return found[at.reshape(-1)]

    def numbers(self, places: Ids) -> Ids:
        """The numbers of the terms at some places."""
        return np.array(self._numbers, dtype=np.int64)[places]


class View:
    """The facts of some graphs, over terms that may still grow. A property goes by its place among the properties.

    Facts that come later are merged with those of their property alone; the rest stays as it is.
    """

    def __init__(self, terms: Terms, properties: Properties, facts: Relation) -> None:
        self.terms = terms
        self._properties = properties
        self.bits = facts.layout.bits
        self._facts = facts
        self._grown: dict[int, Relation] = {}
        self._spread: dict[int, tuple[int, int, int]] = {}

    def place(self, iri: NamedNode) -> int | None:
        """The place of a property; None where nothing is said with it."""
        number = self.terms.number(iri)
        return None if number is None else self._properties.place(number)

    def iri(self, predicate: int) -> NamedNode:
        """The property at a place."""
        term = self.terms[int(self._properties.numbers(np.array([predicate]))[0])]
        assert isinstance(term, NamedNode)
        return term

    def along(self, predicate: int) -> Relation:
        """A relation that holds all facts of a property."""
        return self._grown.get(predicate, self._facts)

    def predicates(self) -> Ids:
        """The places of the properties of all facts, ascending."""
        return unique(np.concatenate((self._facts.predicates(), np.array([*self._grown], dtype=np.int64))))

    def present(self, keys: Ids) -> Flags:
        """Which of these packed facts, ascending, are here."""
        found = self._facts.has(keys)
        for predicate, part in self._parted(keys):
            if predicate in self._grown:
                found[part] = self._grown[predicate].has(keys[part])
        return found

    def add(self, keys: Ids) -> None:
        """Take in packed facts, ascending, none of which is here."""
        for predicate, part in self._parted(keys):
            known = self._grown.get(predicate)
            if known is None:
                known = self._slice(predicate)
            self._grown[predicate] = known.merged(Relation.of(self._facts.layout, keys[part]))
            self._spread.pop(predicate, None)

    def _parted(self, keys: Ids) -> Iterator[tuple[int, slice]]:
        """The properties of some facts, and where theirs are among them."""
        predicates = keys >> (2 * self.bits)
        for predicate in unique(predicates).tolist():
            low, high = np.searchsorted(predicates, [predicate, predicate + 1]).tolist()
            yield predicate, slice(low, high)

    def _slice(self, predicate: int) -> Relation:
        step = 1 << (2 * self.bits)
        facts = self._facts
        columns = []
        for column in (facts.by_subject, facts.by_object):
            low, high = np.searchsorted(column, [predicate * step, (predicate + 1) * step]).tolist()
            columns.append(column[low:high])
        return Relation(facts.layout, *columns)

    def spread(self, predicate: int) -> tuple[int, int, int]:
        """How many facts a property has, and how many different subjects and objects."""
        found = self._spread.get(predicate)
        if found is None:
            facts = self._grown[predicate] if predicate in self._grown else self._slice(predicate)
            counts = []
            for column in (facts.by_subject, facts.by_object):
                firsts = column >> self.bits
                counts.append(int((firsts[1:] != firsts[:-1]).sum()) + min(len(column), 1))
            found = self._spread[predicate] = len(facts), counts[0], counts[1]
        return found

    def touching(self, second: int, *, backwards: bool = False) -> list[int]:
        """The places of the properties of which a term is a subject or, backwards, an object."""
        predicates = self.predicates()
        low = ((predicates << self.bits) | second) << self.bits
        column = self._facts.by_object if backwards else self._facts.by_subject
        there = np.searchsorted(column, low) < np.searchsorted(column, low + (1 << self.bits))
        grown = (predicate for predicate in self._grown if len(self.range(predicate, second, backwards=backwards)))
        return sorted({*predicates[there].tolist(), *grown})

    def range(self, predicate: int, second: int, *, backwards: bool = False) -> Ids:
        """The packed facts of a property with one subject; or, with the ends exchanged, with one object."""
        facts = self.along(predicate)
        column = facts.by_object if backwards else facts.by_subject
        low = ((predicate << self.bits) | second) << self.bits
        start, end = column.searchsorted((low, low + (1 << self.bits))).tolist()
        return column[start:end]


class Columns:
    """Named graphs over the terms of a closure. Some are ``shared``: looked at together, with no fact in common.

    Literals stand in the form that a store gives them, so that what is asked here and of a store is answered alike.
    """

    def __init__(
        self, graphs: Mapping[NamedNode, Facts], shared: Collection[NamedNode], stored: Mapping[Literal, Literal]
    ) -> None:
        """``stored`` gives the form that a store writes a literal in, where it is not the literal itself."""
        dictionary = max((facts.terms for facts in graphs.values()), key=len)
        self.terms = Terms(dictionary)
        stand_in = np.arange(len(dictionary), dtype=np.int64)
        for literal, form in stored.items():
            number = dictionary.number(literal)
            if number is not None:
                stand_in[number] = self.terms.numbered(form)
        self.layout = Layout.of(_ROOM * len(self.terms))
        self._shared = frozenset(shared)
        self._graphs: dict[NamedNode, list[Ids]] = {}
        self._views: dict[frozenset[NamedNode], View] = {}
        self._properties = Properties()
        for name, facts in graphs.items():
            predicates, subjects, objects = facts.columns
            self._graphs[name] = [unique(self._packed(predicates, subjects, stand_in[objects]))]

    def names(self) -> list[NamedNode]:
        """The graphs that hold something."""
        return [name for name, runs in self._graphs.items() if any(map(len, runs))]

    def _packed(self, predicates: Ids, subjects: Ids, objects: Ids) -> Ids:
        places = self._properties.places(predicates)
        self.layout.check_predicates(places)
        return self.layout.pack(places, subjects, objects)

    def columns(self, keys: Ids) -> tuple[Ids, Ids, Ids]:
        """The numbers of the predicates, subjects and objects of packed facts."""
        places, subjects, objects = self.layout.unpack(keys)
        return self._properties.numbers(places), subjects, objects

    def graph(self, name: NamedNode) -> Ids:
        """The packed facts of a graph, ascending."""
        runs = self._graphs.get(name, [EMPTY])
        if len(runs) > 1:
            runs[:] = [unique(np.concatenate(runs))]
        return runs[0]

    def view(self, names: Collection[NamedNode]) -> View:
        """The facts of some graphs, each once."""
        asked = frozenset(names)
        found = self._views.get(asked)
        if found is None:
            keys = unique(np.concatenate([EMPTY, *(self.graph(name) for name in asked)]))
            found = self._views[asked] = View(self.terms, self._properties, Relation.of(self.layout, keys))
        return found

    def clear(self, name: NamedNode) -> None:
        """Empty a graph."""
        if any(map(len, self._graphs.pop(name, ()))):
            self._views = {names: view for names, view in self._views.items() if name not in names}

    def add(self, name: NamedNode, predicates: Ids, subjects: Ids, objects: Ids) -> Ids:
        """Add facts to a graph, but for those that it has already, or that another shared one has if it is shared.

        The new ones come back packed and ascending.
        """
        if len(self.terms) > 1 << self.layout.bits:
            wider = Layout.of(_ROOM * len(self.terms))
            self._graphs = {each: [self.layout.repacked(self.graph(each), wider)] for each in self._graphs}
            self._views, self.layout = {}, wider
        if not len(predicates):
            return EMPTY
        keys = unique(self._packed(predicates, subjects, objects))
        keys = keys[~self.view(self._shared if name in self._shared else [name]).present(keys)]
        if len(keys):
            self._graphs.setdefault(name, []).append(keys)
            for names, view in list(self._views.items()):
                if name in names and (names <= self._shared or len(names) == 1):
                    view.add(keys)
                elif name in names:  # some of it may be in one of the others
                    del self._views[names]
        return keys
