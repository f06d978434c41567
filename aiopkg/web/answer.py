"""A page in bytes, with the headers that go with it (Content Security Policy Level 3)."""

import hashlib

from aiopkg.dataclass import dataclass

__all__ = ["Answer", "page", "static"]

_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser gets: an HTTP status, headers, and the bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


def page(html: str, status: int = 200) -> Answer:
    """Return an HTML page: no script, style or picture but those of this server, and none inside the page."""
    return Answer(status, {"Content-Type": "text/html; charset=utf-8", **_HEADERS}, html.encode("utf-8", "replace"))


def static(body: bytes, media_type: str) -> Answer:
    """Return a script, a style sheet or a picture, with a tag by which a browser asks whether it has changed."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return Answer(200, {"Content-Type": media_type, "ETag": tag, **_HEADERS}, body)
