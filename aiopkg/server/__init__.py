"""The SPARQL 1.1 endpoint; text of users never reaches the process that answers HTTP.

::

    limits       what one request may take
    problem      an error as application/problem+json
    layout       which graph is asserted, and which ones follow from it
    holding      what is served, as it is handed to the keeper
    messages     questions and replies on a pipe
    inbox        what has come over a pipe
    dialogue     questions to a process of ours and its replies
    process      such a process and the pipes to it

    prescan      the text of a query or update as tokens: nesting, SERVICE, FROM, prefixes; before any parser sees it
    operations   the operations of an update, told apart
    diagnose     the line and column of a syntax error
    negotiate    media types by the Accept header
    spelling     literals as they were written
    dataset      which graphs a query sees
    evaluate     one question to one whole reply
    amend        one update, or one document, to the quads that would come and go
    description  the service, its graphs, prefixes and sample queries as triples
    worker       the process that holds a store and branches; a branch answers, and works changes out

    kept         everything that is served, brought up to date with each change, and the pages (:mod:`aiopkg.web`)
    keeper       the process that holds it

    recent       answers that were given lately
    stem         that process, and its branches
    stock        the dataset with all changes: where a worker comes from
    ticket       a question on its way, and the worker that has it
    pool         the workers: time limit, replacement, what takes long
    ledger       pool and keeper together: every change in order
    access       the bearer token
    request      the parameters of a request
    upload       the documents of a request
    exchange     one request as it comes
    response     the head of a response in bytes
    protocol     HTTP: addresses, methods, headers
    connection   one client: its requests one after the other (the only module that names httptools)
    listen       the socket and the signals
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiopkg.errors import MissingExtra
from aiopkg.server.holding import Holding
from aiopkg.server.limits import Limits

if TYPE_CHECKING:
    from aiopkg.server.protocol import Application

__all__ = ["Holding", "Limits", "application", "serve"]

DEFAULT_LIMITS = Limits()


def application(content: bytes | Holding, *, token: str = "", limits: Limits = DEFAULT_LIMITS) -> "Application":
    """Build the ASGI application; its lifespan starts the processes behind it and ends them.

    ``content`` is what is served: a holding, or an N-Quads document in which every quad has a graph name, which
    then never changes. Whoever sends the bearer ``token`` may change a holding; nobody may if it is empty.
    The lifespan raises InputError when the content cannot be taken up.
    """
    from aiopkg.server.ledger import Ledger  # noqa: PLC0415 (costs time to import)
    from aiopkg.server.protocol import Application  # noqa: PLC0415

    return Application(Ledger(content, limits), token)


def serve(
    content: bytes | Holding,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    token: str = "",
    limits: Limits = DEFAULT_LIMITS,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Answer on ``host`` and ``port`` until SIGINT or SIGTERM; port 0 takes a free one.

    ``content`` and ``token`` are those of :func:`application`.
    ``announce`` is called once with the URL of the server, when it can be reached. Raises MissingExtra
    when the optional part ``server`` is not installed, and InputError when the address cannot be had
    or the content cannot be taken up.
    """
    try:
        from aiopkg.server import listen  # noqa: PLC0415 (an optional part)
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    listen.serve(content, host=host, port=port, token=token, limits=limits, announce=announce)


def _missing(error: ModuleNotFoundError) -> Exception:
    """Tell an optional part that is not installed from a defect of our own."""
    if (error.name or "").partition(".")[0] in {"httptools"}:
        return MissingExtra("server", "The SPARQL endpoint")
    return error
