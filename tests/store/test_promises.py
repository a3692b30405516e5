"""What forecasts promised: the last row of a station and day holds, old ones are dropped, an older store gains them."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.store import schema
from victron_console.store.errors import UnknownStation
from victron_console.store.migrations import MIGRATIONS
from victron_console.store.promises import KEPT_DAYS, Promise, record_promise
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

DAY = date(2026, 11, 23)
NOON = 1_763_899_200.0


def test_the_latest_forecast_of_a_day_holds_and_an_older_one_does_not_come_back(writer: Writer, reader: Reader) -> None:
    for issued_at, kwh_m2 in ((NOON, 3.1), (NOON + 3600, 2.8), (NOON - 3600, 9.9)):
        record_promise(writer.db, "alder", Promise(DAY, issued_at, kwh_m2))
    record_promise(writer.db, "alder", Promise(DAY - timedelta(days=1), NOON - 86_400, 1.5))
    assert reader.promises("alder", DAY) == [Promise(DAY, NOON + 3600, 2.8)]
    assert [row.kwh_m2 for row in reader.promises("alder", DAY - timedelta(days=9))] == [1.5, 2.8]


def test_as_many_days_are_kept_as_the_diagnoses_look_back(writer: Writer, reader: Reader) -> None:
    writer.db.conn.execute("PRAGMA synchronous = OFF")
    days = [DAY - timedelta(days=back) for back in range(KEPT_DAYS + 2, -1, -1)]
    for day in days:
        record_promise(writer.db, "alder", Promise(day, NOON, 1.0))
    assert [row.day for row in reader.promises("alder", date(2020, 1, 1))] == days[-KEPT_DAYS:]


@pytest.mark.parametrize("years", [-9, 9])
def test_a_clock_years_off_takes_no_promise_away(writer: Writer, reader: Reader, years: int) -> None:
    record_promise(writer.db, "alder", Promise(DAY, NOON, 1.0))
    record_promise(writer.db, "alder", Promise(DAY.replace(year=DAY.year + years), NOON, 1.0))
    assert DAY in [row.day for row in reader.promises("alder", date(2000, 1, 1))]


def test_a_station_that_was_never_registered_is_promised_nothing(writer: Writer, reader: Reader) -> None:
    with pytest.raises(UnknownStation):
        record_promise(writer.db, "nobody", Promise(DAY, NOON, 1.0))
    with pytest.raises(UnknownStation):
        reader.promises("nobody", DAY)


def test_a_store_from_before_forecasts_were_kept_gains_them_and_keeps_the_rest(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", MIGRATIONS[:6])
        with closing(Writer(path, ManualClock(NOON))) as before:
            before.register([StationRecord("alder", "Alder Farm")])
    with closing(Writer(path, ManualClock(NOON + 60))) as after:
        assert after.backup is not None
        record_promise(after.db, "alder", Promise(DAY, NOON, 2.0))
    with closing(Reader(path, ManualClock(NOON + 60))) as reader:
        assert [row.name for row in reader.stations()] == ["Alder Farm"]
        assert reader.promises("alder", DAY) == [Promise(DAY, NOON, 2.0)]
