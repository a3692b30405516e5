"""Devices and series names. A device is class + instance, not a bus name, so a renamed service keeps its history."""

from __future__ import annotations

from dataclasses import dataclass

BUS_PREFIX = "com.victronenergy."

CLASS_WORDS = {
    "acload": "AC load meter", "acsystem": "RS system", "alternator": "Alternator", "battery": "Battery",
    "charger": "Charger", "dcdc": "DC-DC charger", "dcgenset": "DC genset", "dcload": "DC load meter",
    "dcsource": "DC source meter", "dcsystem": "DC system meter", "digitalinput": "Digital input", "ev": "Electric car",
    "evcharger": "EV charger", "fuelcell": "Fuel cell", "generator": "Generator start/stop", "genset": "Genset",
    "gps": "GPS", "grid": "Grid meter", "heatpump": "Heat pump", "hub4": "ESS control", "inverter": "Inverter",
    "logger": "VRM logger", "meteo": "Weather sensor", "motordrive": "Motor drive", "multi": "RS inverter/charger",
    "platform": "GX device", "pulsemeter": "Pulse meter", "pvinverter": "PV inverter", "settings": "Settings",
    "solarcharger": "Solar charger", "switch": "Switch", "system": "System", "tank": "Tank",
    "temperature": "Temperature sensor", "vebus": "Inverter/charger", "vecan": "VE.Can",
}  # fmt: skip
"""What a device of a class is called by those who own one (Venus OS D-Bus service classes)."""


@dataclass(frozen=True, slots=True, order=True)
class DeviceKey:
    """Class and instance as Victron's own MQTT names them: `battery/258`, `system/0`."""

    cls: str
    instance: str

    def __str__(self) -> str:
        return f"{self.cls}/{self.instance}"

    @property
    def words(self) -> str:
        """What a person calls a device that has no name: `Solar charger 278`; an unknown class by its own name."""
        return f"{CLASS_WORDS.get(self.cls, self.cls)} {self.instance}"

    def series(self, path: str) -> str:
        """The series name of a path of this device: `battery/258/Dc/0/Voltage`."""
        return f"{self.cls}/{self.instance}/{path.lstrip('/')}"

    @classmethod
    def parse(cls, text: str) -> DeviceKey:
        """The key written as `class/instance`.

        Raises:
            ValueError: where the text has no instance.
        """
        name, slash, instance = text.partition("/")
        if not (name and slash and instance):
            raise ValueError(f"{text!r} is no device: expected class/instance, such as battery/258")
        return cls(name, instance)


def split_series(series: str) -> tuple[DeviceKey, str]:
    """Device and path of a series name `class/instance/path`; the path has no leading slash.

    Raises:
        ValueError: where the name has no path.
    """
    parts = series.split("/", 2)
    if len(parts) != 3 or not all(parts):
        raise ValueError(f"{series!r} is no series: expected class/instance/path, such as system/0/Dc/Battery/Soc")
    return DeviceKey(parts[0], parts[1]), parts[2]


def class_of(service: str) -> str:
    """The class in a bus name: `battery` of `com.victronenergy.battery.socketcan_can0`."""
    return service.removeprefix(BUS_PREFIX).split(".", 1)[0]


def suffix_of(service: str) -> str:
    """What follows the class in a bus name: `socketcan_can0`; empty where nothing does."""
    return service.removeprefix(BUS_PREFIX).partition(".")[2]
