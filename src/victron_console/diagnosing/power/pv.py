"""What PV yields against its size, its clear sky and its own past. Energies in kWh, per kWp.

The clear sky is that of a level plane: a tilted array stands above it in winter and below in summer, so that trends
need the same season. Comparing stations is `peers`' job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.power.energy import Period, Powers, Report, report
from victron_console.diagnosing.record.timeline import MONTH_S, WEEK_S, BoolArray, FloatArray, grouped
from victron_console.diagnosing.record.trend import block_bootstrap
from victron_console.model.units import DAY_S, HALF_HOUR_S

RECENT_DAYS = 30
LEAST_DAYS = 14
WHOLE_DAY = 0.9
"""Coverage from which a day counts."""
BEST_SHARE = 0.9
TREND_WEEKS = 56
CURTAILED_SHARE = 0.1
FULL_SOC = 99.5
SELLING_W, BUYING_W = 50.0, 200.0
"""An ESS that holds PV back still buys its setpoint, 50 W as delivered."""
YIELD = Method(
    name="energy per kWp and day, whole days of the last 30",
    inputs=("PV power", "kWp of the station file"),
    source="kWp is not on D-Bus; peers under the same sky compare by it.",
)
CLEAR_AT_MOST = 1.2
IMPLAUSIBLY_CLEAR = "doubtful: more than a clear sky gives on level ground; is pv.kwp too small, or the array steep?"
"""A level array cannot pass 1; one that is tilted to the winter sun can, for some weeks (own judgement)."""
CLEAR = Method(
    name="90 % quantile of daily energy over that of a clear sky on level ground",
    inputs=("PV power", "kWp", "latitude and longitude"),
    source="Haurwitz (1945) clear sky; sun by Spencer (1971). Near 0.8 on a level array, more if tilted in winter.",
)
LOSS = Method(
    name="Theil-Sen of the weekly clear-sky ratio of good days, season removed, block bootstrap",
    inputs=CLEAR.inputs,
    source="Soiling, shade, a lost string; modules themselves lose 0.5 to 0.8 % a year.",
)
SPECIFIC = Figure("Specific yield", "kWh/kWp", YIELD)
RATIO = Figure("Clear-sky ratio", "", CLEAR)
LOST = Figure("Yield lost", "%/month", LOSS)


@dataclass(frozen=True, slots=True)
class Array:
    """A PV array as the station file has it."""

    kwp: float
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class PvYield:
    """Yield of a station."""

    specific: Finding
    """kWh per kWp and day: rank stations by it."""
    clear_ratio: Finding
    loss: Finding
    """% of the yield a month; `low` is the bound that an alarm may use."""
    days: tuple[tuple[int, float], ...] = ()
    """Ordinal of each whole day and its kWh per kWp."""


def pv_yield(
    at: FloatArray,
    pv_w: FloatArray,
    array: Array | None,
    zone: tzinfo | None = None,
    curtailed: BoolArray | None = None,
) -> PvYield:
    """Judge the yield.

    Args:
        at: moments (UTC epoch, s, ascending).
        pv_w: all PV of the station; NaN in gaps.
        array: its size and place; None: no LOST.
        zone: of the days.
        curtailed: where the station held PV back (battery full off grid, limited feed-in); such days do not count.

    Raises:
        ValueError: the arrays do not belong together.
    """
    if array is None or not np.isfinite(pv_w).any():
        reason = "no PV power recorded" if array else "the size of the array is not known: set pv.kwp"
        return PvYield(SPECIFIC.unknown(reason), RATIO.unknown(reason), LOST.unknown(reason))
    whole = whole_days(at, pv_w, zone, curtailed)
    numbers = np.array([day.first_day.toordinal() for day in whole], dtype=np.float64)
    specific = np.array([day.energies.pv or 0.0 for day in whole]) / array.kwp
    ratio, loss = _against_clear_sky(whole, numbers, specific, array, (float(at[0]), float(at[-1])))
    pairs = tuple((int(number), float(value)) for number, value in zip(numbers, specific, strict=True))
    return PvYield(_specific(numbers, specific, float(at[-1])), ratio, loss, pairs)


def whole_days(
    at: FloatArray, pv_w: FloatArray, zone: tzinfo | None = None, curtailed: BoolArray | None = None
) -> list[Report]:
    """The local days that were measured whole and on which nothing was held back, with their PV energy."""
    held_back = _curtailed_days(at, pv_w, curtailed, zone)
    return [
        day
        for day in report(Powers(at=at, pv=pv_w), Period.DAY, zone)
        if day.coverage >= WHOLE_DAY and day.first_day.toordinal() not in held_back
    ]


def may_be_curtailed(soc_percent: FloatArray, grid_w: FloatArray | None) -> BoolArray:
    """Where PV may have been held back: battery full and nothing sold, nor bought. Power in W, + import.

    Who buys has a use for more sun: a full battery that is kept so for the evening holds nothing back.
    """
    with np.errstate(invalid="ignore"):
        full = soc_percent >= FULL_SOC
        if grid_w is None:
            return full
        held: BoolArray = full & ~(grid_w < -SELLING_W) & ~(grid_w > BUYING_W)
    return held


def _specific(numbers: FloatArray, specific: FloatArray, until: float) -> Finding:
    last = float(numbers[-1]) if len(numbers) else 0.0
    recent = specific[numbers > last - RECENT_DAYS]
    window = Window(since=until - RECENT_DAYS * DAY_S, until=until, count=len(recent), what="days")
    if len(recent) < LEAST_DAYS:
        reason = f"{len(recent)} whole days without curtailment in the last 30, {LEAST_DAYS} are needed"
        return SPECIFIC.insufficient(reason, window, until + (LEAST_DAYS - len(recent)) * DAY_S)
    return SPECIFIC.value(float(recent.mean()), window=window)


def clear_sky_kwh_m2(begin: float, end: float, latitude: float, longitude: float) -> float:
    """Energy of a clear sky on level ground between two moments (UTC epoch, s), kWh/m²."""
    at = np.arange(begin + HALF_HOUR_S / 2, end, HALF_HOUR_S)
    return float(clear_sky_w_m2(at, latitude, longitude).sum()) * HALF_HOUR_S / 3.6e6


def clear_sky_w_m2(at: FloatArray, latitude: float, longitude: float) -> FloatArray:
    """Clear-sky irradiance on level ground, W/m²: Haurwitz' 1098 cos z exp(-0.057 / cos z), good to some 10 %.

    Over a year within 0.3 % of pvlib's Haurwitz, within 0.9 to 1.13 of its Ineichen, which knows height and haze.

    The sun's place is Spencer's series: within half a degree, and fast over a year of moments, which an almanac is not.
    """
    year = 2.0 * np.pi * ((at / DAY_S) % 365.2425) / 365.2425
    declination = (
        0.006918 - 0.399912 * np.cos(year) + 0.070257 * np.sin(year) - 0.006758 * np.cos(2 * year)
        + 0.000907 * np.sin(2 * year) - 0.002697 * np.cos(3 * year) + 0.00148 * np.sin(3 * year)
    )  # fmt: skip
    ahead = (
        0.000075 + 0.001868 * np.cos(year) - 0.032077 * np.sin(year) - 0.014615 * np.cos(2 * year)
        - 0.040849 * np.sin(2 * year)
    )  # fmt: skip
    hour_angle = 2.0 * np.pi * (at % DAY_S) / DAY_S - np.pi + np.radians(longitude) + ahead
    place = np.radians(latitude)
    height = np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(hour_angle)
    up = np.maximum(height, 1e-3)
    light: FloatArray = np.where(height > 0.0, 1098.0 * up * np.exp(-0.057 / up), 0.0)
    return light


def _curtailed_days(at: FloatArray, pv_w: FloatArray, curtailed: BoolArray | None, zone: tzinfo | None) -> set[int]:
    if curtailed is None:
        return set()
    from_yield = report(Powers(at=at, pv=np.where(pv_w > 0, 1000.0, 0.0)), Period.DAY, zone)
    held = report(Powers(at=at, pv=np.where(curtailed & (pv_w > 0), 1000.0, 0.0)), Period.DAY, zone)
    return {
        day.first_day.toordinal()
        for day, part in zip(from_yield, held, strict=True)
        if (part.energies.pv or 0.0) > CURTAILED_SHARE * (day.energies.pv or 0.0)
    }


def _against_clear_sky(
    whole: list[Report], numbers: FloatArray, specific: FloatArray, array: Array, span: tuple[float, float]
) -> tuple[Finding, Finding]:
    if array.latitude is None or array.longitude is None:
        reason = "the place is not known: set the station's latitude and longitude"
        return RATIO.unknown(reason), LOST.unknown(reason)
    # Solar days: whatever the zone, the sun of a day lies within twelve hours of its noon.
    noon_s = (0.5 - array.longitude / 360.0) * DAY_S
    epoch = 719_163  # ordinal of 1970-01-01
    noons = [(number - epoch) * DAY_S + noon_s for number in numbers.tolist()]
    clear = np.array(
        [clear_sky_kwh_m2(noon - DAY_S / 2, noon + DAY_S / 2, array.latitude, array.longitude) for noon in noons]
    )
    bright = clear > 0.3
    numbers, ratio = numbers[bright], specific[bright] / clear[bright]
    window = Window(since=span[0], until=span[1], count=len(ratio), what="days")
    recent = ratio[numbers > numbers[-1] - RECENT_DAYS] if len(ratio) else ratio
    if len(recent) < LEAST_DAYS:
        reason = f"{len(recent)} whole days in the last {RECENT_DAYS}, {LEAST_DAYS} are needed"
        found = RATIO.insufficient(reason, window, span[1] + (LEAST_DAYS - len(recent)) * DAY_S)
    else:
        best = float(np.quantile(recent, BEST_SHARE))
        doubt = IMPLAUSIBLY_CLEAR if best > CLEAR_AT_MOST else ""
        found = RATIO.value(best, window=window, confidence=doubt)
    return found, _loss(numbers, ratio, window)


def _loss(numbers: FloatArray, ratio: FloatArray, window: Window) -> Finding:
    weeks = ((numbers - numbers[0]) // 7).astype(np.int64) if len(numbers) else np.zeros(0, dtype=np.int64)
    rows = [
        (week * WEEK_S, float(np.quantile(part, BEST_SHARE))) for week, part in grouped(weeks, ratio) if len(part) > 3
    ]
    if len(rows) < TREND_WEEKS:
        reason = f"{len(rows)} weeks, {TREND_WEEKS} are needed (13 months)"
        return LOST.insufficient(reason, window, window.after_days(7.0 * TREND_WEEKS))
    at, best = np.array(rows).T
    year, months = 2.0 * np.pi * at / (365.25 * DAY_S), at / MONTH_S
    season = np.column_stack([np.cos(year), np.sin(year), np.cos(2 * year), np.sin(2 * year)])
    fitted, *_ = np.linalg.lstsq(np.column_stack([np.ones(len(at)), months, season]), best, rcond=None)
    cleaned = (best - season @ fitted[2:]) / float(np.median(best)) * -100.0
    slope = block_bootstrap(at, cleaned)
    return LOST.value(slope.per_month, window=window, low=slope.low, high=slope.high, confidence="one-sided 5 % bounds")
