"""`[[engine]]`: what may stand in it, and that a wrong one takes neither the others nor a station away."""

from __future__ import annotations

from pathlib import Path

import pytest

from victron_console.config import LoadResult, load

STATION = '[[station]]\nid = "alder"\nname = "Alder"\nurl = "http://192.0.2.10:8088"\n'
GOOD = '[[engine]]\nname = "metrics"\nkind = "victoriametrics"\nurl = "http://127.0.0.1:8428"\n'


def read(folder: Path, text: str, **environ: str) -> LoadResult:
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    return load([file], environ=environ)


def test_the_least_engine_sends_levels_one_and_two_of_all_stations(tmp_path: Path) -> None:
    result = read(tmp_path, STATION + GOOD)
    assert result.faults == ()
    (engine,) = result.engines
    assert (engine.name, engine.levels, engine.repeat) == ("metrics", (1, 2), 60)
    assert engine.wants_station("alder", ())
    assert engine.wants_series("battery/1/Soc", 1) and not engine.wants_series("battery/1/Soc", 3)


def test_series_stations_and_tags_are_chosen_by_globs(tmp_path: Path) -> None:
    text = GOOD + 'series = ["battery/*"]\nstations = ["north-*"]\ntags = ["farm"]\n'
    (engine,) = read(tmp_path, text).engines
    assert engine.wants_series("battery/1/Soc", 1) and not engine.wants_series("grid/30/Ac/Power", 1)
    assert engine.wants_station("north-1", ("farm", "x"))
    assert not engine.wants_station("north-1", ("x",)) and not engine.wants_station("south-1", ("farm",))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('levels = []', "engine.levels"),
        ('levels = [4]', "engine.levels"),
        ('labels = { station = "x" }', "engine.labels.station"),
        ('labels = { "a b" = "x" }', "engine.labels.a b"),
        ('repeat = "1s"', "engine.repeat"),
        ("rate = 0", "engine.rate"),
        ('password = "env:P"', "engine.password"),
        ('fingerprint = "00"', "engine.fingerprint"),
        ('org = "home"', "engine"),
        ('nam = "x"', "engine.nam"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_a_fault_and_leaves_that_engine_out_alone(tmp_path: Path, line: str, key: str) -> None:
    second = GOOD.replace('"metrics"', '"other"')
    result = read(tmp_path, f"{STATION}{GOOD}{line}\n{second}", P="secret")
    assert [engine.name for engine in result.engines] == ["other"]
    assert [station.id for station in result.stations] == ["alder"]
    (fault,) = result.faults
    assert fault.key == key and fault.line is not None


def test_a_password_in_the_file_is_refused_and_never_shown(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, GOOD + 'username = "x"\npassword = "hunter2"\n').faults
    assert "hunter2" not in str(fault) and "env:NAME" in str(fault)


def test_secrets_are_resolved_and_never_printed(tmp_path: Path) -> None:
    (engine,) = read(tmp_path, GOOD + 'token = "env:TOKEN"\n', TOKEN="hunter2").engines
    assert engine.access().token == "hunter2"
    assert "hunter2" not in f"{engine} {engine.access()!r}"


def test_two_engines_of_one_name_are_a_fault_of_the_second(tmp_path: Path) -> None:
    result = read(tmp_path, GOOD + GOOD)
    assert len(result.engines) == 1
    assert "a name of its own" in str(result.faults[0])


def test_one_engine_in_single_brackets_says_what_is_meant(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, GOOD.replace("[[engine]]", "[engine]")).faults
    assert "[[engine]] in double brackets" in str(fault)
