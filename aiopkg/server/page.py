"""The page at ``/`` and what its browser may do with it (Content Security Policy Level 3)."""

import base64
import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

__all__ = ["Page"]


class _InlineScripts(HTMLParser):
    """Collects the text of each script element that has no address."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and all(name != "src" for name, _ in attrs)
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML document in bytes and the headers that go with it."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, html: str) -> Self:
        """Prepare a page: exactly its own inline scripts may run, and nothing is loaded from elsewhere."""
        html = html.replace("\r\n", "\n").replace("\r", "\n")  # as a browser does before it hashes
        parser = _InlineScripts()
        parser.feed(html)
        parser.close()
        hashes = sorted({_hash(script) for script in parser.scripts})
        policy = [
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            " ".join(["script-src", *(hashes or ["'none'"])]),
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": "; ".join(policy),
            "Referrer-Policy": "no-referrer",
        }
        return cls(html.encode("utf-8"), headers)


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
