"""What kind of site a station is, by the devices that it has: not every GX stands beside an inverter."""

from __future__ import annotations

from enum import StrEnum

from victron_console.insight.overview.ac_side import inverter_units
from victron_console.insight.overview.figures import last, system_of
from victron_console.model.snapshot import Snapshot

_DC = ("battery", "solarcharger", "charger", "dcsource", "dcsystem", "dcload", "dcdc", "alternator", "fuelcell",
       "dcgenset", "motordrive")  # fmt: skip


class SiteKind(StrEnum):
    """What a site is built around; the value is what it is called."""

    INVERTER = "inverter"
    DC = "DC"
    PV = "PV"
    GENSET = "genset"
    EV = "EV charger"
    METERS = "AC meters"
    SENSORS = "sensors"


def site_kind(snapshot: Snapshot) -> SiteKind:
    """What a site is built around: the first of these that it has."""
    if inverter_units(snapshot):
        return SiteKind.INVERTER
    system = system_of(snapshot)
    measured = any(last(system, path) is not None for path in ("Dc/Battery/Power", "Dc/Pv/Power", "Dc/System/Power"))
    kinds = (
        (SiteKind.DC, _DC),
        (SiteKind.PV, ("pvinverter",)),
        (SiteKind.GENSET, ("genset",)),
        (SiteKind.METERS, ("grid", "acload", "heatpump")),
        (SiteKind.EV, ("evcharger",)),
    )
    if measured:
        return SiteKind.DC
    return next((kind for kind, classes in kinds if snapshot.fitted(*classes)), SiteKind.SENSORS)
