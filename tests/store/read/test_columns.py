"""What diagnoses read: the same columns as charts in arrays, five-minute figures by the row, and how often was read."""

from __future__ import annotations

import pytest
from tests.store.conftest import NOON, service_reading

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationUpdate
from victron_console.store.write.writer import Writer

BATTERY = DeviceKey("battery", "1")


@pytest.fixture
def polled(writer: Writer, reader: Reader, clock: ManualClock) -> Reader:
    """An hour of polls, each ten minutes and then each minute."""
    for minute in [*range(0, 30, 10), *range(30, 60)]:
        clock.at = at = NOON + 60.0 * minute
        reading = service_reading("battery/1", {"Dc/0/Current": float(minute)}, at)
        cadence_s = {0: 600.0, 30: 60.0}.get(minute)
        writer.record(
            StationUpdate(
                "alder", at, [reading], status=StationStatus(StationState.LIVE, at) if minute == 0 else None,
                overview=Overview(soc_percent=float(minute)), cadences={BATTERY: cadence_s} if cadence_s else {},
            )
        )  # fmt: skip
    return reader


def test_columns_are_the_buckets_of_a_chart(polled: Reader) -> None:
    span = ("alder", "battery/1/Dc/0/Current", NOON, NOON + 3600.0, 12)
    columns, buckets = polled.columns(*span), polled.buckets(*span)
    assert columns is not None
    assert [bucket and (bucket.mean, bucket.last) for bucket in buckets] == [
        pair if pair[0] == pair[0] else None for pair in zip(columns.mean.tolist(), columns.last.tolist(), strict=True)
    ]
    assert polled.columns("alder", "battery/1/Nothing", NOON, NOON + 3600.0, 12) is None


def test_figures_come_by_the_five_minutes_that_have_some(polled: Reader) -> None:
    rows = polled.overview_slots("alder", ("soc_percent", "pv_power_w"), NOON, NOON + 3600.0)
    assert rows[:3] == [(NOON, 0.0, None), (NOON + 600.0, 10.0, None), (NOON + 1200.0, 20.0, None)]
    assert len(rows) == 9 and rows[3][1] == pytest.approx(32.0)
    with pytest.raises(ValueError, match="no five-minute rows"):
        polled.overview_slots("alder", ("firmware",), NOON, NOON + 3600.0)


def test_from_when_on_a_device_was_read_how_often(polled: Reader) -> None:
    assert polled.cadences("alder", BATTERY) == [(NOON, 600.0), (NOON + 1800.0, 60.0)]
    assert polled.cadences("alder", DeviceKey("battery", "9")) == []
