"""Addresses of stations as people type them, and which of them are the same."""

from __future__ import annotations

import httpx
import pytest

from victron_console.config import ConfigError, station_from
from victron_console.config.sources import web_address


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("192.0.2.10", "http://192.0.2.10:8088"),
        ("venus.local", "http://venus.local:8088"),
        (" venus.local/ ", "http://venus.local:8088"),
        ("http://venus.local", "http://venus.local:8088"),
        ("venus.local:18088", "http://venus.local:18088"),
        ("http://venus.local:80", "http://venus.local:80"),
        ("fd00::10", "http://[fd00::10]:8088"),
        ("[fd00::10]", "http://[fd00::10]:8088"),
        ("[fd00::10]:9000", "http://[fd00::10]:9000"),
        ("fe80::1%eth0", "http://[fe80::1%eth0]:8088"),
        ("https://proxy.example.org", "https://proxy.example.org"),
        ("https://proxy.example.org/gx1", "https://proxy.example.org/gx1"),
        ("proxy.example.org/gx1", "http://proxy.example.org/gx1"),
    ],
)
def test_a_host_alone_is_the_address_of_its_api(typed: str, whole: str) -> None:
    assert web_address(typed) == whole
    assert station_from({"id": "a", "name": "A", "url": whole}).http is not None


@pytest.mark.parametrize(
    "typed", ["", "http://", "venus.local:port", "venus.local:99999", "venus.local:0", "me:secret@venus.local"]
)
def test_what_is_no_address_is_refused_where_it_is_checked(typed: str) -> None:
    with pytest.raises(ConfigError, match="url: found"):
        station_from({"id": "a", "name": "A", "url": web_address(typed)})


def test_stations_are_one_where_host_port_and_path_are() -> None:
    def addresses(url: str) -> frozenset[str]:
        return station_from({"id": "a", "name": "A", "url": url}).addresses()

    assert addresses("http://venus.local:8088") == addresses("http://Venus.local:8088/")
    assert addresses("http://proxy:80") == addresses("http://proxy")
    assert not addresses("http://localhost:18088") & addresses("http://localhost:18089")
    assert not addresses("https://proxy/a") & addresses("https://proxy/b")


@pytest.mark.parametrize("typed", ["http://[fe80::1%25eth0]:8088", "http://[fe80::1%eth0]:8088"])
def test_the_interface_of_a_link_local_address_is_named_as_the_system_wants_it(typed: str) -> None:
    config = station_from({"id": "a", "name": "A", "url": typed})
    assert config.http is not None
    assert httpx.URL(config.http.url).host == "fe80::1%eth0"
