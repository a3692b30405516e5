"""Where a collector listens: `9801`, `127.0.0.1:9801`, `[::1]:9801`, or another address of this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

LOOPBACK = "127.0.0.1"
_FORM = re.compile(r"(?:(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+))?:)?(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """An address of this machine and a port."""

    host: IPv4Address | IPv6Address
    port: int
    """0 takes one that is free."""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host.is_loopback

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if self.host.version == 6 else f"{self.host}:{self.port}"


def address_from(text: str) -> Address:
    """An address as an operator writes it; the port alone is of this machine.

    Raises:
        ValueError: it is none.
    """
    found = _FORM.fullmatch(text)
    if found is None or int(found["port"]) > 65_535:
        raise ValueError(f"{text!r} is no address to listen on: write 9801, 127.0.0.1:9801 or [::1]:9801")
    return Address(ip_address(found["six"] or found["four"] or LOOPBACK), int(found["port"]))
