"""The commissioning review: what is found, and that a site in order is left in peace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from victron_console.insight.audit.review import Finding, Outcome, audit, worst_outcome
from victron_console.insight.overview.overview import overview
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]
Captured = Callable[[str], Snapshot]
Devices = dict[str, dict[str, Any]]

GOOD: Devices = {
    "system/0": {
        "SystemType": "ESS",
        "ActiveBatteryService": "com.victronenergy.battery/1",
        "Ac/ActiveIn/Source": 1,
        "Ac/In/0/Source": 1,
        "Ac/In/0/Connected": 1,
        "Ac/Grid/L1/Power": 500.0,
        "Ac/ConsumptionOnInput/L1/Power": 100.0,
        "Ac/ConsumptionOnOutput/L1/Power": 400.0,
        "Ac/Consumption/L1/Power": 500.0,
        "Dc/Battery/Power": 0.0,
        "Control/Dvcc": 1,
        "Control/BmsParameters": 1,
    },
    "vebus/276": {
        "Ac/ActiveIn/ActiveInput": 0,
        "Ac/ActiveIn/Connected": 1,
        "Ac/ActiveIn/L1/P": 400,
        "Ac/Out/L1/P": 400,
        "Settings/GridCode": 12,
        "Settings/Alarm/System/GridLost": 1,
    },
    "battery/1": {
        "Dc/0/Voltage": 52.0,
        "Info/MaxChargeVoltage": 56.0,
        "Info/BatteryLowVoltage": 44.0,
        "NumberOfBmses": "2/2",
    },
    "grid/30": {"Ac/Power": 500.0, "Ac/L1/Power": 500.0},
    "pvinverter/20": {"Position": 1},
    "settings/0": {
        "Settings/SystemSetup/AcInput1": 1,
        "Settings/System/TimeZone": "Europe/Kyiv",
        "Settings/Vrmlogger/LogInterval": 900,
        "Settings/Alarm/Vebus/LowBattery": 2,
    },
}


def audit_of(snapshot: Snapshot, zone_name: str | None = None) -> list[Finding]:
    return audit(snapshot, overview(snapshot), zone_name=zone_name)


def changed(device: str, **paths: object) -> Devices:
    """The good site with some paths of a device changed; `__` stands for a slash."""
    return GOOD | {device: GOOD.get(device, {}) | {path.replace("__", "/"): value for path, value in paths.items()}}


def found(findings: list[Finding]) -> dict[str, Outcome]:
    return {each.check: each.outcome for each in findings if each.outcome is not Outcome.PASS}


def test_a_site_in_order_passes_every_check(build: Build) -> None:
    findings = audit_of(build(GOOD), zone_name="Europe/Kyiv")
    assert found(findings) == {}
    assert len(findings) == 13
    assert worst_outcome(finding.outcome for finding in findings) is Outcome.PASS


@pytest.mark.parametrize(
    ("devices", "check", "outcome"),
    [
        (changed("system/0", Ac__ActiveIn__Source=2, Ac__In__0__Source=2), "ac-inputs", Outcome.FAIL),
        (changed("grid/30", Ac__Power=1200.0), "grid-meter", Outcome.FAIL),
        (changed("hub4/0", Alarms__NoGridMeter=1), "grid-meter", Outcome.FAIL),
        (GOOD | {"grid/31": {}}, "grid-meter", Outcome.WARN),
        (changed("vebus/276", Ac__ActiveIn__L1__P=1500), "meter-phases", Outcome.WARN),
        (changed("pvinverter/20", Position=2), "pv-position", Outcome.FAIL),
        (changed("pvinverter/20", Position=[]), "pv-position", Outcome.UNKNOWN),
        (GOOD | {"evcharger/40": {"Position": 1, "Ac/L1/Power": 500.0}}, "ev-position", Outcome.WARN),
        (changed("system/0", Ac__Consumption__L1__Power=5000.0), "balance", Outcome.WARN),
        (changed("system/0", Control__Dvcc=False), "dvcc", Outcome.FAIL),
        (changed("system/0", Control__BmsParameters=0), "dvcc", Outcome.WARN),
        (changed("system/0", Dvcc__Alarms__FirmwareInsufficient=1), "dvcc", Outcome.WARN),
        (changed("battery/1", Dc__0__Voltage=26.0), "battery-limits", Outcome.FAIL),
        (changed("settings/0", Settings__SystemSetup__MaxChargeVoltage=57.6), "battery-limits", Outcome.WARN),
        (changed("battery/1", NumberOfBmses="1/2"), "battery-bank", Outcome.FAIL),
        (changed("vebus/276", Settings__GridCode=0), "grid-code", Outcome.FAIL),
        (changed("vebus/276", Settings__GridCode=[]), "grid-code", Outcome.UNKNOWN),
        (changed("settings/0", Settings__Alarm__Vebus__LowBattery=0), "alarms", Outcome.WARN),
        (changed("vebus/276", Settings__Alarm__System__GridLost=0), "alarms", Outcome.WARN),
        (changed("settings/0", Settings__Vrmlogger__LogInterval=3600), "vrm", Outcome.WARN),
        (changed("logger/0", Vrm__ConnectionError=151), "vrm", Outcome.WARN),
        (changed("settings/0", Settings__System__TimeZone="/UTC"), "time-zone", Outcome.WARN),
    ],
)
def test_each_fault_is_found_by_its_check_and_names_what_to_change(
    devices: Devices, check: str, outcome: Outcome, build: Build
) -> None:
    findings = audit_of(build(devices), zone_name="Europe/Kyiv")
    assert found(findings)[check] is outcome
    (finding,) = [each for each in findings if each.check == check]
    assert bool(finding.change) is (outcome in (Outcome.FAIL, Outcome.WARN))


def test_an_input_with_voltage_that_is_set_to_not_used_fails(build: Build) -> None:
    system = {path: value for path, value in GOOD["system/0"].items() if not path.startswith(("Ac/In/", "Ac/ActiveIn"))}
    settings = GOOD["settings/0"] | {"Settings/SystemSetup/AcInput1": 0}
    findings = audit_of(build(GOOD | {"system/0": system, "settings/0": settings}), zone_name="Europe/Kyiv")
    assert found(findings)["ac-inputs"] is Outcome.FAIL


def test_a_station_that_gives_nothing_gives_no_verdict(build: Build) -> None:
    assert set(found(audit_of(build({}))).values()) <= {Outcome.UNKNOWN}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("boat-dcsystem-tanks", set()),
        ("boat-lynx-integrel", set()),
        ("cerbo-pylontech-ess", {"gx-clock"}),  # read a month after it was taken
        ("ess-3phase-pv-motorhome", {"grid-meter", "ev-position", "balance"}),
        ("ess-grid-pv-tanks", {"ac-inputs", "meter-phases", "balance"}),
        ("hybrid-genset-24v", {"battery-limits", "dvcc"}),
        ("lynx-parallel-vebus", {"battery-bank", "alarms"}),
        ("multi-rs", set()),
        ("navetta-skylla-24v", {"balance"}),
    ],
)
def test_what_is_wrong_at_the_captured_stations_is_found_and_little_else(
    name: str, wrong: set[str], captured: Captured
) -> None:
    findings = audit_of(captured(name))
    assert {check for check, outcome in found(findings).items() if outcome is not Outcome.UNKNOWN} == wrong
