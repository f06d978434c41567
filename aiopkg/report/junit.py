"""Findings as JUnit XML: a suite for each rule, a failed case for each gap, a skipped one for the rest."""

from collections import defaultdict
from xml.etree import ElementTree as Xml

from aiopkg.assessment import Assessment, Cut
from aiopkg.explain import Contradiction
from aiopkg.report.escapes import for_xml
from aiopkg.rules import Rule
from aiopkg.validate.findings import Finding

__all__ = ["to_junit"]


def to_junit(assessment: Assessment) -> str:
    """Return the XML document.

    A gap is a failure of its severity, unless the baseline knows it; what is unknown, excused or carried over is
    skipped, with the reason. One case of a suite passes for all the elements that satisfy its rule.
    """
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in assessment.findings:
        found[finding.rule].append(finding)
    top = Xml.Element("testsuites", {"name": for_xml(f"aiopkg: {assessment.organization_label}")})
    for rule in assessment.rules:
        holding = assessment.verdicts[rule.code]["satisfied"]
        if found[rule.code] or holding:
            top.append(_suite(assessment, rule, found[rule.code], holding))
    if assessment.contradictions:
        top.append(_contradictions(assessment))
    if assessment.cut:
        top.append(_unfinished(assessment.cut, len(assessment.rules)))
    for count in ("tests", "failures", "skipped", "errors"):
        top.set(count, str(sum(int(suite.get(count, "0")) for suite in top)))
    Xml.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(top, encoding="unicode") + "\n"


def _contradictions(a: Assessment) -> Xml.Element:
    """Return a suite whose cases are the contradictions: failures, but for those that the baseline knows."""
    suite = Xml.Element("testsuite", {"name": "The model contradicts itself"})
    for clash in a.contradictions:
        case = Xml.SubElement(suite, "testcase", {"classname": "aiopkg.contradiction", "name": clash.id, "time": "0"})
        _placed(case, clash)
        if a.state_of(clash) == "new":
            Xml.SubElement(case, "failure", {"type": clash.severity, "message": for_xml(clash.message)})
        else:
            Xml.SubElement(case, "skipped", {"message": for_xml(f"carried over: {clash.message}")})
    return _counted(suite)


def _placed(case: Xml.Element, gap: Finding | Contradiction) -> None:
    if gap.file:
        case.set("file", for_xml(gap.file))
    if gap.line:
        case.set("line", str(gap.line))


def _unfinished(cut: Cut, judged: int) -> Xml.Element:
    """Return a suite whose one case is an error: a limit ended the assessment."""
    counts = {"tests": "1", "failures": "0", "skipped": "0", "errors": "1", "time": "0"}
    suite = Xml.Element("testsuite", {"name": "aiopkg", **counts})
    case = Xml.SubElement(suite, "testcase", {"classname": "aiopkg", "name": "the report is complete", "time": "0"})
    Xml.SubElement(case, "error", {"type": cut.code, "message": for_xml(cut.in_words(judged))})
    return suite


def _suite(a: Assessment, rule: Rule, findings: list[Finding], holding: int) -> Xml.Element:
    suite = Xml.Element("testsuite", {"name": f"{rule.code} {rule.label}"})
    if holding:
        _case(suite, rule, f"holds for {holding:,} {'element' if holding == 1 else 'elements'}")
    for finding in findings:
        case = _case(suite, rule, for_xml(f"{finding.label} ({finding.id})"))
        _placed(case, finding)
        properties = Xml.SubElement(case, "properties")
        for name in ("id", "verdict", "severity", "focus"):
            Xml.SubElement(properties, "property", {"name": name, "value": for_xml(getattr(finding, name))})
        if finding.verdict == "violated" and a.state_of(finding) == "new":
            told = {"type": finding.severity, "message": for_xml(finding.message)}
            Xml.SubElement(case, "failure", told).text = for_xml(finding.recommendation)
        else:
            carried = "carried over" if finding.verdict == "violated" else finding.verdict.replace("_", " ")
            said = f"{carried}: {finding.message}" + (f" ({finding.note})" if finding.note else "")
            Xml.SubElement(case, "skipped", {"message": for_xml(said)})
    return _counted(suite)


def _counted(suite: Xml.Element) -> Xml.Element:
    suite.set("tests", str(len(suite)))
    for count, name in (("failures", "failure"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{name}"))))
    suite.set("errors", "0")
    suite.set("time", "0")
    return suite


def _case(suite: Xml.Element, rule: Rule, name: str) -> Xml.Element:
    return Xml.SubElement(suite, "testcase", {"classname": f"aiopkg.{rule.code}", "name": name, "time": "0"})
