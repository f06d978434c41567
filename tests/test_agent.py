"""The MCP server, spoken to by the reference client: in this process, and over stdio."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from conftest import ORGS, ROOT

import aiopkg
from aiopkg.agent import AGENT_LIMITS, agent
from aiopkg.server import Limits

mcp = pytest.importorskip("mcp", reason="the package mcp is not installed")

BANK = ORGS / "bank.ttl"
DAY = date(2026, 6, 30)
Client = Any


@pytest.fixture(scope="module")
def found() -> aiopkg.Assessment:
    return aiopkg.assess(BANK, as_of=DAY)


def speak(found: aiopkg.Assessment, talk: Callable[[Client], Awaitable[None]], limits: Limits = AGENT_LIMITS) -> None:
    async def session() -> None:
        async with mcp.Client(agent(found, limits)) as client:
            await talk(client)

    asyncio.run(session())


async def told(client: Client, tool: str, **arguments: object) -> str:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return str(result.content[0].text)


async def refused(client: Client, tool: str, **arguments: object) -> str:
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    return str(result.content[0].text)


def test_every_tool_is_described_and_read_only(found: aiopkg.Assessment) -> None:
    async def talk(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert {tool.name for tool in tools} == {"assess", "ask", "explain", "query", "rules"}
        assert all(tool.description and tool.annotations.read_only_hint for tool in tools)
        names = {name for tool in tools for name in tool.input_schema["properties"]}
        assert not {name for name in names if "file" in name or "path" in name or "url" in name}

    speak(found, talk)


def test_the_tools_answer_as_the_commands_do(found: aiopkg.Assessment) -> None:
    async def talk(client: Client) -> None:
        whole = json.loads(await told(client, "assess"))
        assert [finding["id"] for finding in whole["findings"]] == [finding.id for finding in found.findings]
        assert whole["organization"]["label"] == found.organization_label
        first = found.findings[0]
        one = json.loads(await told(client, "assess", rule=first.rule, element=first.label))
        assert [finding["id"] for finding in one["findings"]] == [first.id]
        assert "summary" not in one
        assert json.loads(await told(client, "assess", limit=2, offset=1))["matching"] == len(found.findings)
        listed = json.loads(await told(client, "ask"))
        assert "who-answers-for" in {question["name"] for question in listed}
        answer = json.loads(
            await told(client, "ask", question="who-answers-for", parameters={"useCase": "Private loan scoring"})
        )
        assert {row["useCase"]["label"] for row in answer["rows"]} == {"Private loan scoring"}
        proof = await told(client, "explain", what=[first.id])
        assert first.label in proof
        assert "bank.ttl:" in proof
        rows = json.loads(await told(client, "query", sparql="SELECT (COUNT(*) AS ?n) { ?u a aiop:LiveUseCase }"))
        assert int(rows["results"]["bindings"][0]["n"]["value"]) > 1
        assert "LiveUseCase" in await told(client, "query", sparql="CONSTRUCT WHERE { ?u a aiop:LiveUseCase }")
        assert len(json.loads(await told(client, "rules"))) == len(aiopkg.catalogue())
        assert [rule["code"] for rule in json.loads(await told(client, "rules", codes=["G101"]))] == ["G101"]
        assert json.loads(await told(client, "rules", cites="GOVERN 2.1"))

    speak(found, talk)


def test_what_cannot_be_answered_says_why_and_the_next_call_is_answered(found: aiopkg.Assessment) -> None:
    crossed = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

    async def talk(client: Client) -> None:
        assert "line 1, column" in await refused(client, "query", sparql="SELECT * { ?s ?p }")
        assert "service-refused" in await refused(
            client, "query", sparql="SELECT * { SERVICE <http://192.0.2.1/> { ?s ?p ?o } }"
        )
        assert "update-as-query" in await refused(client, "query", sparql="DELETE WHERE { ?s ?p ?o }")
        assert "row-limit" in await refused(client, "query", sparql="SELECT * { ?s ?p ?o } ")
        assert "time-limit" in await refused(client, "query", sparql=crossed)
        assert "unknown-question" in await refused(client, "ask", question="who")
        assert "unknown-rule" in await refused(client, "rules", codes=["Z999"])
        assert await refused(client, "explain", what=["nothing"])
        for _ in range(20):  # a busy machine takes its time to replace a process
            answer = await client.call_tool("query", {"sparql": "ASK {}"})
            if not answer.is_error:
                break
        assert "true" in str(answer.content[0].text)

    speak(found, talk, Limits(seconds=3, rows=100, bytes=2**20, workers=1))


def test_an_answer_that_is_too_large_is_refused(found: aiopkg.Assessment) -> None:
    async def talk(client: Client) -> None:
        assert "byte-limit" in await refused(client, "assess")

    speak(found, talk, Limits(seconds=20, bytes=500, workers=1))


def test_the_command_serves_over_stdio() -> None:
    from mcp.client.stdio import StdioServerParameters

    async def session() -> None:
        started = StdioServerParameters(
            command=sys.executable,
            args=["-m", "aiopkg", "mcp", str(BANK), "--as-of", DAY.isoformat()],
            env={"PYTHONPATH": str(ROOT)},
        )
        async with mcp.Client(started) as client:
            assert json.loads(await told(client, "assess", limit=1))["findings"]
            assert "true" in await told(client, "query", sparql="ASK {}")

    asyncio.run(session())


def test_a_missing_extra_says_how_to_install_it(found: aiopkg.Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(aiopkg.MissingExtra, match=r"pip install 'aiopkg\[mcp\]'"):
        agent(found)
