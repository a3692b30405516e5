"""The health of the GX device: restarts, CAN errors, free space, Wi-Fi, VRM, link. Knows no battery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import MONTH_S, WEEK_S, FloatArray, IntArray, checked, grouped, medians
from victron_console.diagnosing.record.trend import theil_sen
from victron_console.model.units import DAY_S

LEAST_WEEKS = 3
LEAST_DISK_DAYS = 14.0
WIFI_DAYS, VRM_DAYS = 7.0, 30.0
VRM_LATE_S = 1800.0
LEAST_VALUES = 24
RESTARTS = Method(
    name="falls of the uptime",
    inputs=("uptime of the GX device",),
    source="A running clock that fell was restarted; restarts while nothing was read count once.",
)
CAN = Method(
    name="median of the weekly increases of the CAN error counters",
    inputs=("CAN interface error counters",),
    source="The usual week of this bus: a rule compares the present week with it (3 times, own judgement).",
)
DISK = Method(
    name="Theil-Sen of the free space of the data partition, drawn on to nothing",
    inputs=("free space of /data",),
    source="Venus OS warns at 90 % used; the trend warns before.",
)
WIFI = Method(
    name="median of the last 7 days, with the lowest 5 %",
    inputs=("Wi-Fi signal of the GX device",),
    source="Below 40 % polls and VRM begin to fail (own judgement); without Wi-Fi the GX device gives no figure.",
)
VRM = Method(
    name="share of the last 30 days in which VRM was reached within half an hour",
    inputs=("last VRM contact of the GX device",),
    source="Twice the usual interval of 15 minutes between two uploads.",
)
LINK = Method(
    name="share of polls answered, by minutes",
    inputs=("poll log of the station",),
    source="Counts of the collector; a satellite or mobile link may well lose some percent.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GxRecord:
    """What is recorded of a GX device; None where it does not say."""

    at: FloatArray
    uptime_s: FloatArray | None = None
    data_free_bytes: FloatArray | None = None
    can_errors: Mapping[str, FloatArray] | None = None
    """Counter by interface."""
    wifi_percent: FloatArray | None = None
    vrm_contact_at: FloatArray | None = None
    """When VRM was last reached (UTC epoch, s)."""
    polls: FloatArray | None = None
    """Polls in each interval before a moment."""
    failed_polls: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class GxHealth:
    """Findings of a GX device."""

    restarts: Finding
    """A month."""
    can_weekly: Finding
    """Errors in a usual week, of the worst interface."""
    disk_days: Finding
    """Days until the data partition is full, at the present rate; without a figure where it does not fill."""
    wifi: Finding
    """Signal, percent."""
    vrm: Finding
    """Percent of the time with VRM in reach."""
    link: Finding
    """Percent of the polls that were answered."""


def gx_health(record: GxRecord) -> GxHealth:
    """Judge a GX device.

    Raises:
        ValueError: the arrays do not belong together.
    """
    series = (record.uptime_s, record.data_free_bytes, record.wifi_percent, record.vrm_contact_at, record.polls)
    checked(record.at, *(value for value in series if value is not None), *(record.can_errors or {}).values())
    return GxHealth(_restarts(record), _can(record), _disk(record), _wifi(record), _vrm(record), _link(record))


def _window(record: GxRecord, count: int, what: str) -> Window:
    return Window(since=float(record.at[0]), until=float(record.at[-1]), count=count, what=what)


def _restarts(record: GxRecord) -> Finding:
    figure = Figure("Restarts of the GX device", "a month", RESTARTS)
    known = np.isfinite(record.uptime_s) if record.uptime_s is not None else np.zeros(len(record.at), dtype=bool)
    if record.uptime_s is None or known.sum() < 2:
        return figure.unknown("the GX device gives no uptime")
    count = int(np.sum(np.diff(record.uptime_s[known]) < 0))
    window = _window(record, count, "restarts")
    if window.days < 7:
        return figure.insufficient(f"{window.days:.1f} days recorded, 7 are needed", window, window.after_days(7.0))
    return figure.value(count / window.days * MONTH_S / DAY_S, window=window)


def _can(record: GxRecord) -> Finding:
    figure = Figure("CAN errors in a usual week", "errors", CAN)
    weeks = ((record.at - record.at[0]) // WEEK_S).astype(np.int64) if len(record.at) else np.zeros(0, dtype=np.int64)
    usual = {name: rises for name, value in (record.can_errors or {}).items() if (rises := _weekly(weeks, value))}
    if not usual:
        return figure.unknown("no CAN error counters recorded")
    name, rises = max(usual.items(), key=lambda item: float(np.median(item[1])))
    window = _window(record, len(rises), "weeks")
    if len(rises) < LEAST_WEEKS:
        reason = f"{len(rises)} whole weeks, {LEAST_WEEKS} are needed"
        return figure.insufficient(reason, window, window.after_days(7.0 * LEAST_WEEKS))
    return figure.value(float(np.median(rises)), window=window, confidence=name)


def _weekly(weeks: IntArray, counter: FloatArray) -> list[float]:
    """Increase of a counter in each whole week, over resets."""
    found = []
    last = None
    for _, part in grouped(weeks, counter):
        course = part if last is None else np.concatenate(([last], part))
        rises = np.diff(course)
        found.append(float(np.sum(np.where(rises >= 0, rises, course[1:]))))
        last = part[-1]
    return found[:-1]  # the week that has not ended


def _disk(record: GxRecord) -> Finding:
    figure = Figure("Data partition full in", "days", DISK)
    if record.data_free_bytes is None or not np.isfinite(record.data_free_bytes).any():
        return figure.unknown("the GX device gives no free space")
    days, free = medians(record.at, record.data_free_bytes, DAY_S)
    window = _window(record, len(days), "days")
    if len(days) < LEAST_DISK_DAYS:
        reason = f"{len(days)} days, {LEAST_DISK_DAYS:.0f} are needed"
        return figure.insufficient(reason, window, window.after_days(LEAST_DISK_DAYS))
    falls_a_day = -theil_sen(days, free) / (MONTH_S / DAY_S)
    if falls_a_day <= 0:
        return figure.insufficient("it does not fill", window)
    return figure.value(float(free[-1]) / falls_a_day, window=window)


def _wifi(record: GxRecord) -> Finding:
    figure = Figure("Wi-Fi signal", "%", WIFI)
    at, signal = _last_days(record, record.wifi_percent, WIFI_DAYS)
    if not len(signal):
        return figure.unknown("the GX device reports no Wi-Fi: it may be wired")
    window = Window(since=float(at[0]), until=float(at[-1]), count=len(signal))
    if len(signal) < LEAST_VALUES:
        return figure.insufficient(f"{len(signal)} values, {LEAST_VALUES} are needed", window)
    low, middle, high = (float(value) for value in np.quantile(signal, (0.05, 0.5, 0.95)))
    return figure.value(middle, window=window, low=low, high=high, confidence="90 % of the time within")  # fmt: skip


def _vrm(record: GxRecord) -> Finding:
    figure = Figure("VRM in reach", "%", VRM)
    at, contact = _last_days(record, record.vrm_contact_at, VRM_DAYS)
    at, contact = at[contact > 0.0], contact[contact > 0.0]
    if not len(contact):
        return figure.unknown("the GX device reports no contact with VRM")
    window = Window(since=float(at[0]), until=float(at[-1]), count=len(contact))
    if len(contact) < LEAST_VALUES:
        return figure.insufficient(f"{len(contact)} values, {LEAST_VALUES} are needed", window)
    late_h = max(0.0, float(at[-1] - contact[-1])) / 3600.0
    words = f"last reached {late_h:.1f} h before the end" if late_h * 3600.0 > VRM_LATE_S else "in reach at the end"
    share = 100.0 * float(np.mean(at - contact <= VRM_LATE_S))
    return figure.value(share, window=window, confidence=words)


def _last_days(record: GxRecord, value: FloatArray | None, days: float) -> tuple[FloatArray, FloatArray]:
    """The known values of the last days and their moments."""
    if value is None or not len(record.at):
        return np.zeros(0), np.zeros(0)
    kept = np.isfinite(value) & (record.at > record.at[-1] - days * DAY_S)
    return record.at[kept], value[kept]


def _link(record: GxRecord) -> Finding:
    figure = Figure("Polls answered", "%", LINK)
    if record.polls is None or record.failed_polls is None or not np.nansum(record.polls):
        return figure.unknown("no polls recorded")
    polls = float(np.nansum(record.polls))
    share = 100.0 * (1.0 - float(np.nansum(record.failed_polls)) / polls)
    return figure.value(share, window=_window(record, int(polls), "polls"))
