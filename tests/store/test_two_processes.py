"""What holds when more than one connection or process is at the store, or one dies."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.store.connection import open_writable, transaction
from victron_console.store.operator.wanted import WantedKind
from victron_console.store.operator.wishes import focus, open_for_operator, pin, unpin
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]

WRITE_UNTIL_KILLED = """
import sys
from pathlib import Path
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer
clock = ManualClock(1000.0)
writer = Writer(Path(sys.argv[1]), clock)
writer.register([StationRecord("alder", "Alder")])
for i in range(1_000_000):
    readings = {f"P{n}": Reading(i + n, clock.now()) for n in range(20)}
    reading = ServiceReading("x", DeviceKey("system", "0"), clock.now(), readings)
    writer.record(StationUpdate("alder", clock.now(), [reading]))
    print(i, flush=True)
    clock.advance(10)
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [1, 60, 450])
def test_kill_loses_nothing_that_was_acknowledged(path: Path, after: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        said = [int(other.stdout.readline()) for _ in range(after)]
        other.kill()
        said += [int(line) for line in other.stdout.read().split("\n")[:-1]]
    clock = ManualClock(1000.0 + 10 * said[-1])
    writer = Writer(path, clock)
    assert writer.db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    reader = Reader(path, clock)
    values = [point.value for point in reader.history("alder", "system/0/P0", 0, 1e12)]
    assert values in ([*said], [*said, said[-1] + 1])  # the last one may have been written and not yet said
    reader.close()
    writer.close()


READ_AND_CLOSE = """
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    print(db.execute("SELECT count(*) FROM event").fetchone()[0])
db.close()
"""


def test_what_is_written_after_another_process_closed_the_store_is_seen_where_a_reader_was_there_first(
    path: Path, clock: ManualClock
) -> None:
    Writer(path, clock).close()
    with closing(Reader(path, clock)) as reader, closing(Writer(path, clock)) as writer:
        reader.stations()
        for count in (1, 2, 3):
            writer.note([Event(clock.now(), None, "config", f"line {count}")])
            seen = subprocess.run(
                [sys.executable, "-c", READ_AND_CLOSE, str(path)], capture_output=True, text=True, check=True
            )
            assert int(seen.stdout) == count


def test_transaction_that_reads_first_never_fails_for_another_writer(path: Path, clock: ManualClock) -> None:
    Writer(path, clock).close()
    errors: list[Exception] = []

    def count_up() -> None:
        db = open_writable(path)
        try:
            for _ in range(50):
                with transaction(db):
                    before = db.conn.execute("SELECT revision FROM pulse").fetchone()[0]
                    db.conn.execute("UPDATE pulse SET revision = ?", (before,))
        except Exception as error:
            errors.append(error)
        finally:
            db.close()

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    reader = Reader(path, clock)
    assert reader.db.conn.execute("SELECT revision FROM pulse").fetchone()[0] == 151
    reader.close()


def test_reader_sees_one_state_while_the_writer_writes(path: Path, poll: Poll, clock: ManualClock) -> None:
    poll({"A": 0, "B": 0})
    torn: list[tuple[float | None, float | None]] = []
    looks = 0
    done = threading.Event()

    def look() -> None:
        nonlocal looks
        reader = Reader(path, clock)
        while not done.is_set() or not looks:
            snapshot = reader.snapshot("alder")
            pair = snapshot.number("system/0/A"), snapshot.number("system/0/B")
            looks += 1
            if pair[0] != pair[1]:
                torn.append(pair)
        reader.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for value in range(1, 150):
            poll({"A": value, "B": value})
    finally:
        done.set()
        thread.join()
    assert torn == []
    assert looks > 0


def test_changed_tells_of_every_commit_once(poll: Poll, reader: Reader, writer: Writer) -> None:
    assert reader.changed()
    assert not reader.changed()
    poll({"A": 1})
    assert reader.changed()
    assert not reader.changed()
    writer.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not reader.changed()


def test_operator_is_heard_at_once_and_ends_what_he_asked_for(
    path: Path, reader: Reader, writer: Writer, clock: ManualClock
) -> None:
    begin = clock.now()
    operator = open_for_operator(path)
    reader.changed()
    pin(operator, "alder", "battery/*/Soc", now=clock.now(), who="ann")
    focus(operator, "alder", 600, now=clock.now(), who="ann")
    pin(operator, "birch", "system/0/*", now=clock.now(), who="ann")
    assert reader.changed()
    kinds = [(wish.kind, wish.pattern, wish.until, wish.operator) for wish in reader.wanted("alder")]
    assert kinds == [(WantedKind.PIN, "battery/*/Soc", None, "ann"), (WantedKind.FOCUS, "", begin + 600, "ann")]
    assert len(reader.wanted()) == 3
    clock.advance(600)
    assert [wish.kind for wish in reader.wanted("alder")] == [WantedKind.PIN]
    unpin(operator, "alder", "battery/*/Soc", now=clock.now(), who="ann")
    focus(operator, "alder", 60, now=clock.now(), who="ann")
    focus(operator, "alder", 0, now=clock.now(), who="ann")
    assert reader.wanted("alder") == []
    assert len(reader.wanted("alder", as_of=begin + 1)) == 2
    operator.close()


def test_store_is_readable_by_plain_sql(path: Path, poll: Poll) -> None:
    poll({"Soc": 81.5, "Name": "pack"}, device="battery/258")
    with closing(sqlite3.connect(path)) as conn, conn:
        rows = conn.execute(
            "SELECT cls || '/' || instance || '/' || series.path, entry.value FROM hot, json_each(body) AS entry "
            "JOIN series ON series.no = entry.key JOIN device ON device.no = series.device_no"
        ).fetchall()
        texts = conn.execute("SELECT value FROM text_change").fetchall()
    conn.close()
    assert rows == [("battery/258/Soc", 81.5)]
    assert texts == [("pack",)]
