"""Who a server is said to be is checked before it hears anything, least of all the login."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from victron_console.config.sources import HttpAccess
from victron_console.model.clock import SystemClock
from victron_console.sources import tls
from victron_console.sources.base import Misconfigured
from victron_console.sources.failures import tls_failure
from victron_console.sources.http import IDENTITY, HttpApi

DATA = Path(__file__).parent / "data"
STATION_CERT = DATA / "station.cert.pem"
IMPOSTOR_CERT = DATA / "impostor.cert.pem"
Connect = Callable[..., HttpApi]


def fingerprint(cert: Path) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(cert.read_text())).hexdigest()


class Proxy(HTTPServer):
    """A reverse proxy with the station's certificate before the API."""

    def __init__(self) -> None:
        self.heard: list[str | None] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(STATION_CERT, DATA / "station.key.pem")
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not like the certificate is no error of the server's."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Proxy)
        self.server.heard.append(self.headers["Authorization"])
        self.send_response(200)
        self.end_headers()
        services = ["com.victronenergy.system"]
        self.wfile.write(json.dumps({"name": IDENTITY, "services": services}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def connect(proxy: Proxy, access_to: Callable[..., HttpAccess]) -> Connect:
    def connected(scheme: str = "https", **given: object) -> HttpApi:
        url = f"{scheme}://127.0.0.1:{proxy.server_port}"
        return HttpApi(access_to(url, user="eve", password="s3cret", **given), SystemClock())

    return connected


async def test_the_pinned_certificate_is_accepted_without_any_authority(proxy: Proxy, connect: Connect) -> None:
    await connect(fingerprint=fingerprint(STATION_CERT)).discover()
    assert proxy.heard == ["Basic ZXZlOnMzY3JldA=="] * 2


async def test_another_certificate_than_the_pinned_one_hears_nothing(proxy: Proxy, connect: Connect) -> None:
    with pytest.raises(Misconfigured, match=fingerprint(STATION_CERT)):
        await connect(fingerprint=fingerprint(IMPOSTOR_CERT)).discover()
    assert proxy.heard == []


async def test_a_certificate_of_a_given_authority_is_accepted(connect: Connect) -> None:
    await connect(ca_file=STATION_CERT).discover()


async def test_fingerprint_and_authority_must_both_hold(proxy: Proxy, connect: Connect) -> None:
    pin = fingerprint(STATION_CERT)
    await connect(ca_file=STATION_CERT, fingerprint=pin).discover()
    proxy.heard.clear()
    with pytest.raises(Misconfigured, match="cannot be trusted"):
        await connect(ca_file=IMPOSTOR_CERT, fingerprint=pin).discover()
    with pytest.raises(Misconfigured, match="another certificate"):
        await connect(ca_file=STATION_CERT, fingerprint=fingerprint(IMPOSTOR_CERT)).discover()
    assert proxy.heard == []


async def test_an_unknown_certificate_is_refused_before_the_login(proxy: Proxy, connect: Connect) -> None:
    with pytest.raises(Misconfigured, match="CA file or its fingerprint"):
        await connect().discover()
    assert proxy.heard == []


async def test_a_ca_file_that_is_none_is_a_misconfiguration(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for ca_file in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(Misconfigured, match="PEM"):
            await connect(ca_file=ca_file).discover()


async def test_a_server_without_tls_is_a_misconfiguration(access_to: Callable[..., HttpAccess]) -> None:
    with HTTPServer(("127.0.0.1", 0), _Handler) as plain:
        thread = threading.Thread(target=plain.handle_request)
        thread.start()
        with pytest.raises(Misconfigured, match="speaks https at all"):
            await HttpApi(access_to(f"https://127.0.0.1:{plain.server_port}"), SystemClock()).discover()
        thread.join()


def test_victrons_own_authority_is_trusted_for_its_brokers_beside_the_systems_and_names_are_checked() -> None:
    context = tls.of_victron()
    shipped = [one for one in context.get_ca_certs() if "CCGX Certificate Authority" in str(one["subject"])]
    assert [one["notAfter"] for one in shipped] == ["Aug 24 11:54:19 2114 GMT"]
    assert len(context.get_ca_certs()) > 1
    assert context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize("place", ["vrmapi.victronenergy.com:443", "mqtt47.victronenergy.com:8883"])
def test_of_the_portals_own_servers_no_certificate_of_a_station_is_asked_for(place: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
    error.verify_message = "self-signed certificate"
    said = str(tls_failure(error, place, "https"))
    assert "a proxy or firewall on the way" in said and "fingerprint" not in said
    assert "fingerprint" in str(tls_failure(error, "gx.lan:8883", "MQTT over TLS"))
