"""A battery bank: ampere-hours counted, cells with their own charge and resistance, heat, and the limits of its BMS.

Owns the bank's state and steps it; what current flows is decided elsewhere. Current and power + = charging.
"""

from __future__ import annotations

import math
import random

from victron_console.simulator.chemistry import CELLS, open_circuit_v
from victron_console.simulator.spec import BatterySpec, Chemistry

MONTH_S = 30 * 86400.0
POLARISATION_SHARE = 0.6
"""Part of the resistance that only shows after some minutes, over the part that shows at once."""
POLARISATION_S = 120.0
HEAT_J_PER_KG_K = 1000.0
COOLING_K_PER_W = 0.09
SURFACE_CHARGE_S = 1200.0
SETTLED_SHARE = 1.003
"""What stays: above the charge that float holds, else float would feed the loss for ever."""


class Battery:
    """The state of one bank."""

    def __init__(self, spec: BatterySpec, seed: int, room_c: float) -> None:
        rng = random.Random(f"{seed}/cells")
        self.spec = spec
        self.cell = CELLS[spec.chemistry]
        self.soh = spec.soh_percent / 100.0
        self.resistance_factor = 1.0
        self.charge_ah = spec.initial_soc_percent / 100.0 * self.capacity_ah
        self.offsets_percent = [rng.gauss(0.0, 0.15) for _ in range(spec.cells)]
        self._resistances = [rng.gauss(1.0, 0.04) for _ in range(spec.cells)]
        self._resistance_sum = sum(self._resistances)
        self._cell_ohm = spec.resistance_ohm or self.cell.ah_ohm / spec.capacity_ah
        self._temperature_spread = [rng.uniform(-1.2, 1.2) for _ in range(max(1, min(4, spec.cells)))]
        self.polarisation_v = 0.0
        """Of one mean cell."""
        self.temperature_c = room_c
        self.current_a = 0.0
        self.absorbing = True
        """False once full: the charger then holds the float voltage."""
        self._open_circuit: list[float] | None = None
        """Rest voltages of the cells at the present charge, until something changes it."""

    @property
    def capacity_ah(self) -> float:
        """What it holds today."""
        return self.spec.capacity_ah * self.soh

    @property
    def soc_percent(self) -> float:
        """State of charge, 0..100."""
        return min(100.0, max(0.0, self.true_soc_percent))

    @property
    def true_soc_percent(self) -> float:
        """The mean cell's charge; slightly above 100 while held at the charging voltage."""
        return 100.0 * self.charge_ah / self.capacity_ah

    def wear(self, soh: float, resistance_factor: float) -> None:
        """Make it older at the same state of charge; `soh` is a share of the nominal capacity."""
        soc = self.true_soc_percent
        self.soh, self.resistance_factor = soh, resistance_factor
        self.set_soc(soc)

    def set_soc(self, percent: float) -> None:
        """Put it at a state of charge without a current."""
        self.charge_ah = percent / 100.0 * self.capacity_ah
        self._open_circuit = None

    def lag(self, cell: int, percent: float) -> None:
        """Let one cell, counted from 0, fall behind the others by so many points of charge."""
        self.offsets_percent[cell] -= percent
        self._open_circuit = None

    def open_circuit_v(self) -> list[float]:
        """Rest voltage of each cell, polarisation left out."""
        if self._open_circuit is None:
            chemistry, soc = self.spec.chemistry, self.true_soc_percent
            self._open_circuit = [open_circuit_v(chemistry, soc + offset) for offset in self.offsets_percent]
        return self._open_circuit

    def _cell_resistance_ohm(self) -> float:
        # Cold cells resist more: about a doubling per 25 K below 25 degrees.
        cold = math.exp((25.0 - self.temperature_c) * 0.028)
        return self._cell_ohm * self.resistance_factor * cold

    @property
    def resistance_ohm(self) -> float:
        """Of the bank, as a step of current shows at once."""
        return self._cell_resistance_ohm() * self._resistance_sum

    def rest_v(self) -> float:
        """Voltage the bank would show without current now."""
        return sum(self.open_circuit_v()) + self.polarisation_v * self.spec.cells

    def voltage_v(self) -> float:
        """Terminal voltage at the current that flows."""
        return self.rest_v() + self.current_a * self.resistance_ohm

    def cell_voltages_v(self) -> list[float]:
        """Voltage of each cell at the current that flows."""
        drop = self.current_a * self._cell_resistance_ohm()
        return [
            volts + self.polarisation_v + drop * factor
            for volts, factor in zip(self.open_circuit_v(), self._resistances, strict=True)
        ]

    def cell_temperatures_c(self) -> list[float]:
        """Temperature at each of the sensors."""
        return [self.temperature_c + delta for delta in self._temperature_spread]

    @property
    def charge_limit_v(self) -> float:
        """CVL: what the BMS lets chargers raise the bank to, whatever they do at present."""
        return self.spec.cells * self.cell.charge_v

    @property
    def charge_voltage_v(self) -> float:
        """What the chargers aim at: the charge voltage until full, then float."""
        return self.spec.cells * (self.cell.charge_v if self.absorbing else self.cell.float_v)

    @property
    def low_voltage_v(self) -> float:
        """The BMS's lower limit."""
        return self.spec.cells * self.cell.low_v

    def charge_limit_a(self) -> float:
        """CCL: what the bank takes at this temperature before its highest cell is too high."""
        limit = self.spec.charge_limit_c * self.spec.capacity_ah * self._temperature_share(charging=True)
        room_v = self.cell.high_v - max(self.open_circuit_v()) - self.polarisation_v
        return max(0.0, min(limit, room_v / self._cell_resistance_ohm()))

    def discharge_limit_a(self) -> float:
        """DCL, positive: what the bank gives before its lowest cell is too low."""
        limit = self.spec.discharge_limit_c * self.spec.capacity_ah * self._temperature_share(charging=False)
        room_v = min(self.open_circuit_v()) + self.polarisation_v - self.cell.low_v
        return max(0.0, min(limit, room_v / self._cell_resistance_ohm()))

    def _temperature_share(self, *, charging: bool) -> float:
        hot = min(1.0, max(0.0, (58.0 - self.temperature_c) / 8.0))
        if self.spec.chemistry is Chemistry.LEAD_ACID or not charging:
            return hot
        return min(hot, max(0.0, min(1.0, self.temperature_c / 8.0)))

    def power_limits_w(self) -> tuple[float, float]:
        """Most it can take and most it can give now, both positive, at its voltage under that current."""
        rest, ohm = self.rest_v(), self.resistance_ohm
        charge_a = max(0.0, min(self.charge_limit_a(), (self.charge_voltage_v - rest) / ohm))
        discharge_a = self.discharge_limit_a()
        return charge_a * (rest + charge_a * ohm), discharge_a * max(0.0, rest - discharge_a * ohm)

    def step(self, power_w: float, dt_s: float, room_c: float, heat_w: float = 0.0) -> None:
        """Let a terminal power flow for a time."""
        rest, ohm = self.rest_v(), self.resistance_ohm
        root = rest * rest + 4.0 * ohm * power_w
        self.current_a = (math.sqrt(max(0.0, root)) - rest) / (2.0 * ohm)
        efficiency = self.cell.charge_efficiency if self.current_a > 0 else 1.0
        self.charge_ah += self.current_a * efficiency * dt_s / 3600.0
        self._settle_surface_charge(dt_s)
        target_v = self.current_a * self._cell_resistance_ohm() * POLARISATION_SHARE
        self.polarisation_v += (target_v - self.polarisation_v) * -math.expm1(-dt_s / POLARISATION_S)
        self._heat(dt_s, room_c, heat_w)
        self._balance(dt_s)
        self._choose_charge_voltage()
        self._open_circuit = None

    def _settle_surface_charge(self, dt_s: float) -> None:
        """What was pressed in above full at the charging voltage is lost within the hour, at rest or at float."""
        surplus_ah = self.charge_ah - SETTLED_SHARE * self.capacity_ah
        if surplus_ah > 0.0 and not self.absorbing:
            self.charge_ah += surplus_ah * math.expm1(-dt_s / SURFACE_CHARGE_S)

    def _heat(self, dt_s: float, room_c: float, heat_w: float) -> None:
        mass_kg = self.spec.capacity_ah * self.spec.cells * self.cell.nominal_v / 140.0  # 140 Wh/kg of a pack
        loss_w = self.current_a**2 * self.resistance_ohm * (1.0 + POLARISATION_SHARE) + heat_w
        settled_c = room_c + loss_w * COOLING_K_PER_W
        time_constant_s = mass_kg * HEAT_J_PER_KG_K * COOLING_K_PER_W
        self.temperature_c += (settled_c - self.temperature_c) * -math.expm1(-dt_s / time_constant_s)

    def _balance(self, dt_s: float) -> None:
        if self.spec.chemistry is not Chemistry.LFP or self.true_soc_percent < 97.0:
            return
        bleed = self.spec.balancer_percent_per_h * dt_s / 3600.0
        lowest = min(self.offsets_percent)
        self.offsets_percent = [max(lowest, o - bleed) if o > lowest + 0.1 else o for o in self.offsets_percent]

    def _choose_charge_voltage(self) -> None:
        tail_a = 0.02 * self.spec.capacity_ah
        if self.absorbing and self.true_soc_percent > 99.5 and self.current_a < tail_a:
            self.absorbing = False
        elif not self.absorbing and self.true_soc_percent < 95.0:
            self.absorbing = True
