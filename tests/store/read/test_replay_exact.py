"""Whatever a station said comes back at every moment, exactly."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exhaustive import enough

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.store.answers import Point
from victron_console.store.connection import open_writable
from victron_console.store.read.reader import Reader
from victron_console.store.records import ServiceChange, StationRecord, StationUpdate
from victron_console.store.sealed.merge import due, merge_step
from victron_console.store.sealed.seal import seal_step
from victron_console.store.write.writer import Writer

START = 1_763_899_200.0
Judged = dict[str, tuple[type, Scalar, Quality, str]]

_GOOD: list[Scalar] = [0, 1, 1.0, 12.5, -3.25, 2**40, "Bulk", "", "é"]
good = st.sampled_from(_GOOD).map(lambda value: Reading(value, 0.0))
absent = st.just(Reading(None, 0.0, Quality.ABSENT))
implausible = st.sampled_from([7, 7.0, "seven", None]).map(
    lambda value: Reading(value, 0.0, Quality.IMPLAUSIBLE, "out of range")
)
WHAT = [
    *("", "", "", "reopen", "break off", "no answer", "no answer", "gone", "set aside", "back", "slow"),
    *("seal", "seal", "merge"),
]
polls = st.tuples(
    st.sampled_from([0.5, 10.0, 40.0, 1900.0, 4000.0]),  # seconds since the poll before: keyframes come after 3600
    st.sampled_from(["battery/1", "battery/2"]),
    st.dictionaries(st.sampled_from(["A", "B", "C/D"]), good | absent | implausible, max_size=3),
    st.sampled_from(WHAT),
)


def stored(snapshot: Snapshot) -> dict[DeviceKey, Judged]:
    return {
        key: {path: (type(r.value), r.value, r.quality, r.reason) for path, r in device.readings.items()}
        for key, device in snapshot.devices.items()
    }


@pytest.mark.slow
@settings(max_examples=enough(50, 150))
@given(st.lists(polls, min_size=1, max_size=14))
def test_snapshot_of_the_past_is_what_the_snapshot_was_then(
    sequence: list[tuple[float, str, dict[str, Reading], str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock(START)
        path = Path(folder) / "store.db"
        writer = Writer(path, clock)
        writer.register([StationRecord("alder", "Alder")])
        reader = Reader(path, clock)
        live: list[tuple[float, View]] = []
        failures: dict[DeviceKey, int] = {}
        for pause_s, device, readings, what in sequence:
            clock.advance(pause_s)
            if what == "reopen":
                writer.close()
                writer = Writer(path, clock)
            key = DeviceKey.parse(device)
            if what in ("seal", "merge"):
                seal_all(path, clock.now(), merge=what == "merge")
            failures[key] = failures.get(key, 0) + 1 if what == "no answer" else 0
            if what == "break off":
                with pytest.raises(ValueError, match="half"):
                    writer.record_all([_update(what, key, readings, clock.now(), 0), _broken(clock.now())])
            else:
                writer.record(_update(what, key, readings, clock.now(), failures[key]))
            live.append((clock.now(), view(reader, None, clock.now())))
        for at, then in live:
            assert view(reader, at, at) == then
        assert_a_sequence_is_its_snapshots(reader, [at for at, _ in live])
        recorded = histories(reader, clock.now())
        seal_all(path, clock.now(), merge=True)
        assert reader.stats().rows["hot"] == 0
        assert histories(reader, clock.now()) == recorded
        for at, then in live:
            assert view(reader, at, at) == then
        assert_a_sequence_is_its_snapshots(reader, [at for at, _ in live])
        reader.close()
        writer.close()


def assert_a_sequence_is_its_snapshots(reader: Reader, live: list[float]) -> None:
    moments = sorted({*live, *(at + 5.0 for at in live), START - 1.0})
    for first in (0, len(moments) // 2):
        assert reader.snapshots("alder", moments[first:]) == [reader.snapshot("alder", at) for at in moments[first:]]


def seal_all(path: Path, now: float, *, merge: bool) -> None:
    """Seal every hot row, as if all were old; and make days and weeks of them."""
    db = open_writable(path)
    while seal_step(db, now + 2 * 3600, rows=3):
        pass
    later = now + 8 * 86_400
    while merge and (found := due(db.conn, later)):
        merge_step(db, *found[0], later)
    db.close()


def histories(reader: Reader, now: float) -> list[list[Point]]:
    """Every series, as a whole and from the middle on."""
    return [
        reader.history("alder", row.name, since, now) for row in reader.series("alder") for since in (0.0, now - 4000)
    ]


View = tuple[object, ...]


def view(reader: Reader, as_of: float | None, now: float) -> View:
    """Everything that can be asked of a moment and that must be exact in the past."""
    snapshot = reader.snapshot("alder", as_of)
    station = reader.station("alder", as_of)
    services = [
        (row.service, row.key, row.state, row.since, row.reason, row.retry_at, row.cadence_s, row.quality)
        for row in reader.services("alder", as_of)
    ]
    gaps = reader.gaps("alder", 0, now, as_of)
    return stored(snapshot), _judged(snapshot), snapshot.status, station and station.status, services, gaps


def _update(what: str, key: DeviceKey, readings: dict[str, Reading], at: float, failures: int) -> StationUpdate:
    states = {"gone": ServiceState.GONE, "set aside": ServiceState.SET_ASIDE, "back": ServiceState.LIVE}
    service = f"x.{key}"
    if what == "no answer":
        lost = StationStatus(StationState.LOST, at, "no answer")
        return StationUpdate("alder", at, status=lost, failures={key: failures})
    if what in ("gone", "set aside"):
        return StationUpdate("alder", at, service_changes=[ServiceChange(service, key, states[what], at, what, at + 9)])
    changes = [ServiceChange(service, key, ServiceState.LIVE, at)] if what == "back" else []
    cadences = {key: 60.0} if what == "slow" else {}
    return StationUpdate(
        "alder", at, [ServiceReading(service, key, at, readings)], cadences=cadences, service_changes=changes
    )


def _judged(snapshot: Snapshot) -> dict[tuple[DeviceKey, str], Quality]:
    return {
        (key, p): snapshot.read(key, p).quality for key, device in snapshot.devices.items() for p in device.readings
    }


class _HalfWay(dict[str, Reading]):
    """Readings that break off: what came before them in the transaction must not stay."""

    def items(self) -> Callable[..., None]:  # type: ignore[override]
        raise ValueError("half the answer")


def _broken(at: float) -> StationUpdate:
    return StationUpdate("alder", at, [ServiceReading("x.battery/3", DeviceKey("battery", "3"), at, _HalfWay())])


def test_history_of_every_series_is_its_snapshots_over_time(
    poll: Callable[..., None], reader: Reader, clock: ManualClock
) -> None:
    values: list[Scalar] = [1, 2.5, None, "text", "text", 2.5, 1, "other", None]
    for value in values:
        poll({"P": value, "Q": 5})
        clock.advance(500)
    times = [START + 500 * i for i in range(len(values))]
    points = reader.history("alder", "system/0/P", START, clock.now())
    for at, value in zip(times, values, strict=True):
        held = [point for point in points if point.at <= at][-1]
        assert (held.value, held.quality) == (value, Quality.ABSENT if value is None else Quality.GOOD)
    assert len(points) == len(values) - 1  # the text that was said twice is one point


@pytest.mark.slow
def test_first_point_of_a_history_carries_what_held_then(
    poll: Callable[..., None], reader: Reader, clock: ManualClock
) -> None:
    for value in range(3000):  # eight hours, with keyframes in between
        poll({"P": value, "Fixed": 7})
        clock.advance(10)
    since, until = START + 20_005, START + 20_025
    assert [(p.at, p.value) for p in reader.history("alder", "system/0/P", since, until)] == [
        (since, 2000),
        (START + 20_010, 2001),
        (START + 20_020, 2002),
    ]
    assert [(p.at, p.value) for p in reader.history("alder", "system/0/Fixed", since, until)] == [(since, 7)]
    assert reader.history("alder", "system/0/P", START - 100, START - 50) == []
    assert reader.history("alder", "system/0/Unknown", since, until) == []
    assert reader.stats().rows["keyframe"] >= 5


def test_values_said_after_the_clock_went_back_are_found(
    poll: Callable[..., None], reader: Reader, clock: ManualClock
) -> None:
    poll({"P": 1, "Q": 1})
    clock.at = START + 4_000_000_000  # a clock without battery, before it heard of the time; a keyframe is due
    poll({"P": 2, "Q": 2})
    clock.at = START + 60
    poll({"P": 3, "Q": 2})
    clock.at = START + 70
    assert reader.snapshot("alder", START + 30).number("system/0/P") == 1
    assert reader.snapshot("alder", START + 65).number("system/0/P") == 3
    assert reader.snapshot("alder").number("system/0/P") == 3
    moments = [START + 30, START + 65, START + 4_000_000_010]
    assert reader.snapshots("alder", moments) == [reader.snapshot("alder", at) for at in moments]


def test_renamed_service_keeps_its_history_and_its_old_name_then(
    writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    key = DeviceKey("battery", "258")
    for name, value in (("x.battery.ttyO0", 50), ("x.battery.ttyUSB1", 51)):
        readings = {"Soc": Reading(value, clock.now())}
        writer.record(StationUpdate("alder", clock.now(), [ServiceReading(name, key, clock.now(), readings)]))
        clock.advance(10)
    assert [p.value for p in reader.history("alder", "battery/258/Soc", START, clock.now())] == [50, 51]
    assert reader.snapshot("alder").devices[key].service == "x.battery.ttyUSB1"
    assert reader.snapshot("alder", START + 5).devices[key].service == "x.battery.ttyO0"


def test_station_without_a_past_has_no_devices_then(poll: Callable[..., None], reader: Reader) -> None:
    poll({"P": 1})
    assert reader.snapshot("alder", START - 1).devices == {}
