"""SPARQL-based constraints (SHACL-SPARQL, section 5), evaluated for all focus nodes at once.

The restrictions of the standard on queries with pre-bound variables hold (appendix A): no MINUS, SERVICE or VALUES,
no assignment to a pre-bound variable, and nested SELECTs name ``$this``. A query with LIMIT or OFFSET is evaluated
once a focus node, since its meaning is not the same over many.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode

from aiopkg.dataclass import dataclass
from aiopkg.errors import InputError
from aiopkg.syntax.parser import parse_query
from aiopkg.syntax.paths import Path, path_text
from aiopkg.syntax.tree import (
    Bind,
    Element,
    Exists,
    Filter,
    Group,
    Query,
    QueryError,
    Raw,
    Refused,
    SubSelect,
    groups_within,
    variables_of,
    write_group,
    write_query,
)  # fmt: skip
from aiopkg.validate.focus import Focus
from aiopkg.validate.query_openness import arising_nodes, excused_nodes, touches_openness, with_excuses
from aiopkg.validate.query_rewrite import chained, concerning, prebind
from aiopkg.validate.run import Mode, Row, Run
from aiopkg.validate.shapes_graph import ShapesGraph
from aiopkg.validate.terms import OWL, SH, Term, order_key

__all__ = ["SparqlConstraint", "SparqlSelect", "check_query", "prefixes_of", "read_sparql_constraint"]

_SPARQL = SH("SPARQLConstraintComponent")

SHAPES_GRAPH = NamedNode("urn:aiopkg:shapes-graph")
_HIDDEN = "?_b"


@dataclass(frozen=True, eq=False)
class SparqlSelect:
    """A SELECT whose solutions are failures, with the variables that are bound before it is evaluated."""

    query: Query
    prebound: Mapping[str, Term]
    value_is_focus: bool

    @cached_property
    def _is_for_one(self) -> bool:
        return _limits(self.query)

    def rows(self, run: Run, focus: Focus, messages: tuple[Literal, ...], mode: Mode) -> Iterable[Row]:
        """The failures among the focus nodes; in the modes other than CLOSED only their nodes count."""
        if not focus.patterns:
            return
        if mode is Mode.NECESSARY and touches_openness(self.query, run.openness):
            arising = run.nodes(focus) if self.prebound else arising_nodes(run, self.query, focus)
            yield from map(Row, sorted(arising, key=order_key))
        excused: set[Term] = set()
        query = self.query
        if mode is Mode.POSSIBLE and touches_openness(query, run.openness):
            query, coarse = with_excuses(query, run.openness, {"?this", *(f"?{name}" for name in self.prebound)})
            if coarse:
                excused = excused_nodes(run, coarse, query.prologue, focus)
        for names, row in self._solutions(run, query, focus):
            found = self._row(dict(zip(names, row, strict=True)), messages)
            if found is not None and found.this not in excused:
                yield found

    def _solutions(self, run: Run, query: Query, focus: Focus) -> Iterable[tuple[list[str], tuple[Term | None, ...]]]:
        names = query.projected
        if names is None:
            names = sorted(v[1:] for v in variables_of(query) if not v.startswith("?_"))
        if not self._is_for_one:
            yield from ((names, row) for row in self._ask(run, query, focus, names, None))
            return
        for node in sorted(run.nodes(focus), key=order_key):
            here = focus if isinstance(node, BlankNode) else Focus.of_nodes([node])
            yield from ((names, row) for row in self._ask(run, query, here, names, node))

    def _ask(
        self, run: Run, query: Query, focus: Focus, names: list[str], node: Term | None
    ) -> list[tuple[Term | None, ...]]:
        early: list[Filter] = []
        if not self.prebound:
            query, early = concerning(query, "?this")
        if early:
            chosen = Group([Raw(focus.block("?this"), ("?this",)), *early])
            blocks = {"?this": f"{{ SELECT DISTINCT ?this WHERE {write_group(chained(chosen))} }}"}
        else:
            blocks = {"?this": focus.block("?this")}
        for name, term in self.prebound.items():
            blocks[f"?{name}"] = f"VALUES ?{name} {{ {term} }}"
        if query.projected is None:
            query = Query([f"?{name}" for name in names], query.where, query.tail, query.prologue)
        ready = prebind(query, blocks)
        text = write_query(Query(ready.head, chained(ready.where), ready.tail, ready.prologue))
        return run.ask_with_shapes(text, SHAPES_GRAPH, node) if self._reads_shapes else run.select(text, node)

    @property
    def _reads_shapes(self) -> bool:
        return "shapesGraph" in self.prebound and "?shapesGraph" in variables_of(self.query)

    def _row(self, solution: dict[str, Term | None], messages: tuple[Literal, ...]) -> Row | None:
        this = solution.get("this")
        if this is None:
            return None
        if isinstance(solution.get("failure"), Literal) and solution["failure"] == _TRUE:
            raise InputError("shapes-sparql", f"A SPARQL constraint reports a failure at {this}.")
        value, path, message = solution.get("value"), solution.get("path"), solution.get("message")
        bindings = {name: term for name, term in solution.items() if term is not None}
        bindings.update(self.prebound)
        return Row(
            this=this,
            value=this if value is None and self.value_is_focus else value,
            path=path if isinstance(path, NamedNode) else None,
            messages=(message,) if isinstance(message, Literal) else messages,
            bindings=tuple(sorted(bindings.items())),
        )


_TRUE = Literal(True)


def _limits(query: Query) -> bool:
    words = {token.upper() for token in query.tail if isinstance(token, str)}
    inner = (e.query for e, _ in _all_groups(query.where) if isinstance(e, SubSelect))
    return bool(words & {"LIMIT", "OFFSET"}) or any(_limits(found) for found in inner)


def _all_groups(group: Group) -> Iterable[tuple[Element, Group]]:
    for element, inner in groups_within(group):
        yield element, inner
        yield from _all_groups(inner)
    for element in group.elements:
        if isinstance(element, Filter | Bind):
            for token in element.tokens:
                if isinstance(token, Exists):
                    yield element, token.group
                    yield from _all_groups(token.group)


@dataclass(frozen=True, eq=False)
class SparqlConstraint:
    """One value of sh:sparql."""

    source: Term
    select: SparqlSelect
    messages: tuple[Literal, ...] = ()
    component: NamedNode = _SPARQL

    def rows(self, run: Run, path: Path | None, focus: Focus, mode: Mode) -> Iterable[Row]:
        """The failures among the focus nodes."""
        return self.select.rows(run, focus, self.messages, mode)


def read_sparql_constraint(graph: ShapesGraph, shape: Term, path: Path | None, node: Term) -> SparqlConstraint | None:
    """The constraint at a value of sh:sparql, or None if it is deactivated."""
    if graph.flag(node, SH("deactivated")):
        return None
    text = graph.text(node, SH("select"))
    if text is None:
        raise InputError("shapes-sparql", f"The SPARQL constraint {node} of {shape} has no sh:select.")
    prebound: dict[str, Term] = {"shapesGraph": SHAPES_GRAPH}
    if isinstance(shape, NamedNode):
        prebound["currentShape"] = shape
    query = read_query(graph, node, text, path)
    check_query(query, {"this", *prebound}, node)
    if query.head is None or "this" not in (query.projected or ["this"]):
        raise InputError("shapes-sparql", f"The query of {node} must be a SELECT that projects $this.")
    used = {name: term for name, term in prebound.items() if f"?{name}" in variables_of(query)}
    return SparqlConstraint(node, SparqlSelect(query, used, path is None), graph.messages(node))


def read_query(graph: ShapesGraph, node: Term, text: str, path: Path | None) -> Query:
    """Parse a query of the shapes graph with its prefixes, ``$PATH`` replaced by the path."""
    if path is not None:
        text = _replace_path(text, path_text(path))
    try:
        return parse_query(text, prefixes_of(graph, node))
    except QueryError as error:
        raise InputError("shapes-sparql", f"The query of {node} cannot be read: {error}.") from None


def _replace_path(text: str, path: str) -> str:
    before, *rest = text.split("$PATH")
    for part in rest:
        before += f"$PATH{part}" if part[:1].isalnum() or part[:1] == "_" else f" {path} {part}"
    return before


def prefixes_of(graph: ShapesGraph, node: Term) -> dict[str, str]:
    """The prefixes that sh:prefixes leads to, owl:imports followed (SHACL-SPARQL 5.2.1)."""
    found: dict[str, str] = {}
    pending = list(graph.values(node, SH("prefixes")))
    seen: set[Term] = set()
    while pending:
        owner = pending.pop()
        if owner in seen:
            continue
        seen.add(owner)
        pending += graph.values(owner, OWL("imports"))
        for declaration in graph.values(owner, SH("declare")):
            prefix, namespace = graph.one(declaration, SH("prefix")), graph.one(declaration, SH("namespace"))
            if not isinstance(prefix, Literal) or not isinstance(namespace, Literal):
                raise InputError("shapes-sparql", f"A prefix declaration of {owner} is incomplete.")
            if found.setdefault(prefix.value, namespace.value) != namespace.value:
                raise InputError("shapes-sparql", f"{node} reaches two meanings of the prefix {prefix.value!r}.")
    return found


def check_query(query: Query, prebound: set[str], node: Term) -> None:
    """Refuse what SHACL does not allow beside pre-bound variables (SHACL-SPARQL, appendix A)."""

    def refuse(what: str) -> InputError:
        return InputError("shapes-sparql", f"The query of {node} uses {what}, which SHACL does not allow here.")

    required = prebound - {"shapesGraph", "currentShape"}
    if {f"?{name}" for name in prebound} & query.assigned:
        raise refuse("AS with a pre-bound variable")
    groups: list[Group] = [query.where]
    for element, inner in _all_groups(query.where):
        groups.append(inner)
        if isinstance(element, SubSelect):
            projected = element.query.projected
            if projected is None or not required <= set(projected):
                raise refuse(f"a nested SELECT without {', '.join(f'${name}' for name in sorted(required))}")
            if {f"?{name}" for name in prebound} & element.query.assigned:
                raise refuse("AS with a pre-bound variable")
    for group in groups:
        for part in group.elements:
            if isinstance(part, Refused):
                raise refuse(part.keyword)
            if isinstance(part, Bind) and part.variable[1:] in prebound:
                raise refuse("AS with a pre-bound variable")
