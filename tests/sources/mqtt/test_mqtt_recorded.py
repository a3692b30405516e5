"""The same simulated stations over HTTP and over MQTT: one collector, one kind of history, the same figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.patience import PATIENCE_S, until
from tests.sources.mqtt.conftest import Broker

from victron_console.collector.fleet import Fleet
from victron_console.config import station_from
from victron_console.config.watch import FixedStations
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.station import StationState
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SimulatedFleet
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.write.writer import Writer

pytestmark = pytest.mark.slow


@pytest.fixture
def simulated() -> Iterator[SimulatedFleet]:
    """Two stations whose time stands still, so that both sources must show the very same values."""
    clock = ManualClock(at=SystemClock().now())
    with SimulatedFleet(demo_specs(2), clock=clock, warm_up_s=600) as fleet:
        yield fleet


@asynccontextmanager
async def published(fleet: SimulatedFleet, port: int) -> AsyncIterator[None]:
    """The stations on the broker, too, while the context lasts."""
    task = asyncio.create_task(fleet.publish("127.0.0.1", port))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def portal_of(fleet: SimulatedFleet, number: int) -> str:
    services = fleet.fleet.stations[number].services()
    return str(services["com.victronenergy.system"]["Serial"])


def station(fleet: SimulatedFleet, number: int, broker: Broker, **given: Any) -> dict[str, Any]:  # noqa: ANN401
    mqtt = {"host": "127.0.0.1", "port": broker.port, "tls": False, "portal_id": portal_of(fleet, number)}
    found = fleet.stations[number]
    return {"id": found.id, "name": found.name, "url": found.url, "mqtt": {**mqtt, "deadline_s": PATIENCE_S}, **given}


@asynccontextmanager
async def collected(store: Path, *stations: dict[str, Any]) -> AsyncIterator[Reader]:
    """A collector at work, and its store."""
    files = FixedStations(tuple(station_from(raw) for raw in stations))
    fleet = Fleet(files, store, SystemClock(), random=Random(1))
    Writer(store, SystemClock()).close()  # so that a reader finds it whole
    task = asyncio.create_task(fleet.run())
    try:
        with closing(Reader(store, SystemClock())) as reader:
            yield reader
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def whole(reader: Reader, station_id: str, devices: int) -> Callable[[], bool]:
    def is_whole() -> bool:
        row = reader.station(station_id)
        if row is None or row.status.state is not StationState.LIVE:
            return False
        return sum(service.read_at is not None for service in reader.services(station_id)) >= devices

    return is_whole


async def test_a_station_has_the_same_series_and_figures_over_mqtt_as_over_http(
    broker: Broker, simulated: SimulatedFleet, tmp_path: Path
) -> None:
    over_http = station(simulated, 0, broker, source="http")
    over_mqtt = station(simulated, 0, broker, source="mqtt")
    count = len([tree for tree in simulated.fleet.stations[0].services().values() if tree])
    shown = []
    async with published(simulated, broker.port):
        for name, raw in (("http", over_http), ("mqtt", over_mqtt)):
            async with collected(tmp_path / f"{name}.db", raw) as reader:
                await until(whole(reader, raw["id"], count))
                values = {s.name: (s.value, s.quality) for s in reader.series(raw["id"]) if "/Mgmt/" not in s.name}
                row = reader.station(raw["id"])
                assert row is not None and row.overview is not None
                shown.append((values, replace(row.overview, figures_at=None, origins={})))
    (http, http_figures), (mqtt, mqtt_figures) = shown
    assert {name for name in http if http[name] != mqtt.get(name)} == set()
    assert http.keys() == mqtt.keys()
    assert http_figures == mqtt_figures


async def test_the_other_way_is_taken_while_one_fails_with_one_history_and_the_switch_in_the_log(
    broker: Broker, simulated: SimulatedFleet, tmp_path: Path
) -> None:
    raw = station(simulated, 0, broker, source="mqtt", fallback="http")
    broken = {**raw, "mqtt": {**raw["mqtt"], "port": 1}}

    def switched(events: list[Event]) -> list[str]:
        return [event.text for event in events if event.text.startswith("read over")]

    async with collected(tmp_path / "store.db", broken) as reader:
        await until(whole(reader, raw["id"], 3))
        names = {series.name for series in reader.series(raw["id"])}
        assert "system/0/Dc/Battery/Soc" in names
        told = switched(reader.events(0, SystemClock().now() + 1))
        assert len(told) == 1 and "HTTP as long as MQTT fails: 127.0.0.1:1 refused the connection" in told[0]
    async with published(simulated, broker.port), collected(tmp_path / "store.db", raw) as reader:
        began = SystemClock().now()
        await until(lambda: _read_since(reader, raw["id"], began))
        again = {series.name for series in reader.series(raw["id"])}
        assert {name for name in names if name.startswith(("system/", "battery/"))} <= again
        assert not [series for series in again if series.split("/")[1].startswith("@")]


def _read_since(reader: Reader, station_id: str, began: float) -> bool:
    row = reader.station(station_id)
    return row is not None and row.read_at is not None and row.read_at > began
