"""Firmware versions: read, ordered within a release channel, compared over a fleet. `v3.70~33` is a beta of v3.70."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from victron_console.model.reading import Scalar
from victron_console.model.version import RELEASED, Channel, Version, parse_version

RELEASE = 0xFF


class Standing(StrEnum):
    """A version against another."""

    SAME = "same"
    BEHIND = "behind"
    AHEAD = "ahead"
    UNKNOWN = "unknown"
    """One is not known, or they are of different channels and cannot be weighed."""


def decode(value: Scalar, device_class: str = "") -> Version | None:
    """A device's FirmwareVersion: hexadecimal digits are decimal figures.

    Three bytes are major, minor and beta (FF: release): 225331 = 0x037033 = v3.70~33. Two are major and minor. VE.Bus
    units count in one number, 1362 = 0x552 = version 552, here v5.52. None where it is no version.
    """
    if isinstance(value, str):
        return parse_version(value)
    if value is None or value <= 0 or value != int(value):
        return None
    number = int(value)
    try:
        if number > 0xFFFFFF:
            return None
        if number > 0xFFFF and device_class != "vebus":
            last = number & 0xFF
            major, minor = _decimal(number >> 16), _decimal(number >> 8 & 0xFF)
            return Version(major, minor, beta=RELEASED if last == RELEASE else _decimal(last))
        return Version(_decimal(number >> 8), _decimal(number & 0xFF))
    except ValueError:
        return None


def written(version: Version, device_class: str = "") -> str:
    """As Victron writes it: VE.Bus versions without a point."""
    return f"{version.major}{version.minor:02d}" if device_class == "vebus" else str(version)


def standing(installed: Version | None, latest: Version | None) -> Standing:
    """An installed version against the latest of its channel.

    A beta is behind a release of its own number or later, and ahead of any older release: that is no fault. A release
    is not behind a beta.
    """
    if installed is None or latest is None:
        return Standing.UNKNOWN
    if installed == latest:
        return Standing.SAME
    if installed.channel is Channel.RELEASE and latest.channel is Channel.BETA and installed < latest:
        return Standing.UNKNOWN
    return Standing.BEHIND if installed < latest else Standing.AHEAD


@dataclass(frozen=True, slots=True)
class Installed:
    """A station's version and where it stands."""

    station: str
    version: Version | None
    standing: Standing
    latest: Version | None
    """What it was compared with: what the station is offered, else the highest release in the fleet."""


def compare(installed: Mapping[str, str], offered: Mapping[str, str]) -> list[Installed]:
    """Where each station of a fleet stands, those behind first.

    Args:
        installed: version by station.
        offered: what each station is offered online, where it says so.
    """
    versions = {station: parse_version(text) for station, text in installed.items()}
    highest: dict[Channel, Version] = {}
    for version in versions.values():
        if version and version > highest.get(version.channel, Version(0, 0)):
            highest[version.channel] = version
    rows = []
    for station, version in versions.items():
        latest = parse_version(offered.get(station, ""))
        if latest is None and version is not None:
            latest = _latest_for(version, highest)
        rows.append(Installed(station, version, standing(version, latest), latest))
    order = [Standing.BEHIND, Standing.UNKNOWN, Standing.SAME, Standing.AHEAD]
    return sorted(rows, key=lambda row: (order.index(row.standing), row.version or Version(0, 0), row.station))


def _latest_for(version: Version, highest: Mapping[Channel, Version]) -> Version | None:
    """The highest of the fleet that it may be weighed against: a beta also against a release."""
    rivals = [highest.get(Channel.RELEASE)]
    if version.channel is Channel.BETA:
        rivals.append(highest.get(Channel.BETA))
    return max((rival for rival in rivals if rival is not None), default=None)


def _decimal(byte: int) -> int:
    """A number from its hexadecimal figures: 0x70 is 70.

    Raises:
        ValueError: a figure is A to F.
    """
    return int(f"{byte:x}")
