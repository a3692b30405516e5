"""Requests to servers on the web, over real connections: what is read, and when it is given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from tests.patience import PATIENCE_S

from victron_console.sources.web_answer import WebAnswer, ask

HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"


@asynccontextmanager
async def server(*parts: bytes, goes_on: bool = False) -> AsyncIterator[Callable[[], httpx.Request]]:
    """Gives requests to a server that answers so; one that `goes_on` sends a byte again and again, and never ends."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.writelines(parts)
        try:
            while goes_on:
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        finally:
            writer.close()

    made = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with made:
        yield lambda: httpx.Request("GET", f"http://127.0.0.1:{made.sockets[0].getsockname()[1]}/")


async def test_a_server_that_trickles_is_given_up_at_the_deadline() -> None:
    async with asyncio.timeout(PATIENCE_S):
        async with server(HEAD, goes_on=True) as request:
            with pytest.raises(TimeoutError):
                await ask(request(), 0.3, 10**9)


async def test_no_more_is_read_than_is_wanted_and_that_is_said() -> None:
    async with server(HEAD, b"12345") as request:
        assert await ask(request(), PATIENCE_S, 5) == WebAnswer(200, b"12345", is_whole=True)
    async with server(HEAD, b"12345", goes_on=True) as request:
        assert await ask(request(), PATIENCE_S, 4) == WebAnswer(200, b"1234", is_whole=False)


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with server(HEAD, b"here") as request:
        assert (await ask(request(), PATIENCE_S, 100)).body == b"here"


async def test_what_is_packed_is_not_unpacked() -> None:
    packed = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n"
    async with server(packed, b"\x1f\x8b packed") as request:
        assert (await ask(request(), PATIENCE_S, 100)).body == b"\x1f\x8b packed"
