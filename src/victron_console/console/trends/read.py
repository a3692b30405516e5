"""What the Trends screen and the chart ask the store: one quantity over a frame, and the marks under the axis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite

from victron_console.console.kit.export import Table
from victron_console.console.live.alarms_of_store import FIGURES as FAMILY_FIGURES
from victron_console.console.trends.external import external_names, read_external
from victron_console.console.trends.frame import Frame
from victron_console.console.trends.quantity import FIGURES, Quantity
from victron_console.insight.moment import station_moment
from victron_console.model.alert import Occurrence, Severity
from victron_console.model.clock import iso_utc
from victron_console.model.units import HOUR_S, SLOT_S
from victron_console.store.answers import Bucket, GapKind
from victron_console.store.read.reader import Reader

FINEST_S = 10.0
MOST_FINE = 4320
"""Columns of a sum's parts: so narrow that they were read together, and its lowest value is one that was there."""
TAIL_COLUMNS = 2
"""So many columns are read anew while the frame stands still."""
_LIMIT = re.compile(r"([<>])=? (-?\d+(?:\.\d+)?)")

Buckets = tuple[Bucket | None, ...]


@dataclass(frozen=True, slots=True)
class QuantityTrend:
    """A quantity of a station in the columns of a frame, in the quantity's unit; None where nothing was received."""

    station: str
    quantity: Quantity
    frame: Frame
    buckets: Buckets

    @property
    def latest(self) -> float | None:
        """The last value known."""
        return next((bucket.last for bucket in reversed(self.buckets) if bucket is not None), None)

    def extent(self) -> tuple[float, float, float] | None:
        """Lowest, mean and highest value; None where there is none. The mean is of the columns."""
        known = [bucket for bucket in self.buckets if bucket is not None]
        if not known:
            return None
        mean = sum(bucket.mean for bucket in known) / len(known)
        return min(bucket.low for bucket in known), mean, max(bucket.high for bucket in known)


def read_trend(
    reader: Reader, station: str, quantity: Quantity, names: frozenset[str], frame: Frame, as_of: float | None = None
) -> QuantityTrend:
    """A quantity over a frame, as known at `as_of`.

    Of a sum each part is read, of a figure without parts the five-minute means.
    """
    parts = quantity.of(names)
    if quantity.like:
        found = read_external(reader, station, quantity.like, frame, as_of)
    elif quantity.daily:
        found = _energy(reader, station, quantity, frame, as_of)
    elif not parts:
        found = _from_means(reader, station, quantity, frame, as_of) if quantity.field else (None,) * frame.columns
    elif len(parts) == 1:
        found = tuple(reader.buckets(station, parts[0], frame.since, frame.until, frame.columns, as_of))
    else:
        found = _sum(reader, station, parts, frame, as_of)
    return QuantityTrend(station, quantity, frame, tuple(_scaled(bucket, quantity.scale) for bucket in found))


def _scaled(bucket: Bucket | None, scale: float) -> Bucket | None:
    if bucket is None or not all(map(isfinite, (bucket.low, bucket.high, bucket.mean))):
        return None
    if scale == 1.0:
        return bucket
    return Bucket(bucket.low * scale, bucket.mean * scale, bucket.high * scale, bucket.last * scale)


def _sum(reader: Reader, station: str, parts: Sequence[str], frame: Frame, as_of: float | None) -> Buckets:
    """The sum of series. Its lowest value is that of narrow columns: of wide ones it would be one that never was."""
    fine = 1
    if frame.step_s < HOUR_S:
        fine = max(1, min(int(frame.step_s // FINEST_S), MOST_FINE // frame.columns))
    count = frame.columns * fine
    columns = [reader.buckets(station, part, frame.since, frame.until, count, as_of) for part in parts]
    added = [_added([bucket for bucket in each if bucket is not None]) for each in zip(*columns, strict=True)]
    return tuple(_joined([b for b in added[at : at + fine] if b is not None]) for at in range(0, count, fine))


def _added(parts: Sequence[Bucket]) -> Bucket | None:
    if not parts:
        return None
    return Bucket(
        sum(part.low for part in parts),
        sum(part.mean for part in parts),
        sum(part.high for part in parts),
        sum(part.last for part in parts),
    )


def _joined(row: Sequence[Bucket]) -> Bucket | None:
    if not row:
        return None
    mean = sum(bucket.mean for bucket in row) / len(row)
    return Bucket(min(bucket.low for bucket in row), mean, max(bucket.high for bucket in row), row[-1].last)


def _from_means(reader: Reader, station: str, quantity: Quantity, frame: Frame, as_of: float | None) -> Buckets:
    fine = max(1, min(int(frame.step_s // SLOT_S), MOST_FINE // frame.columns))
    count = frame.columns * fine
    means = reader.overview_history(station, quantity.field, frame.since, frame.until, count, as_of)
    single = [None if value is None else Bucket(value, value, value, value) for value in means]
    return tuple(_joined([b for b in single[at : at + fine] if b is not None]) for at in range(0, count, fine))


def _energy(reader: Reader, station: str, quantity: Quantity, frame: Frame, as_of: float | None) -> Buckets:
    """Ws of each column: what was not received is not made up, so hours are added, not days averaged."""
    borders = frame.midnights
    count = max(1, round((borders[-1] - borders[0]) / HOUR_S))
    hour_s = (borders[-1] - borders[0]) / count
    means = reader.overview_history(station, quantity.field, borders[0], borders[-1], count, as_of)
    found: list[Bucket | None] = []
    for begin, end in pairwise(round((border - borders[0]) / hour_s) for border in borders):
        known = [value for value in means[begin:end] if value is not None]
        energy = sum(known) * hour_s
        found.append(Bucket(energy, energy, energy, energy) if known else None)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Limit:
    """A level that a quantity should not pass, in its unit; without a severity it is only marked."""

    value: float
    above: bool = True
    """Whether what is above it is beyond."""
    severity: Severity | None = None
    word: str = ""

    def beyond(self, value: float) -> bool:
        """Whether a value passes it."""
        return self.severity is not None and (value > self.value if self.above else value < self.value)


@dataclass(frozen=True, slots=True)
class AlarmMark:
    """An alarm on the time axis."""

    id: str
    at: float
    until: float | None
    priority: str
    title: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """What stands under the axis: alarms where they began, and when nothing was received."""

    alarms: tuple[AlarmMark, ...] = ()
    silent: tuple[tuple[float, float], ...] = ()
    stale: tuple[tuple[float, float], ...] = ()
    first_at: float = 0.0
    """Nothing of the station is older: what lies before is no gap."""
    limits: tuple[tuple[str, Limit], ...] = ()
    """Limits of alarms of this span, each with its overview field, in the field's unit."""


def read_lane(reader: Reader, station: str, frame: Frame, now: float, as_of: float | None, first_at: float) -> Lane:
    """Alarms and gaps of a station in a frame, up to `now`."""
    until = min(frame.until, now)
    occurrences = [it for it in reader.alert_history(frame.since, until, station, as_of) if it.is_alarm]
    gaps = reader.gaps(station, frame.since, until, as_of)
    whole = [gap for gap in gaps if gap.device is None or gap.device.cls == "system"]
    silent = [(g.since, g.until or now) for g in whole if g.kind not in (GapKind.STALE, GapKind.SET_ASIDE)]
    stale = [(g.since, g.until or now) for g in whole if g.kind is GapKind.STALE]
    marks = [_mark(it) for it in occurrences if frame.since <= it.raised_at <= until]
    return Lane(tuple(marks), tuple(silent), tuple(stale), first_at, tuple(_limits(occurrences)))


def _mark(it: Occurrence) -> AlarmMark:
    value = it.peak_value
    said = f"{value:g} {it.unit}".strip() if isinstance(value, int | float) and it.unit else ""
    return AlarmMark(str(it.id), it.raised_at, it.cleared_at, it.priority, it.title, said)


def _limits(occurrences: Sequence[Occurrence]) -> list[tuple[str, Limit]]:
    found: dict[tuple[str, str], tuple[str, Limit]] = {}
    for it in occurrences:
        field, match = FAMILY_FIGURES.get(it.key.family), _LIMIT.fullmatch(it.limit)
        if field and match:
            limit = Limit(float(match[2]), match[1] == ">", it.severity, it.title)
            found[field, it.limit] = (field, limit)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class StationSeries:
    """What there is to draw of a station."""

    station: str
    names: frozenset[str] = frozenset()
    """Series that hold a number."""
    fields: frozenset[str] = frozenset()
    """Overview fields that it has a value of, and the names of quantities that somebody else recorded of it."""
    first_at: float = 0.0
    """Nothing of it is older (UTC epoch, s)."""
    floor: float | None = None
    """The charge that the battery is kept above, %."""
    recorded: frozenset[str] = frozenset()
    """All its series: one that holds no number now may have held some, and sums of the past need it."""


def read_series(reader: Reader, station: str, as_of: float | None = None) -> StationSeries:
    """The series and figures of a station, now or at `as_of`."""
    rows = reader.series(station)
    if as_of is None:
        values = {row.name: row.value for row in rows}
        row = reader.station(station)
        shown = row.overview if row is not None else None
    else:
        moment = station_moment(reader, station, as_of)
        devices = moment.snapshot.devices.values() if moment is not None else ()
        values = {d.key.series(path): reading.value for d in devices for path, reading in d.readings.items()}
        shown = moment.shown if moment is not None else None
    numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
    floor = next((value for name, value in numbers.items() if name.endswith("/Control/ActiveSocLimit")), None)
    fields = frozenset(q.field for q in FIGURES if shown is not None and getattr(shown, q.field, None) is not None)
    fields |= external_names(reader, station, as_of)
    first_at = min((series.first_at for series in rows), default=0.0)
    recorded = frozenset(row.name for row in rows if as_of is None or row.first_at <= as_of)
    return StationSeries(station, frozenset(numbers), fields, first_at, floor, recorded)


def limits_of(quantity: Quantity, lane: Lane, found: StationSeries) -> tuple[Limit, ...]:
    """The levels to mark in a quantity's panel."""
    limits = [
        replace(limit, value=limit.value * quantity.scale)
        for field, limit in lane.limits
        if field == quantity.field and not quantity.daily
    ]
    if quantity.name == "soc" and found.floor:
        limits.append(Limit(found.floor, above=False, word="floor"))
    return tuple(limits[:2])


def tail_of(frame: Frame) -> Frame:
    """The last columns of a frame."""
    count = min(TAIL_COLUMNS, frame.columns)
    return replace(frame, since=frame.begin(frame.columns - count), columns=count)


def spliced(old: QuantityTrend, tail: QuantityTrend) -> QuantityTrend:
    """A trend with its last columns replaced by newer ones of the same frame."""
    return replace(old, buckets=(*old.buckets[: -len(tail.buckets)], *tail.buckets))


def trend_table(trends: Sequence[tuple[str, QuantityTrend]]) -> Table:
    """The columns of some trends as rows: when each begins, and lowest, mean and highest value of each trend."""
    if not trends:
        return Table(("time",), ())
    heads = [f"{name}_{what}" for name, _ in trends for what in ("min", "mean", "max")]
    frame = trends[0][1].frame
    rows = []
    for column in range(frame.columns):
        found = [trend.buckets[column] for _, trend in trends]
        values = [value for each in found for value in ((each.low, each.mean, each.high) if each else (None,) * 3)]
        rows.append((iso_utc(frame.begin(column)), *values))
    return Table(("time", *heads), tuple(rows))
