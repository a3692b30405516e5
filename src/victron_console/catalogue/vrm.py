"""Every host, limit and field of Victron's portal (VRM) that the program relies on, in one table.

Victron publishes the interface as OpenAPI (https://vrm-api-docs.victronenergy.com), its limits in the text of it, and
the rule for the brokers in https://github.com/victronenergy/dbus-flashmq. `assumed` marks what none of them says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

API = "https://vrmapi.victronenergy.com/v2"
TOKEN_HEADER = "x-authorization"
TOKEN_SCHEME = "Token"
BROKERS = 128
BROKER_DOMAIN = "victronenergy.com"

BURST = 200
"""Requests that may come at once, by token (assumed: by token and not by address)."""
PER_S = 3.0
"""Requests of these given back each second."""
LONGEST_STATS_DAYS = 31
"""Of a question for quarters of an hour; for days it is 180."""
OLDEST_DAYS = 5 * 365
"""Nothing older is kept, users report (victronenergy/vrm-api-python-client, issue 10)."""
LOG_INTERVAL_S = 900.0
"""How often a GX sends its values, where it says nothing else."""
MOST_DIAGNOSTICS = 1000
"""Records in one answer to `diagnostics` (assumed)."""


def broker_of(portal_id: str) -> str:
    """Victron's broker for a station: the sum of the characters of its lower-case id, modulo 128, names it."""
    return f"mqtt{sum(map(ord, portal_id.lower())) % BROKERS}.{BROKER_DOMAIN}"


class EnergyKind(StrEnum):
    """An energy of a site, never negative, kWh."""

    PV = "pv"
    IMPORTED = "imported"
    EXPORTED = "exported"
    CHARGED = "charged"
    DISCHARGED = "discharged"
    LOAD = "load"
    GENSET = "genset"


FLOWS = ("Pc", "Pb", "Pg", "Gc", "Gb", "Bc", "Bg", "gc", "gb")
"""kWh from one part of a site to another: P PV, G grid, B battery, g genset (assumed); c loads, b battery, g grid."""
SUMS: dict[EnergyKind, tuple[str, ...]] = {
    EnergyKind.PV: ("Pc", "Pb", "Pg"),
    EnergyKind.IMPORTED: ("Gc", "Gb"),
    EnergyKind.EXPORTED: ("Pg", "Bg"),
    EnergyKind.CHARGED: ("Pb", "Gb", "gb"),
    EnergyKind.DISCHARGED: ("Bc", "Bg"),
    EnergyKind.LOAD: ("Pc", "Bc", "Gc", "gc"),
    EnergyKind.GENSET: ("gc", "gb"),
}
"""What each energy is the sum of. The portal leaves out what is zero, so a flow that is missing counts as none."""


@dataclass(frozen=True, slots=True)
class MeanCode:
    """A measured value that the portal keeps a mean, a lowest and a highest of."""

    code: str
    name: str
    unit: str


SOC = MeanCode("bs", "SOC", "%")
VOLTAGE = MeanCode("bv", "battery voltage", "V")
MEANS = (SOC, VOLTAGE)
"""An energy of nothing is left out, so a quarter of an hour without one of these tells that nothing was sent."""
FACTORS = {"TTG": 3600.0}
"""What a value is to be multiplied by to be in the unit of D-Bus, by code: time to go is in hours here."""
LATITUDE, LONGITUDE = "lt", "lg"

FORECAST_CODES = {"vrm_consumption_fc": "load_kwh", "solar_yield_forecast": "pv_kwh"}
"""What the portal expects by the hour, in Wh (not kWh, as clients of it read them), and what we call it."""
