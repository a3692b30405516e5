"""The days before brought to the loads and the sun of today."""

from __future__ import annotations

import numpy as np
import pytest

from victron_console.diagnosing.ess.today import DAY, loads_of_today, sun_of_today
from victron_console.diagnosing.record.timeline import FloatArray

DAYS = 10
NOW = DAYS * DAY + 12
HOUR = np.arange(NOW) % DAY
ROWS = np.ones((5, 36), dtype=np.float64)


def test_a_day_like_those_before_changes_nothing() -> None:
    load: FloatArray = 0.3 + 0.1 * HOUR.astype(np.float64)
    assert loads_of_today(ROWS, load, NOW) == pytest.approx(ROWS)
    assert sun_of_today(ROWS, load, NOW) == pytest.approx(ROWS)


def test_a_day_that_uses_more_is_expected_to_go_on_so_in_part() -> None:
    load = np.where(np.arange(NOW) >= NOW - DAY, 2.0, 1.0)
    found = loads_of_today(ROWS, load, NOW)[1:]
    assert (found[:, -1] > 1.1).all() and (found[:, -1] < 1.5).all(), "a day and a half later by its level alone"
    assert found[:, 0] == pytest.approx(found[:, -1] + 0.6, abs=0.1), "the next hour by the last ones, too"
    assert (np.diff(found[0]) < 0.0).all()


def test_the_last_hours_alone_are_forgotten_within_the_day() -> None:
    load = np.where(np.arange(NOW) >= NOW - 2, 3.0, 1.0)
    found = loads_of_today(ROWS, load, NOW)
    assert found[0, 0] > 1.9 and found[0, 24] == pytest.approx(1.0, abs=0.08)
    less = loads_of_today(ROWS, np.where(np.arange(NOW) >= NOW - 2, 0.0, 3.0), NOW)
    assert (less >= 0.0).all(), "no load is below nothing"


def test_a_dull_morning_dims_the_afternoon_and_not_tomorrow() -> None:
    sun = np.where((HOUR >= 8) & (HOUR < 16), 2.0, 0.0)
    dull = np.where(np.arange(NOW) >= NOW - 3, 0.25 * sun, sun)
    found = sun_of_today(ROWS, dull, NOW)
    assert found[0, 0] == pytest.approx(0.4, abs=0.1) and found[0, 24:] == pytest.approx(np.ones(12), abs=0.02)
    night = sun_of_today(ROWS, np.zeros(NOW), NOW)
    assert night == pytest.approx(ROWS), "nothing on both days says nothing"


def test_a_gap_says_nothing_of_today() -> None:
    load = np.where(np.arange(NOW) == NOW - 1, np.nan, 1.0)
    assert loads_of_today(ROWS, load, NOW) == pytest.approx(ROWS)
    assert sun_of_today(ROWS, load, NOW) == pytest.approx(ROWS)
    longer = np.ones((DAYS + 5, 36))
    assert loads_of_today(longer, np.ones(NOW), NOW) == pytest.approx(longer), "days before the record began"
