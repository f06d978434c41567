"""The SPARQL 1.1 endpoint and the page beside it; query text never reaches the process that answers HTTP.

::

    limits      what one request may take
    problem     an error as application/problem+json
    prescan     the query text as tokens: nesting, SERVICE, FROM, prefixes; before any parser sees it
    diagnose    the line and column of a syntax error
    negotiate   media types by the Accept header
    dataset     which graphs a query sees
    evaluate    one question to one whole reply
    messages    questions and replies on a pipe
    worker      the process that holds a store and answers
    pool        the workers: time limit, replacement
    pages       the web page (:mod:`aiopkg.web`), written in a thread of its own
    protocol    HTTP (the only module that names starlette)
    listen      the socket and the signals (the only module that names uvicorn)
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiopkg.errors import MissingExtra
from aiopkg.server.limits import Limits

if TYPE_CHECKING:
    from aiopkg.server.protocol import Application
    from aiopkg.web import Site

__all__ = ["Limits", "application", "serve"]

DEFAULT_LIMITS = Limits()


def application(quads: bytes, *, site: "Site | None" = None, limits: Limits = DEFAULT_LIMITS) -> "Application":
    """Build the ASGI application; its lifespan starts the workers and ends them.

    ``quads`` is an N-Quads document in which every quad has a graph name; ``site`` has the pages.
    Raises MissingExtra when the optional part ``server`` is not installed; the lifespan raises
    InputError when the quads cannot be read.
    """
    try:
        from aiopkg.server import protocol  # noqa: PLC0415 (an optional part)
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    return protocol.application(quads, site, limits)


def serve(
    quads: bytes,
    *,
    site: "Site | None" = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    limits: Limits = DEFAULT_LIMITS,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Answer on ``host`` and ``port`` until SIGINT or SIGTERM; port 0 takes a free one.

    ``announce`` is called once with the URL of the server, when it can be reached. Raises MissingExtra
    when the optional part ``server`` is not installed, and InputError when the address cannot be had
    or the quads cannot be read.
    """
    try:
        from aiopkg.server import listen  # noqa: PLC0415 (an optional part)
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    listen.serve(quads, site, host=host, port=port, limits=limits, announce=announce)


def _missing(error: ModuleNotFoundError) -> Exception:
    """Tell an optional part that is not installed from a defect of our own."""
    if (error.name or "").partition(".")[0] in {"starlette", "uvicorn"}:
        return MissingExtra("server", "The SPARQL endpoint")
    return error
