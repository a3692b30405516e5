"""Which facts are told of a device, by its class: data, no drawing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a line: where it is read, and the words around it."""

    path: str
    unit: str = ""
    """Empty: the words of an enum or a text."""
    decimals: int = 0
    before: str = ""
    after: str = ""
    factor: float = 1.0


_GENSET = (
    Fact("StatusCode"),
    Fact("Engine/Speed", "rpm"),
    Fact("Engine/Load", "%", before="load"),
    Fact("Engine/CoolantTemperature", "C"),
    Fact("Engine/OilPressure", "kPa", after="oil"),
    Fact("StarterVoltage", "V", 1, after="start"),
    Fact("Engine/OperatingHours", "h", factor=1 / 3600, after="in all"),
)

FACTS: dict[str, tuple[Fact, ...]] = {
    "genset": _GENSET,
    "dcgenset": (*_GENSET, Fact("Dc/0/Power", "W"), Fact("Dc/0/Voltage", "V", 1)),
    "solarcharger": (
        Fact("Pv/V", "V"),
        Fact("Dc/0/Current", "A", 1),
        Fact("State"),
        Fact("History/Daily/0/Yield", "kWh", 2, after="today"),
        Fact("Yield/User", "kWh", 1, after="in all"),
    ),
    "pvinverter": (Fact("Ac/Power", "W"), Fact("StatusCode"), Fact("Ac/Energy/Forward", "kWh", 1, after="in all")),
    "dcsource": (Fact("Dc/0/Voltage", "V", 1), Fact("Dc/0/Current", "A", 1), Fact("ProductName")),
    "alternator": (
        Fact("Dc/0/Voltage", "V", 1),
        Fact("Dc/0/Current", "A", 1),
        Fact("Engine/Speed", "rpm"),
        Fact("FieldDrive", "%", before="field"),
        Fact("Dc/0/Temperature", "C"),
        Fact("State"),
    ),
    "fuelcell": (Fact("Dc/0/Voltage", "V", 1), Fact("Dc/0/Current", "A", 1), Fact("State")),
    "charger": (
        Fact("Dc/0/Voltage", "V", 1),
        Fact("Dc/0/Current", "A", 1),
        Fact("State"),
        Fact("Ac/In/L1/I", "A", 1, after="AC in"),
    ),
    "dcdc": (
        Fact("Dc/In/V", "V", 1, before="in"),
        Fact("Dc/In/P", "W"),
        Fact("Dc/0/Voltage", "V", 1, before="out"),
        Fact("Dc/0/Current", "A", 1),
        Fact("State"),
    ),
    "dcsystem": (Fact("Dc/0/Voltage", "V", 1), Fact("Dc/0/Current", "A", 1), Fact("Dc/0/Power", "W")),
    "dcload": (Fact("Dc/0/Voltage", "V", 1), Fact("Dc/0/Current", "A", 1), Fact("Dc/0/Power", "W")),
    "evcharger": (
        Fact("Status"),
        Fact("Ac/Power", "W"),
        Fact("Current", "A"),
        Fact("Session/Energy", "kWh", 1, after="session"),
        Fact("Ac/Energy/Forward", "kWh", 1, after="in all"),
    ),
    "heatpump": (Fact("Ac/Power", "W"), Fact("State")),
    "acload": (Fact("Ac/Power", "W"), Fact("Ac/Energy/Forward", "kWh", 1, after="in all")),
    "grid": (
        Fact("Ac/Power", "W", after="by its total"),
        Fact("Ac/Energy/Forward", "kWh", 1, after="in"),
        Fact("Ac/Energy/Reverse", "kWh", 1, after="out"),
    ),
    "vebus": (Fact("Mode"), Fact("State"), Fact("Dc/0/Temperature", "C", after="battery sense")),
    "multi": (Fact("Mode"), Fact("State"), Fact("Dc/0/RippleVoltage", "mV", after="ripple", factor=1000)),
    "inverter": (Fact("Mode"), Fact("State"), Fact("Dc/0/Voltage", "V", 1)),
    "motordrive": (Fact("Motor/RPM", "rpm"), Fact("Dc/0/Power", "W"), Fact("Motor/Temperature", "C")),
    "meteo": (Fact("Irradiance", "W/m²"), Fact("CellTemperature", "C", after="panel"), Fact("WindSpeed", "m/s", 1)),
    "digitalinput": (Fact("Type"), Fact("State"), Fact("Count", "times")),
    "pulsemeter": (Fact("Aggregate", "m³", 1),),
    "gps": (Fact("Speed", "m/s", 1), Fact("NrOfSatellites", "satellites")),
}
"""What is told of a device, by class and in this order; a fact that it does not have is left out."""

LABELS = {
    "acload": "ACLOAD",
    "alternator": "ALTERNATOR",
    "charger": "CHARGER",
    "dcdc": "DC-DC",
    "dcgenset": "GENSET",
    "dcload": "DC LOAD",
    "dcsource": "DC SOURCE",
    "dcsystem": "DC LOADS",
    "digitalinput": "INPUT",
    "evcharger": "EV",
    "fuelcell": "FUEL CELL",
    "genset": "GENSET",
    "grid": "GRID METER",
    "heatpump": "HEAT PUMP",
    "inverter": "INVERTER",
    "meteo": "METEO",
    "motordrive": "MOTOR",
    "multi": "RS",
    "pulsemeter": "PULSES",
    "pvinverter": "PV AC",
    "vebus": "MULTI",
}
"""What a class is called; one that is not here is called by its own name."""
ORDER = ("genset", "dcgenset", "solarcharger", "pvinverter", "dcsource", "alternator", "fuelcell", "charger", "dcdc",
          "evcharger", "heatpump", "acload", "grid", "dcsystem", "dcload", "vebus", "multi", "inverter", "motordrive",
          "meteo", "digitalinput", "pulsemeter", "gps")  # fmt: skip
NO_LINE = {"system", "settings", "platform", "logger", "hub4", "battery", "generator", "tank", "temperature", "vecan",
            "acsystem", "modbustcp", "fronius", "switch", "adc", "ble", "shelly", "packet", "hub5", "mk2"}  # fmt: skip
"""Classes that have a place of their own on the screen, or none: services of the GX that measure nothing."""
