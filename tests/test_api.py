"""The Python API: typed, immutable, the same from every thread, rdflib graphs welcome."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from datetime import date

import pytest
import rdflib
from conftest import ORGS
from pyoxigraph import RdfFormat, parse

import aiopkg

BANK = ORGS / "bank.ttl"
DAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def found() -> aiopkg.Assessment:
    return aiopkg.assess(BANK, as_of=DAY)


def test_an_assessment_holds_typed_results(found: aiopkg.Assessment) -> None:
    assert isinstance(found, aiopkg.Assessment)
    assert all(isinstance(finding, aiopkg.Finding) for finding in found.findings)
    assert {rule.code for rule in found.rules} <= {rule.code for rule in aiopkg.catalogue()}
    assert found.as_of == DAY


def test_results_cannot_be_changed(found: aiopkg.Assessment) -> None:
    with pytest.raises(FrozenInstanceError):
        found.findings[0].verdict = "satisfied"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        found.findings = ()  # type: ignore[misc]


def test_an_rdflib_graph_is_accepted_and_left_as_it_was(found: aiopkg.Assessment) -> None:
    graph = rdflib.Graph().parse(BANK)
    before = len(graph)
    again = aiopkg.assess(graph, as_of=DAY)
    assert [finding.id for finding in again.findings] == [finding.id for finding in found.findings]
    assert len(graph) == before


def test_several_files_are_one_model() -> None:
    both = aiopkg.assess([BANK, ORGS / "media.ttl"], as_of=DAY)
    assert {finding.file for finding in both.findings} == {str(BANK), str(ORGS / "media.ttl")}


def test_threads_do_not_disturb_one_another(found: aiopkg.Assessment) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: aiopkg.assess(BANK, as_of=DAY), range(8)))
    expected = [(finding.id, finding.message) for finding in found.findings]
    assert all([(f.id, f.message) for f in run.findings] == expected for run in runs)


def test_errors_are_of_one_tree() -> None:
    assert issubclass(aiopkg.InputError, aiopkg.AiopkgError)
    assert issubclass(aiopkg.LimitReached, aiopkg.AiopkgError)
    assert issubclass(aiopkg.MissingExtra, aiopkg.InputError)
    with pytest.raises(aiopkg.InputError, match="There is no file"):
        aiopkg.assess("nowhere.ttl")


def test_the_dataset_keeps_each_stage_in_its_graph_and_the_spelling_of_the_model(found: aiopkg.Assessment) -> None:
    sizes = Counter(quad.graph_name.value for quad in parse(found.dataset(), RdfFormat.N_QUADS))  # type: ignore[union-attr]
    stages = ("asserted", "ontology", "inferred", "measures", "findings", "recommendations", "cascades")
    assert set(sizes) == {f"https://w3id.org/aiop/graph/{stage}" for stage in stages}
    assert sizes["https://w3id.org/aiop/graph/asserted"] == len(found.model.triples)


def test_a_graph_of_the_dataset_repeats_no_fact_of_another(found: aiopkg.Assessment) -> None:
    facts = [line.rsplit(" <", 1)[0] for line in found.dataset().decode().splitlines()]
    assert len(facts) == len(set(facts))
