"""An organization whose every label tries to be more than a label."""

import re

from conftest import ORGS

__all__ = ["HOSTILE", "hostile_organization"]

HOSTILE = (
    "<script>window.pwned = 1</script><img src=//evil.example/x onerror=window.pwned=1>"
    "</title></textarea></option>'\" onfocus=window.pwned=1 autofocus "
    "\u202etxet desrever\u202c \u2066x {{ 7 * 7 }} &lt;b&gt;"
)
_LONG = "Long" * 2_500


def hostile_organization() -> str:
    """Return an organization in Turtle: hostile labels, one of them of 10,000 characters, and a hostile address."""
    text = (ORGS / "manufacturer.ttl").read_text(encoding="utf-8")
    escaped = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    labels = iter([_LONG])
    text = re.sub(r'(rdfs:label|foaf:name|dcterms:title) "[^"]*"', lambda m: f'{m[1]} "{next(labels, escaped)}"', text)
    return (
        text
        + "\n<javascript:window.pwned=1> a aiop:UseCase ; rdfs:seeAlso <javascript:alert(1)>, <data:text/html,x> .\n"
    )
