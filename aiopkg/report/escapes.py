"""What must not pass from a label or a value into a format, where it would mean something."""

import re
import string

from aiopkg.model.labels import legible

__all__ = ["for_annotation", "for_cell", "for_line", "for_markdown", "for_property", "for_sarif", "for_xml"]

_FORMULA = re.compile("^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""How a formula begins in spreadsheets (OWASP: CSV injection); the wide forms of the signs count in some."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold (clause 2.2), not even escaped."""

_MARKUP = re.compile(rf"[{re.escape(string.punctuation)}]")
_PLAIN_MARKS = ".,;:()'\"/?!-=+$%^"
_LINKING = re.compile(r"(?i)(?<=\w)(:)(?=//)|(?<=\bwww)(\.)|(@)|(?<=\w)(#)(?=\d)")


def for_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe stands before what begins like one."""
    return f"'{text}" if _FORMULA.match(text) else text


def for_xml(text: str) -> str:
    """Return a text in which the replacement character stands for what XML forbids."""
    return _NOT_XML.sub("\ufffd", text)


def for_line(text: str) -> str:
    """Return a text on one line that is no command to GitHub's runner, whose old commands may begin anywhere."""
    return legible(text).replace("##[", "## [")


def for_annotation(text: str) -> str:
    """Return a text as the message of a workflow command: percent signs and line ends escaped."""
    return for_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def for_property(text: str) -> str:
    """Return a text as a property of a workflow command: colons and commas escaped too."""
    return for_annotation(text).replace(":", "%3A").replace(",", "%2C")


def for_sarif(text: str) -> str:
    """Return a text as a plain-text message of SARIF: no placeholder (3.11.5) and no link (3.11.6)."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def for_markdown(text: str) -> str:
    """Return a text on one line without any markup, table bar, HTML, mention or link of its own (GFM)."""
    said = _LINKING.sub(lambda match: f"\ue000{ord(match[0])}\ue001", legible(text))
    said = _MARKUP.sub(lambda match: match[0] if match[0] in _PLAIN_MARKS else f"&#{ord(match[0])};", said)
    return re.sub("\ue000(\\d+)\ue001", r"&#\1;", said)
