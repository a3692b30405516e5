"""Series that a broken station invented are taken out whole; of the others nothing is lost, hot, sealed or later."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.answers import Point
from victron_console.store.errors import LeaseHeld, UnknownStation
from victron_console.store.files.forget import forget
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

T0 = 1_800_000_000.0
BATTERY, FAKE = DeviceKey("battery", "1"), DeviceKey("fake", "7")
KEPT = {"battery/1/Dc/0/Voltage": 50.0, "battery/1/State": "running"}


def record(writer: Writer, clock: ManualClock, polls: int, fakes: int = 20) -> None:
    for poll in range(polls):
        at = clock.now()
        own = {"Dc/0/Voltage": Reading(50.0 + poll % 7, at), "State": Reading(f"running {poll % 3}", at)}
        invented = {f"X{n}": Reading(f"text {poll}" if n % 2 else poll, at) for n in range(fakes)}
        services = [
            ServiceReading("b", BATTERY, at, own | ({"Fake": Reading(poll, at)} if fakes else {})),
            *([ServiceReading("f", FAKE, at, invented)] if fakes else []),
        ]
        writer.record(StationUpdate("alder", at, services))
        clock.advance(60)


def history(path: Path, clock: ManualClock) -> dict[str, list[Point]]:
    with closing(Reader(path, clock)) as reader:
        return {name: list(reader.history("alder", name, 0.0, clock.now())) for name in KEPT}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def path(tmp_path: Path, clock: ManualClock) -> Path:
    """A store with sealed and hot history."""
    made = tmp_path / "store.db"
    with closing(Writer(made, clock)) as writer:
        writer.register([StationRecord("alder", "Alder")])
        record(writer, clock, 300)
    upkeep(made, clock)
    with closing(Writer(made, clock)) as writer:
        record(writer, clock, 60)
    return made


def sound(path: Path, clock: ManualClock) -> bool:
    with closing(Reader(path, clock)) as reader, reader.at_once():
        return verify(reader.db).faults == []


@pytest.mark.slow
def test_what_is_forgotten_is_gone_and_the_rest_is_as_it_was_now_and_later(path: Path, clock: ManualClock) -> None:
    before = history(path, clock)
    gone = forget(path, "alder", ["fake/*", "battery/1/Fake"], clock)
    assert len(gone) == 21
    assert history(path, clock) == before
    assert sound(path, clock)
    with closing(Writer(path, clock)) as writer:
        record(writer, clock, 300, fakes=0)
    later = history(path, clock)
    for _ in range(3):
        clock.advance(2 * 86_400.0)
        upkeep(path, clock)  # seals and merges what has empty rows in it
    with closing(Reader(path, clock)) as reader:
        assert {row.name for row in reader.series("alder")} == set(KEPT)
        assert [row.name for row in reader.series("alder", "fake/*")] == []
        assert "21 series forgotten" in reader.events(0.0, clock.now(), kinds=("store",))[0].text
    assert {name: points[: len(later[name])] for name, points in history(path, clock).items()} == later
    assert sound(path, clock)


@pytest.mark.slow
def test_what_comes_back_begins_anew_and_takes_no_value_of_before(path: Path, clock: ManualClock) -> None:
    forget(path, "alder", ["fake/*"], clock)
    begun = clock.now()
    with closing(Writer(path, clock)) as writer:
        record(writer, clock, 5)
    with closing(Reader(path, clock)) as reader:
        points = {n: reader.history("alder", f"fake/7/X{n}", 0.0, clock.now()) for n in range(20)}
        left = reader.db.execute("SELECT count(*) FROM text_change WHERE at < ?", (begun,)).fetchone()
        of_kept = reader.db.execute(
            "SELECT count(*) FROM text_change WHERE at < ? AND series_no IN (SELECT no FROM series)", (begun,)
        ).fetchone()
    assert all(points.values())
    assert [point for found in points.values() for point in found if point.value is not None and point.at < begun] == []
    assert left == of_kept
    assert sound(path, clock)


@pytest.mark.slow
def test_nothing_is_forgotten_while_a_collector_writes_or_of_a_station_that_is_not_there(
    path: Path, clock: ManualClock
) -> None:
    with Lease(path, clock), pytest.raises(LeaseHeld):
        forget(path, "alder", ["*"], clock)
    with pytest.raises(UnknownStation):
        forget(path, "birch", ["*"], clock)
    assert forget(path, "alder", ["nothing/*"], clock) == []
