"""What a validation says: results, the outcome, and the W3C validation report (SHACL 1.0, section 3.6)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence
from aiopkg.validate.terms import RDF, SH, XSD, Node, Term, order_key

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Outcome", "Result", "fill", "report", "sort_results"]


@dataclass(frozen=True)
class Result:
    """One validation result.

    ``path`` is the property of a result, or the shapes graph's node of a longer path, whose canonical SPARQL text is
    ``path_text`` and whose structure is ``path_structure``. ``root_shape`` and ``root_focus`` are the targeted shape
    and its focus node that the result came from; ``constraint`` is the part of the root shape that failed (see
    Judgement). ``messages`` are templates, to be filled from ``bindings``.
    """

    focus: Term
    path: Term | None
    value: Term | None
    component: NamedNode
    source_shape: Node
    source_constraint: Term | None
    root_shape: Node
    severity: NamedNode
    messages: tuple[Literal, ...] = ()
    bindings: Mapping[str, Term] = field(default_factory=dict, hash=False)
    root_focus: Term | None = None
    constraint: Term | None = None
    path_text: str | None = None
    path_structure: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """All results, and the focus nodes of each targeted shape, in our fixed order."""

    results: tuple[Result, ...]
    targets: Mapping[Node, tuple[Term, ...]]


def sort_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """The results in an order that depends on nothing but what they say."""
    results = tuple(results)
    if len(results) < 2:
        return results
    keys: dict[Term | None, tuple[int, str, str, str]] = {}

    def place(term: Term | None) -> tuple[int, str, str, str]:
        found = keys.get(term)
        if found is None:
            found = keys[term] = order_key(term)
        return found

    def order(result: Result) -> tuple[object, ...]:
        return (
            place(result.root_shape),
            place(result.root_focus),
            place(result.constraint),
            place(result.focus),
            place(result.source_shape),
            place(result.source_constraint),
            place(result.component),
            result.path_text or "",
            place(result.value),
            tuple(map(place, result.messages)),
            tuple((name, place(term)) for name, term in sorted(result.bindings.items())),
        )

    return tuple(sorted(results, key=order))


_VARIABLE = re.compile(r"\{[?$](\w+)\}")


def fill(template: Literal, bindings: Mapping[str, Term]) -> Literal:
    """The message with ``{?name}`` and ``{$name}`` replaced by the bindings that there are (SHACL-SPARQL 5.3.2)."""

    def replacement(match: re.Match[str]) -> str:
        term = bindings.get(match[1])
        if term is None:
            return match[0]
        return str(term) if isinstance(term, Triple) else term.value

    text = _VARIABLE.sub(replacement, template.value)
    return Literal(text, language=template.language) if template.language else Literal(text)


def report(outcome: Outcome) -> list[Triple]:
    """The outcome as a W3C sh:ValidationReport; blank nodes are numbered in the order of the results."""
    root = BlankNode("report")
    conforms = Literal("false" if outcome.results else "true", datatype=XSD("boolean"))
    triples = [Triple(root, RDF("type"), SH("ValidationReport")), Triple(root, SH("conforms"), conforms)]
    for number, result in enumerate(outcome.results, start=1):
        node = BlankNode(f"result{number}")
        triples.append(Triple(root, SH("result"), node))
        triples.append(Triple(node, RDF("type"), SH("ValidationResult")))
        triples.extend(_describe(node, result))
    return triples


def _describe(node: BlankNode, result: Result) -> "Iterator[Triple]":
    yield Triple(node, SH("focusNode"), result.focus)
    if result.value is not None:
        yield Triple(node, SH("value"), result.value)
    if result.path_structure is not None:
        writer = _PathWriter(node.value)
        head = writer.write(result.path_structure)
        yield Triple(node, SH("resultPath"), head)
        yield from writer.triples
    yield Triple(node, SH("sourceConstraintComponent"), result.component)
    yield Triple(node, SH("sourceShape"), result.source_shape)
    if result.source_constraint is not None:
        yield Triple(node, SH("sourceConstraint"), result.source_constraint)
    yield Triple(node, SH("resultSeverity"), result.severity)
    for message in result.messages:
        yield Triple(node, SH("resultMessage"), fill(message, result.bindings))


class _PathWriter:
    """Writes a path as triples, with fresh blank nodes."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.triples: list[Triple] = []
        self._count = 0

    def _fresh(self) -> BlankNode:
        self._count += 1
        return BlankNode(f"{self._prefix}path{self._count}")

    def write(self, path: Path) -> Node:
        """The node of the path, its triples added."""
        if isinstance(path, Predicate):
            return path.iri
        if isinstance(path, Sequence):
            parts: list[Path] = []
            rest: Path = path
            while isinstance(rest, Sequence):
                parts.append(rest.first)
                rest = rest.second
            return self._list([*parts, rest])
        node = self._fresh()
        match path:
            case Inverse(inner):
                self.triples.append(Triple(node, SH("inversePath"), self.write(inner)))
            case Alternative(options):
                self.triples.append(Triple(node, SH("alternativePath"), self._list(list(options))))
            case Repeat(inner, sign):
                name = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}[sign]
                self.triples.append(Triple(node, SH(name), self.write(inner)))
        return node

    def _list(self, parts: list[Path]) -> Node:
        head: Node = RDF("nil")
        for part in reversed(parts):
            node = self._fresh()
            self.triples.append(Triple(node, RDF("first"), self.write(part)))
            self.triples.append(Triple(node, RDF("rest"), head))
            head = node
        return head
