"""A store in a temporary folder with one station, `alder`, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.service import ServiceReading
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

NOON = 1_763_899_200.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def writer(path: Path, clock: ManualClock) -> Iterator[Writer]:
    opened = Writer(path, clock)
    opened.register([StationRecord("alder", "Alder Farm", {"battery": {"capacity_ah": 200}}, ("north",))])
    yield opened
    opened.close()


@pytest.fixture
def reader(path: Path, writer: Writer, clock: ManualClock) -> Iterator[Reader]:
    opened = Reader(path, clock)
    yield opened
    opened.close()


def service_reading(device: str, values: Mapping[str, Scalar | Reading], at: float) -> ServiceReading:
    key = DeviceKey.parse(device)
    readings = {path: value if isinstance(value, Reading) else _read(value, at) for path, value in values.items()}
    return ServiceReading(f"com.victronenergy.{key.cls}.tty{key.instance}", key, at, readings)


def _read(value: Scalar, at: float) -> Reading:
    return Reading(value, at, Quality.ABSENT if value is None else Quality.GOOD)


Poll = Callable[..., None]


@pytest.fixture
def poll(writer: Writer, clock: ManualClock) -> Poll:
    """Record one reading of a device of `alder` at the clock's moment; plain values are good, None is absent."""

    def record(values: Mapping[str, Scalar | Reading], device: str = "system/0", station: str = "alder") -> None:
        writer.record(StationUpdate(station, clock.now(), [service_reading(device, values, clock.now())]))

    return record
