"""Nothing that was stored is lost, whatever happens while it is sealed, merged, or written beside that."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database
from tests.exhaustive import enough
from tests.store.crashes import run_until

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.service import ServiceReading
from victron_console.store.answers import Point
from victron_console.store.connection import open_writable
from victron_console.store.errors import StoreFull
from victron_console.store.files.export import export
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.sealed import chunks
from victron_console.store.sealed.merge import due, merge_step
from victron_console.store.sealed.seal import Outrun, seal_step
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

START = 1_763_899_200.0
HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 604_800
LATER = START + 4 * WEEK_S

Histories = dict[str, list[Point]]


def made(path: Path, *, polls: int, step_s: float, devices: int = 2, seed: int = 1) -> None:
    """A store with numbers, absences, doubts and changes of type on some devices."""
    draw = random.Random(seed)
    clock = ManualClock(START)
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder")])
    updates = []
    for _ in range(polls):
        services = []
        for n in range(devices):
            at = round(clock.now() + n * 0.1, 3)
            values: dict[str, Scalar | Reading] = {
                "P": draw.randint(-50, 900),
                "V": round(52 + draw.random(), 2),
                "Flips": draw.choice([1, 1.5, None, 7.0]),
                "Odd": Reading(draw.randint(0, 3), at, Quality.IMPLAUSIBLE, "out of range")
                if draw.random() < 0.1
                else 3,
            }
            readings = {p: v if isinstance(v, Reading) else Reading(v, at) for p, v in values.items()}
            services.append(ServiceReading(f"x.{n}", DeviceKey("battery", str(n)), at, readings))
        cadences = {service.key: step_s for service in services}
        updates.append(StationUpdate("alder", clock.now(), services, cadences=cadences))
        clock.advance(step_s)
    writer.record_all(updates)
    writer.close()


def histories(path: Path, now: float = LATER) -> Histories:
    with closing(Reader(path, ManualClock(now))) as reader:
        return {row.name: reader.history("alder", row.name, 0.0, 1e12) for row in reader.series("alder")}


def kept_up(db: Database, now: float = LATER) -> None:
    while seal_step(db, now, rows=60):
        pass
    while found := due(db.conn, now):
        merge_step(db, *found[0], now)


@pytest.mark.slow
def test_a_crash_at_any_moment_loses_nothing_and_the_files_open_as_they_were_then(tmp_path: Path) -> None:
    original = tmp_path / "original.db"
    made(original, polls=12, step_s=8 * HOUR_S, devices=1)  # over the end of a week
    recorded = histories(original)
    total = run_until(original, tmp_path / "whole.db", tmp_path / "unused.db", 10**9, _seal_and_merge)
    assert histories(tmp_path / "whole.db") == recorded
    assert total > 100
    for case in range(0, total, enough(3, 1)):
        path, cut = tmp_path / "case.db", tmp_path / "cut.db"
        run_until(original, path, cut, case, _seal_and_merge)
        assert histories(path) == recorded, case
        assert histories(cut) == recorded, case
        if case % 30 == 0:  # and it goes on from there
            with closing(open_writable(cut)) as db:
                db.conn.execute("PRAGMA synchronous = OFF")
                kept_up(db)
                assert verify(db).faults == []
            assert histories(cut) == recorded, case


def _seal_and_merge(db: Database) -> None:
    kept_up(db, START + 3 * DAY_S)  # hours and days, as their week is not over
    kept_up(db)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "sealed.db"
    made(path, polls=600, step_s=1200.0)
    with closing(open_writable(path)) as db:
        kept_up(db)
    yield path


@pytest.mark.slow
def test_a_damaged_block_costs_its_time_and_nothing_else(sealed: Path) -> None:
    before = histories(sealed)
    with closing(sqlite3.connect(sealed)) as conn, conn:
        number, body, since, until = conn.execute(
            "SELECT b.id, body, since, until FROM block b JOIN series s ON s.no = series_no "
            "JOIN device d ON d.no = device_no WHERE path = 'V' AND instance = '0' ORDER BY since LIMIT 1"
        ).fetchone()
        conn.execute("UPDATE block SET body = ? WHERE id = ?", (body[:-1] + bytes([body[-1] ^ 0xFF]), number))
    after = histories(sealed)
    name = "battery/0/V"
    assert {series for series in before if before[series] != after[series]} == {name}
    assert [p for p in after[name] if p.at > until] == [p for p in before[name] if p.at > until]
    [lost] = [p for p in after[name] if since <= p.at < until]
    assert (lost.value, lost.quality) == (None, Quality.IMPLAUSIBLE)
    with closing(Reader(sealed, ManualClock(LATER))) as reader:
        assert reader.snapshot("alder", since + 60).series(name).quality is Quality.IMPLAUSIBLE
        assert reader.buckets("alder", name, until, until + DAY_S, 4)[0] is not None


def test_a_damaged_block_is_set_aside_when_its_day_is_merged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    made(path, polls=60, step_s=600.0)
    before = histories(path)
    with closing(open_writable(path)) as db:
        while seal_step(db, START + DAY_S):  # as long as its week lasts, hours are chunks of their own
            pass
        db.conn.execute("UPDATE block SET body = x'00' WHERE id = (SELECT min(id) FROM block WHERE series_no = 1)")
        db.conn.execute("UPDATE chunk SET clock = x'00' WHERE no = (SELECT max(no) FROM chunk)")
    done = upkeep(path, ManualClock(LATER), free=lambda _: 2**40)
    after = histories(path)
    assert done.damaged > 1
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("SELECT count(*) FROM damaged WHERE length(body) > 0").fetchone()[0] == done.damaged
        assert verify(Database(conn)).faults == []
    for name, points in after.items():
        assert set(points[1:]) <= set(before[name])


def test_two_sealers_at_once_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    made(path, polls=50, step_s=600.0)
    before = histories(path)
    build = chunks.build

    def outrun(*given: object) -> object:
        monkeypatch.setattr(chunks, "build", build)
        with closing(open_writable(path)) as other:
            kept_up(other)
        return build(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(chunks, "build", outrun)
    with closing(open_writable(path)) as db, pytest.raises(Outrun):
        seal_step(db, LATER)
    assert histories(path) == before


def test_on_a_full_disk_nothing_is_sealed_and_recording_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    made(path, polls=400, step_s=600.0)
    before = histories(path)
    with closing(open_writable(path)) as db:
        pages = db.conn.execute("PRAGMA page_count").fetchone()[0]
        db.conn.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreFull):
            kept_up(db, START + 3 * DAY_S)
    assert histories(path) == before
    done = upkeep(path, ManualClock(LATER), free=lambda _: 1000)
    assert "are free beside" in done.trouble
    assert done.rows == 0
    clock = ManualClock(LATER)
    writer = Writer(path, clock)
    reading = ServiceReading("x.0", DeviceKey("battery", "0"), clock.now(), {"P": Reading(5000, clock.now())})
    writer.record(StationUpdate("alder", clock.now(), [reading]))
    writer.close()
    assert histories(path)["battery/0/P"][-1].value == 5000


Poll = tuple[float, int, str, Scalar]
jumps = st.sampled_from([10.0, 10.0, 10.0, 600.0, 0.0, -7200.0, 10_800.0, -45.0, 4e8, 700_000.0])
values = st.sampled_from([0, 1, 1.0, 12.25, -3, None, 2**60, "text"])
polls = st.lists(st.tuples(jumps, st.integers(0, 59), st.sampled_from(["P", "Q"]), values), min_size=2, max_size=25)


@pytest.mark.slow
@settings(max_examples=enough(40, 100))
@given(polls, st.data())
def test_clock_jumps_late_and_repeated_samples_all_stay(
    tmp_path_factory: pytest.TempPathFactory, sequence: list[Poll], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("jumps") / "store.db"
    clock = ManualClock(START)
    with closing(Writer(path, clock)) as writer:  # an example may be given up in the middle
        writer.register([StationRecord("alder", "Alder")])
        stored: dict[str, list[tuple[float, Scalar]]] = {}
        held: dict[str, dict[str, Scalar]] = {}
        for pause_s, device, path_name, value in sequence:
            clock.advance(pause_s)
            key = DeviceKey("battery", str(device))
            own = held.setdefault(str(key), {"P": 0, "Q": 0})
            if own[path_name] != value or type(own[path_name]) is not type(value):
                stored.setdefault(key.series(path_name), []).append((clock.now(), value))
            own[path_name] = value
            readings = {name: Reading(v, clock.now()) for name, v in own.items()}
            writer.record(StationUpdate("alder", clock.now(), [ServiceReading(f"x.{key}", key, clock.now(), readings)]))
            if data.draw(st.integers(0, 4)) == 0:
                with closing(open_writable(path)) as db:
                    kept_up(db, clock.now() + data.draw(st.sampled_from([3 * HOUR_S, 9 * DAY_S, 4e9])))
    with closing(open_writable(path)) as db:
        kept_up(db, 1e10)
        assert verify(db).faults == []
        assert db.conn.execute("SELECT count(*) FROM hot").fetchone()[0] == 0
    found = histories(path, 1e10)
    for name, changes in stored.items():
        there = {(p.at, type(p.value), p.value) for p in found[name]}
        missing = [change for change in changes if (change[0], type(change[1]), change[1]) not in there]
        # Two values of one moment: the later one holds, a text and a number are kept apart.
        assert all(any(at == other for other, _ in changes if (other, _) != (at, v)) for at, v in missing), name


@pytest.mark.slow
def test_sealed_columns_are_those_of_the_changes(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    made(path, polls=3000, step_s=120.0, devices=1)
    now = START + 5 * DAY_S

    def columns(reader: Reader) -> list[Callable[[], object]]:
        return [
            lambda: reader.buckets("alder", "battery/0/P", START - HOUR_S, START + 4 * DAY_S, 31),
            lambda: reader.buckets("alder", "battery/0/V", START, START + DAY_S, 200),
            lambda: reader.integral("alder", "battery/0/P", START + 100, START + 2 * DAY_S),
            lambda: reader.rollup("alder", "battery/0/V", START, START + 2 * DAY_S),
        ]

    with closing(Reader(path, ManualClock(now))) as reader:
        fine = [ask() for ask in columns(reader)]
        with closing(open_writable(path)) as db:
            kept_up(db)
            assert db.conn.execute("SELECT count(*) FROM block WHERE rollup IS NOT NULL").fetchone()[0]
        coarse = [ask() for ask in columns(reader)]
    assert coarse[1:3] == fine[1:3]
    for one, other in zip(fine[0] + fine[3], coarse[0] + coarse[3], strict=True):  # type: ignore[operator]
        assert (one is None) == (other is None)
        if one is not None:
            assert other.mean == pytest.approx(one.mean, abs=30)
            assert other.low <= one.low
            assert other.high >= one.high


@pytest.mark.slow
def test_ten_years_are_drawn_of_three_days(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    made(path, polls=300, step_s=864.0, devices=1)
    with closing(open_writable(path)) as db:
        kept_up(db)
    now = START + 3 * DAY_S
    with closing(Reader(path, ManualClock(now))) as reader:
        columns = reader.buckets("alder", "battery/0/P", now - 10 * 365 * DAY_S, now, 500)
        assert [column is None for column in columns] == [True] * 499 + [False]
        assert len(reader.rollup("alder", "battery/0/P", now - 10 * 365 * DAY_S, now)) <= 73


def test_ten_years_after_three_days_are_exported_whole_and_in_few_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    made(path, polls=300, step_s=864.0, devices=1)
    now = START + 3650 * DAY_S
    with closing(open_writable(path)) as db:
        kept_up(db, now)
        assert verify(db).faults == []
    recorded = histories(path, now)
    reads = 0
    with closing(Reader(path, ManualClock(now))) as reader:
        history = reader.history

        def counted(station: str, series: str, since: float, until: float) -> list[Point]:
            nonlocal reads
            reads += 1
            return history(station, series, since, until)

        monkeypatch.setattr(reader, "history", counted)
        rows = [row for row in export(reader, ["alder"], ["battery/0/P"], 0, now) if row.quality is not Quality.LOST]
        assert reads < 140
        assert len(list(export(reader, ["alder"], ["battery/0/P"], 0, now, 30 * DAY_S))) == 122
    assert [(row.at, row.value) for row in rows] == [(p.at, p.value) for p in recorded["battery/0/P"]]
