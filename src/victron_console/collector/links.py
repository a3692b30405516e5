"""Makes the source that a station's configuration describes."""

from __future__ import annotations

from victron_console.config import StationConfig
from victron_console.model.clock import Clock
from victron_console.sources.base import Source
from victron_console.sources.http_api import HttpApi


def source_of(config: StationConfig, clock: Clock) -> Source:
    """The station's source, not yet connected.

    Raises:
        ValueError: with a sentence, where the configuration describes none that can be used.
    """
    access = config.http_target()
    if access is None:
        raise ValueError(f'{config.id} names no HTTP API: give it url = "http://host:8088"')
    return HttpApi(access, clock)
