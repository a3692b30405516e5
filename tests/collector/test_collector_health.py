from __future__ import annotations

from victron_console.collector.collector_health import TELL_S, CollectorHealth
from victron_console.model.clock import ManualClock


def test_health_is_told_at_once_and_then_only_where_it_changed() -> None:
    clock = ManualClock(1_800_000_000.0)
    health = CollectorHealth(clock)
    first = health.state_if_changed(9, 0)
    assert first is not None
    assert (first.started_at, first.stations, first.lag_s) == (clock.now(), 9, 0.0)
    health.flushed(0.01, "")
    clock.advance(TELL_S)
    assert health.state_if_changed(9, 0) is None
    clock.advance(TELL_S)
    changed = health.state_if_changed(8, 0)
    assert changed is not None
    assert changed.stations == 8


def test_the_longest_lag_since_it_was_told_counts_and_is_forgotten_after() -> None:
    clock = ManualClock(1_800_000_000.0)
    health = CollectorHealth(clock)
    health.state_if_changed(9, 0)
    for late_s in (0.2, 3.14, 0.1):
        health.flushed(late_s, "")
    assert health.state_if_changed(9, 0) is None
    clock.advance(TELL_S)
    told = health.state_if_changed(9, 0)
    assert told is not None
    assert told.lag_s == 3.1
    clock.advance(TELL_S)
    calm = health.state_if_changed(9, 0)
    assert calm is not None
    assert calm.lag_s == 0.0


def test_a_trouble_is_remembered_after_it_is_over_with_the_time_it_was_last_there() -> None:
    clock = ManualClock(1_800_000_000.0)
    health = CollectorHealth(clock)
    health.flushed(0.0, "the disk is full")
    clock.advance(5)
    full_at = clock.now()
    health.flushed(0.0, "the disk is full")
    clock.advance(60)
    health.flushed(0.0, "")
    told = health.state_if_changed(9, 4)
    assert told is not None
    assert (told.last_trouble, told.last_trouble_at, told.dropped) == ("the disk is full", full_at, 4)
