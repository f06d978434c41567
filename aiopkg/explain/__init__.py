"""Why things are so: the proof of anything asserted or derived; why a rule looks at an element or does not, and why a
rule found nothing to look at.
"""

from aiopkg.explain.absent import Miss, NotFollowing, why_not
from aiopkg.explain.applicability import Applicability, Condition
from aiopkg.explain.explainer import Explainer
from aiopkg.explain.matter import Matter, conclusion_of, triple_of
from aiopkg.explain.proof import Absence, Proof, Step
from aiopkg.explain.reasons import Reasons, RuleApplicability
from aiopkg.explain.tally import Tally

__all__ = [
    "Absence",
    "Applicability",
    "Condition",
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
    "triple_of",
    "why_not",
]
