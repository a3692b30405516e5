"""Half-hourly unit rates of Octopus Agile: https://developer.octopus.energy, `standard-unit-rates`.

In pence per kWh; taken with VAT, as a home pays it.
"""

from __future__ import annotations

import httpx
from pydantic import BaseModel, Field, FiniteFloat

from victron_console.config.prices import PriceAccess
from victron_console.model.clock import iso_utc
from victron_console.sources.prices.spot import MOST_QUARTERS, NoPriceList, Price, SpotPrices, moment, spot_prices

URL = "https://api.octopus.energy/v1/products/{product}/electricity-tariffs/{tariff}/standard-unit-rates/"
PENCE = 100.0
PAGE = 1500
"""The most that the API gives at once: a month of half hours."""


class _Rate(BaseModel):
    value_inc_vat: FiniteFloat
    valid_from: str = Field(max_length=40)
    valid_to: str | None = Field(max_length=40)


class _Answer(BaseModel):
    results: list[_Rate] = Field(max_length=MOST_QUARTERS)


def request(access: PriceAccess, since: float, until: float) -> httpx.Request:
    """What is asked for the prices between two moments (UTC epoch, s)."""
    product = access.zone[len("E-1R-") : -len("-C")]
    span = {"period_from": iso_utc(since)[:16] + "Z", "period_to": iso_utc(until)[:16] + "Z", "page_size": str(PAGE)}
    return httpx.Request("GET", access.url or URL.format(product=product, tariff=access.zone), params=span)


def read(body: bytes, access: PriceAccess) -> SpotPrices:
    """The list of an answer.

    Raises:
        NoPriceList: it is none, or a rate has no end: that tariff is no list.
    """
    return spot_prices("GBP", map(_price, _Answer.model_validate_json(body).results))


def _price(rate: _Rate) -> Price:
    if rate.valid_to is None:
        raise NoPriceList("a rate has no end: that tariff is no list of half hours")
    begin = moment(rate.valid_from)
    return Price(begin, moment(rate.valid_to) - begin, rate.value_inc_vat / PENCE)
