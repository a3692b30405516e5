"""Day-ahead prices of Germany and Austria as aWATTar publishes them: https://www.awattar.de/services/api."""

from __future__ import annotations

import httpx
from pydantic import BaseModel, Field, FiniteFloat

from victron_console.config.prices import PriceAccess
from victron_console.sources.prices.spot import MOST_QUARTERS, NoPriceList, Price, SpotPrices, spot_prices, unit_of

URL = "https://api.awattar.{zone}/v1/marketdata"


class _Entry(BaseModel):
    """Times in milliseconds of UTC epoch."""

    start_timestamp: FiniteFloat
    end_timestamp: FiniteFloat
    marketprice: FiniteFloat
    unit: str


class _Answer(BaseModel):
    data: list[_Entry] = Field(max_length=MOST_QUARTERS)


def request(access: PriceAccess, since: float, until: float) -> httpx.Request:
    """What is asked for the prices between two moments (UTC epoch, s)."""
    span = {"start": f"{since * 1000:.0f}", "end": f"{until * 1000:.0f}"}
    return httpx.Request("GET", access.url or URL.format(zone=access.zone), params=span)


def read(body: bytes, access: PriceAccess) -> SpotPrices:
    """The list of an answer.

    Raises:
        NoPriceList: it is none.
    """
    entries = _Answer.model_validate_json(body).data
    units = {unit_of(entry.unit) for entry in entries}
    if len(units) > 1:
        raise NoPriceList("the prices are in more than one unit")
    currency, kwh = units.pop() if units else ("", 1.0)
    return spot_prices(
        currency,
        (
            Price(
                entry.start_timestamp / 1000, (entry.end_timestamp - entry.start_timestamp) / 1000,
                entry.marketprice / kwh,
            )
            for entry in entries
        ),
    )  # fmt: skip
