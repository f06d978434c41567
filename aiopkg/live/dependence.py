"""What the verdict of a shape on a node rests on: the reads of all its constraints, SPARQL-based ones included."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aiopkg.dataclass import dataclass
from aiopkg.live.changes import Reads
from aiopkg.live.routes import Read, apart, in_sequence, reads_of
from aiopkg.syntax.paths import Inverse, Path, Predicate, path_text
from aiopkg.syntax.tree import Group, Pattern, Query
from aiopkg.validate.custom import CustomConstraint
from aiopkg.validate.logic_constraints import AllOf, AnyOf, ExactlyOne, HasProperty, Negation, Qualified
from aiopkg.validate.pair_constraints import Closed, Disjoint, Equal, LessThan
from aiopkg.validate.run import Constraint, Shape
from aiopkg.validate.shapes import Target
from aiopkg.validate.sparql_constraints import SparqlConstraint
from aiopkg.validate.value_tests import InstanceTest
from aiopkg.vocab import RDF

__all__ = ["Dependence"]


@dataclass(frozen=True)
class Dependence:
    """The reads of a targeted shape, those of its target included.

    ``on_definitions`` says that some constraint asks for instances of a class: where the graph is incomplete, who
    may belong to it depends on more than the reads tell.
    """

    reads: Reads
    on_definitions: bool

    @classmethod
    def of(cls, target: Target) -> "Dependence":
        """Gather the reads of a target."""
        found = [Read(RDF.type, False, None, object=kind) for kind in target.classes]
        found += [Read(predicate, False, None) for predicate in target.subjects_of]
        found += [Read(predicate, True, None) for predicate in target.objects_of]
        found += _of_shape(target.shape, None)
        return cls(Reads.of(dict.fromkeys(found)), any(_instance_tests(target.shape)))


def _of_shape(shape: Shape, before: Path | None) -> Iterator[Read]:
    """The reads of a shape at the nodes that a path leads to."""
    values = in_sequence(before, shape.path)
    yield from _along(values)
    for constraint in shape.constraints:
        yield from _of_constraint(constraint, before, values)
        for inner in _inner_shapes(constraint):
            yield from _of_shape(inner, values)


def _of_constraint(constraint: Constraint, before: Path | None, values: Path | None) -> Iterator[Read]:
    match constraint:
        case SparqlConstraint() | CustomConstraint():
            back = None if before is None else Inverse(before)
            for read in reads_of(apart(constraint.select.query), "?this"):
                yield replace(read, way=in_sequence(read.way, back))
        case InstanceTest(kind):
            yield from _along(in_sequence(values, Predicate(RDF.type)), str(kind))
        case Equal() | Disjoint() | LessThan():
            yield from _along(in_sequence(before, Predicate(constraint.predicate)))
        case Closed():
            yield Read(None, False, None if values is None else Inverse(values))
        case _:
            return


def _along(path: Path | None, end: str = "?value") -> Iterable[Read]:
    if path is None:
        return ()
    pattern = Pattern("?this", path_text(path), path, end)
    return reads_of(Query([], Group([pattern]), []), "?this")


def _inner_shapes(constraint: Constraint) -> Iterator[Shape]:
    match constraint:
        case HasProperty() | Negation():
            yield constraint.shape
        case Qualified():
            yield constraint.shape
            yield from constraint.siblings
        case AllOf() | AnyOf() | ExactlyOne():
            yield from constraint.shapes
        case _:
            return


def _instance_tests(shape: Shape) -> Iterator[bool]:
    for constraint in shape.constraints:
        yield isinstance(constraint, InstanceTest)
        for inner in _inner_shapes(constraint):
            yield from _instance_tests(inner)
