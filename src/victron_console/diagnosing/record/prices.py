"""What the grid's energy cost at the moments of a record, by the station's tariff."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

import numpy as np

from victron_console.diagnosing.ess.advice_needs import has_tariff
from victron_console.diagnosing.ess.station_tariff import read_tariff
from victron_console.diagnosing.ess.tariff import BadTariff, Tariff
from victron_console.diagnosing.power.energy import Powers
from victron_console.diagnosing.record.history import History
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.station_info import StationInfo
from victron_console.model.units import HOUR_S

log = logging.getLogger(__name__)


def tariff_of(store: Path, station: str, info: StationInfo, zone: tzinfo | None) -> Tariff | None:
    """The station's tariff; None where there is none that can be read, which then is logged."""
    if not has_tariff(info):
        return None
    try:
        return read_tariff(store, station, info, zone)
    except (BadTariff, OSError, UnicodeDecodeError) as error:
        log.warning("no costs: the tariff cannot be read: %s", error)
        return None


def prices_at(tariff: Tariff, at: FloatArray, zone: tzinfo | None) -> tuple[FloatArray, FloatArray]:
    """Buying and selling price of the hour of each moment; NaN where a list does not hold it."""
    hours, places = np.unique(at // HOUR_S, return_inverse=True)
    buy, sell = tariff.prices(hours * HOUR_S, zone)
    return buy[places], sell[places]


def with_prices(
    past: History, store: Path, station: str, info: StationInfo, zone: tzinfo | None
) -> tuple[History, str]:
    """The record with its prices, and their currency; as it was and an empty word without a tariff."""
    tariff = tariff_of(store, station, info, zone)
    if tariff is None or past.grid_w is None:
        return past, ""
    buy, sell = prices_at(tariff, past.at, zone)
    return replace(past, buy=buy, sell=sell), tariff.currency


def priced(powers: Powers, store: Path, station: str, info: StationInfo, zone: tzinfo | None) -> tuple[Powers, str]:
    """The same of powers."""
    tariff = tariff_of(store, station, info, zone)
    if tariff is None or powers.grid is None:
        return powers, ""
    buy, sell = prices_at(tariff, powers.at, zone)
    return replace(powers, buy=buy, sell=sell), tariff.currency
