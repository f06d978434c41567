"""Queries of ours, answered over columns: SELECT to rows of terms, CONSTRUCT to columns of new facts."""

from collections.abc import Mapping

import numpy as np

from aiopkg.columns.facts import View
from aiopkg.columns.groups import Evaluation
from aiopkg.columns.plan import Naming, NotForColumns, read_construct, read_select
from aiopkg.columns.rows import NOTHING_ASKED, Rows
from aiopkg.columns.terms import UNBOUND, in_store
from aiopkg.reason.dictionary import Term
from aiopkg.reason.relations import EMPTY, Ids

__all__ = ["construct", "select"]


def select(view: View, text: str, known: Mapping[str, Term]) -> tuple[list[str], list[tuple[Term | None, ...]]]:
    """The variables (``?name``) of a SELECT, in the order of its clause, and its solutions.

    ``known`` gives variables a value beforehand. Raises :class:`NotForColumns` for a query that a store has to answer.
    """
    query = read_select(text)
    if not query.projected:
        raise NotForColumns("ASK, or SELECT of every variable")
    seed = NOTHING_ASKED
    for name, term in known.items():
        seed = seed.having(name, np.array([view.terms.numbered(in_store(term))], dtype=np.int64))
    rows = Evaluation(view, Naming(query.prologue)).query(query, seed)
    told = [view.terms.told(column) for column in rows.columns.values()]
    return list(rows.columns), list(zip(*told, strict=True)) if told else [()] * rows.count


def construct(view: View, text: str) -> tuple[Ids, Ids, Ids]:
    """The predicates, subjects and objects of what a CONSTRUCT says; raises as :func:`select` does."""
    template, query = read_construct(text)
    naming = Naming(query.prologue)
    rows = Evaluation(view, naming).query(query)
    parts: list[tuple[Ids, Ids, Ids]] = [(EMPTY, EMPTY, EMPTY)]
    for pattern in template:
        predicates, subjects, objects = (
            _column(view, naming, token, rows) for token in (pattern.verb, pattern.subject, pattern.object)
        )
        kept = (predicates >= 0) & (subjects >= 0) & (objects >= 0) & ~view.terms.literal(subjects)
        parts.append((predicates[kept], subjects[kept], objects[kept]))
    predicates, subjects, objects = (np.concatenate(column) for column in zip(*parts, strict=True))
    return predicates, subjects, objects


def _column(view: View, naming: Naming, token: str, rows: Rows) -> Ids:
    if token.startswith("?"):
        return rows.columns.get(token, np.full(rows.count, UNBOUND, dtype=np.int64))
    return np.full(rows.count, view.terms.numbered(naming.term(token)), dtype=np.int64)
