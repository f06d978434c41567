"""Queries over columns, against a store with the same content."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions, Store, Triple, Variable

from aiopkg import assets, engine, materialised
from aiopkg.columns import ColumnStore, NotForColumns, facts, groups
from aiopkg.columns.store import constructed
from aiopkg.materialised import materialise_model
from aiopkg.model import load
from aiopkg.model.load import rewritten
from aiopkg.reason import materialise
from aiopkg.report import to_json
from aiopkg.vocab import GRAPH, XSD

DAY = date(2026, 6, 1)
ORGANIZATIONS = [*sorted((ROOT / "tests" / "orgs").glob("*.ttl")), ROOT / "tests" / "asked" / "agency.ttl"]
EX = "https://example.org/"
PREFIX = f"PREFIX ex: <{EX}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "

QUERIES = [
    "SELECT ?a ?b WHERE { ?a ex:p ?b }",
    "SELECT ?a WHERE { ?a ex:p ?a }",
    "SELECT DISTINCT ?a ?c WHERE { ?a ex:p ?b . ?b ex:q ?c }",
    "SELECT ?a ?b ?c WHERE { ?a ex:p ?b . OPTIONAL { ?b ex:q ?c } }",
    "SELECT ?a ?b ?c ?d WHERE { ?a ex:p ?b . OPTIONAL { ?b ex:q ?c } OPTIONAL { ?a ex:q ?c . ?c ex:p ?d } }",
    "SELECT ?a ?b ?c WHERE { ?a ex:p ?b . OPTIONAL { ?b ex:q ?c . FILTER (?c != ?a) } }",
    "SELECT ?a ?c WHERE { OPTIONAL { ?a ex:p ex:n1 } ?a ex:q ?c }",
    "SELECT ?a ?b WHERE { { ?a ex:p ?b } UNION { ?b ex:q ?a } UNION { ?a ex:r ?v } }",
    "SELECT ?a ?b ?v WHERE { { ?a ex:p ?b } UNION { ?a ex:r ?v } { ?a ex:q ?b } UNION { ?b ex:q ?a } }",
    "SELECT ?a ?b WHERE { ?a ex:p ?b . MINUS { ?a ex:q ?b } }",
    "SELECT ?a ?b ?c WHERE { ?a ex:p ?b . OPTIONAL { ?b ex:q ?c } MINUS { ?a ex:q ?c } }",
    "SELECT ?a ?b WHERE { ?a ex:p ?b . MINUS { ?c ex:q ?d } }",
    "SELECT ?a ?b WHERE { ?a ex:p ?b . FILTER NOT EXISTS { ?b ex:q ?c . FILTER (?c != ?a) } }",
    "SELECT ?a WHERE { ?a ex:p ?b . FILTER EXISTS { ?a ex:q ?x . FILTER NOT EXISTS { ?x ex:p ?b } } }",
    "SELECT ?a ?b WHERE { ?a ex:p ?b . FILTER NOT EXISTS { { ?b ex:q ?a } UNION { ?a ex:r ?v . FILTER (?v > 2) } } }",
    "SELECT ?a WHERE { ?a ex:p ?b . FILTER EXISTS { SELECT ?b WHERE { ?b ex:q ?c } } }",
    "SELECT ?a ?v WHERE { ?a ex:r ?v . FILTER (?v > 1 && (?v < 4 || ?a = ex:n1) && !(?v = 3)) }",
    "SELECT ?a ?v WHERE { ?a ex:r ?v . FILTER (?v + 1 > 2 || BOUND(?w)) }",
    "SELECT ?a ?v WHERE { ?a ex:p ?b . OPTIONAL { ?b ex:r ?v } FILTER (!BOUND(?v) || ?v != 2) }",
    "SELECT ?a ?b WHERE { ?a ex:p ?b . FILTER (isIRI(?b) && ?b NOT IN (ex:n1, ex:n2)) }",
    "SELECT ?a ?b WHERE { ?a ex:p+ ?b . ?a ex:q ?c }",
    "SELECT ?a ?b WHERE { ?a ex:q ?c . ?a ex:p* ?b }",
    "SELECT DISTINCT ?a ?b WHERE { ?a ex:q ?c . ?c (ex:p|^ex:q)? ?b }",
    "SELECT DISTINCT ?a ?b WHERE { ?a ex:p/ex:q? ?b . ?b ^ex:p ?a }",
    "SELECT DISTINCT ?a ?b WHERE { ?a (ex:p/^ex:q)|ex:r ?b }",
    "SELECT ?a ?n WHERE { ?a ex:p ?b . BIND (IF(EXISTS { ?b ex:q ?a }, 1.0, 0.0) AS ?n) }",
    "SELECT ?a ?n WHERE { ?a ex:r ?v . BIND (ROUND(1000 * ?v / 3) / 1000 AS ?n) }",
    "SELECT ?a ?s WHERE { ?a ex:r ?v . BIND (CONCAT('v', STR(?v)) AS ?s) }",
    "SELECT ?a ?k WHERE { ?a ex:p ?b . BIND (ex:kind AS ?k) BIND (?b AS ?c) FILTER (?c != ?a) }",
    "SELECT ?a ?k WHERE { ?a ex:p ?b . OPTIONAL { ?b ex:r ?v } BIND (COALESCE(?v, 'none') AS ?k) }",
    "SELECT ?a ?x WHERE { VALUES (?a ?x) { (ex:n1 'one') (ex:n2 UNDEF) (UNDEF 'any') } ?a ex:p ?b }",
    "SELECT ?a ?t ?b WHERE { VALUES ?t { ex:p ex:q } ?a ?t ?b }",
    "SELECT ?a ?t ?b WHERE { ?a ex:r ?v . ?a ?t ?b }",
    "SELECT (COUNT(*) AS ?n) WHERE { ?a ex:p ?b }",
    "SELECT (COUNT(DISTINCT ?b) AS ?n) (MAX(?v) AS ?most) WHERE { ?a ex:p ?b . OPTIONAL { ?a ex:r ?v } }",
    "SELECT ?a (COUNT(DISTINCT ?b) AS ?n) WHERE { ?a ex:p ?b } GROUP BY ?a HAVING (COUNT(DISTINCT ?b) > 1)",
    "SELECT ?a (AVG(?v) AS ?mean) (SUM(?v) AS ?sum) (MIN(?v) AS ?least) WHERE { ?a ex:p ?b . ?b ex:r ?v } GROUP BY ?a",
    "SELECT ?a ?n WHERE { ?a ex:q ?c . { SELECT ?a (COUNT(?b) AS ?n) WHERE { ?a ex:p ?b } GROUP BY ?a } }",
    "SELECT ?a ?b WHERE { { SELECT DISTINCT ?a WHERE { ?a ex:p ?x } } ?a ex:q ?b }",
    "SELECT ?a ?b ?v WHERE { ?a ex:p ?b . ?b ex:r ?v } ORDER BY DESC(?v) ?a ?b",
    "SELECT ?a WHERE { ?a ex:r 2 }",
    "SELECT ?a WHERE { ?a ex:nothing ?b . ?b ex:p ?c . OPTIONAL { ?c ex:q ?d } BIND (STR(?d) AS ?e) }",
    "SELECT ?a ?b WHERE { ?a ex:p ?b . FILTER (?b = ?a || EXISTS { ?a ex:q ?b }) }",
]
"""Every form that our own queries use, and a few that they might."""

BEYOND = [
    "SELECT * WHERE { ?a ex:p ?b . { ?b ex:q ?c } }",
    "SELECT ?a WHERE { ?a ex:p ?b } ORDER BY ?a LIMIT 1",
    "SELECT ?a WHERE { ?a !(ex:p|ex:q) ?b }",
    "SELECT ?a ?b WHERE { ?a ex:p* ?b }",
    "SELECT ?a WHERE { GRAPH ?g { ?a ex:p ?b } }",
    "SELECT ?a (GROUP_CONCAT(?b) AS ?all) WHERE { ?a ex:p ?b } GROUP BY ?a",
]
"""Forms that columns leave to a store."""


def columns_of(triples: Iterable[Triple]) -> ColumnStore:
    """Columns that hold triples, and nothing else, in the graph of what is asserted."""
    closure = materialise([*triples])
    written = {t.object for t in closure.asserted if isinstance(t.object, Literal)}
    stored = {literal: form for form, literal in rewritten(written)}
    return ColumnStore({GRAPH.asserted: closure.asserted}, GRAPH.facts, stored)


def store_of(triples: Iterable[Triple]) -> Store:
    store = Store()
    store.extend([Quad(t.subject, t.predicate, t.object, GRAPH.asserted) for t in triples])
    return store


def bag(rows: Iterable[Iterable[object]]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(map(str, row)) for row in rows)


def asked(store: Store, query: str) -> list[tuple[object, ...]]:
    found = store.query(query, default_graph=[GRAPH.asserted])
    assert isinstance(found, QuerySolutions)
    return [tuple(solution) for solution in found]


NODES = st.sampled_from([NamedNode(f"{EX}n{number}") for number in range(5)] + [BlankNode("b0"), BlankNode("b1")])
NUMBERS = st.sampled_from(
    [
        *(Literal(str(number), datatype=XSD.integer) for number in range(4)),
        *(Literal(text, datatype=XSD.decimal) for text in ("1.50", "2.75", "3.25")),
        Literal("03", datatype=XSD.integer),
    ]
)
LINKS = st.builds(Triple, NODES, st.sampled_from([NamedNode(EX + "p"), NamedNode(EX + "q")]), NODES)
VALUES = st.builds(Triple, NODES, st.just(NamedNode(EX + "r")), NUMBERS)
GRAPHS = st.lists(st.one_of(LINKS, LINKS, VALUES), max_size=14, unique=True)


@settings(max_examples=40, deadline=None)
@given(GRAPHS)
def test_columns_answer_as_a_store_does(triples: list[Triple]) -> None:
    columns, store = columns_of(triples), store_of(triples)
    for query in QUERIES:
        expected = asked(store, PREFIX + query)
        assert bag(columns.query(PREFIX + query, default_graph=[GRAPH.asserted])) == bag(expected), query


@settings(max_examples=30, deadline=None)
@given(GRAPHS)
def test_few_ways_are_tried_before_many(triples: list[Triple]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(groups, "_MANY", 0)
        patched.setattr(groups, "_TRIED_FIRST", 1)
        columns, store = columns_of(triples), store_of(triples)
        for query in (query for query in QUERIES if "EXISTS" in query):
            found = columns.select(PREFIX + query, [GRAPH.asserted], {})
            assert bag(found) == bag(asked(store, PREFIX + query)), query


@settings(max_examples=20, deadline=None)
@given(GRAPHS, NODES)
def test_a_variable_can_be_given_a_value(triples: list[Triple], node: NamedNode | BlankNode) -> None:
    columns, store = columns_of(triples), store_of(triples)
    known = {Variable("a"): node}
    for query in QUERIES[:14]:
        if "?a" not in query.partition("WHERE")[0] or "MINUS" in query:  # a store counts what is given as shared
            continue
        expected = store.query(PREFIX + query, default_graph=[GRAPH.asserted], substitutions=known)
        assert isinstance(expected, QuerySolutions)
        assert bag(columns.select(PREFIX + query, [GRAPH.asserted], known)) == bag(map(tuple, expected)), query


def test_an_order_is_kept() -> None:
    triples = [
        Triple(NamedNode(f"{EX}n{number}"), NamedNode(EX + "r"), Literal(str(number * 7 % 11), datatype=XSD.integer))
        for number in range(11)
    ]
    for order in ("?v", "DESC(?v)", "?a", "DESC(?a)"):
        query = f"{PREFIX}SELECT ?a ?v WHERE {{ ?a ex:r ?v }} ORDER BY {order}"
        found = columns_of(triples).select(query, [GRAPH.asserted], {})
        assert list(map(tuple, found)) == asked(store_of(triples), query)


@pytest.mark.parametrize("query", BEYOND)
def test_what_columns_do_not_do_is_asked_of_a_store(query: str) -> None:
    triples = [Triple(NamedNode(EX + a), NamedNode(EX + p), NamedNode(EX + b)) for a, p, b in ("npn", "nqm", "mpo")]
    columns = columns_of(triples)
    assert "store" not in vars(columns)
    assert bag(columns.select(PREFIX + query, [GRAPH.asserted], {})) == bag(asked(store_of(triples), PREFIX + query))
    assert "store" in vars(columns)


@settings(max_examples=30, deadline=None)
@given(
    GRAPHS, st.one_of(st.none(), NODES), st.sampled_from([None, "p", "q", "r"]), st.one_of(st.none(), NODES, NUMBERS)
)
def test_patterns_are_matched_as_a_store_does(
    triples: list[Triple], subject: NamedNode | None, name: str | None, value: NamedNode | None
) -> None:
    columns, store = columns_of(triples), store_of(triples)
    predicate = None if name is None else NamedNode(EX + name)
    for graph in (GRAPH.asserted, None):
        found = Counter(map(str, columns.quads_for_pattern(subject, predicate, value, graph)))
        assert found == Counter(map(str, store.quads_for_pattern(subject, predicate, value, graph)))


def test_a_property_may_be_the_last_of_very_many_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_ROOM", 2_000)  # a fact then has bits for 8,192 properties
    p, q = NamedNode(EX + "p"), NamedNode(EX + "q")
    nodes = [NamedNode(f"{EX}n{number}") for number in range(10_000)]
    triples = [*(Triple(node, p, nodes[0]) for node in nodes), Triple(nodes[0], q, nodes[1])]
    columns = columns_of(triples)
    assert columns.select(f"{PREFIX}SELECT ?b WHERE {{ ?a ex:q ?b }}", [GRAPH.asserted], {}) == [(nodes[1],)]
    assert [quad.predicate for quad in columns.quads_for_pattern(nodes[0], None, nodes[1], GRAPH.asserted)] == [q]
    assert len(columns.store) == len(triples)


def test_what_is_added_is_seen_here_and_in_the_store_made_before_or_after() -> None:
    first = Triple(NamedNode(EX + "n"), NamedNode(EX + "p"), NamedNode(EX + "m"))
    more = [
        Quad(first.subject, first.predicate, Literal(text, datatype=XSD.decimal), GRAPH.measures)
        for text in ("1.50", "2")
    ]
    for made_before in (True, False):
        columns = columns_of([first])
        if made_before:
            assert len(columns.store) == 1
        columns.extend([*more, Quad(first.subject, first.predicate, first.object, GRAPH.measures)])
        assert {str(quad.object) for quad in columns.quads_for_pattern(first.subject, None, None, GRAPH.measures)} == {
            f'"{number}"^^{XSD.decimal}' for number in ("1.5", "2")
        }
        assert {quad.graph_name for quad in columns.store} == {GRAPH.asserted, GRAPH.measures}
        assert len(columns.store) == 3
        columns.clear_graph(GRAPH.measures)
        assert not [*columns.quads_for_pattern(None, None, None, GRAPH.measures)]
        assert columns.select(f"{PREFIX}SELECT ?b WHERE {{ ex:n ex:p ?b }}", GRAPH.facts, {}) == [(first.object,)]


def test_a_store_has_what_columns_have() -> None:
    known = materialise_model(load([str(ORGANIZATIONS[0])]))
    assert not [*known.store.quads_for_pattern(None, None, None, DefaultGraph())]
    assert Counter(map(str, known.columns.store)) == Counter(map(str, known.store))


@pytest.fixture(scope="module", params=ORGANIZATIONS, ids=lambda path: path.stem)
def both(request: pytest.FixtureRequest) -> Sequence[engine.Assessment]:
    """An organization assessed over columns and over a store."""
    found = []
    for many in (0, 10**9):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(materialised, "MANY", many)
            found.append(engine.assess(str(request.param), as_of=DAY))
    return found


def test_an_assessment_is_the_same_over_columns_and_over_a_store(both: Sequence[engine.Assessment]) -> None:
    over_columns, over_store = both
    assert isinstance(over_columns.facts, ColumnStore)
    assert isinstance(over_store.facts, Store)
    assert to_json(over_columns) == to_json(over_store)
    assert over_columns.dataset() == over_store.dataset()


def test_proofs_are_the_same_over_columns_and_over_a_store(both: Sequence[engine.Assessment]) -> None:
    over_columns, over_store = both
    for matter in [*over_store.findings[::7], *over_store.recommendations[::9], *over_store.cascades.cascades[::9]]:
        assert over_columns.explain(matter) == over_store.explain(matter)


def test_every_query_of_the_stages_is_answered_by_columns_alone(both: Sequence[engine.Assessment]) -> None:
    columns = both[0].facts
    assert isinstance(columns, ColumnStore)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ColumnStore, "store", property(lambda _: pytest.fail("a store was made")))
        for stage in ("measure", "derive"):
            for path in assets.queries(stage):
                assert (
                    constructed(columns, path.read_text(encoding="utf-8"), [*GRAPH.facts, GRAPH.findings]) is not None
                )
        for path in assets.queries("overview"):
            assert columns.select(path.read_text(encoding="utf-8"), GRAPH.facts, {}) is not None


def test_the_refusal_is_no_error_of_the_user() -> None:
    assert not issubclass(NotForColumns, (ValueError, OSError))
