"""Day-ahead prices of ENTSO-E's transparency platform: document A44 of its web API, XML of IEC 62325-451-3.

Parsed by expat without a document type: no entity is ever declared, so none can grow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.parsers import expat

import httpx

from victron_console.config.prices import PriceAccess
from victron_console.model.text import clean
from victron_console.sources.prices.spot import (
    MOST_QUARTERS,
    QUARTER_S,
    NoPriceList,
    Price,
    SpotPrices,
    moment,
    spot_prices,
    unit_of,
)

URL = "https://web-api.tp.entsoe.eu/api"
DAY_AHEAD_PRICES = "A44"
VARIABLE_BLOCKS = "A03"
"""Curve type in which a price that repeats the one before it is left out."""
_RESOLUTIONS = {"PT15M": 900.0, "PT30M": 1800.0, "PT60M": 3600.0, "PT1H": 3600.0}
_SEQUENCE = "classificationSequence_AttributeInstanceComponent.position"
_DEEPEST = 20
_LONGEST_TEXT = 300
MOST_SERIES = 500


@dataclass(slots=True)
class _Period:
    texts: dict[str, str] = field(default_factory=dict)
    points: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class _Series:
    texts: dict[str, str] = field(default_factory=dict)
    periods: list[_Period] = field(default_factory=list)


def request(access: PriceAccess, since: float, until: float) -> httpx.Request:
    """What is asked for the prices between two moments (UTC epoch, s)."""
    span = {
        name: datetime.fromtimestamp(at, UTC).strftime("%Y%m%d%H00")
        for name, at in (("periodStart", since), ("periodEnd", until))
    }
    zones = {"in_Domain": access.zone, "out_Domain": access.zone}
    parameters = {"securityToken": access.token, "documentType": DAY_AHEAD_PRICES, **zones, **span}
    return httpx.Request("GET", access.url or URL, params=parameters)


def read(body: bytes, access: PriceAccess) -> SpotPrices:
    """The list of an answer: of several auctions of a day that of the lowest sequence, which couples the markets.

    Raises:
        NoPriceList: it is none; with the reason that the platform gives where it acknowledges instead.
    """
    document = _Document()
    document.parse(body)
    if not document.series:
        raise NoPriceList(f"ENTSO-E says: {clean(document.reason or 'no prices', 120)}")
    first = min(map(_sequence, document.series))
    series = [one for one in document.series if _sequence(one) == first]
    units = {
        unit_of(f"{one.texts.get('currency_Unit.name', '')}/{one.texts.get('price_Measure_Unit.name', '')}")
        for one in series
    }
    if len(units) != 1:
        raise NoPriceList("the prices are in more than one unit")
    currency, kwh = units.pop()
    return spot_prices(currency, _finest(series, kwh))


def _sequence(series: _Series) -> int:
    text = series.texts.get(_SEQUENCE, "1")
    return int(text) if text.isdecimal() and len(text) < 4 else 999


def _finest(series: list[_Series], kwh: float) -> Iterator[Price]:
    """The quarters of an hour of all periods; where one is given in two resolutions, by the finer."""
    taken: set[float] = set()
    blocks = [(_resolution(period), one, period) for one in series for period in one.periods]
    for step_s in sorted({step_s for step_s, _, _ in blocks}):
        fresh: list[Price] = []
        for each_s, one, period in blocks:
            if each_s == step_s:
                fresh += _prices(period, step_s, kwh, repeats=one.texts.get("curveType") == VARIABLE_BLOCKS)
        yield from (price for price in fresh if price.begin not in taken)
        taken |= {price.begin for price in fresh}


def _resolution(period: _Period) -> float:
    told = period.texts.get("resolution", "")
    if told not in _RESOLUTIONS:
        raise NoPriceList(f"a resolution such as PT15M is expected, got {clean(told, 40)!r}")
    return _RESOLUTIONS[told]


def _prices(period: _Period, step_s: float, kwh: float, *, repeats: bool) -> list[Price]:
    """The quarters of an hour of a period."""
    begin, end = (moment(period.texts.get(name, "")) for name in ("start", "end"))
    count = round((end - begin) / step_s)
    if not 0 < count <= MOST_QUARTERS or any(not 1 <= place <= count for place in period.points):
        raise NoPriceList("a period and its points do not fit")
    found: list[Price] = []
    price: float | None = None
    for place in range(count):
        price = period.points.get(place + 1, price if repeats else None)
        if price is not None:
            quarters = (begin + place * step_s + part * QUARTER_S for part in range(round(step_s / QUARTER_S)))
            found += [Price(quarter, QUARTER_S, price / kwh) for quarter in quarters]
    return found


class _Document:
    """The series of a document as it is parsed."""

    def __init__(self) -> None:
        self.series: list[_Series] = []
        self.reason = ""
        self._within: list[str] = []
        self._text = ""
        self._place = ""
        self._points = 0

    def parse(self, body: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(body, True)
        except (expat.ExpatError, UnicodeError) as error:
            raise NoPriceList(f"it is no XML: {clean(str(error), 80)}") from error

    def _refuse(self, *_: object) -> None:
        raise NoPriceList("it declares a document type or an entity")

    def _start(self, name: str, _: object) -> None:
        name = name.rpartition("}")[2]
        self._within.append(name)
        self._text = ""
        if len(self._within) > _DEEPEST:
            raise NoPriceList("it is nested too deep")
        if name == "TimeSeries":
            self.series.append(_Series())
            if len(self.series) > MOST_SERIES:
                raise NoPriceList(f"it holds more than {MOST_SERIES} series")
        elif name == "Period" and self.series:
            self.series[-1].periods.append(_Period())

    def _characters(self, text: str) -> None:
        if len(self._text) < _LONGEST_TEXT:
            self._text += text

    def _end(self, _: str) -> None:
        name, text = self._within.pop(), self._text.strip()
        self._text = ""
        if name == "text" and "Reason" in self._within:
            self.reason = self.reason or text
        elif "Point" in self._within:
            self._point(name, text)
        elif "Period" in self._within and self.series and self.series[-1].periods:
            self.series[-1].periods[-1].texts[name] = text
        elif "TimeSeries" in self._within:
            self.series[-1].texts[name] = text

    def _point(self, name: str, text: str) -> None:
        if name == "position":
            self._place = text
        elif name == "price.amount" and self.series and self.series[-1].periods:
            try:
                place, price = int(self._place), float(text)
            except ValueError:
                place, price = 0, math.nan
            points = self.series[-1].periods[-1].points
            self._points += 1
            if not math.isfinite(price) or points.setdefault(place, price) != price or self._points > MOST_QUARTERS:
                raise NoPriceList("a point has no position, no finite price, or there are too many")
