"""The physics of one station: everything that has a state, stepped through time. Publishes nothing."""

from __future__ import annotations

from victron_console.simulator import alarms, devices
from victron_console.simulator.battery import Battery
from victron_console.simulator.counters import ArrayCount, Counters
from victron_console.simulator.flow import Flow, Situation, solve
from victron_console.simulator.genset import Genset
from victron_console.simulator.inverter import LossCurve
from victron_console.simulator.notifications import NoticeRing
from victron_console.simulator.scenario import NO_FAULTS, Faults
from victron_console.simulator.spec import AcType, Ageing, PvPosition, StationSpec
from victron_console.simulator.surroundings import MONTH_S, MPPT_EFFICIENCY, Outside, Surroundings
from victron_console.simulator.weather import seeded

USABLE_POWER_SHARE = 0.8
"""W of an inverter over its VA."""
PV_INVERTER_EFFICIENCY = 0.97
RESTART_MARGIN_PERCENT = 6.0
FLOOR_HYSTERESIS_PERCENT = 3.0
EMPTY_PERCENT = 4.0
NEARLY_EMPTY_PERCENT = 6.0
UNWORN = Ageing()
WITHOUT_INPUT = ("inverter", "none")
"""Converters that no AC source feeds."""
DC_GENSET_SHARE = 0.85
"""A DC genset is run at this share of its rating."""
GENSET_OHM = 0.15
"""Inner resistance of a phase of a set: it sags some volts under load."""


class Plant:
    """A station's state at the moment `at`; `flow` and `outside` are those of the last step."""

    def __init__(self, spec: StationSpec, at: float, world_s: float = 0.0) -> None:
        self.spec = spec
        self.at = self.since = at
        self._surroundings = Surroundings(spec, at, world_s)
        self.faults: Faults = NO_FAULTS
        self.outside: Outside = self._surroundings.at(at, NO_FAULTS)
        self.battery = Battery(spec.battery, spec.seed, self.outside.room_c)
        self.battery_v = self.battery.voltage_v()
        """At the terminals during the last step: times the current it is exactly the power."""
        self.genset = Genset(spec.genset, 0.35 + 0.6 * seeded(spec.seed, "fuel", 0)) if spec.genset else None
        self.inverter_on = spec.converter.kind != "none"
        self.at_floor = False
        self.lag_applied = 0.0
        """Percentage points of charge that the drifting cell has fallen behind."""
        self.drawn_down = False
        """Whether a ceiling of charge is in force already."""
        self.can_errors = float(int(40 * seeded(spec.seed, "can", 0)))
        self.can_packets = 2.6e7
        self.counters = Counters(len(spec.converter.phases), [ArrayCount() for _ in spec.arrays])
        self.notices = NoticeRing()
        self.levels: dict[tuple[str, str], int] = {}
        self._titles = {"converter": devices.converter(spec), "battery": devices.battery(spec)}
        self._titles["generator"] = devices.GENERATOR
        self.array_w: tuple[float, ...] = (0.0,) * len(spec.arrays)
        """What each array gives at its terminals."""
        self.flow: Flow = self._flow()

    def step(self, dt_s: float, faults: Faults = NO_FAULTS) -> None:
        """Let time pass: the world as it is half-way counts for the whole step."""
        self.faults = faults
        self.outside = self._surroundings.at(self.at + dt_s / 2, faults)
        self._wear(faults)
        if self.genset is not None:
            mains = self.outside.mains is not AcType.NONE
            self.genset.decide(self.at, self.battery.soc_percent, mains, faults.genset_fails)
        self.flow = self._flow()
        rest, ohm = self.battery.rest_v(), self.battery.resistance_ohm
        self.battery.step(self.flow.battery_w, dt_s, self.outside.room_c, faults.battery_heat_w)
        self.battery_v = rest + self.battery.current_a * ohm
        self.at += dt_s
        self._count(dt_s)
        alarms.follow(self, self._titles)

    def _wear(self, faults: Faults) -> None:
        """Age by the calendar, and apply what a scenario does to the cells."""
        ageing, spec = self.spec.ageing, self.spec.battery
        months = (self.at - self.since) / MONTH_S
        soh = spec.soh_percent / 100.0 * max(0.3, 1.0 - ageing.capacity_fade_per_month * months)
        if ageing != UNWORN:
            self.battery.wear(soh, 1.0 + ageing.resistance_growth_per_month * months)
        drift = ageing.cell_drift_percent_per_month * months
        self._let_cell_lag(faults.cell_lag_percent + drift)
        ceiling = faults.soc_ceiling_percent
        if ceiling is not None and not self.drawn_down and self.battery.soc_percent > ceiling:
            self.battery.set_soc(ceiling)
        self.drawn_down = ceiling is not None

    def _let_cell_lag(self, percent: float) -> None:
        """Bring the drifting cell to this many points behind; one that is nearly empty drifts no further by itself."""
        cell = min(self.spec.ageing.drifting_cell, self.spec.battery.cells) - 1
        charge = self.battery.true_soc_percent + self.battery.offsets_percent[cell]
        more = min(percent - self.lag_applied, max(0.0, charge - NEARLY_EMPTY_PERCENT))
        if more:
            self.battery.lag(cell, more)
            self.lag_applied += more

    @property
    def ess_floor_percent(self) -> float:
        """The minimum SOC that is set now; 0 without an ESS."""
        if self.faults.ess_floor_percent is not None:
            return self.faults.ess_floor_percent
        return self.spec.converter.ess.min_soc_percent if self.spec.converter.ess else 0.0

    def curve(self) -> LossCurve:
        """The loss curve of one unit today."""
        unit = self.spec.converter
        worn = 1.0 + self.spec.ageing.inverter_loss_growth_per_month * (self.at - self.since) / MONTH_S
        return LossCurve.of(unit.nominal_va, unit.idle_loss_w, worn)

    def _flow(self) -> Flow:
        flow = solve(self._situation())
        if flow.source is AcType.NONE and self.inverter_on:
            starved = -flow.battery_w > self._discharge_max_w() + 1.0 or self.battery.soc_percent < EMPTY_PERCENT
            if starved:
                self.inverter_on = False
                flow = solve(self._situation())
        elif flow.source is not AcType.NONE or self._recovered():
            self.inverter_on = self.spec.converter.kind != "none"
        self.array_w = self._array_power(flow)
        return flow

    def _recovered(self) -> bool:
        enough = self.battery.soc_percent > EMPTY_PERCENT + RESTART_MARGIN_PERCENT
        return enough and self._discharge_max_w() > 0

    def _discharge_max_w(self) -> float:
        return self.battery.power_limits_w()[1]

    def _source(self) -> tuple[AcType, float]:
        """What feeds the AC input, and the most it may give."""
        unit = self.spec.converter
        if unit.kind in WITHOUT_INPUT:
            return AcType.NONE, 0.0
        if self.outside.mains is not AcType.NONE:
            return self.outside.mains, unit.input_limit_a * unit.voltage_v * len(unit.phases)
        if self.genset is not None and self.genset.running and not self.genset.spec.dc:
            return AcType.GENSET, 0.85 * self.genset.spec.rated_w
        return AcType.NONE, 0.0

    def _situation(self) -> Situation:
        spec, outside, unit = self.spec, self.outside, self.spec.converter
        source, limit_w = self._source()
        charge_max, discharge_max = self.battery.power_limits_w()
        if self.faults.bms_lost:  # DVCC stops charging, and beside a source discharging too (error 67)
            charge_max, discharge_max = 0.0, discharge_max if source is AcType.NONE else 0.0
        if source is AcType.GRID and unit.ess is not None:
            margin = FLOOR_HYSTERESIS_PERCENT if self.at_floor else 0.0
            self.at_floor = self.battery.soc_percent <= self.ess_floor_percent + margin
            discharge_max = 0.0 if self.at_floor or self.faults.ess_holds else discharge_max
        share_in = spec.load.input_share
        mains = source in (AcType.GRID, AcType.SHORE)
        dc_load = self._dc_asked_w() if self.battery.soc_percent > 1.0 else 0.0
        return Situation(
            load_out_w=tuple(w * (1.0 - share_in) for w in outside.load_w),
            load_in_w=tuple(w * share_in if mains else 0.0 for w in outside.load_w),
            pv_out_w=self._ac_pv(PvPosition.OUTPUT),
            pv_in_w=self._ac_pv(PvPosition.INPUT) if mains else (0.0,) * len(unit.phases),
            pv_dc_w=self._dc_pv_w(),
            other_dc_w=self._other_possible_w(),
            dc_load_w=dc_load,
            source=source, source_limit_w=limit_w, charge_max_w=charge_max, discharge_max_w=discharge_max,
            charger_max_w=unit.charger_a * len(unit.phases) * self.battery.rest_v(),
            unit_max_w=unit.nominal_va * USABLE_POWER_SHARE, inverter_on=self.inverter_on, curve=self.curve(),
            ess=unit.ess, nominal_hz=self._own_hz(source),
        )  # fmt: skip

    def _dc_asked_w(self) -> float:
        """All that draws from the battery's bus beside the inverter."""
        spec = self.spec
        return spec.load.dc_w + spec.starter_w + self.outside.motor_w + self.faults.unmetered_dc_w

    def _other_possible_w(self) -> float:
        """What alternator, wind, charger and a DC genset could give to the battery's bus."""
        outside = self.outside
        running = self.genset is not None and self.genset.running and self.genset.spec.dc
        genset_w = DC_GENSET_SHARE * self.genset.spec.rated_w if running and self.genset is not None else 0.0
        return outside.alternator_w + outside.wind_w + outside.charger_w + genset_w

    def _own_hz(self, source: AcType) -> float:
        if source is AcType.NONE:
            return self.spec.converter.frequency_hz + self.faults.frequency_offset_hz
        if source is AcType.GENSET:
            return self.outside.grid_hz + 0.4
        return self.outside.grid_hz

    def _ac_pv(self, position: PvPosition) -> tuple[float, ...]:
        """Available power of the AC inverters at a position, by phase of the inverter/charger."""
        phases = self.spec.converter.phases
        power = dict.fromkeys(phases, 0.0)
        for array, panel_w in zip(self.spec.arrays, self.outside.array_w, strict=True):
            if array.position is position:
                for phase in array.phases:
                    power[phase] += panel_w * PV_INVERTER_EFFICIENCY / len(array.phases)
        return tuple(power.values())

    def _dc_pv_w(self) -> float:
        return MPPT_EFFICIENCY * sum(
            panel_w
            for array, panel_w in zip(self.spec.arrays, self.outside.array_w, strict=True)
            if array.position in (PvPosition.DC, PvPosition.RS)
        )

    def _array_power(self, flow: Flow) -> tuple[float, ...]:
        """What the flow leaves of each array's possible power, at the array's own terminals (AC: its output)."""
        possible = {
            PvPosition.DC: (self._dc_pv_w(), flow.pv_dc_w),
            PvPosition.OUTPUT: (sum(self._ac_pv(PvPosition.OUTPUT)), sum(flow.pv_out_w)),
            PvPosition.INPUT: (sum(self._ac_pv(PvPosition.INPUT)), sum(flow.pv_in_w)),
        }
        possible[PvPosition.RS] = possible[PvPosition.DC]
        given = []
        for array, panel_w in zip(self.spec.arrays, self.outside.array_w, strict=True):
            could, does = possible[array.position]
            ac = array.position in (PvPosition.INPUT, PvPosition.OUTPUT)
            given.append(panel_w * (does / could if could > 0 else 0.0) * (PV_INVERTER_EFFICIENCY if ac else 1.0))
        return tuple(given)

    def _count(self, dt_s: float) -> None:
        flow, counters, outside = self.flow, self.counters, self.outside
        counters.count_ac(flow, dt_s)
        counters.count_battery(flow.battery_w, self.battery.current_a, self.battery_v, dt_s)
        if not self.battery.absorbing:
            counters.synced(self.at)
        for index, power_w in enumerate(self.array_w):
            counters.count_array(index, power_w, self.battery_v, self.charge_stage(), outside.local_day, dt_s)
        counters.wind_kwh += self.wind_w * dt_s / 3.6e6
        if self.genset is not None and self.genset.running:
            self.genset.burn(sum(flow.source_w) if flow.source is AcType.GENSET else self.dc_genset_w, dt_s)
            counters.genset_s += dt_s
        self.can_packets += 90.0 * dt_s
        self.can_errors += self.faults.can_errors_per_s * dt_s
        name = {AcType.NONE: "TimeOnInverter", AcType.GENSET: "TimeOnGenerator"}.get(flow.source, "TimeOnGrid")
        name = name if self.inverter_on else "TimeOff"
        counters.timers_s[name] = counters.timers_s.get(name, 0.0) + dt_s

    @property
    def input_v(self) -> tuple[float, ...]:
        """Voltage of each phase at the AC input: the supply's, less what its own current costs on the line."""
        ohm = GENSET_OHM
        if self.spec.grid and self.flow.source is not AcType.GENSET:
            ohm = self.spec.grid.impedance_ohm + self.faults.line_ohm
        volts = self.outside.grid_v
        return tuple(volts - ohm * watts / volts for watts in self.flow.source_w)

    @property
    def output_v(self) -> tuple[float, ...]:
        """Voltage of each phase at the AC output: the input's while it is passed through, else the inverter's own."""
        if self.flow.source is not AcType.NONE:
            return self.input_v
        return (self.spec.converter.voltage_v,) * len(self.flow.source_w)

    @property
    def wind_w(self) -> float:
        """What the wind generator gives after its regulator."""
        return self.outside.wind_w * self._other_share()

    @property
    def alternator_w(self) -> float:
        """What the alternator gives after its regulator."""
        return self.outside.alternator_w * self._other_share()

    @property
    def charger_w(self) -> float:
        """What the charger at the shore gives."""
        return self.outside.charger_w * self._other_share()

    @property
    def dc_genset_w(self) -> float:
        """What a DC genset gives after its regulator; 0 where the set is none."""
        if self.genset is None or not self.genset.running or not self.genset.spec.dc:
            return 0.0
        return DC_GENSET_SHARE * self.genset.spec.rated_w * self._other_share()

    @property
    def dc_share(self) -> float:
        """How much of what is asked of the battery's bus it gives: nothing once the battery is empty."""
        asked = self._dc_asked_w()
        return self.flow.dc_load_w / asked if asked > 0 else 0.0

    def _other_share(self) -> float:
        possible = self._other_possible_w()
        return self.flow.other_dc_w / possible if possible > 0 else 0.0

    def charge_stage(self) -> str:
        """`bulk`, `absorption` or `float`: what a charger does with this bank."""
        if not self.battery.absorbing:
            return "float"
        near = self.battery_v >= self.battery.charge_voltage_v - 0.005 * self.battery.spec.nominal_v
        return "absorption" if near else "bulk"
