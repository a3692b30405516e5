from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.store.conftest import service_reading

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import ServiceState
from victron_console.store.answers import Bucket, GapKind
from victron_console.store.read.reader import Reader
from victron_console.store.records import ServiceChange, StationUpdate
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]
SYSTEM = DeviceKey("system", "0")


def quality_over_time(reader: Reader, times: list[float]) -> list[str]:
    return [reader.snapshot("alder", at).series("system/0/P").quality.value for at in times]


def test_silence_without_failures_is_stale_then_and_afterwards(poll: Poll, reader: Reader, clock: ManualClock) -> None:
    begin = clock.now()
    poll({"P": 1})
    live = []
    times = [begin + s for s in (1, 29, 31, 99)]
    for at in times:
        clock.at = at
        live.append(reader.snapshot("alder").series("system/0/P").quality.value)
    [open_gap] = reader.gaps("alder", 0, clock.now())
    assert (open_gap.since, open_gap.until, open_gap.kind, open_gap.device) == (begin, None, GapKind.STALE, SYSTEM)
    clock.at = begin + 100
    poll({"P": 1})
    assert live == ["good", "good", "stale", "stale"]
    assert quality_over_time(reader, [*times, begin + 100]) == [*live, "good"]
    [gap] = reader.gaps("alder", 0, clock.now())
    assert (gap.since, gap.until) == (begin, begin + 100)
    assert reader.gaps("alder", 0, clock.now(), as_of=begin + 20) == []
    assert reader.gaps("alder", 0, clock.now(), as_of=begin + 50) == [open_gap]


def test_third_failure_and_a_minute_make_it_lost_then_and_afterwards(
    poll: Poll, writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.now()
    poll({"P": 1})
    live = []
    for failures, at in ((1, 10), (2, 30), (3, 50), (4, 70)):
        clock.at = begin + at
        writer.record(StationUpdate("alder", clock.now(), failures={SYSTEM: failures}))
        live.append(reader.snapshot("alder").series("system/0/P").quality.value)
    assert live == ["good", "good", "stale", "lost"]
    clock.at = begin + 90
    poll({"P": 2})
    assert quality_over_time(reader, [begin + s for s in (10, 30, 50, 70, 90)]) == [*live, "good"]
    [gap] = reader.gaps("alder", 0, clock.now())
    assert (gap.since, gap.until, gap.kind) == (begin, begin + 90, GapKind.LOST)
    [service] = reader.services("alder")
    assert (service.failures, service.quality) == (0, Quality.GOOD)
    assert reader.services("alder", begin + 70)[0].quality is Quality.LOST


def test_lost_device_stays_lost_over_a_restart(
    path: Path, poll: Poll, writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.now()
    poll({"P": 1})
    clock.advance(40)
    writer.record(StationUpdate("alder", clock.now(), failures={SYSTEM: 3}))
    writer.close()
    clock.advance(100)
    second = Writer(path, clock)
    assert reader.snapshot("alder").series("system/0/P").quality is Quality.LOST
    values = ServiceReading("x", SYSTEM, clock.now(), {"P": Reading(1, clock.now())})
    second.record(StationUpdate("alder", clock.now(), [values]))
    second.close()
    kinds = [(gap.kind, gap.since - begin, gap.until) for gap in reader.gaps("alder", 0, clock.now())]
    assert kinds == [(GapKind.LOST, 0, begin + 140), (GapKind.COLLECTOR_DOWN, 40, begin + 140)]


def test_short_restart_is_no_downtime(path: Path, writer: Writer, reader: Reader, clock: ManualClock) -> None:
    writer.close()
    clock.advance(5)
    Writer(path, clock).close()
    assert reader.gaps("alder", 0, clock.now()) == []


def test_service_that_left_is_gone_then_and_back_later(
    poll: Poll, writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.now()
    service = "com.victronenergy.system.tty0"
    poll({"P": 1})
    for state, at in ((ServiceState.GONE, 10), (ServiceState.LIVE, 20)):
        clock.at = begin + at
        change = ServiceChange(service, SYSTEM, state, clock.now(), "left the bus")
        writer.record(StationUpdate("alder", clock.now(), service_changes=[change]))
        if state is ServiceState.GONE:
            assert reader.snapshot("alder").series("system/0/P").quality is Quality.GONE
    poll({"P": 1})
    assert quality_over_time(reader, [begin + s for s in (5, 10, 19, 20)]) == ["good", "gone", "gone", "good"]
    [gap] = reader.gaps("alder", 0, clock.now())
    assert (gap.kind, gap.since, gap.until, gap.device) == (GapKind.GONE, begin + 10, begin + 20, SYSTEM)
    assert reader.services("alder", begin + 15)[0].state is ServiceState.GONE


def test_service_that_hung_before_it_was_read_is_listed(writer: Writer, reader: Reader, clock: ManualClock) -> None:
    change = ServiceChange("x.battery", None, ServiceState.SET_ASIDE, clock.now(), "hung", clock.now() + 120)
    writer.record(StationUpdate("alder", clock.now(), service_changes=[change]))
    [row] = reader.services("alder")
    assert (row.service, row.key, row.state, row.retry_at) == ("x.battery", None, change.state, change.retry_at)
    assert reader.services("alder", clock.now() - 1) == []
    [gap] = reader.gaps("alder", 0, clock.now() + 1)
    assert (gap.kind, gap.reason, gap.until) == (GapKind.SET_ASIDE, "hung", None)


def test_slower_cadence_goes_stale_later_then_too(
    poll: Poll, writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.now()
    poll({"P": 1})
    writer.record(StationUpdate("alder", clock.now(), cadences={SYSTEM: 60.0}))
    clock.advance(150)
    poll({"P": 1})
    writer.record(StationUpdate("alder", clock.now(), cadences={SYSTEM: 10.0}))
    clock.advance(500)
    poll({"P": 1})
    assert quality_over_time(reader, [begin + s for s in (140, 179, 181)]) == ["good", "good", "stale"]
    assert [gap.since - begin for gap in reader.gaps("alder", 0, clock.now())] == [150]


def test_columns_of_a_chart_are_empty_where_nothing_was_received(
    poll: Poll, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.now()
    for value, pause_s in ((10, 20), (20, 20), (30, 200), (None, 20), (40, 10)):
        poll({"P": value})
        clock.advance(pause_s)
    columns = reader.buckets("alder", "system/0/P", begin, begin + 300, 15)
    assert columns[0] == Bucket(10, 10, 10, 10)
    assert columns[1] == Bucket(20, 20, 20, 20)
    assert columns[2:13] == [None] * 11
    assert columns[13] == Bucket(40, 40, 40, 40)
    assert columns[14] is None  # not yet
    wide = reader.buckets("alder", "system/0/P", begin, begin + 40, 1)
    assert wide == [Bucket(10, 15, 20, 20)]
    assert reader.buckets("alder", "system/0/None", begin, begin + 40, 2) == [None, None]
    assert reader.buckets("alder", "system/0/P", begin, begin + 40, 0) == []


def test_a_service_on_the_bus_that_gives_nothing_is_without_values_and_one_that_hung_unread_is_lost(
    writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    states = {"x.adc": ServiceState.LIVE, "x.battery": ServiceState.SET_ASIDE, "x.tank": ServiceState.GONE}
    changes = [ServiceChange(name, None, state, clock.now(), "") for name, state in states.items()]
    writer.record(StationUpdate("alder", clock.now(), service_changes=changes))
    found = {row.service: row.quality for row in reader.services("alder")}
    assert found == {"x.adc": Quality.ABSENT, "x.battery": Quality.LOST, "x.tank": Quality.GONE}


def test_service_that_hangs_again_is_set_aside_since_the_first_time(
    path: Path, writer: Writer, reader: Reader, clock: ManualClock
) -> None:
    begin = clock.now()
    for retry_s in (120, 240):
        change = ServiceChange("x.battery", None, ServiceState.SET_ASIDE, clock.now(), "hung", clock.now() + retry_s)
        writer.record(StationUpdate("alder", clock.now(), service_changes=[change]))
        writer.close()
        clock.advance(retry_s)
        writer = Writer(path, clock)
    [row] = reader.services("alder")
    assert (row.since, row.retry_at) == (begin, begin + 360)
    assert reader.services("alder", begin + 60)[0].retry_at == begin + 120
    back = ServiceChange("x.battery", None, ServiceState.LIVE, clock.now())
    writer.record(StationUpdate("alder", clock.now(), service_changes=[back]))
    writer.close()
    assert reader.services("alder")[0].since == begin + 360
    aside = [gap for gap in reader.gaps("alder", 0, clock.now()) if gap.kind is GapKind.SET_ASIDE]
    assert [(gap.since, gap.until) for gap in aside] == [(begin, begin + 360)]


def test_the_past_knows_when_a_device_was_read_where_that_changed_something(
    writer: Writer, reader: Reader, clock: ManualClock, poll: Poll, path: Path
) -> None:
    begin = clock.now()
    moments = []
    for value in range(30):
        writer.record(
            StationUpdate(
                "alder", clock.now(), [service_reading("system/0", {"P": value}, clock.now())],
                cadences={DeviceKey("system", "0"): 600.0},
            )
        )  # fmt: skip
        moments.append(clock.now())
        clock.advance(400 if value % 2 else 300)
    clock.advance(4 * 3600)

    def read_at(as_of: float) -> float | None:
        device = reader.snapshot("alder", as_of).device("system")
        return device.read_at if device is not None else None

    for _ in range(2):
        assert [read_at(moment + 250) for moment in moments[:-1]] == moments[:-1]
        assert [row.read_at for row in reader.services("alder", moments[3] + 250)] == [moments[3]]
        upkeep(path, clock)
    assert reader.db.conn.execute("SELECT count(*) FROM hot WHERE at < ?", (begin + 3600,)).fetchone() == (0,)


def test_columns_of_the_past_know_nothing_of_later(reader: Reader, clock: ManualClock, poll: Poll) -> None:
    begin = clock.now()
    for value in (1, 2, 3, 4):
        poll({"P": value})
        clock.advance(10)

    columns = reader.buckets("alder", "system/0/P", begin, begin + 40, 2, as_of=begin + 15)

    assert columns[0] is not None and columns[1] is None
    assert (columns[0].high, columns[0].last) == (2, 2)
    assert columns == reader.buckets("alder", "system/0/P", begin, begin + 40, 2, as_of=begin + 15)
    assert reader.buckets("alder", "system/0/P", begin, begin + 40, 2, as_of=begin + 5)[0] == Bucket(1, 1, 1, 1)
