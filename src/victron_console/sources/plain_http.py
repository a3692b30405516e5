"""GETs over plain http behind httpx's interface, a connection each: a fleet asks 500 times a second.

The request goes out with the connection, the answer is read until the device closes. The head that the device's own
server gives is split here; whatever answers otherwise (a proxy with a length or chunks, another program, noise) is read
by h11, as httpx's own transport reads everything. There is no pool, no redirect, no proxy and no TLS here.
"""

from __future__ import annotations

import asyncio
import errno
import re
import socket
from collections import deque
from collections.abc import AsyncIterator
from functools import lru_cache
from ipaddress import ip_address
from typing import cast

import h11
import httpx

_DEVICE_HEAD = re.compile(
    rb"HTTP/1\.0 (200|[45]\d\d) [\x20-\x7e]*\r\n"
    rb"((?:(?!(?i:content-length|transfer-encoding):)[A-Za-z-]+: [\x21-\x7e][\x20-\x7e]*\r\n)*)\r\n"
)
"""A head without a length, as Python's `BaseHTTPRequestHandler` sends it in one piece: the body ends with the
connection."""
_MAX_HEAD_BYTES = 100 * 1024
_MAX_WAITING_BYTES = 256 * 1024
"""No more is taken from the network before it was read here."""
_NEXT_ADDRESS_S = 0.25
"""Before the next address of a name is tried beside the first (RFC 8305, 5)."""


class PlainTransport(httpx.AsyncBaseTransport):
    """Sends GETs to `http://` addresses. Raises what httpx's own transport raises."""

    def __init__(self) -> None:
        self._checked: list[tuple[bytes, bytes]] = []
        self._lines = b""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The head of the answer; its stream gives the rest, and closes the connection when it is closed."""
        connection = _Connection(b"GET %b HTTP/1.1\r\n%b\r\n" % (request.url.raw_path, self._headers(request)))
        await _connect(connection, request)
        try:
            first = await connection.receive()
            if found := _DEVICE_HEAD.match(first):
                headers = [tuple(line.split(b": ", 1)) for line in found[2].splitlines()]
                body = _UntilClosed(connection, first[found.end() :])
                return httpx.Response(int(found[1]), headers=headers, stream=body, request=request)
            other = _OtherServer(connection, first)
            head = await other.head()
            return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=other, request=request)
        except BaseException:
            await connection.close()
            raise

    def _headers(self, request: httpx.Request) -> bytes:
        """The header lines, checked by h11; those of a station are always the same."""
        raw = request.headers.raw
        if raw != self._checked:
            try:
                sent = h11.Connection(h11.CLIENT).send(h11.Request(method="GET", target="/", headers=raw))
            except h11.LocalProtocolError as error:
                raise httpx.LocalProtocolError(str(error)) from error
            assert sent is not None
            self._checked, self._lines = raw, sent.partition(b"\r\n")[2].removesuffix(b"\r\n")
        return self._lines


async def _connect(connection: _Connection, request: httpx.Request) -> None:
    host, port = request.url.raw_host.decode("ascii"), request.url.port or 80
    try:
        async with asyncio.timeout(request.extensions.get("timeout", {}).get("connect")):
            await _open(connection, host, port)
    except TimeoutError as error:
        raise httpx.ConnectTimeout("no connection in time") from error
    except UnicodeError as error:  # a label of more than 63 characters
        raise httpx.ConnectError(str(error)) from socket.gaierror(socket.EAI_NONAME, str(error))
    except OSError as error:
        if error.errno is None and f"[Errno {errno.ECONNREFUSED}]" in str(error):  # several addresses, as one text
            raise httpx.ConnectError(str(error)) from ConnectionRefusedError(errno.ECONNREFUSED, str(error))
        raise httpx.ConnectError(str(error)) from error


async def _open(connection: _Connection, host: str, port: int) -> None:
    """Connect to an address, or to the first of a name's addresses that takes it."""
    loop = asyncio.get_running_loop()
    if _is_address(host):  # there is no other to try beside it, and the race costs a tenth of the request
        await loop.create_connection(lambda: connection, host, port)
    elif isinstance(loop, asyncio.BaseEventLoop):
        await loop.create_connection(lambda: connection, host, port, happy_eyeballs_delay=_NEXT_ADDRESS_S)
    else:  # uvloop tries them one after the other, each until the system gives it up
        from aiohappyeyeballs import start_connection

        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        first = await start_connection(addresses, happy_eyeballs_delay=_NEXT_ADDRESS_S)
        await loop.create_connection(lambda: connection, sock=first)


@lru_cache(maxsize=4096)
def _is_address(host: str) -> bool:
    """Whether it is an IP address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class _Connection(asyncio.Protocol):
    """One connection: sends the request as soon as it stands, and keeps what comes until it is asked for."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._transport: asyncio.Transport | None = None
        self._chunks: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._ended = False
        self._error: Exception | None = None
        self._news: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none of its classes
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes > _MAX_WAITING_BYTES and self._transport is not None:
            self._transport.pause_reading()
        self._tell()

    def eof_received(self) -> None:
        self._ended = True
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._error = True, exc
        self._tell()

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    async def receive(self) -> bytes:
        """What came since the last call, at least a byte; empty at the end.

        Raises:
            httpx.ReadError: the connection broke.
        """
        while not self._chunks and not self._ended:
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        if self._chunks:
            data = self._chunks.popleft() if len(self._chunks) == 1 else b"".join(self._chunks)
            self._chunks.clear()
            if self._waiting_bytes > _MAX_WAITING_BYTES and self._transport is not None and not self._ended:
                self._transport.resume_reading()
            self._waiting_bytes = 0
            return data
        if self._error is not None:
            raise httpx.ReadError(str(self._error)) from self._error
        return b""

    async def close(self) -> None:
        """Close now, and give up what is still to be sent or read: until then the station serves nobody else."""
        if self._transport is not None:
            self._transport.abort()
            await asyncio.sleep(0)  # the loop closes the socket in its next round


class _UntilClosed(httpx.AsyncByteStream):
    """A body that ends where the connection does."""

    def __init__(self, connection: _Connection, first: bytes) -> None:
        self._connection = connection
        self._first = first

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._first:
            yield self._first
        while data := await self._connection.receive():
            yield data

    async def aclose(self) -> None:
        await self._connection.close()


class _OtherServer(httpx.AsyncByteStream):
    """An answer of any kind that HTTP/1.1 allows, as h11 reads it."""

    def __init__(self, connection: _Connection, first: bytes) -> None:
        self._connection = connection
        self._first: bytes | None = first
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._parser.send(h11.Request(method="GET", target="/", headers=[("host", "station"), ("connection", "close")]))
        self._parser.send(h11.EndOfMessage())

    async def head(self) -> h11.Response:
        """The final head; those that only announce it are passed over.

        Raises:
            httpx.RemoteProtocolError: what came is no HTTP, or nothing came.
        """
        while isinstance(event := await self._event(), h11.InformationalResponse):
            pass
        if not isinstance(event, h11.Response):
            raise httpx.RemoteProtocolError("no answer in HTTP")
        return event

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._event(), h11.Data):
            yield bytes(event.data)

    async def _event(self) -> object:
        """The next thing that h11 makes of what came."""
        try:
            while (event := self._parser.next_event()) is h11.NEED_DATA:
                data = await self._received()
                if not data and self._parser.their_state is h11.SEND_RESPONSE:
                    raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
                self._parser.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        return event

    async def _received(self) -> bytes:
        if self._first is not None:
            data, self._first = self._first, None
            return data
        return await self._connection.receive()

    async def aclose(self) -> None:
        await self._connection.close()
