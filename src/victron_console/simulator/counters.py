"""What the devices of a station have counted: energies, ampere-hours, extremes, hours; days begin anew at midnight."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from victron_console.simulator.flow import Flow

J_PER_KWH = 3.6e6


@dataclass(slots=True, eq=False)
class ArrayDay:
    """One day of one PV array; itself, whatever it has counted."""

    day: int
    """Days since the epoch, local."""
    yield_kwh: float = 0.0
    max_w: float = 0.0
    max_battery_v: float = 0.0
    min_battery_v: float = 99.0
    bulk_min: float = 0.0
    absorption_min: float = 0.0
    float_min: float = 0.0


@dataclass(slots=True)
class ArrayCount:
    """What one PV array has given."""

    total_kwh: float = 0.0
    days: deque[ArrayDay] = field(default_factory=lambda: deque(maxlen=31))
    """Today first."""


@dataclass(slots=True)
class Counters:
    """Everything counted at one station."""

    phases: int
    arrays: list[ArrayCount]
    import_kwh: list[float] = field(init=False)
    export_kwh: list[float] = field(init=False)
    ac_energy_kwh: dict[str, float] = field(default_factory=dict)
    """The inverter/charger's flows, by the name under its /Energy."""
    charged_kwh: float = 0.0
    discharged_kwh: float = 0.0
    drawn_ah: float = 0.0
    load_kwh: float = 0.0
    heat_pump_kwh: float = 0.0
    wind_kwh: float = 0.0
    genset_s: float = 0.0
    genset_today_s: float = 0.0
    last_full_at: float | None = None
    since_full_ah: float = 0.0
    deepest_ah: float = 0.0
    full_syncs: int = 0
    max_v: float = 0.0
    min_v: float = 999.0
    timers_s: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.import_kwh = [0.0] * self.phases
        self.export_kwh = [0.0] * self.phases

    def count_ac(self, flow: Flow, dt_s: float) -> None:
        """Meters and the inverter/charger's own energy flows."""
        scale = dt_s / J_PER_KWH
        for phase, power_w in enumerate(flow.source_w):
            if power_w > 0:
                self.import_kwh[phase] += power_w * scale
            else:
                self.export_kwh[phase] -= power_w * scale
        self.load_kwh += (sum(flow.load_in_w) + sum(flow.load_out_w)) * scale
        taken, given = sum(flow.ac_in_w), sum(flow.ac_out_w)
        through = min(max(0.0, taken), max(0.0, given))
        for name, power_w in (
            ("AcIn1ToAcOut", through),
            ("AcIn1ToInverter", max(0.0, taken) - through),
            ("InverterToAcOut", max(0.0, given) - through),
            ("InverterToAcIn1", max(0.0, -taken)),
            ("OutToInverter", max(0.0, -given)),
        ):
            self.ac_energy_kwh[name] = self.ac_energy_kwh.get(name, 0.0) + power_w * scale

    def count_battery(self, power_w: float, current_a: float, voltage_v: float, dt_s: float) -> None:
        """The shunt's view of the bank."""
        self.charged_kwh += max(0.0, power_w) * dt_s / J_PER_KWH
        self.discharged_kwh += max(0.0, -power_w) * dt_s / J_PER_KWH
        self.drawn_ah += max(0.0, -current_a) * dt_s / 3600.0
        self.since_full_ah = min(0.0, self.since_full_ah + current_a * dt_s / 3600.0)
        self.deepest_ah = min(self.deepest_ah, self.since_full_ah)
        self.max_v, self.min_v = max(self.max_v, voltage_v), min(self.min_v, voltage_v)

    def synced(self, at: float) -> None:
        """The bank is full: counts start over."""
        if self.last_full_at is None or at - self.last_full_at > 6 * 3600:
            self.full_syncs += 1
        self.last_full_at = at
        self.since_full_ah = 0.0

    def count_array(self, index: int, power_w: float, battery_v: float, stage: str, day: int, dt_s: float) -> None:
        """One PV array's yield, by local day."""
        array = self.arrays[index]
        if not array.days or array.days[0].day != day:
            array.days.appendleft(ArrayDay(day))
        today = array.days[0]
        array.total_kwh += power_w * dt_s / J_PER_KWH
        today.yield_kwh += power_w * dt_s / J_PER_KWH
        today.max_w = max(today.max_w, power_w)
        today.max_battery_v = max(today.max_battery_v, battery_v)
        today.min_battery_v = min(today.min_battery_v, battery_v)
        if power_w > 0:
            name = f"{stage}_min"
            setattr(today, name, getattr(today, name) + dt_s / 60.0)
