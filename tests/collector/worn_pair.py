"""Two batteries with the same days behind them: of one a cell drifts away and the SOH falls, of the other nothing."""

from __future__ import annotations

import math
from contextlib import closing
from pathlib import Path

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.records import PollSample, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

WORN, TWIN = "alder", "birch"
BEGIN = 1_735_689_600.0  # 2025-01-01 UTC
DAYS = 196
STEP_S = 3600.0
UNTIL = BEGIN + DAYS * 86_400.0
BATTERY = DeviceKey("battery", "1")
INFO = {"battery": {"capacity_ah": 200.0}, "location": {"timezone": "Europe/Berlin"}, "pv": {"kwp": 5.0}}


def record_pair(path: Path) -> None:
    """Both stations up to `UNTIL`, a reading each hour."""
    clock = ManualClock(BEGIN)
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord(WORN, "Alder <Farm>", INFO), StationRecord(TWIN, "Birch Clinic", INFO)])
        updates: list[StationUpdate] = []
        while clock.now() < UNTIL:
            updates += [_update(WORN, clock.now(), worn=True), _update(TWIN, clock.now(), worn=False)]
            clock.advance(STEP_S)
        writer.record_all(updates)


def _update(station: str, at: float, *, worn: bool) -> StationUpdate:
    days = (at - BEGIN) / 86_400.0
    phase = 2 * math.pi * (days % 1.0)
    soc = 60.0 - 35.0 * math.cos(phase)
    amperes = round(18.0 * math.sin(phase), 1)
    spread_v = (18.0 + (0.5 * days if worn else 0.0) + 2.0 * math.sin(7.3 * days)) / 1000.0
    # Both drift with their age; only the worn one's SOH falls.
    lowest_v = 3.26 + 0.0007 * soc
    soh = round(94.0 - (days / 24.0 if worn else 0.0))
    values = {
        "Soc": round(soc, 1),
        "Soh": float(soh),
        "Dc/0/Voltage": round(51.0 + 0.02 * soc, 2),
        "Dc/0/Current": amperes,
        "Dc/0/Temperature": round(25.0 + math.sin(phase), 1),
        "System/MaxCellVoltage": round(lowest_v + spread_v, 3),
        "System/MinCellVoltage": round(lowest_v, 3),
    }
    reading = ServiceReading(
        "com.victronenergy.battery.ttyO1", BATTERY, at, {path: Reading(value, at) for path, value in values.items()}
    )
    pv_w = max(0.0, -3000.0 * math.cos(phase))
    shown = Overview(
        figures_at=at,
        soc_percent=values["Soc"],
        battery_power_w=52.0 * amperes,
        battery_voltage_v=52.0,
        battery_current_a=amperes,
        pv_power_w=pv_w,
        load_power_w=600.0,
        grid_power_w=600.0 + 52.0 * amperes - pv_w,
    )
    first = at == BEGIN
    return StationUpdate(
        station,
        at,
        [reading],
        status=StationStatus(StationState.LIVE, at) if first else None,
        overview=shown,
        cadences={BATTERY: STEP_S} if first else {},
        polls=[PollSample(at, ok=True, round_trip_s=0.05)],
    )
