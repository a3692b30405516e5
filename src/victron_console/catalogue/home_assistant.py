"""Which series an entity of Home Assistant's Victron integrations is, by the name that the integration gives it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from victron_console.model.device import DeviceKey

BATTERY_UNIT = "225"
"""Modbus unit of the battery: hass-victron leaves it out of a name, as it does that of the system."""
_MQTT = re.compile(r"sensor\.victron_mqtt_(?:([0-9a-f]{12})_)?([a-z]+)_(\d{1,6})_(\w+)")
_MODBUS = re.compile(r"sensor\.victron_([a-z]\w*?)(?:_(\d{1,3}))?")


def series_of_entity(entity: str) -> str | None:
    """Class, instance and path of an entity such as `sensor.victron_mqtt_battery_512_battery_soc`; None for others.

    The instance of hass-victron is a unit of Modbus, which is not always that of D-Bus.
    """
    if found := _MQTT.fullmatch(entity):
        _, cls, instance, name = found.groups()
        path = _path(name, "mqtt") if name.startswith((cls, "auxiliary", "starter")) else None
        return DeviceKey(cls, instance).series(path) if path else None
    found = _MODBUS.fullmatch(entity)
    place = _path(found[1], "modbus") if found else None
    if not found or not place:
        return None
    cls, _, path = place.partition("/")
    if cls == "system" and found[2]:
        return None  # its unit is never in a name: the number is that of a second site
    return DeviceKey(cls, found[2] or (BATTERY_UNIT if cls == "battery" else "0")).series(path)


def portal_of_entity(entity: str) -> str | None:
    """The portal id in an entity's name, where it has one."""
    found = _MQTT.fullmatch(entity)
    return found[1] if found else None


def _path(name: str, integration: str) -> str | None:
    for pattern, path in _patterns(integration):
        if found := pattern.fullmatch(name):
            return re.sub(r"\{\w\}", found[1], path) if found.groups() else path
    return None


@cache
def _patterns(integration: str) -> list[tuple[re.Pattern[str], str]]:
    table = tomllib.loads((files(__package__) / "home_assistant.toml").read_text(encoding="utf-8"))[integration]
    return [(re.compile(re.sub(r"\{\w\}", r"(\\d{1,2})", name)), path) for name, path in table.items()]
