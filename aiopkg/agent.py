"""Tools for assistants by the Model Context Protocol (the only module that names mcp): one assessment, read only.

No tool takes a path or an address. SPARQL text is evaluated in the worker processes of the endpoint, within their
limits; what else takes too long or answers too much is refused.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.console import Console

from aiopkg import __version__, ask, report
from aiopkg.assessment import Assessment
from aiopkg.crosswalk import Cited as Named
from aiopkg.crosswalk import Lookup, cited
from aiopkg.errors import AiopkgError, MissingExtra
from aiopkg.rules import catalogue, rule_called
from aiopkg.server.limits import Limits
from aiopkg.server.messages import Question
from aiopkg.server.pool import Pool
from aiopkg.sparql import declare

if TYPE_CHECKING:
    from mcp.server import MCPServer

__all__ = ["AGENT_LIMITS", "agent", "run"]

AGENT_LIMITS = Limits(seconds=20.0, rows=10_000, bytes=2**20, workers=1)
"""What one call of a tool may take; an assistant has little use for more."""

_ACCEPT = "application/sparql-results+json, text/turtle;q=0.9"
_WIDTH = 110
_MOST_FINDINGS = 50


class Trouble(Exception):
    """A call that cannot be answered, in words for the assistant."""


class Tools:
    """What the tools do; each raises :class:`Trouble` for what it cannot answer."""

    def __init__(self, assessment: Assessment, limits: Limits) -> None:
        self._assessment = assessment
        self._limits = limits
        self.pool = Pool(assessment.dataset(), limits)

    async def assess(
        self,
        rule: str | None = None,
        verdict: str | None = None,
        severity: str | None = None,
        element: str | None = None,
        offset: int = 0,
        limit: int = _MOST_FINDINGS,
    ) -> str:
        """Say what is wrong with the organization: a summary, its archetype, the root causes, and findings.

        Findings can be narrowed by rule (code), verdict (violated, unknown, in_progress, not_applicable, waived),
        severity (violation, warning, info) and element (IRI or label); offset and limit page through them. Each has
        an id, by which explain proves it.
        """
        wanted = {"rule": rule, "verdict": verdict, "severity": severity}

        def told() -> str:
            whole = report.document(self._assessment)
            kept = [
                finding
                for finding in whole["findings"]
                if all(value in (None, finding[key]) for key, value in wanted.items())
                and element in (None, finding["focus"], finding["label"])
            ]
            chosen = kept[max(0, offset) :][: max(0, limit)]
            keys = ("organization", "as_of", "summary", "archetype", "root_causes", "contradictions")
            found = {key: whole[key] for key in keys} if not any(wanted.values()) and element is None else {}
            return _json({**found, "matching": len(kept), "findings": chosen})

        return await self._within(told)

    async def ask(self, question: str | None = None, parameters: dict[str, str] | None = None) -> str:
        """Answer one of the ready questions by its name; without a name, list them with their parameters.

        Elements are given by label, prefixed name or IRI, days as YYYY-MM-DD.
        """
        if question is None:
            keys = ("name", "question", "parameters")
            return _json([{key: each[key] for key in keys} for each in json.loads(ask.questions_json())])
        return await self._within(lambda: ask.ask(self._assessment, question, **(parameters or {})).to_json())

    async def explain(self, what: list[str]) -> str:
        """Prove something down to the lines of the files that state it.

        What is one word (the id of a finding, recommendation, cascade or contradiction, or archetype), or a triple in
        three words, each a prefixed name, an IRI or a label: ["Demand forecast", "a", "aiop:LiveUseCase"].
        """

        def told() -> str:
            text = StringIO()
            report.proof_to_text(self._assessment.explain(what), Console(file=text, width=_WIDTH))
            return text.getvalue()

        return await self._within(told)

    async def query(self, sparql: str) -> str:
        """Answer a SPARQL 1.1 query: SPARQL JSON results for SELECT and ASK, Turtle for CONSTRUCT and DESCRIBE.

        The default graph holds what is asserted and inferred; named graphs are
        https://w3id.org/aiop/graph/{asserted,ontology,inferred,measures,findings,recommendations,cascades}.
        The prefixes aiop, org, prov, dcat, skos, rdf, rdfs, owl and xsd need no declaration.
        """
        reply = await self.pool.answer(Question(declare(sparql), _ACCEPT))
        if reply.status != 200:
            problem = json.loads(reply.body)
            place = f" (line {problem['line']}, column {problem['column']})" if "line" in problem else ""
            raise Trouble(f"{problem['title']}{place}: {problem['detail']} [{problem['code']}]")
        return reply.body.decode()

    async def rules(self, codes: list[str] | None = None, cites: str | None = None) -> str:
        """List the rules that organizations are judged by; show some whole by their codes, or find them by a clause of
        a standard that they cite, such as "GOVERN 2.1".
        """

        def told() -> str:
            if codes:
                return report.rules_json([rule_called(code) for code in codes])
            every = Lookup((), tuple(Named(rule) for rule in catalogue()), ())
            return report.catalogue_json(every if cites is None else cited(cites))

        return await self._within(told)

    async def _within(self, work: Callable[[], str]) -> str:
        """Do some work of our own within the limits of time and size."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                text = await asyncio.to_thread(work)
        except TimeoutError as error:
            raise Trouble(f"This was not answered within {self._limits.seconds:g} seconds. [time-limit]") from error
        except AiopkgError as error:
            raise Trouble(str(error)) from error
        if len(text.encode()) > self._limits.bytes:
            raise Trouble(f"The answer has more than {self._limits.bytes:,} bytes; ask for less. [byte-limit]")
        return text


def agent(assessment: Assessment, limits: Limits = AGENT_LIMITS) -> "MCPServer[Any]":
    """Return an MCP server with the tools assess, ask, explain, query and rules over one assessment.

    Raises :class:`MissingExtra` when the optional part ``mcp`` is not installed.
    """
    try:
        from mcp.server import MCPServer  # noqa: PLC0415 (an optional part)
        from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415
        from mcp.types import ToolAnnotations  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra("mcp", "The MCP server") from error
    tools = Tools(assessment, limits)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with tools.pool:
            yield

    server: MCPServer[Any] = MCPServer(
        "aiopkg",
        version=__version__,
        instructions=f"What is wrong with how {assessment.organization_label} runs its AI, why, and what to do.",
        lifespan=lifespan,
        log_level="WARNING",
    )
    reading = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    for tool in (tools.assess, tools.ask, tools.explain, tools.query, tools.rules):
        server.add_tool(_told(tool, ToolError), annotations=reading, structured_output=False)
    return server


def run(assessment: Assessment, limits: Limits = AGENT_LIMITS) -> None:
    """Serve the tools on standard input and output until the client goes; raises as :func:`agent` does."""
    asyncio.run(agent(assessment, limits).run_stdio_async())


def _told(tool: Callable[..., Any], failure: type[Exception]) -> Callable[..., Any]:
    """Return a tool whose trouble reaches the assistant as the failure of a tool."""

    @wraps(tool)
    async def called(*arguments: object, **named: object) -> object:
        try:
            return await tool(*arguments, **named)
        except Trouble as trouble:
            raise failure(str(trouble)) from trouble

    return called


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
