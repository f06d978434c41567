"""Why things are so: why a rule looks at an element or does not, and why a rule found nothing to look at."""

from aiopkg.explain.applicability import Applicability, Condition
from aiopkg.explain.reasons import Reasons, RuleApplicability
from aiopkg.explain.tally import Tally

__all__ = ["Applicability", "Condition", "Reasons", "RuleApplicability", "Tally"]
