"""The past of a station from the field's InfluxDB, as rows of an export: with qualities, and gaps that stay gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, pairwise
from statistics import median

from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.sources.recorders.influx import STEP_S, Influx, InfluxSeries, Point
from victron_console.sources.values import qualify
from victron_console.store.files.export import ExportRow

AT_ONCE_S = 31 * 86_400.0
"""It is asked month by month when anything was written at all."""
GAP_STEPS = 3
"""So many usual distances of two writes are a gap: a database that was thinned out is written less often."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken from a database."""

    portal: str
    station: str
    """The id that it gets here."""
    since: float
    until: float
    """UTC epoch, s."""
    renamed: Mapping[DeviceKey, DeviceKey]
    """Devices that bear another instance here."""


def influx_rows(influx: Influx, taken: Taken) -> Iterator[ExportRow]:
    """The values by series and time; where nobody wrote for long a row says so in each.

    Raises:
        SourceError: the database does not answer as it should.
    """
    gaps = silent_spans(influx, taken)

    def place(series: InfluxSeries) -> tuple[DeviceKey, str]:
        return taken.renamed.get(series.device, series.device), series.path

    for (device, path), group in groupby(sorted(influx.series(taken.portal), key=place), key=place):
        parts = [influx.points(taken.portal, one, taken.since, taken.until) for one in group]
        points = merge(*parts, key=lambda point: point[0])
        yield from _rows(taken.station, device, path, points, gaps)


def silent_spans(influx: Influx, taken: Taken) -> list[Span]:
    """When nobody wrote anything of the station between its first and its last value.

    Raises:
        SourceError: as `influx_rows`.
    """
    alive: list[float] = []
    begin = taken.since
    while begin < taken.until:
        end = min(begin + AT_ONCE_S, taken.until)
        alive += influx.alive(taken.portal, begin, end)
        begin = end
    steps = sorted(set(alive))
    usual_s = median([later - at for at, later in pairwise(steps)] or [0.0])
    longest_s = max(2 * STEP_S, GAP_STEPS * usual_s)
    return [(at + max(STEP_S, usual_s), later) for at, later in pairwise(steps) if later - at > longest_s]


def _rows(
    station: str, device: DeviceKey, path: str, points: Iterator[Point], gaps: Sequence[Span]
) -> Iterator[ExportRow]:
    """One series: a row a change, one of quality `lost` where a gap begins, and the value again behind it."""
    name, before, ahead = device.series(path), None, list(reversed(gaps))
    for at, raw in points:
        while ahead and ahead[-1][0] <= at:
            since, _ = ahead.pop()
            if before is not None:
                yield ExportRow(since, station, name, None, Quality.LOST)
            before = None
        reading = qualify(device.cls, path, raw, at)
        if before is None or _differ(before, reading):
            yield ExportRow(at, station, name, reading.value, reading.quality, reading.reason)
            before = reading


def _differ(one: Reading, other: Reading) -> bool:
    return (one.value, one.quality) != (other.value, other.quality)
