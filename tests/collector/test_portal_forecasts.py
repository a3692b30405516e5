"""The portal's forecasts are kept for the sites that are read there, and one refusal keeps no other from its own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx

from victron_console.collector.advice.portal_forecasts import PortalForecasts
from victron_console.collector.recorder import Recorder
from victron_console.config import load
from victron_console.config.vrm import VrmAccess
from victron_console.model.clock import Clock, ManualClock
from victron_console.sources.vrm.client import VrmClient
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

NOW = 1_780_000_200.0
STATIONS = """
[[station]]
id = "alder"
name = "Alder"
[station.vrm]
site = 7
token = "env:PORTAL_TOKEN"
[[station]]
id = "birch"
name = "Birch"
[station.vrm]
site = 8
token = "env:PORTAL_TOKEN"
[[station]]
id = "cedar"
name = "Cedar"
[station.http]
url = "http://192.0.2.1"
"""


def give(request: httpx.Request) -> httpx.Response:
    if "/installations/7/" in request.url.path:
        return httpx.Response(500)
    start = int(request.url.params["start"])
    return httpx.Response(200, json={"success": True, "records": {"vrm_consumption_fc": [[start * 1000, 400.0]]}})


def client(access: VrmAccess, clock: Clock) -> VrmClient:
    return VrmClient(access, clock, transport=httpx.MockTransport(give))


async def test_what_the_portal_expects_is_kept_for_each_site_read_there(tmp_path: Path) -> None:
    files = tmp_path / "stations.toml"
    files.write_text(STATIONS, "utf-8")
    loaded = load([files], {"PORTAL_TOKEN": "portal-forecasts"})
    assert not loaded.faults
    store, clock = tmp_path / "store.db", ManualClock(NOW)
    with closing(Writer(store, clock)) as writer:
        writer.register([StationRecord(config.id, config.name) for config in loaded.stations])
    recorder = Recorder(store, clock, lambda: Writer(store, clock))
    await recorder.open()
    forecasts = PortalForecasts(clock, recorder, make_client=client)
    forecasts.use(loaded.stations)
    try:
        await forecasts.fetch()
    finally:
        await recorder.close()
    with closing(Reader(store, clock)) as reader:
        kept = {name: reader.forecasts(name, "vrm", 0.0, NOW) for name in ("alder", "birch", "cedar")}
    assert [one.values("load_kwh", NOW - NOW % 3600.0, 1) for one in kept["birch"]] == [(0.4,)]
    assert kept["alder"] == [] and kept["cedar"] == [], "one is refused, one is not of the portal"
