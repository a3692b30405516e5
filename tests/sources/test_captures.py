"""Recordings of real stations: practically nothing of them may look implausible, and every device gets its name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from victron_console.model.device import class_of
from victron_console.model.quality import Quality
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree

CAPTURES = sorted((Path(__file__).parents[3] / "shared" / "captures").glob("*.json.gz"))

pytestmark = pytest.mark.skipif(not CAPTURES, reason="../shared/captures is not beside the checkout")


@pytest.fixture(params=CAPTURES, ids=lambda path: path.name.removesuffix(".json.gz"))
def capture(request: pytest.FixtureRequest) -> dict[str, Any]:
    with gzip.open(request.param, "rt", encoding="utf-8") as file:
        data: dict[str, Any] = json.load(file)
    return data


def test_nothing_of_a_real_station_is_implausible(capture: dict[str, Any]) -> None:
    doubtful = {
        f"{service}/{path}": (reading.value, reading.reason)
        for service, tree in capture["services"].items()
        for path, reading in read_tree(class_of(service), tree or {}, 0.0).items()
        if reading.quality is Quality.IMPLAUSIBLE
    }
    assert doubtful == {}


def test_every_path_of_a_real_station_is_kept_and_texts_are_kept_whole(capture: dict[str, Any]) -> None:
    for service, tree in capture["services"].items():
        readings = read_tree(class_of(service), tree or {}, 0.0)
        assert len(readings) == len(tree or {})
        for path, raw in (tree or {}).items():
            if isinstance(raw, str):
                assert readings[path].value == raw


def test_the_devices_of_a_real_station_have_names_of_their_own(capture: dict[str, Any]) -> None:
    names = DeviceNames()
    names.on_bus(capture["services"])
    keys = [names.key(s, read_tree(class_of(s), tree or {}, 0.0)) for s, tree in capture["services"].items()]
    assert len(set(keys)) == len(keys)
    assert not any("@" in key.instance for key in keys)
