"""The month that ships with the demonstration: whole, possible, ending now, and gone on with."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.exhaustive import enough

from victron_console.insight.overview.balance import BALANCED, BalanceVerdict, judge
from victron_console.model.clock import ManualClock
from victron_console.model.units import DAY_S
from victron_console.simulator.fleet import NAMED
from victron_console.simulator.past.opened import FILE, SPAN, open_past
from victron_console.simulator.simulated import SteppedFleet
from victron_console.store.migrations import MIGRATIONS
from victron_console.store.read.reader import Reader
from victron_console.store.sealed.codec import decoded, decoded_clock
from victron_console.store.sealed.verify import verify

pytestmark = pytest.mark.slow

NOWS = (1_798_000_000.0, 1_813_800_000.0, 1_830_004_330.0)
"""Winter, summer, and a time between two hours; morning, afternoon, night."""
Opened = tuple[Path, SteppedFleet, float]
COLUMNS = (
    "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name <> 'crc'"
)
OLD = re.compile(r"(?<![\w.])\d{10}(?![\w])|(?<![\w-])2020-\d\d-\d\d")


@pytest.fixture(scope="module", params=enough(NOWS[2:], NOWS))
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    store = tmp_path_factory.mktemp("past") / "demo.db"
    return store, open_past(store, len(NAMED), request.param), request.param


@pytest.fixture
def conn(opened: Opened) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(opened[0])) as open_store:
        yield open_store


def test_it_is_small_and_opens_as_a_store_of_the_present_version(conn: sqlite3.Connection) -> None:
    assert FILE.stat().st_size < 5_000_000
    assert conn.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_it_ends_now_and_has_no_gap(opened: Opened) -> None:
    store, fleet, now = opened
    assert fleet.at == now
    with closing(Reader(store, ManualClock(now))) as reader:
        rows = reader.stations()
        assert [row.id for row in rows] == sorted(spec.id for spec in NAMED)
        assert {row.read_at for row in rows} == {now}
        assert all(reader.gaps(row.id, now - 29 * DAY_S, now) == [] for row in rows)
        assert min(series.first_at for series in reader.series("alder-farm")) < now - 29 * DAY_S


def test_nothing_lies_in_the_future_and_nothing_at_the_date_of_its_making(
    conn: sqlite3.Connection, opened: Opened
) -> None:
    since, until = SPAN
    late, left = [], []
    for table, column in conn.execute(COLUMNS).fetchall():
        for (value,) in conn.execute(f'SELECT {column} FROM "{table}" WHERE {column} IS NOT NULL'):
            text = zlib.decompress(value).decode() if (table, column) == ("diagnosis", "body") else value
            if isinstance(value, int | float):
                left += [(table, column, value)] * (since <= value <= until)
                is_a_plan = (table, column) in (("latest", "value"), ("load_step", "until"))
                late += [(table, column, value)] * (opened[2] < value < 2e9 and not is_a_plan)
            elif isinstance(text, str):
                numbers = [found for found in OLD.findall(text) if "-" in found or since <= int(found) <= until]
                left += [(table, column, found) for found in numbers]
    assert left == []
    assert late == []


def test_sealed_values_and_moments_are_moved_too(conn: sqlite3.Connection, opened: Opened) -> None:
    since, until = SPAN
    clocks = [decoded_clock(clock) for (clock,) in conn.execute("SELECT clock FROM chunk")]
    assert all(clock[-1] <= opened[2] and clock[0] > opened[2] - 35 * DAY_S for clock in clocks)
    moments = "last GLOB '1[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'"
    for (body,) in conn.execute(f"SELECT body FROM block WHERE {moments}"):
        numbers = decoded(body).numbers
        assert not ((numbers >= since) & (numbers <= until)).any()


def test_the_store_reads_back_whole(opened: Opened) -> None:
    with closing(Reader(opened[0], ManualClock(opened[2]))) as reader, reader.at_once():
        assert verify(reader.db).faults == []


def test_nothing_in_it_is_impossible(conn: sqlite3.Connection, opened: Opened) -> None:
    assert conn.execute("SELECT count(*) FROM latest WHERE quality = 'implausible'").fetchone() == (0,)
    assert conn.execute("SELECT count(*) FROM judgement WHERE signs_conflict OR imbalance_w <> 0").fetchone() == (0,)
    said = conn.execute("SELECT text FROM event WHERE text LIKE '%implausible%'").fetchall()
    assert said == []
    with closing(Reader(opened[0], ManualClock(opened[2]))) as reader:
        flags = {row.id: set(row.overview.flags) for row in reader.stations() if row.overview and row.overview.flags}
    assert flags == {"tern-cottage": {"battery_bank"}}, "its second battery is off, which is told on purpose"


def test_energy_is_conserved_on_every_day_of_every_station(conn: sqlite3.Connection) -> None:
    """By the balance rule of the product itself."""
    sides: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for no, day, *figures in conn.execute(
        f"SELECT station_no, CAST(slot / 86400 AS INTEGER), {', '.join(BALANCED)} FROM overview5"
    ):
        grid, genset, pv, other, load, dc_load, battery = (figure or 0.0 for figure in figures)
        came = max(0.0, grid) + genset + pv + other + max(0.0, -battery)
        went = max(0.0, -grid) + load + dc_load + max(0.0, battery)
        sides[no, day].append((came, went))
    whole = {key: day for key, day in sides.items() if len(day) == 288}
    assert len(whole) >= 29 * len(NAMED)
    verdicts = {
        key: judge(sum(came for came, _ in day) / 288, sum(went for _, went in day) / 288) for key, day in whole.items()
    }
    assert {
        key for key, verdict in verdicts.items() if verdict not in (BalanceVerdict.BALANCED, BalanceVerdict.IDLE)
    } == set()


def test_the_live_stations_go_on_without_a_jump(conn: sqlite3.Connection, opened: Opened) -> None:
    store, fleet, now = opened
    with closing(Reader(store, ManualClock(now))) as reader:
        before = {station.spec.id: reader.snapshot(station.spec.id, now - 900.0) for station in fleet.stations}
    for station in fleet.stations:
        shown = station.services()["com.victronenergy.system"]["Dc/Battery/Soc"]
        assert shown == pytest.approx(before[station.spec.id].number("system/0/Dc/Battery/Soc"), abs=9.0)
        charged, at = station.plant.counters.charged_kwh, station.at
        station.step_to(at + 60.0)
        assert 0.0 <= station.plant.counters.charged_kwh - charged < 1.0
        assert station.services()["com.victronenergy.platform"]["Device/Time"] == int(at + 60.0)
        soc = station.services()["com.victronenergy.system"]["Dc/Battery/Soc"]
        assert soc == pytest.approx(shown, abs=1.5)


def test_fewer_stations_are_the_first_ones(tmp_path: Path) -> None:
    fleet = open_past(tmp_path / "demo.db", 3, NOWS[0])
    with closing(Reader(tmp_path / "demo.db", ManualClock(NOWS[0]))) as reader:
        assert [row.id for row in reader.stations()] == [station.spec.id for station in fleet.stations]
        assert len(fleet.stations) == 3
