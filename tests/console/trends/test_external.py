"""What the portal recorded, drawn beside our own record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from victron_console.console.trends.frame import Frame
from victron_console.console.trends.picker import choices_of
from victron_console.console.trends.quantity import BY_NAME
from victron_console.console.trends.read import StationSeries, read_series, read_trend
from victron_console.console.trends.views import View, resolved
from victron_console.model.clock import ManualClock
from victron_console.model.external.external_day import ExternalDay
from victron_console.store.external import record_external
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

DAY = date(2026, 6, 1)
SINCE = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
ASKED_AT = SINCE + 5 * 86_400.0


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A station of which the portal has four quarters of an hour from 06:00 on, with a hole."""
    clock = ManualClock(ASKED_AT + 3600.0)
    with closing(Writer(tmp_path / "store.db", clock)) as writer:
        writer.register([StationRecord("alder", "Alder"), StationRecord("birch", "Birch")])
        energies = {"Pc": {24: 0.25, 25: 0.5}, "Gc": {27: 0.1}, "Bg": {24: 0.05}}
        means = {"bs": {24: (50.0, 49.0, 51.0), 25: (52.0, 51.0, 53.0), 27: (60.0, 58.0, 61.0)}}
        day = ExternalDay("vrm", DAY, SINCE, SINCE + 86_400.0, "UTC", ASKED_AT, {}, None, energies, means)
        record_external(writer.db, "alder", [day])
    with closing(Reader(tmp_path / "store.db", clock)) as opened:
        yield opened


def means(reader: Reader, name: str, frame: Frame, as_of: float | None = None) -> list[float | None]:
    trend = read_trend(reader, "alder", BY_NAME[name], frozenset(), frame, as_of)
    return [None if bucket is None else round(bucket.mean, 3) for bucket in trend.buckets]


def test_powers_are_those_of_the_quarters_and_holes_stay_holes(reader: Reader) -> None:
    frame = Frame(SINCE + 24 * 900.0, 900.0, 5)
    assert means(reader, "vrm-pv", frame) == [1000.0, 2000.0, None, 0.0, None]
    assert means(reader, "vrm-grid", frame) == [-200.0, 0.0, None, 400.0, None]
    assert means(reader, "vrm-soc", frame) == [50.0, 52.0, None, 60.0, None]


def test_wide_columns_hold_the_extremes_and_narrow_ones_the_same_quarter(reader: Reader) -> None:
    (hour,) = read_trend(reader, "alder", BY_NAME["vrm-soc"], frozenset(), Frame(SINCE + 21_600.0, 3600.0, 1)).buckets
    assert hour is not None
    assert (hour.low, hour.mean, hour.high, hour.last) == (49.0, 54.0, 61.0, 60.0)
    assert means(reader, "vrm-soc", Frame(SINCE + 21_600.0, 300.0, 4)) == [50.0, 50.0, 50.0, 52.0]


def test_a_past_moment_shows_nothing_that_was_asked_for_later(reader: Reader) -> None:
    frame = Frame(SINCE + 21_600.0, 900.0, 1)
    assert means(reader, "vrm-pv", frame, ASKED_AT - 1.0) == [None]
    assert means(reader, "vrm-pv", frame, ASKED_AT) == [1000.0]


def test_it_is_offered_where_there_is_some_and_never_taken_for_ours(reader: Reader) -> None:
    alder, birch = read_series(reader, "alder"), read_series(reader, "birch")
    assert "vrm-pv" in [choice.name for choice in choices_of(alder)]
    assert choices_of(birch) == []
    assert [q.name for q in resolved(View("own", ("pv", "vrm-pv")), alder.names, alder.fields)] == ["vrm-pv"]
    assert choices_of(StationSeries("alder")) == []
