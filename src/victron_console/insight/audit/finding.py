"""What the commissioning review says and what it looks at: a finding, and a site with its settings at hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from victron_console.insight.overview.ac_side import inverter_units
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.insight.overview.figures import last, system_of, text
from victron_console.model.overview import Overview
from victron_console.model.snapshot import DeviceState, Snapshot


class Outcome(StrEnum):
    """What a check came to."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """The station does not give what the check needs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was found and, where it is not right, what to change."""

    check: str
    """A name that stays: `ac-inputs`."""
    outcome: Outcome
    text: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A site as the checks see it."""

    snapshot: Snapshot
    shown: Overview
    system: DeviceState | None
    settings: DeviceState | None
    battery: BatteryRoles
    units: list[DeviceState]
    zone_name: str | None

    def setting(self, path: str) -> float | None:
        """The number of a setting: `SystemSetup/AcInput1`."""
        return last(self.settings, f"Settings/{path}")

    def setting_text(self, path: str) -> str:
        """The text of a setting; empty where there is none."""
        return text(self.settings, f"Settings/{path}")

    @property
    def is_ess(self) -> bool:
        """Whether ESS runs the site."""
        return text(self.system, "SystemType") == "ESS"


def site_of(snapshot: Snapshot, shown: Overview, zone_name: str | None) -> Site:
    """The site of a snapshot."""
    return Site(
        snapshot=snapshot,
        shown=shown,
        system=system_of(snapshot),
        settings=snapshot.device("settings"),
        battery=battery_roles(snapshot),
        units=inverter_units(snapshot),
        zone_name=zone_name,
    )
