"""Where each thing is shown. Addresses are relative, so that the pages work below any path."""

import hashlib
from collections.abc import Mapping
from urllib.parse import urlencode

from pyoxigraph import BlankNode, NamedNode, Triple

from aiopkg.validate.findings import name_of

__all__ = ["Addresses", "address", "mark_of"]


def address(page: str, parameters: Mapping[str, str | int] | None = None) -> str:
    """Return the address of a page, without the parameters that are empty."""
    given = {name: value for name, value in (parameters or {}).items() if value not in ("", 0)}
    return page + (f"?{urlencode(given)}" if given else "")


def mark_of(triple: Triple) -> str:
    """Return a short mark by which a fact is found among those about its subject."""
    return hashlib.sha256(str(triple).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Addresses:
    """The links of the web page: everything has an address."""

    gaps = "findings"
    units = "units"

    def rule(self, code: str) -> str:
        """Return where the findings of a rule are."""
        return address("findings", {"rule": code})

    def inside(self, unit: str) -> str:
        """Return where the findings in a unit are."""
        return address("findings", {"unit": unit})

    def cascade(self, focus: str) -> str:
        """Return where it is shown what the gaps of an element drag down."""
        return address("cascade", {"iri": focus})

    def element(self, name: str) -> str:
        """Return the page of an element, by its IRI or the name of a blank node; empty for the empty name."""
        return address("entity", {"iri": name}) if name else ""

    def proof(self, identifier: str) -> str:
        """Return where the proof of a finding, a recommendation, a cascade or an archetype is shown."""
        return address("why", {"of": identifier})

    def fact(self, triple: Triple) -> str:
        """Return where the proof of a fact is shown; empty where its subject has no page."""
        if not isinstance(triple.subject, NamedNode | BlankNode):
            return ""
        return address("why", {"iri": name_of(triple.subject), "fact": mark_of(triple)})
