"""What every request to a station's HTTP API carries, and how error sentences name the place."""

from __future__ import annotations

from base64 import b64encode

import httpx

from victron_console.config.sources import HttpAccess


def place_of(url: str) -> str:
    """`host:port` of a web address."""
    parsed = httpx.URL(url)
    host = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
    return f"{host}:{parsed.port or (443 if parsed.scheme == 'https' else 80)}"


def headers_of(access: HttpAccess) -> list[tuple[bytes, bytes]]:
    """The headers of every request, the login among them: a token goes before user and password."""
    headers = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "victron-console"}
    headers |= {name.lower(): value for name, value in access.headers.items()}
    if access.token:
        headers["authorization"] = f"Bearer {access.token}"
    elif access.user:
        headers["authorization"] = "Basic " + b64encode(f"{access.user}:{access.password}".encode()).decode()
    headers["connection"] = "close"  # an idle connection blocks the station for everyone
    return [(name.encode(), value.encode()) for name, value in headers.items()]
