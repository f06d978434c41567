"""The reasoner: OWL 2 RL/RDF rules compiled from the ontology, evaluated over sorted columns of numbers."""

from .closure import Changes, Closure, Edit, Facts, Inconsistency, Step, materialise
from .table import RULES, Rule

__all__ = [
    "RULES",
    "Changes",
    "Closure",
    "Edit",
    "Facts",
    "Inconsistency",
    "Rule",
    "Step",
    "materialise",
]
