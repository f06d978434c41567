"""SPARQL over columns of numbers: queries of ours answered for all elements at once, without a store."""

from aiopkg.columns.plan import NotForColumns
from aiopkg.columns.store import Answer, ColumnStore, FactStore, constructed, properties_of, quad_of, write_facts

__all__ = [
    "Answer",
    "ColumnStore",
    "FactStore",
    "NotForColumns",
    "constructed",
    "properties_of",
    "quad_of",
    "write_facts",
]
