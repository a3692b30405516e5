"""Devices that left stay listed as gone, since when, until somebody accepts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from victron_console.cli.main import victron_console
from victron_console.console.site.devices import device_lines
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import ServiceState
from victron_console.store.read.reader import Reader
from victron_console.store.records import ServiceChange, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

SERVICE, KEY = "com.victronenergy.battery.ttyO0", DeviceKey("battery", "258")
GONE_FOR_S = 7200.0


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    """Writes a store with a battery that left two hours ago."""
    clock = SystemClock()
    writer = Writer(tmp_path / "store.db", clock)
    writer.register([StationRecord("alder", "Alder")])
    left_at = clock.now() - GONE_FOR_S
    readings = {"Dc/0/Voltage": Reading(52.1, left_at - 5), "CustomName": Reading("House bank", left_at - 5)}
    writer.record(StationUpdate("alder", left_at - 5, [ServiceReading(SERVICE, KEY, left_at - 5, readings)]))
    gone = ServiceChange(SERVICE, KEY, ServiceState.GONE, left_at, "left the bus")
    writer.record(StationUpdate("alder", left_at, service_changes=[gone]))
    yield writer
    writer.close()


def run(tmp_path: Path, *args: str) -> Result:
    return CliRunner().invoke(victron_console, ["--store", str(tmp_path / "store.db"), "devices", *args])


def lines(tmp_path: Path, as_of: float | None = None) -> list[tuple[str, Quality, tuple[str, ...]]]:
    with closing(Reader(tmp_path / "store.db", SystemClock())) as reader:
        return [(line.label, line.quality, line.facts) for line in device_lines(reader.snapshot("alder", as_of))]


def test_a_device_that_left_is_listed_with_since_when_until_it_is_accepted(tmp_path: Path, writer: Writer) -> None:
    ((_, quality, facts),) = lines(tmp_path)
    assert quality is Quality.GONE
    assert facts[0] == "gone for 2h"
    accepted = run(tmp_path, "accept", "alder", "battery/258")
    assert accepted.exit_code == 0, accepted.output
    assert lines(tmp_path) == []
    (listed,) = json.loads(run(tmp_path, "--json").output)
    assert (listed["state"], listed["accepted"], listed["name"]) == ("gone", True, "House bank")
    assert len(lines(tmp_path, as_of=SystemClock().now() - 60.0)) == 1, "then nobody had accepted it"


def test_a_device_that_is_back_and_leaves_again_is_missed_anew(tmp_path: Path, writer: Writer) -> None:
    assert run(tmp_path, "accept", "alder", "battery/258").exit_code == 0
    at = SystemClock().now() + 1.0
    back = ServiceReading(SERVICE, KEY, at, {"Dc/0/Voltage": Reading(52.0, at)})
    writer.record(
        StationUpdate("alder", at, [back], service_changes=[ServiceChange(SERVICE, KEY, ServiceState.LIVE, at)])
    )
    left = ServiceChange(SERVICE, KEY, ServiceState.GONE, at + 1, "left the bus")
    writer.record(StationUpdate("alder", at + 1, service_changes=[left]))
    with closing(Reader(tmp_path / "store.db", ManualClock(at + 60))) as reader:
        assert [device.key for device in reader.snapshot("alder").missed()] == [KEY]


def test_only_what_left_can_be_accepted(tmp_path: Path, writer: Writer) -> None:
    refused = run(tmp_path, "accept", "alder", "battery/1")
    assert refused.exit_code == 1
    assert "battery/1 of alder did not leave" in refused.output
