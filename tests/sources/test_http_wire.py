"""The manners on a real connection: servers on loopback that misbehave in every way met so far."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.patience import PATIENCE_S

from victron_console.config.sources import HttpAccess
from victron_console.model.clock import SystemClock
from victron_console.sources.base import BadAnswer, Misconfigured, SourceError, TimedOut, Unreachable
from victron_console.sources.http import IDENTITY, HttpApi
from victron_console.sources.wire import MAX_BODY_BYTES

Script = Callable[[socket.socket, str], None]
Connect = Callable[..., HttpApi]
BATTERY = "com.victronenergy.battery.ttyO0"
SHORT_S = 1.0
"""A deadline that is to be missed; what comes before it has ample time even where the machine is busy."""


class Server:
    """A server of one thread, as the device's is. It notes what it is asked and whether the client hangs up itself."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[str] = []
        self.requests: list[str] = []
        self.waited_on_connections = 0
        self.client_closed = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=5)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(PATIENCE_S)
                self._serve_one(connection)

    def _serve_one(self, connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(65_536)
            if not received:
                return
            request += received
        self.requests.append(request.decode())
        self.asked.append(request.split(b" ", 2)[1].decode())
        self.client_closed.clear()
        try:
            self.script(connection, self.asked[-1])
        except OSError:
            self.client_closed.set()

    def close(self) -> None:
        """Stop listening."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self._thread.join(PATIENCE_S)


def head(status: str = "200 OK", *lines: str) -> bytes:
    """The head of an answer as the device gives it: HTTP/1.0 without a length."""
    return "\r\n".join([f"HTTP/1.0 {status}", "Content-type: application/json", *lines, "", ""]).encode()


def api_like(connection: socket.socket, asked: str) -> None:
    """Answer as the API does."""
    answers: dict[str, object] = {
        "/": {"name": IDENTITY, "version": "3.2.0"},
        "/health": {"success": True},
        "/services": {"services": [BATTERY], "count": 1, "success": True},
    }
    value = {"value": {"DeviceInstance": 1, "Soc": 81.5}, "success": True}
    connection.sendall(head() + json.dumps(answers.get(asked, value)).encode())


def values_as(script: Script) -> Script:
    """The API, but values come as the script says."""
    return lambda connection, asked: (script if asked.startswith("/value") else api_like)(connection, asked)


def send(data: bytes) -> Script:
    """Send this and close."""
    return lambda connection, _: connection.sendall(data)


def wait_for_hangup(connection: socket.socket, _: str = "") -> None:
    """Keep still until the client closes."""
    if connection.recv(1) == b"":
        raise ConnectionResetError


def trickle(connection: socket.socket, _: str) -> None:
    """A byte every 20 ms, for ever: no pause long enough for a timeout between two reads."""
    connection.sendall(head())
    while True:
        connection.sendall(b" ")
        threading.Event().wait(0.02)


def trickling_head(connection: socket.socket, _: str) -> None:
    """The same before the answer has begun."""
    connection.sendall(b"HTTP/1.0 200 OK\r\n")
    while True:
        connection.sendall(b"X: y\r\n")
        threading.Event().wait(0.02)


def endless(connection: socket.socket, _: str) -> None:
    """An answer that never ends."""
    connection.sendall(head() + b'{"padding": "')
    while True:
        connection.sendall(b"x" * 1_000_000)


@pytest.fixture
def serve() -> Iterator[Callable[[Script], Server]]:
    servers: list[Server] = []

    def start(script: Script) -> Server:
        servers.append(Server(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(params=["lean", "httpx"])
async def connect(request: pytest.FixtureRequest, access_to: Callable[..., HttpAccess]) -> Connect:
    """Over the transport that plain http is asked with, and over httpx's own, which has TLS and proxies."""

    def connected(url: str, **given: object) -> HttpApi:
        own = None if request.param == "lean" or "proxy" in given else httpx.AsyncHTTPTransport(trust_env=False)
        return HttpApi(access_to(url, **given), SystemClock(), own, free_deadline_s=PATIENCE_S)

    return connected


async def test_a_station_is_read_over_connections_that_are_closed_each_time(
    serve: Callable[[Script], Server], connect: Connect
) -> None:
    server = serve(api_like)
    api = connect(server.url)
    assert (await api.discover()).services == (BATTERY,)
    reading = await api.read(BATTERY)
    await api.close()
    await api.close()
    assert reading.readings["Soc"].number == 81.5
    assert server.asked == ["/", "/services", f"/value?service={BATTERY}&path=%2F"]
    assert all(request.startswith("GET ") and "connection: close" in request for request in server.requests)


async def test_proxies_of_the_environment_are_not_used(
    serve: Callable[[Script], Server], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    await connect(serve(api_like).url).discover()


async def test_a_proxy_that_is_given_is_used(serve: Callable[[Script], Server], connect: Connect) -> None:
    proxy = serve(lambda connection, asked: api_like(connection, asked.removeprefix("http://192.0.2.10:8088")))
    assert (await connect("http://192.0.2.10:8088", proxy=proxy.url).discover()).services == (BATTERY,)
    assert proxy.asked[0] == "http://192.0.2.10:8088/"


@pytest.mark.parametrize(
    ("script", "error", "word"),
    [
        (lambda connection, _: None, Unreachable, "without an answer"),
        (send(head()), BadAnswer, "empty"),
        (send(head() + b'{"value": {"Soc": 81'), BadAnswer, "cut off"),
        (send(head("200 OK", "Content-Length: 500") + b'{"value"'), BadAnswer, "broke off"),
        (send(head("200 OK", "Content-Encoding: gzip") + b"\x1f\x8b\x08"), BadAnswer, "not JSON"),
        (send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), BadAnswer, "does not answer in HTTP"),
        (endless, BadAnswer, "more than 8 MB"),
        (trickle, TimedOut, "1 s"),
        (trickling_head, TimedOut, "1 s"),
        (wait_for_hangup, TimedOut, "1 s"),
    ],
    ids=["drop", "empty", "cut off", "too short", "packed", "ssh", "endless", "trickle", "slow head", "hang"],
)
async def test_a_misbehaving_answer_is_a_failed_poll_and_its_connection_is_closed(
    serve: Callable[[Script], Server],
    connect: Connect,
    script: Script,
    error: type[SourceError],
    word: str,
) -> None:
    server = serve(values_as(script))
    api = connect(server.url, deadline_s=SHORT_S if error is TimedOut else PATIENCE_S)
    await api.discover()
    with pytest.raises(error, match=word) as caught:
        await api.read(BATTERY)
    assert server.url.removeprefix("http://") in str(caught.value)
    server.script = api_like
    await api.recovered()  # answered only once the one thread is rid of the connection before
    assert (await api.read(BATTERY)).readings["Soc"].number == 81.5
    assert server.asked[3:] == ["/health", server.asked[2]]


async def test_no_more_is_read_of_an_endless_answer_than_the_limit(
    serve: Callable[[Script], Server], connect: Connect
) -> None:
    server = serve(values_as(endless))
    api = connect(server.url)
    await api.discover()
    with pytest.raises(BadAnswer):
        await api.read(BATTERY)
    assert MAX_BODY_BYTES < api.traffic.bytes_in < MAX_BODY_BYTES + 1_000_000
    assert server.client_closed.wait(PATIENCE_S)


async def test_a_connection_that_is_given_up_is_closed_at_once(
    serve: Callable[[Script], Server], connect: Connect
) -> None:
    server = serve(values_as(wait_for_hangup))
    api = connect(server.url, deadline_s=SHORT_S)
    await api.discover()
    with pytest.raises(TimedOut):
        await api.read(BATTERY)
    assert server.client_closed.wait(PATIENCE_S)


async def test_a_redirect_leads_nowhere(serve: Callable[[Script], Server], connect: Connect) -> None:
    elsewhere = serve(api_like)
    server = serve(send(head("302 Found", f"Location: {elsewhere.url}/", "Set-Cookie: a=b")))
    with pytest.raises(Misconfigured, match="not followed"):
        await connect(server.url).discover()
    assert elsewhere.asked == []


async def test_nobody_listening_is_unreachable(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match=f"127.0.0.1:{port} refused the connection"):
        await connect(f"http://127.0.0.1:{port}").discover()


async def test_an_unknown_host_name_is_unreachable(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match=r"host name venus\.invalid is not known"):
        await connect("http://venus.invalid:8088").discover()


async def test_a_server_that_takes_no_connection_is_unreachable_not_busy(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        with socket.create_connection(address), socket.socket() as second:
            second.setblocking(False)
            second.connect_ex(address)
            with pytest.raises(Unreachable, match="does not take a connection"):
                await connect(f"http://127.0.0.1:{address[1]}", deadline_s=SHORT_S).discover()


async def test_a_login_that_http_does_not_allow_is_not_repeated_in_the_error(
    serve: Callable[[Script], Server], connect: Connect
) -> None:
    server = serve(api_like)
    with pytest.raises(Misconfigured, match="odd characters") as caught:
        await connect(server.url, token="s3cret\r\nHost: evil").discover()
    assert "s3cret" not in str(caught.value)
    assert server.asked == []
