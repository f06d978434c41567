"""Migrations of models: a query that detects what is out of date, and an update that changes it.

A migration is two files in ``queries/migrate``: ``VERSION-NAME-detect.rq`` and ``VERSION-NAME-change.ru``, the first
comment of the former saying what changed. They are applied in the order of their versions, to each graph of a file.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.migrate.spelling import respelt
from aiopkg.model.load import as_stored
from aiopkg.model.parse import parse_source
from aiopkg.model.renames import renames
from aiopkg.model.sources import Source

__all__ = ["Migrated", "Migration", "migrate", "migrations"]

_TEXTS = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
"""The formats in which a term can be renamed in place."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a version of the ontology to the next: its id, what it does in a sentence, and its queries."""

    id: str
    summary: str
    detect: str
    change: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of a document: the migrations that found something, with the number of facts; its new content.

    ``in_place`` tells that only names were replaced in the text; otherwise the document was written anew, and its
    comments, its order and its layout are lost.
    """

    changes: tuple[tuple[Migration, int], ...]
    content: bytes
    in_place: bool


@cache
def migrations() -> tuple[Migration, ...]:
    """Return every migration, the earliest version first."""
    files = sorted((assets.folder("queries") / "migrate").glob("*-detect.rq"), key=_order)
    return tuple(_read(path) for path in files)


def _order(path: Path) -> tuple[tuple[int, ...], str]:
    version, _, name = path.name.partition("-")
    return tuple(int(number) for number in version.split(".")), name


def _read(path: Path) -> Migration:
    detect = path.read_text(encoding="utf-8")
    name = path.name.removesuffix("-detect.rq")
    change = path.with_name(f"{name}-change.ru").read_text(encoding="utf-8")
    return Migration(name, detect.partition("\n")[0].removeprefix("# "), detect, change)


def migrate(source: Source, steps: Sequence[Migration] | None = None) -> Migrated:
    """Bring one document up to date, by all migrations or by some.

    Where terms were renamed and nothing else, the text is kept but for their names: the result is read again and has
    to say the same as the document after its updates. Where it does not, or the format does not allow it, the
    document is written anew. Raises :class:`InputError` as :func:`aiopkg.model.load` does.
    """
    quads = [quad for quad, _ in parse_source(source)]
    changes: dict[Migration, int] = {}
    present: list[Quad] = []
    for graph in dict.fromkeys(quad.graph_name for quad in quads):
        own = [quad.triple for quad in quads if quad.graph_name == graph]
        present += [
            Quad(t.subject, t.predicate, t.object, graph)
            for t in _updated(own, migrations() if steps is None else steps, changes)
        ]
    told = tuple(changes.items())
    if not told:
        return Migrated((), source.content, True)
    text = _renamed(source)
    if text is not None and _says(text, source) == _canonical(present):
        return Migrated(told, text, True)
    return Migrated(told, _written(present, source), False)


def _updated(triples: Sequence[Triple], steps: Iterable[Migration], changes: dict[Migration, int]) -> list[Triple]:
    """Return the triples of one graph after some migrations, those that stay as they were written; counts changes."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    changed = False
    for step in steps:
        found = store.query(step.detect)
        assert isinstance(found, QuerySolutions)
        if number := sum(1 for _ in found):
            changes[step] = changes.get(step, 0) + number
            store.update(step.change)
            changed = True
    if not changed:
        return list(triples)
    after = {quad.triple: None for quad in store}
    kept = {triple: as_stored(triple) for triple in triples}
    new = sorted(after.keys() - set(kept.values()), key=str)
    return [*(triple for triple, stored in kept.items() if stored in after), *new]


def _renamed(source: Source) -> bytes | None:
    """Return the document with former terms renamed in its text; None for a format in which that cannot be done."""
    if source.format not in _TEXTS:
        return None
    names = {old.value: new.value for old, new in renames().items()}
    return respelt(source.content.decode("utf-8"), names).encode()


def _says(content: bytes, source: Source) -> Dataset:
    return _canonical([quad for quad, _ in parse_source(Source(source.name, content, source.format))])


def _canonical(quads: Iterable[Quad]) -> Dataset:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _written(quads: Sequence[Quad], source: Source) -> bytes:
    """Return a document anew, in its own format and with its own prefixes."""
    reader = parse(source.content, source.format, base_iri="file:///")
    for _ in reader:  # the prefixes are known once everything is read
        pass
    content = serialize(quads, format=source.format, prefixes=dict(reader.prefixes))
    assert content is not None
    return content
