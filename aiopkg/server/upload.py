"""The documents of a request to the graph store: one body, or several in a form (RFC 7578)."""

from email.message import Message
from email.parser import BytesHeaderParser

from aiopkg.server.limits import Limits
from aiopkg.server.negotiate import UPLOAD_FORMATS
from aiopkg.server.problem import Problem, Refusal

__all__ = ["read_parts"]

FORM_DATA = "multipart/form-data"
LONGEST_BOUNDARY = 70


def read_parts(content_type: tuple[str, dict[str, str]], body: bytes, limits: Limits) -> list[tuple[str, bytes]]:
    """Return media type and content of each document; raises Refusal (400, 413 or 415)."""
    media_type, parameters = content_type
    if media_type != FORM_DATA:
        return [(_known(media_type), body)]
    boundary = parameters.get("boundary", "").encode("latin-1")
    if not 0 < len(boundary) <= LONGEST_BOUNDARY:
        raise Refusal(_bad("The form has no boundary."))
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, limits.depth + 2)
    if len(pieces) > limits.depth + 2:
        detail = f"The form has more than {limits.depth} documents."
        raise Refusal(Problem(413, "too-many-parts", "Too many documents", detail))
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise Refusal(_bad("The form ends before its closing boundary."))
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> tuple[str, bytes]:
    head, gap, content = piece.lstrip(b" \t").removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        raise Refusal(_bad("A part of the form has no headers."))
    header: Message = BytesHeaderParser().parsebytes(head)
    return _known(header.get_content_type().lower()), content


def _known(media_type: str) -> str:
    if media_type not in UPLOAD_FORMATS:
        listed = ", ".join(UPLOAD_FORMATS)
        detail = f"A graph is sent as one of {listed}, alone or in {FORM_DATA}."
        headers = {"Accept-Post": listed}
        raise Refusal(Problem(415, "unsupported-media-type", "Unsupported media type", detail, headers=headers))
    return media_type


def _bad(detail: str) -> Problem:
    return Problem(400, "bad-form", "Bad request", detail)
