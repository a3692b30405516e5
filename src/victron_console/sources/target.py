"""Where a station's HTTP API is and how to get in. Owns the check of an address; opens nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

DEADLINE_S = 8.0
"""A slow station takes 2 s an answer over a satellite; a hung service would take 50 s and is not waited for."""
FREE_DEADLINE_S = 60.0
"""A hung service holds the whole server about 50 s."""
CONTROL_PORT = 8089
"""The control server beside the API restarts services: it is never contacted."""

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class HttpTarget:
    """A station's HTTP API and the login of what stands before it. Secrets never show in its repr.

    Raises:
        ValueError: with a sentence, where an address, a header or a fingerprint cannot be used.
    """

    url: str
    """`http://192.0.2.10:8088`, `https://fleet.example/alder-farm`."""
    user: str = ""
    password: str = field(default="", repr=False)
    """Basic authentication of a reverse proxy; needs `user`."""
    token: str = field(default="", repr=False)
    """Bearer token of a reverse proxy; goes before user and password."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent with every request."""
    ca_file: Path | None = None
    """Certificates (PEM) to verify the server with instead of the system's."""
    fingerprint: str = ""
    """SHA-256 of the server's certificate: 64 hex digits, colons allowed. Without `ca_file` the only check."""
    proxy: str = field(default="", repr=False)
    """`http://` or `https://` proxy on the way there."""
    deadline_s: float = DEADLINE_S
    """Whole seconds a request may take, from the name lookup to the last byte."""
    free_deadline_s: float = FREE_DEADLINE_S
    """Seconds to wait for a server that a hung service holds."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _checked_url(self.url))
        object.__setattr__(self, "fingerprint", _checked_fingerprint(self.fingerprint))
        if self.fingerprint and not self.is_tls:
            raise ValueError(f"{self.place} is plain http and has no certificate: use https or drop the fingerprint.")
        if self.proxy and not self.proxy.startswith(("http://", "https://")):
            raise ValueError("The proxy's address must start with http:// or https://.")
        if self.password and not self.user:
            raise ValueError(f"A password for {self.place} needs a user name.")
        for name, value in self.request_headers:
            if not _HEADER_NAME.fullmatch(name.decode("utf-8", "replace")) or not _is_header_value(value):
                raise ValueError(f"A header or login for {self.place} holds characters that HTTP does not allow.")

    @property
    def is_tls(self) -> bool:
        """Whether the station is asked over TLS."""
        return self.url.startswith("https://")

    @property
    def place(self) -> str:
        """`host:port`, as error sentences name it."""
        url = httpx.URL(self.url)
        host = f"[{url.host}]" if ":" in url.host else url.host
        return f"{host}:{url.port or (443 if self.is_tls else 80)}"

    @property
    def request_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of every request, the login among them."""
        headers = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "victron-console"}
        headers |= {name.strip().lower(): value.strip() for name, value in self.headers.items()}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        elif self.user:
            headers["authorization"] = "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers["connection"] = "close"  # an idle connection blocks the station for everyone
        return [(name.encode(), value.encode()) for name, value in headers.items()]


def _is_header_value(value: bytes) -> bool:
    return all(byte >= 0x20 and byte != 0x7F for byte in value)


def _checked_url(text: str) -> str:
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL as error:
        raise ValueError(f"The station's address cannot be read ({error}): write it as http://host:8088.") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("The station's address must be written as http://host:8088 or https://host.")
    if url.userinfo:
        raise ValueError("The station's address holds a login: give user and password on their own, out of sight.")
    if url.query or url.fragment:
        raise ValueError("The station's address must not hold a query or a fragment.")
    if url.port == CONTROL_PORT:
        raise ValueError(f"Port {CONTROL_PORT} is the control server of the device: its API is on port 8088.")
    return str(url).rstrip("/")


def _checked_fingerprint(text: str) -> str:
    bare = text.replace(":", "").replace(" ", "").lower()
    if bare and not re.fullmatch("[0-9a-f]{64}", bare):
        raise ValueError("A certificate's fingerprint is its SHA-256: 64 hex digits, with or without colons.")
    return bare
