"""The example organizations, and the day as of which the facts of each were written down."""

from datetime import date
from pathlib import Path

ORGS = Path(__file__).parent / "orgs"
NAMES = tuple(sorted(path.stem for path in ORGS.glob("*.ttl")))
DAY = date(2026, 6, 30)
_LATER = {"authority": date(2028, 1, 31)}
"""The Authority is judged when the rules on high-risk systems bind."""


def day_of(name: str) -> date:
    """Return the day as of which an example organization is judged."""
    return _LATER.get(name, DAY)
