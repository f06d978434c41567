"""Terms of ours that have another name now: what is written with the former one is read with the present one."""

import shlex
from collections.abc import Iterable, Mapping
from functools import cache

from pyoxigraph import NamedNode, Triple

from aiopkg import assets
from aiopkg.dataclass import dataclass
from aiopkg.errors import Place
from aiopkg.vocab import DCTERMS, OWL

__all__ = ["Deprecation", "deprecations", "in_present_terms", "migration_command", "renames"]

Former = Mapping[Triple, tuple[NamedNode, ...]]
"""The former terms that triples were written with, by the triple as it reads now."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """A former term that a model uses, the one that replaces it, and where it stands; the places ascend."""

    term: str
    replaced_by: str
    places: tuple[Place, ...]


@cache
def renames() -> Mapping[NamedNode, NamedNode]:
    """Return the present term for each deprecated one, as the ontology states it (``dcterms:isReplacedBy``)."""
    deprecated = {t.subject for t in assets.stated(OWL.deprecated)}
    next_term = {
        triple.subject: triple.object
        for triple in assets.stated(DCTERMS.isReplacedBy)
        if triple.subject in deprecated
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, NamedNode)
    }
    found = dict(next_term)
    for term, present in next_term.items():
        last = present
        while last in next_term:  # renamed more than once
            last = next_term[last]
        found[term] = last
    return found


def in_present_terms(
    statements: Iterable[tuple[Triple, Place]],
) -> tuple[list[tuple[Triple, Place]], dict[Triple, tuple[NamedNode, ...]]]:
    """Return statements with present terms in place of former ones, and which of them were written otherwise."""
    present, former = renames(), {}
    read = []
    for triple, place in statements:
        parts = (triple.subject, triple.predicate, triple.object)
        old = tuple(dict.fromkeys(part for part in parts if isinstance(part, NamedNode) and part in present))
        if old:
            triple = Triple(*(present.get(part, part) for part in parts))  # type: ignore[arg-type]  # noqa: PLW2901
            former[triple] = old
        read.append((triple, place))
    return read, former


def deprecations(former: Former, places: Mapping[Triple, Place]) -> tuple[Deprecation, ...]:
    """Return the former terms that triples were written with, by name, each with its places."""
    found: dict[NamedNode, set[Place]] = {}
    for triple, terms in former.items():
        for term in terms:
            found.setdefault(term, set()).add(places[triple])
    return tuple(
        Deprecation(term.value, renames()[term].value, tuple(sorted(found[term]))) for term in sorted(found, key=str)
    )


def migration_command(places: Iterable[Place]) -> str:
    """Return the command that brings the files at some places up to date."""
    return f"aiopkg migrate {' '.join(shlex.quote(file) for file in dict.fromkeys(place.file for place in places))}"
