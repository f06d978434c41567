"""Turns what an organization keeps in other forms into a model; how is said by a mapping file, not by Python.

A mapping for a table is one file in ``ontology/imports``; copy one, edit it, and it is available.
"""

from aiopkg.imports.convert import available, convert
from aiopkg.imports.report import ColumnReport, ImportReport, Occurrence

__all__ = ["ColumnReport", "ImportReport", "Occurrence", "available", "convert"]
