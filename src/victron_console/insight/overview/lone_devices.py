"""The figures of a station that has no `system` service: one device read alone. Takes only what a device measures."""

from __future__ import annotations

from victron_console.insight.overview.ac_side import ac_input, input_power_w, live_units, output_power_w
from victron_console.insight.overview.dc_side import dc_side
from victron_console.insight.overview.figures import dc_power_w, given, last, phase_total, total
from victron_console.model.overview import Overview
from victron_console.model.snapshot import DeviceState, Snapshot


def figures(snapshot: Snapshot, battery: DeviceState | None) -> Overview:
    """Battery, PV, loads, grid and genset as the devices themselves give them; None where none does."""
    units = live_units(snapshot)
    pv_dc_w = total(last(each, "Yield/Power") for each in [*snapshot.of_class("solarcharger"), *units])
    pv_ac_w = total(meter_power_w(each) for each in snapshot.of_class("pvinverter"))
    taken_w, source = total(map(input_power_w, units)), ac_input(snapshot)
    fed_w = taken_w if source.connected else None
    grid_w = total(map(meter_power_w, snapshot.of_class("grid")))
    genset_w = total(map(meter_power_w, snapshot.of_class("genset")))
    load_w, side = total(map(output_power_w, units)), dc_side(snapshot)
    if genset_w is None and source.type == "genset":
        genset_w = fed_w
    volts = last(battery, "Dc/0/Voltage")
    return Overview(
        soc_percent=given(battery, "Soc"),
        battery_power_w=dc_power_w(battery),
        battery_voltage_v=last(units[0], "Dc/0/Voltage") if volts is None and units else volts,
        battery_current_a=last(battery, "Dc/0/Current"),
        pv_power_w=total((pv_dc_w, pv_ac_w)),
        pv_dc_power_w=pv_dc_w,
        pv_ac_power_w=pv_ac_w,
        load_power_w=None if load_w is None else max(0.0, load_w),
        dc_load_power_w=side.uses_w,
        motor_power_w=side.motors.power_w,
        other_dc_power_w=side.other_w,
        grid_power_w=fed_w if grid_w is None and source.type in ("grid", "shore") else grid_w,
        genset_power_w=total((genset_w, side.gensets.power_w)),
        time_to_go_s=last(battery, "TimeToGo"),
    )


def meter_power_w(meter: DeviceState) -> float | None:
    """Power of a meter in W: the sum of its phases. Its own total may contradict it (docs/facts/figures.md#phases)."""
    watts = phase_total(meter, "Ac/{phase}/Power")
    return last(meter, "Ac/Power") if watts is None else watts
