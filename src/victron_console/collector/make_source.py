"""Makes the source that a station's configuration describes."""

from __future__ import annotations

from collections.abc import Mapping

from victron_console.config import StationConfig
from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey
from victron_console.sources.base import Source
from victron_console.sources.fallback import Fallback, Way
from victron_console.sources.http_api import HttpApi
from victron_console.sources.mqtt import Mqtt


def source_of(config: StationConfig, clock: Clock, known: Mapping[str, DeviceKey] | None = None) -> Source:
    """The station's source, not yet connected.

    Args:
        config: the station.
        clock: names the moments of its readings.
        known: the device keys that services had in an earlier run, by bus name; they keep them.

    Raises:
        ValueError: with a sentence, where the configuration describes none that can be used.
    """
    first = _way(config, config.source, clock, known)
    if config.fallback is None:
        return first.source
    return Fallback(first, _way(config, config.fallback, clock, known), clock)


def _way(config: StationConfig, name: str, clock: Clock, known: Mapping[str, DeviceKey] | None) -> Way:
    if name == "mqtt":
        broker = config.mqtt_target()
        if broker is None:
            raise ValueError(f'{config.id} names no MQTT broker: give it a table [station.mqtt] with host = "…"')
        return Way("MQTT", Mqtt(broker, clock))
    api = config.http_target()
    if api is None:
        raise ValueError(f'{config.id} names no HTTP API: give it url = "http://host:8088"')
    return Way("HTTP", HttpApi(api, clock, known=known))
