"""The reasoner: OWL 2 RL/RDF rules compiled from the ontology, evaluated over sorted columns of numbers."""

from collections.abc import Iterable

from pyoxigraph import Triple

from .closure import Closure, Inconsistency, Inferred, Step
from .dictionary import encode
from .saturate import saturate
from .table import RULES, Rule

__all__ = ["RULES", "Closure", "Inconsistency", "Inferred", "Rule", "Step", "materialise"]


def materialise(triples: Iterable[Triple]) -> Closure:
    """Draw every conclusion of the OWL 2 RL/RDF rules (W3C OWL 2 Profiles, section 4.3) from triples.

    Axioms are whatever triples say so, wherever they stand. A contradiction is reported in the closure's
    ``inconsistencies`` and raises nothing. Raises LimitReached for an input with too many different terms.
    """
    terms, layout, asserted = encode(triples)
    return Closure(terms, saturate(terms, layout, asserted))
