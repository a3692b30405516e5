"""What the tests of the sources share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from victron_console.config.sources import HttpAccess


@pytest.fixture
def access_to() -> Callable[..., HttpAccess]:
    """Makes the access to an address; what is not given is as a station file without it would leave it."""

    def access(url: str, **given: object) -> HttpAccess:
        values: dict[str, Any] = dict.fromkeys(("user", "password", "token", "fingerprint", "proxy"), "")
        values |= {"url": url, "headers": {}, "ca_file": None, "deadline_s": 8.0} | given
        return HttpAccess(**values)

    return access
