"""A fleet's firmware: what stations of each version have to complain of, and in which order to upgrade. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.diagnosing.gx.firmware import Installed, Standing
from victron_console.model.version import Version

LEAST_TO_COMPARE = 3
"""Stations of a version, below which a difference is chance (own judgement)."""
URGENT = ("act", "plan")
CALM_FIRST = ("ok", "watch", "unknown", "plan", "act")


@dataclass(frozen=True, slots=True)
class OnVersion:
    """The stations that run a version."""

    version: Version | None
    stations: int
    urgent: int
    """How many of them are of the tiers act and plan."""
    alarms: float
    """A station, in the span that was counted."""

    @property
    def comparable(self) -> bool:
        """Whether there are enough of them."""
        return self.stations >= LEAST_TO_COMPARE


@dataclass(frozen=True, slots=True)
class UpgradePlan:
    """Stations that are behind, in the order in which to upgrade them."""

    first: str | None
    """One that is well, alone: a week shows whether the version is."""
    then: tuple[str, ...]
    last: tuple[str, ...]
    """Where something is to be mended before anything else is changed."""


def by_version(rows: Sequence[Installed], tiers: Mapping[str, str], alarms: Mapping[str, int]) -> list[OnVersion]:
    """What there is to complain of by version, the newest first, the unknown last.

    Args:
        rows: the fleet.
        tiers: `act`, `plan`, `watch`, `ok` or `unknown` by station.
        alarms: how many each station raised in a span.
    """
    groups: dict[Version | None, list[str]] = {}
    for row in rows:
        groups.setdefault(row.version, []).append(row.station)
    order = sorted((version for version in groups if version is not None), reverse=True)
    return [
        OnVersion(
            version, len(names), sum(tiers.get(name) in URGENT for name in names),
            sum(alarms.get(name, 0) for name in names) / len(names),
        )
        for version in [*order, *([None] if None in groups else [])]
        if (names := groups[version])
    ]  # fmt: skip


def upgrade_plan(rows: Sequence[Installed], tiers: Mapping[str, str]) -> UpgradePlan:
    """One well station first, then the others that are behind, last those where something is to be mended."""
    behind = [row.station for row in rows if row.standing is Standing.BEHIND]
    behind.sort(key=lambda station: (CALM_FIRST.index(tiers.get(station, "unknown")), station))
    last = tuple(station for station in behind if tiers.get(station) == "act")
    calm = [station for station in behind if station not in last]
    return UpgradePlan(calm[0] if calm else None, tuple(calm[1:]), last)
