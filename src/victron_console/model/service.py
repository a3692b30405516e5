"""One service's values as they pass from a source to the store: neither of the two may import the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading


@dataclass(frozen=True, slots=True)
class ServiceReading:
    """One service as read in one go."""

    service: str
    key: DeviceKey
    at: float
    """When the answer began to be asked for (UTC epoch, s): every value is at least as new."""
    readings: Mapping[str, Reading]
    """By path without a leading slash. A path that the service had before and that is not here has left it."""
    round_trip_s: float = 0.0
    size_bytes: int = 0
    clock_skew_s: float | None = None
