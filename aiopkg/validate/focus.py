"""Sets of nodes as SPARQL patterns: the focus nodes of a shape, and the values that they reach."""

from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.syntax.paths import Path, match_values
from aiopkg.validate.terms import Term, text_of

__all__ = ["Focus"]

HERE = "\0"  # stands for the variable of the focus node inside a pattern; cannot occur in SPARQL text


@dataclass(frozen=True)
class Focus:
    """A set of nodes, as alternative SPARQL patterns any of which binds the node.

    ``depth`` counts the steps taken from the targets, so that auxiliary variables get fresh names.
    """

    patterns: tuple[str, ...]
    depth: int = 0

    @classmethod
    def of_nodes(cls, nodes: Sequence[Term]) -> "Focus":
        """The nodes themselves (IRIs and literals)."""
        return cls((f"VALUES {HERE} {{ {' '.join(map(text_of, nodes))} }}",) if nodes else ())

    @classmethod
    def of_instances(cls, classes: Sequence[NamedNode]) -> "Focus":
        """Every node with one of the types."""
        if len(classes) == 1:
            return cls((f"{HERE} a {classes[0]} .",))
        return cls((f"VALUES ?class {{ {' '.join(map(text_of, classes))} }} {HERE} a ?class .",))

    @classmethod
    def of_subjects(cls, predicate: NamedNode) -> "Focus":
        """Every subject of the property."""
        return cls((f"{HERE} {predicate} ?target .",))

    @classmethod
    def of_objects(cls, predicate: NamedNode) -> "Focus":
        """Every object of the property."""
        return cls((f"?target {predicate} {HERE} .",))

    @classmethod
    def union(cls, parts: Iterable["Focus"]) -> "Focus":
        """The nodes of all parts."""
        return cls(tuple(pattern for part in parts for pattern in part.patterns))

    def then(self, path: Path | None) -> "Focus":
        """The nodes that the path leads to (no path: the same nodes)."""
        if path is None:
            return self
        start = f"?node{self.depth}"
        patterns = tuple(
            f"{before.replace(HERE, start)} {after}"
            for before in self.patterns
            for after in match_values(path, start, HERE)
        )
        return Focus(patterns, self.depth + 1)

    def bind(self, variable: str) -> str:
        """The group content that binds the variable to each node; empty for no node at all."""
        return _any_of(pattern.replace(HERE, variable) for pattern in self.patterns)

    def block(self, variable: str) -> str:
        """A group that binds the variable to each node, once."""
        return f"{{ SELECT DISTINCT {variable} WHERE {{ {self.bind(variable)} }} }}"

    def select(self, variables: str, bodies: Sequence[str], rest: str = "", distinct: bool = True) -> str:
        """A SELECT query: focus nodes as ``?this``, joined with any of the bodies, then solution modifiers.

        The focus pattern is repeated in each branch of a union, since SPARQL evaluates branches apart.
        """
        branches = (f"{pattern.replace(HERE, '?this')} {body}" for pattern in self.patterns for body in bodies)
        return f"SELECT {'DISTINCT ' if distinct else ''}{variables} WHERE {{ {_any_of(branches)} }} {rest}"


def _any_of(branches: Iterable[str]) -> str:
    found = list(branches)
    if not found:
        return "FILTER(false)"
    return found[0] if len(found) == 1 else " UNION ".join(f"{{ {branch} }}" for branch in found)
