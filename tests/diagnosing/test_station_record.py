"""A station that is read seldom: its figures hold until the next read, and two reads far apart make no load step."""

from __future__ import annotations

import numpy as np

from victron_console.diagnosing.record.station_record import _held, _slow_spans, slowest

NAN = np.nan


def test_a_figure_holds_until_the_next_read_is_due_and_no_longer() -> None:
    columns = np.array([[1.0, NAN], [NAN, NAN], [NAN, NAN], [NAN, NAN], [5.0, 6.0], [NAN, NAN]])
    held = _held(columns, 900.0)
    assert np.array_equal(held[:, 0], [1.0, 1.0, 1.0, NAN, 5.0, 5.0], equal_nan=True)
    assert np.array_equal(held[:, 1], [NAN, NAN, NAN, NAN, 6.0, 6.0], equal_nan=True)
    assert np.array_equal(_held(columns, 10.0), columns, equal_nan=True)


def test_load_steps_are_looked_for_only_while_the_battery_was_read_often_enough() -> None:
    assert _slow_spans([(0.0, 900.0), (100.0, 10.0), (400.0, 60.0)], 1000.0) == [(0.0, 100.0), (400.0, 1000.0)]
    assert _slow_spans([(0.0, 10.0)], 1000.0) == []


def test_the_slowest_reads_of_a_day_tell_how_well_its_charge_is_known() -> None:
    changes = [(0.0, 900.0), (100.0, 10.0), (400.0, 60.0)]
    assert slowest(changes, 50.0) == 900.0
    assert slowest(changes, 200.0) == 60.0
    assert slowest([], 0.0) == 0.0
