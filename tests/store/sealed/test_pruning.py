"""What is given up is what was asked, the oldest first; hours stay, the log tells of it, and a crash breaks nothing."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from tests.exhaustive import enough
from tests.store.crashes import run_until

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.service import ServiceReading
from victron_console.store.connection import open_writable
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.sealed.prune import prune_steps, used_bytes
from victron_console.store.sealed.retention import Pruned, Retention, Upkeep
from victron_console.store.sealed.upkeep import prune, upkeep
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 604_800
START = 1_763_596_800.0
"""A Thursday midnight UTC: the begin of a sealed week."""
WEEKS = 4
NOW = START + WEEKS * WEEK_S + 5 * DAY_S
CASES = enough(130, 400)
"""Of the steps at which it is broken off: one out of each stretch of as many."""
BUSY, CALM = "battery/0/Busy", "battery/0/Calm"
PLENTY = 2**40


def recorded(path: Path, seed: int) -> None:
    """Four weeks and some days of two devices: changes of every kind on busy and calm series, sealed and merged."""
    draw, clock = random.Random(seed), ManualClock(START)
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder")])
    cadences = {DeviceKey("battery", str(n)): 900.0 for n in range(2)}
    updates, calm = [], 0
    while clock.now() < NOW - DAY_S:
        at = clock.now()
        calm += draw.random() < 0.02
        values: dict[str, Scalar | Reading] = {
            "Busy": draw.choice([draw.randint(-50, 900), round(draw.random(), 2), None]),
            "Power": round(draw.gauss(0, 900), 1),
            "Doubt": Reading(7, at, Quality.IMPLAUSIBLE, "out of range") if draw.random() < 0.01 else 3,
            "Calm": calm,
            "Text": f"state {calm % 7}",
        }
        readings = {p: v if isinstance(v, Reading) else Reading(v, at) for p, v in values.items()}
        services = [ServiceReading(f"x.{key}", key, at, readings) for key in cadences]
        updates.append(StationUpdate("alder", at, services, cadences=cadences))
        clock.advance(900)
    writer.record_all(updates)
    writer.close()
    kept = upkeep(path, ManualClock(NOW), free=lambda _: PLENTY)
    assert kept.trouble == ""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "store.db"
    recorded(path, seed=3)
    return path


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "store.db"
    path.write_bytes(original.read_bytes())
    yield path


def turn(path: Path, retention: Retention, *, now: float = NOW, free: int = PLENTY) -> Upkeep:
    return upkeep(path, ManualClock(now), free=lambda _: free, retention=retention)


def pruned_weeks(path: Path) -> list[float]:
    """The weeks, counted from the first, whose changes were given up."""
    with closing(sqlite3.connect(path)) as conn:
        rows = conn.execute("SELECT DISTINCT period FROM chunk JOIN block ON chunk_no = no WHERE body IS NULL")
        return sorted((period - START) / WEEK_S for (period,) in rows)


def log_lines(path: Path) -> list[str]:
    with closing(Reader(path, ManualClock(NOW))) as reader:
        return [event.text for event in reader.events(0, 1e12) if "given up" in event.text]


def history(path: Path, series: str) -> list[tuple[float, Scalar]]:
    with closing(Reader(path, ManualClock(NOW))) as reader:
        return [(p.at, p.value) for p in reader.history("alder", series, START, NOW) if p.quality is Quality.GOOD]


def recent(points: list[tuple[float, Scalar]]) -> list[tuple[float, Scalar]]:
    return [point for point in points if point[0] > START + 2 * WEEK_S]


@pytest.mark.slow
def test_without_a_setting_everything_is_kept(store: Path) -> None:
    assert turn(store, Retention()).pruned == Pruned()
    assert (pruned_weeks(store), log_lines(store)) == ([], [])


@pytest.mark.slow
def test_changes_older_than_the_setting_go_by_the_week_and_hours_and_calm_series_stay(store: Path) -> None:
    with closing(Reader(store, ManualClock(NOW))) as reader:
        hours = reader.rollup("alder", BUSY, START, NOW)
        calm, text, busy = history(store, CALM), history(store, "battery/0/Text"), history(store, BUSY)
        done = turn(store, Retention(keep_s=2 * WEEK_S))
        assert reader.rollup("alder", BUSY, START, NOW) == hours
    assert pruned_weeks(store) == [0, 1]
    assert (history(store, CALM), history(store, "battery/0/Text")) == (calm, text)
    assert recent(history(store, BUSY)) == recent(busy)
    assert (done.pruned.until, log_lines(store)) == (
        START + 2 * WEEK_S,
        [
            f"{done.pruned.changes:,} changes from before 2025-12-04 were given up as [history] asks; "
            "their hourly figures stay"
        ],
    )
    assert turn(store, Retention(keep_s=2 * WEEK_S)).pruned == Pruned()
    assert len(log_lines(store)) == 1
    with closing(open_writable(store)) as db:
        assert verify(db).faults == []


@pytest.mark.slow
def test_above_the_size_the_oldest_weeks_go_and_no_more_than_needed(store: Path) -> None:
    with closing(open_writable(store)) as db:
        used = used_bytes(db.conn)
    assert turn(store, Retention(max_bytes=used)).pruned == Pruned()
    turn(store, Retention(max_bytes=used - 12_000))  # blocks smaller than a page: what goes must still free pages
    assert pruned_weeks(store) == [0, 1]
    with closing(open_writable(store)) as db:
        assert used_bytes(db.conn) <= used - 12_000
    turn(store, Retention(max_bytes=1))
    assert pruned_weeks(store) == [0, 1, 2, 3]


@pytest.mark.slow
def test_on_a_full_disk_nothing_is_sealed_but_what_makes_room_is_done(store: Path) -> None:
    done = turn(store, Retention(keep_s=WEEK_S), free=1000)
    assert "are free beside" in done.trouble
    assert pruned_weeks(store) == [0, 1, 2]


def test_a_clock_that_jumped_years_ahead_gives_up_at_most_the_week_that_was_next(store: Path) -> None:
    turn(store, Retention(keep_s=3 * WEEK_S), now=NOW + 3 * 365 * DAY_S)
    assert pruned_weeks(store) == [0, 1]


@pytest.mark.parametrize("keep_weeks", [1, 2, 3, 52])
def test_a_week_recorded_by_a_clock_years_ahead_costs_one_old_week_at_most(store: Path, keep_weeks: int) -> None:
    turn(store, Retention(keep_s=keep_weeks * WEEK_S))
    before = pruned_weeks(store)
    ahead = START + 300 * WEEK_S
    recorded_at(store, [ahead - 1800, ahead - 900, ahead + 60])
    turn(store, Retention(keep_s=keep_weeks * WEEK_S), now=ahead + 4 * HOUR_S)
    assert max_week(store) == 299
    turn(store, Retention(keep_s=keep_weeks * WEEK_S))  # the clock is right again
    assert len(pruned_weeks(store)) <= len(before) + 2  # one for the strange week, one for week 4, that now is over too


@pytest.mark.slow
@pytest.mark.parametrize("years", [-40, -5])
def test_a_clock_years_back_costs_no_week_recorded_by_a_right_one(store: Path, years: int) -> None:
    back = START + years * 52 * WEEK_S
    recorded_at(store, [back - 1800, back - 900, back + 60])
    turn(store, Retention(keep_s=4 * WEEK_S), now=back + 4 * HOUR_S)
    turn(store, Retention(keep_s=4 * WEEK_S))
    assert [week for week in pruned_weeks(store) if week >= 0] == []


def recorded_at(path: Path, moments: list[float]) -> None:
    clock = ManualClock(moments[0])
    with closing(Writer(path, clock)) as writer:
        for n, clock.at in enumerate(moments):
            key = DeviceKey("battery", "0")
            reading = ServiceReading(f"x.{key}", key, clock.at, {"Busy": Reading(n, clock.at)})
            writer.record(StationUpdate("alder", clock.at, [reading], cadences={key: 900.0}))


def max_week(path: Path) -> float:
    with closing(sqlite3.connect(path)) as conn:
        newest = conn.execute("SELECT max(period) FROM chunk WHERE level = 3").fetchone()[0]
    return float((newest - START) / WEEK_S)


def opened(path: Path) -> sqlite3.Connection:
    """A connection whose closing does not wait for the disk."""
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA synchronous = OFF")
    return conn


Place = tuple[int, int, int]
Row = tuple[object, ...]


def rows_of(path: Path) -> dict[Place, list[Row]]:
    """Every chunk and its blocks, byte for byte, by device, level and period."""
    found: dict[Place, list[Row]] = {}
    with closing(opened(path)) as conn:
        for device, level, period, *row in conn.execute(
            "SELECT device_no, level, period, c.crc, clock, c.since, c.until, series_no, b.since, b.until, changes, "
            "last, b.crc, rollup, body FROM chunk c JOIN block b ON chunk_no = no ORDER BY 1, 2, 3, series_no"
        ):
            found.setdefault((device, level, period), []).append(tuple(row))
    return found


@pytest.mark.slow
def test_a_crash_at_any_moment_leaves_each_week_whole_or_pruned_and_the_log_true(
    tmp_path: Path, original: Path
) -> None:
    path, cut = tmp_path / "case.db", tmp_path / "cut.db"
    work: Callable[[Database], None] = give_up_half
    every = 1
    total = run_until(original, path, cut, 10**9, work, every)
    before, after = rows_of(original), rows_of(path)
    given_up = {no for no in before if before[no] != after[no]}
    assert len(given_up) == 4
    assert total > CASES
    draw = random.Random(11)
    for case in range(CASES):
        step = draw.randrange(case * total // CASES, (case + 1) * total // CASES)
        run_until(original, path, cut, step, work, every)
        for broken in (path, cut):
            found = rows_of(broken)
            gone = {no for no in given_up if found[no] == after[no]}
            assert found == {no: (after if no in gone else before)[no] for no in before}, case
            with closing(opened(broken)) as conn:
                [told] = conn.execute("SELECT max(text) FROM event WHERE text LIKE '%given up%'").fetchone()
            changes = sum(changes_lost(after[no]) for no in gone)
            assert (told or "0 changes").startswith(f"{changes:,} changes"), case
        if case % 25 == 0:  # and it goes on from there
            with closing(open_writable(cut)) as db:
                db.conn.execute("PRAGMA synchronous = OFF")
                give_up_half(db)
                assert verify(db).faults == []
            assert rows_of(cut) == after, case


def give_up_half(db: Database) -> None:
    for step in prune_steps(db, NOW, START + 2 * WEEK_S, None, "by a test", Pruned()):
        step()


def changes_lost(rows: list[Row]) -> int:
    return sum(int(str(row[7])) for row in rows if row[-1] is None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_recorded_what_is_not_given_up_is_as_before(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "store.db"
    recorded(path, seed)
    calm, busy = history(path, CALM), history(path, BUSY)
    done, _ = prune(path, ManualClock(NOW), Retention(keep_s=NOW - START - 2 * WEEK_S))
    assert done.changes > 0
    assert history(path, CALM) == calm
    assert recent(history(path, BUSY)) == recent(busy)
