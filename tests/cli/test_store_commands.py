"""`store …` on a store of three weeks, in this process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from victron_console.cli.main import victron_console
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.answers import Rollup
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

BATTERY = DeviceKey("battery", "1")
DAYS = 21
DAY_S = 86_400


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy and a quiet series, each five minutes for three weeks, sealed."""
    path = tmp_path_factory.mktemp("recorded") / "store.db"
    clock = ManualClock(SystemClock().now() - DAYS * DAY_S)
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder")])
    updates = []
    for value in range(DAYS * DAY_S // 300):
        readings = {"Busy": Reading(value * 7 % 101 / 10, clock.now()), "Quiet": Reading(value // 200, clock.now())}
        updates.append(StationUpdate("alder", clock.now(), [ServiceReading("x", BATTERY, clock.now(), readings)]))
        clock.advance(300)
    writer.record(StationUpdate("alder", updates[0].at, updates[0].services, cadences={BATTERY: 300.0}))
    writer.record_all(updates[1:])
    writer.close()
    assert run(path, "seal").exit_code == 0
    return path


@pytest.fixture
def store(recorded: Path, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(recorded)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
    yield path


def run(store: Path, *words: str) -> Result:
    return CliRunner().invoke(victron_console, ["--store", str(store), "store", *words])


def busy(store: Path) -> tuple[int, list[Rollup]]:
    """How many changes of the busy series are left, and its hours."""
    now = SystemClock().now()
    with closing(Reader(store, SystemClock())) as reader:
        assert len(reader.history("alder", "battery/1/Quiet", 0, now)) == DAYS * DAY_S // 300 // 200 + 1
        return (
            len(reader.history("alder", "battery/1/Busy", 0, now)),
            reader.rollup("alder", "battery/1/Busy", now - DAYS * DAY_S, now - DAY_S),
        )


@pytest.mark.slow
def test_stats_count_what_is_sealed(store: Path) -> None:
    found = json.loads(run(store, "stats", "--json").stdout)
    assert found["rows"]["chunk"] > 0
    assert found["rows"]["hot"] < 50
    assert "sqlite version" in run(store, "stats").stdout


@pytest.mark.slow
def test_stats_say_what_the_configuration_keeps(store: Path, tmp_path: Path) -> None:
    assert "changes are kept          for ever" in run(store, "stats").stdout
    file = tmp_path / "console.toml"
    file.write_text('[history]\nkeep_changes = "104w"\nmax_size = "20G"\n')
    said = run(store, "stats", "--config", str(file)).stdout
    assert "changes are kept          for 728 days, as far as 20,480 MB hold them" in said
    found = json.loads(run(store, "stats", "--json", "--config", str(file)).stdout)
    assert found["retention"] == {"keep_changes_s": 104 * 7 * DAY_S, "max_size_bytes": 20 * 2**30}


@pytest.mark.slow
def test_backup_is_the_same_history_and_overwrites_nothing(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    assert run(store, "backup", str(target)).exit_code == 0
    assert busy(target) == busy(store)
    again = run(store, "backup", str(target))
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert run(store, "backup", "--force", str(target)).exit_code == 0
    assert "make it first" in run(store, "backup", str(tmp_path / "no" / "copy.db")).stderr
    assert sorted(file.name for file in tmp_path.iterdir() if "part" in file.name) == []


@pytest.mark.slow
def test_verify_reads_everything_back_and_names_what_is_damaged(store: Path) -> None:
    well = run(store, "verify")
    assert well.exit_code == 0, well.output
    assert "read back" in well.stdout
    with closing(sqlite3.connect(store)) as conn, conn:
        number, body = conn.execute(
            "SELECT b.id, body FROM block b JOIN series ON no = series_no WHERE path = 'Busy' ORDER BY since LIMIT 1"
        ).fetchone()
        damaged = bytes([*body[:-3], body[-3] ^ 0x55, *body[-2:]])
        conn.execute("UPDATE block SET body = ? WHERE id = ?", (damaged, number))
    found = run(store, "verify")
    assert found.exit_code == 1
    assert "alder battery/1" in found.stderr
    assert "Busy: the checksum of a block does not fit" in found.stderr


@pytest.mark.slow
def test_verify_names_the_table_of_a_lost_page_and_never_fails_otherwise(store: Path) -> None:
    whole = store.read_bytes()
    named: set[str] = set()
    pages = len(whole) // 4096
    for page in sorted({*range(min(pages, 6)), *range(6, pages, max(1, pages // 24))}):
        store.write_bytes(whole[: page * 4096] + bytes(4096) + whole[(page + 1) * 4096 :])
        store.with_name(f"{store.name}-wal").unlink(missing_ok=True)
        done = run(store, "verify")
        assert done.exit_code in (0, 1)
        assert isinstance(done.exception, SystemExit | None), done.exception
        if done.exit_code == 1:
            assert done.stderr.startswith("Error: ")
            named.update(line.split()[1].rstrip(":") for line in done.stderr.splitlines() if "  table " in line)
    assert len(named) >= 5, named


def test_pruned_history_keeps_its_hours_and_what_is_recent(store: Path) -> None:
    changes, hours = busy(store)
    done = run(store, "prune", "--older-than", "5d", "--compact")
    assert done.exit_code == 0, done.output
    left, hours_left = busy(store)
    assert left < changes
    assert hours_left == hours
    assert run(store, "verify").exit_code == 0
    assert run(store, "prune").exit_code == 2


def test_pruning_by_size_takes_the_oldest_first_and_no_more_than_needed(store: Path) -> None:
    changes, hours = busy(store)
    assert run(store, "prune", "--max-size", "1G").stdout.startswith("0 changes")
    assert not run(store, "prune", "--max-size", "1K", "--compact").stdout.startswith("0 changes")
    left, hours_left = busy(store)
    assert left < changes
    assert hours_left == hours


@pytest.mark.slow
@pytest.mark.parametrize("size", ["20", "0", "20B", "20 G", "-20G", "all"])
def test_pruning_to_a_size_without_a_unit_is_refused_and_nothing_is_given_up(store: Path, size: str) -> None:
    before = busy(store)
    refused = run(store, "prune", "--max-size", size)
    assert refused.exit_code == 2
    assert "is no size: write 500M or 20G" in " ".join(refused.output.split())
    assert busy(store) == before


def test_a_second_sealer_is_refused(store: Path) -> None:
    from victron_console.store.sealed.upkeep import upkeep_lock

    with upkeep_lock(store):
        refused = run(store, "seal")
    assert refused.exit_code == 1
    assert "another process" in refused.stderr


def test_bundle_of_a_station_is_looked_at_elsewhere(store: Path, tmp_path: Path) -> None:
    bundle, elsewhere = tmp_path / "evidence.zip", tmp_path / "elsewhere.db"
    words = ["--store", str(store), "export", "--bundle", str(bundle), "--since", "3d"]
    assert CliRunner().invoke(victron_console, words).exit_code == 2  # it does not say of which station
    made = CliRunner().invoke(victron_console, [*words, "--station", "alder"])
    assert made.exit_code == 0, made.output
    taken = run(elsewhere, "import", str(bundle), "--as", "theirs")
    assert taken.exit_code == 0, taken.output
    assert "theirs: 2 series" in taken.stdout
    with closing(Reader(elsewhere, SystemClock())) as reader:
        assert [row.id for row in reader.stations()] == ["theirs"]
        assert len(reader.history("theirs", "battery/1/Busy", 0, SystemClock().now())) > 800


def test_rows_go_to_a_file_and_parquet_wants_one(store: Path, tmp_path: Path) -> None:
    words = ["--store", str(store), "export", "--since", "1d", "--every", "1h"]
    target = tmp_path / "rows.csv"
    assert CliRunner().invoke(victron_console, [*words, "--output", str(target)]).exit_code == 0
    assert 40 < len(target.read_text().splitlines()) < 60
    refused = CliRunner().invoke(victron_console, [*words, "--format", "parquet"])
    assert refused.exit_code == 2
    assert "--output" in refused.output
