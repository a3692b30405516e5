"""Stations made by hand, and the captured ones where they are at hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree

NOW = 1_763_900_000.0
CAPTURES = Path(__file__).resolve().parents[2].parent / "shared" / "captures"

Build = Callable[..., Snapshot]


def snapshot(
    devices: Mapping[str, Mapping[str, Any]],
    *,
    at: float = NOW,
    services: Mapping[str, str] | None = None,
    gone: tuple[str, ...] = (),
    read_at: float | None = None,
) -> Snapshot:
    """A station whose devices, written `class/instance`, hold these raw values; all were just read."""
    states = {}
    for name, tree in devices.items():
        key = DeviceKey.parse(name)
        read = at if read_at is None else read_at
        states[key] = DeviceState(
            key=key,
            service=(services or {}).get(name, f"com.victronenergy.{key.cls}.test{key.instance}"),
            readings=read_tree(key.cls, tree, read),
            read_at=read,
            state=ServiceState.GONE if name in gone else ServiceState.LIVE,
        )
    return Snapshot("test", at, states)


@pytest.fixture
def build() -> Build:
    return snapshot


@pytest.fixture
def captured() -> Callable[[str], Snapshot]:
    """A captured station by its name."""

    def load(name: str) -> Snapshot:
        path = CAPTURES / f"{name}.json.gz"
        if not path.exists():
            pytest.skip(f"the captured stations are not here: {CAPTURES}")
        with gzip.open(path, "rt", encoding="utf-8") as file:
            trees = json.load(file)["services"]
        names = DeviceNames()
        states = {}
        for service, tree in trees.items():
            if tree is not None:
                cls = service.removeprefix("com.victronenergy.").split(".")[0]
                readings = read_tree(cls, tree, NOW)
                key = names.key(service, readings)
                states[key] = DeviceState(key, service, readings, read_at=NOW)
        return Snapshot(name, NOW, states)

    return load


@pytest.fixture
def expected() -> dict[str, dict[str, Any]]:
    """The captured stations' figures as worked out by hand."""
    path = CAPTURES / "expected.json"
    if not path.exists():
        pytest.skip(f"the captured stations are not here: {CAPTURES}")
    figures: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return figures
