"""Every case of the W3C SHACL test suite, found by walking its folder."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, Triple, parse

from aiopkg.errors import InputError
from aiopkg.validate import Shapes, report, validate

ROOT = Path(__file__).parents[1]
SUITE = Path(os.environ.get("AIOPKG_CONFORMANCE", ROOT.parent / "shared" / "conformance")) / "shacl" / "tests"
FLOOR = 121
NOT_PASSED: dict[str, str] = {}
"""Case to reason; the list may only shrink, and a listed case that passes fails the run."""

SH = "http://www.w3.org/ns/shacl#"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@dataclass(frozen=True)
class Case:
    name: str
    data: Path
    shapes: Path
    manifest: tuple[Triple, ...]
    result: object


def load(path: Path) -> tuple[Triple, ...]:
    """The triples of a file, its blank nodes keeping their names."""
    with path.open("rb") as file:
        return tuple(quad.triple for quad in parse(file, RdfFormat.TURTLE, base_iri=path.as_uri()))


def objects(triples: tuple[Triple, ...], subject: object, predicate: str) -> list[object]:
    return [t.object for t in triples if t.subject == subject and t.predicate.value == predicate]


def cases() -> Iterator[Case]:
    for path in sorted(SUITE.rglob("*.ttl")):
        triples = load(path)
        for triple in triples:
            if triple.predicate.value == RDF + "type" and triple.object == NamedNode(SHT + "Validate"):
                (action,) = objects(triples, triple.subject, MF + "action")
                (data,) = objects(triples, action, SHT + "dataGraph")
                (shapes,) = objects(triples, action, SHT + "shapesGraph")
                (result,) = objects(triples, triple.subject, MF + "result")
                yield Case(
                    str(path.relative_to(SUITE)),
                    Path(data.value.removeprefix("file://")),
                    Path(shapes.value.removeprefix("file://")),
                    triples,
                    result,
                )


def canonical(triples: tuple[Triple, ...], node: object) -> str:
    """A path as text: its list and blank nodes written out."""
    if isinstance(node, NamedNode):
        return str(node)
    parts = sorted((t.predicate.value, t.object) for t in triples if t.subject == node and is_path(t.predicate.value))
    return "[" + " ".join(f"{p} {canonical(triples, o)}" for p, o in parts) + "]"


def is_path(predicate: str) -> bool:
    return predicate in (RDF + "first", RDF + "rest") or (predicate.startswith(SH) and predicate.endswith("Path"))


def results(triples: tuple[Triple, ...], node: object, messages: bool) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    names = [
        "focusNode",
        "value",
        "sourceConstraintComponent",
        "sourceShape",
        "resultSeverity",
        "sourceConstraint",
    ]
    if messages:
        names.append("resultMessage")
    for result in objects(triples, node, SH + "result"):
        row: list[object] = [tuple(sorted(map(str, objects(triples, result, SH + name)))) for name in names]
        paths = objects(triples, result, SH + "resultPath")
        row.append(canonical(triples, paths[0]) if paths else None)
        found[tuple(row)] += 1
    return found


def originals(triples: tuple[Triple, ...]) -> dict[Triple, list[Literal]]:
    """Each triple as the store gives it back, with its object as the file has it, where they differ."""
    found: dict[Triple, list[Literal]] = {}
    for triple in triples:
        if isinstance(triple.object, Literal):
            store = Store()
            store.extend([])
            from pyoxigraph import Quad

            store.add(Quad(triple.subject, triple.predicate, triple.object))
            (kept,) = store
            found.setdefault(kept.triple, []).append(triple.object)
    return {kept: written for kept, written in found.items() if written != [kept.object]}


CASES = list(cases()) if SUITE.is_dir() else []


def check(case: Case) -> None:
    from pyoxigraph import Quad

    data, shape_triples = load(case.data), load(case.shapes)
    if case.data == case.shapes:
        data = shape_triples
    store = Store()
    store.extend([Quad(*t) for t in data])
    if case.result == NamedNode(SHT + "Failure"):
        with pytest.raises(InputError):
            validate(store, Shapes.compile(shape_triples))
        return
    outcome = validate(store, Shapes.compile(shape_triples), originals=originals(data))
    actual = tuple(report(outcome))
    (root,) = [t.subject for t in actual if t.object == NamedNode(SH + "ValidationReport")]
    with_messages = any(
        objects(case.manifest, r, SH + "resultMessage") for r in objects(case.manifest, case.result, SH + "result")
    )
    assert objects(actual, root, SH + "conforms") == objects(case.manifest, case.result, SH + "conforms")
    assert results(actual, root, with_messages) == results(case.manifest, case.result, with_messages)


@pytest.mark.skipif(not CASES, reason="the W3C suites are not at ../shared/conformance (or AIOPKG_CONFORMANCE)")
def test_the_suite_is_complete() -> None:
    assert len(CASES) >= FLOOR
    assert set(NOT_PASSED) <= {case.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_gives_the_expected_report(case: Case) -> None:
    if case.name in NOT_PASSED:
        with pytest.raises((AssertionError, InputError)):
            check(case)
    else:
        check(case)
