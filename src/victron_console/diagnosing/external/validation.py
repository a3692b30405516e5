"""A station's energies held against those of Victron's portal, from the store: day by day and kind by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from itertools import pairwise

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.comparison import (
    Compared,
    Day,
    Known,
    Why,
    compare_day,
    other_zone,
    steady_ratio,
)
from victron_console.diagnosing.external.own_counters import counted_quarters, with_left_over
from victron_console.diagnosing.external.quarters import external_quarters, own_quarters
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.diagnosing.record.timeline import local_days
from victron_console.model.clock import midnight
from victron_console.model.device import split_series
from victron_console.model.external.external_day import QUARTER_S, ExternalDay
from victron_console.model.quality import Quality
from victron_console.model.units import SLOT_S
from victron_console.store.answers import Point
from victron_console.store.read.reader import Reader

METERS = "grid", "pvinverter", "genset", "acload"
COUNTER_STEP_KWH = 0.1
"""Meters count in such steps: a fall by less is rounding."""
SERIAL, COUNTERS = "Serial", ("Ac/Energy/Forward", "Ac/Energy/Reverse", "Yield/System", "Yield/User")


@dataclass(frozen=True, slots=True)
class KindVerdict:
    """What came of one kind over all days that could be compared."""

    kind: EnergyKind
    days: int
    agree: int
    """Days that agree."""
    explained: int
    """Days that differ for a known reason."""
    ours: float
    """kWh of the days that agree."""
    theirs: float

    @property
    def share(self) -> float | None:
        """Ours less theirs on days that agree, as a share of theirs; None below 1 kWh."""
        return (self.ours - self.theirs) / self.theirs if self.theirs >= 1.0 else None


@dataclass(frozen=True, slots=True)
class Validation:
    """All of a station."""

    station: str
    rows: tuple[Compared, ...]
    zone_words: str
    """How their days lie beside ours; empty where they are the same."""

    def verdicts(self) -> list[KindVerdict]:
        """Each kind that was compared on any day."""
        found = []
        for kind in EnergyKind:
            rows = [row for row in self.rows if row.kind is kind and row.agrees is not None]
            good = [row for row in rows if row.agrees]
            explained = sum(not row.agrees and row.why is not Why.UNKNOWN for row in rows)
            ours, theirs = (sum(getattr(row, name) or 0.0 for row in good) for name in ("ours", "theirs"))
            if rows:
                found.append(KindVerdict(kind, len(rows), len(good), explained, ours, theirs))
        return found

    @property
    def is_good(self) -> bool | None:
        """Whether all that differs is explained; None where nothing could be compared."""
        verdicts = self.verdicts()
        return all(one.agree + one.explained == one.days for one in verdicts) if verdicts else None


def validate(reader: Reader, station: str, source: str, since: date, until: date) -> Validation:
    """Compare the local days from one to another, both included, as far as the source has them.

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be read.
    """
    zone = reader.known_station(station).zone
    theirs = reader.external_days(station, source, since - timedelta(days=1), until + timedelta(days=2))
    days = _whole_days(theirs, since, until, zone)
    if not days:
        return Validation(station, (), "")
    begin, end = days[0].since, days[-1].until
    powers = FiveMinutes(reader, station, begin - SLOT_S, end + SLOT_S).powers()
    own, other = with_left_over(own_quarters(powers, begin, end)), external_quarters(theirs, begin, end)
    counted = counted_quarters(reader, station, own, round((end - begin) / QUARTER_S))
    known = known_of(reader, station, begin, end, zone)
    rows = [
        compared
        for day in days
        for compared in compare_day(day, own, counted, other, known.get(day.date, Known()))
        if compared.ours is not None or compared.theirs is not None
    ]
    zone_words = other_zone(theirs, {day.date: day.since for day in days}, zone)
    return Validation(station, tuple(_with_ratios(rows)), zone_words)


def _whole_days(theirs: Sequence[ExternalDay], since: date, until: date, zone: tzinfo | None) -> list[Day]:
    """Our local days from one to another that lie within what they were asked for: theirs may begin at another hour."""
    if not theirs:
        return []
    first, last = theirs[0].since, theirs[-1].until
    days = local_days(midnight(since, zone), midnight(until, zone), zone)
    return [Day(day, begin, end, zone) for day, begin, end in days if first <= begin and end <= last]


def _with_ratios(rows: Sequence[Compared]) -> list[Compared]:
    """A kind that differs by the same share on all days that nothing else explains is measured by another meter."""
    found = {kind: [row for row in rows if row.kind is kind and row.why is Why.UNKNOWN] for kind in EnergyKind}
    ratios = {kind: ratio for kind, some in found.items() if (ratio := steady_ratio(some)) is not None}
    return [
        replace(row, why=Why.RATIO, words=f"theirs is {ratios[row.kind]:.2f} of ours on all such days")
        if row.why is Why.UNKNOWN and row.kind in ratios
        else row
        for row in rows
    ]


def known_of(reader: Reader, station: str, since: float, until: float, zone: tzinfo | None) -> Mapping[date, Known]:
    """On which local days a meter became another one or a counter fell, by our own record."""
    days = local_days(since, until - 1.0, zone)
    exchanged: dict[date, str] = {}
    reset: dict[date, str] = {}
    for row in reader.series(station):
        device, path = split_series(row.name)
        if path not in (SERIAL, *COUNTERS) or (path == SERIAL and device.cls not in METERS):
            continue
        for old, new in pairwise(_good(reader.history(station, row.name, since, until))):
            day = _day(days, new.at)
            if path == SERIAL and old.value != new.value:
                exchanged.setdefault(day, f"{device}: meter {old.value} became {new.value}")
            elif old.number is not None and new.number is not None and new.number < old.number - COUNTER_STEP_KWH:
                reset.setdefault(day, f"{row.name} fell from {old.number:g} to {new.number:g} kWh")
    return {day: Known(exchanged.get(day, ""), reset.get(day, "")) for day in {*exchanged, *reset}}


def _good(points: Sequence[Point]) -> list[Point]:
    """Without the moments at which nothing was known."""
    return [point for point in points if point.quality is Quality.GOOD and point.value not in (None, "")]


def _day(days: Sequence[tuple[date, float, float]], at: float) -> date:
    return next((day for day, begin, end in days if begin <= at < end), days[-1][0])
