"""SHACL validation compiled to SPARQL, and verdicts on graphs that declare themselves incomplete."""

from aiopkg.validate.judgement import Judged, Judgement, judge, possible_targets
from aiopkg.validate.results import Outcome, Result, fill, report
from aiopkg.validate.shapes import Shapes
from aiopkg.validate.validation import validate

__all__ = [
    "Judged",
    "Judgement",
    "Outcome",
    "Result",
    "Shapes",
    "fill",
    "judge",
    "possible_targets",
    "report",
    "validate",
]
