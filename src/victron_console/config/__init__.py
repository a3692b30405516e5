"""Stations and console settings as TOML files say them: read, checked, watched and written."""

from victron_console.config.backup import BackupSettings
from victron_console.config.engine import EngineSettings
from victron_console.config.faults import ConfigError, Fault
from victron_console.config.files import (
    APP_NAME,
    LoadResult,
    default_paths,
    load,
    station_from,
    user_folder,
)
from victron_console.config.heartbeat import HeartbeatSettings
from victron_console.config.history import HistorySettings
from victron_console.config.notify import NotifySettings
from victron_console.config.source_settings import SourceSettings
from victron_console.config.sources import SOURCES, HttpAccess, HttpSettings, MqttAccess, MqttSettings
from victron_console.config.station import StationConfig
from victron_console.config.tables import ConsoleSettings
from victron_console.config.watch import ConfigFiles, FixedStations, StationFiles
from victron_console.config.write import station_text, write_station

__all__ = [
    "APP_NAME",
    "SOURCES",
    "BackupSettings",
    "ConfigError",
    "ConfigFiles",
    "ConsoleSettings",
    "EngineSettings",
    "Fault",
    "FixedStations",
    "HeartbeatSettings",
    "HistorySettings",
    "HttpAccess",
    "HttpSettings",
    "LoadResult",
    "MqttAccess",
    "MqttSettings",
    "NotifySettings",
    "SourceSettings",
    "StationConfig",
    "StationFiles",
    "default_paths",
    "load",
    "station_from",
    "station_text",
    "user_folder",
    "write_station",
]
