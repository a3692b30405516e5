"""The server by its official client, over a real stdin and stdout: every tool, what it refuses, and what it leaves."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from tests.patience import until

from victron_console.contract.agents.backpressure import AT_ONCE
from victron_console.contract.agents.tools import TOOLS
from victron_console.contract.status import status
from victron_console.model.clock import SystemClock
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader

SITE = "cedar-house"
CALLS: dict[str, dict[str, object]] = {
    "fleet": {},
    "station_now": {"station": SITE},
    "why": {"station": SITE, "question": "not-charging"},
    "alarms": {"limit": 3},
    "alarm_life": {"id": 15},
    "incidents": {"since": "30d", "limit": 3},
    "find_series": {"station": SITE, "pattern": "battery/*/Soc"},
    "read_series": {"station": SITE, "series": "system/0/Dc/Battery/Soc", "since": "3d", "points": 24},
    "diagnosis": {"station": SITE},
    "explain_figure": {"station": "fern-lodge", "figure": "soh.level"},
    "peers": {},
    "log": {"limit": 5},
    "audit": {"station": SITE},
    "report": {"station": SITE},
    "advice": {"station": SITE},
    "backtest": {"station": SITE, "what": "rules", "since": "1h"},
    "jobs": {},
    "link": {"station": SITE},
}


@asynccontextmanager
async def client(store: Path) -> AsyncIterator[ClientSession]:
    command = ["-m", "victron_console", "--store", str(store), "--operator", "desk", "mcp"]
    server = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        yield session


def said(result: types.CallToolResult) -> str:
    assert isinstance(result.content[0], types.TextContent)
    return str(result.content[0].text)


async def answer(session: ClientSession, tool: str, **given: object) -> dict[str, Any]:
    result = await session.call_tool(tool, given)
    assert not result.isError, said(result)
    assert result.structuredContent == json.loads(said(result)), "both forms of the answer say the same"
    assert isinstance(result.structuredContent, dict)
    return result.structuredContent


@pytest.mark.slow
async def test_every_tool_is_listed_and_answers_in_its_form_now_and_in_the_past(lived: Path) -> None:
    async with client(lived) as session:
        listed = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(listed) == set(TOOLS) == set(CALLS)
        for name, given in CALLS.items():
            tool = listed[name]
            assert tool.annotations is not None and tool.annotations.readOnlyHint and tool.outputSchema is not None
            for moment in ({}, {"as_of": "4d"}):
                found = await answer(session, name, **given, **moment)
                jsonschema.validate(found, tool.outputSchema)
                assert found["at"].endswith("Z") and "from_outside" in found
                if name not in ("report", "backtest"):
                    assert found["live"] is not bool(moment), name


@pytest.mark.slow
async def test_resources_and_prompts_are_there_to_read(lived: Path) -> None:
    async with client(lived) as session:
        resources = (await session.list_resources()).resources
        assert {resource.name for resource in resources} >= {"glossary", "rules", "health", "facts/http"}
        for resource in resources:
            content = (await session.read_resource(resource.uri)).contents[0]
            assert isinstance(content, types.TextResourceContents) and len(content.text) > 500
        prompts = (await session.list_prompts()).prompts
        assert {prompt.name for prompt in prompts} == {"morning_round", "site_does_not_charge", "before_i_drive_there"}
        asked = await session.get_prompt("site_does_not_charge", {"station": SITE})
        assert isinstance(asked.messages[0].content, types.TextContent) and SITE in asked.messages[0].content.text


@pytest.mark.slow
async def test_figures_are_those_of_status(lived: Path) -> None:
    with closing(Reader(lived)) as reader:
        told = {station.id: station for station in status(reader, SystemClock().now()).stations}
    async with client(lived) as session:
        for name, station in told.items():
            figures = (await answer(session, "station_now", station=name))["station"]["figures"]
            assert {key: (one["value"], one["unit"]) for key, one in figures.items()} == {
                key: (one.value, one.unit) for key, one in station.figures.items()
            }


@pytest.mark.slow
async def test_what_is_asked_is_noted_in_the_log_beside_a_collector(lived: Path) -> None:
    with Lease(lived, SystemClock()):  # a collector runs
        async with client(lived) as session:
            await answer(session, "station_now", station=SITE)
            await session.call_tool("station_now", {"station": "nobody"})

    def lines() -> list[str]:
        with closing(Reader(lived)) as reader:
            now = SystemClock().now()
            found = reader.events(now - 60, now, kinds=["agent"])
            return [event.text for event in found if event.details["who"] == "desk"]

    await until(lambda: any("asked station_now of cedar-house" in line for line in lines()))
    assert any("was refused station_now of nobody" in line for line in lines())


@pytest.mark.slow
async def test_calls_at_once_are_all_answered(lived: Path) -> None:
    async with client(lived) as session:
        found = await asyncio.gather(*(answer(session, "find_series", station=SITE, limit=3) for _ in range(40)))
    assert len({json.dumps(one["series"]) for one in found}) == 1


@pytest.mark.slow
async def test_a_client_that_asks_and_does_not_read_is_not_let_in_any_further(lived: Path) -> None:
    """A ping needs no slot to be worked on: it comes at once unless it, too, waits for those before it."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "victron_console", "--store", str(lived), "mcp",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert server.stdin is not None and server.stdout is not None
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "deaf", "version": "1"}}
    sent = [
        {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
    ]
    for message in sent:
        server.stdin.write(json.dumps(message).encode() + b"\n")
    assert json.loads(await server.stdout.readline())["id"] == 0
    pages = 100
    for number in range(1, pages + 1):
        call = {"name": "find_series", "arguments": {"station": SITE}}
        asked = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": call}
        server.stdin.write(json.dumps(asked).encode() + b"\n")
    server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": pages + 1, "method": "ping"}).encode() + b"\n")
    answered = [json.loads(await server.stdout.readline())["id"] for _ in range(pages + 1)]
    assert sorted(answered) == list(range(1, pages + 2)), "who reads in the end gets every answer"
    assert max(abs(number - place) for place, number in enumerate(answered, start=1)) <= AT_ONCE, "in about their order"
    server.stdin.close()
    assert await server.wait() == 0
