"""Verdicts over completions against brute force: every completion of a tiny graph, up to two new facts."""

from collections.abc import Collection, Iterator
from itertools import combinations, product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from aiopkg.validate import Shapes, judge
from aiopkg.validate.judgement import undecided_targets
from aiopkg.validate.openness import Openness

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
@prefix aiop: <https://w3id.org/aiop#> .
"""
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
UNREPORTED = NamedNode("https://w3id.org/aiop#unreported")


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, RdfFormat.TURTLE)]


def example(name: str) -> NamedNode:
    return NamedNode(f"http://example.org/{name}")


DESCRIBED = tuple(map(example, "abc"))
FRESH = tuple(map(example, "xy"))
PROPERTIES = tuple(map(example, "pq"))
CLASSES = (example("C"),)


def licensed(openness: Openness) -> list[Triple]:
    """The facts that a completion may add on their own: each described end is open."""
    found = []
    for subject, predicate, value in product(DESCRIBED + FRESH, PROPERTIES, DESCRIBED + FRESH):
        ends = [end for end in (subject, value) if end in DESCRIBED]
        if ends and all(openness.is_open(end, predicate) for end in ends):
            found.append(Triple(subject, predicate, value))
    found += [Triple(s, TYPE, c) for s in DESCRIBED for c in CLASSES if openness.is_open(s, TYPE)]
    return found


def companions(fact: Triple, openness: Openness, generous: bool) -> list[Triple]:
    """What an element that the graph does not mention may bring along."""
    fresh = [end for end in (fact.subject, fact.object) if end in FRESH]
    found = [Triple(s, p, o) for s, p, o in product(fresh, PROPERTIES, FRESH)]
    found += [Triple(s, TYPE, c) for s in fresh for c in CLASSES]
    return [t for t in found if generous or openness.is_open_somewhere(t.predicate)]


def completions(triples: list[Triple], generous: bool) -> Iterator[list[Triple]]:
    openness = Openness.of_declarations((t.subject, t.object) for t in triples if t.predicate == UNREPORTED)
    facts = licensed(openness)
    for fact in facts:
        yield [fact]
        yield from ([fact, other] for other in companions(fact, openness, generous))
    yield from map(list, combinations(facts[:24], 2))


def failing(triples: list[Triple], shapes: Shapes) -> dict[tuple[object, object], bool]:
    """Each failing (focus, constraint), and whether it is called possible."""
    store = Store()
    store.extend([Quad(t.subject, t.predicate, t.object) for t in triples])
    return {(j.focus, j.constraint): j.possible for j in judge(store, shapes)}


def at_ease(triples: list[Triple], shapes: Shapes, verdicts: Collection[tuple[object, object]]) -> set[object]:
    """The focus nodes that the graph mentions, where nothing fails and it is not said that something might."""
    store = Store()
    store.extend([Quad(t.subject, t.predicate, t.object) for t in triples])
    pairs = {(shape, focus) for shape in judge(store, shapes).targets for focus, _ in verdicts}
    undecided = {node for found in undecided_targets(store, shapes, pairs).values() for node, _ in found}
    targets = {node for found in judge(store, shapes).targets.values() for node in found}
    mentioned = {end for triple in triples for end in (triple.subject, triple.object)}
    return targets & mentioned - undecided - {focus for focus, _ in verdicts}


def settle(data_text: str, shape_text: str, complete: bool) -> None:
    """What is called impossible holds in no completion; if ``complete``, what is called possible holds in one."""
    triples, shapes = read(data_text), Shapes.compile(read(shape_text))
    verdicts = failing(triples, shapes)
    settled = at_ease(triples, shapes, verdicts)
    for added in completions(triples, generous=complete) if settled else ():
        assert settled.isdisjoint(focus for focus, _ in failing([*triples, *added], shapes))
    if not verdicts:
        return
    cleared: set[tuple[object, object]] = set()
    for added in completions(triples, generous=complete):
        cleared |= set(verdicts) - set(failing([*triples, *added], shapes))
    for key, possible in verdicts.items():
        assert possible or key not in cleared
        assert not (complete and possible) or key in cleared


names = st.sampled_from(("e:a", "e:b", "e:c"))
properties = st.sampled_from(("e:p", "e:q"))
facts = st.one_of(
    st.tuples(names, properties, names),
    st.tuples(names, st.just("a"), st.just("e:C")),
).map(" ".join)
declarations = st.one_of(
    st.tuples(names, st.sampled_from(("e:p", "e:q", "aiop:AnyProperty", f"<{TYPE.value}>"))),
    st.tuples(st.just("aiop:AnyElement"), st.sampled_from(("e:p", "e:q"))),
).map(" aiop:unreported ".join)
data_texts = st.tuples(st.lists(facts, max_size=6), st.lists(declarations, min_size=1, max_size=2)).map(
    lambda parts: " .\n".join([*parts[0], *parts[1]]) + " ."
)


def deeper(paths: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        paths.map("[ sh:inversePath {} ]".format),
        st.tuples(paths, paths).map(lambda p: f"( {p[0]} {p[1]} )"),
        st.tuples(paths, paths).map(lambda p: f"[ sh:alternativePath ( {p[0]} {p[1]} ) ]"),
        paths.map("[ sh:zeroOrMorePath {} ]".format),
        paths.map("[ sh:oneOrMorePath {} ]".format),
        paths.map("[ sh:zeroOrOnePath {} ]".format),
    )


paths = st.recursive(properties, deeper, max_leaves=3)
on_values = st.one_of(
    st.just("sh:class e:C"),
    st.just("sh:in ( e:a e:b )"),
    st.just("sh:nodeKind sh:Literal"),
    properties.map("sh:equals {}".format),
    properties.map("sh:disjoint {}".format),
    st.sampled_from(("sh:hasValue e:a", "sh:closed true", "sh:closed true ; sh:ignoredProperties ( e:p )")),
)
on_paths = st.one_of(
    st.integers(1, 2).map("sh:minCount {}".format),
    st.integers(0, 2).map("sh:maxCount {}".format),
    properties.map("sh:lessThan {}".format),
    on_values,
)


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
    on_path = st.tuples(paths, st.one_of(logic, qualified)).map(lambda p: f"sh:property [ sh:path {p[0]} ; {p[1]} ]")
    return st.one_of(logic, on_path)


property_shapes = st.tuples(paths, on_paths).map(lambda p: f"sh:property [ sh:path {p[0]} ; {p[1]} ]")
bodies = st.recursive(st.one_of(on_values, property_shapes), nested, max_leaves=4)


def targeted(body: str) -> str:
    return f"e:S a sh:NodeShape ; sh:targetNode e:a, e:b ; {body} ."


LENIENT = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@LENIENT
@given(data_texts, bodies.map(targeted))
def test_what_core_calls_violated_fails_in_every_completion(data_text: str, shape_text: str) -> None:
    settle(data_text, shape_text, complete=False)


simple = st.tuples(
    st.one_of(properties, properties.map("[ sh:inversePath {} ]".format)),
    st.one_of(
        st.integers(1, 2).map("sh:minCount {}".format),
        st.integers(0, 2).map("sh:maxCount {}".format),
        st.just("sh:class e:C"),
        st.just("sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMinCount 1"),
        st.just("sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMaxCount 1"),
    ),
).map(lambda p: f"sh:property [ sh:path {p[0]} ; {p[1]} ]")


@LENIENT
@given(data_texts, simple.map(targeted))
def test_what_simple_constraints_call_unknown_holds_in_some_completion(data_text: str, shape_text: str) -> None:
    settle(data_text, shape_text, complete=True)


variables = st.sampled_from(("$this", "?x", "?y", "?z"))
verbs = st.sampled_from(("e:p", "e:q", "^e:p", "e:p/e:q", "e:q*", "e:p+", "(e:p|e:q)", "^e:q/e:p"))
patterns = st.one_of(
    st.tuples(variables, verbs, st.one_of(variables, st.just("e:a"))).map(" ".join),
    variables.map("{} a e:C".format),
)
filters = st.sampled_from(("", "FILTER(?x != $this)", "FILTER(?y = e:b)", "FILTER NOT EXISTS { ?x e:q ?y }"))
blocks = st.tuples(st.lists(patterns, min_size=1, max_size=3), filters).map(
    lambda parts: " . ".join(parts[0]) + " . " + parts[1]
)
absences = st.one_of(
    blocks.map("FILTER NOT EXISTS {{ {} }}".format),
    st.tuples(blocks, blocks).map(lambda b: f"FILTER NOT EXISTS {{ {{ {b[0]} }} UNION {{ {b[1]} }} }}"),
    st.tuples(blocks, blocks).map(lambda b: f"FILTER (NOT EXISTS {{ {b[0]} }} || !EXISTS {{ {b[1]} }})"),
    st.tuples(blocks, blocks).map(lambda b: f"FILTER (!(EXISTS {{ {b[0]} }} && EXISTS {{ {b[1]} }}))"),
    st.just("OPTIONAL { $this e:q ?o . ?o e:p ?k } FILTER (!BOUND(?o))"),
    st.just("OPTIONAL { $this e:p ?o } FILTER (!BOUND(?o) || ?o = e:a)"),
    st.just("{ FILTER NOT EXISTS { $this e:p ?x } } UNION { FILTER NOT EXISTS { $this e:q ?y } }"),
    st.just("FILTER EXISTS { $this e:p ?x FILTER NOT EXISTS { ?x e:q $this } }"),
    st.just("FILTER NOT EXISTS { $this e:p ?x FILTER NOT EXISTS { ?x e:q ?y } }"),
    st.just("FILTER NOT EXISTS { $this e:p ?x OPTIONAL { ?x e:q ?o } FILTER (!BOUND(?o)) }"),
    st.just("FILTER (EXISTS { $this e:p e:a } || EXISTS { $this e:q ?x FILTER (?x != e:b) })"),
    st.just("{ SELECT $this (COUNT(?c) AS ?n) WHERE { OPTIONAL { $this e:p ?c } } GROUP BY $this } FILTER (?n < 2)"),
)
selects = st.one_of(
    st.tuples(st.lists(patterns, max_size=2), absences).map(
        lambda parts: f"SELECT DISTINCT $this WHERE {{ {' . '.join(parts[0])} {parts[1]} }}"
    ),
    st.sampled_from(("<", ">")).map(
        lambda sign: (
            f"SELECT $this WHERE {{ OPTIONAL {{ $this e:p ?x }} }} GROUP BY $this HAVING (COUNT(DISTINCT ?x) {sign} 1)"
        )
    ),
)


def constrained(select: str) -> str:
    return 'e: sh:declare [ sh:prefix "e" ; sh:namespace "http://example.org/" ] .\n' + targeted(
        f'sh:sparql [ sh:prefixes e: ; sh:select """{select}""" ]'
    )


@settings(LENIENT, max_examples=120)
@given(data_texts, selects.map(constrained))
def test_what_sparql_calls_violated_fails_in_every_completion(data_text: str, shape_text: str) -> None:
    settle(data_text, shape_text, complete=False)
