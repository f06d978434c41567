"""Findings as SARIF 2.1.0 (OASIS), within what code hosts take."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiopkg import __version__
from aiopkg.assessment import Assessment
from aiopkg.baseline import Known
from aiopkg.explain import Contradiction
from aiopkg.report.escapes import for_sarif
from aiopkg.report.order import gravest_first
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding, element_named

__all__ = ["MOST_BYTES", "MOST_RESULTS", "MOST_RUNS", "to_sarif"]

Json = dict[str, Any]

MOST_RESULTS = 5_000
"""How many results of one run GitHub code scanning keeps; beyond 25,000 it refuses the file."""
MOST_RUNS = 20
"""How many runs a file may have for it."""
MOST_BYTES = 10_000_000
"""How large a file may be for it when compressed by gzip."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"violation": "error", "warning": "warning", "info": "recommendation"}
_KINDS = {"unknown": "open", "not_applicable": "notApplicable"}
_SUPPRESSED = {"waived": "accepted", "in_progress": "underReview"}
_BASELINE_STATES = {"new": "new", "carried": "unchanged"}

_CONTRADICTING: Json = {
    "id": "contradiction",
    "name": "Contradiction",
    "shortDescription": {"text": "The model contradicts itself"},
    "defaultConfiguration": {"level": "error"},
}
"""The rule under which contradictions stand."""


def to_sarif(assessment: Assessment) -> str:
    """Return the log: the gravest findings first, in several runs where one would be cut by the host.

    Whatever does not fit is left out from the end, and a notification in the log says how many that are.
    """
    every: Sequence[Finding | Known] = [*gravest_first(assessment), *assessment.closed]
    kept = every[: MOST_RESULTS * MOST_RUNS]
    while True:
        content = _log(assessment, kept, len(every) - len(kept))
        if len(content) < MOST_BYTES or len(gzip.compress(content.encode(), mtime=0)) <= MOST_BYTES:
            return content
        kept = kept[: len(kept) * 9 // 10]


def _log(a: Assessment, kept: Sequence[Finding | Known], left_out: int) -> str:
    parts = [kept[start : start + MOST_RESULTS] for start in range(0, max(len(kept), 1), MOST_RESULTS)]
    runs = [_run(a, part, number, len(parts), left_out) for number, part in enumerate(parts, start=1)]
    content = {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}
    if len(kept) > MOST_RESULTS:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _run(a: Assessment, part: Sequence[Finding | Known], number: int, count: int, left_out: int) -> Json:
    used = {each.rule for each in part}
    rules = [rule for rule in a.rules if rule.code in used or count == 1]
    index = {rule.code: position for position, rule in enumerate(rules)}
    described = a.model.place_of(element_named(a.organization))
    nowhere = described.file if described else "-"
    severities = {rule.code: rule.severity.lower() for rule in rules}
    clashes = a.contradictions[: MOST_RESULTS - len(part)] if number == count else ()
    return {
        "tool": {
            "driver": {
                "name": "aiopkg",
                "semanticVersion": __version__,
                "informationUri": "https://w3id.org/aiop",
                "rules": [*(_rule(a, rule) for rule in rules), *([_CONTRADICTING] if clashes else [])],
            }
        },
        "automationDetails": {"id": "aiopkg/" if count == 1 else f"aiopkg/part-{number:02}-of-{count:02}/"},
        "invocations": [
            {"executionSuccessful": a.cut is None, "toolExecutionNotifications": list(_notices(a, count, left_out))}
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_clash(a, clash, len(rules), nowhere) for clash in clashes),
            *(
                _result(a, each, index, nowhere)
                if isinstance(each, Finding)
                else _absent(each, index, nowhere, severities[each.rule])
                for each in part
            ),
        ],
    }


def _notices(a: Assessment, count: int, left_out: int) -> Iterator[Json]:
    if a.cut:
        yield {"level": "error", "message": {"text": a.cut.in_words(len(a.rules))}}
    if count > 1:
        told = f"The findings stand in {count} runs, the gravest first, because a host keeps {MOST_RESULTS:,} of a run."
        yield {"level": "note", "message": {"text": told}}
    if left_out:
        told = (
            f"{left_out:,} of {len(a.findings) + len(a.closed):,} findings, the least grave, are left out because of "
            "the limits of code hosts; the report in JSON has all of them."
        )
        yield {"level": "warning", "message": {"text": told}}
    if a.left_out:
        yield {"level": "note", "message": {"text": f"Left out by the settings: {', '.join(a.left_out)}."}}


def _rule(a: Assessment, rule: Rule) -> Json:
    remedy = rule.remedy.replace("{$this}", "the element")
    sources = "; ".join(f"{citation.standard} {citation.id}" for citation in rule.cites)
    severity = rule.severity.lower()
    return {
        "id": rule.code,
        "name": rule.path.stem.removeprefix(f"{rule.code}-").title().replace("-", ""),
        "shortDescription": {"text": for_sarif(rule.label)},
        "fullDescription": {"text": for_sarif(rule.why)},
        "help": {
            "text": for_sarif(f"{rule.why}\n\nWhat to do: {remedy}\n\nSources: {sources}"),
            "markdown": for_sarif(f"{rule.why}\n\n**What to do:** {remedy}\n\n**Sources:** {sources}"),
        },
        "helpUri": rule.iri.value,
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {
            "tags": sorted({a.labels(rule.pillar), *([rule.pack] if rule.pack else [])}),
            "precision": "medium" if rule.contested else "very-high",
            "problem.severity": _PROBLEMS[severity],
        },
    }


def _result(a: Assessment, finding: Finding, index: Mapping[str, int], nowhere: str) -> Json:
    kind = _KINDS.get(finding.verdict, "fail")
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "kind": kind,
        "level": _LEVELS[finding.severity] if kind == "fail" else "none",
        "message": {"text": for_sarif(finding.message)},
        "locations": [_location(finding.focus, finding.label, finding.file or nowhere, finding.line or 1)],
        "partialFingerprints": _fingerprints(finding.id),
        "properties": {
            "id": finding.id,
            "verdict": finding.verdict,
            "pillar": finding.pillar,
            "recommendation": finding.recommendation,
        },
    }
    if finding.verdict in _SUPPRESSED:
        status = _SUPPRESSED[finding.verdict]
        result["suppressions"] = [{"kind": "external", "status": status, "justification": finding.note}]
    if a.baseline:
        result["baselineState"] = _BASELINE_STATES[a.state_of(finding)]
    return result


def _clash(a: Assessment, clash: Contradiction, index: int, nowhere: str) -> Json:
    """Facts that cannot all be true."""
    region = {"startLine": clash.line or 1}
    physical = {"artifactLocation": {"uri": _uri(clash.file or nowhere)}, "region": region}
    result: Json = {
        "ruleId": _CONTRADICTING["id"],
        "ruleIndex": index,
        "kind": "fail",
        "level": _LEVELS[clash.severity],
        "message": {"text": for_sarif(clash.message)},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": _fingerprints(clash.id),
        "properties": {"id": clash.id, "reasoning": clash.rule},
    }
    if a.baseline:
        result["baselineState"] = _BASELINE_STATES[a.state_of(clash)]
    return result


def _absent(known: Known, index: Mapping[str, int], nowhere: str, severity: str) -> Json:
    """A gap of before that is gone."""
    return {
        "ruleId": known.rule,
        "ruleIndex": index[known.rule],
        "kind": "fail",
        "level": _LEVELS[severity],
        "message": {"text": for_sarif(known.message)},
        "locations": [_location(known.focus, known.label, nowhere, 1)],
        "partialFingerprints": _fingerprints(known.id),
        "baselineState": "absent",
    }


def _fingerprints(identifier: str) -> Json:
    """The id by which findings are matched from run to run, also under the one name that GitHub looks at."""
    return {"primaryLocationLineHash": identifier, "aiopkgFinding/v1": identifier}


def _location(focus: str, label: str, file: str, line: int) -> Json:
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": {"startLine": line}},
        "logicalLocations": [{"name": label, "fullyQualifiedName": focus, "kind": "element"}],
    }


def _uri(file: str) -> str:
    """Return a relative path as a relative reference, an absolute one as a URI (RFC 3986, RFC 8089)."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
