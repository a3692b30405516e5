"""What somebody sends is refused with a sentence, before it costs memory, disk or the sight of the other stations."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from victron_console.model.clock import ManualClock
from victron_console.model.reading import Reading
from victron_console.store.alarms.engine_rows import kept_alerts
from victron_console.store.connection import open_writable
from victron_console.store.errors import LeaseHeld, UnreadableImport
from victron_console.store.files import import_places
from victron_console.store.files.bundle import write_bundle
from victron_console.store.files.export import MOST_ROW
from victron_console.store.files.importing import import_file
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

Poll = Callable[..., None]
HEAD = "time,station,series,value,quality\n"
ROW = "2025-11-23T12:00:00.000Z,alder,system/0/P,1,good\n"


@pytest.fixture
def parts(poll: Poll, writer: Writer, path: Path, tmp_path: Path, clock: ManualClock) -> dict[str, bytes]:
    """The files of a bundle."""
    poll({"P": 1, "Name": "pack"})
    writer.record(StationUpdate("alder", clock.now(), events=[Event(clock.now(), "alder", "grid", "lost")]))
    with closing(Reader(path, clock)) as reader:
        write_bundle(reader, tmp_path / "whole.zip", "alder", 0, clock.now(), clock.now(), "FLEET")
    with zipfile.ZipFile(tmp_path / "whole.zip") as made:
        return {name: made.read(name) for name in made.namelist()}


def zipped(
    tmp_path: Path, parts: Mapping[str, bytes], *, resum: bool = True, method: int = zipfile.ZIP_DEFLATED
) -> Path:
    target = tmp_path / "sent.zip"
    parts = dict(parts)
    if resum:
        manifest = json.loads(parts["manifest.json"])
        manifest["sha256"] = {n: hashlib.sha256(b).hexdigest() for n, b in parts.items() if n != "manifest.json"}
        parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, body in parts.items():
            made.writestr(name, body)
    return target


def refused(tmp_path: Path, source: Path, clock: ManualClock, match: str) -> None:
    target = tmp_path / "look.db"
    with pytest.raises(UnreadableImport, match=match):
        import_file(target, source, clock, "theirs")
    if target.exists():
        with closing(Reader(target, clock)) as reader:
            reader.stations()


def test_a_whole_bundle_of_these_parts_is_taken_in(parts: dict[str, bytes], tmp_path: Path, clock: ManualClock) -> None:
    done = import_file(tmp_path / "look.db", zipped(tmp_path, parts), clock, "theirs")
    assert (done.stations, done.series, done.events) == (["theirs"], 2, 1)


def test_a_part_that_is_not_as_it_was_made_is_refused(
    parts: dict[str, bytes], tmp_path: Path, clock: ManualClock
) -> None:
    forged = parts | {"values.csv": parts["values.csv"].replace(b",1,", b",2,")}
    refused(tmp_path, zipped(tmp_path, forged, resum=False), clock, r"values\.csv .* not as it was made")
    unlisted = json.loads(parts["manifest.json"]) | {"sha256": {}}
    bare = parts | {"manifest.json": json.dumps(unlisted).encode()}
    refused(tmp_path, zipped(tmp_path, bare, resum=False), clock, "not as it was made")


@pytest.mark.parametrize("name", ["station.json", "values.csv", "events.json", "manifest.json"])
def test_a_part_that_is_missing_is_refused(
    parts: dict[str, bytes], tmp_path: Path, clock: ManualClock, name: str
) -> None:
    source = zipped(tmp_path, {n: body for n, body in parts.items() if n != name}, resum=name != "manifest.json")
    refused(tmp_path, source, clock, "no evidence bundle, or it is damaged")


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "notes.txt", "..\\x.csv"])
def test_a_file_that_no_bundle_has_is_refused_and_never_unpacked(
    parts: dict[str, bytes], tmp_path: Path, clock: ManualClock, name: str
) -> None:
    refused(tmp_path, zipped(tmp_path, parts | {name: b"x"}), clock, "which no bundle does")
    assert {file.suffix for file in tmp_path.iterdir()} <= {".zip", ".db", ".db-wal", ".db-shm", ".lease", ".upkeep"}


@pytest.mark.parametrize("name", ["values.csv", "events.json", "station.json", "manifest.json"])
def test_a_zip_bomb_is_not_unpacked(parts: dict[str, bytes], tmp_path: Path, clock: ManualClock, name: str) -> None:
    source = zipped(tmp_path, parts | {name: b"0" * 8_000_000}, resum=False)
    refused(tmp_path, source, clock, f"{name} .* tighter than any bundle")


def test_a_broken_or_locked_zip_is_refused(parts: dict[str, bytes], tmp_path: Path, clock: ManualClock) -> None:
    whole = zipped(tmp_path, parts, method=zipfile.ZIP_STORED).read_bytes()
    source = tmp_path / "sent.zip"
    source.write_bytes(whole[:500])
    refused(tmp_path, source, clock, "ask for it again")
    source.write_bytes(b"no zip at all")
    refused(tmp_path, source, clock, "ask for it again")
    body = whole.index(b"time,station")
    source.write_bytes(whole[:body] + b"TIME" + whole[body + 4 :])  # its own checksum does not fit any more
    refused(tmp_path, source, clock, "ask for it again")
    central = whole.index(b"PK\x01\x02")
    source.write_bytes(whole[: central + 8] + b"\x01" + whole[central + 9 :])  # the flag of encryption
    refused(tmp_path, source, clock, "ask for it again")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("station.json", []),
        ("station.json", {"name": 7}),
        ("station.json", {"info": {"location": "north"}}),
        ("station.json", {"info": {"location": {"timezone": "../../etc/passwd"}}}),
        ("station.json", {"info": {"location": {"latitude": 1e999, "longitude": 0.0}}}),
        ("station.json", {"info": {"battery": {"capacity_ah": -1.0}}}),
        ("station.json", {"services": [{"service": "x", "device": None, "cadence_s": 1e300}]}),
        ("events.json", {"events": [{"at": 1e300, "kind": "x", "text": "x", "details": {}}]}),
        ("events.json", {"events": [{"at": 1.0, "kind": "x", "text": None, "details": {}}]}),
        ("events.json", {"events": "x"}),
        ("manifest.json", {"form": "1", "sha256": {}}),
        ("manifest.json", []),
    ],
)
def test_a_part_that_does_not_say_what_it_should_is_refused_with_its_place(
    parts: dict[str, bytes], tmp_path: Path, clock: ManualClock, name: str, body: object
) -> None:
    source = zipped(tmp_path, parts | {name: json.dumps(body).encode()}, resum=name != "manifest.json")
    refused(tmp_path, source, clock, rf"{name} in .*sent\.zip: ")


def with_events(parts: Mapping[str, bytes], *events: Mapping[str, object]) -> dict[str, bytes]:
    return {**parts, "events.json": json.dumps({"events": events}).encode()}


def test_an_event_of_the_future_is_refused_before_anything_is_stored(
    parts: dict[str, bytes], tmp_path: Path, clock: ManualClock
) -> None:
    late = {"at": clock.now() + 90_000, "kind": "raised", "text": "x", "details": {}}
    refused(tmp_path, zipped(tmp_path, with_events(parts, late)), clock, "an event at .* lies in the future")
    with closing(Reader(tmp_path / "look.db", clock)) as reader:
        assert list(reader.stations()) == []


def test_alarms_of_somebody_else_never_look_like_the_engines_own(
    parts: dict[str, bytes], tmp_path: Path, clock: ManualClock
) -> None:
    raised = [
        {"at": clock.now() - n, "kind": "raised", "text": "x", "details": {"key": key, "imported": False}}
        for n, key in enumerate(("theirs|soc|", "another|soc|", "no key at all", {}))
    ]
    target = tmp_path / "look.db"
    assert import_file(target, zipped(tmp_path, with_events(parts, *raised)), clock, "theirs").events == 4
    with closing(open_writable(target)) as db:
        assert list(kept_alerts(db, clock.now()).raises) == []


@pytest.mark.parametrize("text", ["[" * 100_000, '{"name": ' + "9" * 6000 + "}", "\x00", ""])
def test_json_that_nobody_can_read_is_refused(
    parts: dict[str, bytes], tmp_path: Path, clock: ManualClock, text: str
) -> None:
    refused(tmp_path, zipped(tmp_path, parts | {"station.json": text.encode()}), clock, r"station\.json in ")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("a,b\n1,2\n", "no export of ours"),
        (HEAD + ROW.replace("2025-11-23T12:00:00.000Z", "yesterday"), "line 2"),
        (HEAD + ROW.replace("000Z", "000"), "without its zone"),
        (HEAD + ROW.replace("2025-11-23", "9999-11-23"), "lies in the future"),
        (HEAD + ROW.replace(",1,", f",{10**30},"), "line 2: 1000.* no store holds"),
        (HEAD + ROW.replace(",1,", f",{'9' * 5000},"), "no store holds"),
        (HEAD + ROW.replace(",1,", ",nan,"), "no store holds"),
        (HEAD + ROW.replace(",1,", ",1e999,"), "no store holds"),
        (HEAD + ROW.replace(",1,", ',"""[1]",'), "line 2"),
        (HEAD + ROW.replace(",good", ",splendid"), "line 2"),
        (HEAD + ROW.replace("system/0/P", "system"), "is no series"),
        (HEAD + ROW.replace("system/0/P", "system/0/\x1b[2J"), "is no series"),
        (HEAD + ROW.replace("alder", "../alder"), "no station's id"),
        (HEAD + ROW.replace(",1,", f",{'x' * 150_000},"), "line 2: field larger"),
        (HEAD + "x" * 400_000, "longer than any"),
        (HEAD + ROW + ROW.replace("/P", "/Q") + ROW, "not together"),
        (HEAD + ROW + ROW.replace("12:00", "11:00"), "not in order of time"),
        (HEAD + '"' + ROW, "line"),
        (HEAD + '"\n' + f'{"x" * 1000}\n","' * 2000, "line .*: a row is longer than any"),
        (HEAD + "," * 150_000 + '"\n"' * 10 + ("," * 150_000 + '"\n"') * 8, "a row is longer than any"),
        ('"\n' + f'{"x" * 1000}\n","' * 2000, "a row is longer than any"),
    ],
)
def test_rows_that_no_store_exports_are_refused_with_their_line(
    tmp_path: Path, clock: ManualClock, rows: str, said: str
) -> None:
    source = tmp_path / "rows.csv"
    source.write_text(rows)
    with pytest.raises(UnreadableImport, match=rf"(?s)rows\.csv: .*{said}"):
        import_file(tmp_path / "look.db", source, clock)


def test_names_that_read_the_same_side_by_side_are_two_series(tmp_path: Path, clock: ManualClock) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "look.db"
    source.write_text(HEAD + ROW.replace("alder,system", "ab,attery") + ROW.replace("alder,system", "a,battery"))
    assert import_file(target, source, clock).stations == ["ab", "a"]
    with closing(Reader(target, clock)) as reader:
        assert [series.name for station in ("ab", "a") for series in reader.series(station)] == [
            "attery/0/P",
            "battery/0/P",
        ]


def test_rows_are_counted_one_by_one_and_not_the_whole_file(tmp_path: Path, clock: ManualClock) -> None:
    source = tmp_path / "rows.csv"
    texts = (f'"""{letter * 16_000}"""' for letter in "abcdefghij" * 8)
    source.write_text(HEAD + "".join(ROW.replace(",1,", f",{text},") for text in texts))
    assert source.stat().st_size > MOST_ROW
    assert import_file(tmp_path / "look.db", source, clock).changes == 80


def test_bytes_that_are_no_text_and_files_that_cannot_be_read_are_refused(tmp_path: Path, clock: ManualClock) -> None:
    source = tmp_path / "rows.csv"
    source.write_bytes(HEAD.encode() + b"\xff\xfe")
    with pytest.raises(UnreadableImport, match="rows"):
        import_file(tmp_path / "look.db", source, clock)
    with pytest.raises(UnreadableImport, match="cannot be read"):
        import_file(tmp_path / "look.db", tmp_path, clock)


def test_names_without_end_are_refused(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_places, "MAX_DEVICES", 3)
    monkeypatch.setattr(import_places, "MAX_SERIES", 3)
    source = tmp_path / "rows.csv"
    source.write_text(HEAD + "".join(ROW.replace("system/0", f"tank/{n}") for n in range(5)))
    with pytest.raises(UnreadableImport, match="more than 3 devices"):
        import_file(tmp_path / "look.db", source, clock)
    source.write_text(HEAD + "".join(ROW.replace("/P", f"/{n}") for n in range(5)))
    with pytest.raises(UnreadableImport, match="more than 3 series"):
        import_file(tmp_path / "other.db", source, clock)


def test_another_id_has_to_be_one_and_a_running_collector_is_not_disturbed(tmp_path: Path, clock: ManualClock) -> None:
    source = tmp_path / "rows.csv"
    source.write_text(HEAD + ROW)
    with pytest.raises(ValueError, match="no station's id"):
        import_file(tmp_path / "look.db", source, clock, "Not An Id")
    with Lease(tmp_path / "look.db", clock), pytest.raises(LeaseHeld):
        import_file(tmp_path / "look.db", source, clock)


def test_escape_codes_in_texts_are_taken_out(parts: dict[str, bytes], tmp_path: Path, clock: ManualClock) -> None:
    values = parts["values.csv"].decode().replace("pack", "pa\x1b[2Jck\x9b")
    about: dict[str, Any] = json.loads(parts["station.json"]) | {"name": "\x1b]0;owned\x07Farm"}
    source = zipped(tmp_path, parts | {"values.csv": values.encode(), "station.json": json.dumps(about).encode()})
    import_file(tmp_path / "look.db", source, clock, "theirs")
    with closing(Reader(tmp_path / "look.db", clock)) as reader:
        [row] = reader.stations()
        assert row.name == "\ufffd]0;owned\ufffdFarm"
        assert reader.snapshot("theirs").series("system/0/Name").value == "pa\ufffd[2Jck\ufffd"


def test_a_bundle_holds_no_secret_no_address_and_no_way_in(
    path: Path, writer: Writer, poll: Poll, tmp_path: Path, clock: ManualClock
) -> None:
    info = {
        "http": {"url": "http://10.1.2.3", "username": "SECRET"},
        **dict.fromkeys(("contact", "access", "notes", "runbook"), "SECRET"),
        "battery": {"capacity_ah": 280.0},
    }
    writer.register([StationRecord("alder", "Alder", info)])
    poll({"Settings/LoadSheddingApi/Token": "SECRET", "Settings/Vrm/PskKey": "SECRET", "P": 1}, device="settings/0")
    poll({"P": Reading(2, clock.now())}, device="system/0")
    with closing(Reader(path, clock)) as reader:
        write_bundle(reader, tmp_path / "x.zip", "alder", 0, clock.now(), clock.now())
    with zipfile.ZipFile(tmp_path / "x.zip") as made:
        whole = b"".join(made.read(name) for name in made.namelist())
        assert json.loads(made.read("station.json"))["info"] == {"battery": {"capacity_ah": 280.0}}
    assert b"SECRET" not in whole and b"10.1.2.3" not in whole
    assert b"settings/0/P" in whole
