from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random

import pytest
from tests.patience import PATIENCE_S, until

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.collector import fleet as fleet_module
from victron_console.collector import store_reads
from victron_console.collector.fleet import Fleet
from victron_console.collector.sealing import Sealing
from victron_console.collector.watch.service_manager import ServiceManager
from victron_console.config import ConfigFiles, FixedStations, StationConfig, station_from
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import Clock, SystemClock
from victron_console.model.device import DeviceKey, class_of
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState
from victron_console.sources.base import Discovery, Source, Traffic
from victron_console.store.alarms.engine_rows import alert_history
from victron_console.store.errors import LeaseHeld, StoreMissing
from victron_console.store.operator.wishes import focus, open_for_operator
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.sealed.retention import Retention

SERVICES = ("com.victronenergy.system", "com.victronenergy.battery.ttyO0")


class Answering:
    """The far end of the wire: a station that always answers, and counts how often it was asked."""

    asked: dict[str, int]

    def __init__(self, station: str, clock: Clock, asked: dict[str, int]) -> None:
        self.traffic = Traffic()
        self._station, self._clock, self._asked = station, clock, asked

    async def discover(self) -> Discovery:
        return Discovery(SERVICES, "Victron DBus API Server 3.2.0")

    async def read(self, service: str) -> ServiceReading:
        if self._station == "bug":
            raise ZeroDivisionError("a fault of ours")
        self._asked[self._station] = self._asked.get(self._station, 0) + 1
        at = self._clock.now()
        readings = {"Dc/Battery/Soc": Reading(50.0 + self._asked[self._station], at)}
        return ServiceReading(service, DeviceKey(class_of(service), "0"), at, readings)

    async def listens(self) -> bool | None:
        return None

    async def recovered(self) -> None:
        pass

    async def close(self) -> None:
        pass


def station(name: str) -> StationConfig:
    return station_from({"id": name, "name": name.title(), "url": "http://127.0.0.1:1"})


@asynccontextmanager
async def running(fleet: Fleet) -> AsyncIterator[None]:
    task = asyncio.create_task(fleet.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def asked() -> dict[str, int]:
    return {}


@pytest.fixture
def make_source(asked: dict[str, int]) -> Callable[[StationConfig, Clock, Mapping[str, DeviceKey]], Source]:
    return lambda config, clock, known: Answering(config.id, clock, asked)


@pytest.fixture(autouse=True)
def quick_clockwork(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLUSH_S", "RELOAD_S", "WANTED_S"):
        monkeypatch.setattr(fleet_module, name, 0.02)


def edit(file: Path, text: str) -> None:
    """Change a file in one step: at this clockwork an emptied one may be looked at twice before it is written."""
    fresh = file.with_name("fresh")
    fresh.write_text(text)
    fresh.replace(file)


def states(store: Path) -> dict[str, StationState]:
    try:
        with closing(Reader(store)) as reader:
            return {row.id: row.status.state for row in reader.stations()}
    except StoreMissing:  # the fleet is still making it
        return {}


async def test_stations_become_live_in_the_store_with_their_figures(
    store: Path, make_source: fleet_module.MakeSource
) -> None:
    fleet = Fleet(
        FixedStations((station("alder"), station("birch"))),
        store,
        SystemClock(),
        random=Random(1),
        make_source=make_source,
    )
    async with running(fleet):
        await until(lambda: set(states(store).values()) == {StationState.LIVE})
    with closing(Reader(store)) as reader:
        alder = reader.station("alder")
        assert alder is not None
        assert alder.overview is not None
        assert alder.overview.soc_percent is not None


async def test_links_and_the_collector_itself_are_told_in_the_store(
    store: Path, make_source: fleet_module.MakeSource
) -> None:
    fleet = Fleet(FixedStations((station("alder"),)), store, SystemClock(), random=Random(1), make_source=make_source)

    def told() -> bool:
        if "alder" not in states(store):
            return False
        with closing(Reader(store)) as reader:
            collector = reader.collector()
            return "alder" in reader.links() and collector is not None and collector.stations == 1

    async with running(fleet):
        await until(told)


async def test_what_was_read_before_the_end_is_written_at_the_end(
    store: Path, make_source: fleet_module.MakeSource
) -> None:
    fleet = Fleet(FixedStations((station("alder"),)), store, SystemClock(), random=Random(1), make_source=make_source)
    await fleet.run_once()
    with closing(Reader(store)) as reader:
        assert {row.key for row in reader.services("alder")} == {DeviceKey("system", "0"), DeviceKey("battery", "0")}


async def test_a_fault_of_ours_in_one_station_leaves_the_others_alone(
    store: Path, make_source: fleet_module.MakeSource
) -> None:
    fleet = Fleet(
        FixedStations((station("bug"), station("birch"))),
        store,
        SystemClock(),
        random=Random(1),
        make_source=make_source,
    )
    async with running(fleet):
        await until(lambda: states(store).get("birch") is StationState.LIVE)


async def test_recording_goes_on_while_the_rules_are_judged_and_a_judging_without_end_is_no_sign_of_life(
    store: Path, asked: dict[str, int], make_source: fleet_module.MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(AlertEngine, "step", lambda *_: go_on.wait(PATIENCE_S) and AlertChanges())
    monkeypatch.setattr(fleet_module, "STANDS_STILL_S", 0.0)
    told: list[float] = []
    manager = ServiceManager({})
    monkeypatch.setattr(manager, "alive", told.append)
    quick = station_from({"id": "alder", "name": "Alder", "url": "http://127.0.0.1:1", "cadence": {"fast_s": 2}})
    fleet = Fleet(
        FixedStations((quick,)), store, SystemClock(), random=Random(1), make_source=make_source, manager=manager
    )

    def socs() -> float | None:
        if "alder" not in states(store):
            return None
        with closing(Reader(store)) as reader:
            row = reader.station("alder")
            return row.overview.soc_percent if row is not None and row.overview is not None else None

    async with running(fleet):
        await until(lambda: socs() is not None)
        first = socs()
        heard = len(told)
        await until(lambda: socs() != first)
        assert len(told) == heard
        go_on.set()
        await until(lambda: len(told) > heard)


@pytest.mark.slow
async def test_a_second_collector_is_refused_with_the_name_of_the_first(
    store: Path, make_source: fleet_module.MakeSource
) -> None:
    def make() -> Fleet:
        return Fleet(
            FixedStations((station("alder"),)), store, SystemClock(), random=Random(1), make_source=make_source
        )

    async with running(make()):
        await until(lambda: bool(states(store)))
        with pytest.raises(LeaseHeld, match="process"):
            await make().run()


async def test_edits_of_the_configuration_are_taken_up_while_running(
    store: Path, tmp_path: Path, make_source: fleet_module.MakeSource
) -> None:
    file = tmp_path / "stations.toml"
    file.write_text('[[station]]\nid = "alder"\nname = "Alder"\nurl = "http://127.0.0.1:1"\n')
    fleet = Fleet(ConfigFiles([file]), store, SystemClock(), random=Random(1), make_source=make_source)
    async with running(fleet):
        await until(lambda: set(states(store)) == {"alder"})
        edit(file, '[[station]]\nid = "birch"\nname = "Birch"\nurl = "http://127.0.0.1:1"\n')
        await until(lambda: set(states(store)) == {"birch"})
        edit(file, "[[station]\nid = broken")
        await until(lambda: any(e.kind == "config" for e in events(store)))
        assert set(states(store)) == {"birch"}


async def test_faults_of_station_files_are_an_alarm_until_they_are_mended(
    store: Path, tmp_path: Path, make_source: fleet_module.MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet_module, "BEAT_S", 0.02)
    file = tmp_path / "stations.toml"
    whole = '[[station]]\nid = "alder"\nname = "Alder"\nurl = "http://127.0.0.1:1"\n'
    file.write_text(whole.replace("name", "nmae"))

    def stand() -> list[tuple[str, bool]]:
        try:
            with closing(Reader(store)) as reader:
                history = alert_history(reader.db, 0.0, SystemClock().now() + 60)
        except StoreMissing:  # the fleet is still making it
            return []
        return [(str(it.last_value), it.active) for it in history if it.key.family == "files_invalid"]

    async with running(Fleet(ConfigFiles([file]), store, SystemClock(), random=Random(1), make_source=make_source)):
        await until(lambda: [active for _, active in stand()] == [True])
        assert "line 3: nmae of station alder" in stand()[0][0]
        edit(file, whole)
        await until(lambda: [active for _, active in stand()] == [False])


async def test_how_long_history_is_kept_is_taken_up_while_running_and_a_broken_edit_keeps_all(
    store: Path, tmp_path: Path, make_source: fleet_module.MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Retention] = []

    def keep(_: Sealing, retention: Retention) -> None:
        if kept[-1:] != [retention]:
            kept.append(retention)

    monkeypatch.setattr(Sealing, "keep", keep)
    file = tmp_path / "stations.toml"
    alder = '[[station]]\nid = "alder"\nname = "Alder"\nurl = "http://127.0.0.1:1"\n'
    file.write_text(alder)
    fleet = Fleet(ConfigFiles([file]), store, SystemClock(), random=Random(1), make_source=make_source)
    async with running(fleet):
        await until(lambda: kept == [Retention()])
        edit(file, alder + '[history]\nkeep_changes = "104w"\nmax_size = "20G"\n')
        await until(lambda: kept[1:] == [Retention(104 * 604_800, 20 * 2**30)])
        edit(file, alder + '[history]\nkeep_changes = "1s"\nmax_size = "20G"\n')
        await until(lambda: kept[2:] == [Retention()])


def events(store: Path) -> list[Event]:
    with closing(Reader(store)) as reader:
        return list(reader.events(0.0, SystemClock().now() + 60))


async def test_a_focused_station_is_asked_more_often(
    store: Path, asked: dict[str, int], make_source: fleet_module.MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_reads, "FOCUS_CADENCE_S", 0.05)
    fleet = Fleet(
        FixedStations((station("alder"), station("birch"))),
        store,
        SystemClock(),
        random=Random(1),
        make_source=make_source,
    )
    async with running(fleet):
        await until(lambda: set(states(store).values()) == {StationState.LIVE})
        with closing(open_for_operator(store)) as db:
            focus(db, "alder", now=SystemClock().now(), who="mk")
        await until(lambda: asked["alder"] > 12)
        assert asked["birch"] <= 4
