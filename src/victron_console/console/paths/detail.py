"""What is known of the value under the cursor: the value, its last hour, its bus name, and what the catalogue says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from victron_console.console.kit.format import GAP, age, clock_s, spark
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, plain, width_of
from victron_console.console.kit.values import value_text
from victron_console.console.paths.data import Branch, PathRow, PathValue
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.store.answers import Bucket

TREND_S = 3600.0
TREND_COLUMNS = 60
SHORT = 40
"""Cells for the value itself; a longer text is told in full below."""
_FACTS = ("ProductName", "CustomName", "FirmwareVersion", "HardwareVersion", "Serial", "Mgmt/Connection")


@dataclass(frozen=True, slots=True)
class PathTrend:
    """The last hour of a series, a bucket a minute; None where nothing was received."""

    series: str
    buckets: tuple[Bucket | None, ...] = ()


def draw_detail(width: int, height: int, row: PathRow | None, trend: PathTrend | None, now: float) -> list[Line]:
    """The part of the screen about the row under the cursor, at most so many rows of it."""
    sheet = Sheet(width, height)
    end = width - 2
    if row is None:
        sheet.head(0, 1, end, "NO VALUE")
    elif row.value is not None and row.branch is not None:
        _head(sheet, row.value.name, row.value.series)
        own = trend if trend is not None and trend.series == row.value.series else None
        _fill(sheet, _about_value(row.value, row.branch, own, now, end))
    elif row.branch is not None:
        _head(sheet, row.branch.device.name, row.branch.device.service)
        _fill(sheet, _about_device(row.branch, now))
    else:
        _head(sheet, row.id.upper(), "")
        told = "Pinned values are read at the fast cadence and recorded whatever their level; * takes a pin back."
        _fill(sheet, ([Run(line)] for line in wrap(told, end)))
    return sheet.lines


def _head(sheet: Sheet, label: str, note: str) -> None:
    """Name and note share the row: the note goes first where both do not fit."""
    end = sheet.width - 2
    shown = cut(plain(label), end - 4)
    room = end - 6 - width_of(shown)
    sheet.head(0, 1, end, shown, cut(plain(note), room) if room > 8 else "")


def _fill(sheet: Sheet, rows: Iterator[list[Run]]) -> None:
    for number, runs in enumerate(rows, 1):
        if sheet.limit is not None and number >= sheet.limit:
            return
        sheet.runs(number, 1, runs)


def _about_value(
    value: PathValue, branch: Branch, trend: PathTrend | None, now: float, end: int
) -> Iterator[list[Run]]:
    yield _value_now(value, branch, now)
    if not isinstance(value.reading.value, str):
        yield _last_hour(value, trend, end)
    if reason := value.reading.reason:
        yield [Run("? ", Role.LINK_TEXT), Run(cut(plain(reason), end - 2), Role.TEXT1)]
    metric = value.metric
    if metric is None:
        yield [Run("Not in the catalogue: shown as the device gives it.", Role.TEXT3)]
    else:
        parts = [str(metric.kind), f"level {metric.level}", f"read {metric.tier}", metric.sign]
        yield [Run(cut("   ".join(filter(None, parts)), end), Role.TEXT2)]
    yield [Run(cut(plain(f"{branch.device.service} /{value.path}"), end), Role.TEXT3)]
    for line in wrap(metric.note, end) if metric and metric.note else ():
        yield [Run(line)]
    if isinstance(value.reading.value, str) and len(value.reading.value) > SHORT:
        for line in wrap(plain(value.reading.value), end):
            yield [Run(line, Role.TEXT1)]


def _value_now(value: PathValue, branch: Branch, now: float) -> list[Run]:
    reading = value.reading
    quality = reading.quality
    # An old value is still told here, as what it is: the last one known.
    known = Reading(reading.value, reading.at) if quality in (Quality.LOST, Quality.GONE) else reading
    shown = plain(value_text(value.key.cls, value.path, known))
    bright = quality is Quality.GOOD
    runs = [Run(cut(shown, SHORT), Role.TEXT1 if bright else Role.TEXT3, bold=bright), Run("   ")]
    runs.append(Run(str(quality), Role.TEXT2 if quality in (Quality.GOOD, Quality.ABSENT) else Role.LINK_TEXT))
    read_at = branch.device.read_at
    if read_at is not None:
        told = f"   read {clock_s(read_at)}, {age(now - read_at)} ago, each {branch.device.cadence_s:.0f} s"
        runs.append(Run(told, Role.TEXT3))
    return runs


def _last_hour(value: PathValue, trend: PathTrend | None, end: int) -> list[Run]:
    if trend is None:
        return [Run("last hour  reading ...", Role.TEXT3)]
    known = [bucket for bucket in trend.buckets if bucket is not None]
    if not known:
        return [Run("last hour  ", Role.TEXT3), Run(GAP * min(TREND_COLUMNS, end - 12), Role.LINK_TEXT)]
    low, high = min(bucket.low for bucket in known), max(bucket.high for bucket in known)
    ends = list(dict.fromkeys((_plain_value(value, low), _plain_value(value, high))))
    stats = f"  {' to '.join(ends)}"
    columns = max(10, min(TREND_COLUMNS, end - 12 - width_of(stats)))
    means = [None if bucket is None else bucket.mean for bucket in trend.buckets[-columns:]]
    runs = [Run("last hour  ", Role.TEXT3)]
    runs += [Run(mark, Role.LINK_TEXT if mark == GAP else Role.CHART) for mark in spark(means, low, high)]
    return [*runs, Run(stats, Role.TEXT2)]


def _plain_value(value: PathValue, at: float) -> str:
    return value_text(value.key.cls, value.path, Reading(at, 0.0))


def _about_device(branch: Branch, now: float) -> Iterator[list[Run]]:
    device = branch.device
    role = Role.TEXT1 if branch.quality is Quality.GOOD else Role.LINK_TEXT
    runs = [Run(f"{device.state} {branch.quality}" if branch.quality is not Quality.GOOD else str(device.state), role)]
    if device.read_at is not None:
        told = f"   read {clock_s(device.read_at)}, {age(now - device.read_at)} ago, each {device.cadence_s:.0f} s"
        runs.append(Run(told, Role.TEXT3))
    yield runs
    absent = sum(value.reading.quality is Quality.ABSENT for value in branch.values)
    doubtful = sum(value.reading.quality is Quality.IMPLAUSIBLE for value in branch.values)
    counts = f"{len(branch.values)} values, {absent} without one" + (f", {doubtful} doubtful" if doubtful else "")
    yield [Run(counts, Role.TEXT2)]
    yield from _facts(branch.values)


def _facts(values: Sequence[PathValue]) -> Iterator[list[Run]]:
    by_path = {value.path: value for value in values}
    for path in _FACTS:
        value = by_path.get(path)
        if value is not None and value.reading.text.strip():
            shown = plain(value_text(value.key.cls, path, value.reading))
            yield [Run(f"{path:<18}", Role.TEXT3), Run(cut(shown, 60), Role.TEXT1)]
