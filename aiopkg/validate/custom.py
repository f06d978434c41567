"""Custom constraint components with SPARQL validators (SHACL-SPARQL, section 6)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.syntax.paths import Path, match_values
from aiopkg.syntax.tree import Exists, Filter, Group, Query, Raw, variables_of
from aiopkg.validate.focus import Focus
from aiopkg.validate.run import Constraint, Mode, Row, Run
from aiopkg.validate.shapes_graph import ShapesGraph
from aiopkg.validate.sparql_constraints import SHAPES_GRAPH, SparqlSelect, check_query, read_query
from aiopkg.validate.terms import SH, Term

__all__ = ["CustomComponents"]


@dataclass(frozen=True)
class _Component:
    """A constraint component: its parameters, and its validators by kind."""

    node: NamedNode
    required: tuple[NamedNode, ...]
    optional: tuple[NamedNode, ...]
    validator: Term | None
    node_validator: Term | None
    property_validator: Term | None


@dataclass(frozen=True, eq=False)
class CustomConstraint:
    """A custom component with the parameters of one shape."""

    component: NamedNode
    select: SparqlSelect
    is_ask: bool
    messages: tuple[Literal, ...]
    source: None = None

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The failures: the solutions of a SELECT validator, the values that an ASK validator is false for."""
        select = self.select
        if self.is_ask:
            # the values are matched beside the focus nodes, once for each way of reaching them
            bodies = match_values(path, "?this", "?value")
            matches = [f"{{ SELECT DISTINCT ?this WHERE {{ {focus.bind('?this')} }} }} {body}" for body in bodies]
            text = matches[0] if len(matches) == 1 else " UNION ".join(f"{{ {match} }}" for match in matches)
            where = Group([Raw(text, ("?this", "?value")), *select.query.where.elements])
            query = Query(["DISTINCT", "?this", "?value"], where, [], select.query.prologue)
            select = replace(select, query=query)
        return select.rows(run, focus, self.messages, mode)


@dataclass(frozen=True)
class CustomComponents:
    """The constraint components that a shapes graph declares."""

    components: tuple[_Component, ...]

    @classmethod
    def read(cls, graph: ShapesGraph) -> "CustomComponents":
        """Read every SHACL instance of sh:ConstraintComponent that has a SPARQL validator."""
        found = (_read_component(graph, node) for node in graph.instances(SH("ConstraintComponent")))
        return cls(tuple(component for component in found if component is not None))

    def constraints(self, graph: ShapesGraph, node: Term, path: Path | None) -> Iterator[Constraint]:
        """The constraints that the parameters at a shape declare."""
        for component in self.components:
            if all(graph.values(node, parameter) for parameter in component.required):
                yield from _constraints(graph, component, node, path)


def _read_component(graph: ShapesGraph, node: Term) -> _Component | None:
    required: list[NamedNode] = []
    optional: list[NamedNode] = []
    for parameter in graph.values(node, SH("parameter")):
        path = graph.iri(parameter, SH("path"))
        if path is None:
            raise InputError("shapes-ill-formed", f"A parameter of {node} has no sh:path.")
        (optional if graph.flag(parameter, SH("optional")) else required).append(path)
    validators = [_first(graph, node, name) for name in ("validator", "nodeValidator", "propertyValidator")]
    if not isinstance(node, NamedNode) or not required or not any(validators):
        return None
    return _Component(node, tuple(required), tuple(optional), *validators)


def _first(graph: ShapesGraph, node: Term, name: str) -> Term | None:
    for validator in graph.values(node, SH(name)):
        if graph.values(validator, SH("ask")) or graph.values(validator, SH("select")):
            return validator
    return None


def _constraints(graph: ShapesGraph, component: _Component, node: Term, path: Path | None) -> Iterator[Constraint]:
    special = component.node_validator if path is None else component.property_validator
    validator = special or component.validator
    if validator is None:
        return
    parameters = [*component.required, *component.optional]
    choices: list[dict[str, Term]] = [{}]
    for parameter in parameters:
        values = graph.values(node, parameter)
        if len(values) > 1 and len(parameters) > 1:
            raise InputError("shapes-ill-formed", f"The shape {node} has several values for {parameter}.")
        if values:
            choices = [{**chosen, _name(parameter): value} for chosen in choices for value in values]
    for chosen in choices:
        yield _constraint(graph, component, validator, chosen, (node, path))


def _constraint(
    graph: ShapesGraph, component: _Component, validator: Term, chosen: dict[str, Term], at: tuple[Term, Path | None]
) -> Constraint:
    node, path = at
    ask = graph.text(validator, SH("ask"))
    text = ask if ask is not None else graph.text(validator, SH("select"))
    if text is None:
        raise InputError("shapes-sparql", f"The validator {validator} has neither sh:ask nor sh:select.")
    query = read_query(graph, validator, text, path)
    prebound: dict[str, Term] = {**chosen, "shapesGraph": SHAPES_GRAPH}
    if isinstance(node, NamedNode):
        prebound["currentShape"] = node
    names = {_name(p) for p in [*component.required, *component.optional]}
    restricted = {"this", *({"value"} if ask is not None else set()), *names, "shapesGraph", "currentShape"}
    check_query(query, restricted if ask is not None else restricted - names | set(chosen), validator)
    if ask is not None:
        query = Query(None, Group([Filter([Exists(True, query.where)])]), [], query.prologue)
    used = {n: t for n, t in prebound.items() if n in chosen or f"?{n}" in variables_of(query)}
    select = SparqlSelect(query, used, path is None or ask is not None)
    messages = graph.messages(validator) or graph.messages(component.node)
    return CustomConstraint(component.node, select, ask is not None, messages)


def _name(parameter: NamedNode) -> str:
    match = re.search(r"[^#/:]*$", parameter.value)
    return match[0] if match else parameter.value
