"""The W3C OWL 2 RL cases: what must follow follows, and what must not follow does not."""

import os
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from aiopkg.reason.entail import entails

SUITE = Path(os.environ.get("AIOPKG_CONFORMANCE") or Path(__file__).parents[2] / "shared/conformance") / "owl2-rl"
POSITIVE_FLOOR, NEGATIVE_FLOOR = 27, 23
IMPORTS = NamedNode("http://www.w3.org/2002/07/owl#imports")
BASE = "http://example.org/case"
NOT_PASSED: dict[str, str] = {}
"""Cases that are not passed, each with its reason; the list may only shrink."""

CASES = sorted(SUITE.glob("cases/*")) if SUITE.is_dir() else []
needs_suite = pytest.mark.skipif(not CASES, reason=f"the OWL 2 RL cases are not at {SUITE}")


def read(path: Path) -> list[Triple]:
    triples = [quad.triple for quad in parse(path=path, format=RdfFormat.RDF_XML, base_iri=BASE)]
    for imported in [triple.object for triple in triples if triple.predicate == IMPORTS]:
        assert isinstance(imported, NamedNode)
        triples += read(SUITE / "imports" / f"{imported.value.rsplit('/', 1)[-1]}.rdf")
    return triples


@needs_suite
def test_the_suite_is_complete() -> None:
    assert sum((case / "conclusion.rdf").exists() for case in CASES) >= POSITIVE_FLOOR
    assert sum((case / "non-conclusion.rdf").exists() for case in CASES) >= NEGATIVE_FLOOR
    assert NOT_PASSED.keys() <= {case.name for case in CASES}


@needs_suite
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(strict=True, reason=NOT_PASSED[case.name])] if case.name in NOT_PASSED else [],
        )
        for case in CASES
    ],
)
def test_the_answer_is_that_of_the_case(case: Path) -> None:
    premises = read(case / "premise.rdf")
    if (case / "conclusion.rdf").exists():
        answer = entails(premises, read(case / "conclusion.rdf"))
        assert answer.holds
        assert answer.missing == ()
        assert not answer.inconsistent
    else:
        answer = entails(premises, read(case / "non-conclusion.rdf"))
        assert not answer.holds
        assert answer.missing
        assert not answer.inconsistent


def test_the_cases_are_there_where_they_are_asked_for() -> None:
    """An environment that names the suites must have this one: a typo may not pass for a skip."""
    assert CASES or "AIOPKG_CONFORMANCE" not in os.environ
