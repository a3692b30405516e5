"""Day-ahead prices as Energy-Charts of Fraunhofer ISE publishes them: https://api.energy-charts.info, `/price`.

In EUR per MWh for every zone, also for those that pay in another currency.
"""

from __future__ import annotations

import httpx
from pydantic import BaseModel, Field, FiniteFloat

from victron_console.config.prices import PriceAccess
from victron_console.model.clock import iso_utc
from victron_console.sources.prices.spot import (
    MOST_QUARTERS,
    NoPriceList,
    Price,
    SpotPrices,
    spot_prices,
    unit_of,
    until_next,
)

URL = "https://api.energy-charts.info/price"


class _Answer(BaseModel):
    unix_seconds: list[FiniteFloat] = Field(max_length=MOST_QUARTERS)
    price: list[FiniteFloat | None] = Field(max_length=MOST_QUARTERS)
    unit: str


def request(access: PriceAccess, since: float, until: float) -> httpx.Request:
    """What is asked for the prices between two moments (UTC epoch, s)."""
    span = {"start": iso_utc(since)[:10], "end": iso_utc(until)[:10]}
    return httpx.Request("GET", access.url or URL, params={"bzn": access.zone, **span})


def read(body: bytes, access: PriceAccess) -> SpotPrices:
    """The list of an answer.

    Raises:
        NoPriceList: it is none.
    """
    answer = _Answer.model_validate_json(body)
    if len(answer.unix_seconds) != len(answer.price):
        raise NoPriceList("unix_seconds and price are not equally long")
    currency, kwh = unit_of(answer.unit)
    rows = zip(answer.unix_seconds, until_next(answer.unix_seconds) if answer.price else [], answer.price, strict=True)
    return spot_prices(
        currency, (Price(begin, length_s, price / kwh) for begin, length_s, price in rows if price is not None)
    )
