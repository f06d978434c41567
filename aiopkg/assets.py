"""Finds the declared part of the product: ontology, shapes and queries.

In a wheel the three folders lie inside the package; in a checkout they lie beside it. Either
way they are found from the package's own place, whatever the working directory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse

__all__ = ["folder", "ontology", "queries", "query", "shape_files", "stated", "steady", "text"]


@cache
def folder(name: str) -> Path:
    """Return the asset folder called ``name`` (ontology, shapes, queries)."""
    package = Path(__file__).parent
    packed = package / "_assets" / name
    return packed if packed.is_dir() else package.parent / name


def text(relative: str) -> str:
    """Return the text of one asset, named by its path below the root, such as ``queries/ask/x.rq``."""
    top, _, rest = relative.partition("/")
    return (folder(top) / rest).read_text(encoding="utf-8")


@cache
def ontology() -> tuple[Triple, ...]:
    """Return the triples of the ontology's modules, in the order of file names and lines.

    Blank nodes are named after their module and order, so that two processes agree on them.
    """
    triples: list[Triple] = []
    for path in sorted(folder("ontology").glob("*.ttl")):
        triples.extend(steady(parse(path=path, format=RdfFormat.TURTLE), path.stem))
    return tuple(triples)


def stated(predicate: NamedNode) -> Sequence[Triple]:
    """Return the triples of the ontology with a predicate, in its order."""
    return _by_predicate().get(predicate, ())


@cache
def _by_predicate() -> Mapping[NamedNode, Sequence[Triple]]:
    found: dict[NamedNode, list[Triple]] = {}
    for triple in ontology():
        found.setdefault(triple.predicate, []).append(triple)
    return found


def steady(quads: Iterable[Quad], name: str) -> Iterator[Triple]:
    """Yield the triples of a document with its blank nodes renamed by order of appearance after ``name``.

    A parser invents a fresh label for each blank node; outputs must not depend on it.
    """
    labels: dict[BlankNode, BlankNode] = {}
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name).strip("-")

    def named(node: BlankNode) -> BlankNode:
        return labels.setdefault(node, BlankNode(f"{name}-{len(labels) + 1}"))

    for quad in quads:
        subject, predicate, value = quad.subject, quad.predicate, quad.object
        if isinstance(subject, BlankNode):
            subject = named(subject)
        if isinstance(value, BlankNode):
            value = named(value)
        yield Triple(subject, predicate, value)


def shape_files() -> tuple[Path, ...]:
    """Return the rule files, sorted by code whatever folder they lie in."""
    files = (path for path in folder("shapes").rglob("[A-Z]*.ttl"))
    return tuple(sorted(files, key=lambda path: (path.name, str(path))))


def queries(stage: str) -> tuple[Path, ...]:
    """Return the query files of a stage, sorted by name."""
    return tuple(sorted((folder("queries") / stage).glob("*.rq")))


def query(stage: str, name: str) -> str:
    """Return the text of one query of a stage."""
    return text(f"queries/{stage}/{name}.rq")
