"""What every request carries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from victron_console.config.sources import HttpAccess
from victron_console.sources.wire import headers_of, place_of

Access = Callable[..., HttpAccess]


def test_every_request_asks_for_the_connection_to_be_closed_and_nothing_packed(access_to: Access) -> None:
    headers = dict(headers_of(access_to("http://192.0.2.10:8088", headers={"Connection": "keep-alive", "X-Site": "a"})))
    assert headers[b"connection"] == b"close"
    assert headers[b"accept-encoding"] == b"identity"
    assert headers[b"x-site"] == b"a"
    assert b"authorization" not in headers


def test_logins_are_basic_or_bearer(access_to: Access) -> None:
    url = "https://fleet.example/alder"
    assert dict(headers_of(access_to(url, user="eve", password="pä")))[b"authorization"] == b"Basic ZXZlOnDDpA=="
    assert dict(headers_of(access_to(url, token="abc")))[b"authorization"] == b"Bearer abc"


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://192.0.2.10:8088", "192.0.2.10:8088"),
        ("https://fleet.example/alder", "fleet.example:443"),
        ("http://venus.local", "venus.local:80"),
        ("http://[2001:db8::1]:8088", "[2001:db8::1]:8088"),
    ],
)
def test_the_place_names_host_and_port(url: str, place: str) -> None:
    assert place_of(url) == place
