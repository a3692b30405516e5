"""Forecasts by the hour: each issue is kept as it was, a damaged one costs itself only."""

from __future__ import annotations

import zlib

import pytest

from victron_console.model.external.hourly_forecast import LOAD, PV, HourlyForecast, issued_before
from victron_console.store import forecasts as rows
from victron_console.store.errors import UnknownStation
from victron_console.store.forecasts import record_forecast
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

NOON = 1_763_899_200.0
HOUR = 3600.0


def issue(at: float, *kwh: float | None, source: str = "own") -> HourlyForecast:
    return HourlyForecast(source, at, NOON, {LOAD: kwh})


def test_every_issue_stays_as_it_was(writer: Writer, reader: Reader) -> None:
    first, later = issue(NOON, 0.5, None, 0.25), issue(NOON + HOUR, 0.75)
    for one in (later, first, issue(NOON, 9.0, source="vrm")):
        record_forecast(writer.db, "alder", one)
    assert reader.forecasts("alder", "own", NOON, NOON + HOUR) == [first, later]
    assert reader.forecasts("alder", "own", NOON + 1.0, NOON + HOUR) == [later]
    assert reader.forecasts("alder", "own", 0.0, NOON - 1.0) == []
    again = issue(NOON, 0.6)
    record_forecast(writer.db, "alder", again)
    assert reader.forecasts("alder", "own", NOON, NOON) == [again], "one of a moment"


def test_what_was_known_at_a_moment_is_the_last_issue_before_it() -> None:
    kept = [issue(NOON, 1.0), issue(NOON + HOUR, 2.0)]
    assert issued_before(kept, NOON - 1.0) is None
    assert issued_before(kept, NOON + HOUR - 1.0) is kept[0] and issued_before(kept, NOON + HOUR) is kept[1]


def test_hours_that_an_issue_does_not_reach_are_not_told() -> None:
    told = issue(NOON, 1.0, 2.0, 3.0)
    assert told.values(LOAD, NOON + HOUR, 3) == (2.0, 3.0, None)
    assert told.values(LOAD, NOON - HOUR, 2) == (None, 1.0) and told.values(PV, NOON, 1) == (None,)


@pytest.mark.parametrize("years", [-9, 9])
def test_the_newest_issues_of_a_source_stay_and_a_clock_years_off_takes_few_away(
    writer: Writer, reader: Reader, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    monkeypatch.setattr(rows, "KEPT_ISSUES", 3)
    record_forecast(writer.db, "alder", issue(NOON, 7.0, source="vrm"))
    for n in range(5):
        record_forecast(writer.db, "alder", issue(NOON + n * HOUR, float(n)))
    record_forecast(writer.db, "alder", issue(NOON + years * 365 * 86_400.0, 0.0))
    kept = [one.issued_at for one in reader.forecasts("alder", "own", 0.0, 1e11)]
    assert len(kept) == 3 and {NOON + 3 * HOUR, NOON + 4 * HOUR} <= set(kept)
    assert len(reader.forecasts("alder", "vrm", 0.0, 1e11)) == 1, "another source's are its own"


@pytest.mark.parametrize("body", [b"", b"no zlib", zlib.compress(b'{"load_kwh": ["x"]}'), zlib.compress(b"[1]"),
                                  zlib.compress(b'{"load_kwh": [NaN]}')])  # fmt: skip
def test_a_damaged_issue_costs_itself_only(writer: Writer, reader: Reader, body: bytes) -> None:
    record_forecast(writer.db, "alder", issue(NOON, 1.0))
    record_forecast(writer.db, "alder", issue(NOON + HOUR, 2.0))
    writer.db.conn.execute("UPDATE forecast SET body = ? WHERE issued_at = ?", (body, NOON))
    assert [one.issued_at for one in reader.forecasts("alder", "own", 0.0, 1e11)] == [NOON + HOUR]


def test_nothing_is_kept_of_a_station_that_was_never_there(writer: Writer, reader: Reader) -> None:
    with pytest.raises(UnknownStation):
        record_forecast(writer.db, "nobody", issue(NOON, 1.0))
    with pytest.raises(UnknownStation):
        reader.forecasts("nobody", "own", 0.0, NOON)
