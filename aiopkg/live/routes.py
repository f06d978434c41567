"""Which nodes a query may answer differently for once facts change: the ways from each pattern back to a variable.

Let a query be evaluated for one value of a variable, its patterns taken in an order in which each starts from
something bound, the nearest to the variable first. If facts change and the answer with them, some pattern is the first
to match differently: it meets a changed fact, and the patterns nearer to the variable match as before. So the value is
found by walking from the changed fact back along those. Filters are not looked at, and only one way is taken where
several would have to lead to the same value: at least the right nodes are found, and often more.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat
from aiopkg.syntax.paths import Sequence as Steps
from aiopkg.syntax.tree import (
    Bind,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Minus,
    Optional,
    Pattern,
    Query,
    Raw,
    SubSelect,
    Token,
    Union,
)  # fmt: skip

_FAR = 1000
"""The length of a way across a union: it is taken only where there is no other."""
_PREFIX = re.compile(r"PREFIX ([^:\s]*): <([^>]*)>")

__all__ = ["Read", "apart", "in_sequence", "reads_of", "steps_along"]


@dataclass(frozen=True)
class Read:
    """A place where a query looks at facts of a property (any property if None).

    A fact concerns it if its subject and object are the IRIs given, where there are any. ``way`` leads from its
    subject, or from its object if ``from_object``, to the nodes that may be answered differently; without a way that
    is every node (``everywhere``) or the end of the fact itself.
    """

    predicate: NamedNode | None
    from_object: bool
    way: Path | None
    subject: NamedNode | None = None
    object: NamedNode | None = None
    everywhere: bool = False


@dataclass(frozen=True)
class _Edge:
    """A pattern that leads from one variable to another; no path where both are the same."""

    start: str
    end: str
    path: Path | None
    length: int = 1


@dataclass
class _Edges:
    """The edges that surely hold where a pattern stands."""

    leaving: Mapping[str, Sequence[_Edge]]

    @classmethod
    def of(cls, edges: Iterable[_Edge]) -> "_Edges":
        leaving: dict[str, list[_Edge]] = defaultdict(list)
        for edge in edges:
            leaving[edge.start].append(edge)
        return cls(leaving)

    def way(self, start: str, end: str) -> tuple[Path | None, int] | None:
        """A shortest way and its length; None where there is none."""
        waiting: list[tuple[int, int, str, Path | None]] = [(0, 0, start, None)]
        passed: set[str] = set()
        number = count(1)
        while waiting:
            length, _, variable, path = heappop(waiting)
            if variable == end:
                return path, length
            if variable not in passed:
                passed.add(variable)
                for edge in self.leaving.get(variable, ()):
                    onward = (length + edge.length, next(number), edge.end, in_sequence(path, edge.path))
                    heappush(waiting, onward)
        return None


def in_sequence(first: Path | None, second: Path | None) -> Path | None:
    """One path after the other, either of which may be no path at all."""
    if first is None or second is None:
        return first or second
    return Steps(first, second)


def reads_of(query: Query, root: str) -> list[Read]:
    """Every place where a query looks at facts, with the way from there to the values of a variable.

    Its variables must be told :func:`apart` by their names.
    """
    found: dict[Read, None] = {}
    _Reader(root, found, dict(_PREFIX.findall(query.prologue))).group(query.where, [])
    return list(found)


@dataclass
class _Reader:
    root: str
    found: dict[Read, None]
    prefixes: Mapping[str, str]

    def group(self, group: Group, outside: list[_Edge]) -> None:
        edges = {id(element): _edges_of(element) for element in group.elements}
        known = [*outside, *(edge for found in edges.values() for edge in found)]
        for element in group.elements:
            if isinstance(element, Pattern):
                self._pattern(element, _Edges.of(known))
            # A way out of a union must not lead across it.
            around = known
            if isinstance(element, Union):
                around = [*outside, *(e for place, found in edges.items() if place != id(element) for e in found)]
            for inner in _inner_groups(element):
                self.group(inner, around)

    def _pattern(self, pattern: Pattern, known: _Edges) -> None:
        ends = (pattern.subject, pattern.object)
        ways = [known.way(end, self.root) if end.startswith("?") else None for end in ends]
        constants = [self._iri(end) for end in ends]
        if pattern.path is None:
            self._add(None, ways, constants, turned=False, before=None, after=None)
            return
        for before, predicate, turned, after in steps_along(pattern.path):
            self._add(predicate, ways, constants, turned=turned, before=before, after=after)

    def _iri(self, token: str) -> NamedNode | None:
        """The IRI that a term of a pattern names; None for variables and literals, which are not told apart here."""
        if token.startswith("<"):
            return NamedNode(token[1:-1])
        prefix, colon, name = token.partition(":")
        return NamedNode(self.prefixes[prefix] + name) if colon and prefix in self.prefixes else None

    def _add(
        self,
        predicate: NamedNode | None,
        ways: list[tuple[Path | None, int] | None],
        constants: list[NamedNode | None],
        *,
        turned: bool,
        before: Path | None,
        after: Path | None,
    ) -> None:
        near, far = (constants[0] if before is None else None), (constants[1] if after is None else None)
        subject, value = (far, near) if turned else (near, far)
        choices = []
        if ways[0] is not None:
            way, length = ways[0]
            back = None if before is None else Inverse(before)
            choices.append((length, 0, turned, in_sequence(back, way)))
        if ways[1] is not None:
            way, length = ways[1]
            choices.append((length, 1, not turned, in_sequence(after, way)))
        if not choices:
            self.found[Read(predicate, False, None, subject, value, everywhere=True)] = None
            return
        _, _, from_object, path = min(choices, key=lambda choice: choice[:2])
        self.found[Read(predicate, from_object, path, subject, value)] = None


def steps_along(path: Path) -> Iterator[tuple[Path | None, NamedNode, bool, Path | None]]:
    """Each single step of a path: what comes before, its property, whether it is walked backwards, what comes after."""
    match path:
        case Predicate(iri):
            yield None, iri, False, None
        case Inverse(inner):
            for before, iri, turned, after in steps_along(inner):
                yield _turned(after), iri, not turned, _turned(before)
        case Steps(first, second):
            for before, iri, turned, after in steps_along(first):
                yield before, iri, turned, in_sequence(after, second)
            for before, iri, turned, after in steps_along(second):
                yield in_sequence(first, before), iri, turned, after
        case Alternative(options):
            for option in options:
                yield from steps_along(option)
        case Repeat(inner, sign):
            again = None if sign == "?" else Repeat(inner, "*")
            for before, iri, turned, after in steps_along(inner):
                yield in_sequence(again, before), iri, turned, in_sequence(after, again)


def _turned(path: Path | None) -> Path | None:
    return None if path is None else Inverse(path)


def _edges_in(group: Group) -> list[_Edge]:
    """What every solution of a group matches, as edges between its variables."""
    return [edge for element in group.elements for edge in _edges_of(element)]


def _edges_of(element: Element) -> list[_Edge]:
    match element:
        case Pattern(subject, _, path, value) if path is not None and subject[0] == "?" and value[0] == "?":
            return [_Edge(subject, value, path), _Edge(value, subject, Inverse(path))]
        case Bind([str(name)], variable) if name.startswith("?"):
            return [_Edge(name, variable, None), _Edge(variable, name, None)]
        case SubSelect():
            return _edges_in(element.query.where)
        case Graph():
            return _edges_in(element.group)
        case Union():
            return _edges_across(element)
        case _:
            return []


def _edges_across(union: Union) -> list[_Edge]:
    """Edges that hold whichever branch of a union matches."""
    branches = [_Edges.of(_edges_in(branch)) for branch in union.groups]
    shared = set.intersection(*(set(branch.leaving) for branch in branches))
    edges: list[_Edge] = []
    for start in sorted(shared):
        for end in sorted(shared - {start}):
            ways = [branch.way(start, end) for branch in branches]
            paths = [way[0] for way in ways if way is not None]
            if len(paths) < len(branches):
                continue
            walked = list(dict.fromkeys(path for path in paths if path is not None))
            if not walked:
                edges.append(_Edge(start, end, None, _FAR))
            else:
                path = walked[0] if len(walked) == 1 else Alternative(tuple(walked))
                edges.append(_Edge(start, end, path if None not in paths else Repeat(path, "?"), _FAR))
    return edges


def _inner_groups(element: Element) -> Iterator[Group]:
    match element:
        case Optional() | Minus() | Graph():
            yield element.group
        case Union():
            yield from element.groups
        case SubSelect():
            yield element.query.where
            yield from _in_tokens([*(element.query.head or []), *element.query.tail])
        case Filter() | Bind():
            yield from _in_tokens(element.tokens)
        case _:
            return


def _in_tokens(tokens: Iterable[Token]) -> Iterator[Group]:
    for token in tokens:
        if isinstance(token, Exists):
            yield token.group


def apart(query: Query) -> Query:
    """The query with new names for the variables that a SELECT inside it keeps to itself."""
    return _Renamer({}, count(1)).query(query)


@dataclass
class _Renamer:
    """Writes a query anew: variables that are not kept, where some are, get an ending."""

    kept: Mapping[str, str]
    """The variables that are seen from outside, each with its name there; empty for the outermost query."""
    number: Iterator[int]
    ending: str = ""

    def query(self, query: Query) -> Query:
        return Query(self.tokens(query.head or []), self.group(query.where), self.tokens(query.tail), query.prologue)

    def name(self, token: str) -> str:
        if not token.startswith("?") or len(token) == 1:
            return token
        return self.kept.get(token, token + self.ending)

    def tokens(self, found: Iterable[Token]) -> list[Token]:
        return [Exists(t.negated, self.group(t.group)) if isinstance(t, Exists) else self.name(t) for t in found]

    def group(self, found: Group) -> Group:
        return Group([self.element(each) for each in found.elements])

    def element(self, found: Element) -> Element:  # noqa: PLR0911 - one return for each kind of element
        match found:
            case Pattern():
                return Pattern(self.name(found.subject), self.name(found.verb), found.path, self.name(found.object))
            case Filter():
                return Filter(self.tokens(found.tokens))
            case Bind():
                return Bind(self.tokens(found.tokens), self.name(found.variable))
            case Optional():
                return Optional(self.group(found.group))
            case Minus():
                return Minus(self.group(found.group))
            case Union():
                return Union([self.group(each) for each in found.groups])
            case Graph():
                return Graph(self.name(found.name), self.group(found.group))
            case Raw():
                text = re.sub(r"\?\w+", lambda match: self.name(match[0]), found.text)
                return Raw(text, tuple(map(self.name, found.binds)))
            case SubSelect() if found.query.projected is not None:
                kept = {f"?{shown}": self.name(f"?{shown}") for shown in found.query.projected}
                return SubSelect(_Renamer(kept, self.number, f"_in{next(self.number)}").query(found.query))
            case _:
                return found
