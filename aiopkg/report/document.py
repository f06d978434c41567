"""The JSON report: the contract that other tools build on (schema in ``report.schema.json`` beside this file)."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from pyoxigraph import BlankNode, NamedNode

from aiopkg.assessment import Assessment
from aiopkg.derive.cascade import Arrow, Cascade, Reach
from aiopkg.derive.dependencies import Link
from aiopkg.explain import Contradiction
from aiopkg.model.labels import Labels
from aiopkg.model.renames import Deprecation, migration_command
from aiopkg.report.applicability import rule_document
from aiopkg.report.compared import contradictions_compared, gaps_compared
from aiopkg.report.outlook import maturity_of, outlook_of
from aiopkg.report.plain import plain
from aiopkg.report.structure import structure_of
from aiopkg.validate.findings import VERDICTS, Finding

__all__ = ["SCHEMA", "document", "json_parts", "schema", "to_json"]

SCHEMA = "https://w3id.org/aiop/schema/report/1"
"""Names the version of the schema; it changes when a key changes its meaning or goes away."""

Json = dict[str, Any]


@cache
def schema() -> Json:
    """Return the JSON Schema (draft 2020-12) of the report."""
    loaded: Json = json.loads(Path(__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
    return loaded


def to_json(assessment: Assessment) -> str:
    """Return the report as JSON text with two spaces of indentation and a final newline."""
    return b"".join(json_parts(assessment)).decode("utf-8")


def json_parts(assessment: Assessment) -> Iterator[bytes]:
    """Yield the JSON text piece by piece, so that a long report need not be held twice."""
    told: dict[int, orjson.Fragment] = {}

    def reaches_of(found: Cascade) -> orjson.Fragment:
        if id(found.reaches) not in told:
            told[id(found.reaches)] = orjson.Fragment(_indented(_reaches(found.reaches, assessment.labels), 1))
        return told[id(found.reaches)]

    before = b"{\n  "
    for key, value in _members(assessment, reaches_of):
        yield before + orjson.dumps(key) + b": "
        yield from _rows(value) if isinstance(value, Iterator) else [_indented(value, 1)]
        before = b",\n  "
    yield b"\n}\n"


def _rows(values: Iterator[object]) -> Iterator[bytes]:
    before = b"[\n    "
    for value in values:
        yield before + _indented(value, 2)
        before = b",\n    "
    yield b"\n  ]" if before[:1] == b"," else b"[]"


def _indented(value: object, depth: int) -> bytes:
    """Return a value as JSON that stands so deep in a text; no text of JSON has the end of a line in it."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).replace(b"\n", b"\n" + b"  " * depth)


def document(assessment: Assessment) -> Json:
    """Return the report as plain values, keys in the order of the contract."""
    members = _members(assessment, lambda found: _reaches(found.reaches, assessment.labels))
    return {key: list(value) if isinstance(value, Iterator) else value for key, value in members}


def _members(a: Assessment, reaches_of: Callable[[Cascade], object]) -> Iterator[tuple[str, Any]]:
    """Yield the keys of the contract in their order, each with its value; of long lists the items one by one.

    ``reaches_of`` says what a cascade reaches.
    """
    yield "schema", SCHEMA
    yield "organization", {"iri": a.organization, "label": a.organization_label}
    yield "as_of", a.as_of.isoformat()
    yield "summary", _summary(a)
    yield "findings", (_finding(finding) | _state(a, finding) for finding in a.findings)
    if a.baseline:
        yield "closed", [plain(known) for known in a.closed]
        yield "closed_contradictions", [plain(known) for known in a.settled]
    yield "verdicts", {code: dict(row) for code, row in a.verdicts.items()}
    yield "applicability", {code: rule_document(found) for code, found in a.applicability.items()}
    yield "recommendations", (plain(recommendation) for recommendation in a.recommendations)
    yield "cascades", (_cascade(found, reaches_of(found)) for found in a.cascades.cascades)
    yield "root_causes", (plain(cause) for cause in a.cascades.root_causes)
    yield "smallest_explanation", _smallest(a)
    yield "archetype", structure_of(a)
    yield "queues", plain(a.overview.queues)
    yield "maturity", (maturity_of(score) for score in a.overview.units)
    yield (
        "pillars",
        {
            pillar.key: {
                "label": pillar.label,
                "definition": pillar.definition,
                "score": pillar.score,
                "verdicts": dict(pillar.verdicts),
                "undermines": [_arrow(arrow) for arrow in pillar.undermines],
            }
            for pillar in a.overview.pillars
        },
    )
    yield (
        "structure",
        {
            "label": a.overview.structure.label,
            "definition": a.overview.structure.definition,
            "undermines": [_arrow(arrow) for arrow in a.overview.structure.undermines],
        },
    )
    yield (
        "principles",
        [
            {
                "key": principle.key,
                "label": principle.label,
                "definition": principle.definition,
                "score": principle.score,
                "rules": list(principle.rules),
                "verdicts": dict(principle.verdicts),
            }
            for principle in a.overview.principles
        ],
    )
    yield from outlook_of(a).items()
    yield (
        "not_known",
        [
            {
                "rule": item.rule,
                "focus": item.focus,
                "label": item.label,
                "missing": _missing(item.missing),
            }
            for item in a.not_known
        ],
    )
    yield "contradictions", [plain(found) | _state(a, found) for found in a.contradictions]
    yield "deprecations", [_deprecation(found) for found in a.model.deprecations]
    yield from _upcoming(a).items()


def _deprecation(found: Deprecation) -> Json:
    return {
        "term": found.term,
        "replaced_by": found.replaced_by,
        "places": [{"file": place.file, "line": place.line} for place in found.places],
        "fix": migration_command(found.places),
    }


def _smallest(a: Assessment) -> Json:
    """Return the fewest elements that explain everything, each with how much it explains."""
    smallest, chosen = a.cascades.smallest, set(a.cascades.smallest.causes)
    return {
        "causes": [
            {
                "focus": cause.focus,
                "label": cause.label,
                "findings": list(cause.findings),
                "explains": len(cause.explains),
                "reaches": cause.reaches,
            }
            for cause in a.cascades.root_causes
            if cause.focus in chosen
        ],
        "size": smallest.size,
        "bound": smallest.bound,
        "optimal": smallest.optimal,
    }


def _upcoming(a: Assessment) -> Json:
    """Return what will be found when; no key at all if nobody asked."""
    if a.upcoming is None:
        return {}
    return {
        "upcoming": [
            {
                "date": coming.date.isoformat(),
                "rule": coming.rule.code,
                "label": coming.rule.label,
                "contested": coming.rule.contested,
                "elements": coming.elements,
                "findings": [_finding(finding) for finding in coming.findings],
            }
            for coming in a.upcoming
        ]
    }


def _finding(finding: Finding) -> Json:
    return {**plain(finding), "missing": _missing(finding.missing)}


def _state(a: Assessment, gap: Finding | Contradiction) -> Json:
    """Return whether a finding or contradiction is new; no key at all without a baseline."""
    return {"baseline": a.state_of(gap)} if a.baseline else {}


def _missing(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"element": element, "property": name} for element, name in pairs]


def _summary(a: Assessment) -> Json:
    violated = Counter(finding.severity for finding in a.findings if finding.verdict == "violated")
    verdicts = Counter(finding.verdict for finding in a.findings)
    return {
        "complete": a.cut is None,
        **({} if a.cut is None else {"cut": plain(a.cut)}),
        "rules": len(a.rules),
        "packs": list(a.packs),
        "triples": a.model.size,
        "violated": {severity: violated[severity] for severity in ("violation", "warning", "info")},
        "findings": {verdict: verdicts[verdict] for verdict in VERDICTS if verdict != "satisfied"},
        "left_out": list(a.left_out),
        "idle_waivers": [
            {"rule": waiver.rule, "focus": waiver.focus, "file": waiver.place.file, "line": waiver.place.line}
            for waiver in a.idle_waivers
        ],
        **_against_baseline(a),
        "vacuous": [code for code, row in a.verdicts.items() if not sum(row.values())],
        "loops": [[_link(link, a.labels) for link in loop] for loop in a.cascades.loops],
        "mode_loops": [plain(loop) for loop in a.cascades.mode_loops],
        "contradictions": [
            {"id": clash.id, "rule": clash.rule, "premises": [premise.triple for premise in clash.premises]}
            for clash in a.contradictions
        ],
    }


def _against_baseline(a: Assessment) -> Json:
    """Return how many gaps and contradictions are new, carried over and closed; no key at all without a baseline."""
    if a.baseline is None:
        return {}
    contradictions = plain(contradictions_compared(a))
    return {"baseline": {"as_of": a.baseline.as_of, **plain(gaps_compared(a)), "contradictions": contradictions}}


def _link(link: Link, labels: Labels) -> Json:
    return {
        "from": _name(link.cause),
        "to": _name(link.effect),
        "subject": _name(link.subject),
        "property": link.predicate.value,
        "object": _name(link.object),
        "asserted": link.asserted,
        "sentence": f"{labels(link.subject)} {labels(link.predicate)} {labels(link.object)}",
    }


def _name(term: NamedNode | BlankNode) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _cascade(found: Cascade, reaches: object) -> Json:
    return {
        "id": found.id,
        "finding": found.finding,
        "rule": found.rule,
        "focus": found.focus,
        "label": found.label,
        "failure_modes": list(found.failure_modes),
        "reaches": reaches,
    }


def _reaches(reaches: Iterable[Reach], labels: Labels) -> list[Json]:
    return [
        {
            "element": reach.element,
            "label": reach.label,
            "kind": reach.kind,
            "high_stakes": reach.high_stakes,
            "chain": [_link(link, labels) for link in reach.chain],
        }
        for reach in reaches
    ]


def _arrow(arrow: Arrow) -> Json:
    return {
        "pillar": arrow.target,
        "strength": arrow.strength,
        "findings": list(arrow.findings),
        "confirmed": list(arrow.confirmed),
        "mechanisms": [plain(mechanism) for mechanism in arrow.mechanisms],
    }
