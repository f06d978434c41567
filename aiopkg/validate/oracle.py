"""pyshacl behind our result type: the slow reference, and the validator of ``--validator pyshacl``."""

from collections.abc import Iterable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node as RdflibNode

from aiopkg.errors import InputError
from aiopkg.validate.results import Result, sort_results
from aiopkg.validate.terms import SH as OUR_SH
from aiopkg.validate.terms import Node, Term

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
            _graph(triples), shacl_graph=_graph(shapes_triples), inference="none", advanced=False, meta_shacl=False
        )
    except (ReportableRuntimeError, ShapeLoadError) as error:
        raise InputError("shapes-refused", f"pyshacl refuses the shapes: {error}.") from error
    if not isinstance(report, Graph):
        raise InputError("shapes-refused", f"pyshacl could not validate: {report}.")
    return sort_results(_result(report, node) for node in report.objects(None, SH.result))


def _graph(triples: Iterable[Triple]) -> Graph:
    graph = Graph()
    for subject, predicate, value in triples:
        graph.add((_to_rdflib(subject), _to_rdflib(predicate), _to_rdflib(value)))
    return graph


def _to_rdflib(term: Term) -> RdflibNode:
    match term:
        case NamedNode(value=iri):
            return URIRef(iri)
        case BlankNode(value=name):
            return BNode(name)
        case Literal():
            if term.language:
                return RdflibLiteral(term.value, lang=term.language)
            return RdflibLiteral(term.value, datatype=URIRef(term.datatype.value), normalize=False)
        case _:
            raise InputError("shapes-refused", "pyshacl cannot read quoted triples.")


def _from_rdflib(term: RdflibNode | None) -> NamedNode | BlankNode | Literal:
    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, RdflibLiteral):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype))) if term.datatype else Literal(str(term))
    return BlankNode(str(term))


def _result(report: Graph, node: RdflibNode) -> Result:
    def value(predicate: URIRef) -> RdflibNode | None:
        return report.value(node, predicate)

    shape, constraint, path = value(SH.sourceShape), value(SH.sourceConstraint), value(SH.resultPath)
    found, focus = value(SH.value), _from_rdflib(value(SH.focusNode))
    source = _resource(_from_rdflib(shape))
    component, severity = value(SH.sourceConstraintComponent), value(SH.resultSeverity)
    return Result(
        focus=focus,
        path=None if path is None else _from_rdflib(path),
        value=None if found is None else _from_rdflib(found),
        component=NamedNode(str(component)),
        source_shape=source,
        source_constraint=None if constraint is None else _from_rdflib(constraint),
        root_shape=source,
        severity=NamedNode(str(severity)) if severity is not None else OUR_SH("Violation"),
        messages=tuple(m for m in map(_from_rdflib, report.objects(node, SH.resultMessage)) if isinstance(m, Literal)),
        root_focus=focus,
        path_text=None if path is None else _path_text(report, path),
    )


def _resource(term: NamedNode | BlankNode | Literal) -> Node:
    if isinstance(term, Literal):
        raise InputError("shapes-refused", "pyshacl names a literal as a shape.")
    return term


_SIGNS = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def _path_text(report: Graph, node: RdflibNode) -> str:
    if isinstance(node, URIRef):
        return f"<{node}>"
    inverse, options = report.value(node, SH.inversePath), report.value(node, SH.alternativePath)
    if inverse is not None:
        return f"^{_path_text(report, inverse)}"
    if options is not None:
        return "(" + "|".join(_path_text(report, part) for part in Collection(report, options)) + ")"
    for predicate, sign in _SIGNS.items():
        repeated = report.value(node, predicate)
        if repeated is not None:
            inner = _path_text(report, repeated)
            return f"({inner}){sign}" if inner[0] == "^" or inner[-1] in "*+?" else f"{inner}{sign}"
    parts = [_path_text(report, part) for part in Collection(report, node)]
    text = parts[-1]
    for part in reversed(parts[:-1]):
        text = f"({part}/{text})"
    return text
