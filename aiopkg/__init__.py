"""AI operating-model knowledge graph: what is wrong with how an organization runs its AI, why, what to do.

>>> from datetime import date
>>> import aiopkg
>>> found = aiopkg.assess("bank.ttl", as_of=date(2026, 6, 30))
>>> found.organization_label
'Quillhaven Bank'
>>> finding = found.findings[0]
>>> print(finding.verdict)
violated
>>> found.explain(finding).step.kind
'finding'
>>> live = found.query("SELECT ?use { ?use a aiop:LiveUseCase }")
>>> len(live) > 1
True
>>> list(found.to_pandas().columns[:3])
['id', 'rule', 'severity']
>>> with aiopkg.Limits(seconds=600):
...     again = aiopkg.assess(found.graph("asserted"), as_of=found.as_of)
>>> [f.id for f in again.findings] == [f.id for f in found.findings]
True
"""

from typing import TYPE_CHECKING

from aiopkg.late import imported_late

if TYPE_CHECKING:
    from aiopkg.assessment import Assessment as Assessment
    from aiopkg.connection import connect as connect
    from aiopkg.engine import assess as assess
    from aiopkg.errors import AiopkgError as AiopkgError
    from aiopkg.errors import InputError as InputError
    from aiopkg.errors import LimitReached as LimitReached
    from aiopkg.errors import MissingExtra as MissingExtra
    from aiopkg.limits import Limits as Limits
    from aiopkg.live.session import Live as Live
    from aiopkg.querying import query as query
    from aiopkg.rules import Rule as Rule
    from aiopkg.rules import catalogue as catalogue
    from aiopkg.sparql.solutions import Solutions as Solutions
    from aiopkg.validate.findings import Finding as Finding

__version__ = "0.1.0"

__all__ = [
    "AiopkgError",
    "Assessment",
    "Finding",
    "InputError",
    "LimitReached",
    "Limits",
    "Live",
    "MissingExtra",
    "Rule",
    "Solutions",
    "__version__",
    "assess",
    "catalogue",
    "connect",
    "query",
]

__getattr__ = imported_late(
    __name__,
    {
        "AiopkgError": "errors",
        "Assessment": "assessment",
        "Finding": "validate.findings",
        "InputError": "errors",
        "LimitReached": "errors",
        "Limits": "limits",
        "Live": "live.session",
        "MissingExtra": "errors",
        "Rule": "rules",
        "Solutions": "sparql.solutions",
        "assess": "engine",
        "catalogue": "rules",
        "connect": "connection",
        "query": "querying",
    },
)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
