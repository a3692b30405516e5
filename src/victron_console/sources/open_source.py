"""Makes the source that a station's configuration describes."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol, cast

from victron_console.config import SourceSettings, StationConfig
from victron_console.model.clock import Clock
from victron_console.sources.base import Source
from victron_console.sources.fallback import Fallback, Way
from victron_console.sources.naming import KnownDevice


class SourceModule(Protocol):
    """The module of a source: `victron_console.sources.` and its name in `config.sources.SOURCES`.

    It is loaded when the first station of that kind is made: the libraries of one that is not used cost nothing.
    """

    def make(self, settings: SourceSettings, clock: Clock, known: Mapping[str, KnownDevice]) -> Source:
        """The source, not yet connected, for settings of its own kind."""
        ...


def open_source(config: StationConfig, clock: Clock, known: Mapping[str, KnownDevice] | None = None) -> Source:
    """The station's source, not yet connected.

    Args:
        config: the station.
        clock: names the moments of its readings.
        known: the devices that services were in an earlier run, by bus name; they keep their keys.
    """
    first = _way(config, config.source, clock, known or {})
    if config.fallback is None:
        return first.source
    return Fallback(first, _way(config, config.fallback, clock, known or {}), clock)


def _way(config: StationConfig, name: str, clock: Clock, known: Mapping[str, KnownDevice]) -> Way:
    settings = config.sources[name]
    module = cast(SourceModule, import_module(f"victron_console.sources.{name}"))
    return Way(settings.LABEL, module.make(settings, clock, known))
