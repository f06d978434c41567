"""Why things are so: the proof of anything asserted or derived; why a rule looks at an element or does not, and why a
rule found nothing to look at.
"""

from typing import TYPE_CHECKING

from aiopkg.late import imported_late

if TYPE_CHECKING:
    from aiopkg.explain.absent import Miss as Miss
    from aiopkg.explain.absent import NotFollowing as NotFollowing
    from aiopkg.explain.absent import why_not as why_not
    from aiopkg.explain.applicability import Applicability as Applicability
    from aiopkg.explain.applicability import Condition as Condition
    from aiopkg.explain.contradictions import Contradiction as Contradiction
    from aiopkg.explain.contradictions import contradictions_of as contradictions_of
    from aiopkg.explain.explainer import Explainer as Explainer
    from aiopkg.explain.matter import Matter as Matter
    from aiopkg.explain.matter import conclusion_of as conclusion_of
    from aiopkg.explain.matter import triple_of as triple_of
    from aiopkg.explain.proof import Absence as Absence
    from aiopkg.explain.proof import Proof as Proof
    from aiopkg.explain.proof import Step as Step
    from aiopkg.explain.reasons import Reasons as Reasons
    from aiopkg.explain.reasons import RuleApplicability as RuleApplicability
    from aiopkg.explain.tally import Tally as Tally

__all__ = [
    "Absence",
    "Applicability",
    "Condition",
    "Contradiction",
    "Explainer",
    "Matter",
    "Miss",
    "NotFollowing",
    "Proof",
    "Reasons",
    "RuleApplicability",
    "Step",
    "Tally",
    "conclusion_of",
    "contradictions_of",
    "triple_of",
    "why_not",
]

__getattr__ = imported_late(
    __name__,
    {
        "Absence": "proof",
        "Applicability": "applicability",
        "Condition": "applicability",
        "Contradiction": "contradictions",
        "Explainer": "explainer",
        "Matter": "matter",
        "Miss": "absent",
        "NotFollowing": "absent",
        "Proof": "proof",
        "Reasons": "reasons",
        "RuleApplicability": "reasons",
        "Step": "proof",
        "Tally": "tally",
        "conclusion_of": "matter",
        "contradictions_of": "contradictions",
        "triple_of": "matter",
        "why_not": "absent",
    },
)
