"""Shapes, results, judgements and possible targets, case by case."""

import subprocess
import sys

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from aiopkg.errors import InputError
from aiopkg.validate import Shapes, judge, possible_targets, report, validate

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix aiop: <https://w3id.org/aiop#> .
"""
DECLARED = 'e: sh:declare [ sh:prefix "e" ; sh:namespace "http://example.org/" ] .\n'


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, RdfFormat.TURTLE)]


def store_of(text: str, graph: NamedNode | None = None) -> Store:
    store = Store()
    for triple in read(text):
        store.add(Quad(*triple, graph) if graph else Quad(*triple))
    return store


def compiled(text: str, definitions: str = "") -> Shapes:
    return Shapes.compile(read(text), definitions=read(definitions))


def example(name: str) -> NamedNode:
    return NamedNode(f"http://example.org/{name}")


def verdicts(data: str, shapes: str) -> dict[str, bool]:
    """Each failing focus node, and whether it is called possible."""
    found = judge(store_of(data), compiled(shapes))
    return {j.focus.value.removeprefix("http://example.org/"): j.possible for j in found}


@pytest.mark.parametrize(
    "shapes",
    [
        "e:S sh:targetNode e:a ; sh:property [ sh:minCount 1 ] .",
        "e:S sh:targetNode e:a ; sh:property [ sh:path e:p, e:q ] .",
        "e:S sh:targetNode e:a ; sh:property [ sh:path [ sh:alternativePath ( e:p ) ] ] .",
        "e:S sh:targetNode e:a ; sh:property [ sh:path [ e:strange e:p ] ] .",
        "e:S sh:targetNode e:a ; sh:path e:p ; sh:minCount 1, 2 .",
        'e:S sh:targetNode e:a ; sh:path e:p ; sh:minCount "one" .',
        "e:S sh:targetNode e:a ; sh:minCount 1 .",
        "e:S sh:targetNode e:a ; sh:nodeKind e:Kind .",
        "e:S sh:targetNode e:a ; sh:in e:notAList .",
        "e:S sh:targetNode e:a ; sh:in ( [] ) .",
        "e:S sh:targetNode e:a ; sh:or ( [ sh:class 5 ] ) .",
        'e:S sh:targetNode e:a ; sh:pattern "(a" .',
        'e:S sh:targetNode e:a ; sh:pattern "a(?=b)" .',
        "e:S a sh:PropertyShape ; sh:targetNode e:a .",
        "e:S a sh:NodeShape ; sh:targetNode e:a ; sh:path e:p .",
        "e:S sh:targetNode [] .",
        "e:S sh:targetNode e:a ; sh:severity 'high' .",
        "e:S sh:targetNode e:a ; sh:message 5 .",
        "e:S sh:targetNode e:a ; sh:sparql [ sh:message 'no query' ] .",
    ],
)
def test_ill_formed_shapes_are_refused(shapes: str) -> None:
    with pytest.raises(InputError) as caught:
        compiled(shapes)
    assert caught.value.code in ("shapes-ill-formed", "shapes-sparql")


def test_recursive_shapes_are_refused_with_the_circle() -> None:
    with pytest.raises(InputError, match=r"e:?.*S> -> .*T> -> .*S>") as caught:
        compiled("e:S sh:targetNode e:a ; sh:property e:T . e:T sh:path e:p ; sh:node e:S .")
    assert caught.value.code == "shapes-recursive"


def test_shapes_serve_many_stores_and_leave_them_alone() -> None:
    shapes = compiled("e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:minCount 1 ] .")
    first, second = store_of("e:a a e:C ."), store_of("e:b a e:C ; e:p 1 .")
    assert [r.focus for r in validate(first, shapes).results] == [example("a")]
    assert not validate(second, shapes).results
    assert (len(first), len(second)) == (1, 2)


def test_the_named_graphs_given_are_the_data() -> None:
    one, two = example("one"), example("two")
    store = store_of("e:a a e:C .", one)
    store.add(Quad(example("a"), example("p"), Literal(1), two))
    shapes = compiled("e:S sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:minCount 1 ] .")
    assert not validate(store, shapes, graphs=[one, two]).results
    assert len(validate(store, shapes, graphs=[one]).results) == 1
    assert not validate(store, shapes).targets[example("S")]


def test_targets_are_reported_where_they_match_nothing() -> None:
    shapes = compiled("e:S sh:targetClass e:C . e:T sh:targetNode e:b, e:a .")
    outcome = validate(store_of(""), shapes)
    assert shapes.names == (example("S"), example("T"))
    assert outcome.targets == {example("S"): (), example("T"): (example("a"), example("b"))}


def test_a_nested_result_names_the_targeted_shape_and_its_focus() -> None:
    shapes = compiled(
        "e:S sh:targetClass e:C ; sh:property e:P . e:P sh:path e:p ; sh:property e:Q ."
        "e:Q sh:path e:q ; sh:minCount 1 ."
    )
    (result,) = validate(store_of("e:a a e:C ; e:p e:b . e:b e:r e:b ."), shapes).results
    assert (result.root_shape, result.root_focus, result.constraint) == (example("S"), example("a"), example("P"))
    assert (result.source_shape, result.focus) == (example("Q"), example("b"))


def test_a_value_at_the_end_of_an_empty_path_need_not_occur_in_the_data() -> None:
    shapes = compiled("e:S sh:targetNode e:a ; sh:property [ sh:path [ sh:zeroOrMorePath e:p ] ; sh:minCount 2 ] .")
    assert len(validate(store_of(""), shapes).results) == 1
    assert not validate(store_of("e:a e:p e:b ."), shapes).results


def test_literals_that_the_store_rewrote_are_shown_as_written() -> None:
    stored = Triple(
        example("a"), example("p"), Literal("1.5", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    )
    written = Literal("1.50", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))
    shapes = compiled("e:S sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:maxInclusive 1 ] .")
    (result,) = validate(store_of("e:a e:p 1.50 ."), shapes, originals={stored: [written]}).results
    assert result.value == written


def test_derived_integers_pass_within_their_range_where_nothing_is_known_of_their_writing() -> None:
    shapes = compiled("e:S sh:targetNode e:a ; sh:path e:p ; sh:datatype xsd:nonNegativeInteger .")
    outcome = validate(store_of('e:a e:p "3"^^xsd:nonNegativeInteger, -1, 2.5 .'), shapes)
    assert sorted(str(r.value.value) for r in outcome.results if r.value) == ["-1", "2.5"]


def test_the_report_is_a_w3c_report_and_the_same_each_time() -> None:
    shapes = compiled(
        "e:S sh:targetClass e:C ; sh:property [ sh:path ( e:p [ sh:inversePath e:q ] ) ; sh:minCount 1 ] ."
    )
    one = report(validate(store_of("e:b a e:C . e:a a e:C ."), shapes))
    two = report(validate(store_of("e:a a e:C . e:b a e:C ."), shapes))
    kept = [t for t in one if t.predicate.value.endswith(("focusNode", "conforms", "first", "rest", "inversePath"))]
    assert kept == [
        t for t in two if t.predicate.value.endswith(("focusNode", "conforms", "first", "rest", "inversePath"))
    ]
    assert sum(t.predicate.value.endswith("inversePath") for t in one) == 2


def test_the_order_does_not_depend_on_the_hash_seed() -> None:
    code = f"""
from pyoxigraph import *
from aiopkg.validate import *
read = lambda text: [q.triple for q in parse({PREFIXES!r} + text, RdfFormat.TURTLE)]
store = Store()
for n in range(30):
    for t in read(f"e:n{{n}} a e:C ; e:p e:n{{n * 7 % 30}} ; aiop:unreported e:q ."):
        store.add(Quad(*t))
shapes = Shapes.compile(read('''e:S sh:targetClass e:C ; sh:property e:P ; sh:not e:N . e:P sh:path e:p ;
  sh:class e:D ; sh:property e:Q . e:Q sh:path e:q ; sh:minCount 1 . e:N sh:class e:C .'''))
for r in validate(store, shapes).results: print(r.root_focus, r.focus, r.source_shape, r.component, r.value)
for j in judge(store, shapes): print(j.focus, j.constraint, j.possible)
"""
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(runs) == 1
    assert runs.pop().count("\n") > 100


TWO_STEPS = "SELECT $this { FILTER NOT EXISTS { $this e:p ?x . ?x a e:C } }"
MIN = "e:S sh:targetNode e:a, e:b ; sh:property [ sh:path {} ; sh:minCount 1 ] ."


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        ("e:p", "e:a aiop:unreported e:p .", {"a": True, "b": False}),
        ("e:p", "e:a aiop:unreported e:q .", {"a": False, "b": False}),
        ("e:p", "e:b aiop:unreported aiop:AnyProperty .", {"a": False, "b": True}),
        ("e:p", "aiop:AnyElement aiop:unreported e:p .", {"a": True, "b": True}),
        ("[ sh:inversePath e:p ]", "e:a aiop:unreported e:p .", {"a": True, "b": False}),
        ("( e:p e:q )", "e:a e:p e:c . e:c aiop:unreported e:q .", {"a": True, "b": False}),
        ("( e:p e:q )", "e:b e:p e:d . e:c aiop:unreported e:q .", {"a": False, "b": False}),
        ("[ sh:alternativePath ( e:p e:q ) ]", "e:a aiop:unreported e:q .", {"a": True, "b": False}),
        (
            "( [ sh:zeroOrMorePath e:q ] e:p )",
            "e:a e:q e:c . e:c e:q e:d . e:d aiop:unreported e:p .",
            {"a": True, "b": False},
        ),
        ("[ sh:oneOrMorePath e:p ]", "e:a aiop:unreported e:p .", {"a": True, "b": False}),
        ("( [ sh:zeroOrOnePath e:q ] e:p )", "e:b e:q e:c . e:c aiop:unreported e:p .", {"a": False, "b": True}),
    ],
)
def test_a_path_is_open_where_a_step_along_it_is(path: str, data: str, expected: dict[str, bool]) -> None:
    assert verdicts(data, MIN.format(path)) == expected


@pytest.mark.parametrize(
    ("select", "data", "expected"),
    [
        (
            TWO_STEPS,
            "e:a e:p e:c . e:c aiop:unreported rdf:type .",
            True,
        ),
        (
            TWO_STEPS,
            "e:a e:p e:c . e:d aiop:unreported rdf:type .",
            False,
        ),
        ("SELECT $this { OPTIONAL { $this e:p ?x } FILTER (!BOUND(?x)) }", "e:a aiop:unreported e:p .", True),
        ("SELECT $this { OPTIONAL { $this e:p ?x } FILTER (!BOUND(?x)) }", "e:a aiop:unreported e:q .", False),
        (
            "SELECT $this { OPTIONAL { $this e:l ?x } FILTER NOT EXISTS { $this e:p 1 } }",
            "e:a aiop:unreported e:l .",
            False,
        ),
        (
            "SELECT $this { $this e:q ?x } GROUP BY $this HAVING (COUNT(?x) > 1)",
            "e:a e:q 1, 2 ; aiop:unreported e:q .",
            False,
        ),
        (
            "SELECT $this { $this e:q ?x } GROUP BY $this HAVING (COUNT(?x) < 3)",
            "e:a e:q 1, 2 ; aiop:unreported e:q .",
            True,
        ),
        (
            "SELECT $this { { SELECT $this (COUNT(?x) AS ?n) { $this e:q ?x } GROUP BY $this } FILTER (?n > 1) }",
            "e:a e:q 1, 2 ; aiop:unreported e:q .",
            False,
        ),
        (
            "SELECT $this { FILTER NOT EXISTS { ?x e:p $this FILTER (?x != e:c) } }",
            "e:c e:p e:a . e:a aiop:unreported e:p .",
            True,
        ),
        ("SELECT $this { $this e:n ?n FILTER (?n < 3) }", "e:a e:n 2 ; aiop:unreported aiop:AnyProperty .", False),
    ],
)
def test_a_query_is_excused_only_where_it_rests_on_absence(select: str, data: str, expected: bool) -> None:
    shapes = DECLARED + f'e:S sh:targetNode e:a ; sh:sparql [ sh:prefixes e: ; sh:select """{select}""" ] .'
    shapes = shapes.replace(" a e:C", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> e:C")
    assert verdicts(data, shapes) == {"a": expected}


DEFINITIONS = """
e:HighRisk owl:equivalentClass [ owl:intersectionOf ( e:System e:SensitivePurpose ) ] .
e:SensitivePurpose owl:equivalentClass [ owl:onProperty e:purpose ; owl:someValuesFrom e:Sensitive ] .
e:FirstTier owl:equivalentClass [ owl:intersectionOf ( e:System [ owl:onProperty e:tier ; owl:hasValue 1 ] ) ] .
e:Watched owl:equivalentClass [ owl:unionOf ( e:HighRisk e:FirstTier ) ] .
e:purposeOf owl:inverseOf e:purpose .
e:System rdfs:subClassOf e:Thing .
"""


def possible(data: str, cls: str) -> dict[str, set[tuple[str, str]]]:
    shapes = compiled(f"e:S sh:targetClass {cls} .", DEFINITIONS)
    found = possible_targets(store_of(data), shapes).get(example("S"), ())
    short = "http://example.org/"
    return {
        focus.value.removeprefix(short): {
            (n.value.removeprefix(short), p.value.removeprefix(short)) for n, p in missing
        }
        for focus, missing in found
    }


def test_an_element_may_be_a_target_where_its_definition_is_open() -> None:
    assert possible("e:a a e:System ; aiop:unreported e:purpose .", "e:HighRisk") == {"a": {("a", "purpose")}}
    assert possible("e:a a e:System . aiop:AnyElement aiop:unreported e:purpose .", "e:HighRisk") == {
        "a": {("a", "purpose")}
    }
    assert possible("e:a a e:System ; aiop:unreported e:purposeOf .", "e:HighRisk") == {"a": {("a", "purposeOf")}}
    assert possible("e:a a e:System ; aiop:unreported e:tier .", "e:Watched") == {"a": {("a", "tier")}}


def test_an_element_with_no_definite_part_of_the_definition_is_no_possible_target() -> None:
    assert possible("e:a a e:Other . aiop:AnyElement aiop:unreported e:purpose .", "e:HighRisk") == {}
    assert possible("e:a a e:System ; aiop:unreported e:other .", "e:HighRisk") == {}
    assert possible("e:a a e:System, e:HighRisk ; aiop:unreported e:purpose .", "e:HighRisk") == {}


def test_a_value_that_may_come_to_have_the_class_is_missing_its_own_fact() -> None:
    data = "e:a a e:System ; e:purpose e:x . e:x aiop:unreported rdf:type ."
    assert possible(data, "e:HighRisk") == {"a": {("x", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")}}


def test_a_class_constraint_is_unknown_where_membership_is_possible() -> None:
    shapes = Shapes.compile(
        read("e:S sh:targetNode e:s ; sh:property [ sh:path e:runs ; sh:class e:HighRisk ] ."), read(DEFINITIONS)
    )
    for openness, expected in (("e:purpose", True), ("e:other", False)):
        data = f"e:s e:runs e:a . e:a a e:System ; aiop:unreported {openness} ."
        (judgement,) = judge(store_of(data), shapes)
        assert judgement.possible is expected


def test_definitions_that_run_in_a_circle_come_to_an_end() -> None:
    circle = """e:A owl:equivalentClass [ owl:intersectionOf ( e:N [ owl:onProperty e:p ; owl:someValuesFrom e:A ] ) ] .
    e:A rdfs:subClassOf e:B . e:B rdfs:subClassOf e:A ."""
    shapes = Shapes.compile(read("e:S sh:targetClass e:A ."), read(circle))
    store = store_of("e:x a e:N ; e:p e:y . e:y a e:N ; e:p e:x ; aiop:unreported e:p .")
    assert [focus for focus, _ in possible_targets(store, shapes)[example("S")]] == [example("x"), example("y")]


def test_judgements_name_the_part_of_the_shape_that_fails() -> None:
    shapes = compiled(
        DECLARED
        + """e:S sh:targetNode e:a ; sh:class e:C ; sh:property e:P ; sh:sparql e:Q .
        e:P sh:path e:p ; sh:minCount 1 ; sh:hasValue e:x .
        e:Q sh:prefixes e: ; sh:select "SELECT $this { FILTER NOT EXISTS { $this e:q ?x } }" ."""
    )
    judged = judge(store_of("e:a aiop:unreported e:p ."), shapes)
    assert [(j.constraint, j.possible, len(j.results)) for j in judged] == [
        (example("P"), True, 2),
        (example("Q"), False, 1),
        (example("S"), False, 1),
    ]
    assert judged.targets == {example("S"): (example("a"),)}
