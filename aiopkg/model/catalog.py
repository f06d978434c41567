"""Finds imported ontologies in a folder of the user's; nothing is ever fetched."""

import re
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from aiopkg.errors import InputError, Place
from aiopkg.model.parse import parse_source
from aiopkg.model.sources import Source, find_sources
from aiopkg.vocab import OWL, RDF

__all__ = ["Catalog"]

_ENTRY = re.compile(r"""<uri\b(?=[^>]*\bname\s*=\s*["']([^"']+)["'])(?=[^>]*\buri\s*=\s*["']([^"']+)["'])""")


class Catalog:
    """The documents of a folder by the IRIs under which they are imported.

    A document answers to the IRI that ``catalog-v001.xml`` gives it (OASIS XML Catalogs, ``uri`` entries), to
    the IRI of the ontology that it declares, and to any IRI that ends in its file name without the ending.

    Raises :class:`InputError` when the folder does not exist or holds no RDF file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = {Path(source.name): source for source in find_sources([folder])}
        listing = folder / "catalog-v001.xml"
        text = listing.read_text(encoding="utf-8") if listing.is_file() else ""
        self._entries = {name: folder / uri for name, uri in _ENTRY.findall(text)}
        self._declared: dict[str, Path] | None = None

    def find(self, iri: str, asked_in: Place) -> Source:
        """Return the document that an IRI names.

        Raises :class:`InputError`, with the place of the import, when the folder has none.
        """
        path = self._entries.get(iri)
        if path is None:
            last = re.split(r"[/#]", iri.rstrip("/#"))[-1]
            stems = {p.name.removesuffix(".gz").rsplit(".", 1)[0]: p for p in sorted(self._sources, reverse=True)}
            path = self._declarations().get(iri) or stems.get(last)
        if path is None or path not in self._sources:
            raise InputError(
                "missing-import",
                f"{iri} is imported, and {self._folder} has no document for it.",
                place=asked_in,
                fix="Put the document into the folder, or remove the import.",
            )
        return self._sources[path]

    def _declarations(self) -> dict[str, Path]:
        if self._declared is None:
            self._declared = {
                subject.value: path
                for path, source in sorted(self._sources.items(), reverse=True)
                for subject in _ontologies(quad.triple for quad, _ in parse_source(source))
            }
        return self._declared


def _ontologies(triples: Iterable[Triple]) -> Iterable[NamedNode]:
    for triple in triples:
        if triple.predicate == RDF.type and triple.object == OWL.Ontology and isinstance(triple.subject, NamedNode):
            yield triple.subject
