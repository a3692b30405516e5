"""SSDP against a responder on loopback; nothing is sent to a real network."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from victron_console.cli.main import victron_console
from victron_console.config import ConfigFiles
from victron_console.sources.discovery import FoundGx, find_gx, open_broker

DATA = Path(__file__).parent / "data"
PORTAL = "c0619ab00001"
DESCRIPTION = f"""<?xml version="1.0"?>
<root xmlns="urn:schemas-upnp-org:device-1-0" xmlns:ve="urn:schemas-victronenergy-com:device-1-0">
<device><friendlyName>Alder [bold]Farm\u202e</friendlyName><ve:X_VrmPortalId>{PORTAL}</ve:X_VrmPortalId></device></root>
"""


class Describer(HTTPServer):
    """The description that a device's answer points to."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/gateway.xml"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up on a huge description is right."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Describer)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def description(request: pytest.FixtureRequest) -> Iterator[Describer]:
    with Describer(getattr(request, "param", DESCRIPTION.encode())) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@dataclass
class Responder(asyncio.DatagramProtocol):
    """A device that answers searches with what a test gives it."""

    answers: list[bytes]
    heard: list[bytes] = field(default_factory=list)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | None, int]) -> None:
        self.heard.append(data)
        assert self.transport is not None
        for answer in self.answers:
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def responding(*answers: bytes) -> AsyncIterator[tuple[Responder, tuple[str, int]]]:
    loop = asyncio.get_running_loop()
    transport, responder = await loop.create_datagram_endpoint(
        lambda: Responder(list(answers)), local_addr=("127.0.0.1", 0)
    )
    try:
        yield responder, transport.get_extra_info("sockname")
    finally:
        transport.close()


def answer(location: str, usn: str = f"uuid:com.victronenergy.ccgx.{PORTAL}::upnp:rootdevice") -> bytes:
    return f"HTTP/1.1 200 OK\r\nUSN: {usn}\r\nLocation: {location}\r\n\r\n".encode()


async def test_a_device_that_answers_is_described(description: Describer) -> None:
    async with responding(answer(description.url), answer(description.url)) as (responder, address):
        assert await find_gx(address, wait_s=0.1) == [FoundGx("127.0.0.1", PORTAL, "Alder [bold]Farm\ufffd")]
    assert responder.heard[0].startswith(b"M-SEARCH * HTTP/1.1\r\n")
    assert b"ST: urn:schemas-upnp-org:device:Basic:1\r\n" in responder.heard[0]


async def test_other_devices_and_nonsense_are_passed_over(description: Describer) -> None:
    others = (
        answer(description.url, usn="uuid:a-television"),
        answer("http://192.0.2.9/another-host.xml"),
        answer("file:///etc/passwd"),
        answer("http://[bad"),
        b"\x00\xff" * 900,
        b"NOTIFY * HTTP/1.1\r\n\r\n",
    )
    async with responding(*others) as (_, address):
        assert await find_gx(address, wait_s=0.1) == []


@pytest.mark.parametrize("description", [b"<html", b"x" * 200_000, b""], indirect=True, ids=["cut", "huge", "empty"])
async def test_a_device_that_does_not_describe_itself_is_found_by_its_host(description: Describer) -> None:
    async with responding(answer(description.url)) as (_, address):
        assert await find_gx(address, wait_s=0.1) == [FoundGx("127.0.0.1", "", "")]


async def test_the_certificate_of_an_open_broker_is_told_and_a_closed_one_is_none() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "station.cert.pem", DATA / "station.key.pem")

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    secure = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    plain = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with secure, plain:
        ports = secure.sockets[0].getsockname()[1], plain.sockets[0].getsockname()[1]
        pinned = hashlib.sha256(ssl.PEM_cert_to_DER_cert((DATA / "station.cert.pem").read_text())).hexdigest()
        found = await open_broker("127.0.0.1", ports)
        assert found is not None and (found.port, found.fingerprint) == (ports[0], pinned)
        found = await open_broker("127.0.0.1", (1, ports[1]))
        assert found is not None and (found.port, found.fingerprint) == (ports[1], "")
    assert await open_broker("127.0.0.1", (1, 2)) is None


async def test_discover_writes_a_station_file_once_and_check_accepts_it(
    description: Describer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("victron_console.cli.stations.discover.find_gx", partial(find_gx, wait_s=0.1))
    async with responding(answer(description.url)) as (_, (host, port)):

        def run(*words: str) -> str:
            given = ["--config", str(tmp_path), *words, "--ssdp", f"{host}:{port}"]
            return CliRunner().invoke(victron_console, given).output

        printed = await asyncio.to_thread(run, "discover")
        assert "[station.mqtt]" in printed and f'portal_id = "{PORTAL}"' in printed
        assert not ConfigFiles((tmp_path,)).current.files
        await asyncio.to_thread(run, "discover", "--write")
        stations = ConfigFiles((tmp_path,)).current
        assert [station.source for station in stations.stations] == ["mqtt"] and not stations.faults
        again = await asyncio.to_thread(run, "check", "--probe")
        assert f"({PORTAL}): configured as alder-bold-farm" in again
