"""What a closure shows: facts about representatives written out for all equal terms, and what is left unsaid."""

import numpy as np

from aiopkg.errors import LimitReached

from .dictionary import Dictionary
from .equality import Equality
from .relations import Flags, Ids, Layout, expand, unique
from .vocabulary import (
    DOMAIN,
    EQUIVALENT_CLASS,
    EQUIVALENT_PROPERTY,
    NOTHING,
    RANGE,
    RESOURCE,
    SAME,
    SUB_CLASS,
    SUB_PROPERTY,
    THING,
    TYPE,
)

__all__ = ["clutter", "written_out"]

_REFLEXIVE = (SAME, SUB_CLASS, SUB_PROPERTY, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY)
_FEWEST_TOO_MANY = 10_000_000
_TIMES_TOO_MANY = 50
"""How many times as many facts as there were equality may make of them; some millions are always allowed."""

_VACUOUS = (TYPE, SUB_CLASS, DOMAIN, RANGE)
_AT_ONCE = 1 << 18
"""Facts looked through together, so that what is worked out on the way stays small."""


def clutter(keys: Ids, terms: Dictionary, layout: Layout) -> Flags:
    """Which facts are true of everything, speak of the RDF, RDFS, OWL and XSD terms, or cannot be written in RDF."""
    parts = [keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)] or [keys]
    subjects, predicates = np.zeros(len(terms), dtype=np.bool_), np.zeros(len(terms), dtype=np.bool_)
    for part in parts:
        said, spoken_of, _ = layout.unpack(part)
        subjects[spoken_of] = predicates[said] = True
    spoken_of, said = np.flatnonzero(subjects), np.flatnonzero(predicates)
    subjects[spoken_of] = terms.literal[spoken_of] | terms.of_vocabulary(spoken_of)
    predicates[said] = ~terms.named(said)
    return np.concatenate([_clutter(layout.unpack(part), subjects, predicates) for part in parts])


def _clutter(columns: tuple[Ids, Ids, Ids], no_subject: Flags, no_predicate: Flags) -> Flags:
    predicates, subjects, objects = columns
    found: Flags = no_subject[subjects] | no_predicate[predicates]
    found |= (subjects == objects) & np.isin(predicates, _REFLEXIVE)
    found |= np.isin(objects, (THING, RESOURCE)) & np.isin(predicates, _VACUOUS)
    found |= (subjects == NOTHING) & (predicates == SUB_CLASS)
    return found


def written_out(keys: Ids, equality: Equality, layout: Layout) -> Ids:
    """Facts about representatives, written out for every term that these stand for; ascending.

    Raises LimitReached where these are too many to be of use.
    """
    shared = equality.shared()
    if not len(shared):
        return keys
    order = np.argsort(equality.representative, kind="stable").astype(np.int64)
    grouped = equality.representative[order]
    columns = list(layout.unpack(keys))
    affected = np.logical_or.reduce([np.isin(column, shared) for column in columns])
    written = [column[affected] for column in columns]
    alike = np.bincount(equality.representative).astype(np.float64)
    total = float(np.prod([alike[column] for column in written], axis=0).sum())
    if total > max(_FEWEST_TOO_MANY, _TIMES_TOO_MANY * len(keys)):
        raise LimitReached(
            "too-many-facts",
            f"So many things are stated to be the same that {total:,.0f} facts follow.",
            fix="Look for an axiom that makes nearly everything the same, such as one about rdf:type or owl:sameAs.",
        )
    for place in range(3):
        row, member = expand(
            np.searchsorted(grouped, written[place], side="left"),
            np.searchsorted(grouped, written[place], side="right"),
        )
        written = [column[row] for column in written]
        written[place] = order[member]
    return unique(np.concatenate((keys[~affected], layout.pack(*written))))
