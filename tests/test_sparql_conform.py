"""Queries rewritten for the store mean what SPARQL 1.1 says; rdflib is the second source for paths."""

from collections import Counter

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, RdfFormat, Store, parse
from rdflib import Graph

from aiopkg.sparql.conform import conform

TRIPLES = """
<urn:a> <urn:p> <urn:b> .
<urn:b> <urn:p> <urn:c> .
<urn:c> <urn:q> <urn:a> .
<urn:c> <urn:q> "x" .
"""
NAMED = (NamedNode("urn:g1"), NamedNode("urn:g2"))
HEAD = "PREFIX : <urn:> "


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    triples = [quad.triple for quad in parse(TRIPLES.encode(), format=RdfFormat.N_TRIPLES)]
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    store.extend(Quad(t.subject, t.predicate, t.object, NAMED[0]) for t in triples[:2])
    store.extend(Quad(t.subject, t.predicate, t.object, NAMED[1]) for t in triples[1:])
    return store


def rows(store: Store, text: str, named: tuple[NamedNode | BlankNode, ...] = NAMED) -> Counter[tuple[str, ...]]:
    """The rows of the rewritten query, each a sorted tuple of its bindings."""
    found = store.query(conform(HEAD + text, named))
    if isinstance(found, QueryBoolean):
        return Counter({(str(bool(found)).lower(),): 1})
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return Counter(tuple(sorted(f"{n}={plain(row[n])}" for n in names if row[n] is not None)) for row in found)


def plain(term: object) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else "_:"


ENDS = [":a", ":c", ":nobody", "?x", '"x"', '"y"', '"y"@en']
PATHS = [":p*", ":p?", ":p+", "^:p*", "(:p|:q)*", ":p*/:q*", ":p?|:q*", "(:p?)+", "(^:p/:q)?", "!(:p|:r)*", ":p/:q?"]


@pytest.mark.parametrize("path", PATHS)
def test_paths_find_what_rdflib_finds(store: Store, path: str) -> None:
    graph = Graph().parse(data=TRIPLES, format="nt")
    for start in (end for end in ENDS if not end.startswith('"')):
        for end in [*ENDS, "?y"]:
            group = f"{{ {start} {path} {end} }}"
            for text in (f"ASK {group}",) if "?" not in start + end else (f"SELECT * {group}",):
                other = graph.query(HEAD + text)
                if other.type == "ASK":
                    expected = Counter({(str(other.askAnswer).lower(),): 1})
                else:
                    named = [str(name) for name in other.vars or ()]
                    expected = Counter(
                        tuple(sorted(f"{n}={row[n]}" for n in named if row[n] is not None)) for row in other.bindings
                    )
                assert set(rows(store, text)) == set(expected), text  # rdflib finds some of them twice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { GRAPH ?g { VALUES (?g ?t) { (UNDEF 1) (:g1 2) } } }",
         ["g=urn:g1 t=1", "g=urn:g1 t=2", "g=urn:g2 t=1"]),
        ("SELECT * { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s :p ?o } } }", ["g=urn:g1 n=2", "g=urn:g2 n=1"]),
        ("SELECT ?g ?s { GRAPH ?g { ?s :p :c MINUS { ?a :q ?b } } }", ["g=urn:g1 s=urn:b", "g=urn:g2 s=urn:b"]),
        ("SELECT * { GRAPH ?g { :nobody :p* ?o } }", ["g=urn:g1 o=urn:nobody", "g=urn:g2 o=urn:nobody"]),
        ("SELECT * { GRAPH ?g { :a :p? :a } }", ["g=urn:g1", "g=urn:g2"]),
        ("SELECT * { GRAPH :g2 { :nobody :p* ?o } }", ["o=urn:nobody"]),
        ("SELECT * { GRAPH :none { :nobody :p* ?o } }", []),
        ("SELECT * { GRAPH :none { VALUES ?o { 1 } } }", []),
        ("SELECT * { VALUES ?g { :g2 :g3 } GRAPH ?g { BIND(1 AS ?n) } }", ["g=urn:g2 n=1"]),
        ("SELECT * { GRAPH ?g { { SELECT (1 AS ?n) {} } GRAPH ?h { BIND(2 AS ?m) } } FILTER(?g != ?h) }",
         ["g=urn:g1 h=urn:g2 m=2 n=1", "g=urn:g2 h=urn:g1 m=2 n=1"]),
        ("SELECT ?o { :a :p :b ; :p* ?o , :c . FILTER EXISTS { :nobody :p* :nobody } }",
         ["o=urn:a", "o=urn:b", "o=urn:c"]),
        ("SELECT ?o { :nobody :p*|:q? ?o }", ["o=urn:nobody", "o=urn:nobody"]),
        ("SELECT ?o { { SELECT ?o { :nobody :p* ?o } } OPTIONAL { :new :q? ?n } }", ["o=urn:nobody"]),
        ("SELECT ?o { ?s :q ?o MINUS { :a :q* ?o } MINUS { ?o :q* 'x' } }", []),
        ("SELECT ?l (LANG(?l) AS ?n) { { SELECT (GROUP_CONCAT(?o) AS ?l) { VALUES ?o { 'a'@en } } } }", ["l=a n="]),
        ("SELECT ?s { ?s :p ?o } GROUP BY ?s HAVING (GROUP_CONCAT(STR(?o)) = 'urn:b')", ["s=urn:a"]),
    ],
)  # fmt: skip
def test_queries_mean_what_the_recommendation_says(store: Store, text: str, expected: list[str]) -> None:
    assert sorted(" ".join(row) for row in rows(store, text).elements()) == expected


def test_without_a_named_graph_nothing_is_in_one(store: Store) -> None:
    assert not rows(store, "SELECT * { GRAPH ?g { VALUES ?o { 1 } } }", ())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s :p* ?o . GRAPH ?g { ?s :p ?o FILTER(?o != :c) OPTIONAL { ?o :p ?n } } }",
        "SELECT (COUNT(*) AS ?n) { ?s :p ?o BIND(2 * ?n AS ?m) FILTER(?o = 'GRAPH ?g { VALUES ?x {} } :s :p* ?o') }",
        "SELECT * { :s :p+ ?o ; :q/:r ?x . # :s :p* ?o\n ?o ?p 'group_concat(?x)' }",
        "CONSTRUCT { :s :graph ?o } { :s :p ?o VALUES ?o { :a :b } }",
        "SELECT * { :s :p* _:b . _:b :p ?o }",
        "DESCRIBE :a",
        "SELECT * { :s :p* ?o ",
        "SELECT * { :s :p* ?o ) }",
        "SELECT * { :s :p* }",
        "SELECT * { :s :p* [ :q 1 ] }",
        "SELECT ?o { LATERAL { :s :p* ?o } }",
        "",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert conform(HEAD + text, NAMED) == HEAD + text


def test_what_cannot_be_written_for_each_graph_stays() -> None:
    text = "SELECT * { GRAPH ?g { VALUES ?x { 1 } } }"
    assert conform(text, [*NAMED, BlankNode()]) == text
    assert conform(text, [NamedNode("http://e/a/../b")]) == text
    assert conform(text, [NamedNode(f"urn:{n}") for n in range(2000)]) == text
    nested = "GRAPH ?g { VALUES ?x { 1 } " * 40 + "}" * 40
    assert len(conform(f"SELECT * {{ {nested} }}", NAMED)) < 300_000


def test_names_of_a_query_are_not_taken_for_others(store: Store) -> None:
    text = (
        "SELECT * { VALUES ?one { :b } VALUES ?other { :p } :nobody :p* ?o FILTER NOT EXISTS { ?other :p* :nobody } }"
    )
    assert rows(store, text) == Counter({("o=urn:nobody", "one=urn:b", "other=urn:p"): 1})
