"""The lean transport makes of every answer what httpx's own makes of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random

import httpx
import pytest
from tests.patience import PATIENCE_S

from victron_console.sources.plain_http import PlainTransport

HEADERS = [("accept", "application/json"), ("connection", "close")]
DEVICE = b"HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.8\r\nDate: Mon, 01 Jun 2026 10:00:00 GMT\r\n\r\n"
BODY = b'{"value": {"Soc": 81.5}, "success": true}'
ANSWERS = {
    "device": [DEVICE + BODY],
    "device, in pieces": [DEVICE[:20], DEVICE[20:] + BODY[:7], BODY[7:]],
    "device, no body": [DEVICE],
    "device, not found": [DEVICE.replace(b"200 OK", b"404 Not Found") + BODY],
    "no reason": [b"HTTP/1.0 200\r\n\r\n" + BODY],
    "no headers": [b"HTTP/1.0 200 OK\r\n\r\n" + BODY],
    "no content": [DEVICE.replace(b"200 OK", b"204 No Content") + BODY],
    "length": [b"HTTP/1.1 200 OK\r\nContent-Length: 41\r\n\r\n" + BODY + b"more"],
    "length of 1.0": [b"HTTP/1.0 200 OK\r\nX: y\r\ncontent-length: 7\r\n\r\n" + BODY],
    "too short": [b"HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\n" + BODY],
    "two lengths": [b"HTTP/1.0 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n" + BODY],
    "chunks": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", b"2\r\n67\r\n0\r\n\r\n"],
    "chunks cut off": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12"],
    "chunks of 1.0": [b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n"],
    "chunks and length": [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n5\r\n12345\r\n0\r\n\r\n"
    ],
    "bare line feeds": [b"HTTP/1.0 200 OK\nX: y\n\n" + BODY],
    "folded header": [b"HTTP/1.0 200 OK\r\nX: y\r\n z\r\n\r\n" + BODY],
    "announced": [b"HTTP/1.1 100 Continue\r\n\r\n" + DEVICE + BODY],
    "switches": [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"],
    "redirect": [b"HTTP/1.0 302 Found\r\nLocation: http://evil/\r\n\r\n"],
    "odd header name": [b"HTTP/1.0 200 OK\r\nX Y: z\r\n\r\n" + BODY],
    "control bytes": [b"HTTP/1.0 200 OK\r\nX: \x1b]0;t\x07\r\n\r\n" + BODY],
    "high bytes": [b"HTTP/1.0 200 OK\r\nX: \xff\xfe\r\n\r\n" + BODY],
    "status of 999": [b"HTTP/1.0 999 What\r\n\r\n" + BODY],
    "another version": [b"HTTP/2.0 200 OK\r\n\r\n" + BODY],
    "nothing": [],
    "half a head": [b"HTTP/1.0 200 OK\r\nServer"],
    "endless head": [b"HTTP/1.0 200 OK\r\n" + b"X: y\r\n" * 40_000],
    "other program": [b"SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    "noise": [bytes(range(256))],
}
Outcome = tuple[object, ...]


@asynccontextmanager
async def answering(pieces: Sequence[bytes], asked: list[bytes]) -> AsyncIterator[str]:
    """The address of a server that answers anything with these pieces and closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def outcome(transport: httpx.AsyncBaseTransport, url: str) -> Outcome:
    """Status, headers and body, or the kind of the error."""
    request = httpx.Request("GET", f"{url}/value?path=%2F", headers=HEADERS)
    request.extensions["timeout"] = {"connect": PATIENCE_S}
    body = b""
    try:
        async with transport:
            response = await transport.handle_async_request(request)
            try:
                stream = response.stream
                assert isinstance(stream, httpx.AsyncByteStream)
                async for chunk in stream:
                    body += chunk
            finally:
                await response.aclose()
    except httpx.TransportError as error:
        return (type(error), "without sending" in str(error), body)
    return (response.status_code, sorted((k.lower(), v) for k, v in response.headers.raw), body)


async def of_both(pieces: Sequence[bytes]) -> tuple[Outcome, Outcome, list[bytes]]:
    """What the lean transport and httpx's make of an answer, and what each asked."""
    asked: list[bytes] = []
    async with answering(pieces, asked) as url:
        lean = await outcome(PlainTransport(), url)
        stock = await outcome(httpx.AsyncHTTPTransport(trust_env=False), url)
    return lean, stock, asked


@pytest.mark.parametrize("pieces", ANSWERS.values(), ids=list(ANSWERS))
async def test_an_answer_is_taken_as_by_httpx(pieces: Sequence[bytes]) -> None:
    lean, stock, _ = await of_both(pieces)
    assert lean == stock


@pytest.mark.slow
async def test_a_mutated_answer_is_taken_as_by_httpx() -> None:
    dice = Random(20)
    for _ in range(150):
        answer = bytearray(b"".join(dice.choice(list(ANSWERS.values()))[:2])[:400])
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(answer) + 1)
            answer[at : at + dice.randrange(3)] = bytes(dice.choice(b"\r\n\0 :/019aZ\x80\xff") for _ in range(2))
        lean, stock, _ = await of_both([bytes(answer)])
        assert lean == stock, bytes(answer)


async def test_the_device_is_asked_as_by_httpx() -> None:
    _, _, (lean, stock) = await of_both([DEVICE + BODY])
    assert sorted(lean.lower().splitlines()) == sorted(stock.lower().splitlines())


async def test_what_nobody_reads_is_not_taken_from_the_network() -> None:
    sent = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(DEVICE)
        while sent < 64_000_000:
            writer.write(b"x" * 100_000)
            await writer.drain()
            sent += 100_000

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        response = await PlainTransport().handle_async_request(httpx.Request("GET", url, headers=HEADERS))
        held = -1
        while sent != held:  # until the sender is held up
            held = sent
            for _ in range(200):
                await asyncio.sleep(0)
        assert sent < 64_000_000
        await response.aclose()


async def test_a_name_whose_addresses_all_refuse_is_refused(
    monkeypatch: pytest.MonkeyPatch, refusing: Callable[[], int]
) -> None:
    port = refusing()

    async def both(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.1", "127.0.0.2")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    request = httpx.Request("GET", f"http://venus.example:{port}/", headers=HEADERS)
    with pytest.raises(httpx.ConnectError) as caught:
        await PlainTransport().handle_async_request(request)
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


@pytest.fixture
def refusing() -> Callable[[], int]:
    """Gives a port that nobody listens on."""

    def port() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return int(listener.getsockname()[1])

    return port
