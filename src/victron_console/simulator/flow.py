"""Where the power goes at one moment: the balance of the AC nodes and the DC bus under the limits of every part.

Pure functions. Signs as on D-Bus: grid + imports, inverter/charger DC + charges, converted power + inverts.
Node equations (the same as the console checks):

    input node    source + pv_in = load_in + ac_in
    output node   ac_out + pv_out = load_out
    inverter      ac_in = ac_out - converted,  dc_ic = -(converted + loss)
    DC bus        pv_dc + other_dc + dc_ic = battery + dc_load
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from victron_console.simulator.inverter import LossCurve
from victron_console.simulator.spec import AcType, EssSpec

SHIFT_STARTS_HZ = 0.2
"""Above the nominal frequency AC inverters begin to reduce ..."""
SHIFT_SPAN_HZ = 2.5
"""... and this much further they have stopped."""
HALVINGS = 16
"""Steps to the share of AC PV that an island can use: to a tenth of a watt of 6 kW."""
Phases = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is asked for and what is to be had, W. Tuples have one entry a phase of the inverter/charger."""

    load_out_w: Phases
    load_in_w: Phases
    pv_out_w: Phases
    pv_in_w: Phases
    pv_dc_w: float
    """At the battery side of the MPPTs (for an RS: behind its tracker), unthrottled."""
    other_dc_w: float
    """Alternator and wind."""
    dc_load_w: float
    source: AcType
    source_limit_w: float
    charge_max_w: float
    discharge_max_w: float
    charger_max_w: float
    """Most DC power of the charger of all units."""
    unit_max_w: float
    """Most AC power of one unit."""
    inverter_on: bool
    curve: LossCurve
    ess: EssSpec | None
    nominal_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What flows, W."""

    source: AcType
    source_w: Phases
    """From the grid or the genset, + imports."""
    ac_in_w: Phases
    ac_out_w: Phases
    converted_w: Phases
    load_out_w: Phases
    load_in_w: Phases
    pv_out_w: Phases
    pv_in_w: Phases
    pv_dc_w: float
    other_dc_w: float
    dc_load_w: float
    dc_ic_w: float
    battery_w: float
    frequency_hz: float
    """Of the inverter's own output; that of the source while connected."""
    throttled: bool
    """PV could have given more."""
    overload: float
    """Asked over possible of the most loaded unit; above 1 loads were cut."""


def solve(s: Situation) -> Flow:
    """The flow that a Victron system settles at in this situation."""
    if not s.inverter_on and s.source is AcType.NONE:
        return _dark(s)
    return _island(s) if s.source is AcType.NONE else _connected(s)


def _connected(s: Situation) -> Flow:
    """With grid, shore or genset: ESS steers the source to its set-point, otherwise the charger fills the battery."""
    count = len(s.load_out_w)
    net_load_w = sum(s.load_out_w) + sum(s.load_in_w) - sum(s.pv_out_w) - sum(s.pv_in_w)
    others_w = s.pv_dc_w + s.other_dc_w - s.dc_load_w
    lowest_w, highest_w = -s.discharge_max_w - others_w, s.charge_max_w - others_w
    idle_w = count * s.curve.dc_w(0.0)
    ess = s.ess if s.source is AcType.GRID else None
    if ess is not None:
        wanted_w = count * s.curve.dc_w((net_load_w - ess.setpoint_w) / count)
        feed_in = ess.feed_in_dc
    else:
        room_w = max(0.0, s.source_limit_w - net_load_w)
        wanted_w = min(max(highest_w, idle_w), count * s.curve.dc_w(-room_w / count))
        feed_in = False
    dc_w = max(wanted_w, lowest_w)
    if dc_w > highest_w:
        dc_w = highest_w if feed_in else max(highest_w, min(wanted_w, idle_w))
    floor_w = count * s.curve.dc_w(s.unit_max_w)
    dc_w = max(floor_w, min(dc_w, s.charger_max_w))
    if dc_w < min(wanted_w, idle_w) and not feed_in:
        dc_w = min(wanted_w, idle_w)
    converted = (s.curve.ac_w(dc_w / count),) * count
    surplus_w = max(0.0, others_w + dc_w - s.charge_max_w)
    return _settle(_throttle_dc(s, surplus_w), converted, throttled=surplus_w > 1.0, overload=0.0)


def _largest(allowed: Callable[[float], bool]) -> float:
    """The largest share in 0..1 that is allowed, by halving; 0 where none is."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if allowed(middle) else (low, middle)
    return low


def _throttle_dc(s: Situation, surplus_w: float) -> Situation:
    """Take a surplus from the MPPTs first, then from the regulators of alternator and wind."""
    pv_dc_w = max(0.0, s.pv_dc_w - surplus_w)
    left_w = surplus_w - (s.pv_dc_w - pv_dc_w)
    return replace(s, pv_dc_w=pv_dc_w, other_dc_w=max(0.0, s.other_dc_w - left_w))


def _island(s: Situation) -> Flow:
    """Without a source: the inverter carries the output, surplus is throttled by voltage and frequency."""
    asked = tuple(load - pv for load, pv in zip(s.load_out_w, s.pv_out_w, strict=True))
    overload = max(asked) / s.unit_max_w
    loads = tuple(min(load, s.unit_max_w + pv) for load, pv in zip(s.load_out_w, s.pv_out_w, strict=True))
    s = replace(s, load_out_w=loads, load_in_w=(0.0,) * len(loads), pv_in_w=(0.0,) * len(loads))

    def battery_w(share: float) -> float:
        dc = sum(s.curve.dc_w(load - share * pv) for load, pv in zip(s.load_out_w, s.pv_out_w, strict=True))
        return s.pv_dc_w + s.other_dc_w - s.dc_load_w + dc

    surplus_w = max(0.0, battery_w(1.0) - s.charge_max_w)
    throttled = _throttle_dc(s, surplus_w)
    given_up_w = s.pv_dc_w + s.other_dc_w - throttled.pv_dc_w - throttled.other_dc_w
    share = 1.0
    if surplus_w > given_up_w and sum(s.pv_out_w) > 0.0:
        share = _largest(lambda part: battery_w(part) - given_up_w <= s.charge_max_w)
    shifted = s.nominal_hz + SHIFT_STARTS_HZ + (1.0 - share) * SHIFT_SPAN_HZ if share < 1.0 else s.nominal_hz
    s = replace(throttled, pv_out_w=tuple(share * pv for pv in s.pv_out_w), nominal_hz=shifted)
    converted = tuple(load - pv for load, pv in zip(s.load_out_w, s.pv_out_w, strict=True))
    return _settle(s, converted, throttled=surplus_w > 1.0, overload=overload)


def _dark(s: Situation) -> Flow:
    """The inverter is off: only the DC side lives."""
    none = (0.0,) * len(s.load_out_w)
    surplus_w = max(0.0, s.pv_dc_w + s.other_dc_w - s.dc_load_w - s.charge_max_w)
    t = _throttle_dc(s, surplus_w)
    return Flow(
        source=AcType.NONE, source_w=none, ac_in_w=none, ac_out_w=none, converted_w=none, load_out_w=none,
        load_in_w=none, pv_out_w=none, pv_in_w=none, pv_dc_w=t.pv_dc_w, other_dc_w=t.other_dc_w, dc_load_w=s.dc_load_w,
        dc_ic_w=0.0, battery_w=t.pv_dc_w + t.other_dc_w - s.dc_load_w, frequency_hz=0.0, throttled=surplus_w > 1.0,
        overload=0.0,
    )  # fmt: skip


def _settle(s: Situation, converted: Phases, *, throttled: bool, overload: float) -> Flow:
    """Close every node around the converted power."""
    ac_out = tuple(load - pv for load, pv in zip(s.load_out_w, s.pv_out_w, strict=True))
    ac_in = tuple(out - inverted for out, inverted in zip(ac_out, converted, strict=True))
    source = tuple(a + load - pv for a, load, pv in zip(ac_in, s.load_in_w, s.pv_in_w, strict=True))
    dc_ic_w = sum(s.curve.dc_w(p) for p in converted)
    return Flow(
        source=s.source, source_w=source, ac_in_w=ac_in, ac_out_w=ac_out, converted_w=converted,
        load_out_w=s.load_out_w, load_in_w=s.load_in_w, pv_out_w=s.pv_out_w, pv_in_w=s.pv_in_w, pv_dc_w=s.pv_dc_w,
        other_dc_w=s.other_dc_w, dc_load_w=s.dc_load_w, dc_ic_w=dc_ic_w,
        battery_w=s.pv_dc_w + s.other_dc_w - s.dc_load_w + dc_ic_w, frequency_hz=s.nominal_hz,
        throttled=throttled, overload=overload,
    )  # fmt: skip
