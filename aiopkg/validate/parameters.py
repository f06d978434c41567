"""The parameters of a shape, read into constraints (SHACL 1.0, section 4; SHACL-SPARQL, sections 5 and 6)."""

from collections.abc import Callable, Iterator

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from aiopkg.syntax.paths import Path
from aiopkg.validate.custom import CustomComponents
from aiopkg.validate.logic_constraints import AllOf, AnyOf, ExactlyOne, HasProperty, Negation, Qualified
from aiopkg.validate.pair_constraints import (
    Closed,
    Disjoint,
    Equal,
    HasValue,
    LessThan,
    MaxCount,
    MinCount,
    UniqueLanguage,
)  # fmt: skip
from aiopkg.validate.run import Constraint, Shape
from aiopkg.validate.shapes_graph import ShapesGraph, ill_formed, is_blank
from aiopkg.validate.sparql_constraints import read_sparql_constraint
from aiopkg.validate.terms import RDF, SH, Term
from aiopkg.validate.value_tests import (
    AnyValueTest,
    InstanceTest,
    WholeNumberTest,
    fails_datatype,
    fails_in,
    fails_languages,
    fails_length,
    fails_node_kind,
    fails_pattern,
    fails_range,
    is_whole_number_type,
)  # fmt: skip

__all__ = ["ParameterReader"]

_RANGES = {"minExclusive": ">", "minInclusive": ">=", "maxExclusive": "<", "maxInclusive": "<="}
_ONLY_PROPERTY = ("minCount", "maxCount", "lessThan", "lessThanOrEquals", "uniqueLang", "qualifiedValueShape")


def _component(name: str) -> NamedNode:
    return SH(f"{name[0].upper()}{name[1:]}ConstraintComponent")


class ParameterReader:
    """Reads the constraints of a shape; ``shape_at`` reads the shapes that they refer to."""

    def __init__(self, graph: ShapesGraph, shape_at: Callable[[Term], Shape]) -> None:
        self._graph = graph
        self._shape_at = shape_at
        self._custom = CustomComponents.read(graph)

    def read(self, node: Term, path: Path | None) -> Iterator[Constraint]:
        """All constraints that the parameters at the node declare, in a fixed order."""
        if path is None:
            for name in _ONLY_PROPERTY[:5]:
                if self._graph.values(node, SH(name)):
                    raise ill_formed(node, f"is a node shape and has sh:{name}, which only property shapes may")
        yield from self._value_types(node)
        yield from self._counts(node, path)
        yield from self._ranges(node)
        yield from self._texts(node)
        yield from self._pairs(node)
        yield from self._logic(node)
        if path is not None:
            yield from self._qualified(node)
        yield from self._others(node)
        for constraint in self._graph.values(node, SH("sparql")):
            found = read_sparql_constraint(self._graph, node, path, constraint)
            if found is not None:
                yield found
        yield from self._custom.constraints(self._graph, node, path)

    def _value_types(self, node: Term) -> Iterator[Constraint]:
        graph = self._graph
        for cls in graph.iris(node, SH("class")):
            yield InstanceTest(cls)
        datatype = graph.iri(node, SH("datatype"))
        if datatype is not None and is_whole_number_type(datatype):
            yield WholeNumberTest(datatype)
        elif datatype is not None:
            yield AnyValueTest(_component("datatype"), fails_datatype(datatype))
        kind = graph.iri(node, SH("nodeKind"))
        if kind is not None:
            condition = fails_node_kind(kind)
            if condition is None:
                raise ill_formed(node, f"has {kind} for sh:nodeKind, which is no node kind of SHACL")
            yield AnyValueTest(_component("nodeKind"), condition)

    def _counts(self, node: Term, path: Path | None) -> Iterator[Constraint]:
        least, most = self._graph.integer(node, SH("minCount")), self._graph.integer(node, SH("maxCount"))
        if least is not None:
            yield MinCount(least)
        if most is not None:
            yield MaxCount(most)

    def _ranges(self, node: Term) -> Iterator[Constraint]:
        for name, sign in _RANGES.items():
            bound = self._graph.one(node, SH(name))
            if bound is not None and not isinstance(bound, Literal):
                raise ill_formed(node, f"has {bound} for sh:{name}, where a literal is expected")
            if bound is not None:
                yield AnyValueTest(_component(name), fails_range(sign, bound))

    def _texts(self, node: Term) -> Iterator[Constraint]:
        graph = self._graph
        for name, sign in (("minLength", "<"), ("maxLength", ">")):
            length = graph.integer(node, SH(name))
            if length is not None:
                yield AnyValueTest(_component(name), fails_length(sign, length))
        patterns, flags = graph.values(node, SH("pattern")), graph.text(node, SH("flags")) or ""
        for pattern in patterns:
            if not isinstance(pattern, Literal):
                raise ill_formed(node, f"has {pattern} for sh:pattern, where a string is expected")
            _check_pattern(node, pattern.value, flags)
            yield AnyValueTest(_component("pattern"), fails_pattern(pattern.value, flags))
        languages = graph.one(node, SH("languageIn"))
        if languages is not None:
            tags = [m.value for m in graph.members(node, languages) if isinstance(m, Literal)]
            yield AnyValueTest(_component("languageIn"), fails_languages(tags))
        if graph.flag(node, SH("uniqueLang")):
            yield UniqueLanguage()

    def _pairs(self, node: Term) -> Iterator[Constraint]:
        graph = self._graph
        yield from (Equal(predicate) for predicate in graph.iris(node, SH("equals")))
        yield from (Disjoint(predicate) for predicate in graph.iris(node, SH("disjoint")))
        for name, sign in (("lessThan", "<"), ("lessThanOrEquals", "<=")):
            yield from (LessThan(p, sign, _component(name)) for p in graph.iris(node, SH(name)))

    def _logic(self, node: Term) -> Iterator[Constraint]:
        graph = self._graph
        for shape in graph.values(node, SH("property")):
            found = self._shape_at(shape)
            if found.path is None:
                raise ill_formed(shape, "is used with sh:property and has no sh:path")
            yield HasProperty(found)
        for shape in graph.values(node, SH("node")):
            yield AllOf((self._shape_at(shape),), _component("node"))
        for shape in graph.values(node, SH("not")):
            yield Negation(self._shape_at(shape))
        for head in graph.values(node, SH("and")):
            yield AllOf(self._listed(node, head), _component("and"))
        for head in graph.values(node, SH("or")):
            yield AnyOf(self._listed(node, head))
        for head in graph.values(node, SH("xone")):
            yield ExactlyOne(self._listed(node, head))

    def _listed(self, node: Term, head: Term) -> tuple[Shape, ...]:
        return tuple(self._shape_at(member) for member in self._graph.members(node, head))

    def _qualified(self, node: Term) -> Iterator[Constraint]:
        graph = self._graph
        least = graph.integer(node, SH("qualifiedMinCount"))
        most = graph.integer(node, SH("qualifiedMaxCount"))
        for value in graph.values(node, SH("qualifiedValueShape")):
            shape = self._shape_at(value)
            siblings: tuple[Shape, ...] = ()
            if graph.flag(node, SH("qualifiedValueShapesDisjoint")):
                siblings = tuple(self._shape_at(sibling) for sibling in self._siblings(node, value))
            if least is not None:
                yield Qualified(shape, siblings, least, None, _component("qualifiedMinCount"))
            if most is not None:
                yield Qualified(shape, siblings, None, most, _component("qualifiedMaxCount"))

    def _siblings(self, node: Term, own: Term) -> list[Term]:
        found: list[Term] = []
        for parent in self._graph.subjects(SH("property"), node):
            for shape in self._graph.values(parent, SH("property")):
                found += self._graph.values(shape, SH("qualifiedValueShape"))
        return [shape for shape in dict.fromkeys(found) if shape != own]

    def _others(self, node: Term) -> Iterator[Constraint]:
        graph = self._graph
        for value in graph.values(node, SH("hasValue")):
            if is_blank(value):
                raise ill_formed(node, "has a blank node for sh:hasValue, which no data graph can share")
            yield HasValue(value)
        members = graph.one(node, SH("in"))
        if members is not None:
            allowed = graph.members(node, members)
            if any(map(is_blank, allowed)):
                raise ill_formed(node, "has a blank node in sh:in, which no data graph can share")
            yield AnyValueTest(_component("in"), fails_in(allowed))
        if graph.flag(node, SH("closed")):
            paths = [p for s in graph.values(node, SH("property")) for p in graph.values(s, SH("path"))]
            ignored = graph.one(node, SH("ignoredProperties"))
            paths += [] if ignored is None else graph.members(node, ignored)
            allowed_properties = {p for p in paths if isinstance(p, NamedNode) and p != RDF("nil")}
            yield Closed(tuple(sorted(allowed_properties, key=lambda p: p.value)))


def _check_pattern(node: Term, pattern: str, flags: str) -> None:
    """Refuse a regular expression that cannot be evaluated in linear time, or not at all."""
    query = f'SELECT (REGEX("", {Literal(pattern)}, {Literal(flags)}) AS ?works) WHERE {{}}'
    solutions = Store().query(query)
    if not isinstance(solutions, QuerySolutions) or any(solution["works"] is None for solution in solutions):
        raise ill_formed(
            node,
            f"has the pattern {Literal(pattern)} with flags {Literal(flags)}, which cannot be evaluated",
            fix="Use no back-references and no look-around, and only the flags i, m, s, x and q.",
        )
