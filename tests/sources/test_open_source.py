"""Which source a station's file makes."""

from __future__ import annotations

import pytest

from victron_console.config import SOURCES, station_from
from victron_console.model.clock import ManualClock
from victron_console.sources.fallback import Fallback
from victron_console.sources.http import HttpApi
from victron_console.sources.mqtt import Mqtt
from victron_console.sources.open_source import open_source
from victron_console.sources.vrm.source import VrmPortal

EXAMPLES = {
    "http": {"url": "http://192.0.2.10:8088"},
    "mqtt": {"host": "192.0.2.10"},
    "vrm": {"site": 150001, "token": "env:PATH"},
}
MADE = {"http": HttpApi, "mqtt": Mqtt, "vrm": VrmPortal}


@pytest.mark.parametrize("name", SOURCES)
async def test_each_table_makes_its_own_source(name: str) -> None:
    source = open_source(station_from({"id": "a", "name": "A", name: EXAMPLES[name]}), ManualClock(at=0.0))
    assert type(source) is MADE[name]
    await source.close()


async def test_a_fallback_names_both_ways_as_people_know_them() -> None:
    station = station_from({"id": "a", "name": "A", "source": "mqtt", "fallback": "http", **EXAMPLES})
    source = open_source(station, ManualClock(at=0.0))
    assert isinstance(source, Fallback)
    assert (source.first.name, source.second.name) == ("MQTT", "HTTP")
    await source.close()


def test_a_station_is_known_by_its_hosts_and_its_portal_id_but_not_by_a_broker_of_many() -> None:
    own = station_from({"id": "a", "name": "A", "url": "http://Alder.lan:8088", "mqtt": {"host": "192.0.2.10"}})
    assert own.identities() == {"alder.lan", "192.0.2.10"}
    vrm = {"vrm": True, "portal_id": "C0619AB4E53F", "username": "me@example.org", "token": "env:T"}
    assert station_from({"id": "b", "name": "B", "mqtt": vrm}, {"T": "1"}).identities() == {"c0619ab4e53f"}
