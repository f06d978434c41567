"""The head of a response in bytes."""

import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

__all__ = ["COMMON_HEADERS", "head_of", "known_head"]

COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Retry-After",
    "X-Content-Type-Options": "nosniff",
}
"""What every response has."""


def known_head(header: bytes) -> bytes:
    """The head of a response of which a worker gives status and headers as JSON; without the length of the body."""
    return _known(header, int(time.time()))


def head_of(status: int, headers: Mapping[str, str]) -> bytes:
    """The head of a response, without the length of its body and what becomes of the connection."""
    return _head(status, headers, int(time.time()))


@lru_cache(maxsize=64)
def _known(header: bytes, second: int) -> bytes:
    content = json.loads(header)
    return _head(content["status"], content["headers"], second)


def _head(status: int, headers: Mapping[str, str], second: int) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"date: {formatdate(second, usegmt=True)}"]
    for name, value in (COMMON_HEADERS | dict(headers)).items():
        if name != "Connection":
            lines.append(f"{name.lower()}: {_one_line(value)}")
    return "\r\n".join([*lines, ""]).encode("latin-1")


def _one_line(value: str) -> str:
    """A value that cannot end its header."""
    return value.replace("\r", " ").replace("\n", " ")
