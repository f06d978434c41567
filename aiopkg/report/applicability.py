"""Why rules apply or do not, as plain values for JSON and as text for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiopkg.explain import Applicability, Condition, RuleApplicability, Tally

__all__ = ["applicability_document", "applicability_text", "rule_document"]

Json = dict[str, Any]

_MARKS = {"holds": "yes", "fails": "no", "not_known": "not known"}


def rule_document(found: "RuleApplicability") -> Json:
    """Return why a rule applies in an organization or does not, as plain values."""
    return {
        "applies": found.applies,
        "in_force": found.in_force,
        "elements": found.elements,
        "not_known": found.not_known,
        "reason": found.reason,
        "conditions": [_tally(each) for each in found.conditions],
    }


def _tally(found: "Tally") -> Json:
    return {
        "asked": found.asked,
        "elements": found.elements,
        "among": found.among,
        "recorded": [{"label": label, "elements": count} for label, count in found.recorded],
        "join": found.join,
        "parts": [_tally(part) for part in found.parts],
    }


def applicability_document(found: "Applicability") -> Json:
    """Return why a rule applies to an element or does not, as plain values."""
    return {
        "rule": found.rule,
        "element": found.element,
        "label": found.label,
        "state": found.state,
        "reason": found.reason,
        "conditions": [_condition(each) for each in found.conditions],
    }


def _condition(found: "Condition") -> Json:
    return {
        "element": found.element,
        "label": found.label,
        "asked": found.asked,
        "property": found.property,
        "wanted": found.wanted,
        "state": found.state,
        "recorded": list(found.recorded),
        "facts": [str(fact) for fact in found.facts],
        "missing": [{"element": element, "property": name} for element, name in found.missing],
        "join": found.join,
        "parts": [_condition(part) for part in found.parts],
    }


def applicability_text(found: "Applicability") -> str:
    """Return why a rule applies to an element or does not: the reason, and every condition with what it came to."""
    states = {"applies": "applies to", "does_not_apply": "does not apply to"}
    head = f"{found.rule} {states.get(found.state, 'may or may not apply to')} {found.label}."
    return "\n".join([head, found.reason, "", *(line for each in found.conditions for line in _lines(each, 0))]) + "\n"


def _lines(found: "Condition", depth: int) -> Iterator[str]:
    here = f"{found.label} {found.asked}"
    stands = f" (recorded: {', '.join(found.recorded)})" if found.recorded else ""
    yield f"{'  ' * depth}{_MARKS[found.state]}: {here}{stands}"
    if len(found.parts) > 1 and found.join == "any" and found.state != "holds":
        yield f"{'  ' * (depth + 1)}any of:"
    for part in found.parts:
        yield from _lines(part, depth + 1)
