"""What energy costs at a station: its tariff's file, or the list of prices that is kept for it. Asks nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

import numpy as np

from victron_console.diagnosing.ess.tariff import BadTariff, Tariff, from_csv, from_toml
from victron_console.model.station_info import PriceFacts, StationInfo
from victron_console.sources.prices import kept

LARGEST_TARIFF = 5_000_000
"""Characters: four years of quarters of an hour."""


def read_tariff(store: Path, station: str, info: StationInfo, zone: tzinfo | None) -> Tariff:
    """The tariff that a station file names.

    Args:
        store: beside which lists are kept.
        station: its id.
        info: of it.
        zone: of times that name none.

    Raises:
        BadTariff: it cannot be understood, or its list was never had.
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    if info.prices.source:
        list_ = kept.load(kept.file_of(store, station, info.prices))
        if list_ is None:
            raise BadTariff(f"the prices of {info.prices.source} were not fetched yet: the collector does")
        found = listed_tariff(list_, info.prices)
    else:
        path = Path(info.ess.tariff_file).expanduser()
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST_TARIFF + 1)
        if len(text) > LARGEST_TARIFF:
            raise BadTariff(f"{path} has more than {LARGEST_TARIFF} characters: it would be cut")
        found = from_csv(text, zone) if path.suffix == ".csv" else from_toml(text)
    return replace(found, currency=info.ess.currency) if info.ess.currency else found


def listed_tariff(list_: kept.KeptPrices, facts: PriceFacts) -> Tariff:
    """The tariff of a list, with what a station pays and is paid beside it."""
    prices = np.array(list_.prices)
    buy = prices * facts.factor + facts.add
    sell = prices * facts.sell_factor + facts.sell_add
    listed = dict(zip(list_.begins, zip(buy.tolist(), sell.tolist(), strict=True), strict=True))
    return Tariff(float(np.median(buy)), float(np.median(sell)), list_.currency, listed=listed)
