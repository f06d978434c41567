"""What follows from findings: recommendations and cascades; and what is yet to be found."""

from aiopkg.derive.cascade import Cascades, cascade, cascade_triples
from aiopkg.derive.overview import Overview, overlook
from aiopkg.derive.recommend import Recommendation, Remedies, findings_told, recommend
from aiopkg.derive.upcoming import Upcoming, look_ahead

__all__ = [
    "Cascades",
    "Overview",
    "Recommendation",
    "Remedies",
    "Upcoming",
    "cascade",
    "cascade_triples",
    "findings_told",
    "look_ahead",
    "overlook",
    "recommend",
]
