"""What follows from findings: recommendations and cascades."""

from aiopkg.derive.cascade import Cascades, cascade, cascade_triples
from aiopkg.derive.overview import Overview, overlook
from aiopkg.derive.recommend import Recommendation, recommend

__all__ = ["Cascades", "Overview", "Recommendation", "cascade", "cascade_triples", "overlook", "recommend"]
