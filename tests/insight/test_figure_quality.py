"""Each figure is as old as the devices it comes from, whatever else of its station is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from victron_console.insight.fleet import figure_quality, totals
from victron_console.insight.overview.overview import overview
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.store.answers import StationRow

Build = Callable[..., Snapshot]
DEVICES: dict[str, dict[str, object]] = {
    "system/0": {
        "ActiveBatteryService": "com.victronenergy.battery/1", "Dc/Battery/Soc": 81.0, "Dc/Battery/Power": -400.0,
        "Dc/Battery/Voltage": 52.0, "Dc/Battery/Current": -7.7, "Dc/Battery/TimeToGo": 7200, "Dc/Pv/Power": 900.0,
        "Ac/Consumption/L1/Power": 500.0, "Ac/Grid/L1/Power": 0.0,
    },
    "battery/1": {"Soc": 81.0, "Dc/0/Voltage": 52.0, "Dc/0/Temperature": 21.0, "Voltages/Cell1": 3.3,
                  "Voltages/Cell2": 3.31},
    "solarcharger/1": {"Yield/Power": 900.0},
    "vebus/1": {"State": 3, "Ac/ActiveIn/ActiveInput": 0},
}  # fmt: skip
OF_BATTERY = {
    "soc_percent", "battery_power_w", "battery_voltage_v", "battery_current_a", "time_to_go_s",
    "battery_temperature_c", "cell_spread_v",
}  # fmt: skip


def with_state(snapshot: Snapshot, key: str, **changes: object) -> Snapshot:
    device = DeviceKey.parse(key)
    changed = replace(snapshot.devices[device], **changes)  # type: ignore[arg-type]
    return replace(snapshot, devices={**snapshot.devices, device: changed})


def row_of(shown: Overview, at: float) -> StationRow:
    status = StationStatus(StationState.DEGRADED, at - 20, "battery service not responding")
    return StationRow("alder", "Alder", (), StationInfo(), status, shown, at, 5.0)


def old_figures(snapshot: Snapshot, at: float) -> dict[str, Quality]:
    shown = Overview.from_json(overview(snapshot).to_json())
    row = row_of(shown, at)
    found = {name: figure_quality(row, name, at) for name in shown.made_of}
    return {name: quality for name, quality in found.items() if quality not in (Quality.GOOD, Quality.ABSENT)}


def test_all_figures_of_a_station_that_is_read_are_good(build: Build) -> None:
    snapshot = build(DEVICES)
    assert old_figures(snapshot, snapshot.at) == {}


def test_a_hung_battery_makes_its_figures_old_at_once_and_no_other(build: Build) -> None:
    snapshot = with_state(build(DEVICES), "battery/1", state=ServiceState.SET_ASIDE)
    assert old_figures(snapshot, snapshot.at) == dict.fromkeys(OF_BATTERY, Quality.STALE)


def test_what_is_no_longer_read_is_old_without_a_word_of_the_collector(build: Build) -> None:
    snapshot = with_state(build(DEVICES), "solarcharger/1", read_at=build(DEVICES).at - 300)
    assert old_figures(snapshot, snapshot.at) == dict.fromkeys(("pv_power_w", "pv_dc_power_w"), Quality.STALE)


def test_the_age_of_a_figure_is_that_of_its_oldest_device(build: Build) -> None:
    snapshot = with_state(build(DEVICES), "battery/1", read_at=build(DEVICES).at - 45)
    shown = overview(snapshot)
    assert shown.age_s("soc_percent", snapshot.at) == 45
    assert shown.age_s("pv_power_w", snapshot.at) == 0
    assert shown.age_s("soc_percent", snapshot.at + 10) == 55


def test_an_old_figure_is_in_no_sum_beside_the_fresh_ones_of_its_station(build: Build) -> None:
    snapshot = with_state(build(DEVICES), "battery/1", state=ServiceState.SET_ASIDE)
    sums = totals([row_of(overview(snapshot), snapshot.at)], snapshot.at).sums_w
    assert (sums["battery_power_w"], sums["pv_power_w"]) == (None, 900.0)


def test_a_battery_that_answers_again_is_good_again(build: Build) -> None:
    hung = with_state(build(DEVICES), "battery/1", state=ServiceState.SET_ASIDE, failures=4)
    back = with_state(hung, "battery/1", state=ServiceState.LIVE, failures=0)
    assert old_figures(back, back.at) == {}


def test_a_battery_that_hangs_since_the_start_makes_what_system_says_of_it_old(build: Build) -> None:
    devices = {key: tree for key, tree in DEVICES.items() if key != "battery/1"}
    service = "com.victronenergy.battery.socketcan_can0"
    devices["system/0"] = {**DEVICES["system/0"], "Dc/Battery/BatteryService": service}
    snapshot = replace(build(devices), unanswered=(service,))
    assert old_figures(snapshot, snapshot.at) == dict.fromkeys(OF_BATTERY - {"battery_temperature_c", "cell_spread_v"},
                                                               Quality.STALE)  # fmt: skip
    assert overview(snapshot).age_s("soc_percent", snapshot.at) is None
    other = replace(snapshot, unanswered=("com.victronenergy.battery.ttyS9",))
    assert old_figures(other, other.at) == {}


def test_a_charger_that_hangs_since_the_start_makes_the_pv_old(build: Build) -> None:
    snapshot = replace(build(DEVICES), unanswered=("com.victronenergy.solarcharger.ttyO2",))
    assert old_figures(snapshot, snapshot.at) == dict.fromkeys(("pv_power_w", "pv_dc_power_w"), Quality.STALE)
