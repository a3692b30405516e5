"""What the tests of the sources share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from victron_console.config.sources import HttpAccess

IN_BOTH_LOOPS = ("test_plain_http.py", "test_http_wire.py", "test_mqtt_source.py")
"""What speaks to sockets itself: it is held to the same in each loop that a collector may turn in."""


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loops that a test runs in, by name."""
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    if item.path.name in IN_BOTH_LOOPS:
        try:
            import uvloop
        except ImportError:
            return loops
        loops["uvloop"] = uvloop.new_event_loop
    return loops


@pytest.fixture
def access_to() -> Callable[..., HttpAccess]:
    """Makes the access to an address; what is not given is as a station file without it would leave it."""

    def access(url: str, **given: object) -> HttpAccess:
        values: dict[str, Any] = dict.fromkeys(("user", "password", "token", "fingerprint", "proxy"), "")
        values |= {"url": url, "headers": {}, "ca_file": None, "deadline_s": 8.0} | given
        return HttpAccess(**values)

    return access
