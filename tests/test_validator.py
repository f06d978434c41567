"""pyshacl as the one who decides: the same findings on the examples, and its word where the two differ."""

from datetime import date

import pytest
from conftest import ROOT
from pyoxigraph import NamedNode

import aiopkg
from aiopkg.errors import InputError
from aiopkg.validate.arbiter import by_pyshacl
from aiopkg.validate.findings import rule_upon
from aiopkg.validate.judgement import Verdict
from aiopkg.vocab import GRAPH

DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    "name", ["bank", *(pytest.param(name, marks=pytest.mark.slow) for name in ("media", "manufacturer"))]
)
def test_pyshacl_finds_the_same_in_the_examples(name: str) -> None:
    model = ROOT / "tests" / "orgs" / f"{name}.ttl"
    ours = aiopkg.assess(model, as_of=DAY)
    theirs = aiopkg.assess(model, as_of=DAY, validator="pyshacl")
    assert [*theirs.findings] == [*ours.findings]
    assert theirs.verdicts == ours.verdicts
    assert theirs.not_known == ours.not_known


def test_pyshacl_has_the_last_word() -> None:
    found = aiopkg.assess(ROOT / "tests" / "orgs" / "bank.ttl", as_of=DAY)
    rule = next(rule for rule in found.rules if rule.code == "P410")
    bank = NamedNode("https://example.org/quillhaven/")
    nothing = {rule.iri: Verdict(rule.iri, (bank,), (), ())}
    held = by_pyshacl(found.store, [rule], nothing)[rule.iri]
    assert [judgement.focus for judgement in held.judgements] == [NamedNode(bank.value + "triage-model")]


def test_an_unknown_validator_is_refused() -> None:
    with pytest.raises(InputError, match="jena"):
        aiopkg.assess(ROOT / "tests" / "orgs" / "bank.ttl", as_of=DAY, validator="jena")


def test_a_store_that_holds_more_than_the_facts_is_judged_alike() -> None:
    found = aiopkg.assess(ROOT / "tests" / "orgs" / "manufacturer.ttl", as_of=DAY)
    assert GRAPH.cascades in set(found.store.named_graphs())
    again = rule_upon(found.store, found.rules, DAY, found.model, found.labels)
    assert again.findings == tuple(found.findings)
    assert again.verdicts == found.verdicts
    assert again.not_known == found.not_known
