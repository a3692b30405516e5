"""What the store has of one station, in the shape that the diagnoses compute with: columns, polls and load steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf

import numpy as np

from victron_console.diagnosing.battery.resistance import LONGEST_POLL_S, NO_STEPS, LoadSteps, joined
from victron_console.diagnosing.record.history import History
from victron_console.diagnosing.record.history_columns import steps_of_day
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray
from victron_console.insight.overview.figures import system_of
from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.units import DAY_S
from victron_console.store.answers import GapKind, Point
from victron_console.store.diagnoses import StepRow
from victron_console.store.read.curves import Means
from victron_console.store.read.reader import Reader
from victron_console.store.write.batch import OVERVIEW_FIELDS

COLUMN_S = 300.0
LINK_DAYS = 30.0
STEP_DAYS_AT_ONCE = 60
"""Days of load steps read in one run; a longer past is caught up with day by day."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The store's reader, bound to a station and a span of equal columns."""

    reader: Reader
    station: str
    since: float
    until: float
    figures: Mapping[str, FloatArray] = field(default_factory=dict)
    """The fields of `Overview` that were read, in columns."""
    read_every_s: float = 0.0
    """The longest time between two reads of the figures on its last day, s."""

    @property
    def count(self) -> int:
        """How many columns."""
        return round((self.until - self.since) / COLUMN_S)

    @property
    def middles(self) -> FloatArray:
        """Of the columns (UTC epoch, s)."""
        return self.since + COLUMN_S * (np.arange(self.count, dtype=np.float64) + 0.5)

    def names(self) -> Collection[str]:
        """The series that were recorded by then."""
        return [row.name for row in self.reader.series(self.station) if row.first_at < self.until]

    def column(self, series: str) -> Means | None:
        """A series in columns."""
        return self.reader.columns(self.station, series, self.since, self.until, self.count)

    def figure(self, field: str) -> FloatArray:
        """A field of `Overview` in the same columns."""
        return self.figures[field]

    def points(self, series: str, since: float, until: float) -> Sequence[Point]:
        """The changes of a series in a span."""
        return self.reader.history(self.station, series, since, until)


def stored_record(reader: Reader, snapshot: Snapshot, since: float, until: float) -> StoredRecord:
    """A station's record of a span, as long as whole columns."""
    record = StoredRecord(reader, snapshot.station, since, until)
    rows = np.array(reader.overview_slots(record.station, OVERVIEW_FIELDS, since, until), dtype=np.float64)
    rows = rows.reshape(-1, len(OVERVIEW_FIELDS) + 1)
    columns = np.full((record.count, len(OVERVIEW_FIELDS)), np.nan)
    columns[((rows[:, 0] - since) // COLUMN_S).astype(np.int64)] = rows[:, 1:]
    owner = system_of(snapshot)
    held = _held(columns, owner.cadence_s if owner else 0.0)
    figures = {name: held[:, n] for n, name in enumerate(OVERVIEW_FIELDS)}
    slowest_s = slowest(reader.cadences(record.station, owner.key), until - DAY_S) if owner else 0.0
    return replace(record, figures=figures, read_every_s=slowest_s)


def slowest(cadences: Sequence[Span], since: float) -> float:
    """The longest time between two reads (s) that held at some time after a moment; 0 where none is known.

    Args:
        cadences: from when on (UTC epoch, s) it was read how often, oldest first.
        since: UTC epoch, s.
    """
    changes = pairwise([*cadences, (inf, 0.0)])
    return max((every_s for (_, every_s), (end, _) in changes if end > since), default=0.0)


def _held(columns: FloatArray, cadence_s: float) -> FloatArray:
    """A station read less often than each column says the same until it is read again, as its series do."""
    held = columns.copy()
    unread: BoolArray = np.isfinite(columns).sum(axis=1) == 0
    for late in range(1, round(cadence_s / COLUMN_S)):
        held[late:] = np.where(unread[late:, None] & np.isnan(held[late:]), columns[:-late], held[late:])
    return held


def with_polls(past: History, reader: Reader, station: str, until: float) -> History:
    """The polls of the last month on the record's columns."""
    at = past.at
    polls, failed = np.zeros(len(at)), np.zeros(len(at))
    for minute in reader.link(station, max(float(at[0]), until - LINK_DAYS * DAY_S), until):
        place = int((minute.at - at[0] + COLUMN_S / 2) // COLUMN_S)
        if 0 <= place < len(at):
            polls[place] += minute.polls
            failed[place] += minute.errors
    return replace(past, polls=polls, failed_polls=failed)


def gathered_steps(
    reader: Reader, station: str, battery: DeviceState | None, nominal_ah: float | None, since: float, until: float
) -> tuple[tuple[StepRow, ...], LoadSteps]:
    """The load steps not read before, as rows to keep, and all of them."""
    if battery is None or not nominal_ah:
        return (), NO_STEPS
    rows = [row for row in reader.load_steps(station, str(battery.key)) if row.until <= until]
    begin = rows[-1].until if rows else since
    end = min(until, begin + STEP_DAYS_AT_ONCE * DAY_S)
    silent = [
        (gap.since, end if gap.until is None else gap.until)
        for gap in (reader.gaps(station, begin, end) if begin + DAY_S <= end else ())
        if gap.device in (None, battery.key) and gap.kind is not GapKind.SET_ASIDE
    ]
    silent += _slow_spans(reader.cadences(station, battery.key), end)
    fresh: list[StepRow] = []
    while begin + DAY_S <= end:
        fresh.append(_steps_of_day(reader, station, battery.key, begin, nominal_ah, silent))
        begin += DAY_S
    kept = [_unpacked(row) for row in [*rows, *fresh] if row.until > since]
    return tuple(fresh), joined(kept)


def _slow_spans(cadences: Sequence[Span], end: float) -> list[Span]:
    """When the battery was read too seldom: two reads far apart look like one step, and are not one."""
    until = [*(at for at, _ in cadences[1:]), end]
    return [(at, later) for (at, every_s), later in zip(cadences, until, strict=True) if every_s > LONGEST_POLL_S]


def _steps_of_day(
    reader: Reader, station: str, battery: DeviceKey, begin: float, nominal_ah: float, silent: Sequence[Span]
) -> StepRow:
    end = begin + DAY_S
    within = [span for span in silent if span[0] < end and span[1] > begin]
    found = steps_of_day(StoredRecord(reader, station, begin, end), battery, begin, end, nominal_ah, within)
    return StepRow(str(battery), begin, end, _packed(found, begin))


def _packed(steps: LoadSteps, begin: float) -> bytes:
    """Four columns of 32-bit numbers, times from the begin of the span."""
    table = np.stack((steps.at - begin, steps.ohm, steps.celsius, steps.soc_percent))
    return table.astype("<f4").tobytes()


def _unpacked(row: StepRow) -> LoadSteps:
    at, ohm, celsius, soc = np.frombuffer(row.steps, dtype="<f4").astype(np.float64).reshape(4, -1)
    return LoadSteps(row.since + at, ohm, celsius, soc)
