"""The reasoner, rule family by rule family."""

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, parse

from aiopkg.errors import LimitReached
from aiopkg.reason import RULES, Closure, materialise
from aiopkg.reason.entail import entails
from aiopkg.reason.relations import Layout

PREFIXES = """
@prefix : <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SAME = NamedNode("http://www.w3.org/2002/07/owl#sameAs")


def graph(turtle: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + turtle, format=RdfFormat.TURTLE)]


def closed(turtle: str) -> Closure:
    return materialise(graph(turtle))


def named(closure: Closure) -> set[Triple]:
    """The inferred triples that speak of no blank node."""
    return {
        triple
        for triple in closure.inferred
        if not isinstance(triple.subject, BlankNode) and not isinstance(triple.object, BlankNode)
    }


def rules_broken(turtle: str) -> list[str]:
    return [found.rule for found in closed(turtle).inconsistencies]


@pytest.mark.parametrize(
    ("given", "conclusions", "rule"),
    [
        (":p rdfs:domain :C . :x :p :y .", ":x a :C .", "prp-dom"),
        (":p rdfs:range :C . :x :p :y .", ":y a :C .", "prp-rng"),
        (":p a owl:SymmetricProperty . :x :p :y .", ":y :p :x .", "prp-symp"),
        (":p a owl:TransitiveProperty . :x :p :y . :y :p :z .", ":x :p :z .", "prp-trp"),
        (":p rdfs:subPropertyOf :q . :x :p :y .", ":x :q :y .", "prp-spo1"),
        (":p owl:propertyChainAxiom (:q) . :x :q :y .", ":x :p :y .", "prp-spo2"),
        (":p owl:propertyChainAxiom (:q :r) . :x :q :y . :y :r :z .", ":x :p :z .", "prp-spo2"),
        (
            ":p owl:propertyChainAxiom (:q :r :q :s) . :a :q :b . :b :r :c . :c :q :d . :d :s :e .",
            ":a :p :e .",
            "prp-spo2",
        ),
        (":p owl:inverseOf :q . :x :p :y .", ":y :q :x .", "prp-inv1"),
        (":p owl:inverseOf :q . :x :q :y .", ":y :p :x .", "prp-inv2"),
        (":C owl:intersectionOf (:A :B) . :x a :A , :B .", ":C rdfs:subClassOf :A , :B . :x a :C .", "cls-int1"),
        (
            ":C owl:onProperty :p ; owl:someValuesFrom :D . :x :p :y . :y a :D .",
            ":x a :C .",
            "cls-svf1",
        ),
        (":C owl:onProperty :p ; owl:someValuesFrom owl:Thing . :x :p :y .", ":x a :C .", "cls-svf2"),
        (":C owl:onProperty :p ; owl:allValuesFrom :D . :x a :C ; :p :y .", ":y a :D .", "cls-avf"),
        (":C owl:onProperty :p ; owl:hasValue :v . :x a :C .", ":x :p :v .", "cls-hv1"),
        (":C owl:onProperty :p ; owl:hasValue :v . :x :p :v .", ":x a :C .", "cls-hv2"),
        (":C owl:onProperty :p ; owl:hasValue 1 . :x :p 01 .", ":x a :C ; :p 1 .", "cls-hv2"),
        (":C owl:oneOf (:x) .", ":x a :C .", "cls-oo"),
        (":A rdfs:subClassOf :B . :x a :A .", ":x a :B .", "cax-sco"),
        (":A rdfs:subClassOf :B . :B rdfs:subClassOf :C .", ":A rdfs:subClassOf :C .", "scm-sco"),
        (
            ":A rdfs:subClassOf :B . :B rdfs:subClassOf :A .",
            ":A owl:equivalentClass :B . :B owl:equivalentClass :A .",
            "scm-eqc2",
        ),
        (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .", ":p rdfs:subPropertyOf :r .", "scm-spo"),
        (":p rdfs:domain :A . :A rdfs:subClassOf :B .", ":p rdfs:domain :B .", "scm-dom1"),
        (":p rdfs:domain :A . :q rdfs:subPropertyOf :p .", ":q rdfs:domain :A .", "scm-dom2"),
        (":p rdfs:range :A . :A rdfs:subClassOf :B .", ":p rdfs:range :B .", "scm-rng1"),
        (":p rdfs:range :A . :q rdfs:subPropertyOf :p .", ":q rdfs:range :A .", "scm-rng2"),
        (
            ":A owl:onProperty :p ; owl:hasValue :v . :B owl:onProperty :q ; owl:hasValue :v . "
            ":p rdfs:subPropertyOf :q .",
            ":A rdfs:subClassOf :B .",
            "scm-hv",
        ),
        (
            ":A owl:onProperty :p ; owl:someValuesFrom :C . :B owl:onProperty :p ; owl:someValuesFrom :D . "
            ":C rdfs:subClassOf :D .",
            ":A rdfs:subClassOf :B .",
            "scm-svf1",
        ),
        (
            ":A owl:onProperty :p ; owl:someValuesFrom :C . :B owl:onProperty :q ; owl:someValuesFrom :C . "
            ":p rdfs:subPropertyOf :q .",
            ":A rdfs:subClassOf :B .",
            "scm-svf2",
        ),
        (
            ":A owl:onProperty :p ; owl:allValuesFrom :C . :B owl:onProperty :p ; owl:allValuesFrom :D . "
            ":C rdfs:subClassOf :D .",
            ":A rdfs:subClassOf :B .",
            "scm-avf1",
        ),
        (
            ":A owl:onProperty :p ; owl:allValuesFrom :C . :B owl:onProperty :q ; owl:allValuesFrom :C . "
            ":p rdfs:subPropertyOf :q .",
            ":B rdfs:subClassOf :A .",
            "scm-avf2",
        ),
        (":C owl:unionOf (:A :B) .", ":A rdfs:subClassOf :C . :B rdfs:subClassOf :C .", "scm-uni"),
    ],
)
def test_a_rule_concludes_what_its_table_says(given: str, conclusions: str, rule: str) -> None:
    closure = closed(given)
    wanted = set(graph(conclusions))
    assert named(closure) == wanted
    assert rule in {closure.rule_of(triple) for triple in wanted}
    assert closure.inconsistencies == ()


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (":x owl:sameAs :y ; owl:differentFrom :y .", "eq-diff1"),
        ("[] a owl:AllDifferent ; owl:members (:x :y :z) . :z owl:sameAs :y .", "eq-diff2"),
        ("[] a owl:AllDifferent ; owl:distinctMembers (:x :y :z) . :z owl:sameAs :y .", "eq-diff3"),
        (":p a owl:IrreflexiveProperty . :x :p :x .", "prp-irp"),
        (":p a owl:AsymmetricProperty . :x :p :y . :y :p :x .", "prp-asyp"),
        (":p owl:propertyDisjointWith :q . :x :p :y ; :q :y .", "prp-pdw"),
        (":p owl:propertyDisjointWith :q . :x :p 1 ; :q 01 .", "prp-pdw"),
        ("[] a owl:AllDisjointProperties ; owl:members (:p :q :r) . :x :p :y ; :r :y .", "prp-adp"),
        (
            "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual :y . :x :p :y .",
            "prp-npa1",
        ),
        ("[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetValue 1 . :x :p 01 .", "prp-npa2"),
        (":x a owl:Nothing .", "cls-nothing2"),
        (":A owl:complementOf :B . :x a :A , :B .", "cls-com"),
        (":C owl:onProperty :p ; owl:maxCardinality 0 . :x a :C ; :p :y .", "cls-maxc1"),
        (":C owl:onProperty :p ; owl:cardinality 0 . :x a :C ; :p :y .", "cls-maxc1"),
        (
            ":C owl:onProperty :p ; owl:maxQualifiedCardinality 0 ; owl:onClass :D . :x a :C ; :p :y . :y a :D .",
            "cls-maxqc1",
        ),
        (
            ":C owl:onProperty :p ; owl:maxQualifiedCardinality 0 ; owl:onClass owl:Thing . :x a :C ; :p :y .",
            "cls-maxqc2",
        ),
        (":A owl:disjointWith :B . :x a :A , :B .", "cax-dw"),
        ("[] a owl:AllDisjointClasses ; owl:members (:A :B :C) . :x a :C , :A .", "cax-adc"),
        (":p rdfs:range xsd:integer . :x :p 'one' .", "dt-not-type"),
        (":p rdfs:range xsd:byte . :x :p 300 .", "dt-not-type"),
        (":C owl:onProperty :p ; owl:allValuesFrom xsd:date . :x a :C ; :p 1 .", "dt-not-type"),
        (":p a owl:FunctionalProperty . :x :p 1 , 2 .", "prp-fp"),
        (":C owl:onProperty :p ; owl:maxCardinality 1 . :x a :C ; :p 1 , 2 .", "cls-maxc2"),
    ],
)
def test_a_contradiction_is_reported_once_with_its_premises(given: str, rule: str) -> None:
    closure = closed(given)
    assert [found.rule for found in closure.inconsistencies] == [rule]
    (found,) = closure.inconsistencies
    assert found.premises
    assert all(premise in closure for premise in found.premises)


def test_without_the_last_premise_there_is_no_contradiction() -> None:
    assert rules_broken(":A owl:disjointWith :B . :x a :A . :y a :B .") == []
    assert rules_broken("[] a owl:AllDifferent ; owl:members (:x :y) . :z owl:sameAs :y .") == []
    assert rules_broken(":p a owl:FunctionalProperty . :x :p 1 , 01 , 1.0 .") == []
    assert rules_broken(":p rdfs:range xsd:short . :x :p '12'^^xsd:byte .") == []


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (":p a owl:FunctionalProperty . :z :p :x , :y .", "prp-fp"),
        (":p a owl:InverseFunctionalProperty . :x :p :z . :y :p :z .", "prp-ifp"),
        (":p a owl:InverseFunctionalProperty . :x :p 1 . :y :p 01 .", "prp-ifp"),
        (":C owl:hasKey (:p) . :x a :C ; :p 'k' . :y a :C ; :p 'k' .", "prp-key"),
        (":C owl:hasKey (:p :q) . :x a :C ; :p 1 , 2 ; :q :z . :y a :C ; :p 2 , 3 ; :q :z .", "prp-key"),
        (":C owl:onProperty :p ; owl:maxCardinality 1 . :z a :C ; :p :x , :y .", "cls-maxc2"),
        (":C owl:onProperty :p ; owl:cardinality 1 . :z a :C ; :p :x , :y .", "cls-maxc2"),
        (
            ":C owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass :D . "
            ":z a :C ; :p :x , :y , :w . :x a :D . :y a :D .",
            "cls-maxqc3",
        ),
    ],
)
def test_a_rule_makes_two_terms_equal(given: str, rule: str) -> None:
    closure = closed(given)
    same = {triple for triple in closure.inferred if triple.predicate == SAME}
    assert same == set(graph(":x owl:sameAs :y . :y owl:sameAs :x ."))
    assert rule in {closure.rule_of(triple) for triple in same}


def test_what_is_said_of_one_holds_for_its_equals_in_every_place() -> None:
    closure = closed(":a owl:sameAs :b . :p owl:sameAs :q . :a :p :c . :c :p :a .")
    assert named(closure) == set(
        graph(":b owl:sameAs :a . :q owl:sameAs :p . :a :q :c . :b :p :c ; :q :c . :c :p :b ; :q :a , :b .")
    )


def test_equals_of_equals_are_equal() -> None:
    closure = closed(":a owl:sameAs :b . :c owl:sameAs :b . :d owl:sameAs :c .")
    assert len(closure.inferred) + 3 == 12


def test_equal_classes_are_equivalent_where_they_are_declared() -> None:
    wanted = ":A owl:equivalentClass :B ; rdfs:subClassOf :B ."
    assert set(graph(wanted)) <= named(closed(":A a owl:Class ; owl:sameAs :A , :B ."))


def test_three_individuals_with_three_different_keys_stay_three() -> None:
    closure = closed(
        ":C owl:hasKey (:p) . :q a owl:InverseFunctionalProperty . "
        ":x a :C ; :p '1' ; :q '1' . :y a :C ; :p '2' ; :q 1 . :z a :C ; :p '3' ; :q 1.5 ."
    )
    assert len(closure.inferred) == 0


def test_a_key_says_nothing_of_instances_without_a_value_or_outside_its_class() -> None:
    assert len(closed(":C owl:hasKey (:p :q) . :x a :C ; :p 1 . :y a :C ; :p 1 . :z :p 1 ; :q 1 .").inferred) == 0


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("1", "01", True),
        ("1", "1.0", True),
        ("'1'^^xsd:byte", "'1'^^xsd:unsignedLong", True),
        ("'a'^^xsd:token", "'a'", True),
        ("true", "'1'^^xsd:boolean", True),
        ("'2024-12-31T24:00:00'^^xsd:dateTime", "'2025-01-01T00:00:00'^^xsd:dateTime", True),
        ("'P1Y'^^xsd:duration", "'P12M'^^xsd:yearMonthDuration", True),
        ("'ab'^^xsd:hexBinary", "'AB'^^xsd:hexBinary", True),
        ("'x'@en", "'x'@EN", True),
        ("1", "'1'", False),
        ("1", "1e0", False),
        ("'1'^^xsd:float", "'1'^^xsd:double", False),
        ("'x'@en", "'x'", False),
        ("'2025-01-01T12:00:00Z'^^xsd:dateTime", "'2025-01-01T13:00:00+01:00'^^xsd:dateTime", False),
        ("'one'^^xsd:integer", "'eins'^^xsd:integer", False),
        ("'a'^^:unknown", "'b'^^:unknown", False),
        ("'256'^^xsd:byte", "256", False),
    ],
)
def test_literals_are_equal_where_their_values_are(left: str, right: str, same: bool) -> None:
    closure = closed(f":p a owl:InverseFunctionalProperty . :x :p {left} . :y :p {right} .")
    assert (Triple(NamedNode("http://example.org/x"), SAME, NamedNode("http://example.org/y")) in closure) is same


def test_a_number_of_many_digits_is_no_error() -> None:
    digits = "9" * 5000
    texts = (f"'{digits}'^^xsd:integer", f"'P{digits}D'^^xsd:duration", f"'{digits}-01-01'^^xsd:date")
    for text in texts:
        assert closed(f":p a owl:FunctionalProperty . :x :p {text} , 'x' .").inconsistencies == ()


def test_an_axiom_that_follows_late_is_honoured() -> None:
    closure = closed(
        ":isa rdfs:subPropertyOf rdfs:subClassOf . :implies owl:equivalentProperty rdfs:subPropertyOf . "
        ":A :isa :B . :p :implies :q . :x a :A ; :p :y ."
    )
    assert set(graph(":A rdfs:subClassOf :B . :x a :B ; :q :y .")) <= named(closure)


def test_a_class_that_follows_makes_a_property_transitive() -> None:
    closure = closed(":Flow rdfs:subClassOf owl:TransitiveProperty . :p a :Flow . :a :p :b . :b :p :c . :c :p :d .")
    assert set(graph(":a :p :c , :d . :b :p :d .")) <= named(closure)


def test_a_long_transitive_path_is_closed() -> None:
    links = " ".join(f":n{number} :p :n{number + 1} ." for number in range(300))
    assert len(closed(":p a owl:TransitiveProperty . " + links).inferred) == 300 * 301 // 2 - 300


def test_an_anonymous_inverse_is_reasoned_with_and_never_written() -> None:
    closure = closed(
        ":C owl:equivalentClass [ owl:onProperty [ owl:inverseOf :p ] ; owl:someValuesFrom :D ] . :y a :D ; :p :x ."
    )
    assert set(graph(":x a :C .")) <= named(closure)
    assert all(isinstance(triple.predicate, NamedNode) for triple in closure.inferred)


def test_datatype_fillers_read_the_values_of_literals() -> None:
    closure = closed(":C owl:onProperty :p ; owl:someValuesFrom xsd:byte . :x :p 5 . :y :p 500 . :z :p 'a' .")
    assert named(closure) == set(graph(":x a :C ."))


def test_malformed_lists_are_no_axioms_and_no_trouble() -> None:
    closure = closed(
        ":C owl:intersectionOf :l . :l rdf:first :A ; rdf:rest :l . :D owl:unionOf :m . :m rdf:first :A , :B ; "
        "rdf:rest () . :E owl:oneOf :n . :n rdf:first :x . :p owl:propertyChainAxiom () . :y a :A , :B ."
    )
    assert len(closure.inferred) == 0


def test_a_literal_equal_to_a_term_does_not_make_different_literals_equal() -> None:
    closure = closed(":p a owl:FunctionalProperty . :x :p :y , 1 , 2 .")
    assert [found.rule for found in closure.inconsistencies] == ["eq-diff1"]


def test_a_step_names_its_rule_and_its_premises() -> None:
    given = ":p owl:propertyChainAxiom _:l . _:l rdf:first :q ; rdf:rest _:m . _:m rdf:first :r ; rdf:rest () . "
    triples = graph(given + ":x :q :y . :y :r :z .")
    step = materialise(triples).step_of(graph(":x :p :z .")[0])
    assert step is not None
    assert step.rule == "prp-spo2"
    assert set(step.premises) == set(triples)


def test_a_step_by_key_compares_values_and_shows_both() -> None:
    triples = graph(":x a :C ; :p 1 . :y a :C ; :p 01 . :C owl:hasKey () .") + graph(":C owl:hasKey (:p) .")
    closure = materialise(triples)
    step = closure.step_of(graph(":x owl:sameAs :y .")[0])
    assert step is not None
    assert step.rule == "prp-key"
    assert set(graph(":x a :C ; :p 1 . :y a :C ; :p 01 .")) <= set(step.premises)


def test_a_step_through_an_anonymous_inverse_shows_what_it_came_from() -> None:
    closure = closed(":C owl:onProperty _:i ; owl:someValuesFrom :D . _:i owl:inverseOf :p . :y a :D ; :p :x .")
    step = closure.step_of(graph(":x a :C .")[0])
    assert step is not None
    assert set(graph(":y a :D ; :p :x .")) <= set(step.premises)


def test_a_list_of_thousands_is_read_and_explained() -> None:
    closure = closed(f":C owl:oneOf ({' '.join(f':n{number}' for number in range(3000))}) .")
    assert len(closure.inferred) == 3000
    step = closure.step_of(graph(":n2999 a :C .")[0])
    assert step is not None
    assert len(step.premises) == 6001


def test_a_graph_of_many_terms_gives_properties_the_lowest_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Layout, "of", classmethod(lambda cls, terms: Layout(28)))
    many = " ".join(f":n{number} a :A ." for number in range(300))
    triples = graph(many + ":p rdfs:subPropertyOf :q . :A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue :v ] .")
    wanted = graph(":n7 :p :v ; :q :v .")
    assert set(wanted) <= set(materialise(triples).inferred)
    too_many = graph(" ".join(f":n{number} rdfs:subPropertyOf :q ." for number in range(300)))
    with pytest.raises(LimitReached):
        materialise(too_many)


def test_an_empty_graph_has_an_empty_closure() -> None:
    closure = materialise([])
    assert list(closure.inferred) == []
    assert closure.inconsistencies == ()


def test_a_triple_outside_the_closure_has_no_rule() -> None:
    with pytest.raises(KeyError):
        closed(":x a :A .").rule_of(graph(":x a :B .")[0])


def test_every_rule_of_the_tables_is_listed_once_with_a_reason_where_it_needs_one() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names)) == 78
    assert [sum(rule.table == number for rule in RULES) for number in range(4, 10)] == [9, 20, 19, 5, 5, 20]
    assert all(rule.remark for rule in RULES if rule.manner in ("answers", "unsupported"))


@pytest.mark.parametrize(
    ("premises", "conclusion", "holds"),
    [
        (":x :p 1 .", ":x :p 01 .", True),
        (":x :p 1 .", ":x :p 2 .", False),
        (":x :p :y .", ":x :p [] .", True),
        (":x :p :y . :y :q :z .", ":x :p [ :q [] ] .", True),
        (":x :p :y . :w :q :z .", ":x :p [ :q [] ] .", False),
        (":x a :A .", ":x a owl:Thing . :A rdfs:subClassOf :A , owl:Thing . :x owl:sameAs :x .", True),
        (":x a owl:Nothing .", ":y a :Anything .", True),
        (":A rdfs:subClassOf :B . :B rdfs:subClassOf :C .", ":A rdfs:subClassOf :C .", True),
        (":A rdfs:subClassOf :B .", ":B rdfs:subClassOf :A .", False),
        (":x :p :y . :y a :C .", ":x a [ owl:onProperty :p ; owl:someValuesFrom :C ] .", True),
        (":x :p :y .", ":x a [ owl:onProperty :p ; owl:someValuesFrom :C ] .", False),
        (":x a :A , :B .", ":x a [ owl:intersectionOf (:A :B) ] .", True),
        (":x a :A .", ":x a [ owl:unionOf (:A :B) ] .", True),
        (":x a :A .", ":x a [ owl:intersectionOf (:A :B) ] .", False),
        (":p rdfs:range :C .", ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :C ] .", True),
        (":p a owl:FunctionalProperty .", ":x a [ owl:onProperty :p ; owl:maxCardinality 1 ] .", True),
        ("", ":x a [ owl:onProperty :p ; owl:maxCardinality 1 ] .", False),
        (":p owl:inverseOf :q . :p a owl:SymmetricProperty .", ":q rdfs:subPropertyOf :p .", True),
        (":A owl:disjointWith :B . :C rdfs:subClassOf :B .", ":A owl:disjointWith :C .", True),
        (":A owl:disjointWith :B . :x a :A . :y a :B .", ":x owl:differentFrom :y .", True),
        ("", "xsd:integer a rdfs:Datatype . rdfs:label a owl:AnnotationProperty .", True),
        ("", "[] a owl:Class ; owl:unionOf (:A :B) .", True),
        ("", ":A owl:unionOf (:B) .", False),
    ],
)
def test_a_conclusion_follows_or_not(premises: str, conclusion: str, holds: bool) -> None:
    answer = entails(graph(premises), graph(conclusion))
    assert answer.holds is holds
    assert bool(answer.missing) is not holds


def test_what_does_not_follow_is_named() -> None:
    answer = entails(graph(":x a :A ."), graph(":x a :A , :B ."))
    assert answer.missing == tuple(graph(":x a :B ."))
