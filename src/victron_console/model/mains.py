"""Which mains a station is on: of its country where the time zone tells it, else the only nominal near the measured.

Nominal values by country as in IEC's "World plugs" and IEC 60038 (220 and 240 V at 50 Hz became 230 V); a country of
several voltages is left out. Where nothing fits it stays unknown: a wrong nominal would find fault with a sound supply.
"""

from __future__ import annotations

from collections.abc import Mapping

NEAR = 0.045
"""Of a nominal: a supply that is sound stands nearer to it by its median (own judgement)."""
FAR = 0.2
"""The median of a weak supply still tells a country's voltage from another, or from that between two phases."""
NOMINAL_V: Mapping[float, tuple[float, ...]] = {
    50.0: (100.0, 110.0, 120.0, 127.0, 200.0, 230.0, 277.0),
    60.0: (100.0, 110.0, 120.0, 127.0, 200.0, 208.0, 220.0, 230.0, 240.0, 277.0),
}
"""Between phase and neutral, or between the legs of a split phase."""
HARMONIZED_V, HARMONIZED_AT = (218.5, 245.0), (230.0, 50.0)
"""220, 230 and 240 V at 50 Hz: all within the limits of 230 V."""
_230_50 = """
Europe/ Australia/ Pacific/Auckland Africa/Johannesburg Africa/Nairobi Africa/Lagos Africa/Accra Africa/Cairo
Africa/Tunis Africa/Algiers Asia/Kolkata Asia/Calcutta Asia/Colombo Asia/Kathmandu Asia/Dhaka Asia/Bangkok Asia/Jakarta
Asia/Singapore Asia/Kuala_Lumpur Asia/Jerusalem Asia/Amman Asia/Dubai Asia/Karachi Asia/Nicosia Asia/Istanbul
Atlantic/Canary Atlantic/Madeira Atlantic/Azores Atlantic/Reykjavik Indian/Mauritius Indian/Reunion
"""
_120_60 = """
America/New_York America/Detroit America/Chicago America/Denver America/Boise America/Phoenix America/Los_Angeles
America/Anchorage America/Juneau America/Indiana/ America/Kentucky/ America/North_Dakota/ Pacific/Honolulu US/
America/Toronto America/Vancouver America/Edmonton America/Winnipeg America/Regina America/Halifax America/Moncton
America/St_Johns America/Whitehorse America/Yellowknife America/Puerto_Rico Canada/
"""
_127_60 = """
America/Mexico_City America/Monterrey America/Tijuana America/Hermosillo America/Cancun America/Merida Mexico/
"""
_OF_ZONE: Mapping[str, tuple[float, float]] = {
    zone: mains
    for zones, mains in ((_230_50, (230.0, 50.0)), (_120_60, (120.0, 60.0)), (_127_60, (127.0, 60.0)))
    for zone in zones.split()
} | {"Asia/Seoul": (220.0, 60.0), "Asia/Taipei": (110.0, 60.0), "Asia/Manila": (230.0, 60.0)}


def nominal_frequency(measured_hz: float) -> float:
    """50 or 60 Hz, whichever is nearer."""
    return min(NOMINAL_V, key=lambda nominal: abs(nominal - measured_hz))


def nominal_voltage(median_v: float, nominal_hz: float, zone: str | None = None) -> float | None:
    """The nominal voltage of a phase, V; None where it cannot be told.

    Args:
        median_v: of what was measured.
        nominal_hz: 50 or 60.
        zone: IANA name of the station's time zone.
    """
    country = _of_zone(zone)
    if country and country[1] == nominal_hz and abs(median_v / country[0] - 1.0) <= FAR:
        return country[0]
    if nominal_hz == HARMONIZED_AT[1] and HARMONIZED_V[0] <= median_v <= HARMONIZED_V[1]:
        return HARMONIZED_AT[0]
    nearest = min(NOMINAL_V[nominal_hz], key=lambda nominal: abs(nominal - median_v))
    return nearest if abs(median_v / nearest - 1.0) <= NEAR else None


def _of_zone(zone: str | None) -> tuple[float, float] | None:
    if zone is None:
        return None
    return _OF_ZONE.get(zone) or next(
        (mains for name, mains in _OF_ZONE.items() if name.endswith("/") and zone.startswith(name)), None
    )
