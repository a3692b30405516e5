"""What a rule reads: what is valid now, the worst of several, and the mains as it is set up and was."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Any
from weakref import ref

import pytest
from tests.alerts.conftest import POLL_S, SHORT, T0, Player, Site

from victron_console.alerts.engine.binder import kept_once
from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.model.reading import Scalar

Play = Callable[[str], Player]

LFP: dict[str, Scalar] = {"battery/1/Info/MaxChargeVoltage": 56.0, "battery/1/Dc/0/Voltage": 53.0, "battery/1/Soc": 60}
CELL_C, PACK_C = "battery/1/System/MaxCellTemperature", "battery/1/Dc/0/Temperature"
ESS: dict[str, Scalar] = {
    "system/0/SystemType": "ESS",
    "settings/0/Settings/SystemSetup/AcInput1": 1,
    "vebus/276/Ac/NumberOfAcInputs": 1,
    "vebus/276/Ac/ActiveIn/ActiveInput": 0,
    "vebus/276/Ac/ActiveIn/Connected": 1,
    "vebus/276/Alarms/GridLost": 0,
    "grid/30/Ac/Power": 500,
}


@pytest.mark.parametrize(
    ("cells", "pack", "severity"),
    [(None, 56.0, "critical"), (31.0, 56.0, "critical"), (52.0, 31.0, "warning"), (31.0, None, ""), (None, None, "")],
)
def test_a_battery_is_as_warm_as_the_warmest_place_that_has_a_value(
    play: Play, cells: Scalar, pack: Scalar, severity: str
) -> None:
    player = play("")
    player.site.values |= {**LFP, CELL_C: cells, PACK_C: pack}
    player.run(180)
    warm = player.open("temp")
    assert (str(warm.severity) if warm else "") == severity


def test_a_battery_is_as_cold_as_its_coldest_place(play: Play) -> None:
    player = play("")
    cold = {"battery/1/System/MinCellTemperature": None, PACK_C: -5.0, "battery/1/Dc/0/Current": 60.0}
    player.site.values |= {**LFP, **cold, "battery/1/InstalledCapacity": 200}
    player.run(180)
    alarm = player.open("temp_cold")
    assert alarm is not None and alarm.last_value == -5.0
    assert alarm.limit == "< 5"


def test_an_input_goes_over_to_what_is_valid_and_back(play: Play) -> None:
    player = play("")
    player.site.values |= {**LFP, CELL_C: 30.0, PACK_C: 30.0}
    player.run(60)
    player.site.values |= {CELL_C: None, PACK_C: 57.0}
    player.run(180)
    warm = player.open("temp")
    assert warm is not None and warm.last_value == 57.0
    player.site.values |= {CELL_C: 30.0, PACK_C: 30.0}
    player.run(600)
    assert player.open("temp") is None


def test_a_battery_that_does_not_answer_is_not_cool(play: Play) -> None:
    player = play("")
    player.site.values |= {**LFP, CELL_C: 57.0, PACK_C: 57.0}
    player.run(180)
    player.site.set_aside.add("battery/1")
    player.run(900)
    warm = player.open("temp")
    assert warm is not None and warm.stale


@pytest.mark.parametrize("source", ["system", "vebus"])
def test_a_grid_that_goes_soon_after_the_first_poll_is_lost(play: Play, source: str) -> None:
    player = play("")
    player.site.values |= ESS
    if source == "system":
        player.site.values[SHORT["source"]] = 1
    player.run(100)
    lost: dict[str, Scalar] = {"vebus/276/Ac/ActiveIn/ActiveInput": 240, "vebus/276/Ac/ActiveIn/Connected": 0}
    player.site.values |= lost | ({SHORT["source"]: 240} if source == "system" else {})
    player.run(60)
    alarm = player.open("grid")
    assert alarm is not None and str(alarm.severity) == "critical"
    player.run(20 * 3600 / 60)
    assert player.open("grid") is not None


def test_a_grid_that_the_gx_itself_ignores_is_not_lost(play: Play) -> None:
    player = play("")
    player.site.values |= {**ESS, SHORT["source"]: 1}
    player.run(100)
    player.site.values |= {SHORT["source"]: 240, "vebus/276/Ac/State/IgnoreAcIn1": 1}
    player.run(300)
    assert player.open("grid") is None


class Past:
    """A recorded past by series."""

    def __init__(self, **points: Sequence[tuple[float, Any]]) -> None:
        self._points = {SHORT[name]: list(row) for name, row in points.items()}

    def points(self, station: str, series: str, since: float, until: float) -> list[tuple[float, float | str | None]]:
        return self._points.get(series, [])


@pytest.mark.parametrize(
    ("past", "values", "expected"),
    [
        ([(T0 - 6e5, 1.0), (T0 - 60, 240.0)], {}, True),
        ([(T0 - 6e5, 240.0), (T0 - 3600, 1.0), (T0 - 60, 240.0)], {}, False),
        ([], ESS, True),
        ([], {"vebus/276/Alarms/GridLost": 0}, False),
        ([(T0 - 6e5, 3.0), (T0 - 60, 240.0)], {}, False),
    ],
    ids=["was there before the restart", "was mostly away", "is set up as grid", "nothing says so", "was shore"],
)
def test_after_a_restart_the_mains_is_expected_as_the_past_or_the_setup_says(
    past: list[tuple[float, Any]], values: dict[str, Scalar], expected: bool
) -> None:
    engine, site = AlertEngine(shipped_rules(), Past(source=past)), Site(values={**values, SHORT["source"]: 240})
    for n in range(8):
        engine.step({site.id: site.poll(T0 + n * POLL_S)}, T0 + n * POLL_S)
    assert engine.parameters(site.id)["mains_expected"].value is expected
    assert ("grid" in {it.key.family for it in engine.open}) is expected


@pytest.mark.parametrize("firmware", ["with a source", "without"])
@pytest.mark.parametrize(
    ("hertz", "volts", "family", "limit"),
    [(51.79, 230.0, "freq", "> 51.5"), (49.3, 230.0, "freq", "< 49.5"), (50.0, 205.0, "volt", "< 207")],
)
def test_frequency_and_voltage_are_judged_whatever_the_firmware_calls_the_input(
    play: Play, firmware: str, hertz: float, volts: float, family: str, limit: str
) -> None:
    player = play("")
    player.alerts.configure(player.site.id, (), {"grid": {"nominal_voltage_v": 230, "nominal_frequency_hz": 50}})
    player.site.values |= {**ESS, "vebus/276/Ac/ActiveIn/L1/V": volts, SHORT["hz"]: hertz}
    if firmware == "with a source":
        player.site.values[SHORT["source"]] = 1
    player.run(1300)
    alarm = player.open(family)
    assert alarm is not None and alarm.limit == limit


def test_a_generators_frequency_is_not_the_grids(play: Play) -> None:
    player = play("")
    of_genset: dict[str, Scalar] = {"settings/0/Settings/SystemSetup/AcInput1": 2, "vebus/276/Ac/Out/L1/F": 51.6}
    player.site.values |= {**ESS, **of_genset, SHORT["source"]: 2, SHORT["hz"]: 51.6}
    player.run(600)
    assert player.open("freq") is None


@pytest.mark.parametrize(
    ("error", "state", "raised"), [(1, 1, False), (1, 10, False), (3, 10, True), (2, 0, True), (0, 10, True)]
)
def test_a_generator_that_may_not_be_started_by_remote_has_not_failed(
    play: Play, error: int, state: int, raised: bool
) -> None:
    player = play("")
    player.site.values |= {"generator/0/Error": error, "generator/0/State": state, "genset/31/Ac/Power": 12_100}
    player.run(600)
    assert (player.open("genset") is not None) is raised
    assert (player.open("genset_remote") is not None) is (error == 1)


def test_a_rule_that_no_longer_applies_clears_at_once(play: Play) -> None:
    player = play("")
    wrong: dict[str, Scalar] = {**ESS, SHORT["source"]: 2, "settings/0/Settings/SystemSetup/AcInput1": 2}
    player.site.values |= {**wrong, "system/0/Ac/Genset/L1/Power": -3000.0, "system/0/Ac/Grid/L1/Power": -3000.0}
    player.run(600)
    alarm = player.open("config")
    assert alarm is not None and (alarm.last_value, alarm.limit) == (-3000.0, "< -50")
    player.site.values |= {SHORT["source"]: 1, "settings/0/Settings/SystemSetup/AcInput1": 1}
    player.site.values["system/0/Ac/Genset/L1/Power"] = None
    player.run(30)
    assert player.open("config") is None or player.open("config").rule != "ac_input_setting"  # type: ignore[union-attr]


def test_a_full_disk_and_a_faulty_one_are_two_alarms(play: Play) -> None:
    player = play("")
    player.site.values |= {"platform/0/Device/DataPartitionFullError": 1, "platform/0/Device/DataPartitionError": 1}
    player.run(30)
    assert {it.title for it in player.alerts.open} == {"GX disk full", "GX disk fault"}


@pytest.mark.parametrize(
    ("value", "severity"), [("dse:e-4100", "critical"), ("dse:w-7", "warning"), ("dse:i-2", ""), ("", ""), ("0", "")]
)
def test_an_error_id_of_any_device_is_an_alarm_of_its_letter(play: Play, value: str, severity: str) -> None:
    player = play("")
    player.site.values["vebus/276/Error/1/Id"] = value
    player.run(30)
    assert [str(it.severity) for it in player.alerts.open] == ([severity] if severity else [])


def test_an_alarm_of_a_named_sensor_bears_its_name(play: Play) -> None:
    player = play("")
    player.site.values |= {"digitalinput/2/Alarm": 2, "digitalinput/2/CustomName": "Bilge forward"}
    player.site.values |= {"temperature/24/Temperature": -4.0, "temperature/24/TemperatureType": 6}
    player.site.values["temperature/24/CustomName"] = "Fish"
    player.run(2400)
    assert {it.title for it in player.alerts.open} == {"Alarm: Bilge forward", "Freezer too warm: Fish"}


def test_a_notice_of_the_gx_for_a_named_device_is_that_devices(play: Play) -> None:
    player = play("")
    player.site.values |= {"battery/279/CustomName": "House", "battery/279/Soc": 50, SHORT["soc"]: 50}
    base = "platform/0/Notifications/0/"
    player.site.services["system/0"] = "com.victronenergy.system"
    player.site.values |= {
        base + "DateTime": T0, base + "Description": "Low voltage", base + "DeviceName": "House",
        base + "Service": "com.victronenergy.system", base + "Type": 1, base + "AlarmValue": 2,
        base + "Trigger": "/Alarms/LowVoltage", base + "Active": 1, base + "Acknowledged": 0,
    }  # fmt: skip
    player.run(30)
    assert [it.rule for it in player.alerts.open] == ["notification:battery/279/Alarms/LowVoltage"]


def test_devices_of_one_model_share_their_set_of_paths_as_long_as_one_is_there() -> None:
    paths = ["Soc", "Dc/0/Voltage", "Serial of this test"]
    first = kept_once(frozenset(paths))
    assert kept_once(frozenset(reversed(paths))) is first
    gone, first = ref(first), frozenset()
    gc.collect()
    assert gone() is None and kept_once(frozenset(paths)) == frozenset(paths)
