"""A damaged store gives back every row that can be read, whichever page is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.exhaustive import enough
from tests.store.conftest import NOON, service_reading

from victron_console.model.clock import ManualClock
from victron_console.store.connection import open_writable
from victron_console.store.errors import LeaseHeld, StoreDamaged, StoreMissing
from victron_console.store.files.salvage import salvage
from victron_console.store.files.set_aside import set_aside, stores_set_aside
from victron_console.store.lease import Lease
from victron_console.store.operator.jobs import add_job
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.sealed.seal import seal_step
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

PAGE = 4096
SERIES = [f"battery/{device}/{path}" for device in (1, 2) for path in ("Soc", "Dc/0/Voltage")]
Histories = dict[str, list[tuple[float, float | None]]]


def live(path: Path, clock: ManualClock, polls: int) -> None:
    """Record polls of two batteries, ten seconds apart, and a line of the log with each tenth."""
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", "Alder")])
        updates = []
        for number in range(polls):
            clock.advance(10)
            at = clock.now()
            values = {"Soc": number % 97 / 2, "Dc/0/Voltage": 50 + number % 31 / 10}
            readings = [service_reading(f"battery/{device}", values, at) for device in (1, 2)]
            events = [Event(at, "alder", "test", f"poll {number} at {at}")] if number % 10 == 0 else []
            updates.append(StationUpdate("alder", at, readings, events=events))
        writer.record_all(updates)
        add_job(writer.db, "alder", f"look at it at {clock.now()}", now=clock.now(), who="me")


def histories(path: Path, clock: ManualClock) -> Histories:
    with closing(Reader(path, clock)) as reader:
        return {
            name: [(point.at, point.number) for point in reader.history("alder", name, NOON, clock.now())]
            for name in SERIES
        }


def pages(path: Path) -> int:
    return path.stat().st_size // PAGE


def lose(path: Path, page: int) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(bytes(PAGE))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def lived(path: Path, clock: ManualClock) -> Path:
    live(path, clock, 1500)
    with closing(open_writable(path)) as db:
        while seal_step(db, clock.now()):
            pass
    return path


@pytest.mark.slow
def test_sound_store_comes_back_whole_with_what_was_recorded_since(lived: Path, clock: ManualClock) -> None:
    before = histories(lived, clock)
    then = clock.now()
    aside = set_aside(lived, clock.now())
    live(lived, clock, 50)
    since = histories(lived, clock)
    done = salvage(aside, lived, clock)
    assert done.lost == {}
    after = histories(lived, clock)
    for name in SERIES:
        assert [point for point in after[name] if point[0] <= then] == before[name]
        assert [point for point in after[name] if point[0] > then] == [p for p in since[name] if p[0] > then]
    with closing(Reader(lived, clock)) as reader:
        assert verify(reader.db).faults == []
        texts = [event.text for event in reader.events(0, clock.now(), kinds=["test"], limit=1000)]
        assert len(texts) == len(set(texts)) == 155
        assert reader.jobs()
    assert stores_set_aside(lived) == []
    assert sorted(file.name for file in lived.parent.iterdir() if "recovered" in file.name) == []
    live(lived, clock, 5)  # and it can be written on


@pytest.mark.slow
def test_whichever_page_is_lost_the_rest_comes_back(lived: Path, clock: ManualClock) -> None:
    whole = lived.read_bytes()
    before = histories(lived, clock)
    kept = []
    refused = 0
    for page in range(1, len(whole) // PAGE, enough(5, 1)):
        lived.write_bytes(whole)
        lose(lived, page)
        aside = set_aside(lived, clock.now())
        try:
            salvage(aside, lived, clock)
        except StoreDamaged:
            refused += 1
            aside.unlink()
            continue
        with closing(Reader(lived, clock)) as reader:
            assert not any(fault.startswith("table ") for fault in verify(reader.db).faults)
            known = reader.station("alder") is not None
        after = histories(lived, clock) if known else {}
        for name, points in after.items():
            assert set(points[1:]) <= set(before[name])
        kept.append(sum(map(len, after.values())) / sum(map(len, before.values())))
        for file in lived.parent.iterdir():
            file.unlink()
    assert refused <= enough(1, 5)  # the pages of the list of tables
    whole_again = sum(share == 1 for share in kept) / len(kept)
    assert whole_again > 0.5, kept
    assert sorted(kept)[len(kept) // 4] > 0.5, kept


@pytest.mark.slow
def test_flipped_bits_in_what_is_json_cost_no_more_than_their_rows(lived: Path, clock: ManualClock) -> None:
    live(lived, clock, 20)
    with closing(sqlite3.connect(lived)) as conn, conn:
        events = conn.execute("SELECT count(*) FROM event").fetchone()[0]
        conn.execute("UPDATE event SET details = '{:' WHERE id = 1")
        conn.execute("UPDATE hot SET body = substr(body, 2) WHERE id = (SELECT max(id) - 3 FROM hot)")
        conn.execute("UPDATE station SET info = '{', tags = '['")
    done = salvage(set_aside(lived, clock.now()), lived, clock)
    assert done.lost == {"event": "1 rows that cannot be decoded", "hot": "1 rows that cannot be decoded"}
    assert done.rows["event"] == events - 1
    live(lived, clock, 5)
    with closing(Reader(lived, clock)) as reader:
        assert verify(reader.db).faults == []


@pytest.mark.slow
def test_salvage_waits_for_no_collector_and_changes_nothing_while_one_runs(lived: Path, clock: ManualClock) -> None:
    aside = set_aside(lived, clock.now())
    live(lived, clock, 5)
    names = sorted(file.name for file in lived.parent.iterdir())
    with Lease(lived, clock), pytest.raises(LeaseHeld):
        salvage(aside, lived, clock)
    assert sorted(file.name for file in lived.parent.iterdir() if file.suffix != ".lease") == names


def test_file_that_is_none_is_said(path: Path, clock: ManualClock) -> None:
    with pytest.raises(StoreMissing, match="moved aside"):
        salvage(path.with_name("no.db"), path, clock)
    assert not path.exists()
    with closing(sqlite3.connect(path.with_name("other.db"))) as conn:
        conn.execute("CREATE TABLE t (a)")
