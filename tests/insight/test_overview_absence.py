"""What the figures say of a site whose inverter left."""

from __future__ import annotations

from victron_console.insight.overview.overview import state_text
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

VEBUS, MPPT = DeviceKey("vebus", "276"), DeviceKey("solarcharger", "288")


def site(*, accepted: bool) -> Snapshot:
    gone = DeviceState(VEBUS, "vebus", {"State": Reading(9, 0.0)}, 0.0, state=ServiceState.GONE, accepted=accepted)
    charger = DeviceState(MPPT, "mppt", {"State": Reading(3, 0.0)}, 0.0)
    return Snapshot("alder", 0.0, {VEBUS: gone, MPPT: charger})


def test_a_site_whose_inverter_left_says_so_and_not_that_it_is_one_of_chargers() -> None:
    assert state_text(site(accepted=False), None) == "Inverter gone"
    assert state_text(site(accepted=True), None) != "Inverter gone"
