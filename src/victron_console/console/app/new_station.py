"""What is known of a station that is to be added: who answers, what the operator says of it, and who writes it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device that answered the search."""

    host: str
    name: str
    """Empty where it has none."""
    configured: str = ""
    """The station that it is already; empty where it is none."""


@dataclass(frozen=True, slots=True)
class NewStation:
    """What the operator says of a station."""

    host: str
    name: str = ""
    capacity_ah: float | None = None
    floor_percent: float | None = None
    place: tuple[float, float] | None = None
    """Latitude and longitude, degrees."""


@dataclass(frozen=True, slots=True)
class DeviceAnswer:
    """Who answers at an address."""

    words: str
    name: str
    """What its owner called it; empty where nobody did."""


class Contact(Protocol):
    """What the form asks of the world. Each raises ValueError with a sentence for the operator."""

    async def search(self) -> Sequence[FoundDevice]:
        """The devices that answer on this network."""

    async def ask(self, host: str) -> DeviceAnswer:
        """Who answers at a host name or address."""

    async def add(self, new: NewStation, found: FoundDevice | None) -> str:
        """Write the station's file, of a device that was found or of an address; gives the file."""


def read_form(values: Mapping[str, str]) -> NewStation:
    """What the fields say.

    Raises:
        ValueError: one cannot be read; the text says which and what is expected.
    """
    if not values["host"].strip():
        raise ValueError("Type a host name or an address, such as venus.local or 192.0.2.10.")
    return NewStation(
        host=values["host"].strip(),
        name=values["name"].strip(),
        capacity_ah=_number(values["capacity"], "Ah", "capacity", 0.1, 100_000),
        floor_percent=_number(values["floor"], "%", "floor", 0, 99),
        place=_place(values["place"]),
    )


def _number(text: str, unit: str, what: str, low: float, high: float) -> float | None:
    digits = text.strip().removesuffix(unit).strip()
    if not digits:
        return None
    try:
        value = float(digits.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ValueError(f"The {what} is a number from {low:g} to {high:g} {unit}, or empty.")
    return value


def _place(text: str) -> tuple[float, float] | None:
    if not text.strip():
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = float("nan")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("The place is latitude and longitude in degrees, such as 52.1, 0.12, or empty.")
    return latitude, longitude
