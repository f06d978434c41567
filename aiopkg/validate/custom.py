"""Custom constraint components (SHACL-SPARQL, section 6)."""

from collections.abc import Iterator

from aiopkg.validate.paths import Path
from aiopkg.validate.run import Constraint
from aiopkg.validate.shapes_graph import ShapesGraph
from aiopkg.validate.terms import Term


class CustomComponents:
    @classmethod
    def read(cls, graph: ShapesGraph) -> "CustomComponents":
        return cls()

    def constraints(self, graph: ShapesGraph, node: Term, path: Path | None) -> Iterator[Constraint]:
        yield from ()
