"""Every condition of the published lists of alarms, fired at a station that is read over real HTTP.

Where a published number cannot stand, the case says by what it is corrected. Time is passed in; nothing sleeps.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from victron_console.alerts.engine.coverage import blind_rules
from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.parameters import StationSetup
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.catalogue import Tier
from victron_console.collector.poller import StationPoller
from victron_console.config import station_from
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.simulator.scenario import Faults
from victron_console.simulator.server import StationServer
from victron_console.sources.open_source import open_source

pytestmark = pytest.mark.slow

T0 = 1_800_000_000.0
DAY_S = 86_400.0
Values = Mapping[str, Any]

LFP: Values = {
    "system/Dc/Battery/Soc": 60, "system/Dc/Battery/Voltage": 52.0, "system/Ac/ActiveIn/Source": 240,
    "battery/Soc": 60, "battery/Dc/0/Voltage": 52.0, "battery/Dc/0/Current": 0.0, "battery/InstalledCapacity": 200,
    "battery/Info/MaxChargeVoltage": 56.0, "battery/DeviceInstance": 1,
}  # fmt: skip
GRID: Values = {
    "vebus/DeviceInstance": 276, "vebus/Ac/ActiveIn/ActiveInput": 0, "vebus/Ac/ActiveIn/Connected": 1,
    "vebus/Ac/NumberOfAcInputs": 1, "vebus/Ac/ActiveIn/L1/F": 50.0, "vebus/Ac/ActiveIn/L1/V": 230.0,
    "settings/Settings/SystemSetup/AcInput1": 1, "system/Ac/ActiveIn/Source": 1, "vebus/Alarms/GridLost": 0,
}  # fmt: skip


def can(state: str, errors: int) -> str:
    counters = {"rx": {"packets": 9, "errors": 0}, "tx": {"packets": 9, "errors": errors}}
    return json.dumps([{"linkinfo": {"info_data": {"state": state}}, "stats64": counters}])


GROWING = "60 more errors a day"
CAN = "platform/CanBus/Interface/can0/Statistics"


@dataclass(frozen=True, slots=True)
class Case:
    """One published condition: what the station says, for how long, and the alarm it must give."""

    name: str
    wanted: str
    """Severity and family."""
    values: Values
    lasts_s: float
    poll_s: float = 10.0
    first: Values = field(default_factory=dict)
    """What it says at the first poll, where that must differ."""
    diagnostics: Mapping[str, float] = field(default_factory=dict)


CASES = (
    # the six critical ones
    Case("SOC below 10 %", "critical soc", {**LFP, "system/Dc/Battery/Soc": 9.9}, 180),
    Case("grid lost, published as == 1", "critical grid", {**GRID, "vebus/Alarms/GridLost": 1}, 10),
    Case("grid lost, as the GX raises it: 2", "critical grid", {**GRID, "vebus/Alarms/GridLost": 2}, 10),
    Case("BMS lost", "critical bms", {**GRID, "vebus/Alarms/BmsConnectionLost": 1}, 50),
    Case(
        "battery above 53 V, corrected: above its own charge limit, here of 15 cells", "critical vdc",
        {**LFP, "battery/Info/MaxChargeVoltage": 52.5, "system/Dc/Battery/Voltage": 53.1, "battery/Dc/0/Voltage": 53.1},
        90,
    ),
    Case(
        "more than 100 CAN errors in 5 minutes, corrected: a warning", "warning can", {CAN: can("ERROR-ACTIVE", 760)},
        300, first={CAN: can("ERROR-ACTIVE", 649)},
    ),
    Case("CAN bus off", "critical can", {CAN: can("BUS-OFF", 0)}, 10),
    Case("disk full", "critical disk", {"platform/Device/DataPartitionFullError": 1}, 10),
    # the seven warnings
    Case("SOC below 20 %", "warning soc", {**LFP, "system/Dc/Battery/Soc": 19.9}, 660),
    Case("SOH below 85 %", "warning soh", {**LFP, "battery/Soh": 84.9}, DAY_S * 1.05, 3600),
    Case(
        "cells more than 0.10 V apart, corrected: at rest and mid charge", "warning spread",
        {**LFP, "battery/System/MaxCellVoltage": 3.40, "battery/System/MinCellVoltage": 3.29}, 960, 30,
    ),
    Case("battery above 50 °C", "warning temp", {**LFP, "battery/Dc/0/Temperature": 50.5}, 180),
    Case("frequency more than 0.5 Hz off", "warning freq", {**GRID, "vebus/Ac/ActiveIn/L1/F": 49.4}, 120),
    Case(
        "VRM not reached for 600 s, corrected: three log intervals, at least an hour", "info vrm",
        {"logger/Vrm/TimeLastContact": T0 - 3700, "settings/Settings/Network/VrmPortal": 2,
         "settings/Settings/Vrmlogger/LogInterval": 900, "platform/Device/Time": "now"},
        360,
    ),
    Case(
        "firmware behind", "info fw",
        {"platform/Firmware/Installed/Version": "v3.60", "platform/Firmware/Online/AvailableVersion": "v3.70"},
        DAY_S * 1.05, 3600,
    ),
    # the five of degradation: what the diagnostics found, at a station that is read
    Case("health falls", "warning soh_trend", LFP, 7.5 * DAY_S, 21_600, diagnostics={"soh_loss_lo": 0.6}),
    Case("cell spread grows", "warning spread_trend", LFP, 7.5 * DAY_S, 21_600, diagnostics={"spread_slope_lo": 0.6}),
    Case("warmer peaks", "warning temp_trend", LFP, 7.5 * DAY_S, 21_600, diagnostics={"temp_slope_lo": 0.6}),
    Case(
        "CAN errors grow", "warning can_trend", {CAN: GROWING}, 6.5 * DAY_S, 21_600,
        diagnostics={"can_weekly_median": 30},
    ),
    Case("inverter loss up", "warning eff", LFP, 14.5 * DAY_S, 43_200, diagnostics={"eta_drop_lo": 1.6}),
    # the JSON rules that say something else than those above
    Case("battery above 55 °C", "critical temp", {**LFP, "battery/Dc/0/Temperature": 55.5}, 180),
    Case(
        "cells more than 0.15 V apart", "critical spread",
        {**LFP, "battery/System/MaxCellVoltage": 3.45, "battery/System/MinCellVoltage": 3.29}, 960, 30,
    ),
    Case("frequency far off, corrected: 1.5 Hz", "critical freq", {**GRID, "vebus/Ac/ActiveIn/L1/F": 51.6}, 120),
    Case(
        "grid voltage below 210 V, corrected: 10-minute mean below 90 % of nominal", "warning volt",
        {**GRID, "vebus/Ac/ActiveIn/L1/V": 206.0}, 1260, 30,
    ),
    Case("charge blocked", "warning blocked_c", {**LFP, "system/SystemState/ChargeDisabled": 1}, 960, 30),
    Case("disk fault", "critical disk_fault", {"platform/Device/DataPartitionError": 1}, 10),
    Case("disk low", "warning disk", {"platform/ModificationChecks/DataPartitionFreeSpace": 400 * 2**20}, 3900, 120),
    Case("weak Wi-Fi", "info wifi", {"platform/Network/Wifi/SignalStrength": 35}, 1980, 60),
)  # fmt: skip

QUIET = (
    Case("a full charge of 16 cells at 55.5 V", "",
         {**LFP, "system/Dc/Battery/Voltage": 55.5, "battery/Dc/0/Voltage": 55.5}, 180),
    Case("240 V on a 230 V grid", "", {**GRID, "vebus/Ac/ActiveIn/L1/V": 240.0}, 1260, 30),
    Case("a CAN bus in its healthy state, ERROR-ACTIVE", "", {CAN: can("ERROR-ACTIVE", 649)}, 600, 30),
    Case("cells apart at the top of the charge", "",
         {**LFP, "battery/Soc": 94, "system/Dc/Battery/Soc": 94, "battery/System/MaxCellVoltage": 3.45,
          "battery/System/MinCellVoltage": 3.29}, 1260, 30),
    Case("exactly 10 % is not below 10 %", "warning soc", {**LFP, "system/Dc/Battery/Soc": 10.0}, 660),
)  # fmt: skip


class Served:
    """A station behind a real HTTP server, its poller and an engine, on a clock that the test moves."""

    def __init__(self, case: Case) -> None:
        self.case, self.clock = case, ManualClock(T0)
        self.values: Values = {**case.values, **case.first}
        self.engine = AlertEngine(shipped_rules())
        mains = {"nominal_voltage_v": 230, "nominal_frequency_hz": 50}
        self.engine.configure("alder", (), {"grid": mains, "cadence": {"fast_s": case.poll_s}})
        self.server = StationServer(
            bus=self.bus, faults=Faults, now=self.clock.now, clock=SystemClock(), host="127.0.0.1", port=0
        )

    def bus(self) -> dict[str, dict[str, Any]]:
        services: dict[str, dict[str, Any]] = {}
        for series, value in self.values.items():
            cls, _, path = series.partition("/")
            name = f"com.victronenergy.{cls}" + (
                "" if cls in ("system", "settings", "platform", "logger") else ".ttyS1"
            )
            services.setdefault(name, {})[path] = self._said(value)
        return services

    def _said(self, value: object) -> object:
        if value == GROWING:
            return can("ERROR-ACTIVE", int((self.clock.now() - T0) / DAY_S * 60))
        return self.clock.now() if value == "now" else value

    async def run(self) -> StationPoller:
        config = station_from({"id": "alder", "name": "Alder", "url": self.server.url})
        source = open_source(config, self.clock)
        cadence_s = dict.fromkeys(Tier, self.case.poll_s)
        poller = StationPoller(
            "alder", source, self.clock, jitter=lambda: 0.0, slots=asyncio.Semaphore(1), cadence_s=cadence_s
        )
        self.server.start()
        try:
            for n in range(int(self.case.lasts_s / self.case.poll_s) + 2):
                if n:
                    self._let_pass(self.case.poll_s)
                    self.values = self.case.values
                await self._poll(poller)
        finally:
            await source.close()
            self.server.stop()
        return poller

    def _let_pass(self, seconds: float) -> None:
        """Rules on time alone are judged each minute, as a collector does, also where the station is read seldom."""
        ends = self.clock.monotonic() + seconds
        while self.case.diagnostics and self.clock.monotonic() < ends - 60:
            self.clock.advance(60)
            self.engine.step({}, self.clock.now(), self.clock.monotonic())
        self.clock.advance(ends - self.clock.monotonic())

    async def _poll(self, poller: StationPoller) -> None:
        """All that is due now, and one step of the engine."""
        for _ in range(20):
            if poller.next_moment() > self.clock.monotonic():
                break
            await poller.step()
        self.engine.diagnose("alder", self.case.diagnostics, 0.0)
        self.engine.step({"alder": poller.snapshot()}, self.clock.now(), self.clock.monotonic())

    @property
    def raised(self) -> set[str]:
        return {f"{it.severity} {it.key.family}" for it in self.engine.open}


@pytest.mark.parametrize("case", [*CASES, *QUIET], ids=lambda case: case.name)
async def test_a_published_condition_fires_over_http(case: Case) -> None:
    served = Served(case)
    await served.run()
    assert served.raised == ({case.wanted} if case.wanted else set())


async def test_53_volts_without_any_known_limit_says_what_it_lacks() -> None:
    values = {**LFP, "battery/Info/MaxChargeVoltage": [], "system/Dc/Battery/Voltage": 53.1}
    served = Served(Case("no limit", "", values, 90))
    poller = await served.run()
    assert served.raised == set()
    (blind,) = [
        it for it in blind_rules(shipped_rules(), poller.snapshot(), StationSetup()) if it.rule == "batt_overvoltage"
    ]
    assert not blind.wholly
    assert "charge voltage limit" in str(blind) and "thresholds.cvl" in str(blind)
