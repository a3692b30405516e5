"""Made-up stations, value by value, like the ones the looks of SITE and CELLS were drawn with, in a real store."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.console.sample_fleet import NOW

from victron_console.insight.moment import StationMoment
from victron_console.insight.overview.overview import overview
from victron_console.model.clock import ManualClock
from victron_console.model.device import BUS_PREFIX, DeviceKey, class_of
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading, Scalar
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.store.answers import StationRow
from victron_console.store.records import Event, PollSample, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

READ_AT = NOW - 4
SLOT_S, DAY_S = 300.0, 86_400.0
GAP = (0.50, 0.54)
"""The part of the day in which nothing was received."""

Values = Mapping[str, Scalar]
Devices = Mapping[str, Values]


def phases(path: str, *watts: float) -> dict[str, Scalar]:
    """One value a phase: `Ac/Grid/{phase}/Power`."""
    return {path.replace("{phase}", f"L{n}"): value for n, value in enumerate(watts, 1)}


CEDAR: Devices = {
    "system": {
        "SystemState/State": 256,
        "SystemType": "ESS",
        "Control/ActiveSocLimit": 40.0,
        "Control/Dvcc": 1,
        "DynamicEss/Active": 1,
        "DynamicEss/TargetSoc": 82,
        "Dc/Battery/Soc": 81.0,
        "Dc/Battery/Voltage": 49.8,
        "Dc/Battery/Current": -0.9,
        "Dc/Battery/Power": -44,
        "Dc/Vebus/Power": 31,
        "Ac/ActiveIn/Source": 1,
        "Ac/In/0/Source": 1,
        "Ac/In/0/Connected": 1,
        "Ac/Grid/L1/Power": 167,
        "Ac/Consumption/L1/Power": 148,
        "Ac/ConsumptionOnOutput/L1/Power": 148,
        "ActiveBatteryService": "com.victronenergy.battery/100",
    },
    "vebus.ttyS4": {
        "DeviceInstance": 276,
        "ProductName": "MultiPlus-II 48/3000/35-32",
        "State": 3,
        "Mode": 3,
        "Ac/ActiveIn/ActiveInput": 0,
        "Ac/ActiveIn/L1/P": 159,
        "Ac/ActiveIn/L1/V": 225.0,
        "Ac/ActiveIn/L1/F": 50.1,
        "Ac/Out/L1/P": 149,
        "Ac/Out/L1/V": 225.0,
        "Ac/Out/L1/F": 50.0,
        "Ac/Out/NominalInverterPower": 2500,
        "Dc/0/Voltage": 49.8,
    },
    "battery.socketcan_can0": {
        "DeviceInstance": 100,
        "ProductName": "PYLONTECH",
        "Soc": 81.0,
        "Soh": 99.0,
        "InstalledCapacity": 174,
        "Dc/0/Voltage": 49.8,
        "Dc/0/Current": -0.9,
        "Dc/0/Power": -44,
        "Dc/0/Temperature": 30.7,
        "Info/MaxChargeVoltage": 52.5,
        "Info/BatteryLowVoltage": 45.0,
        "Info/MaxChargeCurrent": 117.0,
        "Info/MaxDischargeCurrent": 117.0,
        "System/MaxCellVoltage": 3.323,
        "System/MinCellVoltage": 3.318,
        "System/MaxVoltageCellId": "0101",
        "System/MinVoltageCellId": "0101",
        "System/MaxCellTemperature": 31.0,
        "System/MinCellTemperature": 30.0,
        "System/NrOfModulesOnline": 2,
        "System/NrOfModulesOffline": 0,
    },
    "acload.cg": {
        "DeviceInstance": 40,
        "ProductName": "Carlo Gavazzi EM24",
        "Position": 1,
        "Ac/Power": 814.3,
        "Ac/Energy/Forward": 29422.6,
        **phases("Ac/{phase}/Power", 0.0, 0.0, 814.3),
    },
    "platform": {"Firmware/Installed/Version": "v3.65"},
}
QUARRY: Devices = {
    "system": {
        "SystemState/State": 3,
        "Control/Dvcc": 1,
        "Dc/Battery/Soc": 95.0,
        "Dc/Battery/Voltage": 26.4,
        "Dc/Battery/Current": -9.4,
        "Dc/Battery/Power": 238,
        "Dc/Battery/Capacity": 200,
        "Dc/Pv/Power": 116.2,
        "Dc/Alternator/Power": 300.8,
        "Dc/Vebus/Power": 36,
        "Dc/System/Power": 178.9,
        "Dc/System/MeasurementType": 0,
        "Ac/ActiveIn/Source": 2,
        "Ac/In/0/Source": 2,
        "Ac/In/0/Connected": 1,
        "Ac/In/0/ServiceName": "com.victronenergy.genset.socketcan_can0",
        "Ac/In/1/Source": 3,
        "Ac/In/1/Connected": 0,
        **phases("Ac/Genset/{phase}/Power", 3880, 3900, 3940),
        **phases("Ac/Consumption/{phase}/Power", 3868, 3889, 3928),
        **phases("Ac/ConsumptionOnInput/{phase}/Power", 2940, 2431, 2596),
        **phases("Ac/ConsumptionOnOutput/{phase}/Power", 928, 1458, 1332),
        "ActiveBatteryService": "com.victronenergy.battery/0",
        "Relay/0/State": 0,
    },
    "vebus.ttyO1": {
        "DeviceInstance": 257,
        "ProductName": "Quattro 24/3000/70-2x50",
        "Devices/NumberOfMultis": 3,
        "State": 3,
        "Mode": 3,
        "Ac/ActiveIn/ActiveInput": 0,
        **phases("Ac/ActiveIn/{phase}/P", 940, 1469, 1344),
        **phases("Ac/ActiveIn/{phase}/V", 230.5, 222.1, 223.8),
        **phases("Ac/Out/{phase}/P", 928, 1458, 1332),
        **phases("Ac/Out/{phase}/V", 230.5, 222.1, 223.8),
        "Ac/Out/L1/F": 50.0,
    },
    "battery.socketcan_can1": {
        "DeviceInstance": 0,
        "ProductName": "Lynx Smart",
        "Soc": 95.0,
        "InstalledCapacity": 200,
        "Dc/0/Voltage": 26.4,
        "Dc/0/Current": -9.4,
        "Dc/0/Power": 238,
        "Info/MaxChargeVoltage": 54.0,
        "Info/MaxChargeCurrent": 50.0,
        "Info/MaxDischargeCurrent": 600.0,
    },
    "genset.socketcan_can0": {
        "DeviceInstance": 0,
        "ProductName": "Fischer Panda Genset",
        "StatusCode": 8,
        "Engine/Speed": 3006,
        "Engine/Load": 42,
        "Engine/CoolantTemperature": 61.0,
        "Engine/OperatingHours": 1261620,
        "StarterVoltage": 14.5,
        **phases("Ac/{phase}/Power", 3880, 3900, 3940),
        **phases("Ac/{phase}/Voltage", 233, 233, 233),
        **phases("Ac/{phase}/Current", 22, 22, 22),
        "Ac/Frequency": 50.4,
    },
    "solarcharger.ttyO0": {
        "DeviceInstance": 256,
        "ProductName": "SmartSolar Charger MPPT 100/50",
        "Pv/V": 50.02,
        "Dc/0/Current": 4.4,
        "State": 252,
        "Yield/Power": 109,
        "Yield/User": 71.2,
        "History/Daily/0/Yield": 0.02,
    },
    "dcsource.ttyUSB0": {
        "DeviceInstance": 288,
        "ProductName": "SmartShunt",
        "CustomName": "Wind charger",
        "Dc/0/Voltage": 26.38,
        "Dc/0/Current": 20.3,
        "Dc/0/Power": 300.8,
    },
    "alternator.ttyUSB1": {
        "DeviceInstance": 289,
        "ProductName": "WS500",
        "Dc/0/Voltage": 26.38,
        "Dc/0/Current": 20.3,
        "Dc/0/Power": 300.8,
    },
    **{
        f"tank.adc_{n}": {"DeviceInstance": 20 + n, "CustomName": name, "FluidType": fluid, "Level": level}
        for n, (name, fluid, level) in enumerate(
            [
                ("Diesel day", 0, 77),
                ("Diesel port", 0, 62),
                ("Water starboard", 1, 77),
                ("Water port", 1, 33),
            ]
        )
    },
}
LARCH: Devices = {
    "system": {
        "SystemState/State": 0,
        "Dc/Battery/Soc": 100.0,
        "Dc/Battery/Voltage": 54.0,
        "Dc/Battery/Current": 0.1,
        "Dc/Battery/Power": 5,
        "Dc/Pv/Power": 0.0,
        "Ac/ActiveIn/Source": 1,
        "Ac/In/0/Source": 1,
        "Ac/In/0/Connected": 1,
        "Ac/Grid/L1/Power": -2,
        "Ac/Consumption/L1/Power": 0,
        "Ac/ConsumptionOnOutput/L1/Power": 0,
        "Dc/InverterCharger/Power": 5,
    },
    "multi.socketcan_can0": {
        "DeviceInstance": 0,
        "ProductName": "Multi RS Solar 48V/6000VA/100A",
        "State": 252,
        "Mode": 3,
        "Soc": 100.0,
        "NrOfTrackers": 1,
        "Yield/Power": 0.0,
        "Ac/ActiveIn/ActiveInput": 0,
        "Ac/In/1/L1/P": -2,
        "Ac/In/1/L1/V": 221.6,
        "Ac/In/1/L1/F": 50.0,
        "Ac/Out/L1/P": -5,
        "Ac/Out/L1/V": 221.6,
        "Ac/Out/L1/F": 50.0,
        "Dc/0/RippleVoltage": 0.018,
    },
}
CELL_MV = (-2, 0, -1, 3, 1, 2, 86, 4, -3, 1, -2, 0, -6, -8, -4, -5)
BIRCH: Devices = {
    "system": {
        "SystemState/State": 9,
        "Dc/Battery/Soc": 72.0,
        "Dc/Battery/Voltage": 53.2,
        "Dc/Battery/Current": -6.0,
        "Dc/Battery/Power": -320,
        "Dc/Pv/Power": 1240.0,
        "Dc/System/Power": 40.0,
        "Ac/Consumption/L1/Power": 1500,
        "Ac/ConsumptionOnOutput/L1/Power": 1500,
        "ActiveBatteryService": "com.victronenergy.battery/1",
    },
    "vebus.ttyS4": {
        "DeviceInstance": 276,
        "ProductName": "MultiPlus-II 48/5000/70-50",
        "State": 9,
        "Mode": 3,
        "Ac/Out/L1/P": 1500,
        "Ac/Out/L1/V": 230.0,
        "Ac/Out/L1/F": 50.0,
        "Dc/0/Voltage": 53.2,
        "Dc/0/Current": -29.0,
        "Ac/NumberOfAcInputs": 0,
    },
    "solarcharger.ttyS5": {"DeviceInstance": 256, "ProductName": "SmartSolar Charger MPPT 250/70", "Pv/V": 180.0},
    "battery.ttyUSB0": {
        "DeviceInstance": 1,
        "ProductName": "16S LFP 280",
        "Soc": 72.0,
        "InstalledCapacity": 280,
        "Dc/0/Voltage": 53.2,
        "Dc/0/Current": -6.0,
        "Dc/0/Power": -320,
        "System/MaxCellTemperature": 26.0,
        "System/MinCellTemperature": 24.0,
        "Info/MaxChargeCurrent": 0.0,
        "Info/MaxDischargeCurrent": 140.0,
        **{f"Voltages/Cell{n}": round(3.326 + mv / 1000, 3) for n, mv in enumerate(CELL_MV, 1)},
        **{f"Balances/Cell{n}": int(n == 7) for n in range(1, 17)},
    },
}
STATIONS: Mapping[str, tuple[str, Devices]] = {
    "birch-clinic": ("Birch Clinic", BIRCH),
    "cedar-house": ("Cedar House", CEDAR),
    "larch-hut": ("Larch Hut", LARCH),
    "quarry-camp": ("Quarry Camp", QUARRY),
}


def services(devices: Devices) -> Iterator[ServiceReading]:
    """The devices as a source would have read them."""
    for service, values in devices.items():
        key = DeviceKey(class_of(service), str(values.get("DeviceInstance", 0)))
        readings = {path: Reading(value, READ_AT) for path, value in values.items()}
        yield ServiceReading(BUS_PREFIX + service, key, READ_AT, readings, 0.041, 900)


def snapshot_of(devices: Devices, at: float = NOW) -> Snapshot:
    """The devices as the store would give them at a moment."""
    found = {each.key: DeviceState(each.key, each.service, each.readings, READ_AT) for each in services(devices)}
    return Snapshot("sample", at, found, StationStatus(StationState.LIVE, NOW - DAY_S))


def moment_at(snapshot: Snapshot) -> StationMoment:
    """The station of a snapshot as its screens take it."""
    row = StationRow(snapshot.station, "Sample", (), StationInfo(), snapshot.status, overview(snapshot), READ_AT, 10.0)
    return StationMoment(row, snapshot)


def make_store(path: Path) -> Path:
    """A store that holds the stations, with a day of figures behind them that has a gap."""
    path.write_bytes(_recorded_day())
    return path


@cache
def _recorded_day() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        _record_day(path)
        return path.read_bytes()


def _record_day(path: Path) -> None:
    clock = ManualClock(NOW - DAY_S)
    writer = Writer(path, clock)
    info = {"contact": "Ann, +44 20 7946 0000", "access": "key at the harbour office", "notes": "roof leaks\nin winter"}
    writer.register([StationRecord(station, name, info) for station, (name, _) in STATIONS.items()])
    shown = {station: overview(snapshot_of(devices)) for station, (_, devices) in STATIONS.items()}
    live = StationStatus(StationState.LIVE, NOW - DAY_S)
    slots = int(DAY_S / SLOT_S)
    for slot in range(slots):
        if GAP[0] <= slot / slots < GAP[1]:
            continue
        clock.at = NOW - DAY_S + slot * SLOT_S
        share = 0.7 + 0.3 * math.sin(slot / 25)
        updates = [
            StationUpdate(station, clock.at, status=live, overview=_scaled(each, share))
            for station, each in shown.items()
        ]
        if slot % 6 == 0:
            pack = _cells_at(clock.at, slot / slots)
            updates.append(StationUpdate("birch-clinic", clock.at, services=(pack,), cadences={pack.key: 1800.0}))
        writer.record_all(updates)
    clock.at = READ_AT
    for station, (_, devices) in STATIONS.items():
        writer.record(
            StationUpdate(
                station,
                READ_AT,
                services=tuple(services(devices)),
                status=live,
                overview=shown[station],
                polls=(PollSample(READ_AT - 90, ok=True, round_trip_s=0.041, size_bytes=900),),
                events=(Event(NOW - 4000, station, "station", "shore connected"),),
            )
        )
    writer.close()


def _cells_at(at: float, share: float) -> ServiceReading:
    """The pack with cells as it was at a share of the day: the cell that is too high got there in its last quarter."""
    pack = next(each for each in services(BIRCH) if each.key.cls == "battery")
    high = 3.326 + 0.086 * max(0.15, (share - 0.75) * 4)
    readings = {path: replace(reading, at=at) for path, reading in pack.readings.items()}
    readings["Voltages/Cell7"] = Reading(round(high, 3), at)
    return replace(pack, at=at, readings=readings)


def _scaled(shown: Overview, share: float) -> Overview:
    names = ("soc_percent", "pv_power_w", "load_power_w", "grid_power_w", "genset_power_w", "battery_power_w")
    values = {name: value * share for name in names if (value := getattr(shown, name)) is not None}
    return replace(shown, **values)
