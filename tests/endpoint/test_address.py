from __future__ import annotations

import pytest

from victron_console.endpoint.address import address_from


@pytest.mark.parametrize(
    ("text", "means", "is_loopback"),
    [
        ("9801", "127.0.0.1:9801", True),
        (":9801", "127.0.0.1:9801", True),
        ("127.0.0.2:1", "127.0.0.2:1", True),
        ("[::1]:9801", "[::1]:9801", True),
        ("192.0.2.7:9801", "192.0.2.7:9801", False),
        ("0.0.0.0:9801", "0.0.0.0:9801", False),
        ("[::]:9801", "[::]:9801", False),
    ],
)
def test_a_port_alone_is_of_this_machine(text: str, means: str, is_loopback: bool) -> None:
    address = address_from(text)
    assert (str(address), address.is_loopback) == (means, is_loopback)


@pytest.mark.parametrize(
    "text", ["", ":", "65536", "127.0.0.1", "300.0.0.1:9801", "::1:9801", "[]:1", "host:1", "1\n", "-1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|permitted"):
        address_from(text)
