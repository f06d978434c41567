"""What follows from findings: recommendations and cascades."""

from aiopkg.derive.cascade import Cascades, cascade, cascade_triples
from aiopkg.derive.recommend import Recommendation, recommend

__all__ = ["Cascades", "Recommendation", "cascade", "cascade_triples", "recommend"]
