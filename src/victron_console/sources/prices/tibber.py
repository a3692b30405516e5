"""Prices of a Tibber contract, today's and tomorrow's: https://developer.tibber.com, GraphQL `priceInfo`.

Per kWh in the contract's currency; `total` is energy with taxes.
"""

from __future__ import annotations

import httpx
from pydantic import BaseModel, Field, FiniteFloat

from victron_console.config.prices import PriceAccess
from victron_console.model.text import clean
from victron_console.sources.prices.spot import NoPriceList, Price, SpotPrices, moment, spot_prices, until_next

URL = "https://api.tibber.com/v1-beta/gql"
_PRICE = "{total startsAt currency}"
QUERY = (
    "{viewer{homes{id currentSubscription{priceInfo(resolution: QUARTER_HOURLY)"
    f"{{today{_PRICE} tomorrow{_PRICE}}}}}}}}}}}"
)
MOST_A_DAY = 110
"""A day of 25 hours has 100 quarters."""
MOST_HOMES = 100


class _Price(BaseModel):
    total: FiniteFloat
    startsAt: str = Field(max_length=40)
    currency: str


class _Info(BaseModel):
    today: list[_Price] = Field(max_length=MOST_A_DAY)
    tomorrow: list[_Price] | None = Field(default=None, max_length=MOST_A_DAY)


class _Contract(BaseModel):
    priceInfo: _Info | None = None


class _Home(BaseModel):
    id: str = ""
    currentSubscription: _Contract | None = None


class _Viewer(BaseModel):
    homes: list[_Home] = Field(max_length=MOST_HOMES)


class _Data(BaseModel):
    viewer: _Viewer


class _Fault(BaseModel):
    message: str = ""


class _Answer(BaseModel):
    data: _Data | None = None
    errors: list[_Fault] = Field(default=[], max_length=MOST_HOMES)


def request(access: PriceAccess, since: float, until: float) -> httpx.Request:
    """What is asked; the answer holds today and, once they are known, tomorrow."""
    return httpx.Request(
        "POST", access.url or URL, json={"query": QUERY}, headers={"authorization": f"Bearer {access.token}"}
    )


def read(body: bytes, access: PriceAccess) -> SpotPrices:
    """The list of an answer.

    Raises:
        NoPriceList: it is none, or the contract has no prices.
    """
    answer = _Answer.model_validate_json(body)
    if answer.data is None:
        told = answer.errors[0].message if answer.errors else "no data"
        raise NoPriceList(f"Tibber says: {clean(told, 120)}")
    for home in answer.data.viewer.homes:
        contract = home.currentSubscription
        if contract is not None and contract.priceInfo is not None and access.zone.lower() in ("", home.id.lower()):
            return _list([*contract.priceInfo.today, *(contract.priceInfo.tomorrow or ())])
    raise NoPriceList("no such home has a contract with prices")


def _list(prices: list[_Price]) -> SpotPrices:
    currencies = {price.currency for price in prices}
    if len(currencies) > 1:
        raise NoPriceList("the prices are in more than one currency")
    begins = [moment(price.startsAt) for price in prices]
    lengths = until_next(begins) if begins else []
    return spot_prices(
        currencies.pop() if currencies else "",
        (Price(begin, length_s, price.total) for begin, length_s, price in zip(begins, lengths, prices, strict=True)),
    )
