"""The shapes graph as an index, with the few ways of reading it that the SHACL syntax rules need."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from aiopkg.errors import InputError
from aiopkg.validate.terms import OWL, RDF, RDFS, SH, XSD, Node, Term, order_key

__all__ = ["ShapesGraph", "ill_formed"]

TRUE = Literal("true", datatype=XSD("boolean"))
FALSE = Literal("false", datatype=XSD("boolean"))

Key = TypeVar("Key")
Entry = TypeVar("Entry", bound=Term)


def ill_formed(node: Term, cause: str, fix: str = "") -> InputError:
    """The error for a shapes graph that breaks a syntax rule of SHACL at a node."""
    return InputError("shapes-ill-formed", f"The shape {node} {cause}.", fix=fix)


class ShapesGraph:
    """Triples of a shapes graph by subject and predicate; every answer is in our fixed order."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = tuple(dict.fromkeys(triples))
        self._index: dict[Term, dict[NamedNode, list[Term]]] = {}
        self._inverse: dict[NamedNode, dict[Term, list[Node]]] = {}
        for subject, predicate, value in self.triples:
            if isinstance(subject, Triple):
                continue
            self._index.setdefault(subject, {}).setdefault(predicate, []).append(value)
            self._inverse.setdefault(predicate, {}).setdefault(value, []).append(subject)
        _sort(self._index.values())
        _sort(self._inverse.values())

    def values(self, node: Term, predicate: NamedNode) -> list[Term]:
        """All objects of the node's triples with the predicate."""
        return self._index.get(node, {}).get(predicate, [])

    def predicates(self, node: Term) -> set[NamedNode]:
        """The predicates that the node has triples with."""
        return set(self._index.get(node, {}))

    def subjects(self, predicate: NamedNode, value: Term | None = None) -> list[Node]:
        """The subjects of triples with the predicate (and the object, if one is given), each once."""
        by_value = self._inverse.get(predicate, {})
        if value is not None:
            return by_value.get(value, [])
        return sorted({node for nodes in by_value.values() for node in nodes}, key=order_key)

    def one(self, node: Term, predicate: NamedNode) -> Term | None:
        """The only object, or None; more than one is an error (SHACL 1.0, syntax rules of each parameter)."""
        found = self.values(node, predicate)
        if len(found) > 1:
            raise ill_formed(node, f"has {len(found)} values for {predicate}, where one at most is allowed")
        return found[0] if found else None

    def integer(self, node: Term, predicate: NamedNode) -> int | None:
        """The only object as a whole number, or None if there is none."""
        found = self.one(node, predicate)
        if found is None:
            return None
        if not isinstance(found, Literal) or found.datatype != XSD("integer") or not _is_whole(found.value):
            raise ill_formed(node, f"has {found} for {predicate}, where an xsd:integer is expected")
        return int(found.value)

    def flag(self, node: Term, predicate: NamedNode) -> bool:
        """Whether the only object is the literal true itself (other spellings count as false, W3C uniqueLang-002)."""
        found = self.one(node, predicate)
        if found is not None and (not isinstance(found, Literal) or found.datatype != XSD("boolean")):
            raise ill_formed(node, f"has {found} for {predicate}, where an xsd:boolean is expected")
        return found == TRUE

    def iri(self, node: Term, predicate: NamedNode) -> NamedNode | None:
        """The only object as an IRI, or None if there is none."""
        found = self.one(node, predicate)
        if found is not None and not isinstance(found, NamedNode):
            raise ill_formed(node, f"has {found} for {predicate}, where an IRI is expected")
        return found

    def iris(self, node: Term, predicate: NamedNode) -> list[NamedNode]:
        """All objects, each of which must be an IRI."""
        found: list[NamedNode] = []
        for value in self.values(node, predicate):
            if not isinstance(value, NamedNode):
                raise ill_formed(node, f"has {value} for {predicate}, where an IRI is expected")
            found.append(value)
        return found

    def text(self, node: Term, predicate: NamedNode) -> str | None:
        """The only object as a plain string, or None if there is none."""
        found = self.one(node, predicate)
        if found is not None and (not isinstance(found, Literal) or found.datatype != XSD("string")):
            raise ill_formed(node, f"has {found} for {predicate}, where an xsd:string is expected")
        return None if found is None else found.value

    def messages(self, node: Term) -> tuple[Literal, ...]:
        """The sh:message values, which must be strings with or without a language."""
        found: list[Literal] = []
        for value in self.values(node, SH("message")):
            if not isinstance(value, Literal) or value.datatype not in (XSD("string"), RDF("langString")):
                raise ill_formed(node, f"has {value} for sh:message, where a string is expected")
            found.append(value)
        return tuple(found)

    def members(self, owner: Term, head: Term) -> list[Term]:
        """The members of an RDF list; a broken, branching or circular list is an error."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head != RDF("nil"):
            first, rest = self.values(head, RDF("first")), self.values(head, RDF("rest"))
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise ill_formed(owner, "refers to a list that is not a well-formed RDF list")
            seen.add(head)
            members.append(first[0])
            head = rest[0]
        return members

    def is_list(self, node: Term) -> bool:
        """Whether the node looks like the head of a list."""
        return node == RDF("nil") or bool(self.values(node, RDF("first")))

    def subclasses(self, base: Iterable[Term]) -> set[Term]:
        """The classes given and all their subclasses in this graph."""
        found = set(base)
        pending = list(found)
        while pending:
            for narrower in self.subjects(RDFS("subClassOf"), pending.pop()):
                if narrower not in found:
                    found.add(narrower)
                    pending.append(narrower)
        return found

    def instances(self, *classes: NamedNode) -> list[Node]:
        """The SHACL instances of the classes in this graph, each once."""
        found = {node for cls in self.subclasses(classes) for node in self.subjects(RDF("type"), cls)}
        return sorted(found, key=order_key)

    def is_class(self, node: Term) -> bool:
        """Whether the node is a class of this graph (SHACL 2.1.3.3, with owl:Class read as a class)."""
        classes = self.subclasses((RDFS("Class"), OWL("Class")))
        return any(value in classes for value in self.values(node, RDF("type")))


def _sort(indexes: Iterable[Mapping[Key, list[Entry]]]) -> None:
    for index in indexes:
        for entries in index.values():
            if len(entries) > 1:
                entries.sort(key=order_key)


def _is_whole(text: str) -> bool:
    digits = text[1:] if text[:1] in ("+", "-") else text
    return digits.isascii() and digits.isdigit()


def is_blank(term: Term) -> bool:
    """Whether the term is a blank node."""
    return isinstance(term, BlankNode)
