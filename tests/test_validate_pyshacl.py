"""Our validator against pyshacl, on generated shapes and data."""

from collections.abc import Callable

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad, RdfFormat, Store, Triple, parse

from aiopkg.errors import InputError
from aiopkg.validate import Result, Shapes, validate
from aiopkg.validate.oracle import validate_with_pyshacl

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NODES = ("e:a", "e:b", "e:c", "e:d")
PROPERTIES = ("e:p", "e:q", "e:r")
CLASSES = ("e:C", "e:D", "e:E")
LITERALS = ('"x"', '"xyz"', '"y"@en', '"z"@en', '"z"@de', "1", "2", "3", "2.5")
"""No dates and booleans: pyshacl compares them with numbers, where SPARQL finds them incomparable."""


def read(text: str) -> list[Triple]:
    """Parse Turtle with the prefixes of this module."""
    return [quad.triple for quad in parse(PREFIXES + text, RdfFormat.TURTLE)]


facts = st.one_of(
    st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from(NODES + LITERALS)),
    st.tuples(st.sampled_from(NODES), st.just("a"), st.sampled_from(CLASSES)),
    st.tuples(st.sampled_from(NODES), st.sampled_from(("e:m", "e:n")), st.sampled_from(("1", "2", "2.5"))),
)
data_texts = st.lists(facts, max_size=14).map(
    lambda found: "e:D rdfs:subClassOf e:C .\n" + "\n".join(" ".join(fact) + " ." for fact in found)
)


def deeper(paths: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(paths, paths)
    return st.one_of(
        pairs.map(lambda p: f"( {p[0]} {p[1]} )"),
        pairs.map(lambda p: f"[ sh:alternativePath ( {p[0]} {p[1]} ) ]"),
        paths.map("[ sh:zeroOrMorePath {} ]".format),
        paths.map("[ sh:oneOrMorePath {} ]".format),
        paths.map("[ sh:zeroOrOnePath {} ]".format),
    )


steps = st.sampled_from((*PROPERTIES, "[ sh:inversePath e:p ]", "[ sh:inversePath e:q ]"))
"""Inverses of single properties only: pyshacl walks the inverse of a longer path in the wrong order."""
paths = st.recursive(steps, deeper, max_leaves=3)
value_parameters = st.one_of(
    st.sampled_from(CLASSES).map("sh:class {}".format),
    st.sampled_from(("xsd:integer", "xsd:string", "xsd:date", "xsd:boolean")).map("sh:datatype {}".format),
    st.sampled_from(("sh:IRI", "sh:Literal", "sh:BlankNodeOrIRI")).map("sh:nodeKind {}".format),
    st.sampled_from(("sh:minInclusive 2", "sh:maxExclusive 2.5", "sh:minExclusive 1", "sh:maxInclusive 1")),
    st.sampled_from(("sh:minLength 2", "sh:maxLength 1", 'sh:pattern "^x"', 'sh:pattern "Y" ; sh:flags "i"')),
    st.sampled_from(("sh:in ( e:a e:b 1 )", 'sh:languageIn ( "en" )', "sh:hasValue e:a", "sh:hasValue 1")),
    st.sampled_from(PROPERTIES).map("sh:equals {}".format),
    st.sampled_from(PROPERTIES).map("sh:disjoint {}".format),
)
path_parameters = st.one_of(
    st.integers(0, 2).map("sh:minCount {}".format),
    st.integers(0, 2).map("sh:maxCount {}".format),
    st.just("sh:uniqueLang true"),
)
ordered = st.sampled_from(
    (
        "sh:property [ sh:path e:m ; sh:lessThan e:n ]",
        "sh:property [ sh:path ( e:p e:m ) ; sh:lessThanOrEquals e:n ]",
    )
)
"""Over numbers only: pyshacl orders IRIs, which SPARQL finds incomparable."""


def nested(shapes: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inline = shapes.map("[ {} ]".format)
    lists = st.lists(inline, min_size=1, max_size=3).map(lambda found: f"( {' '.join(found)} )")
    logic = st.one_of(
        inline.map("sh:not {}".format),
        inline.map("sh:node {}".format),
        lists.map("sh:and {}".format),
        lists.map("sh:or {}".format),
        lists.map("sh:xone {}".format),
    )
    qualified = st.tuples(inline, st.sampled_from(("Min", "Max")), st.integers(0, 2)).map(
        lambda q: f"sh:qualifiedValueShape {q[0]} ; sh:qualified{q[1]}Count {q[2]}"
    )
    properties = st.tuples(paths, st.one_of(logic, qualified, value_parameters, path_parameters)).map(
        lambda p: f"sh:property [ sh:path {p[0]} ; {p[1]} ]"
    )
    return st.one_of(logic, properties)


flat = st.one_of(
    value_parameters,
    ordered,
    st.tuples(paths, st.one_of(value_parameters, path_parameters)).map(
        lambda p: f"sh:property [ sh:path {p[0]} ; {p[1]} ]"
    ),
)
shape_bodies = st.recursive(flat, nested, max_leaves=4)
targets = st.one_of(
    st.sampled_from(CLASSES).map("sh:targetClass {}".format),
    st.lists(st.sampled_from((*NODES, "1")), min_size=1, max_size=3, unique=True).map(
        lambda nodes: f"sh:targetNode {', '.join(nodes)}"
    ),
    st.sampled_from(PROPERTIES).map("sh:targetSubjectsOf {}".format),
    st.sampled_from(PROPERTIES).map("sh:targetObjectsOf {}".format),
)
shape_texts = st.tuples(targets, shape_bodies).map(lambda s: f"e:S a sh:NodeShape ; {s[0]} ; {s[1]} .")


def said(results: tuple[Result, ...]) -> set[tuple[object, ...]]:
    return {
        (r.focus, r.path_text, r.value, r.component, r.source_shape, r.severity, r.source_constraint) for r in results
    }


def store_of(triples: list[Triple]) -> Store:
    store = Store()
    store.extend([Quad(t.subject, t.predicate, t.object) for t in triples])
    return store


def ours(data: list[Triple], shapes: list[Triple]) -> tuple[Result, ...]:
    return validate(store_of(data), Shapes.compile(shapes)).results


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data_texts, shape_texts)
def test_core_results_are_those_of_pyshacl(data_text: str, shape_text: str) -> None:
    compare(ours, data_text, shape_text)


def compare(validator: Callable[..., tuple[Result, ...]], data_text: str, shape_text: str) -> None:
    data, shapes = read(data_text), read(shape_text)
    try:
        expected = said(validate_with_pyshacl(data, shapes))
    except InputError:
        assume(False)
    assert said(validator(data, shapes)) == expected
