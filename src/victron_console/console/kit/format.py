"""How numbers read on every screen. Pure functions from a value to text; no colour, no widget.

A power's digits are right-aligned with the unit in a character of its own, so `0`, `-`, `off` and `---` end in a blank.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S

ABSENT = "-"
LOST = "---"
OFF = "off"
STALE_MARK = "~"
DOUBT_MARK = "?"
GAP = "·"
EMPTY_MARK = "▼"

_AGE_STEP_S = 5
_SPARKS = "▁▂▃▄▅▆▇"


def rounded(value: float, decimals: int = 0) -> Decimal:
    """The value rounded half away from zero; never minus zero."""
    result = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return result if result else abs(result)


def number(value: float | None, decimals: int = 0, *, signed: bool = False) -> str:
    """A figure without unit: `9`, `3.040`, `+6`; absent is `-`, and zero has neither sign nor decimals."""
    if value is None or not math.isfinite(value):
        return ABSENT
    result = rounded(value, decimals)
    if not result:
        return "0"
    return f"{result:+f}" if signed else f"{result:f}"


def power(watts: float | None, *, signed: bool = False) -> str:
    """A power in at most six characters: `104W`, `1.93k`, `-11.7k`, and `0 ` or `- ` with the unit's place blank."""
    if watts is None or not math.isfinite(watts):
        return f"{ABSENT} "
    size = abs(watts)  # a figure beyond every step is no power of a site; it is held at the last
    for limit, scale, decimals, unit in _POWER_STEPS:
        if size < limit:
            result = rounded(watts / scale, decimals)
            if not result:
                return "0 "
            return (f"{result:+f}" if signed else f"{result:f}") + unit
    return "-999M" if watts < 0 else "+999M" if signed else "999M"


_POWER_STEPS = (
    (999.5, 1, 0, "W"),
    (9_995, 1e3, 2, "k"),
    (99_950, 1e3, 1, "k"),
    (999_500, 1e3, 0, "k"),
    (9_995_000, 1e6, 2, "M"),
    (99_950_000, 1e6, 1, "M"),
    (999_500_000, 1e6, 0, "M"),
)


def is_kilo(watts: float | None) -> bool:
    """Whether a power reads in kW or more, which is drawn brighter than one in W."""
    return watts is not None and math.isfinite(watts) and abs(watts) >= _POWER_STEPS[0][0]


def site_count(count: int) -> str:
    """`12 sites`, `1 site`."""
    return f"{count} site{'' if count == 1 else 's'}"


def unitless(text: str) -> str:
    """A word in the place of a power, such as `off` or `---`, with the unit's place left blank."""
    return f"{text} "


def kilo(watts: float | None, decimals: int = 2) -> str:
    """A power in kW without unit, for tables that name it in the head: `1.04`."""
    return ABSENT if watts is None or not math.isfinite(watts) else f"{rounded(watts / 1e3, decimals):f}"


def age(seconds: float | None, *, coarse: bool = False) -> str:
    """How old, in at most three characters: `5s` steps up to a minute, then `3m`, `2h`, `13d`, `20w`, `3y`.

    `coarse`, for slow links: `10s`, `30s`, then minutes; what is read each ten seconds does not change at all.
    """
    if seconds is None:
        return ABSENT
    elapsed = max(0.0, seconds)
    if coarse and elapsed < MINUTE_S:
        return next(said for limit, said in _COARSE_AGES if elapsed < limit)
    if elapsed <= MINUTE_S:
        return f"{max(1, math.ceil(elapsed / _AGE_STEP_S)) * _AGE_STEP_S}s"
    for limit, unit_s, unit in _AGE_STEPS:
        if elapsed < limit:
            return f"{int(elapsed // unit_s)}{unit}"
    return "99y"


def contact_age(seconds: float | None) -> str:
    """How long ago something answered, in at most three characters: as an age; `no` where it never did."""
    return "no" if seconds == math.inf else age(seconds)


_COARSE_AGES = ((20.0, "10s"), (45.0, "30s"), (MINUTE_S, "1m"))
_AGE_STEPS = (
    (HOUR_S, MINUTE_S, "m"),
    (2 * DAY_S, HOUR_S, "h"),
    (100 * DAY_S, DAY_S, "d"),
    (700 * DAY_S, 7 * DAY_S, "w"),
    (100 * 365 * DAY_S, 365 * DAY_S, "y"),
)


def duration(seconds: float | None) -> str:
    """How long, in at most four characters: `40m`, `1h50`, `83h`, `12d`; under a minute `45s`."""
    if seconds is None or not math.isfinite(seconds):
        return ABSENT
    whole = int(max(0.0, seconds))
    if whole < MINUTE_S:
        return f"{whole}s"
    hours, minutes = whole // HOUR_S, whole % HOUR_S // MINUTE_S
    if not hours:
        return f"{minutes}m"
    if hours < 10:
        return f"{hours}h{minutes:02d}"
    return f"{hours}h" if hours < 100 else f"{min(999, hours // 24)}d"


def clock(at: float) -> str:
    """The operator's time of day: `14:32`."""
    return f"{local(at):%H:%M}"


def clock_s(at: float) -> str:
    """The operator's time of day with seconds: `14:32:07`."""
    return f"{local(at):%H:%M:%S}"


def moment(at: float, now: float) -> str:
    """When, in at most six characters: `14:29` within a day, else weekday and day `Mon 14`."""
    return clock(at) if abs(now - at) < DAY_S else f"{local(at):%a %d}"


def soc_bar(percent: float | None, width: int) -> tuple[str, str]:
    """Fill and rest of a bar `width` cells long: `━━━━╾` and `─`. Anything above zero shows half a step."""
    if percent is None or not math.isfinite(percent):
        return "", " " * width
    share = min(100.0, max(0.0, percent)) / 100
    halves = int(rounded(share * width * 2))
    if percent > 0:
        halves = max(1, halves)
    fill = "━" * (halves // 2) + "╾" * (halves % 2)
    return fill, "─" * (width - len(fill))


def spark(values: Sequence[float | None], low: float = 0.0, high: float = 100.0) -> str:
    """One character a value, `▁` to `▇`, and `·` where nothing was received. Never `█`: rows stay apart."""
    span = high - low
    return "".join(GAP if value is None else _SPARKS[_level(value - low, span)] for value in values)


def _level(above: float, span: float) -> int:
    if span <= 0:
        return 0
    return min(len(_SPARKS) - 1, max(0, int(above * len(_SPARKS) / span)))


def sunrise(low: float | None, high: float | None) -> tuple[str, str]:
    """The low end of the charge expected at sunrise and, where it differs, `-high`: `("38", "-61")`."""
    if low is None or high is None:
        return ABSENT, ""
    first, last = number(low), number(high)
    return (first, "") if first == last else (first, f"-{last}")


def round_trip(seconds: float | None) -> str:
    """How long an answer took: `41ms`, `1.9s`; absent is `---`."""
    if seconds is None:
        return LOST
    return f"{rounded(seconds * 1e3)}ms" if seconds < 0.9995 else f"{rounded(seconds, 1)}s"


def rate(bytes_per_s: float) -> str:
    """Bytes each second: `640 B/s`, `1.1 kB/s`, `12 MB/s`."""
    if bytes_per_s < 999.5:
        return f"{rounded(bytes_per_s)} B/s"
    if bytes_per_s < 999_500:
        return f"{rounded(bytes_per_s / 1e3, 1)} kB/s"
    return f"{rounded(bytes_per_s / 1e6, 1)} MB/s"


def alarm_rate(per_hour: int) -> str:
    """How many alarms come: `3 alarms/h`."""
    return f"{per_hour} alarm{'' if per_hour == 1 else 's'}/h"
