"""`add` writes a file that reads back as the station that was meant, and never over another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from victron_console.config import ConfigError, load, write_station
from victron_console.config.write import free_id, slug


def test_a_written_station_reads_back(tmp_path: Path) -> None:
    station = {
        "name": 'Straße "Nord" \\ #1 😀',
        "url": "http://192.0.2.10:8088",
        "location": {"latitude": -1.5e-7, "longitude": 13, "timezone": "Europe/Berlin"},
        "tags": ["farm", 'a"b'],
        "notes": "one\ntwo\ttabs",
        "http": {"username": "u", "password": "env:PW", "headers": {"X-Site": "a b"}},
        "thresholds": {"soc_warn": 25, "strict": True},
    }
    file = write_station(tmp_path / "new", station, environ={"PW": "secret"})
    assert file == tmp_path / "new" / "strasse-nord-1.toml"
    result = load([file], environ={"PW": "secret"})
    assert result.faults == ()
    (config,) = result.stations
    assert (config.name, config.tags, config.location.longitude) == (station["name"], ("farm", 'a"b'), 13)
    assert config.thresholds == {"soc_warn": 25, "strict": True}
    text = file.read_text(encoding="utf-8")
    assert "secret" not in text.replace("Secrets", "")
    assert '"env:PW"' in text


def test_a_second_station_of_the_same_name_gets_another_id(tmp_path: Path) -> None:
    station = {"name": "Alder", "url": "http://a"}
    written = [write_station(tmp_path, station, taken={"alder-2"}).name for _ in range(2)]
    assert written == ["alder.toml", "alder-3.toml"]


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "alder.toml").write_text("mine")
    with pytest.raises(FileExistsError):
        write_station(tmp_path, {"id": "alder", "name": "Alder", "url": "http://a"})
    assert (tmp_path / "alder.toml").read_text() == "mine"


def test_a_station_with_faults_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="url"):
        write_station(tmp_path, {"name": "Alder", "url": "alder"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Alder Farm", "alder-farm"),
        ("  --Ünïcødé & Łódź--  ", "unicode-lodz"),
        ("ЭЦ-7", "7"),
        ("太陽", "station"),
        ("", "station"),
        ("x" * 200, "x" * 48),
    ],
)
def test_an_id_is_made_of_the_name(name: str, expected: str) -> None:
    assert slug(name) == expected


@pytest.mark.slow
@given(name=st.text(max_size=80), taken=st.sets(st.sampled_from(["station", "station-2", "a", "a-2"])))
def test_a_made_id_is_always_valid_and_free(name: str, taken: set[str]) -> None:
    made = free_id(name, taken)
    assert made not in taken
    assert made.isascii()
    assert made[0].isalnum()
    assert len(made) <= 64


@pytest.mark.slow
@given(name=st.text(min_size=1, max_size=60), notes=st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_is_written_and_read_back_or_refused(tmp_path: Path, name: str, notes: str) -> None:
    try:
        file = write_station(tmp_path, {"name": name, "url": "http://a", "notes": notes})
    except ConfigError:
        return
    result = load([file])
    file.unlink()
    assert result.faults == ()
    assert result.stations[0].name == name.strip()
