"""SPARQL-based constraints."""

from aiopkg.validate.paths import Path
from aiopkg.validate.run import Constraint
from aiopkg.validate.shapes_graph import ShapesGraph
from aiopkg.validate.terms import Term


def read_sparql_constraint(graph: ShapesGraph, node: Term, path: Path | None, constraint: Term) -> Constraint | None:
    return None
