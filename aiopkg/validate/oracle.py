"""pyshacl behind our result type: the slow reference, and the validator of ``--validator pyshacl``."""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from aiopkg.errors import InputError
from aiopkg.graphs import rdflib_graph, triples_of
from aiopkg.syntax.paths import path_text
from aiopkg.validate.paths import read_path
from aiopkg.validate.results import Result, sort_results
from aiopkg.validate.shapes_graph import ShapesGraph
from aiopkg.validate.terms import SH, Node, Term

__all__ = ["validate_with_pyshacl"]


def validate_with_pyshacl(triples: Iterable[Triple], shapes_triples: Iterable[Triple]) -> tuple[Result, ...]:
    """Validate with pyshacl, without inference.

    The results lack what its report does not say: root shapes and bindings. A path is compared by ``path_text``.
    Raises InputError if pyshacl refuses the shapes.
    """
    import pyshacl  # noqa: PLC0415  it takes long to import, and is needed on request only
    from pyshacl.errors import ReportableRuntimeError, ShapeLoadError  # noqa: PLC0415

    try:
        _, report, _ = pyshacl.validate(
            rdflib_graph(triples),
            shacl_graph=rdflib_graph(shapes_triples),
            inference="none",
            advanced=False,
            meta_shacl=False,
        )
    except (ReportableRuntimeError, ShapeLoadError) as error:
        raise InputError("shapes-refused", f"pyshacl refuses the shapes: {error}.") from error
    if isinstance(report, str | bytes | Exception):
        raise InputError("shapes-refused", f"pyshacl could not validate: {report!r}.")
    graph = ShapesGraph(triples_of(report))
    found = (node for root in graph.subjects(SH("result")) for node in graph.values(root, SH("result")))
    return sort_results(_result(graph, node) for node in found)


def _result(graph: ShapesGraph, node: Term) -> Result:
    def value(name: str) -> Term | None:
        return next(iter(graph.values(node, SH(name))), None)

    focus, path = value("focusNode"), value("resultPath")
    component, severity = value("sourceConstraintComponent"), value("resultSeverity")
    source = _resource(value("sourceShape"))
    assert focus is not None and isinstance(component, NamedNode)
    return Result(
        focus=focus,
        path=path,
        value=value("value"),
        component=component,
        source_shape=source,
        source_constraint=value("sourceConstraint"),
        root_shape=source,
        severity=severity if isinstance(severity, NamedNode) else SH("Violation"),
        messages=tuple(m for m in graph.values(node, SH("resultMessage")) if isinstance(m, Literal)),
        root_focus=focus,
        path_text=None if path is None else path_text(read_path(graph, node, path)),
    )


def _resource(term: Term | None) -> Node:
    if term is None or isinstance(term, Literal | Triple):
        raise InputError("shapes-refused", "pyshacl names no shape, or a literal as one.")
    return term
