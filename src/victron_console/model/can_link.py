"""A CAN interface as the GX tells of it: `platform CanBus/Interface/canN/Statistics`, a JSON text.

The text is in the form of `ip -json -details -statistics link show` (iproute2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class CanLink:
    """State and counters since the interface came up; None where the text does not say it."""

    state: str | None = None
    """`ERROR-ACTIVE` is the healthy one of SocketCAN; bad are ERROR-WARNING, ERROR-PASSIVE and BUS-OFF."""
    rx_packets: float | None = None
    rx_errors: float | None = None
    tx_packets: float | None = None
    tx_errors: float | None = None
    bus_off: float | None = None
    """How often the interface went off the bus."""

    @property
    def errors(self) -> float | None:
        """Errors of both directions; None where one of them is not counted."""
        return None if self.rx_errors is None or self.tx_errors is None else self.rx_errors + self.tx_errors

    @property
    def text(self) -> str:
        """All that is known, in a line: `ERROR-ACTIVE  rx 26137134, 0 errors  tx 7467428, 649 errors  bus-off 0`."""
        parts = [self.state or ""]
        for word, packets, errors in (("rx", self.rx_packets, self.rx_errors), ("tx", self.tx_packets, self.tx_errors)):
            counts = [f"{packets:.0f}"] if packets is not None else []
            counts += [f"{errors:.0f} errors"] if errors is not None else []
            parts.append(f"{word} {', '.join(counts)}" if counts else "")
        parts.append(f"bus-off {self.bus_off:.0f}" if self.bus_off is not None else "")
        return "  ".join(filter(None, parts))


@lru_cache(maxsize=512)
def can_link(text: str) -> CanLink | None:
    """What the text says; None where it is not of that form."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    first = data[0] if isinstance(data, list) and data else data
    if not isinstance(first, Mapping):
        return None
    state = _at(first, "linkinfo", "info_data", "state")
    found = CanLink(
        state=state if isinstance(state, str) else None,
        rx_packets=_count(first, "stats64", "rx", "packets"),
        rx_errors=_count(first, "stats64", "rx", "errors"),
        tx_packets=_count(first, "stats64", "tx", "packets"),
        tx_errors=_count(first, "stats64", "tx", "errors"),
        bus_off=_count(first, "linkinfo", "info_xstats", "bus_off"),
    )
    return found if found != CanLink() else None


def _at(data: object, *names: str) -> object:
    for name in names:
        if not isinstance(data, Mapping):
            return None
        data = data.get(name)
    return data


def _count(data: object, *names: str) -> float | None:
    value = _at(data, *names)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
