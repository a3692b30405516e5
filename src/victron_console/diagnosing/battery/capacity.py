"""The capacity a battery shows: ampere-hours counted between two anchors. Current in A, + charging.

Between full and the BMS's low limit it is a measurement of ours. Over a swing of the BMS's own SOC it is what the BMS
believes, and is called so. A series of its own, never mixed with the reported SOH.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray, checked, middle, steps_s, turning_points
from victron_console.diagnosing.record.trend import BASELINE_DAYS, Centre, centre
from victron_console.model.units import DAY_S, HOUR_S

LEAST_SWING_PERCENT = 40.0
TURN_PERCENT = 5.0
SYNC_JUMP_PERCENT = 3.0
"""A SOC that jumps more within a step was corrected, not charged."""
TEMPERATURES_C = (15.0, 35.0)
SEGMENTS = 20
WIDEST_INTERVAL = 0.15
REPLACED_BY, REPLACED_AFTER = 1.15, 10
"""A rise of the median of so many segments that is another battery, or another setting of its BMS (own judgement)."""
DOUBTED_ABOVE, DOUBTED_BELOW = 115.0, 60.0
"""Percent of the configured capacity that no sound entry gives (own judgement)."""
TITLES = (("Own capacity", "Ah"), ("Own capacity of its first 90 days", "%"), ("Capacity against the configured", "%"))
FULL_BELOW_CVL_V = 0.1 / 15.0
"""A cell: full is within this of the charge limit at a small current for ten minutes."""
FULL_CURRENT_C = 0.05
FULL_HOLD_S = 600.0
GAIN_DOUBT = 0.01
"""Of a current: what a shunt's gain may be off. Victron's data sheets give 0.4 % for SmartShunt and BMV-712; twice that
and more for warmth and a shunt that is not theirs (own judgement)."""
OFFSET_DOUBT_A, BALANCED_DOUBT_A = 0.3, 0.05
"""What it may read at none: nobody has seen it, and once full-to-full balance has taken it out (own judgement)."""
LOW_ABOVE_LIMIT_V = 0.05
"""A cell: empty is within this of the BMS's low limit while discharging."""
SOURCE = (
    "One estimate over 40 % of charge scatters by 7 %, the median of 20 by 2 % (simulated: 0.2 A offset, 0.5 % gain); "
    "an LFP plateau is no anchor."
)
COUNTED = Method(
    name="ampere-hours from full to the low limit, offset from full-to-full balance",
    inputs=("battery current", "voltage", "charge limit", "low limit", "temperature"),
    source=SOURCE,
)
IMPLIED = Method(
    name="BMS-implied: ampere-hours over the change of the BMS's own SOC",
    inputs=("battery current", "SOC", "temperature"),
    source=SOURCE + " The SOC is the BMS's: this is the capacity it works with.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChargeRecord:
    """What a battery did, on common moments; NaN in gaps."""

    at: FloatArray
    current_a: FloatArray
    soc_percent: FloatArray
    voltage_v: FloatArray | None = None
    temperature_c: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The BMS's voltages that make anchors; without them only the BMS-implied figure is possible."""

    charge_v: float
    low_v: float
    cells: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One estimate."""

    since: float
    until: float
    ah: float
    swing_percent: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """Own capacity of a battery."""

    ah: Finding
    """The latest, Ah; the range holds scatter and the sensor's gain and offset. It is of the middle of its window."""
    relative: Finding
    """Percent of its own first 90 days."""
    of_nominal: Finding
    """Percent of the capacity that is configured; what does not fit is said in its confidence."""
    segments: tuple[Segment, ...]
    offset_a: float | None
    """What the current sensor reads at none, from full-to-full balance; it holds the charging loss too."""

    @property
    def doubt(self) -> str | None:
        """Why the configured capacity cannot be true; empty where it can, None where nobody can tell."""
        seen = self.of_nominal
        if not seen.known or seen.low is None or seen.high is None:
            return None
        return seen.confidence if seen.low > DOUBTED_ABOVE or seen.high < DOUBTED_BELOW else ""


def capacity(record: ChargeRecord, nominal_ah: float | None, limits: Limits | None = None) -> Capacity:
    """Own capacity, by the best anchors that the record has.

    Args:
        record: current, SOC and what else there is.
        nominal_ah: the nominal capacity; None: unknown.
        limits: of the BMS.

    Raises:
        ValueError: the arrays do not belong together.
    """
    others = [value for value in (record.voltage_v, record.temperature_c) if value is not None]
    checked(record.at, record.current_a, record.soc_percent, *others)
    if not nominal_ah or not np.isfinite(record.current_a).any():
        reason = "no battery current recorded" if nominal_ah else "the nominal capacity is not known: set it"
        ah, relative, of_nominal = (Figure(title, unit, IMPLIED).unknown(reason) for title, unit in TITLES)
        return Capacity(ah, relative, of_nominal, (), None)
    full = _full(record, nominal_ah, limits)
    offset_a = _offset(record, full)
    counted = _full_to_low(record, full, limits, offset_a or 0.0)
    if len(counted) >= SEGMENTS:
        return _summed(counted, COUNTED, record, offset_a, nominal_ah)
    return _summed(_by_soc(record, offset_a or 0.0), IMPLIED, record, offset_a, nominal_ah)


def _summed(
    segments: list[Segment], method: Method, record: ChargeRecord, offset_a: float | None, nominal_ah: float
) -> Capacity:
    """The last 20 or 90 days of segments, against the first 90 days and against what is configured."""
    segments = _of_present_battery(segments)
    since = segments[0].since if segments else float(record.at[0])
    window = Window(since=since, until=float(record.at[-1]), count=len(segments), what="swings")

    def not_yet(reason: str) -> Capacity:
        ready_at = window.when_counted(SEGMENTS)
        ah, relative, of_nominal = (
            Figure(title, unit, method).insufficient(reason, window, ready_at) for title, unit in TITLES
        )
        return Capacity(ah, relative, of_nominal, tuple(segments), offset_a)

    if len(segments) < SEGMENTS:
        return not_yet(
            f"{len(segments)} of {SEGMENTS} swings in charge of {LEAST_SWING_PERCENT:.0f} % and more, without a gap"
        )
    ends, ah = np.array([[segment.until, segment.ah] for segment in segments]).T
    latest = np.zeros(len(ah), dtype=bool)
    latest[-SEGMENTS:] = True
    taken = latest | (ends > ends[-1] - BASELINE_DAYS * DAY_S)
    now = centre(ah[taken])
    if now.half_width > WIDEST_INTERVAL * now.value:
        return not_yet(f"swings scatter too much: ±{100 * now.half_width / now.value:.0f} %, at most 15 % is taken")
    used = [segment for segment, is_used in zip(segments, taken, strict=True) if is_used]
    offset_ah = (BALANCED_DOUBT_A if offset_a is not None else OFFSET_DOUBT_A) * _hours(used)
    half = now.half_width + GAIN_DOUBT * now.value + offset_ah
    of = Window(since=used[0].since, until=used[-1].until, count=now.count, what="swings")
    found = Figure(TITLES[0][0], "Ah", method).value(
        now.value,
        window=of,
        low=now.value - half,
        high=now.value + half,
        confidence=f"median, so of {of.days / 2:.0f} days before their end; 95 % of the scatter, 1 % gain and "
        f"{offset_ah:.1f} Ah offset of the sensor",
    )
    first = ah[ends < ends[0] + BASELINE_DAYS * DAY_S]
    return Capacity(found, _relative(now, first, method, window), _of_nominal(found, nominal_ah), tuple(segments),
                    offset_a)  # fmt: skip


def _hours(segments: list[Segment]) -> float:
    """The usual length of a segment in full swings: over how long an offset adds up."""
    return float(np.median([100.0 * (each.until - each.since) / HOUR_S / abs(each.swing_percent) for each in segments]))


def _of_nominal(found: Finding, nominal_ah: float) -> Finding:
    """Against what is configured. More than nominal no battery has, and one at half of it is another one than told."""
    value, low, high = (100.0 * (each or 0.0) / nominal_ah for each in (found.value, found.low, found.high))
    words = found.confidence
    if low > DOUBTED_ABOVE or high < DOUBTED_BELOW:
        words = (
            f"configured are {nominal_ah:g} Ah, seen are {found.value:.0f}: set battery.capacity_ah right, or the shunt"
        )
    return replace(found, title=TITLES[2][0], unit="%", value=value, low=low, high=high, confidence=words)


def _of_present_battery(segments: list[Segment]) -> list[Segment]:
    """Those since the capacity last rose for good: no battery grows, so what was before is of another one."""
    ah = np.array([segment.ah for segment in segments])
    if len(ah) < 2 * REPLACED_AFTER:
        return segments
    middles = np.median(np.lib.stride_tricks.sliding_window_view(ah, REPLACED_AFTER), axis=1)
    rises = middles[REPLACED_AFTER:] / middles[:-REPLACED_AFTER]
    last = np.flatnonzero(rises >= REPLACED_BY)
    if not len(last):
        return segments
    # The steepest rise of the last run of rises: the windows on both sides of it touch there.
    run = last[last > last[-1] - REPLACED_AFTER]
    return segments[int(run[np.argmax(rises[run])]) + REPLACED_AFTER :]


def _relative(now: Centre, first: FloatArray, method: Method, window: Window) -> Finding:
    title, unit = TITLES[1]
    if len(first) < SEGMENTS or window.days < 2 * BASELINE_DAYS:
        reason = f"{window.days:.0f} days with {len(first)} swings in the first 90; 180 days and {SEGMENTS} are needed"
        return Figure(title, unit, method).insufficient(reason, window, window.after_days(2 * BASELINE_DAYS))
    base = centre(first)
    value = 100.0 * now.value / base.value
    half = value * float(np.hypot(now.half_width / now.value, base.half_width / base.value))
    return Figure(title, unit, method).value(
        value, window=window, low=value - half, high=value + half, confidence="95 % interval of both medians"
    )


def _charge(record: ChargeRecord, offset_a: float) -> tuple[FloatArray, FloatArray]:
    """Running ampere-hours, and running count of intervals that were not measured."""
    seconds = steps_s(record.at, record.current_a)
    gained = (middle(record.current_a) - offset_a) * seconds / 3600.0
    return np.concatenate(([0.0], np.cumsum(gained))), np.concatenate(([0], np.cumsum(seconds == 0.0)))


def _warm(record: ChargeRecord, first: int, last: int) -> bool:
    if record.temperature_c is None:
        return True
    part = record.temperature_c[first : last + 1]
    known = part[np.isfinite(part)]
    return bool(len(known)) and TEMPERATURES_C[0] <= float(np.mean(known)) <= TEMPERATURES_C[1]


def _by_soc(record: ChargeRecord, offset_a: float) -> list[Segment]:
    ah, holes = _charge(record, offset_a)
    soc = record.soc_percent
    turns = turning_points(soc, TURN_PERCENT)
    found = []
    for first, last in zip(turns[:-1].tolist(), turns[1:].tolist(), strict=True):
        rising = soc[last] > soc[first]
        part = soc[first : last + 1]
        # A plateau at the start (floating at 100 %) belongs to no swing.
        first += int(np.flatnonzero(part <= soc[first] if rising else part >= soc[first])[-1])
        swing = float(soc[last] - soc[first])
        if abs(swing) < LEAST_SWING_PERCENT or holes[last] > holes[first] or not _warm(record, first, last):
            continue
        if float(np.nanmax(np.abs(np.diff(soc[first : last + 1])))) > max(SYNC_JUMP_PERCENT, abs(swing) / 5.0):
            continue
        whole_ah = 100.0 * float(ah[last] - ah[first]) / swing
        found.append(Segment(float(record.at[first]), float(record.at[last]), whole_ah, swing))
    return [segment for segment in found if segment.ah > 0.0]


def _full(record: ChargeRecord, nominal_ah: float, limits: Limits | None) -> BoolArray:
    """Where the battery has been full for ten minutes."""
    if limits is None or record.voltage_v is None:
        return np.zeros(len(record.at), dtype=bool)
    with np.errstate(invalid="ignore"):
        high = record.voltage_v >= limits.charge_v - FULL_BELOW_CVL_V * limits.cells
        so_far = high & (np.abs(record.current_a) < FULL_CURRENT_C * nominal_ah)
    indices = np.arange(len(record.at))
    last_not = np.maximum.accumulate(np.where(so_far, -1, indices))
    began = record.at[np.minimum(last_not + 1, len(record.at) - 1)]
    held: BoolArray = so_far & (record.at - began >= FULL_HOLD_S)
    return held


def _offset(record: ChargeRecord, full: BoolArray) -> float | None:
    """Median net current from one full to the next: the bank is as full as before, the rest is the sensor's."""
    ends = np.flatnonzero(full[:-1] & ~full[1:])
    if len(ends) < 5:
        return None
    ah, holes = _charge(record, 0.0)
    hours = np.diff(record.at[ends]) / 3600.0
    whole = (np.diff(holes[ends]) == 0) & (hours > 6.0)
    return float(np.median((np.diff(ah[ends]) / hours)[whole])) if whole.sum() >= 4 else None


def _full_to_low(record: ChargeRecord, full: BoolArray, limits: Limits | None, offset_a: float) -> list[Segment]:
    if limits is None or record.voltage_v is None or not full.any():
        return []
    with np.errstate(invalid="ignore"):
        low = (record.voltage_v <= limits.low_v + LOW_ABOVE_LIMIT_V * limits.cells) & (record.current_a < 0)
    ah, holes = _charge(record, offset_a)
    lows = np.flatnonzero(low)
    found = []
    for first in np.flatnonzero(full[:-1] & ~full[1:]).tolist():
        later = lows[lows > first]
        if not len(later):
            break
        last = int(later[0])
        if full[first + 1 : last].any() or holes[last] > holes[first] or not _warm(record, first, last):
            continue
        found.append(Segment(float(record.at[first]), float(record.at[last]), float(ah[first] - ah[last]), -100.0))
    return [segment for segment in found if segment.ah > 0.0]
