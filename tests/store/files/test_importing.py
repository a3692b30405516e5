"""What is exported comes back as it was: into an empty store, twice, before what is there, from a bundle."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.clock import ManualClock, iso_utc
from victron_console.model.device import DeviceKey
from victron_console.model.judgement import Judgement, PollMemory
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.service import ServiceReading
from victron_console.store.connection import open_writable
from victron_console.store.errors import ParquetMissing, StoreReadOnly
from victron_console.store.files.bundle import write_bundle
from victron_console.store.files.export import ExportRow, export, read_csv, write_csv
from victron_console.store.files.importing import import_file
from victron_console.store.files.output import completing
from victron_console.store.files.parquet import write_parquet
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationUpdate
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]
DAY_S = 86_400.0


def rows_of(path: Path, clock: ManualClock, station: str = "alder") -> list[ExportRow]:
    with closing(Reader(path, clock)) as reader:
        return list(export(reader, [station], ["*"], 0, clock.now()))


@pytest.fixture
def recorded(poll: Poll, writer: Writer, path: Path, clock: ManualClock) -> Path:
    """Twelve days with every kind of value, gaps and events."""
    for day in range(12):
        for value, pause_s in ((1, 10), (2.5, 10), (None, 100), ("text", 10), ("12", 10), ("", 10), (7.0, 0)):
            doubt = Reading(value, clock.now(), Quality.IMPLAUSIBLE, "out of range")
            poll({"P": value, "Fixed": 3, "Doubt": doubt if isinstance(value, float) else day})
            clock.advance(pause_s)
        clock.at += DAY_S
    writer.record(StationUpdate("alder", clock.now(), events=[Event(clock.now(), "alder", "grid", "lost", {"a": 1})]))
    writer.close()
    return path


def exported(path: Path, clock: ManualClock, to: Path) -> Path:
    with to.open("w", newline="") as file:
        write_csv(rows_of(path, clock), file)
    return to


def test_move_to_another_machine_loses_nothing(recorded: Path, tmp_path: Path, clock: ManualClock) -> None:
    source = exported(recorded, clock, tmp_path / "all.csv")
    target = tmp_path / "new.db"
    done = import_file(target, source, clock)
    assert done.stations == ["alder"]
    assert rows_of(target, clock) == rows_of(recorded, clock)
    import_file(target, source, clock)  # once more changes nothing
    assert rows_of(target, clock) == rows_of(recorded, clock)
    with closing(Reader(target, clock)) as new, closing(Reader(recorded, clock)) as old:
        for at in (clock.now() - 5 * DAY_S, clock.now() - 60):
            there = new.snapshot("alder", at).devices
            assert {key: d.readings.keys() for key, d in there.items()} == {
                key: d.readings.keys() for key, d in old.snapshot("alder", at).devices.items()
            }
        assert [s.value for s in new.series("alder")] == [s.value for s in old.series("alder")]


def test_older_history_is_taken_in_before_what_is_there(recorded: Path, tmp_path: Path, clock: ManualClock) -> None:
    rows = rows_of(recorded, clock)
    middle = clock.now() - 6 * DAY_S
    target = tmp_path / "new.db"
    for part in ([r for r in rows if r.at >= middle], [r for r in rows if r.at < middle]):
        file = tmp_path / "part.csv"
        with file.open("w", newline="") as lines:
            write_csv(part, lines)
        import_file(target, file, clock)
    good = {(r.series, r.at, r.value) for r in rows if r.quality is not Quality.LOST}
    found = {(r.series, r.at, r.value) for r in rows_of(target, clock)}
    assert {row for row in good if row not in found} == set()


HEAD = "time,station,series,value,quality\n"


def imported(target: Path, clock: ManualClock, rows: list[tuple[float, int | None]]) -> None:
    """Take in Soc by seconds before now, None where nothing was received."""
    source = target.with_suffix(".csv")
    said = [(iso_utc(clock.now() - back), ",lost" if value is None else f"{value},good") for back, value in rows]
    source.write_text(HEAD + "".join(f"{at},alder,battery/0/Soc,{value}\n" for at, value in said))
    import_file(target, source, clock)


def silences_of(target: Path, clock: ManualClock) -> list[tuple[float, float | None]]:
    """Their seconds before now."""
    with closing(open_writable(target)) as db:
        found = db.conn.execute("SELECT since, until FROM silence ORDER BY since").fetchall()
    return [(clock.now() - since, None if until is None else clock.now() - until) for since, until in found]


def test_a_window_in_which_nothing_was_received_leaves_the_gap_open(tmp_path: Path, clock: ManualClock) -> None:
    target = tmp_path / "new.db"
    imported(target, clock, [(20_000, 50), (18_000, None)])
    imported(target, clock, [(15_000, None)])
    assert silences_of(target, clock) == [(18_000, None)]
    imported(target, clock, [(9_000, 60), (8_000, 61)])
    assert silences_of(target, clock) == [(18_000, 9_000)]
    assert [row.value for row in rows_of(target, clock)] == [50, None, 60, 61, None]


@pytest.mark.parametrize("later", [[], [(9_000, 60), (8_000, 61)]])
def test_a_store_whose_gap_was_once_ended_at_infinity_is_healed(
    tmp_path: Path, clock: ManualClock, later: list[tuple[float, int | None]]
) -> None:
    target = tmp_path / "new.db"
    imported(target, clock, [(20_000, 50), (18_000, None)])
    if later:
        imported(target, clock, later)
    with closing(open_writable(target)) as db:
        db.conn.execute("UPDATE silence SET until = ?", (inf,))
        db.conn.commit()
    Writer(target, clock).close()
    assert silences_of(target, clock) == [(18_000, 9_000 if later else None)]


def test_a_device_lost_twice_over_has_one_gap_that_the_next_reading_ends(
    poll: Poll, writer: Writer, path: Path, clock: ManualClock
) -> None:
    poll({"P": 1})
    writer.close()
    with closing(open_writable(path)) as db:
        for after in (100, 200):
            db.conn.execute(
                "INSERT INTO silence (device_no, since, until) VALUES (1, ?, ?)", (clock.now() + after, inf)
            )
        db.conn.commit()
    clock.advance(1000)
    with closing(Writer(path, clock)) as healed:
        key = DeviceKey("system", "0")
        reading = ServiceReading("x", key, clock.now(), {"P": Reading(2, clock.now())})
        healed.record(StationUpdate("alder", clock.now(), [reading], cadences={key: 10.0}))
    assert silences_of(path, clock) == [(900, 0)]


def test_bundle_shows_somebody_elses_station(recorded: Path, tmp_path: Path, clock: ManualClock) -> None:
    bundle, target = tmp_path / "evidence.zip", tmp_path / "look.db"
    since = clock.now() - 3 * DAY_S
    with closing(Reader(recorded, clock)) as reader:
        write_bundle(reader, bundle, "alder", since, clock.now(), clock.now(), screen="FLEET")
        expected = list(export(reader, ["alder"], ["*"], since, clock.now()))
    with zipfile.ZipFile(bundle) as made:
        assert made.read("screen.txt") == b"FLEET"
    done = import_file(target, bundle, clock, station="theirs")
    assert done.events == 1
    first = {row.series: row.at for row in reversed(expected) if row.quality is not Quality.LOST}
    assert [(r.series, r.at, r.value) for r in rows_of(target, clock, "theirs")] == [
        (r.series, r.at, r.value)
        for r in expected
        if r.at >= first[r.series]  # before, nothing was known in it
    ]
    writer = Writer(target, clock)
    writer.register([])  # a collector without stations leaves it in view
    writer.close()
    with closing(Reader(target, clock)) as reader:
        [row] = reader.stations()
        assert (row.id, row.name, row.tags) == ("theirs", "Alder Farm", ("north",))
        assert [event.text for event in reader.events(0, clock.now())] == ["lost"]


def judged_at(path: Path, clock: ManualClock, station: str, at: float) -> Judgement | None:
    with closing(Reader(path, clock)) as reader:
        moment = reader.moment(station, at)
    assert moment is not None
    return moment.judgement


def test_bundle_carries_what_the_polls_were_judged_to_be(recorded: Path, tmp_path: Path, clock: ManualClock) -> None:
    now = clock.now()
    changes = [
        (now - 5 * DAY_S, Judgement()),
        (now - 4 * DAY_S, Judgement(signs_conflict=True)),
        (now - 2 * DAY_S, Judgement(imbalance_w=-310.0)),
        (now - DAY_S, Judgement(imbalance_w=0.0)),
    ]
    with closing(Writer(recorded, clock)) as writer:
        for at, judgement in changes:
            writer.record(StationUpdate("alder", at, overview=Overview(), memory=PollMemory(at, judgement=judgement)))
    since = now - 3 * DAY_S
    moments = [since, since + 60, *(at for at, _ in changes[2:]), now]
    told = [judged_at(recorded, clock, "alder", at) for at in moments]
    assert len(set(told)) == 3
    with closing(Reader(recorded, clock)) as reader:
        write_bundle(reader, tmp_path / "evidence.zip", "alder", since, now, now)
    for target, id_ in ((tmp_path / "look.db", "theirs"), (recorded, "alder")):  # and again where they are known
        import_file(target, tmp_path / "evidence.zip", clock, station=id_)
        assert [judged_at(target, clock, id_, at) for at in moments] == told
    assert judged_at(tmp_path / "look.db", clock, "theirs", since - 60) is None, "of before nothing is known"
    with closing(Reader(recorded, clock)) as reader:
        assert reader.judgements("alder", 0, now) == changes, "nothing was written twice"


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=8)
scalars = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | texts


@pytest.mark.slow
@given(st.lists(st.tuples(scalars, st.sampled_from(["", "out of range"])), min_size=1, max_size=20))
def test_every_value_comes_back_from_csv(values: list[tuple[Scalar, str]]) -> None:
    rows = [
        ExportRow(1.7e9 + n, "alder", "system/0/P", value, Quality.IMPLAUSIBLE if reason else Quality.GOOD, reason)
        for n, (value, reason) in enumerate(values)
    ]
    table = io.StringIO()
    write_csv(rows, table)
    back = list(read_csv(io.StringIO(table.getvalue())))
    assert back == rows
    assert [type(row.value) for row in back] == [type(row.value) for row in rows]


def test_parquet_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ParquetMissing, match=r"victron-console\[parquet\]"):
        write_parquet([], tmp_path / "x.parquet")


@pytest.mark.slow
def test_parquet_holds_every_row_with_its_type(recorded: Path, tmp_path: Path, clock: ManualClock) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = rows_of(recorded, clock)
    write_parquet(rows, tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    assert {field.name: field.type for field in table.schema} == {
        "time": arrow.timestamp("ms", "UTC"),
        **dict.fromkeys(("station", "series", "text", "quality", "reason"), arrow.string()),
        "value": arrow.float64(),
    }
    assert table.num_rows == len(rows) > 100
    for row, found in zip(rows, table.to_pylist(), strict=True):
        assert found["time"].timestamp() == row.at
        assert (found["station"], found["series"]) == (row.station, row.series)
        assert (found["value"], found["text"]) == (
            (None, row.value) if isinstance(row.value, str) else (row.value, None)
        )
        assert (found["quality"], found["reason"] or "") == (row.quality, row.reason)
    assert {"good", "absent", "implausible", "lost"} == set(table["quality"].to_pylist())


def test_a_file_that_cannot_be_written_is_said_and_no_part_of_it_stays(tmp_path: Path) -> None:
    with pytest.raises(StoreReadOnly, match="name another file"), completing(tmp_path / "no" / "x.csv") as unfinished:
        unfinished.write_text("x")
    with pytest.raises(StoreReadOnly, match="No space"), completing(tmp_path / "x.csv") as unfinished:
        unfinished.write_text("half")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []
    with completing(Path("/dev/null")) as unfinished:
        assert unfinished == Path("/dev/null")  # a device is written, not replaced by a file


ODD = [
    *("=1+1", "+49 30 1", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", '"quoted"', "a,b;c", "12", "1e5", "nan", "", " 7 "),
    *("é 漢 \U0001f50b", "None", "null", "'", "implausible: x", "1_000"),
]


def test_odd_texts_and_reasons_move_and_are_no_formulas_on_the_way(
    poll: Poll, path: Path, tmp_path: Path, clock: ManualClock
) -> None:
    for number, text in enumerate(ODD):
        poll({"Text": text, "Doubt": Reading(number, clock.now(), Quality.IMPLAUSIBLE, text or "?")})
        clock.advance(10)
    first, second, moved = tmp_path / "1.csv", tmp_path / "2.csv", tmp_path / "moved.db"
    import_file(moved, exported(path, clock, first), clock)
    assert exported(moved, clock, second).read_bytes() == first.read_bytes()
    with first.open(newline="") as file:
        assert not [cell for row in csv.reader(file) for cell in row if cell[:1] in tuple("=+@\t\r")]


def test_an_export_into_a_store_that_has_the_station_adds_what_is_new_and_changes_nothing_else(
    poll: Poll, writer: Writer, path: Path, tmp_path: Path, clock: ManualClock
) -> None:
    for value in range(5):
        poll({"P": value, "Name": f"pack {value}"})
        clock.advance(10)
    half = exported(path, clock, tmp_path / "half.csv")
    for value in range(5, 9):
        poll({"P": value, "Name": f"pack {value}"})
        clock.advance(10)
    writer.close()
    with closing(Reader(path, clock)) as reader:
        before, there = rows_of(path, clock), reader.station("alder")
    done = import_file(path, half, clock)
    assert (done.stations, done.gaps) == (["alder"], 0)
    assert rows_of(path, clock) == before
    with closing(Reader(path, clock)) as reader:
        assert reader.station("alder") == there
        assert reader.snapshot("alder").number("system/0/P") == 8
    with closing(open_writable(path)) as db:
        assert verify(db).faults == []


def test_a_device_that_ceased_to_change_was_still_read_until_the_export(
    poll: Poll, path: Path, tmp_path: Path, clock: ManualClock
) -> None:
    poll({"Steady": 1, "Odd": Reading(2, clock.now(), Quality.IMPLAUSIBLE, "one reason")}, device="battery/1")
    poll({"P": 1})
    for value in range(30):
        clock.advance(10)
        poll({"P": value})
        if value < 15:
            poll({"Steady": 1, "Odd": Reading(2, clock.now(), Quality.IMPLAUSIBLE, "one reason")}, device="battery/1")
    clock.advance(10)
    poll({"Steady": 1, "Odd": Reading(2, clock.now(), Quality.IMPLAUSIBLE, "another")}, device="battery/1")
    for value in range(30, 40):
        clock.advance(10)
        poll({"P": value})
        poll({"Steady": 1, "Odd": Reading(2, clock.now(), Quality.IMPLAUSIBLE, "another")}, device="battery/1")
    moved = tmp_path / "moved.db"
    import_file(moved, exported(path, clock, tmp_path / "all.csv"), clock)
    assert rows_of(moved, clock) == rows_of(path, clock)


def test_an_export_that_begins_in_a_gap_keeps_the_first_value_after_it_also_an_absent_one(
    poll: Poll, path: Path, tmp_path: Path, clock: ManualClock
) -> None:
    poll({"P": None})
    clock.advance(500)
    poll({"P": None})
    with closing(Reader(path, clock)) as reader, (tmp_path / "part.csv").open("w", newline="") as file:
        write_csv(export(reader, ["alder"], ["*"], clock.now() - 100, clock.now()), file)
    import_file(tmp_path / "moved.db", tmp_path / "part.csv", clock)
    assert [(row.at, row.quality) for row in rows_of(tmp_path / "moved.db", clock)][-1:] == [
        (clock.now(), Quality.ABSENT)
    ]
