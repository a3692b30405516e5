from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from victron_console.model.clock import local, midnight


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", [ZoneInfo("Europe/Berlin"), None], ids=["the station's", "the operator's"])
@pytest.mark.parametrize(
    ("day", "begin_utc", "hours"),
    [(date(2026, 3, 29), 23, 23), (date(2026, 10, 25), 22, 25), (date(2026, 7, 1), 22, 24)],
)
def test_a_day_begins_at_its_own_midnight_also_when_the_clock_changes(
    in_berlin: None, zone: ZoneInfo | None, day: date, begin_utc: int, hours: int
) -> None:
    begin, end = midnight(day, zone), midnight(date.fromordinal(day.toordinal() + 1), zone)
    assert datetime.fromtimestamp(begin, UTC).hour == begin_utc
    assert (end - begin) / 3600 == hours
    for at in (begin, begin + 2.5 * 3600, begin + 12 * 3600, end - 1):
        assert midnight(local(at, zone).date(), zone) == begin
