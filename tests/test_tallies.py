"""Kept counts, sums and extremes beside the store's own answer to the same query: equal after any edits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store, Triple

from aiopkg.live.changes import Changes
from aiopkg.live.routes import apart
from aiopkg.live.selections import Selection
from aiopkg.live.tallies import Tally
from aiopkg.live.views import only
from aiopkg.syntax.parser import parse_own_query
from aiopkg.vocab import GRAPH

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIX = "PREFIX ex: <https://example.org/> "
QUERIES = [
    "SELECT ?g (COUNT(DISTINCT ?v) AS ?n) (MAX(?v) - MIN(?v) AS ?d) WHERE { ?s ex:in ?g ; ex:value ?v }"
    " GROUP BY ?g HAVING (COUNT(?v) > 1)",
    "SELECT ?g (ROUND(AVG(?share) * 1000) / 1000 AS ?mean) WHERE {"
    " SELECT ?g ?s (AVG(?v) AS ?share) WHERE { ?s ex:in ?g ; ex:value ?v } GROUP BY ?g ?s } GROUP BY ?g",
    "SELECT ?g (COUNT(DISTINCT ?w) AS ?n) (SUM(?v) AS ?total) WHERE {"
    " ?s ex:in ?g OPTIONAL { ?s ex:value ?v } OPTIONAL { ?s ex:with ?w } } GROUP BY ?g",
    "SELECT ?g (AVG(?found) AS ?share) WHERE { SELECT DISTINCT ?g ?s ?found WHERE {"
    " ?s ex:in ?g . BIND (IF(EXISTS { ?s ex:with ?w }, 1.0, 0.0) AS ?found) } } GROUP BY ?g",
    "SELECT ?g WHERE { ?s ex:in ?g ; ex:with ?w } GROUP BY ?g"
    " HAVING (COUNT(DISTINCT ?s) > 1 && COUNT(DISTINCT ?w) > 1)",
]


def example(name: str) -> NamedNode:
    return NamedNode(f"https://example.org/{name}")


subjects = st.sampled_from([*(example(f"s{number}") for number in range(5)), BlankNode("b")])
groups = st.sampled_from([*(example(f"g{number}") for number in range(3)), BlankNode("c")])
numbers = st.sampled_from(
    [Literal(number, datatype=NamedNode(XSD + kind)) for number, kind in
     (("1", "integer"), ("2", "integer"), ("0.5", "decimal"), ("0.3333333333", "decimal"), ("4.0E0", "double"))]
)  # fmt: skip
facts = st.one_of(
    st.builds(lambda s, g: Triple(s, example("in"), g), subjects, groups),
    st.builds(lambda s, v: Triple(s, example("value"), v), subjects, numbers),
    st.builds(lambda s, w: Triple(s, example("with"), w), subjects, groups),
)


def answers(store: Store, text: str) -> list[str]:
    solutions = store.query(PREFIX + text, default_graph=list(GRAPH.facts))
    assert isinstance(solutions, QuerySolutions)
    return sorted(str(list(solution)) for solution in solutions)


@pytest.mark.parametrize("text", QUERIES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.frozensets(facts, max_size=12), st.lists(st.frozensets(facts, min_size=1, max_size=3), max_size=4))
def test_a_tally_says_what_the_query_says_after_any_edits(
    text: str, start: frozenset[Triple], edits: list[frozenset[Triple]]
) -> None:
    def quad(triple: Triple) -> Quad:
        return Quad(triple.subject, triple.predicate, triple.object, GRAPH.asserted)

    store = Store()
    store.extend(map(quad, start))
    query = apart(parse_own_query(PREFIX + text))
    selection = Selection.read(query, query.prologue)
    assert selection is not None
    tally = Tally.begin(store, selection, GRAPH.facts)
    assert tally is not None
    now = set(start)
    for flipped in edits:
        come, gone = flipped - now, flipped & now
        for triple in gone:
            store.remove(quad(triple))
        store.extend(map(quad, come))
        now ^= flipped
        before = dict(tally.results)
        nodes = tally.nodes_reached(store, Changes(come, gone))
        assert nodes is not None
        with only(store, nodes) as focus:
            changed = tally.update(store, nodes, focus)
        assert changed == {
            place for place in before.keys() | tally.results.keys() if before.get(place) != tally.results.get(place)
        }
        assert sorted(str(list(row)) for row in tally.results.values()) == answers(store, text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s WHERE { ?s ex:in ?g }",
        "SELECT ?g (GROUP_CONCAT(?v) AS ?all) WHERE { ?s ex:in ?g ; ex:value ?v } GROUP BY ?g",
        "SELECT ?g (COUNT(*) AS ?n) WHERE { ?s ex:in ?g } GROUP BY ?g",
        "SELECT ?g (MAX(?v + 1) AS ?n) WHERE { ?s ex:in ?g ; ex:value ?v } GROUP BY ?g",
        "SELECT ?g (COUNT(?s) AS ?n) WHERE { ?s ex:in ?g } GROUP BY ?g ORDER BY ?n",
        "SELECT DISTINCT ?g (COUNT(?s) AS ?n) WHERE { ?s ex:in ?g } GROUP BY ?g",
    ],
)
def test_what_cannot_be_kept_is_left_to_the_store(text: str) -> None:
    query = parse_own_query(PREFIX + text)
    assert Selection.read(query, query.prologue) is None
