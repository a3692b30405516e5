"""A store whose stations are each in another trouble with their link, and a collector that holds its lease."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.console.sample_fleet import NOW

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.store.answers import StoreSize
from victron_console.store.lease import Lease, lease_file
from victron_console.store.read.reader import Reader
from victron_console.store.records import (
    CollectorState,
    Event,
    LinkState,
    PollSample,
    ServiceChange,
    StationRecord,
    StationUpdate,
)
from victron_console.store.write.writer import Writer

API = "Victron DBus API Server 3.2.0"
REFUSED = "192.0.2.11:8088 refused the connection: is the API running?"
FOREIGN = (
    "192.0.2.12:8088 answers, but not as Victron DBus API Server (`[bold]nginx[/]`): another program listens there."
)
NAMES = ("Alder Farm", "Birch Clinic", "Cedar Tower", "Dune Pump", "Elm School", "Fir House")
IDS = tuple(name.lower().replace(" ", "-") for name in NAMES)
FOREIGN_AT, LOST_AT = NOW - 3000, NOW - 2047
TANK = "com.victronenergy.tank.ttyUSB1"


def polls(round_trip_s: float, since: float, until: float, errors: int = 0) -> list[PollSample]:
    """One answered poll each 20 s, some failed ones at the end."""
    times = range(int(since), int(until), 20)
    good = [PollSample(at, ok=True, round_trip_s=round_trip_s * (1 + at % 7 / 3), size_bytes=4000) for at in times]
    return good + [PollSample(until - 40 * n, ok=False, error=REFUSED) for n in range(errors)]


def read(at: float) -> list[ServiceReading]:
    keys = {"com.victronenergy.system": "system/0", "com.victronenergy.battery.ttyO0": "battery/512", TANK: "tank/3"}
    return [
        ServiceReading(service, DeviceKey.parse(key), at, {"Serial": Reading("c0619ab0", at)})
        for service, key in keys.items()
    ]


def update(
    station: str,
    state: StationState,
    samples: list[PollSample],
    link: LinkState,
    *,
    at: float = NOW - 4,
    since: float = NOW - 3700,
    reason: str = "",
    events: tuple[Event, ...] = (),
) -> StationUpdate:
    status, shown = StationStatus(state, since, reason), Overview(soc_percent=50, firmware="v3.70")
    return StationUpdate(station, at, read(at), status, shown, polls=samples, link=link, events=events)


def fleet() -> Iterator[StationUpdate]:
    alder, birch, cedar, dune, elm, fir = IDS
    hour = NOW - 3600
    yield update(alder, StationState.LIVE, polls(0.04, hour, NOW), LinkState(API, 0.4))
    aside = update(
        birch,
        StationState.DEGRADED,
        polls(0.3, hour, NOW),
        LinkState(API, 1.0, last_error="the tank service did not answer within 8 s", last_error_at=NOW - 500),
        reason="tank service not responding",
        events=(
            Event(NOW - 500, birch, "service", "the tank service does not answer; set aside, asked again in 4 min"),
        ),
    )
    yield aside
    hung = ServiceChange(TANK, DeviceKey("tank", "3"), ServiceState.SET_ASIDE, NOW - 500, "does not answer", NOW + 95)
    yield StationUpdate(birch, NOW - 3, service_changes=[hung])
    yield update(
        cedar,
        StationState.MISCONFIGURED,
        [],
        LinkState("", failures=9, next_try_at=NOW + 200, last_error=FOREIGN, last_error_at=NOW - 90),
        at=FOREIGN_AT,
        since=FOREIGN_AT,
        reason=FOREIGN,
    )
    yield update(
        dune,
        StationState.LOST,
        polls(0.9, hour, LOST_AT, errors=4),
        LinkState(API, -3.0, 14, NOW + 47, REFUSED, NOW - 80),
        at=LOST_AT - 90,
        since=LOST_AT,
        reason=REFUSED,
        events=(Event(LOST_AT, dune, "link", f"lost: {REFUSED}"),),
    )
    yield StationUpdate(dune, LOST_AT, failures=dict.fromkeys(map(DeviceKey.parse, ("system/0", "battery/512")), 14))
    yield update(elm, StationState.LIVE, polls(0.05, hour, NOW), LinkState(API, 7300.0))
    yield update(fir, StationState.LIVE, polls(1.4, hour, NOW, errors=20), LinkState(API, 0.0))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The store, with a collector that holds it."""
    path = tmp_path / "store.db"
    with closing(Writer(path, ManualClock(NOW - 2))) as writer:
        writer.register([StationRecord(station, name) for station, name in zip(IDS, NAMES, strict=True)])
        writer.record_all(list(fleet()))
        writer.record_collector(CollectorState(NOW - 90_000, 6, 0.2, 3, "the disk is full", NOW - 7200))
    # What differs between machines stands still: a file's size, the process and the host.
    monkeypatch.setattr(Reader, "size", lambda _: StoreSize(12_300_000, 4_100_000, NOW - 2))
    with Lease(path, ManualClock(NOW - 90_000)):
        lease_file(path).write_text(json.dumps({"pid": 4242, "host": "fleet-box", "since": NOW - 90_000}))
        yield path
