"""Makes the source that a station's configuration describes."""

from __future__ import annotations

from collections.abc import Mapping

from victron_console.config import StationConfig
from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey
from victron_console.sources.base import Source
from victron_console.sources.http_api import HttpApi


def source_of(config: StationConfig, clock: Clock, known: Mapping[str, DeviceKey] | None = None) -> Source:
    """The station's source, not yet connected.

    Args:
        config: the station.
        clock: names the moments of its readings.
        known: the device keys that services had in an earlier run, by bus name; they keep them.

    Raises:
        ValueError: with a sentence, where the configuration describes none that can be used.
    """
    access = config.http_target()
    if access is None:
        raise ValueError(f'{config.id} names no HTTP API: give it url = "http://host:8088"')
    return HttpApi(access, clock, known=known)
