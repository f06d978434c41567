"""Every rule file: well-formed, cited, and proven to fire and to keep silent."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pytest
from conftest import day_for, materialised, shared
from mutants import mutants
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from aiopkg import assets
from aiopkg.engine import validate_model
from aiopkg.errors import InputError
from aiopkg.model import Model
from aiopkg.model.labels import Labels
from aiopkg.rules import Rule, catalogue
from aiopkg.validate import Shapes, validate
from aiopkg.validate.findings import rule_upon
from aiopkg.validate.judgement import Judgement, judge
from aiopkg.vocab import AIOP, GRAPH, PREFIXES, RDF, XSD

FEWEST_RULES = 27
PACKS = {"us-omb-m-25-21", "eu-ai-act"}
RULES = catalogue()


def codes(rules: Sequence[Rule]) -> list[str]:
    return [rule.code for rule in rules]


def of(rules: Sequence[Rule]) -> pytest.MarkDecorator:
    """Run a test on each of some rules; tests of one rule follow one another and share its examples."""
    return pytest.mark.parametrize("rule", rules, ids=codes(rules), scope="module")


of_each_rule = of(RULES)


@lru_cache(maxsize=16)
def example(code: str, kind: str, number: int) -> tuple[Store, Model]:
    """Return an example of a rule, materialised and measured, ready to be judged again and again."""
    rule = next(rule for rule in RULES if rule.code == code)
    known = materialised(getattr(rule, kind)[number])
    validate_model(known, [], day_for(rule))
    return known.store, known.model


def outcome(rule: Rule, kind: str, number: int) -> tuple[tuple[str, ...], Mapping[str, int]]:
    """Return what a rule says of an example: its verdicts, and the counts of them."""
    store, model = example(rule.code, kind, number)
    ruling = rule_upon(store, [rule], day_for(rule), model, Labels.of(store, GRAPH.facts))
    said = tuple(f"{f.verdict} {f.focus} {f.kind}" for f in ruling.findings)
    return said, ruling.verdicts[rule.code]


def all_failures(rule: Rule) -> list[object]:
    """Return what fails in each example of a rule and how much it targets, or why it cannot run."""
    try:
        shapes = Shapes.compile(rule.triples)
    except InputError as error:
        return [str(error)]
    said: list[object] = []
    for kind in ("fails", "passes"):
        for number in range(len(getattr(rule, kind))):
            judged = judge(example(rule.code, kind, number)[0], shapes, graphs=GRAPH.facts, materialised=True)
            failing = {(str(j.focus), rule.kinds.get(j.constraint, ""), *told(rule, j)) for j in judged}
            said.append((sorted(failing), len(judged.targets.get(rule.iri, ()))))
    return said


def told(rule: Rule, judgement: Judgement) -> list[str]:
    """What the message of a failure tells beside the element: the terms that stand for its variables."""
    names = set(re.findall(r"\{\?(\w+)\}", rule.messages.get(judgement.constraint, ""))) - {"value"}  # type: ignore[call-overload]
    return sorted({f"{name} {r.bindings.get(name)}" for r in judgement.results for name in names})


def test_the_catalogue_collects_enough_rules_of_every_letter_and_pack() -> None:
    assert len(RULES) >= FEWEST_RULES
    assert {rule.code[0] for rule in RULES} == set("GTDPSRVMOE")
    assert {rule.pack for rule in RULES} - {""} == PACKS
    assert {f"O10{number}" for number in range(1, 9)} <= set(codes(RULES))


def test_every_rule_file_satisfies_the_meta_shape() -> None:
    store = Store()
    for rule in RULES:
        store.extend([Quad(t.subject, t.predicate, t.object) for t in rule.triples])
    store.extend([Quad(t.subject, t.predicate, t.object) for t in assets.ontology()])
    shapes = Shapes.compile(q.triple for q in parse(path=meta_shape(), format=RdfFormat.TURTLE))
    found = validate(store, shapes)
    assert len(next(iter(found.targets.values()))) == len(RULES)
    assert [f"{r.focus} {[m.value for m in r.messages]} {r.value}" for r in found.results] == []


def meta_shape() -> Path:
    return assets.folder("shapes") / "meta" / "rule.ttl"


@of_each_rule
def test_each_failing_example_is_violated(rule: Rule) -> None:
    for number in range(len(rule.fails)):
        said, _ = outcome(rule, "fails", number)
        assert any(verdict.startswith("violated") for verdict in said), rule.fails[number]


@of_each_rule
def test_each_passing_example_is_targeted_and_satisfied(rule: Rule) -> None:
    for number in range(len(rule.passes)):
        said, counts = outcome(rule, "passes", number)
        assert said == (), rule.passes[number]
        assert counts["satisfied"] >= 1, f"nothing is targeted in: {rule.passes[number]}"


@of_each_rule
def test_taking_away_any_part_of_a_rule_changes_what_it_says(rule: Rule) -> None:
    before = all_failures(rule)
    survivors = [name for name, mutant in mutants(rule) if all_failures(mutant) == before]
    assert survivors == []


def moved(default: Literal) -> list[str]:
    """Turtle for values far below and far above a threshold's own."""
    if default.datatype == XSD.duration:
        return [f'"{value}"^^xsd:duration' for value in ("P1D", "P100Y")]
    return ["0.0", "0.999", "1000000"]


@of([rule for rule in RULES if rule.thresholds])
def test_moving_a_threshold_changes_what_a_rule_says(rule: Rule) -> None:
    for threshold in rule.thresholds:
        values = (t for t in assets.ontology() if t.subject == threshold and t.predicate == AIOP.thresholdValue)
        default = next(values).object
        assert isinstance(default, Literal)
        assert any(
            said_with(rule, f"{text} <{threshold.value}> aiop:thresholdValue {value} .")
            != outcome(rule, kind, number)[0]
            for value in moved(default)
            for kind in ("fails", "passes")
            for number, text in enumerate(getattr(rule, kind))
        ), threshold


def said_with(rule: Rule, turtle: str) -> tuple[str, ...]:
    ruling = validate_model(materialised(turtle), [rule], day_for(rule))
    return tuple(f"{f.verdict} {f.focus} {f.kind}" for f in ruling.findings)


MIDNIGHT = re.compile(r'"(\d{4}-\d\d-\d\d)T00:00:00Z"\^\^xsd:dateTime')


@of([rule for rule in RULES if MIDNIGHT.search(str(rule.fails + rule.passes))])
def test_a_rule_says_the_same_of_a_moment_and_of_the_day_that_begins_with_it(rule: Rule) -> None:
    for kind in ("fails", "passes"):
        for number, text in enumerate(getattr(rule, kind)):
            if MIDNIGHT.search(text):
                said = said_with(rule, MIDNIGHT.sub(r'"\1"^^xsd:date', text))
                assert said == outcome(rule, kind, number)[0], text


@of_each_rule
def test_every_citation_exists(rule: Rule) -> None:
    assert rule.cites
    for citation in rule.cites:
        if citation.standard == "article":
            assert citation.id in article_rows()
        else:
            ids = shared("data", "AIOPKG_DATA") / "standards" / f"{citation.standard}.ids"
            assert citation.id in ids.read_text(encoding="utf-8").splitlines()


def article_rows() -> frozenset[str]:
    """The rows into which the content of the source article is divided."""
    rows = {"A": 4, "B": 5, "C": 2, "D": 4, "E": 5, "F": 4, "G": 2, "H": 3}
    return frozenset(f"{letter}{number}" for letter, last in rows.items() for number in range(1, last + 1))


@of_each_rule
def test_every_term_that_a_rule_names_is_declared(rule: Rule) -> None:
    declared = {t.subject for t in assets.ontology()} | {t.subject for t in rule.triples} | {r.iri for r in RULES}
    ours = (PREFIXES["aiop"], PREFIXES["rule"])
    unknown = {
        term.value
        for triple in rule.triples
        for term in (triple.predicate, triple.object)
        if isinstance(term, NamedNode) and term.value.startswith(ours) and term not in declared
    }
    assert unknown == set()


@of_each_rule
def test_every_message_names_the_element(rule: Rule) -> None:
    constraints = {
        t.object for t in rule.triples if t.subject == rule.iri and t.predicate.value.endswith(("#property", "#sparql"))
    }
    for constraint in constraints:
        assert "{$this}" in rule.messages.get(constraint, rule.messages.get(rule.iri, "")), constraint  # type: ignore[call-overload]
    assert "{$this}" in rule.remedy


def test_no_triple_of_a_rule_file_is_left_over() -> None:
    for rule in RULES:
        reachable: set[object] = {rule.iri}
        grew = True
        while grew:
            more = {t.object for t in rule.triples if t.subject in reachable} - reachable
            grew = bool(more)
            reachable |= more
        assert {t.subject for t in rule.triples} <= reachable, rule.code
        assert Triple(rule.iri, RDF.type, AIOP.Rule) in rule.triples
