"""SPARQL-based constraints: one query over all focus nodes says what one evaluation a node says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from aiopkg.errors import InputError
from aiopkg.syntax.parser import parse_query
from aiopkg.syntax.tree import Query, QueryError, write_query
from aiopkg.validate import Shapes, fill, validate
from aiopkg.validate.oracle import validate_with_pyshacl
from aiopkg.validate.query_rewrite import chained

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
DECLARED = 'e: sh:declare [ sh:prefix "e" ; sh:namespace "http://example.org/" ] .\n'
NAMES = {"e": "http://example.org/"}


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, RdfFormat.TURTLE)]


def store_of(triples: list[Triple]) -> Store:
    store = Store()
    store.extend([Quad(t.subject, t.predicate, t.object) for t in triples])
    return store


def shaped(select: str, target: str = "sh:targetClass e:C", path: str = "") -> str:
    return DECLARED + f'e:S {path} {target} ; sh:sparql [ sh:prefixes e: ; sh:select """{select}""" ] .'


nodes = st.sampled_from(("e:a", "e:b", "e:c"))
facts = st.one_of(
    st.tuples(nodes, st.sampled_from(("e:p", "e:q")), nodes),
    st.tuples(nodes, st.just("a"), st.just("e:C")),
    st.tuples(nodes, st.just("e:n"), st.sampled_from(("1", "2", "3"))),
).map(" ".join)
data_texts = st.lists(facts, max_size=9).map(lambda found: "e:a a e:C . e:b a e:C .\n" + " .\n".join([*found, ""]))

variables = st.sampled_from(("$this", "?x", "?y"))
patterns = st.one_of(
    st.tuples(variables, st.sampled_from(("e:p", "e:q", "^e:p", "e:p/e:q", "e:p+")), variables).map(" ".join),
    variables.map("{} e:n ?n".format),
    variables.map("{} a e:C".format),
)
bodies = st.lists(patterns, min_size=1, max_size=3).map(" . ".join)
endings = st.one_of(
    st.just(""),
    bodies.map("FILTER NOT EXISTS {{ {} }}".format),
    bodies.map("FILTER EXISTS {{ {} }}".format),
    bodies.map("OPTIONAL {{ {} }}".format),
    st.tuples(bodies, bodies).map(lambda b: f"{{ {b[0]} }} UNION {{ {b[1]} FILTER ($this != e:b) }}"),
    st.tuples(bodies, bodies).map(lambda b: f"FILTER NOT EXISTS {{ {{ {b[0]} }} UNION {{ {b[1]} }} }}"),
    st.tuples(bodies, bodies).map(lambda b: f"FILTER NOT EXISTS {{ {b[0]} FILTER NOT EXISTS {{ {b[1]} }} }}"),
    st.sampled_from(
        (
            "BIND ($this AS ?that) FILTER (?that != e:a)",
            "{ FILTER ($this = e:a) }",
            "{ BIND ($this AS ?that) } UNION { FILTER ($this = e:b) }",
            "{ SELECT $this (COUNT(?o) AS ?count) WHERE { $this e:p ?o } GROUP BY $this } FILTER (?count > 1)",
            "OPTIONAL { $this e:n ?m } FILTER (!BOUND(?m) || ?m < 2)",
            "FILTER (?x IN (e:a, e:b))",
        )
    ),
)
selects = st.tuples(bodies, endings).map(lambda b: f"SELECT DISTINCT $this WHERE {{ {b[0]} . {b[1]} }}")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data_texts, selects)
def test_one_query_for_all_nodes_agrees_with_pyshacl(data_text: str, select: str) -> None:
    data, shapes = read(data_text), read(shaped(select))
    expected = {(r.focus, r.value) for r in validate_with_pyshacl(data, shapes)}
    assert {(r.focus, r.value) for r in validate(store_of(data), Shapes.compile(shapes)).results} == expected


groups = st.one_of(
    st.tuples(bodies, bodies).map(lambda b: f"{b[0]} FILTER EXISTS {{ {b[1]} }}"),
    st.tuples(bodies, bodies, bodies).map(lambda b: f"{b[0]} . {{ {b[1]} }} UNION {{ {b[2]} FILTER(?y != e:a) }}"),
    st.tuples(bodies, bodies).map(lambda b: f"{b[0]} OPTIONAL {{ {b[1]} }} FILTER(?x != ?y)"),
    st.tuples(bodies, bodies).map(lambda b: f"{b[0]} . BIND(?y AS ?k) {b[1]} FILTER(?k != e:c)"),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data_texts, groups)
def test_a_chain_of_exists_says_what_the_plain_group_says(data_text: str, group: str) -> None:
    text = (
        f"SELECT DISTINCT ?this ?x WHERE {{ ?this a e:C OPTIONAL {{ ?this e:p ?x }} FILTER NOT EXISTS {{ {group} }} }}"
    )
    query = parse_query(text, NAMES)
    rewritten = write_query(Query(query.head, chained(query.where), query.tail, query.prologue))
    store = store_of(read(data_text))
    plain = {tuple(row) for row in store.query("PREFIX e: <http://example.org/> " + text)}
    assert {tuple(row) for row in store.query(rewritten)} == plain


@pytest.mark.parametrize(
    "text",
    [
        'SELECT DISTINCT ?this (CONCAT(?x, "a\\"}b"@en) AS ?v) '
        "WHERE { ?this e:p/^e:q*|e:r ?x , 3.5 ; a e:C . [ e:a ?z ] e:b _:k }",
        "SELECT * { { SELECT ?this { ?this ?p ?o } LIMIT 1 } FILTER regex(str(?o), 'a#b') # remark }\n }",
        "SELECT ?this WHERE { ?this e:p (1 2) . FILTER(?a<3 && ?b>-1) } "
        "GROUP BY ?this HAVING (COUNT(*) > 1) ORDER BY ?this",
    ],
)
def test_a_query_that_is_read_and_written_is_still_a_query(text: str) -> None:
    written = write_query(parse_query(text, NAMES))
    Store().query(written)
    assert write_query(parse_query(written, {})) == written


def test_a_query_that_cannot_be_read_is_refused() -> None:
    for text in (
        "SELECT ?this WHERE { ?this e:p",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "SELECT ?x { ?x z:p 1 }",
    ):
        with pytest.raises(QueryError):
            parse_query(text, NAMES)
    with pytest.raises(InputError, match="cannot be read"):
        Shapes.compile(read(shaped("SELECT $this WHERE { $this e:p")))


def test_messages_are_filled_from_the_solution() -> None:
    text = shaped("SELECT $this ?value ?n WHERE { $this e:p ?value ; e:n ?n }").replace(
        "sh:prefixes", 'sh:message "{$this} has {?value}, {?n} and {?nothing}"@en ; sh:prefixes'
    )
    (result,) = validate(store_of(read("e:a a e:C ; e:p e:b ; e:n 7 .")), Shapes.compile(read(text))).results
    (message,) = (fill(m, result.bindings) for m in result.messages)
    assert message.value == "http://example.org/a has http://example.org/b, 7 and {?nothing}"
    assert message.language == "en"


def test_a_query_with_a_limit_is_evaluated_once_a_node() -> None:
    data = read("e:a a e:C ; e:p 1, 2 . e:b a e:C ; e:p 3 . [] a e:C ; e:p 4, 5 . e:d a e:C .")
    shapes = Shapes.compile(read(shaped("SELECT $this ?value { $this e:p ?value } LIMIT 1")))
    outcome = validate(store_of(data), shapes)
    assert len(outcome.results) == 3


def test_a_blank_node_can_be_in_focus() -> None:
    data = read("[] a e:C ; e:p [ e:q 1 ] .")
    shapes = read(
        shaped("SELECT $this ?value WHERE { $this e:p ?value FILTER NOT EXISTS { ?value e:q 2 . $this e:p ?value } }")
    )
    assert len(validate(store_of(data), Shapes.compile(shapes)).results) == 1


def test_path_stands_for_the_path_of_the_property_shape() -> None:
    shapes = read(
        shaped("SELECT $this ?value WHERE { $this $PATH ?value }", path="sh:path ( e:p [ sh:inversePath e:q ] ) ;")
    )
    (result,) = validate(store_of(read("e:a a e:C ; e:p e:b . e:c e:q e:b .")), Shapes.compile(shapes)).results
    assert (result.value, result.path_text) == (
        NamedNode("http://example.org/c"),
        "(<http://example.org/p>/^<http://example.org/q>)",
    )


def test_a_custom_component_applies_where_its_parameters_are_given() -> None:
    component = (
        DECLARED
        + """
    e:Comp a sh:ConstraintComponent ; sh:parameter [ sh:path e:max ] ;
      sh:nodeValidator [ sh:prefixes e: ;
        sh:select "SELECT $this ?value WHERE { $this e:n ?value FILTER (?value > $max) }" ] .
    e:S sh:targetClass e:C ; e:max 2 .  e:T sh:targetClass e:C .
    """
    )
    (result,) = validate(store_of(read("e:a a e:C ; e:n 1, 3 .")), Shapes.compile(read(component))).results
    assert result.component == NamedNode("http://example.org/Comp")
    assert result.bindings["max"].value == "2"
