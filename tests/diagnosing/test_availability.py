"""Up time over up and down time, by local months; what nobody can tell is in neither."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from victron_console.diagnosing.gx.availability import Presence, availability, spans_where
from victron_console.model.units import DAY_S

BEGIN = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
APRIL = datetime(2026, 4, 1, tzinfo=UTC).timestamp()
HOUR = 3600.0


def test_time_that_nobody_can_tell_of_is_neither_up_nor_down() -> None:
    dark = (BEGIN + 10 * DAY_S, BEGIN + 20 * DAY_S)
    down = [(BEGIN + 5 * DAY_S, BEGIN + 6 * DAY_S), (BEGIN + 9 * DAY_S, BEGIN + 12 * DAY_S)]
    (row,) = availability([Presence(what="link", since=BEGIN, down=down, unknown=[dark])], BEGIN + 30 * DAY_S, UTC)
    assert (row.up_s, row.down_s, row.unknown_s) == (18 * DAY_S, 2 * DAY_S, 10 * DAY_S)
    assert row.share == pytest.approx(0.9) and row.count == 2


def test_a_month_takes_its_part_of_what_lasted_over_its_end() -> None:
    down = [(APRIL - HOUR, APRIL + 2 * HOUR), (APRIL + HOUR, APRIL + 3 * HOUR)]
    march, april = availability([Presence(what="battery/1", since=BEGIN, down=down)], APRIL + 10 * DAY_S, UTC)
    assert (march.first_day, march.down_s, march.count) == (date(2026, 3, 1), HOUR, 1)
    assert (april.first_day, april.down_s, april.count) == (date(2026, 4, 1), 3 * HOUR, 0)
    assert april.up_s + april.down_s == 10 * DAY_S


def test_a_device_has_no_time_before_it_came_and_none_in_a_month_without_it() -> None:
    came = APRIL - 2 * DAY_S
    away = [(APRIL, APRIL + 99 * DAY_S)]
    rows = availability([Presence(what="tank/3", since=came, down=away, may_leave=True)], APRIL + 20 * DAY_S, UTC)
    assert [(row.first_day, row.up_s) for row in rows] == [(date(2026, 3, 1), 2 * DAY_S)]
    assert availability([Presence(what="x", since=APRIL)], APRIL, UTC) == []


def test_a_link_that_was_down_all_month_was_there_for_none_of_it() -> None:
    down, until = [(APRIL, APRIL + 99 * DAY_S)], APRIL + 20 * DAY_S
    _, april = availability([Presence(what="link", since=BEGIN, down=down)], until, UTC)
    assert (april.share, april.down_s) == (0.0, 20 * DAY_S)
    rows = availability([Presence(what="link", since=BEGIN, down=down, unknown=[(APRIL, until)])], until, UTC)
    assert [row.first_day for row in rows] == [date(2026, 3, 1)], "nobody can tell of April"


def test_columns_in_which_something_is_so_become_spans() -> None:
    at = np.arange(5.0) * 300 + 150
    assert spans_where(at, np.array([True, True, False, False, True]), 300.0) == [(0.0, 600.0), (1200.0, 1500.0)]
    assert spans_where(at, np.zeros(5, dtype=bool), 300.0) == []
