"""Every example that ships is a file that works once it is copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from victron_console import resources
from victron_console.config import load
from victron_console.config.sources import HttpSettings, MqttSettings
from victron_console.config.station import StationConfig

EXAMPLES = resources.example_stations()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_has_no_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.toml").write_text(EXAMPLES[name], encoding="utf-8")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "south-02.token").write_text("token")
    result = load([tmp_path], environ=dict.fromkeys(("SOUTH_01_PASSWORD", "IVY_PASSWORD", "VRM_TOKEN"), "secret"))
    assert [str(fault) for fault in result.faults] == []
    assert result.stations


def test_the_examples_can_stand_side_by_side(tmp_path: Path) -> None:
    for name, text in EXAMPLES.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    assert not [fault for fault in load([tmp_path], environ={}).faults if fault.key == "id"]


def test_one_site_shows_every_key_of_a_station_and_the_fleet_those_of_its_link() -> None:
    own = set(StationConfig.model_fields) - {"http", "mqtt", "vrm", "source", "fallback"}
    assert {
        key for key in own if f"{key} =" not in EXAMPLES["one-site"] and f".{key}]" not in EXAMPLES["one-site"]
    } == set()
    link = set(HttpSettings.model_fields) - {"ca_file"}
    assert {key for key in link if f"\n{key} =" not in EXAMPLES["fleet"]} == set()
    assert set(MqttSettings.model_fields) >= {"host", "portal_id"}
