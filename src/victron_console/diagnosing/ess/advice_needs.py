"""Whether a station file names what advice needs. Loads no array library: the collector asks it each hour."""

from __future__ import annotations

from victron_console.model.station_info import StationInfo


def has_tariff(info: StationInfo) -> bool:
    """Whether a station file says what energy costs, in a file or by a published list."""
    return bool(info.ess.tariff_file or info.prices.source)


def wants_advice(info: StationInfo) -> bool:
    """Whether a station file names all that advice needs: tariff, powers, capacity, array and place."""
    ess = info.ess
    capacity = ess.capacity_kwh or info.battery.capacity_ah
    needs = (has_tariff(info), ess.charge_kw, ess.discharge_kw, capacity, info.pv.kwp)
    return all(needs) and info.location.latitude is not None
