"""GX devices on the local network: one SSDP search, and what each answer says of its device. Asks nothing else.

A GX answers only while MQTT access is on. The answers are hostile input: only the host that answered is asked for its
description, which is cut at 64 KB.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from xml.etree import ElementTree

import httpx

from victron_console.config.sources import MQTT_PLAIN_PORT, MQTT_TLS_PORT
from victron_console.model.text import clean

SSDP_ADDRESS = ("239.255.255.250", 1900)
SEARCH_TARGET = "urn:schemas-upnp-org:device:Basic:1"
GX_USN = "uuid:com.victronenergy.ccgx"
WAIT_S = 3.0
ASK_S = 5.0
MAX_DESCRIPTION_BYTES = 65_536
MAX_ANSWERS = 256
_FIELDS = {"X_VrmPortalId": "portal_id", "friendlyName": "name"}

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class FoundGx:
    """A GX device that answered."""

    host: str
    portal_id: str
    """Empty where it does not say."""
    name: str


@dataclass(frozen=True, slots=True)
class OpenBroker:
    """The MQTT port that a device has open."""

    port: int
    fingerprint: str
    """SHA-256 of its certificate; empty without TLS."""


async def find_gx(address: Address = SSDP_ADDRESS, wait_s: float = WAIT_S) -> list[FoundGx]:
    """The GX devices that answer a search within `wait_s` seconds, by host.

    Args:
        address: where the search is sent: the multicast group, or one device.
        wait_s: seconds to wait for answers.

    Raises:
        OSError: the network lets no search out.
    """
    loop = asyncio.get_running_loop()
    transport, answers = await loop.create_datagram_endpoint(_Answers, family=0, local_addr=(_local(address[0]), 0))
    try:
        transport.sendto(_search(address), address)
        await asyncio.sleep(wait_s)
    finally:
        transport.close()
    if answers.error is not None:
        raise answers.error
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=ASK_S) as client:
        found = await asyncio.gather(*(_described(client, host, url) for host, url in answers.locations.items()))
    return sorted(found, key=lambda gx: gx.host)


async def open_broker(host: str, ports: tuple[int, int] = (MQTT_TLS_PORT, MQTT_PLAIN_PORT)) -> OpenBroker | None:
    """The broker's port on a device, TLS before plain; None where neither is open.

    The certificate is only looked at, to be pinned; nothing is sent.
    """
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    for port, context in zip(ports, (anybody, None), strict=True):
        try:
            async with asyncio.timeout(ASK_S):
                _, writer = await asyncio.open_connection(host, port, ssl=context)
        except OSError:
            continue
        shown = writer.get_extra_info("ssl_object")
        certificate = shown.getpeercert(binary_form=True) if shown else None
        writer.close()
        return OpenBroker(port, hashlib.sha256(certificate).hexdigest() if certificate else "")
    return None


class _Answers(asyncio.DatagramProtocol):
    """Where the devices that answer describe themselves, by the host that answered."""

    def __init__(self) -> None:
        self.locations: dict[str, str] = {}
        self.error: OSError | None = None

    def datagram_received(self, data: bytes, addr: tuple[str | None, int]) -> None:
        host = str(addr[0])
        said = _headers(data)
        if not said.get("usn", "").startswith(GX_USN) or len(self.locations) >= MAX_ANSWERS:
            return
        try:
            location = httpx.URL(said.get("location", ""))
        except httpx.InvalidURL:
            return
        if location.scheme == "http" and location.host == host:
            self.locations.setdefault(host, str(location))

    def error_received(self, exc: Exception) -> None:
        self.error = exc if isinstance(exc, OSError) else None


def _local(target: str) -> str:
    return "127.0.0.1" if target.startswith("127.") else "0.0.0.0"


def _search(address: Address) -> bytes:
    lines = (
        "M-SEARCH * HTTP/1.1",
        f"HOST: {address[0]}:{address[1]}",
        'MAN: "ssdp:discover"',
        "MX: 2",
        f"ST: {SEARCH_TARGET}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _headers(data: bytes) -> dict[str, str]:
    lines = data[:4096].decode("latin-1").split("\r\n")
    if "200" not in lines[0]:
        return {}
    named = (line.partition(":") for line in lines[1:])
    return {name.strip().lower(): value.strip() for name, colon, value in named if colon}


async def _described(client: httpx.AsyncClient, host: str, url: str) -> FoundGx:
    """The device as its description names it; what it does not say stays empty."""
    body = b""
    try:
        async with asyncio.timeout(ASK_S), client.stream("GET", url) as response:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_DESCRIPTION_BYTES:
                    return FoundGx(host, "", "")
        said = _fields(body)
    except (httpx.HTTPError, TimeoutError, ElementTree.ParseError):
        return FoundGx(host, "", "")
    return FoundGx(host, said.get("portal_id", ""), said.get("name", ""))


def _fields(body: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in ElementTree.fromstring(body).iter():
        key = _FIELDS.get(element.tag.rpartition("}")[2])
        if key and element.text and element.text.strip():
            found.setdefault(key, clean(element.text.strip(), 100))
    return found
