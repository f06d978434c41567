"""Which properties a constraint sets out along from its focus node: a further fact there is one that it would see."""

from collections.abc import Iterator

from pyoxigraph import NamedNode

from aiopkg.syntax.paths import steps_of
from aiopkg.validate.logic_constraints import AllOf, AnyOf, ExactlyOne, HasProperty, Negation, Qualified
from aiopkg.validate.query_openness import patterns_sought
from aiopkg.validate.run import Constraint, Shape
from aiopkg.validate.sparql_constraints import SparqlConstraint
from aiopkg.validate.terms import RDF

__all__ = ["properties_looked_at"]


def properties_looked_at(constraint: Constraint) -> tuple[NamedNode, ...]:
    """Return the properties by which a constraint reaches what it objects to, each once, in its order.

    What a query merely rules out is left out, since further facts of that kind object to nothing.
    """
    return tuple(name for name in dict.fromkeys(_looked_at(constraint)) if name != RDF("type"))


def _looked_at(constraint: Constraint) -> Iterator[NamedNode]:
    match constraint:
        case SparqlConstraint():
            for pattern in patterns_sought(constraint.select.query.where):
                if pattern.path is not None:
                    yield from (predicate for _, predicate in steps_of(pattern.path))
        case HasProperty() | Negation() | Qualified():
            yield from _in_shape(constraint.shape)
        case AllOf() | AnyOf() | ExactlyOne():
            for shape in constraint.shapes:
                yield from _in_shape(shape)
        case _:
            return


def _in_shape(shape: Shape) -> Iterator[NamedNode]:
    if shape.path is not None:
        yield from (predicate for _, predicate in steps_of(shape.path))
    for constraint in shape.constraints:
        yield from _looked_at(constraint)
