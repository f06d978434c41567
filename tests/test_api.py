"""The Python API: typed, immutable, the same from every thread, rdflib graphs welcome."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from datetime import date

import pytest
import rdflib
from conftest import ORGS, ROOT
from pyoxigraph import RdfFormat, parse

import aiopkg
from aiopkg import ask

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


def test_threads_that_ask_one_assessment_get_what_one_thread_gets() -> None:
    shared, alone = aiopkg.assess(BANK, as_of=DAY), aiopkg.assess(BANK, as_of=DAY)
    text = "SELECT ?s ?p ?o { GRAPH aiop:graph { ?s ?p ?o } } LIMIT 1"
    count = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"

    def told(found: aiopkg.Assessment, number: int) -> tuple[object, ...]:
        finding = found.findings[number % len(found.findings)]
        proof = found.explain(finding)
        return (
            tuple(step.sentence for step in proof.steps.values()),
            found.applies(finding.rule, finding.focus).reason,
            found.applicability[finding.rule].reason,
            found.query(count),
            found.query(text),
            len(found.graph("findings")),
            found.overview.pillars,
            found._repr_html_(),
        )

    expected = [told(alone, number) for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda number: told(shared, number), range(24)))
    assert runs == expected


def test_limits_are_a_context_of_their_thread() -> None:
    with aiopkg.Limits(seconds=1e-9), pytest.raises(aiopkg.LimitReached):
        aiopkg.assess(BANK, as_of=DAY)
    assert aiopkg.assess(BANK, as_of=DAY).findings
    with aiopkg.Limits(seconds=1e-9):
        with aiopkg.Limits(seconds=600):
            assert aiopkg.assess(BANK, as_of=DAY).findings
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(aiopkg.assess, BANK, as_of=DAY).result().findings
        with pytest.raises(aiopkg.LimitReached):
            aiopkg.assess(BANK, as_of=DAY)


HOSTILE = """
    @prefix aiop: <https://w3id.org/aiop#> . @prefix org: <http://www.w3.org/ns/org#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix ex: <https://example.org/> .
    ex:org a org:FormalOrganization ; rdfs:label "<img src=x onerror=alert(1)>" .
    ex:score a aiop:UseCase ; aiop:stage aiop:Production ; rdfs:label "</td><script>alert(2)</script>" .
"""


def test_notebooks_show_values_with_every_text_escaped() -> None:
    found = aiopkg.assess(rdflib.Graph().parse(data=HOSTILE), as_of=DAY)
    rows = found.query("SELECT ?label { ?x rdfs:label ?label }")
    assert isinstance(rows, aiopkg.Solutions)
    proof = found.explain(found.findings[0])
    for shown in (found, found.findings, rows, proof):
        html = shown._repr_html_()
        assert "&lt;" in html
        assert "<script" not in html
        assert "<img" not in html
    assert "<table>" in found._repr_html_()


def test_the_examples_in_the_documentation_run(monkeypatch: pytest.MonkeyPatch) -> None:
    import doctest

    monkeypatch.chdir(ORGS)
    result = doctest.testmod(aiopkg, raise_on_error=True)
    assert result.attempted > 4


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


LIVE = """
    @prefix aiop: <https://w3id.org/aiop#> . @prefix org: <http://www.w3.org/ns/org#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <https://example.org/> .
    ex:org a org:FormalOrganization . ex:score a aiop:UseCase ; aiop:stage """


def test_a_term_of_ours_keeps_its_name_when_the_model_has_another_for_it() -> None:
    def told(turtle: str) -> set[tuple[str, str]]:
        found = aiopkg.assess(rdflib.Graph().parse(data=LIVE + turtle), as_of=DAY)
        return {(finding.rule, finding.verdict) for finding in found.findings}

    ours = told("aiop:Production .")
    assert len(ours) > 5
    assert told("ex:running . ex:running owl:sameAs aiop:Production .") == ours


def test_a_model_that_repeats_the_whole_ontology_is_told_the_same() -> None:
    plain = rdflib.Graph().parse(data=LIVE + "aiop:Production .")
    whole = rdflib.Graph().parse(data=LIVE + "aiop:Production .")
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        whole.parse(path)
    first, second = aiopkg.assess(plain, as_of=DAY), aiopkg.assess(whole, as_of=DAY)
    assert first.findings
    assert [f.id for f in second.findings] == [f.id for f in first.findings]


def test_elements_that_are_all_the_same_are_one() -> None:
    chain = "".join(f"ex:n{n} owl:sameAs ex:n{n + 1} .\n" for n in range(60))
    found = aiopkg.assess(rdflib.Graph().parse(data=LIVE + f"aiop:Production . ex:score owl:sameAs ex:n60 .\n{chain}"))
    assert len({finding.focus for finding in found.findings}) == 1


def test_an_assessment_answers_the_ready_questions(found: aiopkg.Assessment) -> None:
    answer = found.ask("who-answers-for", useCase="Private loan scoring")
    assert answer == ask.ask(found, "who-answers-for", useCase="Private loan scoring")
    assert answer.rows and answer.columns[0] == "useCase"
    with pytest.raises(aiopkg.InputError):
        found.ask("who-answers")


def test_the_prefixes_of_a_graph_are_understood_and_used() -> None:
    graph = rdflib.Graph().parse(BANK)
    graph.namespace_manager.store.bind("odd prefix", rdflib.URIRef("https://example.org/odd/"))
    graph.bind("firm", "https://example.org/quillhaven/", override=True, replace=True)
    found = aiopkg.assess(graph, as_of=DAY)
    rows = found.query("SELECT ?s { ?s a org:FormalOrganization . FILTER(STRSTARTS(STR(?s), STR(firm:))) }")
    assert isinstance(rows, aiopkg.Solutions)
    assert rows.shown()[0][0].startswith("firm:")
    assert "@prefix firm:" in found.graph("asserted").serialize()
    (name,) = rows.shown()[0]
    assert found.explain([name, "a", "org:FormalOrganization"]).step.kind == "asserted"
    again = aiopkg.query(graph, "SELECT ?s { ?s a org:FormalOrganization }")
    assert isinstance(again, aiopkg.Solutions) and [name] in again.shown()
