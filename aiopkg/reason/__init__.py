"""The reasoner: OWL 2 RL/RDF rules compiled from the ontology, evaluated over sorted columns of numbers."""

from .closure import Closure, Inconsistency, Inferred, Step, materialise
from .entail import Entailment, entails
from .table import RULES, Rule

__all__ = [
    "RULES",
    "Closure",
    "Entailment",
    "Inconsistency",
    "Inferred",
    "Rule",
    "Step",
    "entails",
    "materialise",
]
