"""What the assets say, looked up by subject."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from aiopkg import assets
from aiopkg.vocab import PREFIXES, RDF, RDFS, SKOS, shorten

__all__ = ["ROOT", "Facts", "anchor", "iri", "linked", "ontology", "read", "terms_of"]

ROOT = Path(__file__).resolve().parents[2]


def iri(name: str) -> NamedNode:
    """Return the term that a prefixed name stands for."""
    prefix, _, rest = name.partition(":")
    return NamedNode(PREFIXES[prefix] + rest)


class Facts:
    """Triples by subject and predicate, values in the order of the file."""

    def __init__(self, triples: tuple[Triple, ...]) -> None:
        self.subjects: dict[NamedNode, None] = {}
        self._index: defaultdict[tuple[object, NamedNode], list[NamedNode | BlankNode | Literal]] = defaultdict(list)
        for triple in triples:
            if isinstance(triple.subject, NamedNode):
                self.subjects.setdefault(triple.subject)
            if not isinstance(triple.object, Triple):
                self._index[triple.subject, triple.predicate].append(triple.object)

    def names(self, subject: object, predicate: NamedNode) -> list[NamedNode]:
        """Return the values that are named."""
        return [value for value in self._index.get((subject, predicate), []) if isinstance(value, NamedNode)]

    def text(self, subject: object, predicate: NamedNode) -> str:
        """Return the first literal value, or nothing."""
        values = self._index.get((subject, predicate), [])
        return next((value.value for value in values if isinstance(value, Literal)), "")

    def of_type(self, *kinds: NamedNode) -> Iterator[NamedNode]:
        """Yield the subjects that are stated to be of a kind, in the order of the file."""
        return (each for each in self.subjects if set(kinds) & set(self.names(each, RDF.type)))


def read(path: Path) -> Facts:
    """Read one file of the assets."""
    return Facts(tuple(assets.steady(parse(path=path, format=RdfFormat.TURTLE), path.stem)))


@cache
def ontology() -> Facts:
    """Return the whole ontology."""
    return Facts(assets.ontology())


@cache
def terms_of(module: Path) -> tuple[NamedNode, ...]:
    """Return the terms that a module declares and defines, or declares of another vocabulary."""
    facts = read(module)
    own = [each for each in facts.subjects if facts.names(each, RDF.type)]
    return tuple(
        each for each in own if facts.text(each, SKOS.definition) or not shorten(each.value).startswith("aiop:")
    )


def anchor(term: NamedNode) -> str:
    """Return the anchor of a term in the page of the ontology."""
    return shorten(term.value).strip("<>").replace(":", "-")


def linked(term: NamedNode, page: str = "ontology.md") -> str:
    """Return a link to a term, with its label where it has one."""
    shown = shorten(term.value).strip("<>")
    known = term in ontology().subjects and (shown.startswith("aiop:") or ontology().names(term, RDF.type))
    return f"[{ontology().text(term, RDFS.label) or shown}]({page}#{anchor(term)})" if known else f"`{shown}`"
