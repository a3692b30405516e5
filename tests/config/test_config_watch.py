"""Edits are picked up while running, and a broken one takes no good station away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from victron_console.config import ConfigFiles


def station(name: str, more: str = "") -> str:
    return f'[[station]]\nid = "{name}"\nname = "{name.title()}"\nurl = "https://{name}.example"\n{more}\n'


def ids(files: ConfigFiles) -> list[str]:
    return sorted(config.id for config in files.current.stations)


def is_edited(files: ConfigFiles) -> bool:
    """What two looks in a row come to."""
    return not files.changed() and files.changed()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.toml").write_text(station("ash") + station("birch"))
    (tmp_path / "two.toml").write_text(station("cedar"))
    return tmp_path


def test_nothing_is_new_until_a_file_is_written_comes_or_goes(folder: Path) -> None:
    files = ConfigFiles([folder])
    assert not is_edited(files)
    (folder / "two.toml").write_text(station("cedar", 'tags = ["x"]'))
    assert is_edited(files)
    files.reload()
    assert not is_edited(files)
    (folder / "three.toml").write_text(station("dogwood"))
    assert is_edited(files)
    assert len(files.reload().stations) == 4
    (folder / "one.toml").unlink()
    assert is_edited(files)
    files.reload()
    assert ids(files) == ["cedar", "dogwood"]
    (folder / "note.txt").write_text("no station file")
    assert not is_edited(files)


def test_a_file_that_is_being_written_is_left_alone_until_it_stands_still(folder: Path) -> None:
    files = ConfigFiles([folder])
    file = folder / "one.toml"
    for half in ("", station("ash"), station("ash") + station("birch")[:20]):
        file.write_text(half)
        assert not files.changed()
    file.write_text(station("ash") + station("birch") + station("elm"))
    assert [files.changed() for _ in range(2)] == [False, True]
    assert [config.id for config in files.reload().stations] == ["ash", "birch", "elm", "cedar"]
    assert not is_edited(files)


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_seen(folder: Path) -> None:
    files = ConfigFiles([folder])
    old = folder / "two.toml"
    before = old.stat()
    new = folder / "two.tmp"
    new.write_text(old.read_text().replace("Cedar", "Cider"))
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.replace(old)
    assert is_edited(files)


@pytest.mark.parametrize(
    "broken",
    [
        "[[station",
        station("ash") + station("birch", "battery = 3"),
        station("ash") + station("birch").replace('"birch"', '"Birch!"'),
        station("ash") + station("birch").replace('id = "birch"', ""),
    ],
    ids=["syntax", "one station", "its id is wrong", "its id is gone"],
)
def test_a_broken_edit_keeps_the_stations_of_its_file_and_reports_the_fault(folder: Path, broken: str) -> None:
    files = ConfigFiles([folder])
    (folder / "one.toml").write_text(broken)
    result = files.reload()
    assert ids(files) == ["ash", "birch", "cedar"]
    assert {fault.file for fault in result.faults} == {folder / "one.toml"}
    files.reload()
    assert ids(files) == ["ash", "birch", "cedar"], "kept for as long as the file is broken"
    (folder / "one.toml").write_text(station("ash"))
    files.reload()
    assert ids(files) == ["ash", "cedar"], "a clean file says what is there"
    assert files.current.faults == ()


def test_a_good_edit_beside_a_broken_one_takes_effect(folder: Path) -> None:
    files = ConfigFiles([folder])
    (folder / "one.toml").write_text(station("ash", 'contact = "Ada"') + station("birch", "tags = 3"))
    files.reload()
    assert {config.id: config.contact for config in files.current.stations} == {"ash": "Ada", "birch": "", "cedar": ""}


def test_a_station_moved_to_another_file_is_there_once(folder: Path) -> None:
    files = ConfigFiles([folder])
    (folder / "one.toml").write_text(station("ash", "tags = 3"))
    (folder / "two.toml").write_text(station("cedar") + station("birch"))
    files.reload()
    assert ids(files) == ["ash", "birch", "cedar"]


def test_a_folder_that_cannot_be_read_for_a_while_keeps_its_stations(folder: Path) -> None:
    files = ConfigFiles([folder])
    hidden = folder.with_name("unmounted")
    folder.rename(hidden)
    assert is_edited(files)
    assert files.reload().faults
    assert ids(files) == ["ash", "birch", "cedar"]
    hidden.rename(folder)
    assert is_edited(files)
    assert files.reload().faults == ()


def test_a_file_that_comes_later_is_picked_up(tmp_path: Path) -> None:
    files = ConfigFiles([tmp_path / "late.toml"])
    assert files.current.faults
    (tmp_path / "late.toml").write_text(station("ash"))
    assert is_edited(files)
    assert files.reload().faults == ()
    assert ids(files) == ["ash"]


def test_the_first_station_of_a_user_is_picked_up_when_its_folder_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("victron_console.config.files.user_folder", lambda: tmp_path / "config")
    files = ConfigFiles()
    assert (files.paths, files.current.stations, files.current.faults) == ((), (), ())
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "ash.toml").write_text(station("ash"))
    assert is_edited(files)
    files.reload()
    assert ids(files) == ["ash"]


def test_a_new_secret_in_a_file_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(station("ash", '[station.http]\ntoken = "file:token"\n'))
    files = ConfigFiles([tmp_path / "a.toml"], environ={})
    assert [fault.key for fault in files.current.faults] == ["http.token"]
    (tmp_path / "token").write_text("first")
    assert is_edited(files)
    files.reload()
    (tmp_path / "token").write_text("second!")
    assert is_edited(files)
    access = files.reload().stations[0].http
    assert access is not None
    assert access.access().token == "second!"


def test_an_edit_that_breaks_who_is_told_silences_nobody(folder: Path) -> None:
    file = folder / "notify.toml"
    good = '[notify]\ncommand = ["/bin/page"]\nper_hour = 5\n'
    file.write_text(good)
    files = ConfigFiles([folder])
    for broken in ("per_hour = 0\n", "[[notify.way]]\n", "[[[\n"):
        file.write_text(good + broken)
        assert files.reload().faults
        assert (files.current.notify.command, files.current.notify.per_hour) == (("/bin/page",), 5)
    file.unlink()
    assert not files.reload().notify.wanted


def test_of_who_is_told_what_is_right_holds_from_the_start(folder: Path) -> None:
    (folder / "notify.toml").write_text(
        '[notify]\ncommand = ["/bin/page"]\nhours = "always"\n'
        '[[notify.way]]\nname = "boss"\ncommand = ["/bin/call"]\n'
        '[[notify.way]]\nname = "none"\n'
    )
    files = ConfigFiles([folder])
    assert [way.name for way in files.current.notify.ways()] == ["command", "boss"]
    assert [(fault.line, fault.key, fault.found) for fault in files.current.faults] == [
        (3, "notify.hours", '"always"'),
        (7, "notify.way.1", "neither"),
    ]
